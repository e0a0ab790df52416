"""The follow-up's plan as data, 3-7-14-30 days by default: what is due when, and what becomes of a step that is late."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from engine.records.follow_up import StepKind
from engine.sequences.places import Places, zone
from engine.sequences.quiet_hours import WHOLE_COUNTRY, next_open
from engine.sequences.rules import SUNDAY, GateRules


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStep:
    """One step: how many of the lead's own days after enrolment, what, with which words, and how late it may still go."""

    number: int  # 1, 2, … in order
    day: int
    kind: StepKind
    template: str  # a template's key
    opens_minute: int = 10 * 60  # of the local day; the gate's hours bind on top
    closes_minute: int = 18 * 60  # not included
    max_late_hours: float = 48.0
    min_gap_hours: float = 24.0  # after the step before was sent or skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRule:
    """Who is enrolled by himself. An empty tuple asks nothing; the score never takes anybody out of the mandatory sequence."""

    bands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    is_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """One version of a sequence. A saved version is never edited: an edit is the next version."""

    key: str
    name: str
    version: int
    steps: tuple[SequenceStep, ...]
    rule: EnrolmentRule = EnrolmentRule()
    skips_sundays: bool = True
    skips_holidays: bool = True
    holdout_share: float = 0.0  # 0 to 0.2: leads left alone, to learn what the sequence does
    is_mandatory: bool = False  # everybody who may be contacted gets it, whatever his score


DEFAULT = Sequence(
    key="follow-up",
    name="3-7-14-30 follow-up",
    version=1,
    is_mandatory=True,
    rule=EnrolmentRule(is_on=True),
    steps=(
        SequenceStep(number=1, day=3, kind=StepKind.SMS, template="day-3-text", max_late_hours=48),
        SequenceStep(number=2, day=7, kind=StepKind.CALL_TASK, template="day-7-call", max_late_hours=96),
        SequenceStep(number=3, day=14, kind=StepKind.EMAIL, template="day-14-email", max_late_hours=96),
        SequenceStep(number=4, day=30, kind=StepKind.SMS, template="day-30-text", max_late_hours=48),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The next step and the moment it is due (aware, UTC)."""

    step: SequenceStep
    due_at: datetime


class LateAction(StrEnum):
    """What becomes of a due step now."""

    WAIT = "wait"  # not due yet
    SEND = "send"
    SKIP = "skip"  # too late: skipped (late), and a person gets a task


def next_due(
    sequence: Sequence,
    *,
    after_step: int,
    enrolled_at: datetime,
    settled_at: datetime | None,
    places: Places,
    rules: GateRules,
) -> Due | None:
    """The step after number `after_step` (0: none yet) and when it is due; None when the sequence is done.

    Days are counted in the lead's home zone; the hour is open in all candidate zones. `settled_at` is when the step before was
    sent or skipped: the step's gap is kept from there, so that after a stop nobody gets two at once.
    """
    step = next((each for each in sequence.steps if each.number > after_step), None)
    if step is None:
        return None
    somewhere = places if places.zones else WHOLE_COUNTRY  # the gate, not the calendar, says that nobody knows where he is
    earliest = _start_of_window(step, enrolled_at, somewhere)
    if settled_at is not None:
        earliest = max(earliest, settled_at + timedelta(hours=step.min_gap_hours))
    opening = next_open(somewhere, earliest, step_rules(sequence, step, rules))
    return Due(step=step, due_at=opening or earliest)  # no common hour at all: due, so that the gate can say so


def plan(sequence: Sequence, *, enrolled_at: datetime, places: Places, rules: GateRules) -> tuple[Due, ...]:
    """Every step with its moment, if all goes on time: the preview of an enrolment."""
    dues: list[Due] = []
    while due := next_due(
        sequence,
        after_step=dues[-1].step.number if dues else 0,
        enrolled_at=enrolled_at,
        settled_at=dues[-1].due_at if dues else None,
        places=places,
        rules=rules,
    ):
        dues.append(due)
    return tuple(dues)


def late_action(step: SequenceStep, *, due_at: datetime, at: datetime) -> LateAction:
    """Send a due step, wait for it, or skip it because it is more than `max_late_hours` late."""
    if at < due_at:
        return LateAction.WAIT
    return LateAction.SEND if at <= due_at + timedelta(hours=step.max_late_hours) else LateAction.SKIP


@lru_cache(maxsize=1_024)
def step_rules(sequence: Sequence, step: SequenceStep, rules: GateRules) -> GateRules:
    """The gate's rules for one step: the office's, narrowed by the step's hours and the sequence's days.

    A step's hours that meet the office's no more (they were changed since) give way to the office's.
    """
    opens, closes = max(rules.opens_minute, step.opens_minute), min(rules.closes_minute, step.closes_minute)
    if closes - opens < rules.closing_margin_minutes + 15:
        opens, closes = rules.opens_minute, rules.closes_minute
    days = tuple(day for day in rules.weekdays if not (sequence.skips_sundays and day == SUNDAY)) or rules.weekdays
    return replace(
        rules,
        opens_minute=opens,
        closes_minute=closes,
        weekdays=days,
        is_closed_on_holidays=rules.is_closed_on_holidays or sequence.skips_holidays,
    )


def _start_of_window(step: SequenceStep, enrolled_at: datetime, places: Places) -> datetime:
    """The step's opening hour on the lead's own day, `day` calendar days after the one he was enrolled on."""
    home = zone(places.home)
    day = enrolled_at.astimezone(home).date() + timedelta(days=step.day)
    opening = datetime.combine(day, time(step.opens_minute // 60, step.opens_minute % 60), tzinfo=home)
    return opening.astimezone(UTC)
