"""From a due step to a sent message: claim, decide, call the provider once, keep what it answered. Nothing is retried here.

Between the two transactions of a step lies one request. Whoever is killed there leaves the step `sending`; the sweep makes that
`unknown`, and only looking it up (reconciling.py) decides whether it is sent again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from engine.clock import Clock
from engine.delivery import answers, breaker, facts, plans
from engine.delivery.enrolling import stop_all
from engine.delivery.facts import Moment
from engine.delivery.office import settings_at
from engine.delivery.opting_out import opt_out
from engine.delivery.plans import Plan
from engine.delivery.sync_out import ensure_contact
from engine.errors import BadInput, ProviderError, ProviderRefused, ProviderThrottled, ProviderUnauthorised, StoreUnavailable
from engine.ghl.client import Provider
from engine.records import Channel, Direction, Interaction, Lead
from engine.records.follow_up import (
    Decision,
    GateReason,
    Outgoing,
    ProviderMessage,
    SendResult,
    SendState,
    StepKind,
    StepState,
    Verdict,
)
from engine.sequences import cadence, gate
from engine.sequences.message import Rendered
from engine.store import attempts, call_tasks, drafts, enrolments, ghl_links, leads, steps
from engine.store.enrolments import Enrolment
from engine.store.ledger import Ledger, Txn
from engine.store.steps import Step

log = logging.getLogger(__name__)

_BATCH = 10
_RECHECK = timedelta(minutes=15)
_DRY_RUN = timedelta(hours=1)
_LARGEST_WAIT = timedelta(hours=1)
_CHANNELS = {StepKind.SMS: Channel.SMS, StepKind.EMAIL: Channel.EMAIL, StepKind.CALL_TASK: Channel.CALL}
# What a block means for the step: an end that nothing changes, one that a person may replay, or simply too late.
_ENDS = {
    GateReason.OPTED_OUT: StepState.CANCELLED,
    GateReason.DUPLICATE: StepState.CANCELLED,
    GateReason.STALE_STEP: StepState.SKIPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long things take at the provider, in real time; a fast clock stretches them."""

    lease: timedelta = timedelta(minutes=10)  # more than ten times a request's time-out
    settle: timedelta = timedelta(seconds=90)  # until a message that went shows in the provider's list
    give_up: timedelta = timedelta(hours=24)  # on an outcome that can't be looked up: then a person decides
    max_attempts: int = 5  # executed sends of one step
    hops: Callable[[str], None] = lambda place: None  # told at each place where a program may be killed: the fault suite's hook


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One process's means to deliver: ledger, clock, provider, its own name on leases, the key of unsubscribe links."""

    ledger: Ledger
    clock: Clock
    provider: Provider
    owner: str
    key: bytes
    patience: Patience = Patience()

    def lasting(self, real: timedelta) -> timedelta:
        """A real duration on this process's clock."""
        return real * self.clock.speed


