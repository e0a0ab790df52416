"""The analytical store's file: locked down, private, and made anew when it is damaged."""

import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from engine.errors import NotFound, StoreUnavailable
from engine.settings import ROOT, child_environment
from engine.store import analytics as analytics_module
from engine.store import leads, projection
from engine.store.analytics import Analytics
from engine.store.ledger import Ledger
from tests.store.office import AT, lead, seed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "analytics.duckdb"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with three leads."""
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    opened.migrate()
    with opened.write(at=AT) as txn:
        seed(txn)
        leads.insert_leads(txn, [lead(n) for n in range(3)], at=AT)
    yield opened
    opened.close()


def n_leads(analytics: Analytics) -> int:
    return sum(row["n_leads"] for row in analytics.query("sources", {"agents": None}))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "COPY leads TO '/tmp/leads.csv'",
        "EXPORT DATABASE '/tmp/export'",
        "ATTACH '/tmp/other.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET threads = 1",
        "SELECT * FROM outside",  # a variable of the calling program
    ],
)
def test_the_store_reaches_nothing_but_its_own_tables(path: Path, statement: str):
    outside = [1]
    analytics = Analytics.open(path)
    with pytest.raises((duckdb.Error, StoreUnavailable)), analytics.write() as cursor:
        cursor.execute(statement)
    analytics.close()
    assert outside == [1]


def test_the_file_is_for_its_owners_eyes(path: Path):
    Analytics.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_projected_is_there_after_a_restart(path: Path, office: Ledger):
    analytics = Analytics.open(path)
    last = projection.catch_up(office, analytics)
    analytics.close()
    again = Analytics.open(path)
    assert (again.notice, again.last_seq, n_leads(again)) == (None, last, 3)
    again.close()


def test_a_second_process_is_turned_away_in_words(path: Path):
    analytics = Analytics.open(path)
    program = f"from pathlib import Path; from engine.store.analytics import Analytics; Analytics.open(Path({str(path)!r}))"
    second = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=child_environment(), capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "StoreUnavailable: Another process holds the analytical store" in second.stderr
    analytics.close()
    assert Analytics.open(path).notice is None


KILLED = """
import os, signal, sys
from pathlib import Path
from engine.store import projection
from engine.store.analytics import Analytics
from engine.store.ledger import Ledger
ledger, analytics = Ledger.open(sys.argv[1]), Analytics.open(Path(sys.argv[2]))
projection.catch_up(ledger, analytics)
analytics.checkpoint()
with analytics.write() as cursor:
    cursor.execute("INSERT INTO users SELECT i, 'user', repeat('x', 50), 'agent', false FROM range(2000) AS t(i)")
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_store(path: Path, office: Ledger) -> Path:
    """A store whose process was killed with work in its write-ahead log; answers the log."""
    path.parent.mkdir(exist_ok=True)
    address = f"sqlite:///{path.parent.parent / 'ledger.sqlite3'}"
    subprocess.run([sys.executable, "-c", KILLED, address, str(path)], cwd=ROOT, env=child_environment(), check=False)
    wal = path.with_name(path.name + ".wal")
    assert wal.stat().st_size > 1_000
    return wal


def damage(file: Path, place: float) -> None:
    content = bytearray(file.read_bytes())
    start = int(len(content) * place)
    content[start : start + 64] = bytes(byte ^ 0xFF for byte in content[start : start + 64])
    file.write_bytes(content)


def assert_made_anew(path: Path, office: Ledger) -> None:
    analytics = Analytics.open(path)
    assert analytics.notice is not None
    assert "damaged" in analytics.notice
    assert any(".corrupt-" in file.name for file in path.parent.iterdir())
    projection.catch_up(office, analytics)
    assert n_leads(analytics) == 3
    analytics.close()
    again = Analytics.open(path)
    assert (again.notice, n_leads(again)) == (None, 3)
    again.close()


def test_a_killed_process_loses_nothing(path: Path, office: Ledger):
    killed_store(path, office)
    analytics = Analytics.open(path)
    with analytics.write() as cursor:
        assert cursor.execute("SELECT count(*) FROM users").fetchall() == [(2_000,)]
    assert analytics.notice is None
    analytics.close()


def test_a_damaged_log_is_put_aside_and_the_store_made_anew_with_a_notice(path: Path, office: Ledger):
    damage(killed_store(path, office), 0.5)
    assert_made_anew(path, office)


@pytest.mark.parametrize("content", [b"not a database" * 1_000, b"\0" * 300_000])
def test_a_file_of_something_else_is_put_aside(path: Path, office: Ledger, content: bytes):
    path.parent.mkdir()
    path.write_bytes(content)
    assert_made_anew(path, office)


def test_a_file_cut_short_is_put_aside(path: Path, office: Ledger):
    analytics = Analytics.open(path)
    projection.catch_up(office, analytics)
    analytics.close()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    assert_made_anew(path, office)


