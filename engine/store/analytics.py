"""DuckDB: the analytical store, owned by the web process alone. A projection of the ledger, made anew whenever its file is in doubt."""

import hashlib
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from engine.errors import NotFound, StoreUnavailable

log = logging.getLogger(__name__)

_SCHEMA = Path(__file__).parent / "schema" / "analytics.sql"
_QUERIES = Path(__file__).parent / "queries"
_SETTINGS = (
    "python_enable_replacements = false",
    "python_scan_all_frames = false",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    # One of DuckDB's encoders wrote wrong integers in 1.5.2 and later (duckdb/duckdb#22823); a larger file is the smaller harm.
    "disabled_compression_methods = 'bitpacking'",
    "lock_configuration = true",
)


# What DuckDB says when it, not the query, is at fault. A commit that finds the disk full is a TransactionException.
_FAILURES = (
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Which ledger the store shows, up to which change, and when that change was."""

    ledger_id: int
    last_seq: int
    last_change_at: datetime


class _Outdated(Exception):
    """The file was made by a version of the product with other tables."""


class Analytics:
    """The open store. Reads run beside each other and beside the one writer, each on a cursor of its own."""

    def __init__(self, path: Path, options: Mapping[str, Any], notice: str | None, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._options = options
        self.notice = notice  # a sentence for the screen, when something about the file was not as it should be
        self.last_seq = 0
        self._connection = connection
        self._has_stopped = False
        # Held by whoever brings the store up to the ledger: an older view of it must not overtake a newer one.
        self.following = threading.RLock()
        self._memory: dict[str, Any] = {}
        mark = self.mark()
        self.last_seq = mark.last_seq if mark else 0

    @classmethod
    def open(cls, path: Path, *, memory_limit: str = "1GB", threads: int = 2) -> "Analytics":
        """Open the store's file, or put it aside and begin a new one when it can't be read."""
        _refuse_unusable(path)
        options = {"memory_limit": memory_limit, "threads": threads, "enable_external_access": False}
        notice = None
        try:
            connection = _connect(path, options)
        except _Outdated:
            for file in _files(path):
                file.unlink()
            connection = _connect(path, options)
        except duckdb.Error as error:
            _refuse_shared(error)
            log.warning("the analytical store can't be read and is made anew: %s", error)
            notice = _put_aside(path)
            with _translated():
                connection = _connect(path, options)
        path.chmod(0o600)
        return cls(path, options, notice, connection)

    def close(self) -> None:
        """Write everything into the file and let go of it."""
        try:
            self.checkpoint()
        finally:
            self._connection.close()

    def revive(self) -> None:
        """Open the store again after a failure that stopped it, such as a full disk; does nothing while it works."""
        with self.following, _translated():
            if self._has_stopped:
                self._connection.close()
                self._connection = _connect(self.path, self._options)
                self._has_stopped = False

    def query(self, name: str, params: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """The rows of `queries/<name>.sql`, with the parameters it names; times aware, UTC."""
        with self._watched(), self._connection.cursor() as cursor:
            cursor.execute(_sql(name), {key: _bare(value) for key, value in (params or {}).items()})
            columns = [column[0] for column in cursor.description]
            return [dict(zip(columns, map(_aware, row), strict=True)) for row in cursor.fetchall()]

    def mark(self) -> Mark | None:
        """How far the store has followed which ledger; None when it is new."""
        with self._watched(), self._connection.cursor() as cursor:
            row = cursor.execute("SELECT ledger_id, last_seq, last_change_at FROM meta").fetchone()
        return Mark(row[0], row[1], _aware(row[2])) if row else None

    @contextmanager
    def write(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A writing transaction for the projection: whole or absent, one at a time."""
        with self.following, self._watched(), self._connection.cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
            except BaseException:
                cursor.rollback()
                raise
            cursor.commit()

    def checkpoint(self) -> None:
        """Move what the write-ahead log holds into the file."""
        with self.following, self._watched():
            self._connection.execute("CHECKPOINT")

    def set_mark(self, cursor: duckdb.DuckDBPyConnection, mark: Mark) -> None:
        """Note inside a writing transaction how far it brings the store."""
        cursor.execute("DELETE FROM meta")
        cursor.execute("INSERT INTO meta VALUES ($1, $2, $3)", [mark.ledger_id, mark.last_seq, _bare(mark.last_change_at)])

    def keep(self, name: str, what: Any) -> None:
        """Remember what the projection was made from, beside the store, until this process ends."""
        self._memory[name] = what

    def forget(self, name: str) -> Any:
        """Take out what was kept under that name; None when there is nothing."""
        return self._memory.pop(name, None)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Notice when DuckDB gives up: from then on it answers nothing until it is opened again."""
        try:
            with _translated():
                yield
        except StoreUnavailable as error:
            self._has_stopped = self._has_stopped or isinstance(error.__cause__, duckdb.FatalException | duckdb.InternalException)
            raise


@cache
def schema_text() -> str:
    """The statements that make the store's tables and views."""
    return _SCHEMA.read_text(encoding="utf-8")


@cache
def _sql(name: str) -> str:
    """The text of a query; raises `NotFound`."""
    if not re.fullmatch(r"[a-z_]+", name) or not (_QUERIES / f"{name}.sql").is_file():
        raise NotFound(f"There is no query {name}")
    return (_QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _connect(path: Path, options: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    """Open the file locked down, read all of it once (a damaged block shows itself only when read), and create what is missing."""
    connection = duckdb.connect(str(path), config=dict(options))
    try:
        for setting in _SETTINGS:
            connection.execute(f"SET {setting}")
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    schema = schema_text()
    version = hashlib.sha256(schema.encode()).hexdigest()
    tables = [str(row[0]) for row in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()]
    if not tables:
        connection.execute(f"BEGIN; {schema}; CREATE TABLE schema_version AS SELECT '{version}' AS version; COMMIT; CHECKPOINT")
    elif connection.execute("SELECT version FROM schema_version").fetchall() != [(version,)]:
        raise _Outdated
    for table in tables:
        connection.execute(f'SELECT bit_xor(hash(t)) FROM "{table}" AS t').fetchall()  # noqa: S608 (its own tables' names)


def _put_aside(path: Path) -> str:
    """Rename the store's files; the ledger has all that was in them. Answers the sentence for the screen."""
    written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    ending = f".corrupt-{written_at:%Y%m%dT%H%M%S%f}"
    for file in _files(path):
        file.rename(file.with_name(file.name + ending))
    return f"The file of the pipeline's figures was damaged; it was put aside as {path.name}{ending} and made anew from the ledger."


def _files(path: Path) -> list[Path]:
    return [file for file in (path, path.with_name(path.name + ".wal")) if file.exists()]


def _refuse_unusable(path: Path) -> None:
    """A file that may not be written isn't damaged."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for file in _files(path):
            file.open("r+b").close()
    except OSError as error:
        raise StoreUnavailable(f"The analytical store {path} can't be written: {error.strerror}") from error


def _refuse_shared(error: duckdb.Error) -> None:
    """A file that is open already, in another process or in this one, isn't damaged either."""
    if "lock on file" in str(error) or "configuration has been locked" in str(error):
        raise StoreUnavailable(
            "Another process holds the analytical store already: one web process at a time may run on a data folder. Stop the other first"
        ) from error


def _bare(value: object) -> object:
    """A time as the store keeps it: UTC without saying so."""
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the store's own failure into the product's words; a wrong query stays what it is."""
    try:
        yield
    except _FAILURES as error:
        raise StoreUnavailable(f"The analytical store stopped working: {error}") from error
