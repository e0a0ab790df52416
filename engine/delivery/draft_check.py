"""What may not stand in words to a lead, whoever wrote them: the outbound filter and what the gate would say, in one place."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, tuple_

from engine.conversation.outbound import Fault, Finding, faults_of
from engine.delivery.facts import agent_name
from engine.delivery.office import Sender, settings_at
from engine.records import Channel, Direction, Lead
from engine.records.conversation import Draft
from engine.records.follow_up import StepKind, StepState
from engine.sequences.content_lint import Content, has_stop_text, problems_of
from engine.sequences.message import clean_name
from engine.store import steps
from engine.store.tables import leads as lead_rows

VOUCHED = "vouched"  # the field that is missing where a person's reason would let the words go
_VOUCHABLE = (Fault.FIGURE, Fault.LINK)  # a person may know their source; no law forbids them
_BY_THE_GATE = (Fault.FAIR_HOUSING,)  # said in its own words by the content rules
_PAIR = re.compile(r"(?=\b([A-ZÀ-Þ][\w'’-]+)\s+([A-ZÀ-Þ][\w'’-]+))")
_TOLD = {
    Fault.FIGURE: "“{}” is a figure nobody named: only what the lead said himself may stand here, or what you give a reason for.",
    Fault.LINK: "“{}” is a link or hides letters; say where it leads, or leave it out.",
    Fault.CONTACT: "“{}” is somebody else's: no other person's name, phone or e-mail may stand here.",
    Fault.PROMISE: "“{}” promises what only a contract, a lender or the future can keep.",
    Fault.LENGTH: "It has {}: a text has no more.",
    Fault.EMPTY: "It has no words.{}",
}


@dataclass(frozen=True, slots=True)
class WordFault:
    """One thing wrong with words, as a sentence; whether a person may let them go all the same, with a reason."""

    told: str
    may_be_vouched: bool


def faults_in(connection: Connection, lead: Lead, body: str, at: datetime, draft: Draft) -> list[WordFault]:
    """What is wrong with words to this lead: figures and links without a source, other people's data, promises, length, and the gate's."""
    office = settings_at(connection, at)
    agent = agent_name(connection, lead, office.sender)
    is_first, offered_at = said_before(connection, lead, at)
    contacts = (lead.phone or "", lead.email or "", office.sender.agent_phone, office.sender.from_number)
    names = (clean_name(lead.first_name), lead.city)
    content = Content(
        kind=StepKind.SMS,
        body=body,
        brand=office.sender.brand,
        agent_name=agent,
        needs_stop_text=needs_stop(is_first, offered_at, at, office.rules.stop_text_days),
        contacts=contacts,
        names=names,
        needs_sender=is_first,
    )
    gate = [WordFault(one, may_be_vouched=False) for one in problems_of(content, sms_segments=office.rules.sms_segments)]
    others = _other_people(connection, lead, body, known=f"{office.sender.brand} {agent}")
    known = tuple(one for one in contacts if one)
    found = faults_of(
        body,
        sources=_sources(draft, lead, office.sender),
        others=others,
        contacts=known,
        names=(office.sender.brand, agent, *names),
    )
    return gate + [_told(one) for one in found if one.fault not in _BY_THE_GATE and not (one.fault is Fault.EMPTY and gate)]


def _told(found: Finding) -> WordFault:
    return WordFault(_TOLD[found.fault].format(found.words), may_be_vouched=found.fault in _VOUCHABLE)


def _sources(draft: Draft, lead: Lead, sender: Sender) -> str:
    """All that a figure may come from: the draft's fixed text, the lead's own messages, the office's and the lead's own data."""
    said = " ".join(event.body for event in lead.interactions if event.direction is Direction.INBOUND)
    template = draft.body if draft.composer == "template" else ""
    return " ".join((template, said, sender.agent_phone, sender.brand, lead.first_name, lead.street, lead.zip_code))


def _other_people(connection: Connection, lead: Lead, body: str, *, known: str) -> list[str]:
    """Other leads whose whole name stands in the words."""
    pairs = [(one.casefold(), other.casefold()) for one, other in _PAIR.findall(body) if f"{one} {other}" not in known]
    if not pairs:
        return []
    named = tuple_(func.lower(lead_rows.c.first_name), func.lower(lead_rows.c.last_name))
    asked = select(lead_rows.c.first_name, lead_rows.c.last_name).where(named.in_(pairs), lead_rows.c.lead_id != lead.lead_id)
    rows = connection.execute(asked.distinct().limit(5))
    own = f"{lead.first_name} {lead.last_name}".casefold()
    return [name for first, last in rows if (name := f"{first} {last}").casefold() != own]


def said_before(connection: Connection, lead: Lead, at: datetime) -> tuple[bool, datetime | None]:
    """Whether nothing automated ever went to this lead, and when a text last said how to stop."""
    sent = [one for one in steps.of_lead(connection, lead.lead_id) if one.state is StepState.SENT and one.finished_at]
    written = [one for one in sent if one.kind is not StepKind.CALL_TASK]
    by_others = any(event.is_automated and event.channel in (Channel.SMS, Channel.EMAIL) for event in lead.interactions)
    stops = [one.finished_at for one in written if one.kind is StepKind.SMS and one.finished_at and has_stop_text(one.body)]
    return not written and not by_others, max(stops, default=None)


def needs_stop(is_first: bool, offered_at: datetime | None, at: datetime, every_days: int) -> bool:
    """Whether a text must say how to stop."""
    return is_first or offered_at is None or at - offered_at >= timedelta(days=every_days)
