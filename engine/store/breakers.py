"""Whether a provider is asked at all: one row each, shared by every process."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine.store.follow_up_tables import breakers
from engine.store.ledger import Txn, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Closed: ask. Open: don't, until `next_probe_at`. Half open: one process asks one thing."""

    provider: str
    state: str
    n_failures: int
    since: datetime
    next_probe_at: datetime
    message: str


def load(connection: Connection, provider: str) -> Breaker | None:
    """A provider's breaker; None when nothing ever failed."""
    row = connection.execute(select(breakers).where(breakers.c.provider == provider)).mappings().one_or_none()
    return Breaker(**row) if row else None


def keep(txn: Txn, breaker: Breaker) -> None:
    """Write a provider's breaker down."""
    row = {"provider": breaker.provider, "state": breaker.state, "n_failures": breaker.n_failures, "since": breaker.since}
    txn.connection.execute(
        upsert(txn.connection, breakers), {**row, "next_probe_at": breaker.next_probe_at, "message": breaker.message}
    )
