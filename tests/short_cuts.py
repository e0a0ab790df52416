"""What tests needn't wait for: fourteen migrations for each of a thousand ledgers, and password hashes that are slow on purpose."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import bcrypt
import pytest
from sqlalchemy import Connection, event, update

from engine.commands import passwords
from engine.store import schema_versions
from engine.store.tables import counters

MIGRATE: Callable[[Connection], None] = schema_versions.upgrade
_statements: dict[str, list[tuple[str, object]]] = {}  # of a first migration on each store


def migrate_like_the_first(connection: Connection) -> None:
    """The migrations themselves for the first empty ledger; for each later one the very statements that they ran there."""
    dialect = connection.dialect.name
    if schema_versions.current(connection) is not None:
        MIGRATE(connection)
    elif dialect in _statements:
        for statement, parameters in _statements[dialect]:
            connection.exec_driver_sql(statement, parameters)
        own = update(counters).where(counters.c.name == "ledger").values(value=secrets.randbits(62))
        connection.execute(own)  # the number that tells a ledger from every other
    else:
        with _noted(connection) as noted:
            MIGRATE(connection)
        _statements[dialect] = noted


@contextmanager
def _noted(connection: Connection) -> Iterator[list[tuple[str, object]]]:
    """What changes the schema or its rows while the block runs."""
    noted: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if not statement.startswith(("SELECT", "PRAGMA")):
            noted.append((statement, parameters or None))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(connection, "before_cursor_execute", note)


def hash_quickly(patch: pytest.MonkeyPatch) -> None:
    """Bcrypt's cheapest cost: the tests check what is asked for, not how long it takes."""
    patch.setattr(bcrypt, "gensalt", partial(bcrypt.gensalt, rounds=4))
    patch.setattr(passwords, "_NOBODYS_HASH", bcrypt.hashpw(b"nobody", bcrypt.gensalt()).decode())
