"""Fair housing: no protected trait is named, said or able to move a score."""

import re
from dataclasses import replace

import numpy as np
import pytest

from engine.records import Channel, Direction, Interaction
from engine.scoring.features import DENYLIST, FEATURES, VOCABULARY
from engine.scoring.wording import missing_text, value_words

_STARTS = re.compile(r"(?<![a-z])(" + "|".join(re.escape(word) for word in DENYLIST) + r")")
# Office words that begin like a denied one.
_HARMLESS = re.compile(r"single[ _-]?family|multi[ _-]?family|agent|agency|postal code")
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


def denied(text: str) -> list[str]:
    return _STARTS.findall(_HARMLESS.sub("", text.lower()))


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
