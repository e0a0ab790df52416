"""What an answer, or the lack of one, does to its step: sent, refused, to be tried again, or unknown."""

from collections.abc import Callable
from datetime import datetime, timedelta

from engine.delivery import breaker
from engine.delivery.leases import Delivery
from engine.delivery.opting_out import opt_out
from engine.records import Channel, Direction, Interaction
from engine.records.follow_up import ProviderMessage, SendResult, SendState, StepKind, StepState
from engine.store import attempts, call_tasks, drafts, ghl_links, leads, steps
from engine.store.ledger import Txn
from engine.store.steps import Step

RECHECK = timedelta(minutes=15)  # until what a person must mend is looked at again
_CHANNELS = {StepKind.SMS: Channel.SMS, StepKind.EMAIL: Channel.EMAIL, StepKind.CALL_TASK: Channel.CALL}


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


def hold(txn: Txn, step: Step, until: datetime, reason: str, detail: str) -> None:
    """Nothing was tried: give the step back, to be looked at again then."""
    held = {"next_at": until, "lease_owner": "", "lease_until": None}
    steps.move(txn, step, to=StepState.PENDING, reason=reason, detail=detail, **held)
