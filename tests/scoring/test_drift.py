"""Drift: a shift is found, chance is not taken for one, and words follow the index."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.drift import outcome_shift, reference_of, stability, strongest

RNG = np.random.default_rng(3)


def rows(n, mean=0.0, flag=0.3, missing=0.1, seed=0):
    rng = np.random.default_rng(seed)
    number = rng.normal(mean, 1.0, n)
    number[rng.random(n) < missing] = np.nan
    return np.column_stack([number, rng.random(n) < flag])


def words(before, now):
    return [shift.word for shift in stability(reference_of(before), now)]


def test_the_same_population_is_steady_even_in_a_small_window():
    for seed in range(30):
        assert words(rows(2_000, seed=99), rows(120, seed=seed)) != ["another population", "another population"]
    many = [word for seed in range(60) for word in words(rows(2_000, seed=99), rows(120, seed=seed))]
    assert many.count("steady") >= 0.95 * len(many)


def test_a_moved_mean_is_another_population_and_a_small_move_is_only_a_shift():
    assert words(rows(2_000), rows(2_000, mean=1.0, seed=1))[0] == "another population"
    assert words(rows(2_000), rows(2_000, mean=0.35, seed=1))[0] == "has shifted"


def test_a_flag_that_turns_common_and_a_column_that_goes_missing_are_found():
    assert words(rows(2_000), rows(2_000, flag=0.7, seed=1))[1] == "another population"
    assert words(rows(2_000), rows(2_000, missing=0.8, seed=1))[0] == "another population"


def test_the_index_of_two_bins_is_worked_out_by_hand():
    """Half and half before, three quarters now: (.75 - .5) ln(1.5) + (.25 - .5) ln(.5) = 0.1014 + 0.1733 = 0.2747."""
    before = np.array([[0.0]] * 5_000 + [[1.0]] * 5_000)
    now = np.array([[0.0]] * 2_500 + [[1.0]] * 7_500)
    assert stability(reference_of(before), now)[0].index == pytest.approx(0.2747, abs=0.002)


def test_the_strongest_of_several_features_speaks_for_their_column():
    shifts = stability(reference_of(rows(2_000)), rows(2_000, flag=0.7, seed=1))
    assert strongest(shifts) == shifts[1]
    assert strongest(shifts).is_alarm


def test_outcomes_are_told_against_what_was_said():
    said = np.full(100, 0.3)
    assert outcome_shift(said, np.arange(100) < 30) == (0.0, "as foretold")
    assert outcome_shift(said, np.arange(100) < 60)[1] == "more close than was foretold"
    assert outcome_shift(said, np.arange(100) < 5)[1] == "fewer close than was foretold"


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=50), st.integers(0, 99))
def test_any_column_has_an_index_of_zero_against_itself(values, seed):
    column = np.array(values)[:, None]
    shift = stability(reference_of(column), np.random.default_rng(seed).permutation(column))[0]
    assert shift.index == pytest.approx(0.0, abs=1e-9)
    assert shift.word == "steady"