def test_a_damaged_block_is_noticed_at_start_and_not_in_front_of_a_person(path: Path, office: Ledger):
    analytics = Analytics.open(path)
    projection.catch_up(office, analytics)
    with analytics.write() as cursor:
        cursor.execute("INSERT INTO users SELECT i, 'user', md5(CAST(i AS VARCHAR)), 'agent', false FROM range(60000) AS t(i)")
    analytics.close()
    damage(path, 0.6)
    assert_made_anew(path, office)


def test_a_store_with_older_tables_is_made_anew_in_silence(path: Path, office: Ledger, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as older:
        text = analytics_module.schema_text() + "CREATE TABLE gone (x BIGINT);"
        older.setattr(analytics_module, "schema_text", lambda: text)
        Analytics.open(path).close()
    analytics = Analytics.open(path)
    assert (analytics.notice, analytics.mark()) == (None, None)
    projection.catch_up(office, analytics)
    assert n_leads(analytics) == 3
    analytics.close()


FULL_DISK = """
import resource, sys
from pathlib import Path
from engine.errors import StoreUnavailable
from engine.store import leads, projection
from engine.store.analytics import Analytics
from engine.store.ledger import Ledger
from tests.store.office import AT, lead
ledger, analytics = Ledger.open(sys.argv[1]), Analytics.open(Path(sys.argv[2]))
projection.catch_up(ledger, analytics)
before = resource.getrlimit(resource.RLIMIT_FSIZE)

def refused(work):
    try:
        for n in range(1, 500):
            work(n)
    except StoreUnavailable as error:
        return str(error)
    raise AssertionError("nothing failed")

def project(n):
    with analytics.write() as cursor:
        cursor.execute("INSERT INTO users SELECT i, md5(CAST(i AS VARCHAR)), 'x', 'agent', false FROM range(100) AS t(i)")

def take_in(n):
    with ledger.write(at=AT) as txn:
        leads.insert_leads(txn, [lead(n * 1_000 + k) for k in range(50)], at=AT)

resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, before[1]))
said = [refused(project), refused(take_in)]
resource.setrlimit(resource.RLIMIT_FSIZE, before)
take_in(501)
projection.catch_up(ledger, analytics)
projection.rebuild(ledger, analytics)
with ledger.read() as connection:
    assert sum(row["n_leads"] for row in analytics.query("sources", {"agents": None})) == leads.n_leads(connection)
analytics.close()
ledger.close()
print(said)
"""


def test_a_full_disk_is_said_and_both_stores_go_on_once_there_is_room(path: Path, office: Ledger):
    path.parent.mkdir()
    address = f"sqlite:///{path.parent.parent / 'ledger.sqlite3'}"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, address, str(path)],
        cwd=ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "analytical store stopped working" in done.stdout
    assert "ledger can't be used" in done.stdout


def test_a_store_that_gave_up_is_opened_again_at_the_next_look(path: Path, office: Ledger, monkeypatch: pytest.MonkeyPatch):
    analytics = Analytics.open(path)
    projection.catch_up(office, analytics)

    def give_up(name: str) -> str:
        raise duckdb.FatalException("database has been invalidated")

    with monkeypatch.context() as broken:
        broken.setattr(analytics_module, "_sql", give_up)
        with pytest.raises(StoreUnavailable, match="stopped working"):
            analytics.query("sources", {"agents": None})
    projection.catch_up(office, analytics)
    assert n_leads(analytics) == 3
    analytics.close()


def test_a_store_opened_twice_in_a_process_is_refused_and_unharmed(path: Path, office: Ledger):
    analytics = Analytics.open(path)
    projection.catch_up(office, analytics)
    with pytest.raises(StoreUnavailable, match="already"):
        Analytics.open(path)
    assert n_leads(analytics) == 3
    analytics.close()


def test_a_folder_that_cannot_be_written_is_named():
    with pytest.raises(StoreUnavailable, match="can't be written"):
        Analytics.open(Path("/proc/analytics/analytics.duckdb"))


@pytest.mark.parametrize("name", ["nothing_here", "../tables", "inbox; DROP TABLE leads", ""])
def test_only_the_products_own_queries_run(path: Path, name: str):
    analytics = Analytics.open(path)
    with pytest.raises(NotFound, match="no query"):
        analytics.query(name)
    analytics.close()


def test_a_parameter_is_a_value_and_never_sql(path: Path, office: Ledger):
    analytics = Analytics.open(path)
    projection.catch_up(office, analytics)
    asked = {"agents": None, "band": None, "source": None, "stage": None, "after": 0, "limit": 10}
    assert analytics.query("lead_numbers", {**asked, "search": "'; DROP TABLE leads; --"}) == []
    assert n_leads(analytics) == 3
    analytics.close()


def test_readers_go_on_while_the_store_is_made_anew(path: Path, office: Ledger):
    analytics = Analytics.open(path)
    projection.catch_up(office, analytics)
    seen: set[int] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(n_leads(analytics))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(10):
        projection.rebuild(office, analytics)
    stop.set()
    for reader in readers:
        reader.join()
    assert seen == {3}
    analytics.close()
