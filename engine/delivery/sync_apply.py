"""What GoHighLevel says, brought into the ledger: one way for webhooks and for synchronising, safe to say twice and out of order.

Each function takes one thing into the caller's transaction. Those that need a lead answer False while the contact is unknown here:
then the contact must be fetched first.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine import intake
from engine.commission.plan import DEFAULT_RATE, gci_cents
from engine.delivery import inbound, opting_out
from engine.ghl.mapping import CHANNELS, Frame, body_of, deal_of, payload_of
from engine.records import Channel, Deal, Direction, Interaction, Lead, Market, Opportunity, Stage
from engine.records.follow_up import OptOutKind, ProviderMessage, StepKind
from engine.records.ghl import (
    EmailStat,
    EventKind,
    ProviderAppointment,
    ProviderContact,
    ProviderEvent,
    ProviderNote,
    ProviderOpportunity,
    ProviderTask,
)
from engine.sequences import opt_out as words
from engine.store import call_tasks, ghl_links, leads, opportunities, people, preferences, steps
from engine.store.ledger import Txn
from engine.store.markets import market_at

_RECENT = timedelta(
    days=1
)  # what was said longer before the contact was known is history: it pauses nobody, unless it was a "stop"
_AUTOMATED = frozenset({"workflow", "campaign", "bulk_actions", "api"})
_BY_HAND = frozenset({"app"})
_ENDED = (Stage.CLOSED, Stage.LOST)
_MARK = "[jcc:"  # in notes and tasks of ours
# What a changed contact says anew replaces what it said before; these are only ever joined, or not its to say.
_JOINED = frozenset({"phone", "email", "other_phones", "other_emails", "tags", "notes", "interactions", "extra", "deal"})
_NOT_SAID = frozenset(
    {"lead_id", "assigned_to", "is_do_not_contact", "location_specificity", "n_criteria", "created_at", "external_id"}
)
_RESTATED = tuple(spec.name for spec in fields(Lead) if spec.name not in _JOINED | _NOT_SAID)
_BLANK: tuple[object, ...] = (None, "", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What reading GoHighLevel takes: the market, the default commission, the location's vocabulary, our people by their users."""

    market: Market
    commission_rate: float = DEFAULT_RATE
    frame: Frame = field(default_factory=Frame)
    owners: Mapping[str, int] = field(default_factory=dict)  # the provider's user id → our user's number


def office_at(connection: Connection, at: datetime, frame: Frame) -> Office:
    """The office at that moment. People are matched by e-mail address."""
    rate = preferences.get_setting(connection, "commission_rate", at)
    ours = {user.email.lower(): user.user_id for user in people.all_users(connection) if user.email and not user.is_disabled}
    owners = {user.user_id: ours[user.email.lower()] for user in frame.users.values() if user.email.lower() in ours}
    return Office(
        market=market_at(connection, at),
        commission_rate=DEFAULT_RATE if rate is None else float(rate),
        frame=frame,
        owners=owners,
    )


def take_event(txn: Txn, event: ProviderEvent, office: Office) -> bool:
    """Bring one webhook in. False: its contact is unknown here and must be fetched before the event can be taken."""
    apply = _EVENTS.get(event.kind)
    return apply(txn, event, office) if apply else True


# contacts


def take_contact(txn: Txn, contact: ProviderContact, office: Office, *, told_at: datetime | None = None) -> int | None:
    """Add a contact's lead, or complete the one with the same phone or e-mail; answers his number, None if nobody can be made out.

    `told_at` is when an event was sent: events don't say when the contact changed.
    """
    reading = intake.lead_from(payload_of(contact, office.frame), market=office.market, at=txn.at)
    if reading.lead is None:
        return None
    known = ghl_links.links_of(txn.connection, [contact.contact_id]).get(contact.contact_id)
    if known is not None and _is_older(contact.updated_at or told_at, known):
        ghl_links.note_seen(txn, contact.contact_id)
        return known.lead_id  # an event that was overtaken by a newer one
    lead_id = known.lead_id if known else _owner_of(txn.connection, reading.lead)
    lead = _complete(txn, lead_id, reading.lead, restates=known is not None) if lead_id else _add(txn, reading.lead)
    ghl_links.link(txn, contact, lead.lead_id)
    _give_owner(txn, lead, contact, office)
    _take_dnd(txn, lead, contact, known)
    return lead.lead_id


