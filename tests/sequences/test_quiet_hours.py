"""Quiet hours: boundaries to the minute, every candidate zone and state, days off, clocks that change, and an independent reading."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.quiet_hours import disagreements, simulate
from engine.sequences.facts import Whereabouts
from engine.sequences.places import Places, known_states, places_of, zone
from engine.sequences.quiet_hours import WHOLE_COUNTRY, is_open, next_open
from engine.sequences.rules import DEFAULT, GateRules
from engine.sequences.state_hours import STATE_HOURS

# As wide as the law lets it be: only the federal and the states' own hours bind.
LEGAL = GateRules(
    opens_minute=0, closes_minute=1440, weekdays=tuple(range(7)), closing_margin_minutes=0, is_closed_on_holidays=False
)
NEW_YORK, CHICAGO, DENVER, LOS_ANGELES = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"


def local(text, name=NEW_YORK):
    return datetime.fromisoformat(text).replace(tzinfo=zone(name)).astimezone(UTC)


def place(*zones, states=()):
    return Places(zones, tuple(states), zones[0])


@pytest.mark.parametrize(("at", "expected"), [("07:59", False), ("08:00", True), ("20:59", True), ("21:00", False)])
def test_the_federal_hours_are_8_to_21(at, expected):
    assert is_open(place(NEW_YORK), local(f"2026-03-11 {at}"), LEGAL) is expected


@pytest.mark.parametrize(("at", "expected"), [("09:59", False), ("10:00", True), ("17:49", True), ("17:50", False)])
def test_the_offices_hours_are_10_to_18_less_ten_minutes(at, expected):
    assert is_open(place(NEW_YORK), local(f"2026-03-11 {at}"), DEFAULT) is expected


@pytest.mark.parametrize(("at", "expected"), [("19:59", True), ("20:00", False)])
def test_florida_closes_at_20(at, expected):
    assert is_open(place(NEW_YORK, states=["FL"]), local(f"2026-03-11 {at}"), LEGAL) is expected


@pytest.mark.parametrize(("at", "expected"), [("11:59", False), ("12:00", True)])
def test_texas_opens_at_noon_on_sundays(at, expected):
    assert is_open(place(CHICAGO, states=["TX"]), local(f"2026-03-15 {at}", CHICAGO), LEGAL) is expected


def test_rhode_island_is_shorter_at_the_weekend():
    at = local("2026-03-14 17:30")  # a Saturday
    assert not is_open(place(NEW_YORK, states=["RI"]), at, LEGAL)
    assert is_open(place(NEW_YORK, states=["RI"]), at - timedelta(days=1), LEGAL)


def test_somewhere_in_the_country_means_11_to_21_in_new_york():
    anywhere = place(NEW_YORK, LOS_ANGELES)
    open_hours = [hour for hour in range(24) if is_open(anywhere, local(f"2026-03-11 {hour:02d}:00"), LEGAL)]
    assert open_hours == list(range(11, 21))


def test_alabamas_sunday_waits_for_monday():
    assert next_open(place(CHICAGO, states=["AL"]), local("2026-03-15 12:00", CHICAGO), LEGAL) == local("2026-03-16 08:00", CHICAGO)


def test_orlandos_689_is_not_taken_for_chicago_alone():
    orlando = places_of(Whereabouts(phone="+16895551234"), needs_phone=True)
    assert {NEW_YORK, CHICAGO} <= set(orlando.zones)
    assert orlando.states == ("FL",)
    assert not is_open(orlando, local("2026-03-11 20:30"), LEGAL)  # 19:30 in Chicago's time
    assert not is_open(orlando, local("2026-03-11 08:30"), LEGAL)


def test_new_york_or_honolulu_leaves_the_late_afternoon():
    both = place(NEW_YORK, "Pacific/Honolulu")  # in summer 6 hours apart, in winter 5
    assert next_open(both, local("2026-07-08 09:00"), DEFAULT) == local("2026-07-08 16:00")
    assert next_open(both, local("2026-01-07 09:00"), DEFAULT) == local("2026-01-07 15:00")


def test_the_morning_the_clocks_go_forward_opens_by_the_new_time():
    rules = replace(LEGAL, opens_minute=600)
    assert next_open(place(NEW_YORK), local("2026-03-07 22:00"), rules) == datetime(2026, 3, 8, 14, 0, tzinfo=UTC)


def test_the_morning_the_clocks_go_back_opens_by_the_new_time():
    rules = replace(LEGAL, opens_minute=600)
    assert next_open(place(NEW_YORK), local("2026-10-31 22:00"), rules) == datetime(2026, 11, 1, 15, 0, tzinfo=UTC)


def test_sundays_and_holidays_wait():
    assert next_open(place(LOS_ANGELES), local("2026-03-15 12:00", LOS_ANGELES), DEFAULT) == local("2026-03-16 10:00", LOS_ANGELES)
    thanksgiving = local("2026-11-26 12:00", LOS_ANGELES)
    assert next_open(place(LOS_ANGELES), thanksgiving, DEFAULT) == local("2026-11-27 10:00", LOS_ANGELES)
    assert next_open(place(LOS_ANGELES), thanksgiving, replace(DEFAULT, is_closed_on_holidays=False)) == thanksgiving


def test_louisianas_mardi_gras_is_off_even_where_the_office_keeps_no_holidays():
    mardi_gras = local("2026-02-17 12:00", CHICAGO)
    assert not is_open(place(CHICAGO, states=["LA"]), mardi_gras, LEGAL)
    assert is_open(place(CHICAGO), mardi_gras, LEGAL)


def test_a_holiday_on_a_sunday_is_kept_on_monday():
    monday = local("2027-07-05 12:00")  # the Fourth is a Sunday
    assert not is_open(place(NEW_YORK), monday, DEFAULT)


def test_no_zone_is_never_open():
    assert not is_open(Places(), local("2026-03-11 12:00"), DEFAULT)
    assert next_open(Places(), local("2026-03-11 12:00"), DEFAULT) is None


def test_places_too_far_apart_have_no_common_hour():
    assert next_open(place(NEW_YORK, "Pacific/Guam"), local("2026-03-11 12:00"), DEFAULT) is None


def test_the_whole_country_has_hours_every_weekday():
    for day in range(9, 15):
        assert next_open(WHOLE_COUNTRY, local(f"2026-03-{day:02d} 06:00"), DEFAULT) == local(f"2026-03-{day:02d} 16:00")


def test_nothing_goes_at_21_30_in_los_angeles():
    """An earlier system counted `8 <= hour <= 21` and sent until 21:59, by Los Angeles' clock whoever was meant."""
    for minute in range(60):
        assert not is_open(place(LOS_ANGELES), local(f"2026-03-11 21:{minute:02d}", LOS_ANGELES), LEGAL)
    assert not is_open(place(NEW_YORK), local("2026-03-11 18:30", LOS_ANGELES), LEGAL)  # 21:30 where the person is


