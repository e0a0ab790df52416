"""Scores with the model of a team's own history: rows of a file by their cells, leads of the ledger by what they have of its columns.

A lead of whom less is known than of nineteen in twenty rows that the model learned from is not the kind it knows: the shipped model
scores him, and his score says so. Prices and commission rest on the shipped model's prices, or on the team's own sales.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import polars as pl

from engine.records import Lead, Market, Score
from engine.scoring.bundle import Bundle
from engine.scoring.columns import Column, Numbers, read_column
from engine.scoring.evidence import MIN_TELLING
from engine.scoring.frame import features_of, frame_of
from engine.scoring.history_model import HistoryModel, Rows
from engine.scoring.kernels import Floats
from engine.scoring.odds import log_odds, sigmoid
from engine.scoring.own_words import Speaker, speaker_of
from engine.scoring.scale import BAND_AT, SCALE_PROBABILITY, SCALE_SCORE, Bands, scores_of
from engine.scoring.scorer import Scorer, packed
from engine.scoring.takings import kept_cells, text_of, where_from

_WHERE_SCALE_STARTS = 0.03  # the probability at which the shipped scale says 40 and a lead becomes warm: about its base rate


@dataclass(frozen=True, slots=True)
class Source:
    """One column of the model: its share of what moves it, where a lead's value comes from, how often it was filled, and is now."""

    column: str
    weight: float
    taken_from: str
    filled_then: float
    filled_now: float

    @property
    def is_missing(self) -> bool:
        """Whether leads don't have what the model learned from: never filled now, though it was then."""
        return self.filled_now == 0.0 and self.filled_then > 0.0


