"""The clock: one reader, shared by both processes, faster on request in development."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.clock import ShiftedClock, SystemClock, clock_from, from_micros, parse_clock, to_micros
from engine.errors import ConfigurationError

START = datetime(2026, 3, 1, 15, tzinfo=UTC)


def test_without_a_setting_the_machine_tells_the_time(tmp_path):
    assert isinstance(clock_from("", tmp_path), SystemClock)


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("2026-03-01T15:00:00Z", 1.0),
        ("2026-03-01T15:00:00Zx60", 60.0),
        ("2026-03-01T07:00:00-08:00x0.5", 0.5),
        ("2026-03-01T15:00:00", 1.0),
    ],
)
def test_a_clock_setting_names_a_time_and_perhaps_a_speed(text, speed):
    assert parse_clock(text) == (START, speed)


@pytest.mark.parametrize("text", ["yesterday", "x60", "2026-03-01T15:00:00Zx0", "2026-03-01T15:00:00Zx-1", "2026-13-01"])
def test_a_clock_setting_that_is_none_is_refused_by_name(text):
    with pytest.raises(ConfigurationError, match="JORGE_CLOCK"):
        parse_clock(text)


def test_a_shifted_clock_runs_at_its_speed():
    anchor = datetime.now(UTC) - timedelta(seconds=10)
    now = ShiftedClock(START, 60.0, anchor).now()
    assert timedelta(minutes=10) <= now - START < timedelta(minutes=12)


def test_both_processes_and_a_restart_agree_on_the_time(tmp_path):
    first, second = (clock_from("2026-03-01T15:00:00Zx3600", tmp_path) for _ in range(2))
    assert first == second


def test_another_setting_starts_another_clock(tmp_path):
    first = clock_from("2026-03-01T15:00:00Z", tmp_path)
    second = clock_from("2027-03-01T15:00:00Z", tmp_path)
    assert second.start.year == 2027
    assert second.anchor >= first.anchor


def test_times_survive_the_store_to_the_microsecond():
    at = datetime(2026, 11, 1, 9, 59, 59, 999_999, tzinfo=UTC)
    assert from_micros(to_micros(at)) == at
