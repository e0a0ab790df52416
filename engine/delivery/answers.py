"""Drafts on their way out: let go they become steps of the outbox, through the same gate and the same sending as everything else."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, select

from engine.delivery import plans
from engine.delivery.draft_check import VOUCHED, faults_in
from engine.delivery.plans import Plan
from engine.errors import BadInput, Conflict
from engine.records import Direction, Lead
from engine.records.conversation import Draft, DraftState
from engine.records.follow_up import StepKind, StepState
from engine.sequences.cadence import Sequence, SequenceStep
from engine.sequences.content_lint import DISCLOSURE
from engine.sequences.facts import GateFacts
from engine.sequences.message import Template
from engine.store import drafts, enrolments, pauses, steps
from engine.store.follow_up_tables import steps as step_rows
from engine.store.ledger import Txn
from engine.store.steps import PlannedStep, Step

NAME = "Conversations"
UNDO_FOR = timedelta(seconds=20)
_SAME_WORDS = timedelta(days=7)
_STEP = SequenceStep(number=1, day=0, kind=StepKind.SMS, template="answer", max_late_hours=24, min_gap_hours=0)
_PLAN = Plan(
    sequence=Sequence(key="conversations", name=NAME, version=1, steps=(_STEP,), skips_sundays=False),
    templates={("answer", "en"): Template(key="answer", kind=StepKind.SMS, body="{{greeting}}, {{agent_name}} with {{brand}}.")},
)


def let_go(txn: Txn, draft: Draft, lead: Lead, *, words: str, why: str = "", vouched: str = "") -> int:
    """Put a draft into the outbox; it leaves in twenty seconds. Raises `BadInput` for words that may not go; answers the step.

    `vouched` is a person's reason why a figure or a link in it is right all the same; nothing else can be vouched for.
    """
    body = words.strip()
    found = faults_in(txn.connection, lead, body, txn.at, draft)
    against = [one.told for one in found if not (one.may_be_vouched and vouched)]
    if against:
        field = "words" if any(not one.may_be_vouched for one in found) else VOUCHED
        raise BadInput(" ".join(against[:3]), field=field)
    sequence_id = _sequence(txn)
    if _is_busy(txn, sequence_id, lead.lead_id):
        raise Conflict("Another answer to him is still on its way")
    to = DraftState.APPROVED if body == draft.body else DraftState.EDITED
    step_id = _queue(txn, sequence_id, lead.lead_id, body)
    decided = {"words": body, "decided_by": txn.actor_id, "decided_at": txn.at, "decided_why": why or vouched, "step_id": step_id}
    if not drafts.move(txn, draft, to, **decided):
        raise Conflict("Somebody decided about this draft already")
    return step_id


def take_back(txn: Txn, draft: Draft) -> None:
    """Make a draft that was let go a proposal again; raises `Conflict` once its message is on its way."""
    _cancel(txn, draft, "Taken back before it left")
    fresh = {"words": "", "decided_by": None, "decided_at": None, "decided_why": "", "step_id": None}
    drafts.move(txn, draft, DraftState.PROPOSED, **fresh)


def withdraw(txn: Txn, lead_id: int, why: str) -> int:
    """Drop whatever waits to be said to a lead: he wrote again, or asked for silence. What is on its way can't be called back."""
    n_withdrawn = 0
    for draft in drafts.of_lead(txn.connection, lead_id, [*drafts.WAITING, *drafts.LET_GO]):
        try:
            if draft.step_id is not None:
                _cancel(txn, draft, why)
        except Conflict:
            continue
        decided = {"decided_by": draft.decided_by if draft.decided_by is not None else txn.actor_id, "decided_at": txn.at}
        n_withdrawn += drafts.move(txn, draft, DraftState.REJECTED, decided_why=why, **decided)
    return n_withdrawn


def as_answer(connection: Connection, step: Step, facts: GateFacts, lead: Lead) -> GateFacts:
    """What the gate must know of a message that answers: the facts as they are for any other step."""
    draft = drafts.of_step(connection, step.step_id)
    if draft is None:
        return facts
    wrote_at = max((event.at for event in lead.interactions if event.direction is Direction.INBOUND), default=None)
    recent = at_words(connection, step, facts.body, step.due_at - _SAME_WORDS)
    return replace(
        facts,
        is_answer=True,
        answers_at=wrote_at if draft.message_id is not None else None,
        composer="person" if draft.state is DraftState.EDITED else draft.composer,
        has_person_approval=bool(draft.decided_by),
        has_ai_disclosure=DISCLOSURE.search(facts.body) is not None,
        needs_ai_disclosure=not draft.decided_by and not was_disclosed(connection, lead.lead_id),
        paused_since=None if _is_let_through(connection, draft) else facts.paused_since,
        is_duplicate=recent,
    )


def _is_let_through(connection: Connection, draft: Draft) -> bool:
    """A pause stops what nobody looks at. A person who lets this very message go has looked; autopilot passes a reply's pause alone."""
    pause = pauses.open_of(connection, draft.lead_id)
    if pause is None or draft.decided_at is None or pause.since > draft.decided_at:
        return pause is None
    return bool(draft.decided_by) or (draft.is_autopilot and pause.reason == "reply")


def was_disclosed(connection: Connection, lead_id: int) -> bool:
    """Whether a text that was sent to this lead said that an automated assistant writes."""
    sent = [one for one in steps.of_lead(connection, lead_id) if one.state is StepState.SENT]
    return any(DISCLOSURE.search(one.body) for one in sent)


def at_words(connection: Connection, step: Step, body: str, since: datetime) -> bool:
    """Whether the very same words went to this lead since then."""
    same = (step_rows.c.lead_id == step.lead_id, step_rows.c.body == body, step_rows.c.step_id != step.step_id)
    asked = select(exists().where(*same, step_rows.c.state == StepState.SENT.value, step_rows.c.finished_at >= since))
    return bool(connection.execute(asked).scalar_one())


def _sequence(txn: Txn) -> int:
    """The outbox's own sequence of answers, made on first use; the shipped ones come first."""
    plans.seed(txn)
    known = next((one for one in enrolments.all_sequences(txn.connection) if one.name == NAME), None)
    return known.sequence_id if known else plans.add(txn, _PLAN)


def _is_busy(txn: Txn, sequence_id: int, lead_id: int) -> bool:
    running = enrolments.of_lead(txn.connection, lead_id, enrolments.RUNNING)
    return any(one.sequence_id == sequence_id for one in running)


def _queue(txn: Txn, sequence_id: int, lead_id: int, body: str) -> int:
    version = enrolments.sequence(txn.connection, sequence_id).version
    enrolment_id = enrolments.add_enrolment(
        txn, sequence_id=sequence_id, version=version, lead_id=lead_id, state="active", how="draft"
    )
    planned = PlannedStep(step_no=1, kind=StepKind.SMS, due_at=txn.at + UNDO_FOR, max_late_hours=24, min_gap_hours=0)
    [step_id] = steps.insert_steps(txn, enrolment_id, lead_id, [planned])
    [step] = steps.load(txn.connection, [step_id])
    steps.move(txn, step, to=StepState.PENDING, body=body)
    return step_id


def _cancel(txn: Txn, draft: Draft, why: str) -> None:
    found = steps.load(txn.connection, [draft.step_id]) if draft.step_id is not None else []
    if not found or found[0].state is not StepState.PENDING:
        raise Conflict("It is on its way already")
    steps.finish(txn, found[0], StepState.CANCELLED, reason="withdrawn", detail=why)
    enrolments.change(txn, found[0].enrolment_id, state="stopped", ended_at=txn.at, end_reason=why)
