"""Who is on which sequence: enrol, pause, resume, skip, stop, and move those under way to another version."""

from collections.abc import Sequence as Many
from dataclasses import replace
from datetime import datetime, timedelta

from engine.delivery import plans
from engine.delivery.office import settings_at
from engine.delivery.plans import Plan
from engine.errors import BadInput, Conflict, NotFound
from engine.records import Lead
from engine.records.follow_up import StepState
from engine.sequences import cadence
from engine.sequences.enrolment import is_held_out as is_left_alone
from engine.sequences.facts import Whereabouts
from engine.sequences.places import places_of
from engine.sequences.rules import GateRules
from engine.store import enrolments, leads, pauses, steps
from engine.store.enrolments import Enrolment
from engine.store.ledger import Txn
from engine.store.steps import PlannedStep


def enrol(txn: Txn, sequence_id: int, lead_ids: Many[int], *, how: str) -> dict[int, str]:
    """Put leads on a sequence's newest version; answers why it did not happen, for each lead with whom it did not."""
    sequence = enrolments.sequence(txn.connection, sequence_id)
    if not sequence.is_active:
        raise BadInput(f"“{sequence.name}” is switched off; switch it on first")
    plan = plans.load(txn.connection, sequence_id, sequence.version)
    rules = settings_at(txn.connection, txn.at).rules
    found = {lead.lead_id: lead for lead in leads.load_leads(txn.connection, lead_ids, only_visible=True)}
    refused = dict.fromkeys((one for one in lead_ids if one not in found), "There is no such lead")
    for lead in found.values():
        if _is_running(txn, sequence_id, lead.lead_id):
            refused[lead.lead_id] = "Already on this sequence"
            continue
        _enrol_one(txn, sequence, plan, rules, lead, how)
    return refused


def _is_running(txn: Txn, sequence_id: int, lead_id: int) -> bool:
    return any(one.sequence_id == sequence_id for one in enrolments.of_lead(txn.connection, lead_id, enrolments.RUNNING))


def _enrol_one(txn: Txn, sequence: enrolments.Sequence_, plan: Plan, rules: GateRules, lead: Lead, how: str) -> int:
    is_held_out = is_left_alone(replace(plan.sequence, holdout_share=sequence.hold_out_rate), lead.lead_id)
    is_paused = pauses.open_of(txn.connection, lead.lead_id) is not None
    state = "held_out" if is_held_out else "paused" if is_paused else "active"
    enrolment_id = enrolments.add_enrolment(
        txn, sequence_id=sequence.sequence_id, version=sequence.version, lead_id=lead.lead_id, state=state, how=how
    )
    if is_paused:
        enrolments.change(txn, enrolment_id, paused_at=txn.at)
    planned = planned_steps(plan, rules, lead, enrolled_at=txn.at)
    steps.insert_steps(txn, enrolment_id, lead.lead_id, planned, is_held_out=is_held_out)
    if is_paused:
        steps.take_turns_away(txn, lead.lead_id)
    txn.audit("enrol", "leads", lead.lead_id, {"sequence": sequence.name, "version": sequence.version, "how": how, "state": state})
    return enrolment_id


def planned_steps(plan: Plan, rules: GateRules, lead: Lead, *, enrolled_at: datetime) -> list[PlannedStep]:
    """A plan's steps at this lead's own times."""
    places = places_of(whereabouts(lead), needs_phone=False)
    return [
        PlannedStep(
            step_no=due.step.number,
            kind=due.step.kind,
            due_at=due.due_at,
            max_late_hours=due.step.max_late_hours,
            min_gap_hours=due.step.min_gap_hours,
        )
        for due in cadence.plan(plan.sequence, enrolled_at=enrolled_at, places=places, rules=rules)
    ]


def whereabouts(lead: Lead) -> Whereabouts:
    """Everything that hints at where a lead is."""
    return Whereabouts(phone=lead.phone, zip_code=lead.zip_code, city=lead.city, state=lead.state)


def pause(txn: Txn, lead_id: int, reason: str) -> bool:
    """Stand a lead's automation still; false when it stands still already."""
    began = pauses.begin(txn, lead_id, reason)
    for enrolment in enrolments.of_lead(txn.connection, lead_id, ["active"]):
        enrolments.change(txn, enrolment.enrolment_id, state="paused", paused_at=txn.at)
    steps.take_turns_away(txn, lead_id)
    return began


