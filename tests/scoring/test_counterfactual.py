"""What would help: every suggestion, applied to the lead, really leads where it says; only what can be done or asked is suggested."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.records import Band, Channel, Direction, Financing, Interaction, Lead, Source
from engine.scoring import counterfactual
from engine.scoring.counterfactual import N_SUGGESTIONS, changed, what_would_help
from engine.scoring.features import COLUMN, FEATURES
from engine.scoring.frame import features_of, frame_of
from engine.scoring.scale import BAND_AT, Bands

NEVER = {"source", "beds_needed", "baths_needed", "property_type", "is_repeat_contact", "transactions_before", "in_service_area"}


@pytest.fixture(scope="module")
def helped(scorer, synthetic, market, at):
    return [(lead, what_would_help(scorer, lead, market=market, at=at)) for lead in synthetic.leads[:300]]


def test_each_suggestion_applied_to_the_lead_gives_the_stated_probability_and_band(scorer, helped, market, at):
    n_tried = 0
    for lead, helping in helped:
        for one in (*helping.suggestions, *filter(None, [helping.most_helpful])):
            [score] = scorer.score([changed(lead, one.steps, at)], market=market, at=at)
            assert (score.probability, score.score, score.band) == (one.probability, one.score, one.band)
            n_tried += 1
    assert n_tried > 400


def test_pre_approval_said_by_hand_leads_where_the_suggestion_says(scorer, helped, market, at):
    """The same without the module's own changes: the field set as an agent would set it."""
    seen = 0
    for lead, helping in helped:
        for one in (*helping.suggestions, *filter(None, [helping.most_helpful])):
            if one.features == ("financing_status",):
                [score] = scorer.score([replace(lead, financing=Financing.PRE_APPROVED)], market=market, at=at)
            elif one.features == ("timeline_stated_days",):
                days = 30 if "30 days" in one.text else 90
                [score] = scorer.score([replace(lead, timeline_days=days)], market=market, at=at)
            else:
                continue
            assert score.probability == one.probability
            seen += 1
    assert seen > 3


def test_the_starting_point_is_the_leads_own_score(scorer, helped, market, at):
    scores = scorer.score([lead for lead, _ in helped], market=market, at=at)
    assert [(score.probability, score.band) for score in scores] == [(found.probability, found.band) for _, found in helped]


def test_every_suggestion_reaches_a_higher_band_and_there_are_at_most_three(helped):
    for _, helping in helped:
        assert len(helping.suggestions) <= N_SUGGESTIONS
        assert all(BAND_AT.index(one.band) > BAND_AT.index(helping.band) for one in helping.suggestions)


def test_the_smallest_change_comes_first_and_nothing_superfluous_is_asked(helped):
    for _, helping in helped:
        sizes = [len(one.steps) for one in helping.suggestions]
        assert sizes == sorted(sizes)
        features = [set(one.features) for one in helping.suggestions]
        assert not any(a <= b for i, a in enumerate(features) for j, b in enumerate(features) if i != j)


def test_only_actionable_features_are_touched_and_only_towards_feasible_values(helped):
    assert set(counterfactual._APPLY) == {feature.name for feature in FEATURES if feature.action}
    actionable = {feature.name for feature in FEATURES if feature.action}
    assert not actionable & NEVER
    assert all(feature.feasible for feature in FEATURES if feature.action)
    touched = {name for _, helping in helped for one in helping.suggestions for name in one.features}
    assert touched <= actionable
    assert len(touched) >= 6


def test_what_may_not_be_touched_stays_as_it_is(helped, market, at):
    kept = [COLUMN[name] for name in NEVER - {"in_service_area"}]
    for lead, helping in helped:
        for one in helping.suggestions:
            before, after = features_of(frame_of([lead, changed(lead, one.steps, at)], market=market, at=at))[:, kept]
            assert before.tobytes() == after.tobytes()


def test_a_hot_lead_needs_no_help(helped):
    hot = [helping for _, helping in helped if helping.band is Band.HOT]
    assert hot
    assert not any(helping.suggestions or helping.most_helpful for helping in hot)


def test_when_nothing_feasible_is_enough_what_helps_most_is_said(scorer, synthetic, market, at):
    out_of_reach = Bands(hot=0.999, warm=0.998)
    for lead in synthetic.leads[:40]:
        helping = what_would_help(scorer, lead, market=market, at=at, bands=out_of_reach)
        assert not helping.suggestions
        assert helping.most_helpful is not None
        assert len(helping.most_helpful.steps) == 1
        assert helping.most_helpful.probability > helping.probability


def test_somebody_who_must_not_be_contacted_is_left_alone(scorer, synthetic, market, at):
    for lead in synthetic.leads[:40]:
        helping = what_would_help(scorer, replace(lead, is_do_not_contact=True), market=market, at=at)
        assert not helping.suggestions
        assert helping.most_helpful is None


def test_what_is_known_is_not_asked_again(scorer, market, at):
    lead = Lead(
        phone="+15125550100",
        email="a@example.com",
        source=Source.PORTAL,
        created_at=at - timedelta(days=30),
        financing=Financing.CASH,
        has_proof_of_funds=True,
        timeline_days=365,
        budget_low_cents=40_000_000,
        budget_high_cents=41_000_000,
        location_specificity=3,
        in_service_area=True,
        interactions=(
            Interaction(at=at - timedelta(days=20), channel=Channel.SMS, direction=Direction.OUTBOUND),
            Interaction(at=at - timedelta(days=20, minutes=-9), channel=Channel.SMS, direction=Direction.INBOUND, n_words=4),
        ),
    )
    helping = what_would_help(scorer, lead, market=market, at=at)
    assert {name for one in (*helping.suggestions, *filter(None, [helping.most_helpful])) for name in one.features} <= {
        "appointments_kept"
    }


def test_a_lead_outside_the_service_area_is_not_asked_for_another_one(scorer, synthetic, market, at):
    for lead in synthetic.leads[:60]:
        outside = replace(lead, location_specificity=1, in_service_area=False)
        helping = what_would_help(scorer, outside, market=market, at=at)
        assert not any("location_specificity" in one.features for one in helping.suggestions)


def test_a_suggestion_reads_as_something_to_do(helped):
    texts = {one.text for _, helping in helped for one in helping.suggestions}
    assert "Ask when the lead wants to act (within 30 days)" in texts
    assert "Set an appointment (kept)" in texts
    assert all(text[0].isupper() and "_" not in text for text in texts)
