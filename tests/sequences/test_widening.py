"""A change of the rules that lets out more says so; one that doesn't is silent."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from engine.records.follow_up import StepKind
from engine.sequences.rules import DEFAULT, GateRules
from engine.sequences.widening import clock_of, widenings

OPENS, CLOSES = st.integers(0, 40), st.integers(48, 96)
RULES = st.builds(
    lambda opens, closes, **more: GateRules(opens_minute=opens * 15, closes_minute=closes * 15, **more),
    opens=OPENS,
    closes=CLOSES,
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    closing_margin_minutes=st.integers(0, 60),
    is_closed_on_holidays=st.booleans(),
    messages_per_day=st.integers(1, 3),
    messages_per_week=st.integers(1, 21),
    stop_text_days=st.integers(1, 30),
    is_approval_needed_for_llm=st.booleans(),
    is_revocation_for_all_channels=st.booleans(),
)
NEUTRAL = {"recheck_minutes"}  # when a hold is looked at again: lets nothing out


@given(RULES)
def test_the_same_rules_let_out_nothing_more(rules):
    assert widenings(rules, rules) == []


@given(RULES, RULES)
def test_of_two_that_differ_at_least_one_way_is_wider(one, other):
    assert one == other or widenings(one, other) or widenings(other, one)


@given(RULES, RULES, RULES)
def test_narrower_twice_is_narrower(one, other, third):
    if not widenings(one, other) and not widenings(other, third):
        assert widenings(one, third) == []


def test_every_rule_is_known_to_let_out_more_one_way_or_the_other():
    changed = {
        "opens_minute": 9 * 60, "closes_minute": 19 * 60, "weekdays": (0, 1, 2, 3, 4, 5, 6), "closing_margin_minutes": 5,
        "is_closed_on_holidays": False, "messages_per_day": 2, "messages_per_week": 4, "national_list_days": 30, "inquiry_days": 60,
        "transaction_days": 500, "does_written_consent_outrank_national_list": False,
        "consent_needed_for": (StepKind.SMS, StepKind.EMAIL, StepKind.CALL_TASK),
        "is_revocation_for_all_channels": False, "stop_text_days": 20, "sms_segments": 1, "is_approval_needed_for_llm": False,
    }  # fmt: skip
    assert set(changed) == {field.name for field in fields(GateRules)} - NEUTRAL
    for name, value in changed.items():
        other = replace(DEFAULT, **{name: value})
        assert len(widenings(DEFAULT, other)) + len(widenings(other, DEFAULT)) == 1, name


def test_minutes_of_the_day_are_said_as_people_say_them():
    assert [clock_of(minute) for minute in (0, 15, 600, 720, 1230, 1440)] == [
        "midnight",
        "12:15 AM",
        "10:00 AM",
        "12:00 PM",
        "8:30 PM",
        "midnight",
    ]
