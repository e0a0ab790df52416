"""What the Outbox and Sequences pages list: steps with their lead and sequence, and what came of each step of a version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, case, distinct, exists, func, or_, select, type_coerce

from engine.access import Agents
from engine.clock import from_micros
from engine.records.follow_up import StepState
from engine.store.follow_up_tables import enrolments, opt_outs, sequences, steps
from engine.store.ghl_tables import ghl_messages
from engine.store.shown import is_shown
from engine.store.tables import interactions, leads


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One message: what, to whom, when, where it stands and why."""

    step_id: int
    lead_id: int
    lead_name: str
    assigned_to: int | None
    sequence_id: int
    sequence_name: str
    step_no: int
    kind: str
    state: str
    due_at: datetime
    next_at: datetime | None
    tried_at: datetime | None
    finished_at: datetime | None
    attempts: int
    reason: str
    detail: str
    subject: str
    body: str
    provider_status: str
    is_paused: bool
    is_held_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCounts:
    """What became of one step of one version: how many were sent, and what followed before the next message."""

    version: int
    step_no: int
    kind: str
    n_planned: int
    n_sent: int
    n_delivered: int
    n_failed: int
    n_replied: int
    n_opted_out: int
    n_appointments: int
    n_blocked: int
    n_skipped: int
    n_dead: int
    n_held_out: int
    n_held_out_replied: int


def list_steps(
    connection: Connection,
    which: ColumnElement[bool],
    *,
    agents: Agents,
    order: Sequence[Any],
    limit: int,
    offset: int = 0,
) -> list[OutboxRow]:
    """Steps of visible leads; for an agent those of his own leads and of leads nobody has."""
    asked = _rows().where(which, leads.c.is_visible)
    if agents is not None:
        asked = asked.where(is_shown(agents))
    found = connection.execute(asked.order_by(*order).limit(limit).offset(offset)).mappings()
    return [OutboxRow(**_named(dict(row))) for row in found]


def count(connection: Connection, which: ColumnElement[bool], *, agents: Agents, up_to: int) -> int:
    """How many steps of visible leads those are, counted up to a limit."""
    asked = select(steps.c.step_id).join(leads, leads.c.lead_id == steps.c.lead_id).where(which, leads.c.is_visible)
    if agents is not None:
        asked = asked.where(is_shown(agents))
    return connection.execute(select(func.count()).select_from(asked.limit(up_to).subquery())).scalar_one()


def reasons(connection: Connection, which: ColumnElement[bool], *, agents: Agents) -> dict[str, int]:
    """Why those steps wait or ended, the most frequent first."""
    asked = select(steps.c.reason, func.count()).join(leads, leads.c.lead_id == steps.c.lead_id)
    asked = asked.where(which, leads.c.is_visible, steps.c.reason != "").group_by(steps.c.reason)
    if agents is not None:
        asked = asked.where(is_shown(agents))
    return {row[0]: row[1] for row in connection.execute(asked.order_by(func.count().desc()))}


def due_moments(connection: Connection, which: ColumnElement[bool], *, agents: Agents) -> list[tuple[datetime, str, int]]:
    """When those steps come, by the hour, with their kind and how many; for the calendar."""
    hour = 3_600_000_000
    at = type_coerce(func.coalesce(steps.c.next_at, steps.c.due_at), BigInteger)
    slot = (at - at % hour).label("slot")
    asked = select(slot, steps.c.kind, func.count()).join(leads, leads.c.lead_id == steps.c.lead_id)
    asked = asked.where(which, leads.c.is_visible).group_by(slot, steps.c.kind).order_by(slot)
    if agents is not None:
        asked = asked.where(is_shown(agents))
    return [(from_micros(row[0]), row[1], row[2]) for row in connection.execute(asked)]


def _rows() -> Select[Any]:
    names = ("step_id", "lead_id", "step_no", "kind", "state", "due_at", "next_at", "tried_at", "finished_at", "attempts")
    columns = [steps.c[name] for name in (*names, "reason", "detail", "subject", "body", "is_held_out")]
    person = [leads.c.first_name, leads.c.last_name, leads.c.email, leads.c.phone, leads.c.assigned_to]
    told = func.coalesce(ghl_messages.c.status, "").label("provider_status")
    more = [enrolments.c.sequence_id, sequences.c.name.label("sequence_name"), (enrolments.c.state == "paused").label("is_paused")]
    joined = steps.join(enrolments).join(sequences).join(leads, leads.c.lead_id == steps.c.lead_id)
    joined = joined.outerjoin(ghl_messages, and_(ghl_messages.c.message_id == steps.c.provider_id, steps.c.provider_id != ""))
    return select(*columns, *person, told, *more).select_from(joined)


def _named(row: dict[str, Any]) -> dict[str, Any]:
    full = " ".join(part for part in (row.pop("first_name"), row.pop("last_name")) if part)
    email, phone = row.pop("email"), row.pop("phone")
    return row | {"lead_name": full or email or phone or "Unnamed lead", "is_paused": bool(row["is_paused"])}


