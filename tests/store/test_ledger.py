"""The ledger itself: schema versions, transactions, the change feed, and two processes at once."""

import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from engine.clock import to_micros
from engine.errors import ConfigurationError, StoreUnavailable
from engine.settings import ROOT, child_environment
from engine.store import feed, preferences
from engine.store import ledger as ledger_module
from engine.store.ledger import Ledger
from engine.store.tables import audit, counters, metadata, settings
from tests.store.office import AT, later


@pytest.mark.usefixtures("real_migrations")
def test_the_migrations_make_exactly_the_tables_of_the_code(ledger: Ledger):
    with ledger.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


@pytest.mark.usefixtures("real_migrations")
def test_migrating_twice_changes_nothing(ledger: Ledger):
    with ledger.read() as connection:
        named = connection.execute(select(counters)).all()
    ledger.migrate()
    with ledger.read() as connection:
        assert connection.execute(select(counters)).all() == named


def test_a_ledger_of_a_newer_version_is_refused_in_words(ledger: Ledger):
    with ledger.write(at=AT) as txn:
        txn.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="newer version"):
        ledger.migrate()


def test_sqlites_files_are_for_their_owners_eyes(tmp_path: Path):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    opened.migrate()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    opened.close()
    assert set(modes.values()) == {0o600}


def test_sqlite_is_durable_checks_references_and_shares_its_file(tmp_path: Path):
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    with opened.write(at=AT) as txn:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        assert [txn.connection.execute(text(f"PRAGMA {name}")).scalar() for name in asked] == ["wal", 2, 1]
    opened.close()


def test_a_vulnerable_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ledger_module.sqlite, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(StoreUnavailable, match=r"3\.51\.3"):
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://host/x", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_is_no_ledger_is_refused_in_words(address: str):
    with pytest.raises(ConfigurationError, match="JORGE_LEDGER_URL"):
        Ledger.open(address)


def test_a_server_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(StoreUnavailable, match="ledger"):
        Ledger.open(f"postgresql+psycopg://nobody@/x?host={tmp_path}")


def test_a_folder_that_cannot_be_written_is_named():
    with pytest.raises(StoreUnavailable, match="can't be written"):
        Ledger.open("sqlite:////proc/ledger.sqlite3")


def test_a_reading_transaction_can_change_nothing(ledger: Ledger):
    with pytest.raises((DBAPIError, StoreUnavailable)), ledger.read() as connection:
        connection.execute(update(counters).values(value=0))


def test_a_reading_transaction_sees_one_moment(ledger: Ledger):
    with ledger.read() as connection:
        before = feed.last_seq(connection)
        with ledger.write(at=AT) as txn:
            txn.emit("lead_changed", "leads", 1)
        assert feed.last_seq(connection) == before
    with ledger.read() as connection:
        assert feed.last_seq(connection) == before + 1


def test_events_get_the_next_numbers_in_order_and_each_once(ledger: Ledger):
    with ledger.read() as connection:
        before = feed.last_seq(connection)
    with ledger.write(at=AT, actor_id=7) as txn:
        for event in [("lead_changed", "leads", 3), ("lead_scored", "leads", 1), ("lead_changed", "leads", 3)]:
            txn.emit(*event)
    with ledger.read() as connection:
        new = feed.changes_since(connection, before, 10)
    assert [(change.seq - before, change.event_type, change.kind, change.ref) for change in new] == [
        (1, "lead_changed", "leads", 3),
        (2, "lead_scored", "leads", 1),
    ]
    assert {(change.at, change.actor_id) for change in new} == {(AT, 7)}


