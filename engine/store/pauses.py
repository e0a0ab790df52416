"""Pauses of a lead's automation: since when, why, and who ended them. At most one is open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from engine.store.follow_up_tables import pauses
from engine.store.ledger import Txn


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A standstill of one lead's automation. `ended_at` is None while it lasts."""

    pause_id: int
    lead_id: int
    since: datetime
    reason: str
    paused_by: int
    ended_at: datetime | None
    ended_by: int | None


def begin(txn: Txn, lead_id: int, reason: str) -> bool:
    """Pause a lead; false when he is paused already (the older pause stays)."""
    if open_of(txn.connection, lead_id) is not None:
        return False
    row = {"pause_id": txn.next_id("pauses"), "lead_id": lead_id, "since": txn.at, "reason": reason, "paused_by": txn.actor_id}
    txn.connection.execute(insert(pauses), row)
    txn.emit("automation_paused", "leads", lead_id)
    return True


def end(txn: Txn, lead_id: int) -> Pause | None:
    """End a lead's pause; answers the one that was open."""
    found = open_of(txn.connection, lead_id)
    if found is not None:
        ended = {"ended_at": txn.at, "ended_by": txn.actor_id}
        txn.connection.execute(update(pauses).where(pauses.c.pause_id == found.pause_id).values(ended))
        txn.emit("automation_resumed", "leads", lead_id)
    return found


def open_of(connection: Connection, lead_id: int) -> Pause | None:
    """The pause a lead is in now."""
    row = (
        connection.execute(select(pauses).where(pauses.c.lead_id == lead_id, pauses.c.ended_at.is_(None))).mappings().one_or_none()
    )
    return Pause(**row) if row else None


def of_lead(connection: Connection, lead_id: int) -> list[Pause]:
    """A lead's pauses, the oldest first."""
    return [
        Pause(**row)
        for row in connection.execute(select(pauses).where(pauses.c.lead_id == lead_id).order_by(pauses.c.pause_id)).mappings()
    ]
