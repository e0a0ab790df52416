"""Steps in the ledger: claiming, and every move from one state to another. Each move after a claim carries its fence.

pending → leased → sending → sent | unknown → (looked up) → sent | pending; cancelled, skipped, blocked and dead are ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)

from engine.errors import NotFound
from engine.records.follow_up import StepKind, StepState
from engine.store.follow_up_tables import enrolments, steps
from engine.store.ledger import Txn, execute_many

IN_FLIGHT = (StepState.LEASED.value, StepState.SENDING.value, StepState.UNKNOWN.value)
OPEN = (StepState.PENDING.value, *IN_FLIGHT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message or call of an enrolment, as the ledger has it."""

    step_id: int
    enrolment_id: int
    lead_id: int
    step_no: int
    kind: StepKind
    state: StepState
    due_at: datetime
    next_at: datetime | None
    max_late_hours: float
    min_gap_hours: float
    lease_owner: str
    lease_until: datetime | None
    fence: int
    attempts: int
    n_misses: int
    subject: str
    body: str
    html: str
    address: str
    provider_id: str
    reason: str
    detail: str
    tried_at: datetime | None
    check_since: datetime | None
    finished_at: datetime | None
    is_held_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step before it is one: what the plan says of it, at a lead's own times."""

    step_no: int
    kind: StepKind
    due_at: datetime
    max_late_hours: float
    min_gap_hours: float


COLUMNS = [steps.c[field.name] for field in fields(Step)]


def insert_steps(
    txn: Txn, enrolment_id: int, lead_id: int, planned: Sequence[PlannedStep], *, is_held_out: bool = False, has_turn: bool = True
) -> list[int]:
    """Add an enrolment's steps in order; the first gets its turn (if it `has_turn`), the others wait for the one before."""
    first = txn.next_id("steps", len(planned)) if planned else 0
    rows = [
        {
            **dict.fromkeys(("lease_owner", "subject", "body", "html", "address", "provider_id", "reason", "detail"), ""),
            "step_id": first + place,
            "enrolment_id": enrolment_id,
            "lead_id": lead_id,
            "step_no": step.step_no,
            "kind": step.kind.value,
            "state": StepState.PENDING.value,
            "due_at": step.due_at,
            "next_at": step.due_at if place == 0 and has_turn and not is_held_out else None,
            "max_late_hours": step.max_late_hours,
            "min_gap_hours": step.min_gap_hours,
            "fence": 0,
            "attempts": 0,
            "n_misses": 0,
            "is_held_out": is_held_out,
        }
        for place, step in enumerate(planned)
    ]
    execute_many(txn.connection, insert(steps), rows)
    return list(range(first, first + len(rows)))


def claim(txn: Txn, *, owner: str, until: datetime, limit: int) -> list[Step]:
    """Take up to `limit` due steps, at most one a lead, none of a lead that has one under way. Nobody else gets them until then."""
    other = steps.alias()
    is_busy = exists().where(other.c.lead_id == steps.c.lead_id, other.c.state.in_(IN_FLIGHT))
    due = select(steps.c.step_id, steps.c.lead_id).where(
        steps.c.state == StepState.PENDING.value, steps.c.next_at <= txn.at, ~is_busy
    )
    due = due.order_by(steps.c.next_at, steps.c.step_id).limit(2 * limit).with_for_update(skip_locked=True, of=steps)
    first_of_lead: dict[int, int] = {}
    for step_id, lead_id in txn.connection.execute(due):
        first_of_lead.setdefault(lead_id, step_id)
    chosen = list(first_of_lead.values())[:limit]
    if not chosen:
        return []
    taken = update(steps).where(steps.c.step_id.in_(chosen), steps.c.state == StepState.PENDING.value)
    taken = taken.values(state=StepState.LEASED.value, lease_owner=owner, lease_until=until, fence=steps.c.fence + 1)
    found = [_step(row) for row in txn.connection.execute(taken.returning(*COLUMNS))]
    return sorted(found, key=lambda step: (step.next_at or step.due_at, step.step_id))


