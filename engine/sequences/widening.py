"""Which messages a change of the follow-up rules would let out that the former ones held back, in words. Narrowing says nothing."""

from engine.sequences.rules import GateRules

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Fields whose larger value lets more out, with the sentence that says so.
_MORE_WHEN_LARGER = {
    "closes_minute": "Messages go out until {after} instead of {before}",
    "messages_per_day": "{after} messages to one person in 24 hours instead of {before}",
    "messages_per_week": "{after} messages to one person in 7 days instead of {before}",
    "national_list_days": "The national do-not-call list may be {after} days old instead of {before}",
    "inquiry_days": "An inquiry opens the door for {after} days instead of {before}",
    "transaction_days": "A deal opens the door for {after} days instead of {before}",
    "stop_text_days": "Opt-out words only every {after} days instead of {before}",
    "sms_segments": "Texts of {after} segments instead of {before}",
    "does_written_consent_outrank_national_list": "Written consent outranks the national do-not-call list",
}
_MORE_WHEN_SMALLER = {
    "opens_minute": "Messages go out from {after} instead of {before}",
    "closing_margin_minutes": "Only {after} minutes are kept free before closing instead of {before}",
    "is_closed_on_holidays": "Messages go out on federal holidays",
    "is_revocation_for_all_channels": "An opt-out no longer holds for every channel",
    "is_approval_needed_for_llm": "Words written by a language model go out without a person's approval",
}


def widenings(before: GateRules, after: GateRules) -> list[str]:
    """What the new rules let out that the former ones held back: a sentence each, none when they are as narrow or narrower."""
    found = [_say(words, name, before, after) for name, words in _MORE_WHEN_LARGER.items() if _of(after, name) > _of(before, name)]
    found += [
        _say(words, name, before, after) for name, words in _MORE_WHEN_SMALLER.items() if _of(after, name) < _of(before, name)
    ]
    found += [f"Messages go out on {_DAYS[day]}s" for day in sorted(set(after.weekdays) - set(before.weekdays))]
    found += [
        f"{kind.value.replace('_', ' ').upper()} needs no consent"
        for kind in sorted(set(before.consent_needed_for) - set(after.consent_needed_for))
    ]
    return found


def _of(rules: GateRules, name: str) -> int:
    return int(getattr(rules, name))


def _say(words: str, name: str, before: GateRules, after: GateRules) -> str:
    show = clock_of if name in ("opens_minute", "closes_minute") else str
    return words.format(before=show(_of(before, name)), after=show(_of(after, name)))


def clock_of(minute: int) -> str:
    """A minute of the day as people say it: `10:00 AM`; the day's end is midnight."""
    if minute in (0, 24 * 60):
        return "midnight"
    return f"{minute // 60 % 12 or 12}:{minute % 60:02d} {'AM' if minute < 12 * 60 else 'PM'}"
