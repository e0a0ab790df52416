"""The cadence: the lead's own days over clock changes, late steps, gaps after a stop, and that days off are kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.records.follow_up import StepKind
from engine.sequences import cadence
from engine.sequences.cadence import LateAction, late_action, next_due, plan, step_rules
from engine.sequences.places import NOWHERE, Places, zone
from engine.sequences.quiet_hours import is_open
from engine.sequences.rules import DEFAULT as RULES

CALIFORNIA = Places(("America/Los_Angeles",), ("CA",), "America/Los_Angeles")
NEW_YORK = Places(("America/New_York",), ("NY",), "America/New_York")
MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


def at(text, places=CALIFORNIA):
    return datetime.fromisoformat(text).replace(tzinfo=zone(places.home)).astimezone(UTC)


def due_of(number, enrolled, settled=None, places=CALIFORNIA, sequence=cadence.DEFAULT):
    return next_due(sequence, after_step=number - 1, enrolled_at=enrolled, settled_at=settled, places=places, rules=RULES)


def test_the_default_is_3_7_14_30_with_a_person_who_calls():
    steps = [(step.day, step.kind) for step in cadence.DEFAULT.steps]
    assert steps == [(3, StepKind.SMS), (7, StepKind.CALL_TASK), (14, StepKind.EMAIL), (30, StepKind.SMS)]


def test_days_are_the_leads_own_calendar_days_whatever_the_clocks_do():
    # Enrolled Friday, 6 March 2026, 23:30 in California, which is Saturday in UTC; the clocks go forward on the 8th.
    found = plan(cadence.DEFAULT, enrolled_at=at("2026-03-06 23:30"), places=CALIFORNIA, rules=RULES)
    assert [due.due_at for due in found] == [
        at("2026-03-09 10:00"),
        at("2026-03-13 10:00"),
        at("2026-03-20 10:00"),
        at("2026-04-06 10:00"),  # day 30 is a Sunday
    ]
    assert found[0].due_at.hour == 17  # 10:00 by summer time, not 11:00


def test_in_autumn_ten_in_the_morning_stays_ten():
    assert due_of(1, at("2026-10-30 09:00")).due_at == at("2026-11-02 10:00") == datetime(2026, 11, 2, 18, 0, tzinfo=UTC)


def test_a_step_on_thanksgiving_goes_on_friday():
    assert due_of(1, at("2026-11-23 12:00")).due_at == at("2026-11-27 10:00")


def test_holidays_and_sundays_can_be_working_days():
    every_day = replace(RULES, weekdays=tuple(range(7)), is_closed_on_holidays=False)
    keen = replace(cadence.DEFAULT, skips_sundays=False, skips_holidays=False)
    found = next_due(keen, after_step=0, enrolled_at=at("2026-11-23 12:00"), settled_at=None, places=CALIFORNIA, rules=every_day)
    assert found.due_at == at("2026-11-26 10:00")
    still = next_due(
        cadence.DEFAULT, after_step=0, enrolled_at=at("2026-11-23 12:00"), settled_at=None, places=CALIFORNIA, rules=every_day
    )
    assert still.due_at == at("2026-11-27 10:00")


def test_a_step_keeps_its_own_hours_within_the_offices():
    evening = replace(cadence.DEFAULT.steps[0], opens_minute=16 * 60)
    sequence = replace(cadence.DEFAULT, steps=(evening,))
    assert due_of(1, at("2026-03-02 09:00"), sequence=sequence).due_at == at("2026-03-05 16:00")


def test_hours_that_no_longer_meet_the_offices_give_way():
    early = replace(cadence.DEFAULT.steps[0], opens_minute=6 * 60, closes_minute=7 * 60)
    assert step_rules(cadence.DEFAULT, early, RULES).opens_minute == RULES.opens_minute


def test_after_three_days_of_standstill_nobody_gets_two_steps_at_once():
    enrolled = at("2026-03-02 09:00")
    first = due_of(1, enrolled)
    back_at = at("2026-03-11 11:00")  # day 3 and day 7 have both passed
    assert late_action(first.step, due_at=first.due_at, at=back_at) is LateAction.SKIP
    second = due_of(2, enrolled, settled=back_at)
    assert second.due_at == at("2026-03-12 11:00")
    assert second.due_at - back_at >= timedelta(hours=24)


@pytest.mark.parametrize(
    ("late", "action"),
    [
        (timedelta(minutes=-1), "wait"),
        (timedelta(), "send"),
        (timedelta(hours=48), "send"),
        (timedelta(hours=48, seconds=1), "skip"),
    ],
)
def test_a_late_text_goes_for_48_hours_and_is_then_skipped(late, action):
    due_at = at("2026-03-05 10:00")
    assert late_action(cadence.DEFAULT.steps[0], due_at=due_at, at=due_at + late) == action


def test_after_the_last_step_nothing_is_due():
    assert due_of(5, at("2026-03-02 09:00")) is None


def test_a_lead_nobody_can_place_is_still_due_so_that_the_gate_can_say_why():
    assert due_of(1, at("2026-03-02 09:00"), places=NOWHERE).due_at > at("2026-03-02 09:00")


@settings(max_examples=150, deadline=None)
@given(
    enrolled=MOMENTS,
    places=st.sampled_from([CALIFORNIA, NEW_YORK]),
    delays=st.lists(st.integers(0, 20 * 24), min_size=4, max_size=4),
)
def test_however_late_each_step_was_settled_steps_come_in_order_in_open_hours_and_apart(enrolled, places, delays):
    settled = None
    for number, delay in enumerate(delays, start=1):
        due = due_of(number, enrolled, settled, places)
        home = zone(places.home)
        days = (due.due_at.astimezone(home).date() - enrolled.astimezone(home).date()).days
        assert days >= due.step.day
        assert is_open(places, due.due_at, step_rules(cadence.DEFAULT, due.step, RULES))
        if settled is not None:
            assert due.due_at - settled >= timedelta(hours=due.step.min_gap_hours)
        settled = due.due_at + timedelta(hours=delay)