def claim_unknown(txn: Txn, *, owner: str, until: datetime, limit: int) -> list[Step]:
    """Take steps whose outcome is unknown and is to be looked up now; they stay unknown, under a new fence."""
    due = select(steps.c.step_id).where(steps.c.state == StepState.UNKNOWN.value, steps.c.next_at <= txn.at)
    free = or_(steps.c.lease_until.is_(None), steps.c.lease_until <= txn.at, steps.c.lease_owner == owner)
    due = due.where(free)
    due = due.order_by(steps.c.next_at).limit(limit).with_for_update(skip_locked=True)
    chosen = list(txn.connection.execute(due).scalars())
    if not chosen:
        return []
    taken = update(steps).where(steps.c.step_id.in_(chosen), steps.c.state == StepState.UNKNOWN.value)
    taken = taken.values(lease_owner=owner, lease_until=until, fence=steps.c.fence + 1)
    return [_step(row) for row in txn.connection.execute(taken.returning(*COLUMNS))]


def renew(txn: Txn, *, owner: str, until: datetime) -> int:
    """Put off the end of everything this owner holds; answers how much that is."""
    mine = update(steps).where(steps.c.state.in_(IN_FLIGHT), steps.c.lease_owner == owner)
    n_held: int = txn.connection.execute(mine.values(lease_until=until)).rowcount
    return n_held


def release_expired(txn: Txn, settle: timedelta) -> int:
    """Leases that ran out: what was only leased becomes pending again; what was sending may have gone, so it becomes unknown."""
    return _release(txn, settle, steps.c.lease_until <= txn.at)


def release_of(txn: Txn, seat: str, settle: timedelta) -> int:
    """The same for everything held by owners whose names begin so, whenever their leases end: they are known to be gone."""
    theirs = steps.c.lease_owner.startswith(seat, autoescape=True)
    looking = update(steps).where(steps.c.state == StepState.UNKNOWN.value, theirs)
    n_looking: int = txn.connection.execute(looking.values(lease_owner="", lease_until=None, fence=steps.c.fence + 1)).rowcount
    return n_looking + _release(txn, settle, theirs)


def release_sent_by(txn: Txn, owner: str, settle: timedelta) -> int:
    """The same for what this owner had taken up to send."""
    return _release(txn, settle, steps.c.lease_owner == owner)


def release_one(txn: Txn, step: Step, settle: timedelta, wait: timedelta) -> int:
    """The same for one step, unless it moved on; it is looked at again after `wait` at the earliest."""
    held = and_(steps.c.step_id == step.step_id, steps.c.fence == step.fence)
    later = update(steps).where(held, steps.c.state.in_((StepState.LEASED.value, StepState.UNKNOWN.value)))
    txn.connection.execute(later.values(next_at=txn.at + wait, lease_until=txn.at))
    return _release(txn, max(settle, wait), held)


def _release(txn: Txn, settle: timedelta, which: ColumnElement[bool]) -> int:
    freed = update(steps).where(steps.c.state == StepState.LEASED.value, which)
    freed = freed.values(state=StepState.PENDING.value, lease_owner="", lease_until=None, fence=steps.c.fence + 1)
    n_freed: int = txn.connection.execute(freed).rowcount
    lost = update(steps).where(steps.c.state == StepState.SENDING.value, which)
    lost = lost.values(
        state=StepState.UNKNOWN.value,
        lease_owner="",
        lease_until=None,
        next_at=txn.at + settle,
        n_misses=0,
        reason="unknown_outcome",
        detail="The program ended while this was on its way; the provider is asked",
        fence=steps.c.fence + 1,
    )
    n_lost: int = txn.connection.execute(lost).rowcount
    return n_freed + n_lost


def move(txn: Txn, step: Step, *, to: StepState, **values: Any) -> bool:
    """Move a step on if it still stands where this holder of its fence left it; says whether it did. Other columns as named."""
    moved = update(steps).where(steps.c.step_id == step.step_id, steps.c.fence == step.fence, steps.c.state == step.state.value)
    is_moved = bool(txn.connection.execute(moved.values(state=to.value, **values)).rowcount)
    if is_moved:
        txn.emit("step_changed", "steps", step.step_id)
    return is_moved


def finish(
    txn: Txn, step: Step, to: StepState, *, reason: str = "", detail: str = "", provider_id: str = "", **values: Any
) -> bool:
    """End a step and give the next one of its enrolment its turn; a sent one keeps the gap to whatever else this lead would get."""
    ended = {"lease_owner": "", "lease_until": None, "next_at": None, "check_since": None, "finished_at": txn.at}
    if not move(txn, step, to=to, reason=reason, detail=detail, provider_id=provider_id, **ended, **values):
        return False
    give_turn(txn, step.enrolment_id, keeps_gap=to in (StepState.SENT, StepState.SKIPPED))
    if to is StepState.SENT:
        _keep_gap(txn, step.lead_id)
    return True


