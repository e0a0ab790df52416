"""The synthetic leads: the exact odds are right, base rates are as published, nothing is known too early, everything is labelled."""

from datetime import timedelta

import numpy as np
import pytest

from engine.records import Direction
from engine.scoring import world
from engine.scoring.generator import TAG, generate, known_outcome
from engine.scoring.shipped import auc


@pytest.fixture(scope="module")
def many(market, at):
    return generate(20_000, seed=11, at=at, market=market)


def test_of_leads_given_the_same_odds_that_share_closes(many):
    """Within four standard errors in each of twelve bins: the posterior is exact, not fitted."""
    for rows in np.array_split(np.argsort(many.posterior), 12):
        expected = many.posterior[rows]
        error = np.sqrt(np.sum(expected * (1 - expected)))
        assert abs(many.closed[rows].sum() - expected.sum()) < 4 * error + 1


def test_the_exact_odds_tell_closings_apart(many):
    assert auc(many.posterior, many.closed) > 0.85


def test_each_source_closes_at_its_base_rate():
    within = world.from_reply_mode(world.HORIZON_DAYS - world.ANCHOR_DAYS)
    modes = np.stack([world.FAST_SHARE, 1 - world.FAST_SHARE])[:, world.INTENT]
    closes = (world.RESPONSE_SHARE[:, None] * world.P_REPLY * (within * modes).sum(axis=1)).sum(axis=0) * world.Q_CLOSE
    assert world.priors() @ closes == pytest.approx(list(world.BASE_RATES.values()), abs=1e-9)


def test_the_mix_of_sources_is_as_given(many):
    known = [lead.source for lead in many.leads if lead.source is not None]
    assert len(known) / len(many) == pytest.approx(0.95, abs=0.01)
    for source, share in zip(world.SOURCES, world.MIX, strict=True):
        assert known.count(source) / len(known) == pytest.approx(share, abs=0.02)


def test_the_same_seed_gives_the_same_leads(market, at):
    one, again, other = (generate(300, seed=seed, at=at, market=market) for seed in (3, 3, 4))
    assert one.leads == again.leads
    assert np.array_equal(one.posterior, again.posterior)
    assert one.leads != other.leads


def test_everything_is_labelled_synthetic(many):
    assert all(TAG in lead.tags and (lead.external_id or "").startswith(TAG) for lead in many.leads)
    assert all((lead.email or "@example.com").endswith("@example.com") for lead in many.leads)
    assert all((lead.phone or "+1512555").startswith("+1512555") for lead in many.leads)


def test_no_event_lies_ahead_and_every_event_lies_after_the_lead_came(many, at):
    for lead in many.leads:
        assert all(event.at <= at for event in lead.interactions)
        if lead.created_at is not None:
            assert all(event.at >= lead.created_at for event in lead.interactions)


def test_most_is_unknown_of_a_lead_that_has_not_replied(many):
    replied = [any(event.direction is Direction.INBOUND for event in lead.interactions) for lead in many.leads]
    named = np.array([lead.budget_high_cents is not None for lead in many.leads])
    assert named[np.array(replied)].mean() > 0.6
    assert named[~np.array(replied)].mean() < 0.35


def test_an_outcome_is_unknown_until_the_lead_closes_or_the_horizon_is_over(many, at):
    soon = known_outcome(many, at + timedelta(days=60))
    assert np.isnan(soon).any()
    assert not np.any(soon == 0.0)
    late = known_outcome(many, at + timedelta(days=366))
    assert np.array_equal(late == 1.0, many.closed)
    assert not np.isnan(late).any()


def test_a_chain_of_delays_adds_up():
    rng = np.random.default_rng(0)
    sums = rng.exponential(3.0, 200_000) + rng.exponential(12.0, 200_000) + rng.exponential(60.0, 200_000)
    for days in (10.0, 60.0, 200.0):
        assert float(world.chain_cdf(np.array(days), 3.0, 12.0, 60.0)) == pytest.approx(np.mean(sums <= days), abs=0.005)
