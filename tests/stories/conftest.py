"""The whole product as its users meet it: real processes on a free port, a real browser, a folder of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "blue-door-84-maple"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Office:
    """One installation: its folder, its processes, its command line."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        mine = {"JORGE_HOME": str(self.home), "JORGE_PORT": str(self.port), "JORGE_OWNER_PASSWORD": PASSWORD}
        return {**os.environ, **mine}

    def engine(self, *verb: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`python -m engine …` on this installation."""
        command = [sys.executable, "-m", "engine", *verb]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=check, timeout=300)

    def spawn(self, *command: str) -> subprocess.Popen[bytes]:
        """A process of this installation; stopped with the office."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "processes.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def start_web(self) -> subprocess.Popen[bytes]:
        """The web process, once it answers."""
        process = self.spawn("-m", "engine", "web")
        until = time.monotonic() + 600  # ten seconds of work, on a machine that may be twenty times too busy
        while time.monotonic() < until:
            if process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/api/health/live", timeout=5).status_code == 200:
                    return process
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail("the web process did not start:\n" + (self.home / "processes.log").read_text()[-4000:])

    def close(self) -> None:
        """Stop what still runs."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that `python -m engine setup` leaves: made once, copied for each office."""
    fresh = Office(tmp_path_factory.mktemp("installed") / "home")
    fresh.engine("setup")
    return fresh.home


@pytest.fixture
def office(installed: Path, tmp_path: Path) -> Iterator[Office]:
    """A fresh installation with its owner, nothing running yet."""
    with opened(installed, tmp_path) as made:
        yield made


@contextmanager
def opened(prepared: Path, folder: Path) -> Iterator[Office]:
    """An office on a copy of a prepared data folder."""
    made = Office(Path(shutil.copytree(prepared, folder / "home")))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser, gone with its module: while Playwright runs, nothing else in the process can run an event loop."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """An empty tab of a new visitor."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


def sign_in(page: Page, office: Office, path: str = "/") -> None:
    """Sign in as the owner and land on a page."""
    page.goto(f"{office.url}{path}")
    page.fill("input[name=username]", "owner")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector('[data-testid="stApp"]')