def give_turn(txn: Txn, enrolment_id: int, *, keeps_gap: bool = False) -> None:
    """Let the first open step of a running enrolment be looked at; without one left the enrolment is finished.

    `keeps_gap`: the step before was just sent or skipped, so this one is due its gap from now at the earliest.
    """
    state = txn.connection.execute(select(enrolments.c.state).where(enrolments.c.enrolment_id == enrolment_id)).scalar_one_or_none()
    if state != "active":
        return
    mine = select(steps.c.step_id, steps.c.state, steps.c.next_at, steps.c.due_at, steps.c.min_gap_hours)
    mine = mine.where(steps.c.enrolment_id == enrolment_id, steps.c.state.in_(OPEN))
    first = txn.connection.execute(mine.order_by(steps.c.step_no).limit(1)).one_or_none()
    if first is None:
        ended = {"state": "finished", "ended_at": txn.at, "end_reason": "every step is done"}
        txn.connection.execute(update(enrolments).where(enrolments.c.enrolment_id == enrolment_id).values(ended))
        txn.emit("enrolment_changed", "enrolments", enrolment_id)
    elif first.state == StepState.PENDING.value and first.next_at is None:
        due_at = max(first.due_at, txn.at + timedelta(hours=first.min_gap_hours)) if keeps_gap else first.due_at
        turn = update(steps).where(steps.c.step_id == first.step_id)
        txn.connection.execute(turn.values(due_at=due_at, next_at=max(due_at, txn.at)))


def _keep_gap(txn: Txn, lead_id: int) -> None:
    waiting = select(steps.c.step_id, steps.c.next_at, steps.c.min_gap_hours)
    waiting = waiting.where(steps.c.lead_id == lead_id, steps.c.state == StepState.PENDING.value, steps.c.next_at.is_not(None))
    for row in txn.connection.execute(waiting).all():
        earliest = txn.at + timedelta(hours=row.min_gap_hours)
        if row.next_at < earliest:
            txn.connection.execute(update(steps).where(steps.c.step_id == row.step_id).values(next_at=earliest))


def cancel_open(txn: Txn, enrolment_id: int, reason: str, detail: str = "") -> int:
    """Cancel an enrolment's waiting steps. One under way ends by its own result, or at the gate."""
    waiting = update(steps).where(steps.c.enrolment_id == enrolment_id, steps.c.state == StepState.PENDING.value)
    ended = {"state": StepState.CANCELLED.value, "next_at": None, "finished_at": txn.at, "reason": reason, "detail": detail}
    n_cancelled: int = txn.connection.execute(waiting.values(**ended)).rowcount
    return n_cancelled


def delete_unbegun(txn: Txn, enrolment_id: int, *, keep: set[int]) -> None:
    """Take an enrolment's waiting steps out, except the numbered ones: another version's come instead."""
    gone = delete(steps).where(steps.c.enrolment_id == enrolment_id, steps.c.state == StepState.PENDING.value)
    txn.connection.execute(gone.where(steps.c.step_no.not_in(sorted(keep))))


def take_turns_away(txn: Txn, lead_id: int) -> None:
    """Let nothing of this lead be looked at until somebody gives the turn back."""
    waiting = update(steps).where(steps.c.lead_id == lead_id, steps.c.state == StepState.PENDING.value)
    txn.connection.execute(waiting.values(next_at=None))


def shift(txn: Txn, enrolment_id: int, by: timedelta) -> None:
    """Move the plan of an enrolment's waiting steps: a pause of four days makes each due four days later."""
    micros = by // timedelta(microseconds=1)
    waiting = update(steps).where(steps.c.enrolment_id == enrolment_id, steps.c.state == StepState.PENDING.value)
    txn.connection.execute(waiting.values(due_at=type_coerce(steps.c.due_at, BigInteger) + micros))


