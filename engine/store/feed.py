"""The change feed and the programs' signs of life, as the ledger keeps them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.store.ledger import Txn, upsert
from engine.store.tables import changes, counters, heartbeats


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened: `ref` is the number of the row of `kind` that it happened to."""

    seq: int
    at: datetime
    event_type: str
    kind: str
    ref: int
    actor_id: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """When a program was last alive, and whether it was well."""

    name: str
    at: datetime
    is_ok: bool
    message: str


def changes_since(connection: Connection, seq: int, limit: int = 1_000) -> list[Change]:
    """What happened after change `seq`, oldest first."""
    asked = select(changes).where(changes.c.seq > seq).order_by(changes.c.seq).limit(limit)
    return [Change(*row) for row in connection.execute(asked)]


def last_seq(connection: Connection) -> int:
    """The number of the newest change, 0 before the first."""
    newest: int = connection.execute(select(func.coalesce(func.max(changes.c.seq), 0))).scalar_one()
    return newest


def ledger_number(connection: Connection) -> int:
    """A number drawn when the ledger was made: the feeds of two ledgers have nothing to do with each other."""
    named: int = connection.execute(select(counters.c.value).where(counters.c.name == "ledger")).scalar_one()
    return named


def beat(txn: Txn, name: str, *, is_ok: bool = True, message: str = "") -> None:
    """Leave a program's sign of life. It isn't a change of the office's data, so the feed stays silent."""
    row = {"name": name, "at": txn.at, "is_ok": is_ok, "message": message}
    txn.connection.execute(upsert(txn.connection, heartbeats), row)


def load_heartbeats(connection: Connection) -> list[Heartbeat]:
    """The latest sign of life of each program."""
    return [Heartbeat(*row) for row in connection.execute(select(heartbeats).order_by(heartbeats.c.name))]