def _is_older(at: datetime | None, known: ghl_links.Link) -> bool:
    return at is not None and known.changed_at is not None and at < known.changed_at


def _owner_of(connection: Connection, lead: Lead) -> int | None:
    owners = leads.find_by_keys(connection, lead.keys)
    return next((owners[key] for key in lead.keys if key in owners), None)


def _add(txn: Txn, lead: Lead) -> Lead:
    lead = replace(lead, created_at=lead.created_at or txn.at)
    [lead_id] = leads.insert_leads(txn, [lead], at=txn.at)
    txn.audit("add_lead", "leads", lead_id, {"from": "GoHighLevel"})
    return replace(lead, lead_id=lead_id)


def _complete(txn: Txn, lead_id: int, incoming: Lead, *, restates: bool) -> Lead:
    [existing] = leads.load_leads(txn.connection, [lead_id])
    base = _restated(existing, incoming) if restates else existing
    merged, _ = intake.merge(base, incoming)
    changed = {spec.name for spec in fields(Lead) if getattr(existing, spec.name) != getattr(merged, spec.name)}
    if changed:
        leads.update_lead(txn, lead_id, merged, changed)
        txn.audit("complete_lead", "leads", lead_id, {"fields": sorted(changed), "from": "GoHighLevel"})
    return replace(merged, lead_id=lead_id)


def _restated(existing: Lead, incoming: Lead) -> Lead:
    told = {name: getattr(incoming, name) for name in _RESTATED if getattr(incoming, name) not in _BLANK}
    return replace(existing, **told)


def _give_owner(txn: Txn, lead: Lead, contact: ProviderContact, office: Office) -> None:
    """Whoever has the contact there has the lead here, unless somebody has him already."""
    owner = office.owners.get(contact.assigned_to)
    if owner is not None and lead.assigned_to is None:
        leads.assign(txn, lead.lead_id, owner)


def _take_dnd(txn: Txn, lead: Lead, contact: ProviderContact, known: ghl_links.Link | None) -> None:
    """A do-not-disturb that is new to us is an opt-out. One that is taken back there brings nobody back here: that takes his own word."""
    if contact.dnd_kinds is None:
        return
    before = known.dnd_kinds if known and known.dnd_kinds is not None else frozenset()
    if new := contact.dnd_kinds - before:
        inbound.provider_blocks(txn, lead, new)
    ghl_links.confirm_dnd(txn, contact.contact_id, contact.dnd_kinds, is_on=True)
    ghl_links.confirm_dnd(txn, contact.contact_id, frozenset(StepKind) - contact.dnd_kinds, is_on=False)


def forget_contact(txn: Txn, contact_id: str) -> None:
    """The contact was deleted there: its lead stays, but nothing can be sent to it any more."""
    ghl_links.mark_gone(txn, [contact_id])


# messages


def take_message(txn: Txn, message: ProviderMessage) -> bool:
    """Note a message, whoever wrote it. False while its contact is unknown here."""
    link = ghl_links.links_of(txn.connection, [message.contact_id]).get(message.contact_id)
    if link is None:
        return False
    if ghl_links.known_messages(txn.connection, [message.message_id]):
        ghl_links.note_statuses(txn, [message])
        return True
    ghl_links.note_message(txn, message, link.lead_id)
    [lead] = leads.load_leads(txn.connection, [link.lead_id])
    if message.is_inbound:
        _take_inbound(txn, lead, message, link)
    elif message.message_id not in steps.known_provider_ids(txn.connection, lead.lead_id):
        _take_outbound(txn, lead, message, link)
    return True


def _take_inbound(txn: Txn, lead: Lead, message: ProviderMessage, link: ghl_links.Link) -> None:
    channel, body = CHANNELS[message.kind], body_of(message)
    if message.added_at >= link.linked_at - _RECENT or words.read_text(body) in (OptOutKind.OPT_OUT, OptOutKind.PAUSE):
        inbound.receive_message(txn, lead, channel=channel, body=body or "(no text)", at=message.added_at)
    else:
        _note(txn, lead, channel, Direction.INBOUND, body, message.added_at)


