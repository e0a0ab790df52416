"""The back-test: right odds hold, odds 1.5 times too rosy raise the alarm, too little is called too little."""

from datetime import date, timedelta

import pytest

from engine.commission.backtest import Health, Window, apart, backtest, likely_counts

from .deal_world import windows


def window(number: int, came: int, *, days: int = 7, inside: float = 0.8) -> Window:
    return Window(date(2026, 1, 5) + timedelta(days=days * number), days, 100, 200, 300, 200, 80, inside, came)


def test_bands_hold_four_in_five_when_the_odds_are_right_and_few_when_they_are_too_rosy():
    right, rosy = backtest(windows(250)).bands[2], backtest(windows(40, factor=1.5)).bands[2]
    assert 0.75 <= right.coverage <= 0.85  # 250 windows say no more; `make bench` holds thousands to 78–82 %
    assert right.health is Health.HOLDS
    assert rosy.coverage < 0.5
    assert rosy.health is Health.ALARM
    assert "too rosy" in rosy.sentence


def test_the_alarm_needs_no_more_than_eight_quarters_of_odds_that_are_too_rosy():
    assert backtest(windows(8, factor=1.5, seed=5)).bands[2].health is Health.ALARM


def test_few_windows_are_not_enough_to_judge():
    judged = backtest([window(number, 0) for number in range(7)])
    assert judged.health is Health.NOT_ENOUGH
    assert judged.sentence == "Not enough yet: 7 of the 8 past weeks needed to judge"
    assert backtest([]).bands[0].coverage is None


def test_bands_that_never_miss_nor_err_hold():
    assert backtest([window(number, 200) for number in range(12)]).health is Health.HOLDS


def test_outcomes_always_outside_are_an_alarm():
    assert backtest([window(number, 400 if number % 2 else 0) for number in range(12)]).health is Health.ALARM


def test_windows_that_overlap_count_once():
    nightly = [Window(date(2026, 1, 1) + timedelta(days=night), 28, 1, 2, 3, 2, 1, 0.8, 2) for night in range(60)]
    assert [one.as_of for one in apart(nightly)] == [date(2026, 1, 1), date(2026, 1, 29), date(2026, 2, 26)]


def test_likely_counts_are_those_of_the_binomial():
    # Of 10 windows inside with 8 in 10: P(at most 4) = 0.0064 and P(at most 3) = 0.0009; P(all) = 0.107.
    assert likely_counts([0.8] * 10, tail=0.005) == (4, 10)
    assert likely_counts([], tail=0.01) == (0, 0)
    assert likely_counts([1.0] * 5) == (5, 5)


@pytest.mark.parametrize("inside", [0.95, 1.0])
def test_a_lumpy_band_is_judged_by_its_own_share(inside):
    judged = backtest([window(number, 200 if number else 0, inside=inside) for number in range(20)]).bands[0]
    assert judged.expected == pytest.approx(inside)