def test_a_transaction_that_fails_leaves_nothing_and_announces_nothing(ledger: Ledger):
    heard: list[int] = []
    ledger.on_commit.append(lambda seq, _event_types: heard.append(seq))

    def fail() -> None:
        with ledger.write(at=AT) as txn:
            txn.audit("tried", "leads", 1, {})
            txn.emit("lead_changed", "leads", 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with ledger.read() as connection:
        assert (connection.execute(select(audit)).all(), heard) == ([], [])


def test_listeners_hear_the_last_number_after_the_commit(ledger: Ledger):
    heard: list[tuple[int, frozenset[str]]] = []

    def listen(seq: int, event_types: frozenset[str]) -> None:
        with ledger.read() as connection:
            heard.append((feed.last_seq(connection) - seq, event_types))

    ledger.on_commit.append(listen)
    with ledger.write(at=AT) as txn:
        txn.emit("lead_changed", "leads", 1)
    with ledger.write(at=AT):
        pass
    assert heard == [(0, frozenset({"lead_changed"}))]


def test_numbers_are_reserved_in_runs_and_never_given_twice(ledger: Ledger):
    with ledger.write(at=AT) as txn:
        assert [txn.next_id("things"), txn.next_id("things", 3), txn.next_id("things")] == [1, 2, 5]


def test_the_audit_keeps_who_did_what(ledger: Ledger):
    with ledger.write(at=AT, actor_id=4) as txn:
        txn.audit("assign", "leads", 12, {"to": "Ana", "since": AT})
    with ledger.read() as connection:
        (row,) = connection.execute(select(audit)).all()
    assert (row.at, row.actor_id, row.action, row.kind, row.ref) == (AT, 4, "assign", "leads", 12)
    assert row.detail == {"to": "Ana", "since": AT.isoformat()}


def test_a_setting_holds_from_its_moment_until_the_next(ledger: Ledger):
    for hours, value in [(0, 0.06), (2, {"rate": 0.05}), (2, 0.055)]:
        with ledger.write(at=later(hours=hours), actor_id=1) as txn:
            preferences.set_setting(txn, "commission_rate", value)
    with ledger.read() as connection:
        held = [preferences.get_setting(connection, "commission_rate", later(hours=hours)) for hours in (-1, 0, 1.9, 2, 9)]
        history = preferences.setting_history(connection, "commission_rate")
    assert held == [None, 0.06, 0.06, 0.055, 0.055]
    assert [(change.value, change.set_by) for change in history] == [(0.055, 1), (0.06, 1)]


def test_times_are_kept_to_the_microsecond(ledger: Ledger):
    with ledger.write(at=AT) as txn:
        preferences.set_setting(txn, "x", 1)
        assert txn.connection.execute(select(settings.c.valid_from)).scalar_one() == AT
        assert txn.connection.execute(text("SELECT valid_from FROM settings")).scalar_one() == to_micros(AT)


def test_a_sign_of_life_replaces_the_last_one_and_wakes_nobody(ledger: Ledger):
    with ledger.read() as connection:
        before = feed.last_seq(connection)
    for minutes in (0, 1):
        with ledger.write(at=later(minutes=minutes)) as txn:
            feed.beat(txn, "sidecar", is_ok=minutes == 0, message="full disk" if minutes else "")
    with ledger.read() as connection:
        assert feed.load_heartbeats(connection) == [feed.Heartbeat("sidecar", later(minutes=1), is_ok=False, message="full disk")]
        assert feed.last_seq(connection) == before


def test_threads_that_write_at_once_lose_nothing(ledger: Ledger):
    def work() -> None:
        for _ in range(20):
            with ledger.write(at=AT) as txn:
                txn.next_id("shared")
                txn.emit("lead_changed", "leads", 1)

    with ledger.read() as connection:
        before = feed.last_seq(connection)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.write(at=AT) as txn:
        assert txn.next_id("shared") == 81
    with ledger.read() as connection:
        assert [change.seq for change in feed.changes_since(connection, before, 100)] == list(range(before + 1, before + 81))


WRITER = """
import sys
from tests.store.office import AT
from engine.store.ledger import Ledger
from engine.store.tables import counters
from sqlalchemy import select, update
ledger = Ledger.open(sys.argv[1])
for _ in range(60):
    with ledger.write(at=AT) as txn:
        # Read, then write what was read: lost at once if two could be in here together.
        seen = txn.connection.execute(select(counters.c.value).where(counters.c.name == "tally")).scalar_one()
        txn.connection.execute(update(counters).where(counters.c.name == "tally").values(value=seen + 1))
        txn.emit("lead_changed", "leads", seen)
ledger.close()
"""


def test_two_processes_that_write_at_once_lose_no_update(ledger: Ledger, url: str):
    with ledger.write(at=AT) as txn:
        txn.connection.execute(insert(counters).values(name="tally", value=0))
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, url], cwd=ROOT, env=child_environment()) for _ in range(2)]
    for _ in range(60):
        with ledger.write(at=AT) as txn:
            seen = txn.connection.execute(select(counters.c.value).where(counters.c.name == "tally")).scalar_one()
            txn.connection.execute(update(counters).where(counters.c.name == "tally").values(value=seen + 1))
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    with ledger.read() as connection:
        assert connection.execute(select(counters.c.value).where(counters.c.name == "tally")).scalar_one() == 180
        seqs = [change.seq for change in feed.changes_since(connection, 0, 1_000)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_writer_that_never_gets_its_turn_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ledger_module, "PATIENCE_S", 0.2)
    first, second = (Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}") for _ in range(2))
    first.migrate()
    with first.write(at=AT), pytest.raises(StoreUnavailable, match="busy"), second.write(at=AT):
        pass
    first.close()
    second.close()
