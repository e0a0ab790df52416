"""What moved a score: differences of stored effects that add up to the change, worded by what is now; silence where parts are missing."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from engine.records import Channel, Direction, Financing, Interaction, Lead, Source
from engine.scoring.features import COLUMN, VOCABULARY
from engine.scoring.forest import predict
from engine.scoring.scorer import packed, unpacked
from engine.scoring.trend import what_moved


@pytest.fixture
def quiet(at):
    return Lead(phone="+15125550100", source=Source.PORTAL, created_at=at - timedelta(days=5), budget_low_cents=40_000_000)


@pytest.fixture
def answered(quiet, at):
    asked = Interaction(at=at - timedelta(hours=3), channel=Channel.SMS, direction=Direction.OUTBOUND)
    answer = Interaction(
        at=at - timedelta(hours=3, minutes=-8), channel=Channel.SMS, direction=Direction.INBOUND, n_words=12, urgency=1.0
    )
    return replace(quiet, interactions=(asked, answer), financing=Financing.PRE_APPROVED)


@pytest.fixture
def two(scorer, quiet, answered, market, at):
    [before] = scorer.score([quiet], market=market, at=at - timedelta(days=1))
    [now] = scorer.score([answered], market=market, at=at)
    return [before, now]


def test_an_answer_lifts_the_score_and_is_said(two, at):
    trend = what_moved(two, VOCABULARY)
    assert trend.since == at - timedelta(days=1)
    assert trend.change == two[1].score - two[0].score > 0
    assert {"answered 100% of our messages", "last heard from 3 hours ago"} <= {move.text for move in trend.moves}


def test_pre_approval_lifts_the_score_and_is_all_that_moved_it(scorer, quiet, market, at):
    scores = scorer.score([quiet, replace(quiet, financing=Financing.PRE_APPROVED)], market=market, at=at)
    trend = what_moved(scores, VOCABULARY)
    assert trend.change > 0
    assert max(trend.moves, key=lambda move: move.points).text == "pre-approved"


def test_moves_and_the_rest_add_up_to_the_change(two):
    trend = what_moved(two, VOCABULARY)
    assert sum(move.points for move in trend.moves) + trend.rest == pytest.approx(trend.change, abs=1e-9)
    assert 1 <= len(trend.moves) <= 3


def test_the_shares_are_those_of_the_effects(two):
    effects = unpacked(two[1].effects) - unpacked(two[0].effects)
    trend = what_moved(two, VOCABULARY)
    points = next(move.points for move in trend.moves if move.text == "last heard from 3 hours ago")
    assert points == pytest.approx(effects[COLUMN["hours_since_last_inbound"]] / effects.sum() * trend.change)


def test_one_score_alone_has_no_trend(two):
    assert what_moved(two[1:], VOCABULARY) is None
    assert what_moved([], VOCABULARY) is None


def test_it_looks_back_to_the_latest_score_that_differed(two):
    same = replace(two[1], scored_at=two[1].scored_at + timedelta(hours=1))
    assert what_moved([*two, same], VOCABULARY).since == two[0].scored_at


def test_an_unchanged_score_says_so_without_reasons(two):
    same = replace(two[1], scored_at=two[1].scored_at + timedelta(hours=1))
    trend = what_moved([two[1], same], VOCABULARY)
    assert (trend.change, trend.moves, trend.rest) == (0, (), 0.0)


def test_scores_of_two_models_are_not_taken_apart(two):
    trend = what_moved([two[0], replace(two[1], model_version="other-1")], VOCABULARY)
    assert not trend.moves
    assert "another model scores since" in trend.why_not


def test_a_score_kept_without_its_parts_is_said_to_be(two):
    trend = what_moved([replace(two[0], effects=b"", inputs=b""), two[1]], VOCABULARY)
    assert not trend.moves
    assert trend.why_not


def test_rooms_wanted_are_never_said_to_have_moved_a_score(two):
    rooms = [packed(np.eye(28)[[14]] * place)[0] for place in (0, 1)]
    crowded = [replace(score, effects=kept, inputs=kept) for score, kept in zip(two, rooms, strict=True)]
    assert not what_moved(crowded, VOCABULARY).moves


def test_what_has_not_changed_is_not_said_to_have_moved_it(two):
    assert "came from a portal" not in [move.text for move in what_moved(two, VOCABULARY).moves]


def test_a_falling_score_has_falling_reasons(two):
    trend = what_moved(two[::-1], VOCABULARY)
    assert trend.change < 0
    assert trend.moves[0].points < 0


def test_what_a_score_keeps_is_exactly_what_the_model_read_and_did(scorer, synthetic, market, at):
    scores = scorer.score(synthetic.leads[:200], market=market, at=at)
    inputs = np.stack([unpacked(score.inputs) for score in scores])
    assert np.array_equal(scorer.probabilities(inputs), [score.probability for score in scores])
    effects = np.stack([unpacked(score.effects) for score in scores])
    forest = scorer.bundle.forest
    assert np.allclose(effects.sum(axis=1) + forest.base_value, predict(forest, inputs), atol=1e-6)