def _take_outbound(txn: Txn, lead: Lead, message: ProviderMessage, link: ghl_links.Link) -> None:
    body = body_of(message)
    if any(_is_same(event, message, body) for event in lead.interactions):
        return  # our own, noted when it was sent
    is_automated = message.source in _AUTOMATED
    _note(txn, lead, CHANNELS[message.kind], Direction.OUTBOUND, body, message.added_at, is_automated=is_automated)
    if message.source in _BY_HAND and message.added_at >= link.linked_at - _RECENT:
        inbound.note_contact(txn, lead.lead_id, "manual_contact")


def _is_same(event: Interaction, message: ProviderMessage, body: str) -> bool:
    """Our own sending: the same words on the same way within minutes. GoHighLevel may have added its own footer."""
    is_near = abs(event.at - message.added_at) <= timedelta(minutes=15)
    is_ours = event.direction is Direction.OUTBOUND and event.channel is CHANNELS[message.kind] and event.is_automated
    return is_ours and is_near and bool(event.body) and body.startswith(event.body.strip())


def _note(
    txn: Txn, lead: Lead, channel: Channel, direction: Direction, body: str, at: datetime, *, is_automated: bool = False
) -> None:
    text = body.strip()[: inbound.LONGEST]
    signals = intake.signals_of(text)
    interaction = Interaction(
        at=at,
        channel=channel,
        direction=direction,
        body=text,
        seq=sum(event.at == at for event in lead.interactions),
        is_automated=is_automated,
        n_words=signals.n_words,
        n_questions=signals.n_questions,
        urgency=signals.urgency,
    )
    leads.add_interaction(txn, lead.lead_id, interaction)


# opportunities


def take_opportunity(txn: Txn, opportunity: ProviderOpportunity, office: Office) -> bool:
    """Add or move a deal as it stands there. False while its contact is unknown here."""
    link = ghl_links.links_of(txn.connection, [opportunity.contact_id]).get(opportunity.contact_id)
    if link is None:
        return False
    deal, assumed = deal_of(opportunity, office.frame)
    seen = _as_seen(opportunity, deal)
    known = ghl_links.known_opportunities(txn.connection, [opportunity.opportunity_id]).get(opportunity.opportunity_id)
    if known is None:
        number = _adopt_or_open(txn, link.lead_id, deal, opportunity, office)
    else:
        number, before = known
        if not _is_stale(before, opportunity):
            _follow(txn, link, number, before, seen, deal)
    if known is None or not _is_stale(known[1], opportunity):
        ghl_links.link_opportunity(txn, opportunity.opportunity_id, number, seen=seen, changed_at=opportunity.updated_at or txn.at)
    if assumed:
        ghl_links.note_problem(txn, link.contact_id, assumed)
    return True


def _as_seen(opportunity: ProviderOpportunity, deal: Deal) -> dict[str, Any]:
    changed_at = opportunity.updated_at.isoformat() if opportunity.updated_at else ""
    return {
        "stage": deal.stage.value,
        "price_cents": deal.price_cents,
        "closes_on": deal.closes_on.isoformat() if deal.closes_on else None,
        "name": deal.name,
        "changed_at": changed_at,
    }


def _is_stale(before: Mapping[str, Any], opportunity: ProviderOpportunity) -> bool:
    """Whether a newer change was seen already. Webhooks name no time of change; they count as new."""
    kept = str(before.get("changed_at") or "")
    return bool(kept) and opportunity.updated_at is not None and opportunity.updated_at < datetime.fromisoformat(kept)


