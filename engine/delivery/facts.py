"""Everything the gate must know about one message, read inside the transaction in which it decides; and the message's words."""

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.delivery.enrolling import whereabouts
from engine.delivery.office import FollowUpSettings, Sender
from engine.delivery.opting_out import addresses_of
from engine.delivery.plans import Plan
from engine.records import Channel, Direction, Lead
from engine.records.follow_up import StepKind, StepState
from engine.sequences.facts import GateFacts
from engine.sequences.message import Rendered, Words, render
from engine.sequences.unsubscribe import sign_unsubscribe
from engine.store import consents, pauses, people, scores, steps
from engine.store.steps import Step

_MONTH = timedelta(days=30)
_STOP = re.compile(r"\bSTOP\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What all messages of one look at the ledger share."""

    at: datetime
    office: FollowUpSettings
    key: bytes  # signs unsubscribe links


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What went to this person before."""

    sent_at: tuple[datetime, ...]
    last_stop_text_at: datetime | None
    bodies: tuple[str, ...]
    is_first: bool


def address_of(lead: Lead, kind: StepKind) -> str | None:
    """Where a message of that kind goes."""
    return lead.email if kind is StepKind.EMAIL else lead.phone


def history_of(connection: Connection, step: Step, lead: Lead, at: datetime) -> History:
    """What was sent to a lead, or to whoever has his address, and when STOP was last offered."""
    address = address_of(lead, step.kind) or ""
    mine = [one for one in steps.of_lead(connection, lead.lead_id) if one.state is StepState.SENT and one.finished_at]
    texts = [one for one in mine if one.kind is not StepKind.CALL_TASK]
    by_others = {
        event.at
        for event in lead.interactions
        if event.is_automated and event.direction is Direction.OUTBOUND and event.channel in (Channel.SMS, Channel.EMAIL)
    }
    recent = {*steps.sent_to(connection, lead.lead_id, address, at - _MONTH), *(one for one in by_others if one >= at - _MONTH)}
    stops = [one.finished_at for one in texts if one.kind is StepKind.SMS and one.finished_at and _STOP.search(one.body)]
    return History(
        sent_at=tuple(sorted(recent)),
        last_stop_text_at=max(stops, default=None),
        bodies=tuple(one.body for one in texts),
        is_first=not texts and not by_others,
    )


def render_step(connection: Connection, step: Step, lead: Lead, plan: Plan, moment: Moment, history: History) -> Rendered:
    """The words of a step for this lead, with this lead's own facts only; raises `BadInput` naming what is missing."""
    sender = moment.office.sender
    offered = history.last_stop_text_at
    score = scores.current(connection, [lead.lead_id]).get(lead.lead_id)
    words = Words(
        lead_id=lead.lead_id,
        step_number=step.step_no,
        agent_name=agent_name(connection, lead, sender),
        brand=sender.brand,
        first_name=lead.first_name,
        last_name=lead.last_name,
        area=lead.city,
        agent_phone=sender.agent_phone,
        postal_address=sender.postal_address,
        unsubscribe_url=unsubscribe_url(lead, moment),
        reasons=tuple(reason.text for reason in score.reasons_for) if score else (),
        needs_stop_text=offered is None or moment.at - offered >= timedelta(days=moment.office.rules.stop_text_days),
        earlier_bodies=history.bodies,
    )
    return render(plan.template(step.step_no), words, sms_segments=moment.office.rules.sms_segments)


def unsubscribe_url(lead: Lead, moment: Moment) -> str:
    """The link that ends e-mails to this lead; empty while nobody knows where the office is reached from outside."""
    base = moment.office.sender.public_url.rstrip("/")
    return f"{base}/api/unsubscribe/{sign_unsubscribe(lead.lead_id, lead.email, key=moment.key)}" if base and lead.email else ""


def agent_name(connection: Connection, lead: Lead, sender: Sender) -> str:
    """Who writes: the lead's agent, else the office's name for it."""
    user = people.user_by_id(connection, lead.assigned_to) if lead.assigned_to else None
    return user.name if user else sender.agent_name


def assemble(
    connection: Connection, step: Step, lead: Lead, message: Rendered, moment: Moment, history: History, *, agent: str
) -> GateFacts:
    """The facts of one message at this moment."""
    address, office = address_of(lead, step.kind), moment.office
    own = addresses_of(lead)
    pause = pauses.open_of(connection, lead.lead_id)
    blocked = consents.suppressed(connection, [address] if address else [])
    return GateFacts(
        kind=step.kind,
        lead_id=lead.lead_id,
        address=address,
        whereabouts=whereabouts(lead),
        body=message.body,
        subject=message.subject,
        html=message.html,
        due_at=step.due_at,
        max_late_hours=step.max_late_hours,
        is_kill_switch_on=office.is_kill_switch_on,
        paused_since=pause.since if pause else None,
        consents=consents.consents_of(connection, lead.lead_id, address) if address else (),
        opt_outs=consents.opt_outs_of(connection, lead.lead_id, own),
        is_do_not_contact=lead.is_do_not_contact or bool(blocked),
        is_on_national_list=_is_listed(connection, lead, office),
        national_list_as_of=office.national_list_as_of,
        inquired_at=_inquired_at(lead),
        sent_at=history.sent_at,
        last_stop_text_at=history.last_stop_text_at,
        has_unknown_outcome=steps.has_unknown(connection, step, address or ""),
        is_duplicate=steps.was_sent(connection, step, message.body, address or ""),
        is_first_message=history.is_first,
        brand=office.sender.brand,
        agent_name=agent,
        postal_address=office.sender.postal_address,
        unsubscribe_url=dict(message.headers).get("List-Unsubscribe", "").strip("<>"),
    )


def _is_listed(connection: Connection, lead: Lead, office: FollowUpSettings) -> bool | None:
    if office.national_list_as_of is None:
        return None
    return bool(lead.phone) and consents.is_on_do_not_call(connection, lead.phone or "")


def _inquired_at(lead: Lead) -> datetime | None:
    """When he last turned to the office himself: his latest message, else when he became a lead."""
    turned = [event.at for event in lead.interactions if event.direction is Direction.INBOUND]
    return max(turned, default=lead.created_at)


def facts_hash(facts: GateFacts) -> str:
    """What was decided upon, without keeping the person's data twice."""
    return hashlib.sha256(repr(sorted(asdict(facts).items())).encode()).hexdigest()[:32]
