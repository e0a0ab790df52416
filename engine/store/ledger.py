"""The ledger: the system of record, on SQLite or PostgreSQL. Opens it, keeps its schema current and hands out transactions.

What is read and written inside a transaction stands in the modules beside this one, by subject.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Connection, Engine, Executable, Insert, Table, create_engine, event, insert, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from engine.clock import stopwatch
from engine.errors import ConfigurationError, StoreUnavailable
from engine.store import schema_versions
from engine.store.tables import audit, changes, counters

PATIENCE_S = 30.0
_OLDEST_SQLITE = (3, 51, 3)  # earlier ones can corrupt a WAL file that two processes share (sqlite.org/wal.html#walresetbug)


@dataclass(slots=True)
class Txn:
    """One writing transaction: its connection, its moment, who acts, and the events it will announce."""

    connection: Connection
    at: datetime
    actor_id: int = 0
    _events: dict[tuple[str, str, int], None] = field(default_factory=dict)

    def next_id(self, counter: str, n: int = 1) -> int:
        """Reserve `n` numbers of a counter and return the first of them."""
        grown = _grown(self.connection.dialect.name)
        last: int = self.connection.execute(grown, {"name": counter, "value": n}).scalar_one()
        return last - n + 1

    def emit(self, event_type: str, kind: str, ref: int) -> None:
        """Announce that something happened to a row: in the change feed when the transaction ends, once however often said."""
        self._events[(event_type, kind, ref)] = None

    @property
    def event_types(self) -> frozenset[str]:
        """The kinds of events announced so far."""
        return frozenset(event_type for event_type, _, _ in self._events)

    def audit(self, action: str, kind: str, ref: int, detail: Mapping[str, object]) -> None:
        """Remember who did what to which row."""
        self.audit_many([(action, kind, ref, detail)])

    def audit_many(self, acts: Sequence[tuple[str, str, int, Mapping[str, object]]]) -> None:
        """Remember several things at once, each as (action, kind, ref, detail)."""
        if not acts:
            return
        moment = {"at": self.at, "actor_id": self.actor_id}
        rows = [
            {"audit_id": number, "action": action, "kind": kind, "ref": ref, "detail": dict(detail), **moment}
            for number, (action, kind, ref, detail) in enumerate(acts, self.next_id("audit", len(acts)))
        ]
        self.connection.execute(adding(audit), rows)

    def write_events(self) -> int:
        """Write the announced events to the change feed and return the last one's number, 0 if there are none."""
        if not self._events:
            return 0
        first = self.next_id("change", len(self._events))
        moment = {"at": self.at, "actor_id": self.actor_id}
        rows = [
            {"seq": seq, "event_type": event_type, "kind": kind, "ref": ref, **moment}
            for seq, (event_type, kind, ref) in enumerate(self._events, first)
        ]
        self.connection.execute(adding(changes), rows)
        self._events.clear()
        return first + len(rows) - 1


