"""From a due step to a sent message: claim, decide, call the provider once, keep what it answered. Nothing is retried here.

Between the two transactions of a step lies one request. Whoever is killed there leaves the step `sending`; the sweep makes that
`unknown`, and only looking it up (reconciling.py) decides whether it is sent again.
"""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from engine.delivery import answers, breaker, facts, leases, plans
from engine.delivery.enrolling import stop_all
from engine.delivery.facts import Moment
from engine.delivery.leases import Delivery
from engine.delivery.office import settings_at
from engine.delivery.recording import RECHECK, hold, record
from engine.delivery.sync_out import ensure_contact
from engine.delivery.wording import words_of
from engine.errors import BadInput, ProviderError, ProviderRefused, ProviderThrottled, ProviderUnauthorised, StoreUnavailable
from engine.records import Lead
from engine.records.follow_up import Decision, GateReason, Outgoing, SendResult, SendState, StepKind, StepState, Verdict
from engine.sequences import cadence, gate
from engine.sequences.message import Rendered
from engine.store import attempts, call_tasks, enrolments, ghl_links, leads, steps
from engine.store.enrolments import Enrolment
from engine.store.ledger import Txn
from engine.store.steps import Step

log = logging.getLogger(__name__)

_BATCH = 10
_DRY_RUN = timedelta(hours=1)
# What a block means for the step: an end that nothing changes, one that a person may replay, or simply too late.
_ENDS = {
    GateReason.OPTED_OUT: StepState.CANCELLED,
    GateReason.DUPLICATE: StepState.CANCELLED,
    GateReason.STALE_STEP: StepState.SKIPPED,
}