def deliver_due(delivery: Delivery, *, limit: int = _BATCH) -> int:
    """Send what is due, at most `limit` steps; answers how many were looked at. Safe to call from any number of processes."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        if settings_at(txn.connection, txn.at).is_kill_switch_on:
            return 0
        allowed = breaker.allowance(txn, limit)
        claimed = _claim(delivery, txn, allowed) if allowed else []
    delivery.patience.hops("claimed")
    for step in claimed:
        try:
            deliver(delivery, step)
        except StoreUnavailable:
            raise
        except Exception:
            # One step that breaks something must not keep the others: its lease runs out, and what may have gone is looked up.
            log.exception("step %d could not be delivered", step.step_id)
    return len(claimed)


def _claim(delivery: Delivery, txn: Txn, limit: int) -> list[Step]:
    until = txn.at + delivery.lasting(delivery.patience.lease)
    return steps.claim(txn, owner=delivery.owner, until=until, limit=limit)


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
    try:
        result = delivery.provider.send(going.outgoing)
    except Exception as error:
        log.exception("the provider's client failed on step %d", step.step_id)
        result = SendResult(state=SendState.UNKNOWN, message=f"{type(error).__name__} in the client")
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
    wait = timedelta(seconds=error.retry_after_seconds) if error.retry_after_seconds else _RECHECK / 15
    _hold(txn, step, txn.at + wait, "provider", f"The contact could not be found or made: {error.message}")


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
        message = _words(txn, step, lead, plan, moment, history)
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
        _hold(txn, step, resting, "provider", "The provider is having trouble; this waits until it answers again")
    elif not sequence.is_active:
        _hold(txn, step, txn.at + _RECHECK, "sequence_off", "The sequence is switched off")
    return resting is not None or not sequence.is_active


def _words(txn: Txn, step: Step, lead: Lead, plan: Plan, moment: Moment, history: facts.History) -> Rendered | None:
    """The step's words: those it was given before, or rendered now. None, and the step waits, when the office hasn't said who it is."""
    if step.body:
        return Rendered(subject=step.subject, body=step.body, html=step.html, headers=_headers(step, lead, moment))
    sender = moment.office.sender
    missing = [name for name in ("brand", "agent_name") if not getattr(sender, name)]
    if step.kind is StepKind.EMAIL:
        missing += [name for name in ("postal_address", "public_url") if not getattr(sender, name)]
    if missing:
        _hold(
            txn, step, txn.at + _RECHECK, "sender", "The office's follow-up settings lack: " + ", ".join(missing).replace("_", " ")
        )
        return None
    try:
        rendered = facts.render_step(txn.connection, step, lead, plan, moment, history)
    except BadInput as error:
        steps.finish(txn, step, StepState.BLOCKED, reason="content", detail=error.message)
        return None
    return _marked(rendered, step)


def _marked(message: Rendered, step: Step) -> Rendered:
    """With a mark by which it is found again; a text carries none, its words are unique."""
    if step.kind is StepKind.EMAIL:
        return replace(message, html=f"{message.html}<!-- {mark_of(step)} -->")
    if step.kind is StepKind.CALL_TASK:
        return replace(message, body=f"{message.body}\n\n[{mark_of(step)}]")
    return message


def mark_of(step: Step) -> str:
    """What tells this step's e-mail or task from every other."""
    return f"jcc:{step.step_id}"


