"""What monitoring counts in the ledger: queues, sessions, what was sent. Counts and times only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.store.tables import batches, leads, sessions

_UNDONE = ("queued", "checking", "agreed", "importing")


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait, and since when the longest of them."""

    n: int
    since: datetime | None


def queues(connection: Connection) -> Mapping[str, Queue]:
    """What waits to be worked off, by queue."""
    return {"imports": Queue(*connection.execute(_waiting_imports).one())}


def sends(connection: Connection) -> Mapping[tuple[str, str], int]:
    """What was sent, by kind and outcome; empty while nothing is sent."""
    return {}


def n_sessions(connection: Connection, at: datetime) -> int:
    """How many sign-ins are good now."""
    good = (sessions.c.revoked_at.is_(None), sessions.c.expires_at > at)
    return connection.execute(select(func.count()).select_from(sessions).where(*good)).scalar_one()


def n_leads(connection: Connection) -> int:
    """How many leads are visible."""
    return connection.execute(select(func.count()).select_from(leads).where(leads.c.is_visible)).scalar_one()


_waiting_imports = select(func.count(), func.min(batches.c.created_at)).where(batches.c.state.in_(_UNDONE))