def step_counts(connection: Connection, sequence_id: int) -> list[StepCounts]:
    """What became of each step of a sequence, by version."""
    later = steps.alias()
    following = (
        select(func.min(later.c.finished_at))
        .where(later.c.lead_id == steps.c.lead_id, later.c.state == StepState.SENT.value, later.c.finished_at > steps.c.finished_at)
        .scalar_subquery()
    )
    is_sent = steps.c.state == StepState.SENT.value
    is_after = and_(interactions.c.at >= steps.c.finished_at, or_(following.is_(None), interactions.c.at < following))
    answers = _who_did(and_(is_sent, interactions.c.direction == "inbound", interactions.c.channel != "appointment", is_after))
    meetings = _who_did(and_(is_sent, interactions.c.channel == "appointment", is_after))
    own = and_(steps.c.is_held_out, interactions.c.direction == "inbound", interactions.c.at >= steps.c.due_at)
    unasked = _who_did(own)
    word = func.lower(func.coalesce(ghl_messages.c.status, ""))
    counts = {
        "n_planned": case((~steps.c.is_held_out, steps.c.step_id)),
        "n_sent": case((is_sent, steps.c.step_id)),
        "n_delivered": case((and_(is_sent, word.in_(["delivered", "read", "opened", "clicked"])), steps.c.step_id)),
        "n_failed": case((and_(is_sent, word.in_(["failed", "undelivered"])), steps.c.step_id)),
        "n_replied": case((and_(is_sent, steps.c.step_id.in_(answers)), steps.c.step_id)),
        "n_opted_out": case((and_(is_sent, steps.c.step_id.in_(_who_left(following))), steps.c.step_id)),
        "n_appointments": case((and_(is_sent, steps.c.step_id.in_(meetings)), steps.c.step_id)),
        "n_blocked": case((steps.c.state == StepState.BLOCKED.value, steps.c.step_id)),
        "n_skipped": case((steps.c.state == StepState.SKIPPED.value, steps.c.step_id)),
        "n_dead": case((steps.c.state == StepState.DEAD.value, steps.c.step_id)),
        "n_held_out": case((steps.c.is_held_out, steps.c.step_id)),
        "n_held_out_replied": case((steps.c.step_id.in_(unasked), steps.c.step_id)),
    }
    columns = [func.count(distinct(value)).label(name) for name, value in counts.items()]
    joined = steps.join(enrolments).outerjoin(ghl_messages, and_(ghl_messages.c.message_id == steps.c.provider_id))
    asked = select(enrolments.c.version, steps.c.step_no, steps.c.kind, *columns).select_from(joined)
    asked = asked.where(enrolments.c.sequence_id == sequence_id).group_by(enrolments.c.version, steps.c.step_no, steps.c.kind)
    found = connection.execute(asked.order_by(enrolments.c.version.desc(), steps.c.step_no)).mappings()
    return [StepCounts(**row) for row in found]


def hold_out_counts(connection: Connection, sequence_id: int) -> dict[bool, tuple[int, int, int]]:
    """Enrolled leads, those who wrote since, and those with an appointment since; apart for held out (True) and not.

    By what was drawn, not by what was sent, so that both groups differ in nothing but the draw.
    """
    held = exists().where(steps.c.enrolment_id == enrolments.c.enrolment_id, steps.c.is_held_out)
    since = and_(interactions.c.lead_id == enrolments.c.lead_id, interactions.c.at >= enrolments.c.started_at)
    wrote = exists().where(since, interactions.c.direction == "inbound", interactions.c.channel != "appointment")
    met = exists().where(since, interactions.c.channel == "appointment")
    word = case((held, 1), else_=0)
    each = select(word.label("held"), case((wrote, 1), else_=0).label("wrote"), case((met, 1), else_=0).label("met"))
    rows = each.where(enrolments.c.sequence_id == sequence_id).subquery()
    asked = select(rows.c.held, func.count(), func.sum(rows.c.wrote), func.sum(rows.c.met)).group_by(rows.c.held)
    return {bool(row[0]): (int(row[1]), int(row[2]), int(row[3])) for row in connection.execute(asked)}


def _who_did(which: ColumnElement[bool]) -> Any:
    return select(steps.c.step_id).join(interactions, interactions.c.lead_id == steps.c.lead_id).where(which)


def _who_left(following: Any) -> Any:
    is_after = and_(opt_outs.c.at >= steps.c.finished_at, or_(following.is_(None), opt_outs.c.at < following))
    return select(steps.c.step_id).join(opt_outs, opt_outs.c.lead_id == steps.c.lead_id).where(is_after)


def enrolment_counts(connection: Connection) -> dict[tuple[int, int, str], int]:
    """How many enrolments there are by sequence, version and state."""
    keys = (enrolments.c.sequence_id, enrolments.c.version, enrolments.c.state)
    return {(row[0], row[1], row[2]): row[3] for row in connection.execute(select(*keys, func.count()).group_by(*keys))}
