"""A real web process on a free port: the product's own app.py and settings, with one page that leaves a mark whenever its script runs."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import ClientConnection

from engine.access import SYSTEM, Role
from engine.commands import people
from engine.runtime import Engine, open_engine
from engine.settings import ROOT, Settings
from tests.pages.conftest import CLOCK, PEOPLE

PASSWORD = "blue-door-84-maple"
SECRET = "Forecast for the family trust"
SHELL = f"""
import json, os
import streamlit as st
with open("ran.jsonl", "a") as file:
    file.write(json.dumps(dict(st.user)) + "\\n")
st.title("{SECRET}")
"""


@dataclass
class Server:
    """The web process of one home folder; can be stopped and started again."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def runs(self) -> list[str]:
        """Who the page's script ran for, once per run."""
        mark = self.folder / "ran.jsonl"
        return mark.read_text().splitlines() if mark.exists() else []

    def open_office(self) -> Engine:
        """The same ledger, as another process has it open."""
        return open_engine(Settings(home=self.folder / "home", clock=self.environment.get("JORGE_CLOCK", ""), _env_file=None))

    def start(self) -> None:
        """Start and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        ours = {"JORGE_HOME": str(self.folder / "home"), "JORGE_MODELS": str(ROOT / "models"), "JORGE_OWNER_PASSWORD": PASSWORD}
        path = os.pathsep.join(part for part in (os.environ.get("PYTHONPATH"), str(ROOT)) if part)
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)],
                cwd=self.folder,
                env={**os.environ, **ours, "PYTHONPATH": path, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + 600  # ten seconds of work, on a machine that may be twenty times too busy
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/api/health/live", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        pytest.fail("the web process did not start:\n" + (self.folder / "server.log").read_text()[-4000:])

    def stop(self) -> None:
        """Stop as a supervisor would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
            self._process = None

    def browser(self, **headers: str) -> httpx.Client:
        """A client that keeps cookies and follows no redirects."""
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    @contextmanager
    def signed_in(self, username: str = "owner", password: str = PASSWORD) -> Iterator[httpx.Client]:
        """A client with a session."""
        with self.browser() as client:
            answer = client.post("/auth/sign-in", data={"username": username, "password": password})
            assert answer.status_code == 303, answer.text
            yield client


def prepared(folder: Path, **environment: str) -> Server:
    """A folder like a checkout, with an owner and the agent maria in its ledger."""
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit")
    shutil.copy(ROOT / "app.py", folder / "app.py")
    (folder / "pages").mkdir()
    (folder / "pages" / "shell.py").write_text(SHELL)
    (folder / "pages" / "pipeline.py").write_text(SHELL)
    server = Server(folder, environment)
    office = server.open_office()
    people.ensure_owner(office, PASSWORD)
    people.add_user(office, SYSTEM, username="maria", name="María López", role=Role.AGENT, password=PASSWORD)
    office.close()
    return server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One web process for all tests that don't need it cold."""
    running = prepared(tmp_path_factory.mktemp("web"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def office(server: Server) -> Iterator[Engine]:
    """The running server's ledger, from outside."""
    engine = server.open_office()
    yield engine
    engine.close()


def drain(socket: ClientConnection) -> None:
    """Read until the server closes the socket, which raises."""
    while True:
        socket.recv(timeout=60)


@pytest.fixture(scope="session")
def api_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with one person of each role, for the API in this process."""
    home = tmp_path_factory.mktemp("api") / "home"
    engine = open_engine(Settings(home=home, clock=CLOCK, _env_file=None))
    people.ensure_owner(engine, PASSWORD)
    for username, role in PEOPLE.items():
        people.add_user(engine, SYSTEM, username=username, name=username.capitalize(), role=role, password=PASSWORD)
    engine.close()
    return home
