"""The one gate: may this message go to this person at this moment? It fails closed: what isn't known blocks.

Checks run in the order of `GateReason`, and the first objection is the verdict. Hours, caps, the kill switch, a pause, an old list and an
outcome that is being looked up hold a message; everything else blocks it.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from engine.records.follow_up import Decision, GateReason, StepKind, Verdict
from engine.sequences import content_lint, quiet_hours
from engine.sequences.facts import GateFacts
from engine.sequences.permission import Objection, consent_objection, list_objection, opt_out_objection
from engine.sequences.places import Places, places_of
from engine.sequences.rules import GateRules, version_of
from engine.sequences.state_hours import LARGEST_PER_DAY

Held = tuple[GateReason, str, datetime]
Check = Callable[[GateFacts, datetime, GateRules], "Objection | Held | None"]
_MESSAGES = (StepKind.SMS, StepKind.EMAIL)


def verdict(facts: GateFacts, at: datetime, rules: GateRules) -> Verdict:
    """Send, hold until a moment, or block: the first reason in the order of `GateReason`, with a sentence for the Outbox.

    `at` is aware; a naive time is a mistake of the caller (ValueError), and nothing is sent.
    """
    if at.tzinfo is None:
        raise ValueError("the gate needs an aware time")
    version = version_of(rules)
    for check in CHECKS:
        match check(facts, at, rules):
            case (reason, detail, until):
                return Verdict(decision=Decision.HOLD, reason=reason, until=until, detail=detail, rule_version=version)
            case (reason, detail):
                return Verdict(decision=Decision.BLOCK, reason=reason, detail=detail, rule_version=version)
            case _:
                continue
    return Verdict(decision=Decision.SEND, detail="Nothing speaks against it.", rule_version=version)


def _kill_switch(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | Held | None:
    if facts.is_kill_switch_on is None:
        return GateReason.KILL_SWITCH, "It couldn't be read whether sending is switched off."
    return (GateReason.KILL_SWITCH, "Sending is switched off.", _soon(at, rules)) if facts.is_kill_switch_on else None


def _reply_pause(facts: GateFacts, at: datetime, rules: GateRules) -> Held | None:
    if facts.paused_since is None:
        return None
    return (
        GateReason.PAUSED_REPLY,
        f"Paused since {facts.paused_since:%Y-%m-%d %H:%M} UTC, until a person resumes.",
        _soon(at, rules),
    )


def _lists(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | Held | None:
    objection = list_objection(facts, at, rules)
    is_only_old = facts.is_on_national_list is not None and facts.national_list_as_of is not None
    if objection and objection[0] is GateReason.DNC_STALE and is_only_old:
        return (*objection, _soon(at, rules))  # the office can load a newer list
    return objection


def candidate_places(facts: GateFacts) -> Places:
    """The places whose hours must all be open. An e-mail to somebody nobody can place goes in hours that suit the whole country."""
    if facts.kind is not StepKind.EMAIL:
        return places_of(facts.whereabouts, needs_phone=True)
    places = places_of(facts.whereabouts, needs_phone=False)
    return places if places.zones else quiet_hours.WHOLE_COUNTRY


def _quiet_hours(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | Held | None:
    places = candidate_places(facts)
    if not places.zones or quiet_hours.is_open(places, at, rules):
        return None
    opening = quiet_hours.next_open(places, at, rules)
    if opening is None:
        return GateReason.QUIET_HOURS, "No hour suits all the places where this person may be: complete the address."
    where = ", ".join(places.states) or ", ".join(places.zones)
    return GateReason.QUIET_HOURS, f"Outside the hours for {where}; open again {opening:%Y-%m-%d %H:%M} UTC.", opening


def _time_zone(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    if candidate_places(facts).zones:
        return None
    return GateReason.NO_TIME_ZONE, "Nobody knows what time it is where this person lives: complete the address or the number."


def _frequency(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | Held | None:
    """At most so many in any 24 hours and in any 7 days; a call task is a person's own and doesn't count."""
    if facts.sent_at is None:
        return GateReason.FREQUENCY_CAP, "It couldn't be read what this person got lately."
    if facts.kind not in _MESSAGES or _is_first_answer(facts, at):
        return None
    sent = sorted(facts.sent_at)
    caps = ((min(rules.messages_per_day, LARGEST_PER_DAY), timedelta(hours=24)), (rules.messages_per_week, timedelta(days=7)))
    free = [sent[-cap] + span for cap, span in caps if len(sent) >= cap and sent[-cap] > at - span]
    if not free:
        return None
    places = candidate_places(facts)
    until = max(free)
    opening = quiet_hours.next_open(places, until, rules) if places.zones else until
    return GateReason.FREQUENCY_CAP, f"Enough for now: {len(sent)} lately.", opening or until


def _is_first_answer(facts: GateFacts, at: datetime) -> bool:
    """He wrote within the last day and nothing went to him since: answering him isn't pressing him."""
    wrote_at = facts.answers_at
    if not facts.is_answer or wrote_at is None or facts.sent_at is None or not timedelta(0) <= at - wrote_at <= timedelta(hours=24):
        return False
    return all(sent < wrote_at for sent in facts.sent_at)