def _adopt_or_open(txn: Txn, lead_id: int, deal: Deal, opportunity: ProviderOpportunity, office: Office) -> int:
    """The lead's open deal that no opportunity there stands for yet, else a new one."""
    own = opportunities.of_leads(txn.connection, [lead_id])
    taken = ghl_links.linked_opportunities(txn.connection, [one.opportunity_id for one in own])
    free = [one for one in own if one.opportunity_id not in taken and one.stage not in _ENDED]
    if free and deal.stage not in _ENDED:
        return free[0].opportunity_id
    at = opportunity.updated_at or txn.at
    [lead] = leads.load_leads(txn.connection, [lead_id])
    is_closed = deal.stage is Stage.CLOSED
    new = Opportunity(
        lead_id=lead_id,
        name=deal.name or lead.name,
        stage=deal.stage,
        price_cents=deal.price_cents,
        price_source="stated" if deal.price_cents else "",
        commission_rate=office.commission_rate,
        rate_source="default",
        gci_cents=gci_cents(deal.price_cents, office.commission_rate) if deal.price_cents else None,
        opened_at=opportunity.added_at or at,
        stage_since=at,
        closes_on=None if is_closed else deal.closes_on,
        closed_on=(deal.closes_on or at.date()) if is_closed else None,
    )
    [number] = opportunities.insert_opportunities(txn, [new])
    txn.audit("open_deal", "opportunities", number, {"lead_id": lead_id, "stage": deal.stage, "from": "GoHighLevel"})
    return number


def _follow(txn: Txn, link: ghl_links.Link, number: int, before: Mapping[str, Any], seen: Mapping[str, Any], deal: Deal) -> None:
    """Only what changed there since it was last seen changes here: what a person set here meanwhile stands otherwise."""
    found = opportunities.load(txn.connection, [number])
    if not found:
        return
    ours = found[0]
    told: dict[str, object] = {}
    if seen["price_cents"] != before.get("price_cents") and deal.price_cents and ours.stage is not Stage.CLOSED:
        gci = gci_cents(deal.price_cents, ours.commission_rate)
        told |= {"price_cents": deal.price_cents, "price_source": "stated", "gci_cents": gci}
    if seen["closes_on"] != before.get("closes_on") and ours.stage not in _ENDED:
        told["closes_on"] = deal.closes_on
    if seen["name"] != before.get("name") and deal.name:
        told["name"] = deal.name
    if told:
        opportunities.update_opportunity(txn, number, told)
    if seen["stage"] != before.get("stage") and deal.stage is not ours.stage:
        _move(txn, link, ours, deal)


def _move(txn: Txn, link: ghl_links.Link, ours: Opportunity, deal: Deal) -> None:
    if ours.stage is Stage.CLOSED:
        words_ = "GoHighLevel has this deal open again; it is closed here with its statement, so a person must decide"
        ghl_links.note_problem(txn, link.contact_id, words_)
        return
    closed_on = txn.at.date() if deal.stage is Stage.CLOSED else None
    opportunities.move_stage(txn, ours.opportunity_id, deal.stage, closed_on=closed_on)
    detail = {"from": ours.stage, "to": deal.stage, "by": "GoHighLevel"}
    txn.audit("move_stage", "opportunities", ours.opportunity_id, detail)
    inbound.note_contact(txn, ours.lead_id, "stage")


# appointments, notes, mail


def take_appointment(txn: Txn, appointment: ProviderAppointment) -> bool:
    """Note an appointment, once for each thing that becomes of it; the automation stands still. False: contact unknown."""
    at = appointment.starts_at or txn.at
    lead = _once(txn, appointment.contact_id, f"appointment:{appointment.appointment_id}:{appointment.status}", at)
    if lead is None:
        return bool(ghl_links.links_of(txn.connection, [appointment.contact_id]))
    was_kept = {"showed": True, "noshow": False, "no-show": False}.get(appointment.status)
    body = " ".join(filter(None, (appointment.title or "Appointment", f"({appointment.status})" if appointment.status else "")))
    seq = sum(event.at == txn.at for event in lead.interactions)
    interaction = Interaction(
        at=txn.at, channel=Channel.APPOINTMENT, direction=Direction.INBOUND, body=body, was_kept=was_kept, seq=seq
    )
    leads.add_interaction(txn, lead.lead_id, interaction)
    inbound.note_contact(txn, lead.lead_id, "appointment")
    return True


def take_note(txn: Txn, note: ProviderNote) -> bool:
    """Keep a note that somebody wrote there. False: contact unknown."""
    if _MARK in note.body:
        return True
    lead = _once(txn, note.contact_id, f"note:{note.note_id}", note.added_at or txn.at)
    if lead is None:
        return bool(ghl_links.links_of(txn.connection, [note.contact_id]))
    _note(txn, lead, Channel.NOTE, Direction.OUTBOUND, note.body, note.added_at or txn.at)
    return True


