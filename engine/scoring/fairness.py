"""Fair housing as checks that run: the words that may not appear, markers that may not move a score, and who is called hot how often.

The groups here are made up and assigned by lot, so the rates test the machinery, not the world: they show that nothing about who a
lead is gets in. Whether a real group names other budgets or writes less is a question only a team's own records can answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from engine.errors import ModelUnusable
from engine.records import Band, Lead, Market, Score
from engine.scoring.features import COLUMN, DENYLIST, FEATURES
from engine.scoring.frame import Vocabulary
from engine.scoring.kernels import Floats
from engine.scoring.quality import Row
from engine.scoring.scale import Bands
from engine.scoring.scorer import Scorer
from engine.scoring.wording import missing_text, value_words

LEAST_RATIO = 0.8  # of the lowest group's hot rate to the highest: four fifths
N_PAIRS = 200

_STARTS = re.compile(r"(?<![a-z])(" + "|".join(re.escape(word) for word in DENYLIST) + r")")
# Office words that begin like a denied one.
_HARMLESS = re.compile(r"single[ _-]?family|multi[ _-]?family|agent|agency|postal code")


@dataclass(frozen=True, slots=True)
class Markers:
    """What may tell a group: names, where people want to live, what they say of themselves."""

    name: str
    first_name: str
    last_name: str
    city: str
    zip_code: str
    sentence: str


MARKERS = (
    Markers("A", "Emily", "O'Brien", "Northfield", "10001", "We have 3 kids and want to be near a good school."),
    Markers("B", "Lakisha", "Washington", "Southgate", "90011", "My husband and I are pregnant. I use a voucher."),
    Markers("C", "José", "García", "Eastside", "78207", "Hablo español. I am 72 years old and need a wheelchair ramp."),
    Markers("D", "Mohammed", "Khan", "Westview", "48126", "Near the mosque or the church, please. I am a veteran."),
)


def denied(text: str) -> list[str]:
    """The words of a text that stand for a protected trait."""
    return _STARTS.findall(_HARMLESS.sub("", text.lower()))


def scoring_texts(vocabulary: Vocabulary) -> list[str]:
    """Every text that the registry holds or a reason can say."""
    texts: list[str] = []
    for place, feature in enumerate(FEATURES):
        texts += [feature.name, feature.label, feature.unit, feature.purpose, feature.missing, feature.filled_by, feature.action]
        texts += [missing_text(place, has_history=has_history) for has_history in (True, False)]
        for value in sorted({feature.low, feature.high, *(float(step) for step in range(10))}):
            texts += value_words(place, value, vocabulary)
    return [text for text in texts if text]


def lint(vocabulary: Vocabulary) -> list[str]:
    """The texts that name a protected trait: there may be none."""
    return [text for text in scoring_texts(vocabulary) if denied(text)]


def marked(lead: Lead, markers: Markers) -> Lead:
    """The same lead as somebody of that group: other name, other place, other words; nothing else."""
    return replace(
        lead,
        first_name=markers.first_name,
        last_name=markers.last_name,
        email=lead.email and f"{markers.first_name}.{markers.last_name}@example.com".lower(),
        city=markers.city if lead.city else "",
        zip_code=markers.zip_code if lead.zip_code else "",
        street="1 Other Street" if lead.street else "",
        location_text=markers.city,
        notes=markers.sentence,
        tags=(*lead.tags, markers.sentence),
        extra={"about": markers.sentence},
        interactions=tuple(replace(event, body=f"{event.body} {markers.sentence}") for event in lead.interactions),
    )


def n_moved(scorer: Scorer, leads: Sequence[Lead], *, market: Market, at: datetime) -> int:
    """How many leads get another score, to the bit, once they carry a group's markers (each lead one group's, in turn)."""
    twins = [marked(lead, MARKERS[place % len(MARKERS)]) for place, lead in enumerate(leads)]
    before, after = (scorer.score(some, market=market, at=at) for some in (leads, twins))
    return sum(_told(one) != _told(two) for one, two in zip(before, after, strict=True))


def assign_groups(n_leads: int, seed: int) -> np.ndarray:
    """A group for each lead, by lot: independent of everything known about him."""
    return np.random.default_rng([seed, 4]).integers(0, len(MARKERS), n_leads)


def selection_rates(probability: Floats, groups: np.ndarray, bands: Bands) -> list[Row]:
    """How often each group is called hot."""
    is_hot = bands.places(probability) == 2
    rows: list[Row] = []
    for place, markers in enumerate(MARKERS):
        mine = groups == place
        rows.append(
            {
                "group": markers.name,
                "n": int(mine.sum()),
                "n_hot": int(is_hot[mine].sum()),
                "rate": round(float(is_hot[mine].mean()), 5),
            }
        )
    return rows


def selection_ratio(rates: Sequence[Row]) -> float:
    """The lowest group's rate over the highest's: 1 is even, under four fifths is a warning everywhere."""
    found = [float(row["rate"]) for row in rates]
    return round(min(found) / max(found), 4) if max(found) > 0 else 1.0


def what_if_groups_differed(scorer: Scorer, matrix: Floats, bands: Bands, seed: int) -> list[Row]:
    """How a group's hot rate would stand to the others' if it differed in what the model reads: where to look in a team's records."""
    rng = np.random.default_rng([seed, 5])
    hit = rng.random(len(matrix)) < 0.2
    status, words, area = COLUMN["financing_status"], COLUMN["message_words_median"], COLUMN["in_service_area"]
    budgets = [COLUMN["budget_midpoint"], COLUMN["budget_to_market_ratio"]]
    base = float(np.mean(bands.places(scorer.probabilities(matrix)) == 2))
    rows: list[Row] = []

    def add(said: str, changed: Floats) -> None:
        rate = float(np.mean(bands.places(scorer.probabilities(changed)) == 2))
        rows.append({"difference": said, "rate": round(rate, 5), "ratio": round(rate / base, 4) if base else 1.0})

    beds = COLUMN["beds_needed"]
    add("asks for two more bedrooms", _with(matrix, [beds], matrix[:, [beds]] + 2.0))
    add("names budgets 20 % lower", _with(matrix, budgets, matrix[:, budgets] * 0.8))
    add("writes half as many words", _with(matrix, [words], matrix[:, [words]] * 0.5))
    untold = np.where(hit & (matrix[:, status] >= 2), np.nan, matrix[:, status])
    add("one in five who has the money ready has not said so", _with(matrix, [status], untold[:, None]))
    outside = np.where(hit & (matrix[:, area] == 1), 0.0, matrix[:, area])
    add("one in five more looks outside the service area", _with(matrix, [area], outside[:, None]))
    return rows


def require_even(rates: Sequence[Row]) -> None:
    """Refuse a model whose groups by lot are not called hot about evenly often: then something about who a lead is got in."""
    ratio = selection_ratio(rates)
    if ratio < LEAST_RATIO:
        raise ModelUnusable(
            f"Groups are called hot unevenly (ratio {ratio}, at least {LEAST_RATIO} is required): the model is not released"
        )


def _with(matrix: Floats, columns: list[int], values: Floats) -> Floats:
    changed = matrix.copy()
    changed[:, columns] = values
    return changed


def _told(score: Score) -> tuple[float, int, Band, object, object, bytes]:
    return (score.probability, score.score, score.band, score.reasons_for, score.reasons_against, score.effects)
