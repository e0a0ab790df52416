"""A ledger on each store: SQLite in a temporary folder, and a PostgreSQL server of the test run's own where one is installed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from engine.store.analytics import Analytics
from engine.store.ledger import Ledger
from tests.store.office import AT, seed

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Path]:
    """A throw-away PostgreSQL that listens on a socket in its own folder only."""
    with postgresql_server() as folder:
        yield folder


@contextmanager
def postgresql_server() -> Iterator[Path]:
    """The server's folder, while it runs; skips where its programs are not installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL's programs are not installed here")
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    if user and user not in {entry.pw_name for entry in pwd.getpwall()}:
        pytest.skip("PostgreSQL doesn't run as root, and there is no account postgres")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user:
        shutil.chown(folder, user, user)
    try:
        with _server(programs[-1].parent, folder, user):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(folder: Path, name: str) -> str:
    """An empty database on that server; answers its address."""
    with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"


@contextmanager
def _server(programs: Path, folder: Path, user: str | None) -> Iterator[None]:
    data = folder / "data"
    making = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8"]
    subprocess.run(making, user=user, group=user, check=True, capture_output=True, cwd=folder)
    with (folder / "log").open("wb") as log:
        asked = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        process = subprocess.Popen(asked, user=user, group=user, stdout=log, stderr=log, cwd=folder)
    try:
        _wait_for(process, folder)
        yield
    finally:
        process.send_signal(signal.SIGQUIT)  # its "immediate shutdown": nothing here is worth a checkpoint
        process.wait(timeout=60)


def _wait_for(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(900):
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        else:
            return
    raise AssertionError("PostgreSQL did not start: " + (folder / "log").read_text())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty ledger."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    folder = request.getfixturevalue("postgresql")
    return new_database(folder, f"ledger_{next(_numbers)}")


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An empty ledger with the stages seeded, on each store in turn."""
    opened = Ledger.open(url)
    opened.migrate()
    with opened.write(at=AT) as txn:
        seed(txn)
    yield opened
    opened.close()


@pytest.fixture
def analytics(tmp_path: Path) -> Iterator[Analytics]:
    """A new analytical store."""
    opened = Analytics.open(tmp_path / "analytics.duckdb")
    yield opened
    opened.close()