def take_task(txn: Txn, task: ProviderTask) -> None:
    """A call of ours was ticked off there: it is made here too. Whether anybody was reached isn't said, so follow-up goes on.

    Who telephones by GoHighLevel itself is told by the call's own message, and then it stands still.
    """
    if task.is_completed and (done := call_tasks.finish_by_provider_id(txn, task.task_id, "done_there")) is not None:
        txn.audit("finish_call", "leads", done, {"outcome": "done_there", "by": "GoHighLevel"})


def take_email_stat(txn: Txn, stat: EmailStat) -> None:
    """An unsubscription or complaint is an opt-out of e-mail; a mailbox that isn't there stops what was planned."""
    lead_id = leads.find_by_keys(txn.connection, [("email", stat.recipient)]).get(("email", stat.recipient))
    if lead_id is None:
        return
    if stat.event in ("unsubscribed", "complained"):
        opting_out.opt_out(
            txn, lead_id, address=stat.recipient, source=stat.event, at=stat.at or txn.at, channels=(StepKind.EMAIL,)
        )
    elif stat.event == "failed" and stat.is_permanent:
        inbound.note_contact(txn, lead_id, "bounce")


def _once(txn: Txn, contact_id: str, key: str, at: datetime) -> Lead | None:
    """The lead, the first time this thing of his contact is told; None otherwise."""
    link = ghl_links.links_of(txn.connection, [contact_id]).get(contact_id)
    if link is None:
        return None
    told = ProviderMessage(
        message_id=key, contact_id=contact_id, kind=StepKind.CALL_TASK, is_inbound=False, body="", status="", source="", added_at=at
    )
    if not ghl_links.note_message(txn, told, link.lead_id):
        return None
    [lead] = leads.load_leads(txn.connection, [link.lead_id])
    return lead


def _contact_event(txn: Txn, event: ProviderEvent, office: Office) -> bool:
    assert event.contact is not None
    take_contact(txn, event.contact, office, told_at=event.at)
    return True


def _gone_event(txn: Txn, event: ProviderEvent, _office: Office) -> bool:
    forget_contact(txn, event.contact_id)
    return True


def _opportunity_event(txn: Txn, event: ProviderEvent, office: Office) -> bool:
    assert event.opportunity is not None
    return take_opportunity(txn, replace(event.opportunity, updated_at=event.opportunity.updated_at or event.at), office)


def _opportunity_gone(txn: Txn, event: ProviderEvent, _office: Office) -> bool:
    assert event.opportunity is not None
    ghl_links.mark_opportunity_gone(txn, event.opportunity.opportunity_id)
    return True


def _task_event(txn: Txn, event: ProviderEvent, _office: Office) -> bool:
    assert event.task is not None
    take_task(txn, event.task)
    return True


def _email_event(txn: Txn, event: ProviderEvent, _office: Office) -> bool:
    assert event.email_stat is not None
    take_email_stat(txn, event.email_stat)
    return True


_EVENTS: dict[EventKind, Callable[[Txn, ProviderEvent, Office], bool]] = {
    EventKind.CONTACT: _contact_event,
    EventKind.DND: _contact_event,
    EventKind.CONTACT_DELETED: _gone_event,
    EventKind.MESSAGE: lambda txn, event, _office: event.message is None or take_message(txn, event.message),
    EventKind.OPPORTUNITY: _opportunity_event,
    EventKind.OPPORTUNITY_DELETED: _opportunity_gone,
    EventKind.APPOINTMENT: lambda txn, event, _office: event.appointment is None or take_appointment(txn, event.appointment),
    EventKind.APPOINTMENT_DELETED: lambda txn, event, _office: (
        event.appointment is None or take_appointment(txn, replace(event.appointment, status="deleted"))
    ),
    EventKind.TASK: _task_event,
    EventKind.NOTE: lambda txn, event, _office: event.note is None or take_note(txn, event.note),
    EventKind.EMAIL_STAT: _email_event,
}


def unlinked(connection: Connection, contact_ids: Iterable[str]) -> list[str]:
    """Those of these contacts that are unknown here."""
    wanted = list(dict.fromkeys(one for one in contact_ids if one))
    known = ghl_links.links_of(connection, wanted)
    return [one for one in wanted if one not in known]
