"""The ridge logistic regression among the candidates: numbers as a line, a logarithm and hinges; its effects are exact by nature."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelUnusable
from engine.scoring.columns import Numbers
from engine.scoring.odds import as_points, sigmoid

_KNOTS_AT = (0.1, 0.25, 0.5, 0.75, 0.9)
_NUMBERS = ("fill", "low", "high", "knot", "scale", "weight", "middle")


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Ridge logistic regression: flags as they are, numbers standardised with their logarithm and hinges at quantiles."""

    fill: Numbers  # per feature: what stands in for missing
    low: Numbers
    high: Numbers
    source: NDArray[np.int64]  # per term: the feature it comes from, rising
    shape: NDArray[np.int64]  # per term: 0 linear, 1 logarithm, 2 hinge, 3 at its floor
    knot: Numbers
    scale: Numbers
    weight: Numbers
    middle: Numbers  # per term: its mean over the training rows, from which effects are told
    bias: float
    name: str = "logistic"

    @property
    def base_odds(self) -> float:
        """The log odds of the average training row, from which effects are told."""
        return self.bias + float((self.weight * self.middle).sum())

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        return sigmoid(self._odds(matrix))

    def effects(self, matrix: NDArray[np.float32]) -> Numbers:
        """Rows x features, in probability: they add up to the row's probability less that of the average row."""
        return as_points(self.effects_on_odds(matrix), self._odds(matrix), self.base_odds)

    def effects_on_odds(self, matrix: NDArray[np.float32]) -> Numbers:
        """The same in log odds: each term's weight times how far the row's term lies from the mean, summed by feature.

        Of a sum of terms these are the Shapley values (Lundberg & Lee 2017, linear models), exactly.
        """
        parts = np.ascontiguousarray((self._terms(matrix) - self.middle) * self.weight)
        features, starts = np.unique(self.source, return_index=True)
        effects = np.zeros((len(matrix), matrix.shape[1]))
        effects[:, features] = np.add.reduceat(parts, starts, axis=1)
        return effects

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What a model file keeps."""
        return {name: getattr(self, name) for name in (*_NUMBERS, "source", "shape")} | {"bias": np.array(self.bias)}

    def _odds(self, matrix: NDArray[np.float32]) -> Numbers:
        # A sum along each row in memory, not a matrix product: one row alone gives the same bits as in a batch.
        parts = np.ascontiguousarray(self._terms(matrix) * self.weight)
        odds: Numbers = parts.sum(axis=1) + self.bias
        return odds

    def _terms(self, matrix: NDArray[np.float32]) -> Numbers:
        mine = matrix[:, : len(self.fill)]
        filled = np.where(np.isnan(mine), self.fill, mine)
        values = np.clip(filled, self.low, self.high)[:, self.source]
        bent = np.where(self.shape == 1, np.sign(values) * np.log1p(np.abs(values)), values) - self.knot
        bent = np.where(self.shape == 2, np.maximum(bent, 0.0), bent)
        terms: Numbers = np.where(self.shape == 3, (bent <= 0.0).astype(np.float64), bent / self.scale)
        return terms


def fit_logistic(matrix: NDArray[np.float32], outcome: Numbers, weights: Numbers, *, seed: int, looseness: float) -> LogisticModel:
    """Fit the ridge logistic regression; the looser it is, the less its weights are shrunk towards nothing."""
    from sklearn.linear_model import LogisticRegression

    unfitted = _plan_terms(matrix.astype(np.float64))
    terms = unfitted._terms(matrix)
    fitted = LogisticRegression(C=looseness, solver="newton-cholesky", max_iter=100, random_state=seed).fit(
        terms, outcome, sample_weight=weights
    )
    return LogisticModel(
        unfitted.fill, unfitted.low, unfitted.high, unfitted.source, unfitted.shape, unfitted.knot, unfitted.scale,
        np.asarray(fitted.coef_[0], np.float64), np.average(terms, axis=0, weights=weights), float(fitted.intercept_[0]),
    )  # fmt: skip


def logistic_from(arrays: Mapping[str, NDArray[Any]]) -> LogisticModel:
    """The model that `to_arrays` wrote; raises `ModelUnusable` when the arrays don't hang together."""
    fill, low, high, knot, scale, weight, middle = (np.asarray(arrays[name], np.float64) for name in _NUMBERS)
    source, shape = (np.asarray(arrays[name], np.int64) for name in ("source", "shape"))
    is_whole = len(source) > 0 and all(len(part) == len(source) for part in (shape, knot, scale, weight, middle))
    if not is_whole or source.min() < 0 or source.max() >= min(len(fill), len(low), len(high)) or np.any(np.diff(source) < 0):
        raise ModelUnusable("The model file's logistic regression does not hang together")
    return LogisticModel(fill, low, high, source, shape, knot, scale, weight, middle, float(arrays["bias"]))


def _plan_terms(matrix: Numbers) -> LogisticModel:
    """Which terms each feature gives, from training rows: flags one, numbers a line, a logarithm and hinges."""
    known = ~np.isnan(matrix)
    fill = np.array([np.median(column[seen]) if seen.any() else 0.0 for column, seen in zip(matrix.T, known.T, strict=True)])
    filled = np.where(known, matrix, fill)
    terms: list[tuple[int, int, float, float]] = []
    for place, column in enumerate(filled.T):
        levels = np.unique(column)
        if len(levels) <= 2:
            terms.append((place, 0, 0.0, 1.0))
            continue
        spread = float(column.std())
        bent = np.sign(column) * np.log1p(np.abs(column))
        terms += [(place, 0, float(column.mean()), spread), (place, 1, float(bent.mean()), float(bent.std()))]
        knots = np.unique(np.quantile(column, _KNOTS_AT))
        terms += [(place, 2, float(knot), spread) for knot in knots if levels[0] < knot < levels[-1]]
        if (column == levels[0]).mean() >= 0.02:
            terms.append((place, 3, float(levels[0]), 1.0))
    source, shape, knot, scale = (np.array(part) for part in zip(*terms, strict=True))
    nothing = np.zeros(len(terms))
    return LogisticModel(
        fill, filled.min(axis=0), filled.max(axis=0), source.astype(np.int64), shape.astype(np.int64), knot, scale, nothing, nothing, 0.0
    )  # fmt: skip
