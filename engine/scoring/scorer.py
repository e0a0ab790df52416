"""Scores leads with one model: the same answer for one lead and in a batch, in any order, in any process."""

import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import numpy as np

from engine.records import Lead, Market, Score
from engine.scoring.bundle import Bundle
from engine.scoring.evidence import has_enough
from engine.scoring.explain import Explainer
from engine.scoring.forest import predict, shap_values
from engine.scoring.frame import LISTING, LeadFrame, features_of, frame_of
from engine.scoring.kernels import Floats
from engine.scoring.price import prices_of
from engine.scoring.scale import BAND_AT, Bands, scores_of

_BATCH = 20_000  # leads worked on at once: bounds the memory of a large import
_MANY = 1_000


class Scorer:
    """One model in memory, ready to score. Safe to use from several threads."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._explainer = Explainer(bundle.vocabulary)

    @property
    def version(self) -> str:
        """The model's version, as every score carries it."""
        return self.bundle.version

    def score(self, leads: Sequence[Lead], *, market: Market, at: datetime, bands: Bands | None = None) -> list[Score]:
        """Score leads as they stood at `at`, in their order. `bands` are the team's own action thresholds, else the model's."""
        scores: list[Score] = []
        with _no_collecting(len(leads)):
            for start in range(0, len(leads), _BATCH):
                scores += self._score(leads[start : start + _BATCH], market, at, bands or self.bundle.bands)
        return scores

    def probabilities(self, matrix: Floats) -> Floats:
        """The calibrated probability of each row of features."""
        return self.bundle.calibrator.apply(predict(self.bundle.forest, matrix))

    def _score(self, leads: Sequence[Lead], market: Market, at: datetime, bands: Bands) -> list[Score]:
        bundle, evidence = self.bundle, self.bundle.evidence
        frame = frame_of(leads, market=market, at=at, vocabulary=bundle.vocabulary)
        matrix = features_of(frame)
        probability = self.probabilities(matrix)
        n_similar, n_closed = evidence.similar(probability)
        spread = evidence.spread(n_similar, n_closed, matrix)
        low, high = evidence.interval(probability, spread)
        effects = shap_values(bundle.forest, matrix)
        columns = zip(
            leads,
            probability.tolist(),
            low.tolist(),
            high.tolist(),
            scores_of(probability, bundle.scale_probability, bundle.scale_score).tolist(),
            bands.places(probability).tolist(),
            evidence.confidence(probability, spread, bands).tolist(),
            has_enough(matrix).tolist(),
            n_similar.tolist(),
            n_closed.tolist(),
            self._explainer.reasons(matrix, effects),
            prices_of(bundle.price, frame, market),
            _hashes(frame, matrix, bundle.version),
            packed(matrix),
            packed(effects),
            strict=True,
        )
        return [
            Score(
                lead_id=lead.lead_id,
                probability=p,
                probability_low=p_low,
                probability_high=p_high,
                score=score,
                band=BAND_AT[band],
                confidence=confidence,
                has_enough_evidence=is_enough,
                n_similar=similar,
                n_similar_closed=closed,
                reasons_for=reasons[0],
                reasons_against=reasons[1],
                price=price,
                model_version=bundle.version,
                inputs_hash=inputs_hash,
                scored_at=at,
                inputs=inputs,
                effects=moves,
            )
            for (
                lead,
                p,
                p_low,
                p_high,
                score,
                band,
                confidence,
                is_enough,
                similar,
                closed,
                reasons,
                price,
                inputs_hash,
                inputs,
                moves,
            ) in columns
        ]


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


def _hashes(frame: LeadFrame, matrix: Floats, version: str) -> list[str]:
    """A fingerprint of everything each score was made from: the features, the list price, the market's median, the model."""
    inputs = np.column_stack([matrix, frame.facts[:, LISTING], np.full(len(frame), frame.market_median)])
    inputs = np.where(np.isnan(inputs), np.nan, inputs) + 0.0  # one bit pattern for missing, one for zero
    seed = hashlib.blake2b(version.encode(), digest_size=12)
    hashes = []
    for row in np.ascontiguousarray(inputs, "<f8"):
        one = seed.copy()
        one.update(row.tobytes())
        hashes.append(one.hexdigest())
    return hashes
