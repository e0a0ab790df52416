"""The ledger's statements about snoozes, dispositions, overrides and tags. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from engine.records import Band
from engine.records.inbox import Outcome, Override
from engine.store.inbox_tables import dispositions, overrides, snoozes
from engine.store.leads import announce
from engine.store.ledger import Txn, upsert
from engine.store.tables import leads


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A lead out of sight, by whom and until when."""

    lead_id: int
    snoozed_by: int
    snoozed_at: datetime
    until_at: datetime | None
    until_reply: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What came of a call."""

    disposition_id: int
    lead_id: int
    interaction_id: int
    actor_id: int
    at: datetime
    outcome: Outcome
    address: str
    n_minutes: int | None


def set_snooze(txn: Txn, lead_id: int, *, until_at: datetime | None, until_reply: bool) -> None:
    """Put a lead to sleep, in place of an earlier snooze."""
    row = {"lead_id": lead_id, "snoozed_by": txn.actor_id, "snoozed_at": txn.at, "until_at": until_at, "until_reply": until_reply}
    txn.connection.execute(upsert(txn.connection, snoozes), row)
    announce(txn, "lead_changed", [lead_id])


def end_snooze(txn: Txn, lead_id: int) -> bool:
    """Wake a lead; answers whether he slept."""
    slept = txn.connection.execute(delete(snoozes).where(snoozes.c.lead_id == lead_id)).rowcount > 0
    announce(txn, "lead_changed", [lead_id])
    return slept


def add_disposition(txn: Txn, lead_id: int, interaction_id: int, outcome: Outcome, *, address: str, n_minutes: int | None) -> int:
    """Keep what came of a call, and return its number."""
    number = txn.next_id("dispositions")
    row = {"disposition_id": number, "lead_id": lead_id, "interaction_id": interaction_id, "actor_id": txn.actor_id}
    more = {"at": txn.at, "outcome": outcome.value, "address": address, "n_minutes": n_minutes}
    txn.connection.execute(insert(dispositions), {**row, **more})
    txn.emit("lead_disposed", "leads", lead_id)
    return number


def dispositions_of(connection: Connection, lead_id: int) -> list[Disposition]:
    """What came of the lead's calls, the newest first."""
    asked = select(dispositions).where(dispositions.c.lead_id == lead_id).order_by(dispositions.c.disposition_id.desc())
    return [Disposition(**{**row, "outcome": Outcome(row["outcome"])}) for row in connection.execute(asked).mappings()]


def is_bad_number(connection: Connection, address: str) -> bool:
    """Whether anybody found that number bad."""
    found = select(dispositions.c.disposition_id).where(dispositions.c.address == address, dispositions.c.outcome == "bad_number")
    return connection.execute(found.limit(1)).first() is not None


def set_tags(txn: Txn, lead_id: int, tags: Sequence[str]) -> None:
    """Replace a lead's tags."""
    txn.connection.execute(update(leads).where(leads.c.lead_id == lead_id), {"tags": list(tags)})
    announce(txn, "lead_changed", [lead_id])


def add_override(txn: Txn, override: Override) -> int:
    """Keep a person's band; one that still held ends."""
    end_override(txn, override.lead_id)
    number = txn.next_id("overrides")
    names = ("lead_id", "reason", "set_by", "set_at", "expires_at", "ended_at", "model_probability")
    row = {name: getattr(override, name) for name in names} | {"band": override.band.value, "model_band": override.model_band.value}
    txn.connection.execute(insert(overrides), {"override_id": number, **row})
    announce(txn, "lead_changed", [override.lead_id])
    return number


def end_override(txn: Txn, lead_id: int) -> bool:
    """Take a person's band back; answers whether one held."""
    held = update(overrides).where(overrides.c.lead_id == lead_id, overrides.c.ended_at.is_(None), overrides.c.expires_at > txn.at)
    ended = txn.connection.execute(held, {"ended_at": txn.at}).rowcount > 0
    announce(txn, "lead_changed", [lead_id])
    return ended


def overrides_of(connection: Connection, lead_ids: Sequence[int] | None = None, limit: int = 2_000) -> list[Override]:
    """Persons' bands of these leads (of all: None), the newest first, those that are over too."""
    asked = select(overrides).order_by(overrides.c.override_id.desc()).limit(limit)
    asked = asked.where(overrides.c.lead_id.in_(lead_ids)) if lead_ids is not None else asked
    return [
        Override(**{**row, "band": Band(row["band"]), "model_band": Band(row["model_band"])})
        for row in connection.execute(asked).mappings()
    ]
