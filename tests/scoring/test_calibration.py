"""Calibration: rising, inside (0, 1), right on average, and the same after a round trip."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ModelUnusable
from engine.scoring.calibration import calibrator_from_arrays, calibrator_to_arrays, fit_calibrator


def drawn(n, seed=0, bend=2.0):
    rng = np.random.default_rng(seed)
    raw = rng.random(n)
    return raw, rng.random(n) < raw**bend


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.sampled_from([12, 300, 5_000, 8_000]), bend=st.sampled_from([0.0, 1.0, 3.0, 50.0]))
def test_a_probability_is_never_0_or_1_and_rises_with_the_raw_score(seed, n, bend):
    calibrator = fit_calibrator(*drawn(n, seed, bend))
    said = calibrator.apply(np.linspace(0.0, 1.0, 501))
    assert np.all((said > 0.0) & (said < 1.0))
    assert np.all(np.diff(said) >= 0.0)


@pytest.mark.parametrize("n", [4_000, 20_000])
def test_what_it_says_is_what_happens(n):
    calibrator = fit_calibrator(*drawn(n))
    raw, happened = drawn(50_000, seed=1)
    for rows in np.array_split(np.argsort(raw), 10):
        assert abs(calibrator.apply(raw[rows]).mean() - happened[rows].mean()) < 0.04


def test_few_leads_take_the_sigmoid_and_many_the_isotonic():
    assert fit_calibrator(*drawn(4_999)).kind == "sigmoid"
    assert fit_calibrator(*drawn(5_000)).kind == "isotonic"


@pytest.mark.parametrize("happens", [False, True])
def test_one_outcome_alone_still_leaves_a_doubt(happens):
    said = fit_calibrator(np.linspace(0.1, 0.9, 50), np.full(50, happens)).apply(np.array([0.0, 0.5, 1.0]))
    assert np.all((said > 0.0) & (said < 1.0))


@pytest.mark.parametrize("n", [500, 6_000])
def test_a_calibrator_comes_back_from_its_arrays_unchanged(n):
    calibrator = fit_calibrator(*drawn(n))
    raw = np.linspace(0, 1, 99)
    assert np.array_equal(calibrator_from_arrays(calibrator_to_arrays(calibrator)).apply(raw), calibrator.apply(raw))


def test_a_falling_line_is_refused():
    arrays = calibrator_to_arrays(fit_calibrator(*drawn(6_000)))
    arrays["calibration_y"] = arrays["calibration_y"][::-1]
    with pytest.raises(ModelUnusable):
        calibrator_from_arrays(arrays)