def resume(txn: Txn, lead_id: int) -> bool:
    """A person lets a lead's automation go on; what is left of the plan moves by as long as it stood still."""
    ended = pauses.end(txn, lead_id)
    since = ended.since if ended else txn.at
    for enrolment in enrolments.of_lead(txn.connection, lead_id, ["active", "paused"]):
        stood = txn.at - (enrolment.paused_at or since)
        enrolments.change(txn, enrolment.enrolment_id, state="active", paused_at=None)
        steps.shift(txn, enrolment.enrolment_id, max(stood, timedelta(0)))
        steps.give_turn(txn, enrolment.enrolment_id)
    return ended is not None


def stop(txn: Txn, enrolment_id: int, reason: str) -> None:
    """End an enrolment: what waits is cancelled, what is on its way ends by its own result."""
    enrolment = enrolments.load(txn.connection, enrolment_id)
    if enrolment.state in enrolments.RUNNING:
        enrolments.change(txn, enrolment_id, state="stopped", ended_at=txn.at, end_reason=reason)
        steps.cancel_open(txn, enrolment_id, "stopped", reason)
        txn.audit("stop_sequence", "leads", enrolment.lead_id, {"enrolment": enrolment_id, "why": reason})


def stop_all(txn: Txn, lead_id: int, reason: str) -> int:
    """End every enrolment of a lead; answers how many ran."""
    running = enrolments.of_lead(txn.connection, lead_id, enrolments.RUNNING)
    for enrolment in running:
        stop(txn, enrolment.enrolment_id, reason)
    return len(running)


def skip(txn: Txn, step_id: int, why: str = "A person skipped it") -> None:
    """Leave one waiting step out and go on with the next; raises `Conflict` once it is on its way."""
    step = _one(txn, step_id)
    if step.state is not StepState.PENDING:
        raise Conflict("This message is no longer waiting")
    steps.move(txn, step, to=StepState.SKIPPED, next_at=None, finished_at=txn.at, reason="skipped_by_person", detail=why)
    steps.give_turn(txn, step.enrolment_id)
    txn.audit("skip_step", "leads", step.lead_id, {"step": step.step_no})


def replay(txn: Txn, step_id: int) -> None:
    """Try a dead, blocked or skipped step again, through the same gate; a sequence that had come to its end goes on for it."""
    step = _one(txn, step_id)
    enrolment = enrolments.load(txn.connection, step.enrolment_id)
    if enrolment.state == "stopped":
        raise Conflict(f"This sequence was stopped: {enrolment.end_reason}")
    steps.replay(txn, step_id, has_turn=enrolment.state != "paused")
    if enrolment.state == "finished":
        enrolments.change(txn, enrolment.enrolment_id, state="active", ended_at=None, end_reason="")
    txn.audit("replay_step", "leads", step.lead_id, {"step": step.step_no, "was": step.state.value})


def migrate(txn: Txn, enrolment: Enrolment, version: int) -> int:
    """Move one lead to another version: steps that have not begun are planned anew. Answers how many."""
    plan = plans.load(txn.connection, enrolment.sequence_id, version)
    found = leads.load_leads(txn.connection, [enrolment.lead_id])
    if not found:
        raise NotFound("There is no such lead")
    known = steps.of_enrolment(txn.connection, enrolment.enrolment_id)
    done = {step.step_no for step in known if step.state is not StepState.PENDING or step.attempts or step.body}
    rules = settings_at(txn.connection, txn.at).rules
    planned = planned_steps(plan, rules, found[0], enrolled_at=enrolment.started_at)
    fresh = [step for step in planned if step.step_no not in done and step.step_no > max(done, default=0)]
    steps.delete_unbegun(txn, enrolment.enrolment_id, keep=done)
    steps.insert_steps(txn, enrolment.enrolment_id, enrolment.lead_id, fresh, has_turn=False)
    enrolments.change(txn, enrolment.enrolment_id, version=version)
    steps.give_turn(txn, enrolment.enrolment_id)
    return len(fresh)


def _one(txn: Txn, step_id: int) -> steps.Step:
    found = steps.load(txn.connection, [step_id])
    if not found:
        raise NotFound("There is no such message")
    return found[0]
