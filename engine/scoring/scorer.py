"""Scores leads with one model: the same answer for one lead and in a batch, in any order, in any process."""

import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine.records import Lead, Market, Score
from engine.scoring.bundle import Bundle
from engine.scoring.evidence import has_enough
from engine.scoring.explain import Explainer
from engine.scoring.forest import predict, shap_values
from engine.scoring.frame import LISTING, ZIP, LeadFrame, features_of, frame_of
from engine.scoring.kernels import Floats
from engine.scoring.price import PriceColumns, price_columns
from engine.scoring.scale import Bands, scores_of
from engine.scoring.score_table import ScoreTable, records_of

if TYPE_CHECKING:
    from engine.scoring.sold_homes import SoldHomes

_BATCH = 20_000  # leads worked on at once: bounds the memory of a large import
_MANY = 1_000


class Scorer:
    """One model in memory, ready to score. Safe to use from several threads."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._explainer = Explainer(bundle.vocabulary)
        self._sold_homes = _sold_homes(bundle)
        self._rests_on = bundle.version if self._sold_homes is None else f"{bundle.version} {self._sold_homes.version}"

    @property
    def version(self) -> str:
        """The model's version, as every score carries it."""
        return self.bundle.version

    @property
    def bands(self) -> Bands:
        """The model's own action thresholds."""
        return self.bundle.bands

    @property
    def scale(self) -> tuple[Floats, Floats]:
        """The published scale, as probabilities and the scores they read as."""
        return self.bundle.scale_probability, self.bundle.scale_score

    def for_lead(self, lead: Lead, *, market: Market, at: datetime) -> "Scorer":
        """The one scorer for this lead and whatever may become of him."""
        return self

    def chances(self, leads: Sequence[Lead], matrix: Floats, *, market: Market, at: datetime) -> Floats:
        """The calibrated probability of each lead, whose features are `matrix`."""
        return self.probabilities(matrix)

    def score(self, leads: Sequence[Lead], *, market: Market, at: datetime, bands: Bands | None = None) -> list[Score]:
        """Score leads as they stood at `at`, in their order. `bands` are the team's own action thresholds, else the model's."""
        scores: list[Score] = []
        with _no_collecting(len(leads)):
            for start in range(0, len(leads), _BATCH):
                scores += self._score(leads[start : start + _BATCH], market, at, bands or self.bundle.bands)
        return scores

    def fingerprint(self, lead: Lead, *, market: Market, at: datetime, bands: Bands | None = None) -> str:
        """Of all that a lead's score rests on except the moment: what is known of him, his history so far, market, bands, model."""
        frame, bands = frame_of([lead], market=market, at=at, vocabulary=self.bundle.vocabulary), bands or self.bundle.bands
        is_past = frame.event_at <= frame.at_us
        known = (
            frame.facts,
            frame.event_at[is_past],
            frame.events[is_past],
            np.array([frame.market_median, bands.hot, bands.warm]),
        )
        said = f"{self._rests_on} {market.name}".encode()
        return hashlib.blake2b(b"".join([said, *(part.tobytes() for part in known)]), digest_size=16).hexdigest()

    def probabilities(self, matrix: Floats) -> Floats:
        """The calibrated probability of each row of features."""
        return self.bundle.calibrator.apply(predict(self.bundle.forest, matrix))

    def table(self, frame: LeadFrame, *, market: Market, bands: Bands | None = None) -> ScoreTable:
        """Score a frame of leads into columns: the same numbers as `score`, without a record for each lead."""
        bundle, evidence, bands = self.bundle, self.bundle.evidence, bands or self.bundle.bands
        matrix = features_of(frame)
        probability = self.probabilities(matrix)
        n_similar, n_closed = evidence.similar(probability)
        spread = evidence.spread(n_similar, n_closed, matrix)
        low, high = evidence.interval(probability, spread)
        effects = shap_values(bundle.forest, matrix)
        return ScoreTable(
            at_us=frame.at_us,
            model_version=bundle.version,
            probability=probability,
            probability_low=low,
            probability_high=high,
            score=scores_of(probability, bundle.scale_probability, bundle.scale_score),
            band=bands.places(probability),
            confidence=evidence.confidence(probability, spread, bands),
            has_enough_evidence=has_enough(matrix),
            n_similar=n_similar,
            n_similar_closed=n_closed,
            reasons=self._explainer.columns(matrix, effects),
            price=self._prices(frame, market),
            inputs_hash=_hashes(frame, matrix, self._rests_on, with_zip=self._sold_homes is not None),
            inputs=matrix,
            effects=effects,
        )

    def _prices(self, frame: LeadFrame, market: Market) -> PriceColumns:
        if self._sold_homes is None:
            return price_columns(self.bundle.price, frame, market)
        return self._sold_homes.prices(self.bundle.price, frame, market)

    def _score(self, leads: Sequence[Lead], market: Market, at: datetime, bands: Bands) -> list[Score]:
        frame = frame_of(leads, market=market, at=at, vocabulary=self.bundle.vocabulary)
        table = self.table(frame, market=market, bands=bands)
        return records_of(table, [lead.lead_id for lead in leads], at, packed(table.inputs), packed(table.effects))


def _sold_homes(bundle: Bundle) -> "SoldHomes | None":
    if bundle.sales is None:
        return None
    from engine.scoring.sold_homes import SoldHomes  # brings what a start without own sales can do without

    return SoldHomes(bundle.sales)


def packed(matrix: Floats) -> list[bytes]:
    """Each row as a score keeps it: 32-bit numbers, with one bit pattern for missing and one for zero."""
    whole = np.where(np.isnan(matrix), np.nan, matrix + 0.0).astype("<f4").tobytes()
    width = 4 * matrix.shape[1]
    return [whole[start : start + width] for start in range(0, len(whole), width)]


def unpacked(kept: bytes) -> Floats:
    """The numbers of a row that a score keeps."""
    return np.frombuffer(kept, "<f4").astype(np.float64)


@contextmanager
def _no_collecting(n_leads: int) -> Iterator[None]:
    """Hold the garbage collector during a large batch: it would walk the growing list again and again (a third of the time)."""
    is_large = n_leads > _MANY and gc.isenabled()
    if is_large:
        gc.disable()
    try:
        yield
    finally:
        if is_large:
            gc.enable()


def _hashes(frame: LeadFrame, matrix: Floats, version: str, *, with_zip: bool) -> list[str]:
    """A fingerprint of everything each score was made from: the features, the list price, the market's median, the model."""
    facts = frame.facts[:, (LISTING, ZIP) if with_zip else (LISTING,)]
    inputs = np.column_stack([matrix, facts, np.full(len(frame), frame.market_median)])
    inputs = np.where(np.isnan(inputs), np.nan, inputs) + 0.0  # one bit pattern for missing, one for zero
    whole, width = np.ascontiguousarray(inputs, "<f8").tobytes(), 8 * inputs.shape[1]
    seed = hashlib.blake2b(version.encode(), digest_size=12)
    hashes = []
    for start in range(0, len(whole), width):
        one = seed.copy()
        one.update(whole[start : start + width])
        hashes.append(one.hexdigest())
    return hashes
