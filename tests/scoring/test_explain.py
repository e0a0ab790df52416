"""Reasons: exact, few, above the noise, strongest first, each said once, in words."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.records import Channel, Direction, Financing, Interaction, Lead
from engine.scoring.explain import N_REASONS, Explainer, reasons_of
from engine.scoring.features import COLUMN, FEATURES, NAMES, VOCABULARY
from engine.scoring.forest import predict, shap_values
from engine.scoring.frame import features_of, frame_of
from engine.scoring.wording import STEP_BITS, missing_text, span, steps_of, value_words


@pytest.fixture(scope="module")
def scored(scorer, synthetic, market, at):
    return scorer.score(synthetic.leads, market=market, at=at)


def test_effects_are_the_models_exact_shap_values_and_add_up(scorer, synthetic, scored, market, at):
    forest = scorer.bundle.forest
    matrix = features_of(frame_of(synthetic.leads, market=market, at=at))
    effects = shap_values(forest, matrix)
    assert np.allclose(effects.sum(axis=1) + forest.base_value, predict(forest, matrix), atol=1e-12)
    for score, row in zip(scored, effects, strict=True):
        for reason in (*score.reasons_for, *score.reasons_against):
            assert reason.effect == row[COLUMN[reason.feature]]


def test_the_shipped_forest_is_explained_as_shap_would(scorer, synthetic, market, at):
    """The additive check above plus, feature by feature, the effect of a feature the forest never asks about is nothing."""
    forest = scorer.bundle.forest
    matrix = features_of(frame_of(synthetic.leads[:200], market=market, at=at))
    effects = shap_values(forest, matrix)
    unasked = sorted(set(range(len(NAMES))) - set(forest.feature[forest.feature >= 0].tolist()))
    assert not np.any(effects[:, unasked])


def test_reasons_are_few_strongest_first_and_said_once(scored):
    for score in scored:
        for reasons, sign in ((score.reasons_for, 1), (score.reasons_against, -1)):
            assert len(reasons) <= N_REASONS
            effects = [sign * reason.effect for reason in reasons]
            assert effects == sorted(effects, reverse=True)
            assert all(effect > 0 for effect in effects)
            assert len({reason.text for reason in reasons}) == len(reasons)


def test_what_is_not_known_is_never_a_reason_for(scored):
    assert not any(reason.value == "not known" for score in scored for reason in score.reasons_for)


def test_most_leads_have_reasons(scored):
    assert np.mean([bool(score.reasons_for or score.reasons_against) for score in scored]) > 0.99


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("lead_reply_minutes", 8.0, "answers within 8 minutes"),
        ("lead_reply_minutes", 0.2, "answers within 1 minute"),
        ("lead_reply_minutes", 180.0, "answers within 3 hours"),
        ("financing_status", 2.0, "pre-approved"),
        ("financing_status", 3.0, "pays cash"),
        ("location_specificity", 3.0, "named an exact area"),
        ("budget_midpoint", 650_000.0, "budget around $650k"),
        ("budget_midpoint", 1_250_000.0, "budget around $1.25M"),
        ("timeline_stated_days", 30.0, "wants to act within 30 days"),
        ("appointments_kept", 1.0, "kept 1 appointment"),
        ("appointments_kept", 2.0, "kept 2 appointments"),
        ("inbound_count_14d", 0.0, "nothing heard in 14 days"),
        ("sells_first", 1.0, "must sell first"),
        ("reply_rate", 0.5, "answered 50% of our messages"),
    ],
)
def test_a_value_reads_aloud(name, value, text):
    assert value_words(COLUMN[name], value, VOCABULARY)[1] == text


def test_missing_reads_aloud():
    assert missing_text(COLUMN["budget_midpoint"], has_history=True) == "no budget named"
    assert missing_text(COLUMN["lead_reply_minutes"], has_history=True) == "has not answered yet"
    assert missing_text(COLUMN["lead_reply_minutes"], has_history=False) == "no contact on record yet"


def test_every_feature_can_be_said_at_both_ends_of_its_range_and_missing():
    for place, feature in enumerate(FEATURES):
        for value in (feature.low, feature.high, (feature.low + feature.high) / 2):
            assert all(value_words(place, value, VOCABULARY))
        assert missing_text(place, has_history=True)


@pytest.mark.parametrize(
    ("minutes", "said"), [(1, "1 minute"), (89, "89 minutes"), (90, "2 hours"), (2880, "2 days"), (60 * 36, "36 hours")]
)
def test_a_time_span_in_words(minutes, said):
    assert span(minutes) == said


def test_a_strong_lead_reads_as_one(scorer, market, at):
    from datetime import timedelta

    hour = timedelta(hours=1)
    lead = Lead(
        phone="+15125550100",
        email="a@example.com",
        created_at=at - 30 * hour,
        financing=Financing.PRE_APPROVED,
        timeline_days=30,
        budget_low_cents=45_000_000,
        budget_high_cents=47_000_000,
        location_specificity=3,
        in_service_area=True,
        interactions=(
            Interaction(at=at - 29 * hour, channel=Channel.SMS, direction=Direction.OUTBOUND),
            Interaction(at=at - 29 * hour + hour / 10, channel=Channel.SMS, direction=Direction.INBOUND, n_words=20, urgency=1.0),
            Interaction(at=at - hour, channel=Channel.APPOINTMENT, direction=Direction.OUTBOUND, was_kept=True),
        ),
    )
    strong, weak = scorer.score([lead, Lead(created_at=at - 30 * hour)], market=market, at=at)
    assert strong.probability > 5 * weak.probability
    assert "kept 1 appointment" in [reason.text for reason in strong.reasons_for]


def in_its_range(column):
    feature = FEATURES[column]
    if feature.kind == "category":
        return st.integers(0, len(VOCABULARY[feature.name]) - 1).map(float)
    if feature.kind == "flag" or feature.name in {"location_specificity", "contactability"}:
        return st.integers(int(feature.low), int(feature.high)).map(float)
    near = st.sampled_from(
        [0.05, 0.125, 0.175, 0.2, -0.2, 0.5, 1.0, 1.5, 2.5, 89.5, 90.0, 90.5, 119.5, 1440.0, 2880.0, 1e6, 999_500.0]
    )
    return (near | st.floats(feature.low, feature.high)).map(lambda value: min(max(value, feature.low), feature.high))


@settings(max_examples=400, deadline=None)
@given(st.data(), st.integers(0, len(FEATURES) - 1))
def test_values_of_the_same_step_have_the_same_words(data, column):
    """What is worded once a step must be worded alike for every value of that step."""
    if not FEATURES[column].is_said:
        return
    value = data.draw(in_its_range(column))
    feature = FEATURES[column]
    nudge = data.draw(st.sampled_from([0.0, 1e-9, 0.004, 0.4, 25.0, 900.0]))
    other = value if feature.kind != "number" or feature.unit.startswith("0 ") else min(value + nudge, feature.high)
    rows = np.full((2, len(FEATURES)), np.nan)
    rows[:, column] = value, other
    first, second = steps_of(rows, np.full((2, 1), column))[:, 0]
    if first == second:
        assert value_words(column, value, VOCABULARY) == value_words(column, other, VOCABULARY)
    assert first >> STEP_BITS == column


def test_reasons_do_not_depend_on_what_was_worded_before(champion, synthetic, market, at):
    matrix = features_of(frame_of(synthetic.leads[:400], market=market, at=at))
    effects = shap_values(champion.forest, matrix)
    seasoned = Explainer(champion.vocabulary)
    one_by_one = [reasons_of(seasoned.columns(matrix[row : row + 1], effects[row : row + 1]))[0] for row in range(399, -1, -1)]
    assert reasons_of(Explainer(champion.vocabulary).columns(matrix, effects)) == one_by_one[::-1]


def test_reasons_worded_in_several_threads_are_the_same(champion, synthetic, market, at):
    matrix = features_of(frame_of(synthetic.leads, market=market, at=at))
    effects = shap_values(champion.forest, matrix)
    alone, shared = reasons_of(Explainer(champion.vocabulary).columns(matrix, effects)), Explainer(champion.vocabulary)
    with ThreadPoolExecutor(8) as threads:
        rows = threads.map(lambda row: reasons_of(shared.columns(matrix[row : row + 1], effects[row : row + 1]))[0], range(600))
    assert list(rows) == alone[:600]
