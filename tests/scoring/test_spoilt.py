"""Synthetic exports with faults: the guard catches the trap, copies are the same people, odds of an appointment are exact, a mix drifts."""

import numpy as np
import pytest

from engine.scoring import exploration, world
from engine.scoring.generator import generate
from engine.scoring.history import train_frame
from engine.scoring.shipped import MARKET, auc
from engine.scoring.spoilt import OUTCOME, TRAP, history, with_duplicates, with_opt_outs


@pytest.fixture(scope="module")
def many(at):
    return generate(12_000, seed=11, at=at, market=MARKET)


def test_of_leads_given_the_same_odds_of_an_appointment_that_share_meets(many):
    for part in np.array_split(np.argsort(many.meets_posterior), 10):
        expected = many.meets_posterior[part]
        assert abs(many.meets[part].sum() - expected.sum()) < 4 * np.sqrt(np.sum(expected * (1 - expected))) + 1
    assert auc(many.meets_posterior, many.meets) > 0.8


def test_the_guard_catches_the_leak_trap_and_the_model_does_without_it(many, at):
    table = history(many, market=MARKET, target="meets", has_trap=True).head(3_000)
    report = train_frame(table, outcome=OUTCOME, time="Created", exclude=["Data"], at=at).report
    reasons = {each["column"]: each["reason"] for each in report["excluded"]}
    assert reasons[TRAP].startswith("leakage guard")
    assert report["champion"]["auc"] < 0.95


def test_wrongly_noted_outcomes_are_as_many_as_asked_for(many):
    right, wrong = (history(many, market=MARKET, noise_rate=rate)[OUTCOME] for rate in (0.0, 0.1))
    assert float((right != wrong).mean()) == pytest.approx(0.1, abs=0.01)


def test_a_copy_has_the_same_phone_or_e_mail(synthetic):
    twice = with_duplicates(synthetic.leads, 0.1, seed=1)
    copies = twice[len(synthetic.leads) :]
    assert len(copies) >= 250
    known = {key for lead in synthetic.leads for key in lead.keys}
    assert all(known & set(copy.keys) for copy in copies)
    assert not {lead.external_id for lead in synthetic.leads} & {copy.external_id for copy in copies}


def test_who_opted_out_has_said_so_last(synthetic):
    found = with_opt_outs(synthetic.leads, 0.2, seed=1)
    stopped = [lead for lead in found if lead.is_do_not_contact]
    assert len(stopped) / len(found) == pytest.approx(0.2, abs=0.03)
    spoken = [lead for lead in stopped if lead.interactions and lead.phone]
    assert spoken
    assert all(
        max(lead.interactions, key=lambda event: (event.at, event.seq)).body == "STOP"
        for lead in spoken
        if len(lead.interactions) > 1
    )


def test_another_mix_of_sources_is_a_drift_whose_odds_stay_exact(at):
    mix = world.MIX[::-1].copy()
    moved = generate(6_000, seed=4, at=at, market=MARKET, mix=mix)
    known = [lead.source for lead in moved.leads if lead.source is not None]
    assert known.count(world.SOURCES[-1]) / len(known) == pytest.approx(mix[-1], abs=0.04)
    spread = np.sqrt(np.sum(moved.posterior * (1 - moved.posterior)))
    assert abs(moved.closed.sum() - moved.posterior.sum()) < 4 * spread


def test_the_weekly_lot_draws_about_its_share_whatever_the_score_and_another_one_next_week(at):
    from datetime import timedelta

    drawn = {lead_id for lead_id in range(1, 20_001) if exploration.is_in_slice(lead_id, at)}
    assert len(drawn) / 20_000 == pytest.approx(exploration.RATE, abs=0.006)
    assert drawn == {lead_id for lead_id in range(1, 20_001) if exploration.is_in_slice(lead_id, at + timedelta(hours=3))}
    later = {lead_id for lead_id in range(1, 20_001) if exploration.is_in_slice(lead_id, at + timedelta(days=7))}
    assert len(drawn & later) / len(drawn) < 0.1
