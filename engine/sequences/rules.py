"""The gate's rules as data: what Jorge may set, within what the law allows. Their version changes with the data."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache

from engine.errors import BadInput
from engine.records.follow_up import StepKind
from engine.sequences.content_lint import CONTENT_VERSION
from engine.sequences.places import PLACES_VERSION
from engine.sequences.state_hours import LARGEST_PER_DAY, STATE_HOURS, as_text

RULES_AS_OF = "2026-11-22"  # when a person last went through the rules and their sources
MONDAY_TO_SATURDAY = (0, 1, 2, 3, 4, 5)
SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """What the office set. The defaults are the careful ones; states' hours bind on top of every setting."""

    opens_minute: int = 10 * 60  # of the local day
    closes_minute: int = 18 * 60  # not included
    weekdays: tuple[int, ...] = MONDAY_TO_SATURDAY  # Monday is 0
    closing_margin_minutes: int = 10  # the call and the carrier's queue take their time
    is_closed_on_holidays: bool = True  # federal ones; where a state forbids its own, those always count
    messages_per_day: int = 1  # any 24 hours
    messages_per_week: int = 3  # any 7 days
    national_list_days: int = 31  # 47 CFR 64.1200(c)(2)(i)(D)
    inquiry_days: int = 90  # three months, 47 CFR 64.1200(f)(5)
    transaction_days: int = 548  # eighteen months, same place
    does_written_consent_outrank_national_list: bool = True  # 47 CFR 64.1200(c)(2)(ii)
    consent_needed_for: tuple[StepKind, ...] = (StepKind.SMS, StepKind.EMAIL)  # a call is dialled by a person
    is_revocation_for_all_channels: bool = True  # 47 CFR 64.1200(a)(10) as first written; the waiver isn't relied on
    stop_text_days: int = 30
    sms_segments: int = 2
    is_approval_needed_for_llm: bool = True
    recheck_minutes: int = 15  # of a hold that ends when a person acts

    def __post_init__(self) -> None:
        """Refuse settings that could never be right."""
        for problem in problems_of(self):
            raise BadInput(problem)


def problems_of(rules: GateRules) -> list[str]:
    """What is wrong with these settings, in words for the settings page."""
    checks = {
        "The sending hours are quarter hours of one day, and open before they close": 0
        <= rules.opens_minute
        < rules.closes_minute
        <= 24 * 60
        and rules.opens_minute % 15 == 0
        and rules.closes_minute % 15 == 0,
        "The margin before closing is 0 to 60 minutes and leaves a quarter of an hour to send in": 0
        <= rules.closing_margin_minutes
        <= min(60, rules.closes_minute - rules.opens_minute - 15),
        "Sending days are weekdays from 0 (Monday) to 6 (Sunday), each once, at least one": bool(rules.weekdays)
        and set(rules.weekdays) <= set(range(7))
        and len(set(rules.weekdays)) == len(rules.weekdays),
        f"Messages a day: 1 to {LARGEST_PER_DAY}": 1 <= rules.messages_per_day <= LARGEST_PER_DAY,
        "Messages in 7 days: 1 to 21": 1 <= rules.messages_per_week <= 21,
        "The national do-not-call list may be at most 31 days old": 1 <= rules.national_list_days <= 31,
        "An inquiry opens the door for at most 90 days": 0 <= rules.inquiry_days <= 90,
        "A transaction opens the door for at most 18 months (548 days)": 0 <= rules.transaction_days <= 548,
        "The STOP words come at least every 30 days": 1 <= rules.stop_text_days <= 30,
        "A text has 1 or 2 segments": 1 <= rules.sms_segments <= 2,
        "Texts and e-mails need consent": {StepKind.SMS, StepKind.EMAIL} <= set(rules.consent_needed_for),
        "A hold is looked at again after 1 minute to 24 hours": 1 <= rules.recheck_minutes <= 1440,
    }
    return [f"{sentence}." for sentence, holds in checks.items() if not holds]


DEFAULT = GateRules()


def rules_from(data: Mapping[str, object]) -> GateRules:
    """The rules kept as a setting's JSON. Unknown names and wrong kinds of values are refused (BadInput), never dropped."""
    known = {found.name: found for found in fields(GateRules)}
    if unknown := set(data) - set(known):
        raise BadInput(f"The follow-up rules know no “{sorted(unknown)[0]}”.")
    defaults = asdict(DEFAULT)
    values: dict[str, object] = {}
    for name, value in data.items():
        wanted = list if isinstance(defaults[name], tuple) else type(defaults[name])
        if type(value) is not wanted and not (wanted is list and isinstance(value, tuple)):
            raise BadInput(f"“{name}” of the follow-up rules isn't {_KIND_WORDS[wanted]}.", field=name)
        values[name] = _members(name, value) if isinstance(value, list | tuple) else value
    return GateRules(**values)  # type: ignore[arg-type]  # each value was just checked against its field


_KIND_WORDS: dict[type, str] = {int: "a whole number", bool: "yes or no", list: "a list"}


def _members(name: str, value: list[object] | tuple[object, ...]) -> tuple[object, ...]:
    """A list's members, each of its right type."""
    if name == "consent_needed_for":
        if wrong := [each for each in value if each not in list(StepKind)]:
            raise BadInput(f"“{wrong[0]}” is no kind of step.", field=name)
        return tuple(StepKind(str(each)) for each in value)
    if any(type(each) is not int for each in value):
        raise BadInput(f"“{name}” of the follow-up rules holds whole numbers.", field=name)
    return tuple(value)


def as_data(rules: GateRules) -> dict[str, object]:
    """The rules as JSON keeps them; `rules_from` reads them back."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(rules).items()}


@lru_cache(maxsize=64)
def version_of(rules: GateRules) -> str:
    """The rules' date and a hash over every setting, state's hours, place table and content rule: evidence of what was applied."""
    parts = [as_data(rules), as_text(STATE_HOURS), PLACES_VERSION, CONTENT_VERSION]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"{RULES_AS_OF}-{digest[:12]}"
