"""The one answer to an opt-out: sent within five minutes, once, also in quiet hours, or never. It is the only message the gate lets
past an opt-out, and it carries nothing but that the opt-out holds.
"""

import logging
from dataclasses import replace

from engine.delivery import breaker
from engine.delivery.leases import Delivery
from engine.delivery.office import settings_at
from engine.records.follow_up import Outgoing, SendResult, SendState, StepKind, StepState
from engine.sequences.opt_out import CONFIRMATION_WITHIN, is_confirmation_due
from engine.store import attempts, confirmations, ghl_links
from engine.store.confirmations import Confirmation

log = logging.getLogger(__name__)


def confirm_due(delivery: Delivery) -> int:
    """Answer the opt-outs that wait for it; answers how many were looked at."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        confirmations.settle_abandoned(txn, txn.at - CONFIRMATION_WITHIN)
        waiting = confirmations.due(txn.connection, txn.at)
    for one in waiting:
        confirm(delivery, one)
    return len(waiting)


def confirm(delivery: Delivery, one: Confirmation) -> None:
    """Send one answer, or drop it because it would come too late."""
    outgoing = _begin(delivery, one)
    if outgoing is None:
        return
    delivery.patience.hops("confirming")
    try:
        result = delivery.provider.send(outgoing)
    except Exception as error:
        log.exception("the provider's client failed on a confirmation")
        result = SendResult(state=SendState.UNKNOWN, message=type(error).__name__)
    _record(delivery, replace(one, state=StepState.SENDING), result)


def _begin(delivery: Delivery, one: Confirmation) -> Outgoing | None:
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        office = settings_at(txn.connection, txn.at)
        link = ghl_links.links_of_leads(txn.connection, [one.lead_id]).get(one.lead_id)
        in_time = is_confirmation_due(opted_out_at=one.send_before - CONFIRMATION_WITHIN, at=txn.at, is_confirmed=False)
        if not in_time:
            confirmations.move(txn, one, StepState.SKIPPED, next_at=None, detail="Five minutes were over")
        elif link is None or link.is_gone or not delivery.provider.is_live:
            confirmations.move(txn, one, StepState.SKIPPED, next_at=None, detail="There is no way to reach him at the provider")
        elif office.is_kill_switch_on or breaker.resting_until(txn.connection, txn.at) is not None:
            return None  # it may still come in time
        elif confirmations.move(txn, one, StepState.SENDING, next_at=None):
            attempts.note(txn, -one.opt_out_id, one.lead_id, fence=0, event="call", owner=delivery.owner)
            number = office.sender.from_number
            return Outgoing(
                kind=one.kind,
                contact_id=link.contact_id,
                to_address=one.address,
                from_address=number if one.kind is StepKind.SMS else office.sender.from_email,
                body=one.body,
            )
        return None


def _record(delivery: Delivery, one: Confirmation, result: SendResult) -> None:
    """Surely not sent: it may be tried again while there is time. Anything else ends it; an unclear one is never repeated."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        attempts.note(txn, -one.opt_out_id, one.lead_id, fence=0, event="answer", owner=delivery.owner, result=result)
        if result.state is SendState.ACCEPTED:
            confirmations.move(txn, one, StepState.SENT, provider_id=result.provider_id)
            txn.emit("message_sent", "leads", one.lead_id)
        elif result.state in (SendState.NOT_SENT, SendState.THROTTLED, SendState.UNAUTHORISED):
            wait = breaker.backoff(1, CONFIRMATION_WITHIN / 20, CONFIRMATION_WITHIN / 5, full=False)
            confirmations.move(txn, one, StepState.PENDING, next_at=txn.at + wait, detail=result.message)
        else:
            to = StepState.DEAD if result.state is SendState.REFUSED else StepState.UNKNOWN
            confirmations.move(txn, one, to, detail=result.message)
