"""What a lead writes or says, by whichever way it comes in: webhook, synchronising, or a person who notes it.

His automation stands still before anybody reads a word: reading can be wrong, standing still can't.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from engine.delivery import answers, enrolling
from engine.delivery.opting_out import opt_in, opt_out
from engine.intake.signals import signals_of
from engine.records import Channel, Direction, Interaction, Lead
from engine.records.follow_up import OptOutKind, StepKind
from engine.sequences import opt_out as words
from engine.store import consents, enrolments, leads, readings
from engine.store.ledger import Txn

log = logging.getLogger(__name__)

LONGEST = 5_000
_KINDS = {Channel.SMS: StepKind.SMS, Channel.EMAIL: StepKind.EMAIL, Channel.CALL: StepKind.CALL_TASK}
_WRITTEN = (Channel.SMS, Channel.EMAIL)
WRONG_NUMBER = "wrong_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of an inbound message. `kind` is None when it could not be read: then a person must."""

    interaction: Interaction
    interaction_id: int
    kind: OptOutKind | None
    opt_out_id: int | None


def receive_message(
    txn: Txn,
    lead: Lead,
    *,
    channel: Channel,
    body: str,
    at: datetime | None = None,
    address: str = "",
    actor_id: int | None = None,
) -> Received:
    """Take in one inbound message of a lead: pause him, keep it, then read it; an opt-out holds when this transaction commits.

    `at` is when it was written (the transaction's moment by default). The caller sees to it that a message comes in only once.
    """
    moment = at or txn.at
    enrolling.pause(txn, lead.lead_id, "reply")
    answers.withdraw(txn, lead.lead_id, "He wrote again")
    interaction = _interaction(lead, channel, body, moment)
    number = leads.add_interaction(txn, lead.lead_id, interaction, actor_id=actor_id)
    if channel in _WRITTEN:
        readings.expect(txn, number, lead.lead_id)
    txn.emit("message_received", "leads", lead.lead_id)
    kind = _read(body) if channel in _KINDS else OptOutKind.NONE
    sender = address or _address(lead, channel)
    opt_out_id = None
    if kind is OptOutKind.OPT_OUT and sender:
        answered_by = StepKind.SMS if channel is Channel.SMS else None
        opt_out_id = opt_out(txn, lead.lead_id, address=sender, source=channel.value, at=moment, confirm_by=answered_by)
    elif kind is OptOutKind.OPT_IN and sender and channel in _WRITTEN:
        opt_in(txn, lead.lead_id, address=sender, kind=_KINDS[channel], words=body, at=moment)
    return Received(interaction=interaction, interaction_id=number, kind=kind, opt_out_id=opt_out_id)


def provider_blocks(txn: Txn, lead: Lead, kinds: frozenset[StepKind], at: datetime | None = None) -> None:
    """The provider says do-not-disturb for these ways: the same as if the lead had said stop there."""
    for kind in sorted(kinds):
        address = lead.email if kind is StepKind.EMAIL else lead.phone
        if address:
            opt_out(txn, lead.lead_id, address=address, source="ghl_dnd", at=at or txn.at, channels=(kind,))


def wrong_person(txn: Txn, lead: Lead, address: str) -> None:
    """This address isn't his: nobody writes to it again, and what was planned for it stops."""
    consents.suppress(txn, [address], WRONG_NUMBER)
    opt_out(txn, lead.lead_id, address=address, source=WRONG_NUMBER, at=txn.at)


def note_contact(txn: Txn, lead_id: int, reason: str) -> None:
    """Somebody of the office turned to the lead himself, or an appointment, stage or bounce says so: what runs stands still."""
    if enrolments.of_lead(txn.connection, lead_id, ["active"]):
        enrolling.pause(txn, lead_id, reason)


def _read(body: str) -> OptOutKind | None:
    try:
        return words.read_text(body[:LONGEST])
    except Exception:
        # Whatever the reader stumbles over, the lead is paused already, and a message nobody could read waits for a person.
        log.exception("an inbound message could not be read; its lead stays paused")
        return None


def _address(lead: Lead, channel: Channel) -> str:
    return (lead.email if channel is Channel.EMAIL else lead.phone) or ""


def _interaction(lead: Lead, channel: Channel, body: str, at: datetime) -> Interaction:
    text = body.strip()[:LONGEST]
    signals = signals_of(text)
    return Interaction(
        at=at,
        channel=channel,
        direction=Direction.INBOUND,
        body=text,
        seq=sum(event.at == at for event in lead.interactions),
        n_words=signals.n_words,
        n_questions=signals.n_questions,
        urgency=signals.urgency,
    )