def deliver_due(delivery: Delivery, *, limit: int = _BATCH) -> int:
    """Send what is due, at most `limit` steps; answers how many were looked at. Safe to call from any number of processes."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        # What this process still holds now it lost hold of when the ledger failed it in the middle of a round.
        steps.release_sent_by(txn, delivery.owner, delivery.lasting(delivery.patience.settle))
        if settings_at(txn.connection, txn.at).is_kill_switch_on:
            return 0
        allowed = breaker.allowance(txn, limit)
        until = txn.at + delivery.lasting(delivery.patience.lease)
        claimed = steps.claim(txn, owner=delivery.owner, until=until, limit=allowed) if allowed else []
    delivery.patience.hops("claimed")
    for step in claimed:
        try:
            deliver(delivery, step)
        except StoreUnavailable:
            raise
        except Exception:
            # One step that breaks something must not keep the others.
            log.exception("step %d could not be delivered", step.step_id)
            leases.let_go(delivery, step, RECHECK)
    return len(claimed)


def deliver(delivery: Delivery, step: Step) -> None:
    """Decide about one leased step and, if the gate lets it go, send it."""
    contact_id = _known_contact(delivery, step.lead_id)
    going = _decide(delivery, step, contact_id)
    if going is _NEEDS_CONTACT:
        contact_id = _make_contact(delivery, step)
        going = _decide(delivery, step, contact_id) if contact_id else None
    if going is None or going is _NEEDS_CONTACT:
        return
    assert isinstance(going, _Going)
    delivery.patience.hops("sending")
    result = _send(delivery, going)
    delivery.patience.hops("sent")
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        record(delivery, txn, going.step, contact_id or "", result)
    delivery.patience.hops("recorded")


@dataclass(frozen=True, slots=True)
class _Going:
    """A step in state `sending` and what goes out for it."""

    step: Step
    outgoing: Outgoing


_NEEDS_CONTACT = object()


def _send(delivery: Delivery, going: _Going) -> SendResult:
    """The one request. A program that stood still since it decided (a machine asleep) may have lost the step: it sends nothing."""
    begun_at = going.step.tried_at or delivery.clock.now()
    if delivery.clock.now() - begun_at > delivery.lasting(delivery.patience.lease) / 2:
        return SendResult(state=SendState.NOT_SENT, message="The program stood still before it could send this")
    try:
        return delivery.provider.send(going.outgoing)
    except Exception as error:
        log.exception("the provider's client failed on step %d", going.step.step_id)
        return SendResult(state=SendState.UNKNOWN, message=f"{type(error).__name__} in the client")


def _known_contact(delivery: Delivery, lead_id: int) -> str | None:
    with delivery.ledger.read() as connection:
        link = ghl_links.links_of_leads(connection, [lead_id]).get(lead_id)
    return link.contact_id if link and not link.is_gone else None


def _make_contact(delivery: Delivery, step: Step) -> str | None:
    """Find the lead at the provider or make him there, which is repeatable. None when that fails: the step waits, or is blocked."""
    try:
        return ensure_contact(delivery.ledger, delivery.provider, delivery.clock, step.lead_id)
    except ProviderRefused as error:
        why = error.message
    except BadInput as error:
        why = error.message
    except ProviderError as error:
        with delivery.ledger.write(at=delivery.clock.now()) as txn:
            _contact_failed(txn, step, error)
        return None
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        steps.finish(txn, step, StepState.BLOCKED, reason="no_recipient", detail=why)
    return None


def _contact_failed(txn: Txn, step: Step, error: ProviderError) -> None:
    if not isinstance(error, ProviderThrottled):
        breaker.fail(txn, error.message, is_token=isinstance(error, ProviderUnauthorised))
    wait = timedelta(seconds=error.retry_after_seconds) if error.retry_after_seconds else RECHECK / 15
    hold(txn, step, txn.at + wait, "provider", f"The contact could not be found or made: {error.message}")


def _decide(delivery: Delivery, step: Step, contact_id: str | None) -> object:
    """The gate's transaction: to `sending` with its attempt written down, or back, or to an end."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        found = leads.load_leads(txn.connection, [step.lead_id], only_visible=True)
        enrolment = enrolments.load(txn.connection, step.enrolment_id)
        if not found or enrolment.state not in ("active", "paused"):
            _cancel(txn, step, "The lead is gone" if not found else f"The sequence has ended: {enrolment.end_reason}")
            return None
        lead = found[0]
        plan = plans.load(txn.connection, enrolment.sequence_id, enrolment.version)
        moment = Moment(at=txn.at, office=settings_at(txn.connection, txn.at), key=delivery.key)
        if _must_wait(txn, step, enrolment):
            return None
        history = facts.history_of(txn.connection, step, lead, txn.at)
        message = words_of(txn, step, lead, plan, moment, history)
        if message is None:
            return None
        agent = facts.agent_name(txn.connection, lead, moment.office.sender)
        known = facts.assemble(txn.connection, step, lead, message, moment, history, agent=agent)
        known = answers.as_answer(txn.connection, step, known, lead)
        rules = cadence.step_rules(plan.sequence, plan.step(step.step_no), moment.office.rules)
        decided = gate.verdict(known, txn.at, rules)
        if decided.decision is Decision.SEND and contact_id is None and delivery.provider.is_live and _wants_contact(step, lead):
            return _NEEDS_CONTACT
        attempts.log_verdict(txn, step.step_id, step.lead_id, step.kind, decided, facts.facts_hash(known))
        if decided.decision is not Decision.SEND:
            _refuse(txn, step, decided)
            return None
        return _begin(delivery, txn, step, lead, message, contact_id, known.address or "")


def _wants_contact(step: Step, lead: Lead) -> bool:
    return bool(lead.phone or lead.email) and step.check_since is None


def _must_wait(txn: Txn, step: Step, enrolment: Enrolment) -> bool:
    resting = breaker.resting_until(txn.connection, txn.at)
    sequence = enrolments.sequence(txn.connection, enrolment.sequence_id)
    if resting is not None:
        hold(txn, step, resting, "provider", "The provider is having trouble; this waits until it answers again")
    elif not sequence.is_active:
        hold(txn, step, txn.at + RECHECK, "sequence_off", "The sequence is switched off")
    return resting is not None or not sequence.is_active