def test_neither_the_machines_clock_nor_missing_preferences_open_the_gate(monkeypatch):
    """An earlier system read the server's own time and was open when the preferences were missing."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    midnight = local("2026-03-11 23:59")
    assert not is_open(place(NEW_YORK), midnight, DEFAULT)
    assert not is_open(place(NEW_YORK), midnight.astimezone(zone("Asia/Tokyo")), DEFAULT)  # noon there, the same moment
    assert not is_open(Places(), local("2026-03-11 12:00"), LEGAL)


ZONES = st.sets(
    st.sampled_from([NEW_YORK, CHICAGO, DENVER, LOS_ANGELES, "America/Phoenix", "America/Anchorage", "Pacific/Honolulu"]),
    min_size=1,
    max_size=3,
).map(sorted)
STATES = st.sets(st.sampled_from([*sorted(STATE_HOURS), "NY", "CO"]), max_size=3).map(sorted)
MOMENTS = st.integers(0, 5 * 365 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@settings(max_examples=200, deadline=None)
@given(zones=ZONES, states=STATES, at=MOMENTS, rules=st.sampled_from([DEFAULT, LEGAL]))
def test_the_next_opening_is_open_and_nothing_before_it_is(zones, states, at, rules):
    where = place(*zones, states=states)
    found = next_open(where, at, rules)
    if found is None:
        assert not any(is_open(where, at + timedelta(minutes=15 * n), rules) for n in range(0, 96 * 14, 7))
        return
    assert found >= at
    assert is_open(where, found, rules)
    earlier = [at + timedelta(minutes=minutes) for minutes in range(0, int((found - at).total_seconds() // 60), 11)]
    assert not any(is_open(where, moment, rules) for moment in earlier)


@settings(max_examples=200, deadline=None)
@given(zones=ZONES, states=STATES, more=st.sampled_from(sorted(STATE_HOURS)), at=MOMENTS)
def test_one_more_candidate_never_opens_what_was_closed(zones, states, more, at):
    if not is_open(place(*zones, states=states), at, LEGAL):
        assert not is_open(place(*zones, states=[*states, more]), at, LEGAL)
        assert not is_open(place(*zones, "America/Boise", states=states), at, LEGAL)


def test_an_independent_reading_of_100_000_cases_agrees():
    assert disagreements(simulate(100_000, seed=7)).is_empty()


def test_every_state_has_an_hour_under_the_offices_rules():
    for state, week_start in product(known_states(), ["2026-03-09", "2026-11-23"]):
        where = places_of(Whereabouts(state=state), needs_phone=False)
        assert next_open(where, local(f"{week_start} 00:00"), DEFAULT) is not None, state
