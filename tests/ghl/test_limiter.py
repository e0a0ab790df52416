"""The budget: never more than the office's share in any interval, sends before synchronising, limits learned from answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ghl.limiter import Budget, LocalBudget, Urgency, grant, learn
from tests.ghl.conftest import AT


def taken(budget: Budget, urgency: Urgency, n: int, at=AT) -> tuple[Budget, int]:
    """How many of `n` requests are granted at one moment."""
    granted = 0
    for _ in range(n):
        budget, wait_s = grant(budget, at, urgency)
        granted += wait_s == 0
    return budget, granted


@settings(deadline=None, max_examples=60)
@given(
    limit=st.integers(5, 100),
    steps=st.lists(st.tuples(st.floats(0, 15), st.sampled_from(Urgency), st.integers(1, 60)), max_size=20),
)
def test_no_interval_ever_sees_more_than_four_fifths_of_the_limit(limit, steps):
    budget, at, granted = Budget(limit=float(limit)), AT, []
    for passed_s, urgency, n in steps:
        at += timedelta(seconds=passed_s)
        budget, n_granted = taken(budget, urgency, n, at)
        granted.append((at, n_granted))
    for start, _ in granted:
        in_interval = sum(n for one, n in granted if start <= one < start + timedelta(seconds=10))
        assert in_interval <= 0.8 * limit + 1e-6


def test_synchronising_leaves_something_for_messages():
    budget, n_sync = taken(Budget(), Urgency.SYNC, 100)
    assert n_sync == 19  # of a burst of 30 (0.3 × 100), 10.2 stay
    _, n_send = taken(budget, Urgency.SEND, 100)
    assert n_send == 11


@settings(deadline=None)
@given(n=st.integers(1, 200))
def test_whoever_waits_as_long_as_told_is_let_through(n):
    budget, _ = taken(Budget(), Urgency.SEND, n)
    _, wait_s = grant(budget, AT, Urgency.SEND)
    _, again_s = grant(budget, AT + timedelta(seconds=wait_s + 0.001), Urgency.SEND)
    assert again_s == 0


def test_limits_are_learned_from_the_answers():
    budget = learn(Budget(), AT, {"limit": 25.0, "interval_ms": 10_000.0, "left": 24.0}, is_refused=False)
    assert taken(budget, Urgency.SEND, 100)[1] == 7  # a sandbox: 0.3 × 25
    nearly = learn(Budget(), AT, {"left": 2.0}, is_refused=False)  # another program of the location took the rest
    assert taken(nearly, Urgency.SEND, 100)[1] == 2


def test_a_429_pauses_everybody_and_doubles():
    budget = learn(Budget(), AT, {"interval_ms": 10_000.0}, is_refused=True)
    assert grant(budget, AT, Urgency.SEND)[1] == 10
    again = learn(budget, AT, {}, is_refused=True)
    assert grant(again, AT, Urgency.SEND)[1] == 20
    told = learn(again, AT, {"retry_after": 37.0}, is_refused=True)
    assert grant(told, AT, Urgency.SEND)[1] == 37
    assert learn(told, AT, {}, is_refused=False).n_refused == 0


def test_near_the_days_end_only_messages_go_on():
    budget = learn(Budget(), AT, {"daily_limit": 10_000.0, "daily_left": 150.0}, is_refused=False)
    assert grant(budget, AT, Urgency.SYNC)[1] > 0
    assert grant(budget, AT, Urgency.SEND)[1] == 0
    assert grant(budget, AT + timedelta(days=1), Urgency.SYNC)[1] == 0


@pytest.mark.parametrize("back", [1, 3600, 86_400])
def test_a_clock_set_back_gives_nothing(back):
    budget, _ = taken(Budget(), Urgency.SEND, 30)
    assert grant(budget, AT - timedelta(seconds=back), Urgency.SEND)[1] > 0


def test_a_local_budget_keeps_what_a_rule_answers():
    store = LocalBudget()
    assert store.change(AT, lambda budget, at: (replace(budget, at=at, tokens=5.0), "said")) == "said"
    assert store.budget.tokens == 5.0