def _begin(
    delivery: Delivery, txn: Txn, step: Step, lead: Lead, message: Rendered, contact_id: str | None, address: str
) -> _Going | None:
    """Write down that it goes, before it goes. A call is a person's task and needs no provider; other things do."""
    words: dict[str, Any] = {"subject": message.subject, "body": message.body, "html": message.html, "address": address}
    if step.check_since is not None:
        told = "A backup came back; the provider is asked first whether this went out already"
        lost = {"tried_at": step.check_since, "next_at": txn.at, "lease_until": None, "lease_owner": "", "n_misses": 0}
        steps.move(txn, step, to=StepState.UNKNOWN, reason="unknown_outcome", detail=told, **lost, **words)
        return None
    if step.kind is StepKind.CALL_TASK:
        title = message.subject or f"Call {lead.name}"
        call_tasks.add(txn, lead.lead_id, step_id=step.step_id, title=title, script=message.body, due_at=txn.at)
        if not delivery.provider.is_live or contact_id is None:
            steps.finish(txn, step, StepState.SENT, detail="A call in the inbox", **words)
            return None
    elif not delivery.provider.is_live:
        hold(txn, step, txn.at + _DRY_RUN, "dry_run", "Ready to go; without a GoHighLevel token nothing is sent")
        return None
    elif contact_id is None:
        steps.finish(txn, step, StepState.BLOCKED, reason="no_recipient", detail="There is nobody to send to at the provider")
        return None
    lease = txn.at + delivery.lasting(delivery.patience.lease)
    if not steps.move(
        txn,
        step,
        to=StepState.SENDING,
        attempts=step.attempts + 1,
        tried_at=txn.at,
        lease_until=lease,
        reason="",
        detail="",
        **words,
    ):
        return None  # the lease ran out meanwhile and somebody else has it
    attempts.note(txn, step.step_id, step.lead_id, fence=step.fence, event="call", owner=delivery.owner)
    sending = replace(step, state=StepState.SENDING, attempts=step.attempts + 1, tried_at=txn.at, **words)
    return _Going(sending, _outgoing(txn, sending, message, contact_id or ""))


def _outgoing(txn: Txn, step: Step, message: Rendered, contact_id: str) -> Outgoing:
    sender = settings_at(txn.connection, txn.at).sender
    link = ghl_links.links_of_leads(txn.connection, [step.lead_id]).get(step.lead_id)
    is_task = step.kind is StepKind.CALL_TASK
    return Outgoing(
        kind=step.kind,
        contact_id=contact_id,
        to_address="" if is_task else step.address,
        from_address="" if is_task else sender.from_email if step.kind is StepKind.EMAIL else sender.from_number,
        subject=step.subject,
        body=step.body,
        html=step.html,
        due_at=txn.at if is_task else None,
        assigned_to=link.assigned_user if is_task and link else "",
        headers=message.headers,
    )


def _refuse(txn: Txn, step: Step, decided: Verdict) -> None:
    reason = decided.reason.value if decided.reason else "gate"
    if decided.decision is Decision.HOLD:
        hold(txn, step, decided.until or txn.at + RECHECK, reason, decided.detail)
        return
    to = StepState.BLOCKED if decided.reason is None else _ENDS.get(decided.reason, StepState.BLOCKED)
    steps.finish(txn, step, to, reason=reason, detail=decided.detail)
    if decided.reason is GateReason.STALE_STEP:
        title = "A message came too late to be sent: get in touch yourself"
        call_tasks.add(txn, step.lead_id, step_id=step.step_id, title=title, script=step.body, due_at=txn.at)
    if decided.reason is GateReason.OPTED_OUT:
        stop_all(txn, step.lead_id, "opted out")


def _cancel(txn: Txn, step: Step, detail: str) -> None:
    steps.finish(txn, step, StepState.CANCELLED, reason="stopped", detail=detail)