class Ledger:
    """The open ledger. Any number of processes may have it open and write it; one of them writes at a time."""

    def __init__(self, reader: Engine, writer: Engine) -> None:
        self._reader = reader
        self._writer = writer
        # Called after a commit that changed something, with the last change's number and the kinds of events; must not raise.
        self.on_commit: list[Callable[[int, frozenset[str]], None]] = []

    @classmethod
    def open(cls, url: str) -> "Ledger":
        """Open the ledger at a SQLAlchemy address: `sqlite:///…` or `postgresql+psycopg://…`."""
        try:
            address = make_url(url)
        except ArgumentError:
            raise ConfigurationError("JORGE_LEDGER_URL is not an address of a database") from None
        with _translated():
            if address.get_backend_name() == "sqlite":
                return cls(*_open_sqlite(address))
            if address.get_backend_name() == "postgresql":
                return cls(*_open_postgresql(address))
        raise ConfigurationError("JORGE_LEDGER_URL must begin with sqlite:/// or postgresql+psycopg://")

    @property
    def description(self) -> str:
        """What it is kept in, for people who look after it."""
        if self._writer.dialect.name == "postgresql":
            return f"PostgreSQL at {self._writer.url.host or 'its socket'}"
        return f"SQLite {sqlite.sqlite_version} at {self._writer.url.database}"

    def close(self) -> None:
        """Give back every connection."""
        self._reader.dispose()
        self._writer.dispose()

    def scrub(self) -> None:
        """Leave no bytes of deleted rows in the ledger's files. SQLite is written anew; PostgreSQL sees to that in its own time."""
        if self._writer.dialect.name == "sqlite":
            with _translated(), self._writer.connect() as connection:
                file: Any = connection.connection.dbapi_connection
                _patiently(file, "VACUUM")
                _patiently(file, "PRAGMA wal_checkpoint(TRUNCATE)")

    def migrate(self) -> None:
        """Bring the schema up to this version of the product; refuses a ledger that a newer version has already changed."""
        with _translated(), self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(5108)"))  # two processes may start at once
            schema_versions.upgrade(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction: it sees one moment of the ledger and can change nothing."""
        with _translated(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self, *, at: datetime, actor_id: int = 0) -> Iterator[Txn]:
        """A writing transaction: whole or absent, alone with its changes, its events in the feed in the order of commits."""
        with _translated(), self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                # PostgreSQL's BEGIN IMMEDIATE: writers queue here, so feed numbers appear in commit order and nobody deadlocks.
                connection.execute(select(counters.c.value).where(counters.c.name == "change").with_for_update())
            txn = Txn(connection, at, actor_id)
            yield txn
            event_types = txn.event_types
            last_seq = txn.write_events()
        if last_seq:
            for callback in tuple(self.on_commit):
                callback(last_seq, event_types)


@cache  # putting a statement together takes as long as carrying it out
def adding(table: Table) -> Insert:
    """The INSERT of whole rows into a table, the same one each time."""
    return insert(table)


def upsert(connection: Connection, table: Table, changed: Mapping[str, Any] | None = None) -> Any:
    """An INSERT that, where the primary key is taken, sets `changed` instead (every other column of the new row by default)."""
    return _replacing(connection.dialect.name, table) if changed is None else _setting(connection.dialect.name, table, changed)


@cache
def _replacing(dialect: str, table: Table) -> Any:
    """Made once: putting such a statement together takes longer than carrying it out."""
    keys = [column.name for column in table.primary_key]
    excluded = _insert(dialect, table).excluded
    return _setting(dialect, table, {column.name: excluded[column.name] for column in table.c if column.name not in keys})


@cache
def _grown(dialect: str) -> Any:
    """Add to a counter, or begin it, and say where it stands."""
    added = counters.c.value + _insert(dialect, counters).excluded.value
    return _setting(dialect, counters, {"value": added}).returning(counters.c.value)


def _setting(dialect: str, table: Table, changed: Mapping[str, Any]) -> Any:
    keys = [column.name for column in table.primary_key]
    return _insert(dialect, table).on_conflict_do_update(index_elements=keys, set_=changed)


def _insert(dialect: str, table: Table) -> Any:
    module: Any = postgresql if dialect == "postgresql" else sqlite_dialect
    return module.insert(table)


def insert_new(connection: Connection, table: Table) -> Any:
    """An INSERT that leaves rows whose primary key is taken as they are."""
    return _leaving(connection.dialect.name, table)


@cache
def _leaving(dialect: str, table: Table) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=[column.name for column in table.primary_key])


def execute_many(connection: Connection, statement: Executable, rows: list[dict[str, Any]]) -> None:
    """Run a statement for each row; does nothing for none."""
    if rows:
        connection.execute(statement, rows)


def _open_postgresql(address: URL) -> tuple[Engine, Engine]:
    url = address.set(drivername="postgresql+psycopg")
    writer = create_engine(url, json_serializer=_to_json, pool_pre_ping=True, hide_parameters=True)
    with writer.connect():
        pass
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return reader, writer


def _open_sqlite(address: URL) -> tuple[Engine, Engine]:
    if sqlite.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreUnavailable(f"SQLite {sqlite.sqlite_version} can damage a shared ledger; 3.51.3 or newer is needed")
    if not address.database or address.database == ":memory:":
        raise ConfigurationError("JORGE_LEDGER_URL must name a file, as in sqlite:////srv/jorge/ledger.sqlite3")
    _make_private(Path(address.database))
    # One writing connection a process: its threads queue for it in order, and only processes contend for SQLite's lock.
    writer = _sqlite_engine(address, "BEGIN IMMEDIATE", pool_size=1, max_overflow=0)
    reader = _sqlite_engine(address, "BEGIN", pool_size=5, max_overflow=20)
    with writer.connect() as connection:
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master")
    return reader, writer


def _make_private(path: Path) -> None:
    """The file for its owner's eyes only; SQLite gives its WAL the same mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError as error:
        raise StoreUnavailable(f"The ledger {path} can't be written: {error.strerror}") from error


def _sqlite_engine(address: URL, begin: str, *, pool_size: int, max_overflow: int) -> Engine:
    engine = create_engine(
        address.set(drivername="sqlite+pysqlite"),
        module=sqlite,
        json_serializer=_to_json,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=PATIENCE_S,
        connect_args={"timeout": 0 if begin == "BEGIN IMMEDIATE" else PATIENCE_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver's guess
        pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"]
        for pragma in pragmas if begin == "BEGIN IMMEDIATE" else [*pragmas, "query_only=ON"]:
            _patiently(connection, f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        _patiently(connection.connection.dbapi_connection, begin)

    return engine


def _patiently(connection: Any, statement: str) -> None:
    """Run a statement as soon as SQLite's lock is free.

    SQLite's own waiting is unfair: beside a busy writer p99 was 1,240 ms, with short random naps 131 ms.
    """
    deadline = stopwatch() + PATIENCE_S
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in {sqlite.SQLITE_BUSY, sqlite.SQLITE_LOCKED}:
                raise
            if stopwatch() > deadline:
                raise StoreUnavailable(f"The ledger was busy with another program for {PATIENCE_S:.0f} seconds") from error
            time.sleep(random.uniform(0.0003, 0.003))


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the driver's complaint about the store itself into the product's words."""
    try:
        yield
    except OperationalError as error:
        raise StoreUnavailable(f"The ledger can't be used: {error.orig}") from error


def _to_json(value: object) -> str:
    return _JSON.encode(value)


def _as_data(value: object) -> object:
    """Records and times inside a JSON column, readable by people who look."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"a {type(value).__name__} can't be kept as JSON")


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_as_data)