def _content(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    content = content_lint.Content(
        kind=facts.kind,
        subject=facts.subject,
        body=facts.body,
        html=facts.html,
        brand=facts.brand,
        agent_name=facts.agent_name,
        needs_stop_text=needs_stop_text(facts, at, rules),
        contacts=(facts.address or "", facts.whereabouts.phone or "", *facts.office_contacts),
        names=facts.names,
        needs_sender=not (facts.is_answer and facts.is_first_message is False),
    )
    found = content_lint.problems_of(content, sms_segments=rules.sms_segments)
    return (GateReason.CONTENT, " ".join(found[:3])) if found else None


def needs_stop_text(facts: GateFacts, at: datetime, rules: GateRules) -> bool:
    """Must this text say how to stop: the first one, and whenever the words are 30 days old."""
    if facts.is_first_message is not False or facts.last_stop_text_at is None:
        return True
    return at - facts.last_stop_text_at >= timedelta(days=rules.stop_text_days)


def _disclosure(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    """Machine-written words need a person's approval; where the office waived that, they must say what they are."""
    if facts.needs_ai_disclosure and not facts.has_person_approval and not content_lint.DISCLOSURE.search(facts.body):
        return (
            GateReason.AI_DISCLOSURE,
            "Nobody saw it before it goes; the first such text must say that an automated assistant writes.",
        )
    if facts.composer in ("template", "person") or facts.has_person_approval:
        return None
    if facts.composer != "llm" or rules.is_approval_needed_for_llm:
        return GateReason.AI_DISCLOSURE, "Written by a machine and not approved by a person yet."
    if facts.has_ai_disclosure and content_lint.DISCLOSURE.search(f"{facts.subject} {facts.body}"):
        return None
    return GateReason.AI_DISCLOSURE, "Written by a machine; it must say that it is from an automated assistant."


def _email_address(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    if facts.kind is not StepKind.EMAIL or _stands_in(facts.postal_address, facts):
        return None
    return GateReason.EMAIL_NO_ADDRESS, "The e-mail doesn't show the office's postal address (CAN-SPAM)."


def _email_unsubscribe(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    if facts.kind is not StepKind.EMAIL:
        return None
    if facts.unsubscribe_url.startswith(("https://", "http://")) and _stands_in(facts.unsubscribe_url, facts):
        return None
    return GateReason.EMAIL_NO_UNSUBSCRIBE, "The e-mail doesn't hold its own link to unsubscribe (CAN-SPAM)."


def _stands_in(words: str, facts: GateFacts) -> bool:
    """Do the words stand in every form of the e-mail that will be shown?"""
    wanted = words.strip()
    shown = [content_lint.shown_text(facts.html, facts.body)] if facts.html else [facts.body]
    return bool(wanted) and all(_squeezed(wanted) in _squeezed(text) for text in (facts.body, *shown))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _lateness(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | Held | None:
    if not math.isfinite(facts.max_late_hours):
        return GateReason.STALE_STEP, "It couldn't be read how late this step may go."
    if at < facts.due_at:
        return GateReason.STALE_STEP, f"Not due before {facts.due_at:%Y-%m-%d %H:%M} UTC.", facts.due_at.astimezone(UTC)
    if at - facts.due_at <= timedelta(hours=facts.max_late_hours):
        return None
    return GateReason.STALE_STEP, f"It was due {facts.due_at:%Y-%m-%d} and may be at most {facts.max_late_hours:g} hours late."


def _unknown_outcome(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | Held | None:
    if facts.has_unknown_outcome is None:
        return GateReason.UNKNOWN_OUTCOME, "It couldn't be read whether an earlier message arrived."
    if not facts.has_unknown_outcome:
        return None
    return GateReason.UNKNOWN_OUTCOME, "It is still being found out whether an earlier message arrived.", _soon(at, rules)


def _duplicate(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    if facts.is_duplicate is None:
        return GateReason.DUPLICATE, "It couldn't be read whether this step was already sent."
    return (GateReason.DUPLICATE, "This step was already sent.") if facts.is_duplicate else None


def _recipient(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    if facts.address and ("@" in facts.address) == (facts.kind is StepKind.EMAIL):
        return None
    return GateReason.NO_RECIPIENT, "There is no e-mail address." if facts.kind is StepKind.EMAIL else "There is no phone number."


def _soon(at: datetime, rules: GateRules) -> datetime:
    return at.astimezone(UTC) + timedelta(minutes=rules.recheck_minutes)


CHECKS: tuple[Check, ...] = (
    _kill_switch,
    opt_out_objection,
    _reply_pause,
    consent_objection,
    _lists,
    _quiet_hours,
    _time_zone,
    _frequency,
    _content,
    _disclosure,
    _email_address,
    _email_unsubscribe,
    _lateness,
    _unknown_outcome,
    _duplicate,
    _recipient,
)
