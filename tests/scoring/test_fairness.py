"""Fair housing: no protected trait is named, said or able to move a score."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ModelUnusable
from engine.records import Channel, Direction, Interaction
from engine.scoring import fairness
from engine.scoring.fairness import denied
from engine.scoring.features import FEATURES, VOCABULARY
from engine.scoring.wording import missing_text, value_words

_PROTECTED = (
    "we have 3 kids",
    "my husband and I are pregnant",
    "near the mosque",
    "wheelchair ramp please",
    "I use a voucher",
    "hablo español",
    "I am a veteran and 72 years old",
    "close to our church and a good school",
)


def test_the_lint_itself_finds_what_it_must_and_spares_what_it_may():
    assert all(
        denied(text) for text in ("family size", "n_kids", "zip_code", "marital status", "age", "near schools", "speaks Spanish")
    )
    assert not any(
        denied(text) for text in ("single family", "language-free".removeprefix("language-"), "messages", "average", "agent")
    )


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_no_feature_is_named_after_or_worded_as_a_protected_trait(feature):
    for text in (feature.name, feature.label, feature.unit, feature.purpose, feature.missing, feature.filled_by):
        assert not denied(text.replace("postal code", "")), text
    assert feature.proxy_review


def test_no_reason_can_name_a_protected_trait():
    for place, feature in enumerate(FEATURES):
        texts = [missing_text(place, has_history=has_history) for has_history in (True, False)]
        for value in {feature.low, feature.high, *range(10)}:
            texts += value_words(place, float(value), VOCABULARY)
        assert not any(denied(text) for text in texts), feature.name


def test_rooms_wanted_are_never_given_as_a_reason(scorer, synthetic, market, at):
    said = {
        reason.feature
        for score in scorer.score(synthetic.leads, market=market, at=at)
        for reason in (*score.reasons_for, *score.reasons_against)
    }
    assert not said & {"beds_needed", "baths_needed"}


def test_two_hundred_pairs_that_differ_only_in_protected_text_score_alike_to_the_bit(scorer, synthetic, market, at):
    rng = np.random.default_rng(0)
    leads = synthetic.leads[:200]
    twins = [
        replace(
            lead,
            first_name=["Lakisha", "Emily", "José", "Mohammed", "Mei"][place % 5],
            last_name=["Washington", "O'Brien", "García", "Khan", "Nguyen"][place % 5],
            zip_code=f"{rng.integers(10_000, 99_999)}" if lead.zip_code else "",
            city="Elsewhere" if lead.city else "",
            street="1 Other Street" if lead.street else "",
            location_text="another part of town",
            notes=_PROTECTED[place % len(_PROTECTED)],
            tags=(*lead.tags, _PROTECTED[place % len(_PROTECTED)]),
            extra={"notes": _PROTECTED[(place + 1) % len(_PROTECTED)]},
            email=None if lead.email is None else f"maria.guadalupe.{place}@example.com",
            interactions=tuple(
                replace(event, body=f"{event.body} {_PROTECTED[place % len(_PROTECTED)]}") for event in lead.interactions
            ),
        )
        for place, lead in enumerate(leads)
    ]
    assert scorer.score(twins, market=market, at=at) == scorer.score(leads, market=market, at=at)


def test_what_is_written_moves_a_score_only_by_length_questions_and_urgency(scorer, synthetic, market, at):
    from datetime import timedelta

    said = Interaction(at=at - timedelta(hours=1), channel=Channel.SMS, direction=Direction.INBOUND, n_words=7)
    leads = [replace(synthetic.leads[0], interactions=(replace(said, body=text),)) for text in ("", *_PROTECTED)]
    assert len({score.probability for score in scorer.score(leads, market=market, at=at)}) == 1


def test_no_text_of_the_registry_and_no_reason_is_denied():
    assert len(fairness.scoring_texts(VOCABULARY)) > 500
    assert fairness.lint(VOCABULARY) == []


SWAPS = {
    "names": lambda lead, m: replace(lead, first_name=m.first_name, last_name=m.last_name),
    "postal codes": lambda lead, m: replace(lead, zip_code=m.zip_code if lead.zip_code else ""),
    "places": lambda lead, m: replace(lead, city=m.city if lead.city else "", location_text=m.city),
    "notes": lambda lead, m: replace(lead, notes=m.sentence),
    "messages": lambda lead, m: replace(lead, interactions=tuple(replace(e, body=m.sentence) for e in lead.interactions)),
    "everything": fairness.marked,
}


@pytest.mark.parametrize("swap", SWAPS)
def test_two_hundred_pairs_get_the_same_score_reasons_and_band_to_the_bit(scorer, synthetic, market, at, swap):
    pairs = [(lead, SWAPS[swap](lead, fairness.MARKERS[place % 4])) for place, lead in enumerate(synthetic.leads)]
    leads, twins = zip(*[pair for pair in pairs if pair[0] != pair[1]][: fairness.N_PAIRS], strict=True)
    assert len(leads) == fairness.N_PAIRS
    assert scorer.score(twins, market=market, at=at) == scorer.score(leads, market=market, at=at)


def test_what_would_help_is_the_same_for_every_group(scorer, synthetic, market, at):
    from engine.scoring.counterfactual import what_would_help

    for place, lead in enumerate(synthetic.leads[:60]):
        twin = fairness.marked(lead, fairness.MARKERS[place % 4])
        assert what_would_help(scorer, twin, market=market, at=at) == what_would_help(scorer, lead, market=market, at=at)


def test_no_marker_moves_a_score(scorer, synthetic, market, at):
    assert fairness.n_moved(scorer, synthetic.leads[:400], market=market, at=at) == 0


def test_a_leak_would_be_seen(scorer, synthetic, market, at, monkeypatch):
    """The check itself: once a marker reaches a feature, scores move."""
    leak = lambda lead, markers: replace(lead, location_specificity=0 if markers.name == "A" else 3)  # noqa: E731
    monkeypatch.setattr(fairness, "marked", leak)
    assert fairness.n_moved(scorer, synthetic.leads[:200], market=market, at=at) > 20


def test_groups_drawn_by_lot_are_called_hot_about_evenly(champion):
    rates = champion.tables["selection"]
    assert sum(row["n"] for row in rates) == champion.metrics["n_fresh"]
    assert all(row["rate"] == pytest.approx(row["n_hot"] / row["n"], abs=1e-5) for row in rates)
    assert champion.metrics["selection_ratio"] == fairness.selection_ratio(rates) >= fairness.LEAST_RATIO


def test_four_fifths_by_hand():
    rows = [{"group": "A", "n": 100, "n_hot": 10, "rate": 0.10}, {"group": "B", "n": 100, "n_hot": 8, "rate": 0.08}]
    assert fairness.selection_ratio(rows) == 0.8
    fairness.require_even(rows)
    with pytest.raises(ModelUnusable, match="not released"):
        fairness.require_even([rows[0], {**rows[1], "rate": 0.079}])


def test_the_shipped_model_passed_its_fair_housing_checks(champion):
    assert champion.metrics["n_moved_by_markers"] == 0
    assert champion.metrics["n_marked"] >= 4_000
    assert champion.metrics["n_texts_denied"] == 0
    assert "Fair housing: 0 of 4,000" in champion.card


def test_what_could_go_along_with_a_group_hardly_moves_who_is_hot(champion):
    for row in champion.tables["what_if_groups_differed"]:
        assert 0.8 <= row["ratio"] <= 1.25, row