class OwnScorer(Scorer):
    """The team's own model before the shipped one. Safe to use from several threads."""

    def __init__(self, bundle: Bundle, version: str, model: HistoryModel, *, is_for_all: bool = False) -> None:
        super().__init__(bundle)
        self.own_version, self.model = version, model
        self.speaker: Speaker = speaker_of(model.encoder, model.types)
        self._bands, self._scale = own_bands(model.base_rate), own_scale(model.base_rate)
        self._is_for_all = is_for_all

    @property
    def version(self) -> str:
        """The version of the team's own model."""
        return self.own_version

    @property
    def bands(self) -> Bands:
        """The own model's action thresholds."""
        return self._bands

    @property
    def scale(self) -> tuple[Floats, Floats]:
        """The own model's scale, as probabilities and the scores they read as."""
        return self._scale, SCALE_SCORE

    def for_lead(self, lead: Lead, *, market: Market, at: datetime) -> Scorer:
        """The one scorer for this lead and whatever may become of him: the own model if it knows his kind, else the shipped one."""
        if self._is_for_all or bool(self._knows(self._read([lead], market, at))[0]):
            return OwnScorer(self.bundle, self.own_version, self.model, is_for_all=True)
        return Scorer(self.bundle)

    def score(self, leads: Sequence[Lead], *, market: Market, at: datetime, bands: Bands | None = None) -> list[Score]:
        """Score leads as they stood at `at`, in their order, each by the model that knows his kind."""
        scores = super().score(leads, market=market, at=at, bands=bands)
        if not leads:
            return scores
        rows = self._read(leads, market, at)
        mine = np.arange(len(leads)) if self._is_for_all else np.flatnonzero(self._knows(rows))
        own = self.score_rows(rows.matrix[mine], rows.n_known[mine], at=at, bands=bands)
        for place, score in zip(mine.tolist(), own, strict=True):
            scores[place] = replace(score, lead_id=scores[place].lead_id, price=scores[place].price)
        return scores

    def fingerprint(self, lead: Lead, *, market: Market, at: datetime, bands: Bands | None = None) -> str:
        """Of all that a lead's score rests on except the moment, what he has of the own model's columns included."""
        said = super().fingerprint(lead, market=market, at=at, bands=bands)
        told = [self.own_version, *self._texts([lead], market, at).row(0)]
        return hashlib.blake2b("\x1f".join([said, *told]).encode(), digest_size=16).hexdigest()

    def chances(self, leads: Sequence[Lead], matrix: Floats, *, market: Market, at: datetime) -> Floats:
        """The own model's calibrated probability of each lead."""
        return self.model.calibrator.apply(self.model.model.predict_proba(self._read(leads, market, at).matrix))

    def score_rows(self, matrix: np.ndarray, n_known: np.ndarray, *, at: datetime, bands: Bands | None = None) -> list[Score]:
        """Score rows as the own model reads them: everything but price and commission, with lead 0."""
        if not len(matrix):
            return []
        model, bands = self.model, bands or self._bands
        raw = model.model.predict_proba(matrix)
        probability = model.calibrator.apply(raw)
        n_similar, n_closed = model.evidence.similar(probability)
        # How far off: as far as that many similar rows of known outcome leave open.
        spread = np.sqrt(1.0 / (n_closed + 1.0) + 1.0 / (n_similar - n_closed + 1.0))
        low, high = model.evidence.interval(probability, spread)
        confidence, band = model.evidence.confidence(probability, spread, bands), bands.places(probability)
        edge = 0.5 / (len(model.evidence.probability) + 2)  # nothing is surer than the rows it rests on
        confidence = np.clip(confidence, edge, 1.0 - edge)
        effects = model.model.effects(matrix)
        columns, rows = self.speaker.by_column(effects), matrix.tolist()
        inputs, kept = packed(matrix.astype(np.float64)), packed(effects)
        reasons = [self.speaker.reasons(row, mine) for row, mine in zip(rows, columns.tolist(), strict=True)]
        points = scores_of(probability, self._scale, SCALE_SCORE)
        return [
            Score(
                lead_id=0,
                probability=float(probability[place]),
                probability_low=float(low[place]),
                probability_high=float(high[place]),
                score=int(points[place]),
                band=BAND_AT[int(band[place])],
                confidence=float(confidence[place]),
                has_enough_evidence=bool(n_known[place] >= min(MIN_TELLING, len(model.weights))),
                n_similar=int(n_similar[place]),
                n_similar_closed=int(n_closed[place]),
                reasons_for=reasons[place][0],
                reasons_against=reasons[place][1],
                price=None,
                model_version=self.own_version,
                inputs_hash=hashlib.blake2b(inputs[place], digest_size=12, salt=_salt(self.own_version)).hexdigest(),
                scored_at=at,
                inputs=inputs[place],
                effects=kept[place],
            )
            for place in range(len(matrix))
        ]  # fmt: skip

    def sources(self, leads: Sequence[Lead], *, market: Market, at: datetime) -> list[Source]:
        """Where each column of the model comes from for these leads, the weightiest first."""
        then = dict(zip((one.name for one in self.model.types), _filled_then(self.model), strict=True))
        columns = self._columns(self._texts(leads, market, at)) if leads else {}
        types = {type_.name: type_ for type_ in self.model.types}
        found = [
            Source(
                column=name,
                weight=weight,
                taken_from=where_from(name, types[name], self.model.takings.get(name)),
                filled_then=then[name],
                filled_now=float(1.0 - columns[name].is_missing.mean()) if leads else 0.0,
            )
            for name, weight in self.model.weights.items()
        ]
        return sorted(found, key=lambda one: -one.weight)

    def n_known(self, leads: Sequence[Lead], *, market: Market, at: datetime) -> int:
        """How many of these leads the own model scores."""
        return int(self._knows(self._read(leads, market, at)).sum()) if leads else 0

    def _read(self, leads: Sequence[Lead], market: Market, at: datetime) -> Rows:
        return self.model.read(self._texts(leads, market, at))

    def _knows(self, rows: Rows) -> np.ndarray:
        return rows.known_share >= self.model.least_known - 1e-9

    def _columns(self, texts: pl.DataFrame) -> dict[str, Column]:
        return {type_.name: read_column(texts[type_.name], type_) for type_ in self.model.types}

    def _texts(self, leads: Sequence[Lead], market: Market, at: datetime) -> pl.DataFrame:
        """The leads as the history would have written them."""
        features = features_of(frame_of(leads, market=market, at=at, vocabulary=self.bundle.vocabulary))
        rows = [row_of(self.model, lead, row, kept_cells(lead), at) for lead, row in zip(leads, features, strict=True)]
        names = [type_.name for type_ in self.model.types]
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def row_of(model: HistoryModel, lead: Lead, features: Floats, kept: Mapping[str, str], at: datetime) -> list[str]:
    """What a history's columns would say of a lead, in their order. Its time is when he came, or now."""
    dated = lead if lead.created_at is not None else replace(lead, created_at=at)
    return [
        text_of(
            type_.name, type_, model.takings.get(type_.name), model.encoder.counts.get(type_.name, {}),
            dated if type_.name == model.time else lead, features, kept,
        )
        for type_ in model.types
    ]  # fmt: skip


def own_bands(base_rate: float) -> Bands:
    """Warm from the history's own base rate, hot from 3.6 times its odds: as far apart as the shipped thresholds."""
    shipped = log_odds(np.array([Bands().warm, Bands().hot]))
    warm, hot = sigmoid(shipped - shipped[0] + log_odds(np.array(base_rate))).tolist()
    return Bands(hot=hot, warm=warm)


def own_scale(base_rate: float) -> Numbers:
    """The published scale moved so that 40 reads as the history's base rate: what is usual stays in the middle."""
    moved = SCALE_PROBABILITY.copy()
    shift = float(log_odds(np.array(base_rate)) - log_odds(np.array(_WHERE_SCALE_STARTS)))
    moved[1:-1] = sigmoid(log_odds(moved[1:-1]) + shift)
    return moved


def _filled_then(model: HistoryModel) -> list[float]:
    return [model.filled.get(type_.name, 1.0) for type_ in model.types]


def _salt(version: str) -> bytes:
    return hashlib.blake2b(version.encode(), digest_size=16).digest()
