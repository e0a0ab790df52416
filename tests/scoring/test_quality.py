"""The tables of how far a model can be believed: worked out by hand, and in step with the shipped model's figures."""

import numpy as np
import pytest

from engine.records import PriceEstimate
from engine.scoring import quality
from engine.views import model as model_view


def test_reliability_by_hand():
    said, came = np.array([0.05, 0.07, 0.25, 0.15]), np.array([True, False, True, False])
    rows = quality.reliability(said, came, (0.0, 0.1, 0.2, 1.0))
    assert [(row["n"], row["n_came"], row["said"], row["came"]) for row in rows] == [
        (2, 1, 0.06, 0.5),
        (1, 0, 0.15, 0.0),
        (1, 1, 0.25, 1.0),
    ]
    assert all(row["came_low"] <= row["came"] <= row["came_high"] for row in rows)
    assert (rows[1]["came_low"], rows[2]["came_high"]) == (0.0, 1.0)


def test_an_empty_range_has_no_row():
    assert len(quality.reliability(np.array([0.5]), np.array([True]), quality.RELIABILITY_EDGES)) == 1


def test_lift_by_hand():
    # 20 leads, 2 of them close and both are in the first tenth: 100 % against 10 % is ten times the average.
    probability = np.linspace(0.9, 0.1, 20)
    rows = quality.lift_by_decile(probability, np.arange(20) < 2)
    assert (rows[0]["lift"], rows[0]["share_of_closings"], rows[1]["lift"]) == (10.0, 1.0, 0.0)
    assert sum(row["n"] for row in rows) == 20


def test_the_promise_is_kept_on_leads_it_was_not_chosen_on():
    rng = np.random.default_rng(0)
    confidence = rng.random(40_000)
    is_right = rng.random(40_000) < confidence
    threshold = quality.promise_threshold(confidence[:20_000], is_right[:20_000])
    assert threshold is not None
    # From c up, uniform confidence is right (1 + c) / 2 of the time: 95 % from 0.90 on.
    assert 0.89 <= threshold <= 0.92
    assert is_right[20_000:][confidence[20_000:] >= threshold].mean() > 0.94


def test_where_nothing_is_sure_there_is_no_promise():
    confidence = np.linspace(0.5, 1.0, 1_000)
    assert quality.promise_threshold(confidence, np.arange(1_000) % 2 == 0) is None


def test_selective_figures_by_hand():
    confidence = np.array([0.99, 0.9, 0.7, 0.55])
    rows = {row["threshold"]: row for row in quality.selective(confidence, np.array([0, 2, 1, 0]), np.array([0, 2, 0, 1]))}
    assert (rows[0.5]["coverage"], rows[0.5]["right"], rows[0.5]["constant"]) == (1.0, 0.5, 0.5)
    assert (rows[0.9]["coverage"], rows[0.9]["right"], rows[0.9]["constant"], rows[0.9]["hot_found"]) == (0.5, 1.0, 0.5, 1.0)


def test_prices_are_told_by_what_they_rest_on():
    prices = [
        PriceEstimate(low_cents=90, p50_cents=100, high_cents=110, basis="the stated budget and the median price of Austin ($4)"),
        PriceEstimate(low_cents=90, p50_cents=100, high_cents=110, basis="the median price of Austin ($4) alone: nothing said"),
    ]
    rows = quality.price_coverage(prices, np.array([1.0, 2.0]))
    assert {row["basis"]: (row["held"], row["off"]) for row in rows} == {
        "the stated budget": (1.0, 0.0),
        "the market's median alone": (0.0, 0.5),
    }


def test_the_shipped_models_tables_add_up(champion):
    tables, metrics = champion.tables, champion.metrics
    for name in ("reliability", "lift", "confidence", "selection", "prices"):
        assert sum(row["n"] for row in tables[name]) == metrics["n_fresh"]
    assert sum(row["share"] for row in tables["effects"]) == pytest.approx(1.0, abs=1e-3)
    assert len(tables["effects"]) == 28
    assert sum(row["held"] * row["n"] for row in tables["prices"]) / metrics["n_fresh"] == pytest.approx(
        metrics["price_interval_coverage"], abs=1e-4
    )
    assert sum(row["n_came"] for row in tables["reliability"]) / metrics["n_fresh"] == pytest.approx(metrics["base_rate"], abs=1e-5)


def test_the_shipped_model_keeps_its_promise_and_says_what_the_constant_answer_would_do(champion):
    metrics = champion.metrics
    assert metrics["promise_right"] >= quality.TARGET
    assert metrics["promise_coverage"] > 0.5
    assert metrics["promise_right"] > metrics["promise_constant"]
    assert "calling every one of them cold" in champion.card


def test_the_page_asks_for_as_many_outcomes_as_training_does():
    from engine.scoring import windows

    assert model_view.LEAST_OUTCOMES == windows.LEAST_ROWS
    assert model_view.LEAST_OF_EACH == windows.LEAST_OF_EACH
