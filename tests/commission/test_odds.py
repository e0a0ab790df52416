"""Odds and times: shipped values at first, the office's own history as it grows, and age by Bayes' rule."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commission.forecast_layout import closing_days
from engine.commission.odds import OPEN_STAGES, Visit, learn_odds
from engine.records import Stage

AS_OF = date(2026, 3, 2)
RATES = dict(zip(OPEN_STAGES, ((rate, "shipped") for rate in (0.02, 0.05, 0.15, 0.3, 0.5, 0.85)), strict=True))


def visit(number: int, stage: Stage, *, entered: int, stayed: int | None, won: bool | None) -> Visit:
    """A stay that began so many days ago."""
    began = AS_OF - timedelta(days=entered)
    left = None if stayed is None else began + timedelta(days=stayed)
    return Visit(
        deal_id=number, stage=stage, entered_on=began, left_on=left, ended_on=left if won is not None else None, is_won=won
    )


def test_without_history_the_shipped_rates_hold_and_a_contract_falls_through_15_times_in_100():
    odds = learn_odds([], RATES, {}, AS_OF)
    assert odds[Stage.UNDER_CONTRACT].chance(0) == pytest.approx(0.85)
    assert odds[Stage.UNDER_CONTRACT].source == "shipped"
    low, high = odds[Stage.UNDER_CONTRACT].interval(0)
    assert low < 0.85 < high


def test_own_history_pulls_the_shipped_rate_by_its_weight():
    # 20 shipped deals' worth at 0.3 are 6; with 12 of 20 own deals won: (6 + 12) / 40 = 0.45.
    visits = [visit(n, Stage.ACTIVE, entered=300, stayed=40, won=n < 12) for n in range(20)]
    assert learn_odds(visits, RATES, {}, AS_OF)[Stage.ACTIVE].share == pytest.approx(0.45)


def test_more_history_makes_the_interval_narrower():
    def width(n: int) -> float:
        visits = [visit(k, Stage.OFFER, entered=300, stayed=10, won=k % 2 == 0) for k in range(n)]
        low, high = learn_odds(visits, RATES, {}, AS_OF)[Stage.OFFER].interval(0)
        return high - low

    assert width(200) < width(20) < width(0)


def test_a_deal_that_stays_longer_than_winners_do_has_worse_odds():
    odds = learn_odds([], RATES, {}, AS_OF)[Stage.UNDER_CONTRACT]
    assert odds.chance(90) < odds.chance(45) < odds.chance(20)


def test_only_what_was_known_on_the_day_counts():
    ended_later = Visit(
        deal_id=1,
        stage=Stage.OFFER,
        entered_on=AS_OF - timedelta(days=5),
        left_on=AS_OF + timedelta(days=3),
        ended_on=AS_OF + timedelta(days=30),
        is_won=True,
    )
    begun_later = Visit(deal_id=2, stage=Stage.OFFER, entered_on=AS_OF + timedelta(days=1))
    known = learn_odds([ended_later, begun_later], RATES, {}, AS_OF)[Stage.OFFER]
    assert (known.n_won, known.n_lost, known.n_open) == (0, 0, 1)


def test_the_share_that_closes_is_found_again_although_many_deals_are_still_open():
    """Lost deals end at another pace than those that close: counting ended deals alone would mislead."""
    luck, visits = random.Random(3), []
    for number in range(2_000):
        entered, won = luck.randrange(1, 120), luck.random() < 0.5
        stayed = max(1, round((8 if won else 60) * luck.lognormvariate(0, 0.8)))
        is_over = stayed <= entered
        visits.append(visit(number, Stage.OFFER, entered=entered, stayed=stayed if is_over else None, won=won if is_over else None))
    found = learn_odds(visits, RATES, {}, AS_OF)[Stage.OFFER]
    naive = found.n_won / (found.n_won + found.n_lost)
    assert abs(found.share - 0.5) < abs(naive - 0.5) / 2
    assert found.share == pytest.approx(0.5, abs=0.06)


@given(st.none() | st.integers(-45, 400), st.integers(0, 2_000), st.sampled_from(OPEN_STAGES))
def test_closing_days_never_lie_in_the_past_and_only_rise(due, age, stage):
    days = closing_days(learn_odds([], RATES, {}, AS_OF)[stage], due, age)
    assert days[0] >= 0
    assert (days[1:] >= days[:-1]).all()


def test_own_slips_move_the_expected_closing():
    late = learn_odds([], RATES, {Stage.UNDER_CONTRACT: [20] * 40}, AS_OF)[Stage.UNDER_CONTRACT]
    usual = learn_odds([], RATES, {}, AS_OF)[Stage.UNDER_CONTRACT]
    assert closing_days(late, 30, 0)[256] > closing_days(usual, 30, 0)[256] + 10