def replay(txn: Txn, step_id: int, *, has_turn: bool = True) -> None:
    """Give a dead, blocked or skipped step another turn. What was tried so far stays in `attempts`."""
    again = (StepState.DEAD.value, StepState.BLOCKED.value, StepState.SKIPPED.value)
    fresh = {
        "state": StepState.PENDING.value,
        "next_at": txn.at if has_turn else None,
        "due_at": txn.at,
        "finished_at": None,
        "attempts": 0,
    }
    fresh |= {"n_misses": 0, "reason": "", "detail": ""}
    back = update(steps).where(steps.c.step_id == step_id, steps.c.state.in_(again))
    if not txn.connection.execute(back.values(fence=steps.c.fence + 1, **fresh)).rowcount:
        raise NotFound("Only a message that is dead, blocked or skipped can be tried again")
    txn.emit("step_changed", "steps", step_id)


def load(connection: Connection, step_ids: Iterable[int]) -> list[Step]:
    """Steps by number, in the order of their numbers."""
    asked = select(*COLUMNS).where(steps.c.step_id.in_(list(step_ids))).order_by(steps.c.step_id)
    return [_step(row) for row in connection.execute(asked)]


def of_enrolment(connection: Connection, enrolment_id: int) -> list[Step]:
    """An enrolment's steps in their order."""
    asked = select(*COLUMNS).where(steps.c.enrolment_id == enrolment_id).order_by(steps.c.step_no)
    return [_step(row) for row in connection.execute(asked)]


def of_lead(connection: Connection, lead_id: int) -> list[Step]:
    """A lead's steps in the order in which they are due."""
    asked = select(*COLUMNS).where(steps.c.lead_id == lead_id).order_by(steps.c.due_at, steps.c.step_id)
    return [_step(row) for row in connection.execute(asked)]


def sent_to(connection: Connection, lead_id: int, address: str, since: datetime) -> list[datetime]:
    """When automated texts and e-mails went to this lead or to this address, whoever else has it, in any sequence."""
    asked = select(steps.c.finished_at).where(
        or_(steps.c.lead_id == lead_id, steps.c.address == address) if address else steps.c.lead_id == lead_id,
        steps.c.state == StepState.SENT.value,
        steps.c.kind != StepKind.CALL_TASK.value,
        steps.c.finished_at >= since,
    )
    return list(connection.execute(asked.order_by(steps.c.finished_at)).scalars())


def has_unknown(connection: Connection, step: Step, address: str) -> bool:
    """Whether another message to this lead or address may have gone out without anybody knowing."""
    who = or_(steps.c.lead_id == step.lead_id, steps.c.address == address) if address else steps.c.lead_id == step.lead_id
    asked = select(exists().where(who, steps.c.state == StepState.UNKNOWN.value, steps.c.step_id != step.step_id))
    return bool(connection.execute(asked).scalar_one())


def was_sent(connection: Connection, step: Step, body: str, address: str) -> bool:
    """Whether this step, or the very same words to the same address, went out already."""
    same = and_(steps.c.address == address, steps.c.body == body, steps.c.address != "")
    itself = and_(steps.c.enrolment_id == step.enrolment_id, steps.c.step_no == step.step_no)
    asked = select(exists().where(or_(same, itself), steps.c.state == StepState.SENT.value, steps.c.kind != "call_task"))
    return bool(connection.execute(asked).scalar_one())


def known_provider_ids(connection: Connection, lead_id: int) -> set[str]:
    """The provider's numbers of this lead's messages that are accounted for."""
    asked = select(steps.c.provider_id).where(steps.c.lead_id == lead_id, steps.c.provider_id != "")
    return set(connection.execute(asked).scalars())


def queue(connection: Connection, at: datetime) -> Mapping[str, tuple[int, datetime | None]]:
    """By state how many open steps there are and since when the oldest waits; `due` are the pending ones whose time has come."""
    is_due = case((steps.c.next_at <= at, "due"), else_="waiting")
    word = case((steps.c.state == StepState.PENDING.value, is_due), else_=steps.c.state)
    asked = select(word.label("word"), func.count().label("n"), func.min(steps.c.next_at).label("since"))
    asked = asked.where(steps.c.state.in_(OPEN)).group_by(word)
    return {row.word: (row.n, row.since) for row in connection.execute(asked)}


def _step(row: Row[*tuple[Any, ...]]) -> Step:
    facts = dict(row._mapping)
    return Step(**{**facts, "kind": StepKind(facts["kind"]), "state": StepState(facts["state"])})
