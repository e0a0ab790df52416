from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages import words

NOW = datetime(2026, 3, 14, 17, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cents", "shown"),
    [
        (3_150_000, "$31.5k"),
        (123_456_789, "$1.2M"),
        (99_949, "$999"),
        (99_950, "$1.0k"),
        (99_999_999, "$1.0M"),
        (0, "$0"),
        (None, "–"),
        (-3_150_000, "−$31.5k"),
    ],
)
def test_money_on_cards_is_short(cents, shown):
    assert words.compact_money(cents) == shown


@given(some.integers(-(10**13), 10**13))
def test_money_on_cards_fits_a_phone(cents):
    assert len(words.compact_money(cents)) <= (8 if cents >= 0 else 9)


def test_money_in_tables_is_whole_dollars():
    assert words.money(3_150_049) == "$31,500"
    assert words.money(-100) == "−$1"
    assert words.money(None) == "–"


@pytest.mark.parametrize(
    ("fraction", "shown"), [(0.024, "2.4%"), (0.31, "31%"), (0.0996, "10%"), (0.0, "0%"), (1.0, "100%"), (None, "–")]
)
def test_rates_are_whole_unless_under_ten(fraction, shown):
    assert words.rate(fraction) == shown


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        (0.125, "about 1 in 8"),
        (0.34, "about 1 in 3"),
        (0.42, "about 4 in 10"),
        (0.001, "under 1 in 200"),
        (0.97, "more than 9 in 10"),
        (None, "–"),
    ],
)
def test_odds_are_said_as_people_weigh_them(probability, shown):
    assert words.odds(probability) == shown


@given(some.floats(0, 1))
def test_odds_are_never_none_and_never_certain(probability):
    assert words.odds(probability) not in {"about 0 in 10", "about 10 in 10", "about 1 in 1"}


def test_an_interval_names_its_percent_sign_once():
    assert words.interval(0.09, 0.16) == "9.0–16%"
    assert words.interval(None, 0.1) == ""


@pytest.mark.parametrize(
    ("seconds", "shown"), [(192, "3m 12s"), (7_500, "2h 05m"), (3 * 86_400, "3d"), (-5, "0m 00s"), (500 * 86_400, "1.4y")]
)
def test_waits_grow_coarser_with_time(seconds, shown):
    assert words.wait(timedelta(seconds=seconds)) == shown


def test_a_moment_is_told_on_the_offices_clock():
    assert words.local_time(NOW, "America/Los_Angeles") == "Mar 14, 2026, 10:42 AM PDT"
    assert words.clock(NOW.replace(hour=7), "America/Los_Angeles") == "12:42 AM"
    assert words.local_time(None, "UTC") == "–"


def test_ago_and_days_and_counts():
    assert words.ago(NOW - timedelta(minutes=8), NOW) == "8 min ago"
    assert words.ago(None, NOW) == "–"
    assert words.day(date(2026, 3, 14)) == "Mar 14"
    assert words.count(1, "lead") == "1 lead"
    assert words.count(1204, "entry", "entries") == "1,204 entries"


def test_phone_numbers_read_as_americans_write_them():
    assert words.phone("+19095550123") == "(909) 555-0123"
    assert words.phone("+442079460000") == "+442079460000"
    assert words.phone(None) == ""
