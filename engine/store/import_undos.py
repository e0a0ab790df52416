"""Taking imports back, in the ledger: what an import brought or changed, who was worked on since, and what an undo left alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from engine.store.intake_tables import import_actions, import_keepings, import_undos
from engine.store.leads import chunks
from engine.store.ledger import Txn, insert_new
from engine.store.tables import batches, changes, leads, opportunities

_CHUNK = 500
_OWN_WORK = ("lead_scored",)  # what the command center does to a lead by itself is nobody's edit


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndo:
    """An import that is being taken back, or was: `at` marks each of its changes."""

    batch_id: int
    at: datetime
    actor_id: int
    n_removed: int
    n_restored: int


def keep_action(txn: Txn, batch_id: int, action_id: int) -> None:
    """Remember which recorded action holds what this import did to leads that were there already."""
    txn.connection.execute(insert(import_actions), {"batch_id": batch_id, "action_id": action_id})


def action_of(connection: Connection, batch_id: int) -> int | None:
    """The recorded action of an import; None when it changed nobody who was there."""
    asked = select(import_actions.c.action_id).where(import_actions.c.batch_id == batch_id)
    return connection.execute(asked).scalar_one_or_none()


def begin(txn: Txn, batch_id: int) -> None:
    """Note that an import is being taken back from now on."""
    row = {"batch_id": batch_id, "at": txn.at, "actor_id": txn.actor_id, "n_removed": 0, "n_restored": 0}
    txn.connection.execute(insert_new(txn.connection, import_undos), row)


def load_undo(connection: Connection, batch_id: int) -> ImportUndo | None:
    """How far the undo of an import is; None when there is none."""
    row = connection.execute(select(import_undos).where(import_undos.c.batch_id == batch_id)).mappings().one_or_none()
    return ImportUndo(**row) if row else None


def count(txn: Txn, batch_id: int, *, n_removed: int = 0, n_restored: int = 0) -> None:
    """Add to what an undo has done."""
    done = {"n_removed": import_undos.c.n_removed + n_removed, "n_restored": import_undos.c.n_restored + n_restored}
    txn.connection.execute(update(import_undos).where(import_undos.c.batch_id == batch_id).values(done))


def keep_lead(txn: Txn, batch_id: int, lead_id: int, reason: str) -> None:
    """Note that a lead stays as it is, and why."""
    txn.connection.execute(
        insert_new(txn.connection, import_keepings), {"batch_id": batch_id, "lead_id": lead_id, "reason": reason}
    )


def keepings(connection: Connection, batch_id: int) -> list[tuple[int, str]]:
    """The leads that an undo left as they are, each with the reason."""
    asked = select(import_keepings.c.lead_id, import_keepings.c.reason).where(import_keepings.c.batch_id == batch_id)
    return [(row.lead_id, row.reason) for row in connection.execute(asked.order_by(import_keepings.c.lead_id))]


def brought(connection: Connection, batch_id: int, after_id: int = 0, limit: int = _CHUNK) -> list[int]:
    """The next leads that an import brought and that are still there, by number."""
    asked = select(leads.c.lead_id).where(leads.c.batch_id == batch_id, leads.c.is_visible, leads.c.lead_id > after_id)
    return list(connection.execute(asked.order_by(leads.c.lead_id).limit(limit)).scalars())


def worked_on(connection: Connection, batch_id: int, lead_ids: Sequence[int]) -> dict[int, tuple[datetime, int]]:
    """Of these leads those that somebody changed, or whose deals, after the import: when last, and who.

    What other imports changed and was taken back since doesn't count: it is as if it had never been.
    """
    found: dict[int, tuple[datetime, int]] = {}
    for ids in chunks(lead_ids, _CHUNK):
        on_leads = select(changes.c.ref, changes.c.at, changes.c.actor_id).where(changes.c.kind == "leads", changes.c.ref.in_(ids))
        on_deals = (
            select(opportunities.c.lead_id, changes.c.at, changes.c.actor_id)
            .join(opportunities, opportunities.c.opportunity_id == changes.c.ref)
            .where(changes.c.kind == "opportunities", opportunities.c.lead_id.in_(ids))
        )
        for asked in (on_leads, on_deals):
            for lead_id, at, actor_id in connection.execute(asked.where(*_since(connection, batch_id)).order_by(changes.c.seq)):
                found[lead_id] = (at, actor_id)
    return found


def _since(connection: Connection, batch_id: int) -> list[ColumnElement[bool]]:
    """Since the import began to show its leads; not by the undo of this or another import, nor by an import that was taken back."""
    ended_at = connection.execute(select(batches.c.finished_at).where(batches.c.batch_id == batch_id)).scalar_one()
    own = [changes.c.kind == "batches", changes.c.ref == batch_id, changes.c.at == ended_at]
    shown = select(func.min(changes.c.seq)).where(*own, changes.c.event_type == "leads_shown")
    last_own = (
        connection.execute(shown).scalar_one() or connection.execute(select(func.max(changes.c.seq)).where(*own)).scalar() or 0
    )
    undone = select(import_undos.c.at)
    taken_back = select(batches.c.finished_at).where(batches.c.batch_id.in_(select(import_undos.c.batch_id)))
    return [
        changes.c.seq > last_own,
        changes.c.event_type.not_in(_OWN_WORK),
        changes.c.at.not_in(undone),
        changes.c.at.not_in(taken_back),
    ]
