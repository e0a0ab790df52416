"""A sequence as it is kept, edited and compared: JSON both ways, what is wrong with an edit, what it changes for those under way."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any

from engine.errors import BadInput
from engine.records.follow_up import StepKind
from engine.sequences.cadence import EnrolmentRule, Sequence, SequenceStep
from engine.sequences.message import Template

LARGEST_HOLDOUT = 0.2
_FIELD_WORDS = {
    "day": "day",
    "kind": "kind",
    "template": "words",
    "opens_minute": "earliest hour",
    "closes_minute": "latest hour",
    "max_late_hours": "how late it may go",
    "min_gap_hours": "gap after the step before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two versions, as a sentence, and the first step from which it shows."""

    sentence: str
    step_number: int


def as_data(sequence: Sequence) -> dict[str, object]:
    """The sequence as JSON keeps it; `sequence_from` reads it back."""
    return asdict(sequence)


def sequence_from(data: Mapping[str, Any]) -> Sequence:
    """A sequence from its JSON; BadInput names what can't be read."""
    try:
        rows = data["steps"]
        steps = tuple(SequenceStep(**(dict(row) | {"kind": StepKind(row["kind"])})) for row in rows)
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in (data.get("rule") or {}).items()
        }
        rule = EnrolmentRule(**kept)
        return Sequence(**(dict(data) | {"steps": steps, "rule": rule}))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"The sequence can't be read: {error}") from error


def problems_of(sequence: Sequence, templates: Mapping[str, Template]) -> tuple[str, ...]:
    """What is wrong with an edited sequence, one sentence each. `templates` by key; their words are checked where they are saved."""
    found = [] if sequence.name.strip() else ["The sequence needs a name."]
    if not sequence.steps:
        found.append("The sequence has no step.")
    if not 0 <= sequence.holdout_share <= LARGEST_HOLDOUT:
        found.append(f"The hold-out is between 0 and {LARGEST_HOLDOUT:.0%} of the leads.")
    if [step.number for step in sequence.steps] != list(range(1, len(sequence.steps) + 1)):
        found.append("The steps are numbered 1, 2, 3 and so on.")
    for step in sequence.steps:
        found += _problems_of_step(step, templates)
    found += _problems_of_order(sequence)
    if sequence.is_mandatory and sequence.rule.bands:
        found.append("The mandatory follow-up is for every band: the score orders a person's work and takes nobody out.")
    return tuple(found)


def _problems_of_step(step: SequenceStep, templates: Mapping[str, Template]) -> list[str]:
    template = templates.get(step.template)
    checks = {
        "the day is 0 to 365": 0 <= step.day <= 365,
        f"there are no words called “{step.template}”": template is not None,
        "its words are for another kind of step": template is None or template.kind is step.kind,
        "its hours are quarter hours, half an hour long at least, within one day": step.opens_minute >= 0
        and step.opens_minute + 30 <= step.closes_minute <= 24 * 60
        and step.opens_minute % 15 == step.closes_minute % 15 == 0,
        "it may be 1 hour to 14 days late": 1 <= step.max_late_hours <= 14 * 24,
        "the gap after the step before is 1 hour to 30 days": 1 <= step.min_gap_hours <= 30 * 24,
    }
    return [f"Step {step.number}: {words}." for words, holds in checks.items() if not holds]


def _problems_of_order(sequence: Sequence) -> list[str]:
    found = [
        f"Step {step.number} must come at least a day after step {before.number}."
        for before, step in pairwise(sequence.steps)
        if step.day <= before.day
    ]
    first_use: dict[str, int] = {}
    found += [
        f"Steps {first_use[step.template]} and {step.number} send the same words; nobody should get them twice."
        for step in sequence.steps
        if first_use.setdefault(step.template, step.number) != step.number
    ]
    return found


def changes_between(old: Sequence, new: Sequence) -> tuple[Change, ...]:
    """What a new version changes, for “migrate those under way?”."""
    before, after = {step.number: step for step in old.steps}, {step.number: step for step in new.steps}
    found: list[Change] = []
    for number in sorted(before | after):
        was, now = before.get(number), after.get(number)
        if was is None and now is not None:
            found.append(Change(sentence=f"Step {number} is new: {_words(now)}.", step_number=number))
        elif now is None and was is not None:
            found.append(Change(sentence=f"Step {number} is gone: {_words(was)}.", step_number=number))
        elif was is not None and now is not None:
            found += [Change(sentence=sentence, step_number=number) for sentence in _differences(was, now)]
    if (old.skips_sundays, old.skips_holidays) != (new.skips_sundays, new.skips_holidays):
        found.append(Change(sentence="Sundays or holidays are treated otherwise.", step_number=1))
    return tuple(found)


def n_affected(changes: Iterable[Change], steps_done: Iterable[int]) -> int:
    """How many of those under way (each with the number of the last settled step) would see a change if migrated."""
    last = max((change.step_number for change in changes), default=0)
    return sum(done < last for done in steps_done)


def _words(step: SequenceStep) -> str:
    kinds = {StepKind.SMS: "text", StepKind.EMAIL: "e-mail", StepKind.CALL_TASK: "call by a person"}
    return f"{kinds[step.kind]} on day {step.day}"


def _differences(was: SequenceStep, now: SequenceStep) -> list[str]:
    return [
        f"Step {now.number}, {_FIELD_WORDS[found.name]}: {_shown(found.name, getattr(was, found.name))} → "
        f"{_shown(found.name, getattr(now, found.name))}."
        for found in fields(SequenceStep)
        if found.name != "number" and getattr(was, found.name) != getattr(now, found.name)
    ]


def _shown(name: str, value: object) -> str:
    if isinstance(value, int) and name.endswith("_minute"):
        return f"{value // 60}:{value % 60:02d}"
    return f"{value:g} h" if isinstance(value, float) else str(value)
