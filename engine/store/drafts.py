"""Drafts in the ledger: proposed, let go, edited, rejected, sent. Every move asks that the draft still stands where it stood."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from engine.access import Agents
from engine.errors import NotFound
from engine.records.conversation import Draft, DraftState
from engine.store.conversation_tables import drafts
from engine.store.follow_up_tables import steps
from engine.store.ledger import Txn
from engine.store.shown import is_shown
from engine.store.tables import interactions, leads

WAITING = (DraftState.PROPOSED.value,)
LET_GO = (DraftState.APPROVED.value, DraftState.EDITED.value)
_COLUMNS = [drafts.c[field.name] for field in fields(Draft)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """A draft as the page lists it: whose, what he wrote, and where its message stands in the outbox."""

    draft: Draft
    lead_name: str
    assigned_to: int | None
    answers: str
    answers_at: datetime | None
    step_state: str
    step_detail: str
    leaves_at: datetime | None


def propose(txn: Txn, draft: Draft) -> int:
    """Keep a proposed draft; answers its number."""
    number = txn.next_id("drafts")
    row = {field.name: getattr(draft, field.name) for field in fields(Draft)}
    txn.connection.execute(insert(drafts), row | {"draft_id": number, "state": draft.state.value})
    _tell(txn, number, draft.lead_id)
    return number


def move(txn: Txn, draft: Draft, to: DraftState, **values: Any) -> bool:
    """Move a draft on if nobody moved it meanwhile; says whether it did."""
    still = update(drafts).where(drafts.c.draft_id == draft.draft_id, drafts.c.state == draft.state.value)
    is_moved = bool(txn.connection.execute(still.values(state=to.value, **values)).rowcount)
    if is_moved:
        _tell(txn, draft.draft_id, draft.lead_id)
    return is_moved


def note_sent(txn: Txn, step_id: int) -> None:
    """Its message is out."""
    of_step = select(*_COLUMNS).where(drafts.c.step_id == step_id, drafts.c.state.in_(LET_GO))
    for row in txn.connection.execute(of_step).mappings().all():
        move(txn, _draft(row), DraftState.SENT)


def load(connection: Connection, draft_id: int) -> Draft:
    """A draft by number; raises `NotFound`."""
    row = connection.execute(select(*_COLUMNS).where(drafts.c.draft_id == draft_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such draft")
    return _draft(row)


def of_step(connection: Connection, step_id: int) -> Draft | None:
    """The draft whose message a step is."""
    row = connection.execute(select(*_COLUMNS).where(drafts.c.step_id == step_id)).mappings().one_or_none()
    return _draft(row) if row else None


def of_lead(connection: Connection, lead_id: int, states: Sequence[str] | None = None) -> list[Draft]:
    """A lead's drafts, the newest first; only those in the named states."""
    asked = select(*_COLUMNS).where(drafts.c.lead_id == lead_id).order_by(drafts.c.draft_id.desc())
    asked = asked.where(drafts.c.state.in_(states)) if states is not None else asked
    return [_draft(row) for row in connection.execute(asked).mappings()]


def rows(
    connection: Connection,
    states: Sequence[str],
    *,
    agents: Agents,
    newest_first: bool,
    limit: int,
    lead_id: int | None = None,
) -> list[DraftRow]:
    """Drafts of visible leads; for an agent those of his own leads and of leads nobody has."""
    name = func.trim(leads.c.first_name + " " + leads.c.last_name).label("lead_name")
    told = (interactions.c.body.label("answers"), interactions.c.at.label("answers_at"))
    sending = (steps.c.state.label("step_state"), steps.c.detail.label("step_detail"), steps.c.next_at.label("leaves_at"))
    asked = (
        select(*_COLUMNS, name, leads.c.phone, leads.c.assigned_to, *told, *sending)
        .join(leads, leads.c.lead_id == drafts.c.lead_id)
        .outerjoin(interactions, interactions.c.interaction_id == drafts.c.message_id)
        .outerjoin(steps, steps.c.step_id == drafts.c.step_id)
        .where(drafts.c.state.in_(states), leads.c.is_visible)
    )
    if agents is not None:
        asked = asked.where(is_shown(agents))
    if lead_id is not None:
        asked = asked.where(drafts.c.lead_id == lead_id)
    order = (drafts.c.draft_id.desc(),) if newest_first else (drafts.c.draft_id,)
    return [_row(row) for row in connection.execute(asked.order_by(*order).limit(limit)).mappings()]


def counts(connection: Connection, *, agents: Agents) -> dict[str, int]:
    """How many drafts of each state there are."""
    asked = (
        select(drafts.c.state, func.count().label("n")).join(leads, leads.c.lead_id == drafts.c.lead_id).where(leads.c.is_visible)
    )
    if agents is not None:
        asked = asked.where(is_shown(agents))
    return {str(row.state): int(row.n) for row in connection.execute(asked.group_by(drafts.c.state))}


def _row(row: RowMapping) -> DraftRow:
    return DraftRow(
        draft=_draft({name: row[name] for name in (column.name for column in _COLUMNS)}),
        lead_name=row["lead_name"] or row["phone"] or "Unnamed lead",
        assigned_to=row["assigned_to"],
        answers=row["answers"] or "",
        answers_at=row["answers_at"],
        step_state=row["step_state"] or "",
        step_detail=row["step_detail"] or "",
        leaves_at=row["leaves_at"],
    )


def _draft(row: Any) -> Draft:
    return Draft(**{**row, "state": DraftState(row["state"])})


def _tell(txn: Txn, draft_id: int, lead_id: int) -> None:
    txn.emit("draft_changed", "drafts", draft_id)
    txn.emit("lead_changed", "leads", lead_id)
