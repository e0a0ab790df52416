"""The next best action for one lead, in one sentence. Rules in their order; the first that applies speaks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.records import Band, Channel
from engine.records.inbox import NextStep, Outcome, Step
from engine.triage.worth import MINUTES, REST_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """What the rules ask of a lead."""

    now: datetime
    band: Band | None = None
    has_phone: bool = False
    has_email: bool = False
    is_do_not_contact: bool = False
    is_phone_bad: bool = False
    has_ended: bool = False  # his deal is closed or lost
    waiting_since: datetime | None = None
    was_ever_answered: bool = False
    last_inbound_channel: Channel | None = None
    last_touch_at: datetime | None = None  # by a person of ours
    last_outcome: Outcome | None = None
    is_quiet_hour: bool = False  # where he is
    may_text: bool = True  # consent on file, or he texted himself
    wakes_at: datetime | None = None  # of a snooze


def next_step(lead: LeadFacts, minutes: Mapping[str, float] = MINUTES) -> NextStep:
    """What to do now, why, and about how many minutes that takes."""
    step, why = _step(lead)
    work = {Step.CALL: "call", Step.TEXT: "text", Step.EMAIL: "email", Step.CONFIRM: "text"}.get(step)
    return NextStep(step=step, why=why, n_minutes=minutes[work] if work else 0.0)


def _step(lead: LeadFacts) -> tuple[Step, str]:
    if lead.is_do_not_contact:
        return Step.NOTHING, "He asked not to be contacted"
    if lead.has_ended:
        return Step.NOTHING, "His deal has ended"
    if not (_may_phone(lead) or lead.has_email):
        return Step.NOTHING, "The number is bad and there is no e-mail" if lead.is_phone_bad else "There is no phone or e-mail"
    if lead.waiting_since is not None:
        return _answer(lead)
    return _follow_up(lead)


def _answer(lead: LeadFacts) -> tuple[Step, str]:
    """He wrote, or came and nobody ever answered."""
    if not lead.was_ever_answered and lead.last_inbound_channel is None:
        return _by_voice(lead, "Nobody has answered yet")
    if lead.last_inbound_channel is Channel.EMAIL and lead.has_email and lead.band is not Band.HOT:
        return Step.EMAIL, "Wrote an e-mail and waits for the answer"
    if lead.last_inbound_channel is Channel.SMS and _may_phone(lead) and not lead.is_quiet_hour:
        return Step.TEXT, "Texted and waits for the answer"
    return _by_voice(lead, "Called and waits to hear back" if lead.last_inbound_channel is Channel.CALL else "Waits for an answer")


def _follow_up(lead: LeadFacts) -> tuple[Step, str]:
    """Answered already: what keeps the conversation going."""
    if lead.last_outcome is Outcome.APPOINTMENT:
        return (
            Step.CONFIRM if _may_phone(lead) and not lead.is_quiet_hour else Step.EMAIL if lead.has_email else Step.WAIT
        ), "An appointment is made; confirm it the day before"
    rested = lead.last_touch_at is None or lead.now - lead.last_touch_at >= timedelta(days=REST_DAYS)
    if lead.last_outcome is Outcome.NO_ANSWER and _may_phone(lead) and not rested:
        if lead.is_quiet_hour:
            return Step.WAIT, "No answer, and it is quiet hours"
        return (Step.TEXT, "No answer to the call; a text") if lead.may_text else (Step.WAIT, "No answer, and no consent to text")
    if not rested:
        return Step.WAIT, "Heard from us less than three days ago"
    return _by_voice(lead, "Has not heard from us for three days or more")


def _by_voice(lead: LeadFacts, why: str) -> tuple[Step, str]:
    """Call if one may; in his quiet hours, or without a good number, write."""
    if _may_phone(lead) and not lead.is_quiet_hour:
        return Step.CALL, why
    if lead.has_email:
        return Step.EMAIL, f"{why}; {'it is quiet hours there' if _may_phone(lead) else 'no good number'}"
    return Step.WAIT, f"{why}, but it is quiet hours there"


def _may_phone(lead: LeadFacts) -> bool:
    return lead.has_phone and not lead.is_phone_bad