def _headers(step: Step, lead: Lead, moment: Moment) -> tuple[tuple[str, str], ...]:
    """The unsubscribe headers again: they hold a link that is the same each time."""
    if step.kind is not StepKind.EMAIL or not lead.email or not moment.office.sender.public_url:
        return ()
    url = facts.unsubscribe_url(lead, moment)
    return (("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))


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
        _hold(txn, step, txn.at + _DRY_RUN, "dry_run", "Ready to go; without a GoHighLevel token nothing is sent")
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


def record(delivery: Delivery, txn: Txn, step: Step, contact_id: str, result: SendResult) -> None:
    """Keep what the provider answered, if the step is still this program's."""
    attempts.note(txn, step.step_id, step.lead_id, fence=step.fence, event="answer", owner=delivery.owner, result=result)
    after: dict[SendState, Callable[[], object]] = {
        SendState.ACCEPTED: lambda: settle_sent(txn, step, contact_id, result.provider_id),
        SendState.REFUSED: lambda: _refused(txn, step, result),
        SendState.THROTTLED: lambda: _again(txn, step, _wait(result), "rate_limit", result.message),
        SendState.NOT_SENT: lambda: _again(txn, step, _outage_wait(txn), "provider", result.message),
        SendState.UNAUTHORISED: lambda: _again(txn, step, _outage_wait(txn), "token", result.message),
        SendState.UNKNOWN: lambda: _unknown(delivery, txn, step, result),
    }
    if result.state in (SendState.ACCEPTED, SendState.REFUSED):
        breaker.succeed(txn)
    elif result.state is not SendState.THROTTLED:
        breaker.fail(txn, result.message, is_token=result.state is SendState.UNAUTHORISED)
    after[result.state]()


def settle_sent(txn: Txn, step: Step, contact_id: str, provider_id: str, *, detail: str = "") -> bool:
    """It is out: end the step, put the message on the lead's timeline, and know it when the provider lists it."""
    if not steps.finish(txn, step, StepState.SENT, provider_id=provider_id, detail=detail, tried_at=step.tried_at or txn.at):
        return False
    drafts.note_sent(txn, step.step_id)
    if step.kind is StepKind.CALL_TASK:
        call_tasks.note_provider_id(txn, step.step_id, provider_id)
        return True
    if provider_id:
        at = step.tried_at or txn.at
        message = ProviderMessage(
            message_id=provider_id,
            contact_id=contact_id,
            kind=step.kind,
            is_inbound=False,
            body="",
            status="sent",
            source="api",
            added_at=at,
        )
        if not ghl_links.note_message(txn, message, step.lead_id):
            return True  # synchronising saw it first and put it on the timeline
    interaction = Interaction(
        at=txn.at, channel=_CHANNELS[step.kind], direction=Direction.OUTBOUND, body=step.body, is_automated=True
    )
    leads.add_interaction(txn, step.lead_id, interaction)
    txn.emit("message_sent", "leads", step.lead_id)
    return True


def _refused(txn: Txn, step: Step, result: SendResult) -> None:
    """The provider will never send this. A do-not-disturb there is an opt-out here."""
    if "dnd" in result.message.lower() or "unsubscribed" in result.message.lower():
        steps.finish(txn, step, StepState.CANCELLED, reason="opted_out", detail=result.message)
        opt_out(txn, step.lead_id, address=step.address, source="ghl_dnd", at=txn.at, channels=(step.kind,))
    else:
        steps.finish(txn, step, StepState.DEAD, reason="refused", detail=result.message)


def _again(txn: Txn, step: Step, wait: timedelta, reason: str, detail: str) -> None:
    """Nothing was sent: wait, and don't count it."""
    back = {"next_at": txn.at + wait, "lease_owner": "", "lease_until": None, "attempts": step.attempts - 1}
    steps.move(txn, step, to=StepState.PENDING, reason=reason, detail=detail, **back)


def _wait(result: SendResult) -> timedelta:
    asked = timedelta(seconds=result.retry_after_seconds if result.retry_after_seconds is not None else 10)
    return asked + breaker.backoff(0, timedelta(seconds=5), timedelta(seconds=5))


def _outage_wait(txn: Txn) -> timedelta:
    resting = breaker.resting_until(txn.connection, txn.at)
    spread = breaker.backoff(0, timedelta(seconds=30), timedelta(seconds=30))
    return (resting - txn.at if resting else timedelta(0)) + spread


def _unknown(delivery: Delivery, txn: Txn, step: Step, result: SendResult) -> None:
    lost = {"next_at": txn.at + delivery.lasting(delivery.patience.settle), "lease_owner": "", "lease_until": None, "n_misses": 0}
    steps.move(txn, step, to=StepState.UNKNOWN, reason="unknown_outcome", detail=result.message, **lost)


def _refuse(txn: Txn, step: Step, decided: Verdict) -> None:
    reason = decided.reason.value if decided.reason else "gate"
    if decided.decision is Decision.HOLD:
        _hold(txn, step, decided.until or txn.at + _RECHECK, reason, decided.detail)
        return
    to = StepState.BLOCKED if decided.reason is None else _ENDS.get(decided.reason, StepState.BLOCKED)
    steps.finish(txn, step, to, reason=reason, detail=decided.detail)
    if decided.reason is GateReason.STALE_STEP:
        title = "A message came too late to be sent: get in touch yourself"
        call_tasks.add(txn, step.lead_id, step_id=step.step_id, title=title, script=step.body, due_at=txn.at)
    if decided.reason is GateReason.OPTED_OUT:
        stop_all(txn, step.lead_id, "opted out")


def _hold(txn: Txn, step: Step, until: datetime, reason: str, detail: str) -> None:
    held = {"next_at": until, "lease_owner": "", "lease_until": None}
    steps.move(txn, step, to=StepState.PENDING, reason=reason, detail=detail, **held)


def _cancel(txn: Txn, step: Step, detail: str) -> None:
    steps.finish(txn, step, StepState.CANCELLED, reason="stopped", detail=detail)


def sweep(delivery: Delivery) -> int:
    """Free what a killed program held; what it may have sent is to be looked up. Answers how many steps that were."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        return steps.release_expired(txn, delivery.lasting(delivery.patience.settle))
