"""The selective promise: what passes as a threshold, and what is said of it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.scoring.selective import choose_threshold, keep_promise


def test_a_model_that_is_always_right_may_handle_everything():
    outcome = np.tile([0.0, 1.0], 200)
    said = np.where(outcome > 0, 0.99, 0.01)
    assert choose_threshold(said, outcome) == 0.99


def test_few_rows_prove_nothing():
    # ten rows without an error: the bound on the error rate is still about 1 - 0.1 ** (1 / 10) = 21 %
    assert choose_threshold(np.full(10, 0.99), np.ones(10)) is None


def test_a_coin_finds_no_threshold():
    rng = np.random.default_rng(0)
    assert choose_threshold(rng.random(2000), rng.integers(0, 2, 2000).astype(float)) is None


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_honest_probabilities_keep_the_promise_on_new_rows(seed):
    rng = np.random.default_rng(seed)
    said = rng.beta(0.4, 0.4, 6000)
    came = (rng.random(6000) < said).astype(float)
    threshold = choose_threshold(said[:3000], came[:3000])
    is_auto = np.maximum(said[3000:], 1 - said[3000:]) >= (threshold or 2.0)
    kept = keep_promise(said[3000:], came[3000:], is_auto, threshold)
    assert kept.accuracy is None or kept.accuracy >= 0.93


def test_without_a_threshold_nothing_is_handled():
    kept = keep_promise(np.full(5, 0.9), np.ones(5), np.ones(5, dtype=bool), None)
    assert (kept.accuracy, kept.coverage, kept.n_positives_found) == (None, 0.0, 0)
