"""Gradient boosted trees for the log of a price: its mean, its median and its outer tenths, fitted and kept as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelUnusable
from engine.scoring import forest as forests
from engine.scoring.candidates import Arrays
from engine.scoring.columns import Numbers
from engine.scoring.forest import Forest
from engine.scoring.tree_models import compile_boosted

OUTER = (0.1, 0.9)
_FEW = 4_000
_FIELDS = ("mean", "median", "low", "high")


@dataclass(frozen=True, slots=True)
class Boosted:
    """Boosted trees in the forest's own format, with what their sum is added to."""

    forest: Forest
    base: float

    def predict(self, matrix: NDArray[np.float32]) -> Numbers:
        """The log price of each row."""
        n_trees = len(self.forest.roots) - 1
        total: Numbers = self.base + n_trees * forests.predict(self.forest, matrix)
        return total


@dataclass(frozen=True, slots=True)
class PriceTrees:
    """Four losses on the same rows. The middle is the mean's and the median's average: the one is sharper, the other robust."""

    mean: Boosted
    median: Boosted
    low: Boosted
    high: Boosted

    def predict(self, matrix: NDArray[np.float32]) -> tuple[Numbers, Numbers, Numbers]:
        """Low, middle and high log price of each row, in that order of size."""
        middle = (self.mean.predict(matrix) + self.median.predict(matrix)) / 2.0
        return np.minimum(self.low.predict(matrix), middle), middle, np.maximum(self.high.predict(matrix), middle)

    def to_arrays(self) -> Arrays:
        """What a model file keeps."""
        kept: Arrays = {}
        for name in _FIELDS:
            one: Boosted = getattr(self, name)
            kept |= {f"{name}.{key}": array for key, array in forests.forest_to_arrays(one.forest).items()}
            kept[f"{name}.base"] = np.array(one.base)
        return kept


def fit_price_trees(matrix: NDArray[np.float32], target: Numbers, *, seed: int) -> PriceTrees:
    """Fit all four on the same rows."""
    low, high = OUTER
    return PriceTrees(
        mean=fit_boosted_price(matrix, target, seed=seed, loss="squared_error"),
        median=fit_boosted_price(matrix, target, seed=seed, loss="absolute_error"),
        low=fit_boosted_price(matrix, target, seed=seed, loss="quantile", quantile=low),
        high=fit_boosted_price(matrix, target, seed=seed, loss="quantile", quantile=high),
    )


def fit_boosted_price(
    matrix: NDArray[np.float32], target: Numbers, *, seed: int, loss: str, quantile: float | None = None, n_rounds: int = 0
) -> Boosted:
    """Boosted trees for one loss. Depth and leaves are what the forest's own kernels can walk and explain."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    # The outer tenths rest on few rows each, and few sales carry small trees only.
    is_outer, is_small = quantile is not None, len(target) < _FEW
    n_leaves = min(12 if is_outer else 20, max(6, len(target) // 300))
    model = HistGradientBoostingRegressor(
        loss=loss, quantile=quantile, max_iter=n_rounds or (200 if is_outer or is_small else 400), learning_rate=0.06,
        max_leaf_nodes=n_leaves, max_depth=8, min_samples_leaf=min(20, max(2, len(target) // 50)), l2_regularization=1.0,
        max_features=0.5 if matrix.shape[1] > 8 else 1.0, early_stopping=False, random_state=seed,
    ).fit(matrix.astype(np.float64), target)  # fmt: skip
    nodes = [predictors[0].nodes for predictors in model._predictors]
    return Boosted(compile_boosted(nodes, matrix.shape[1]), float(np.ravel(model._baseline_prediction)[0]))


def price_trees_from(arrays: Mapping[str, NDArray[Any]]) -> PriceTrees:
    """The trees that `to_arrays` wrote; raises `ModelUnusable` when the arrays make none."""
    try:
        return PriceTrees(**{name: _boosted_from(name, arrays) for name in _FIELDS})
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(f"The model file lacks a part of its price trees: {error}") from error


def _boosted_from(name: str, arrays: Mapping[str, NDArray[Any]]) -> Boosted:
    mine = {key.removeprefix(f"{name}."): array for key, array in arrays.items() if key.startswith(f"{name}.")}
    return Boosted(forests.forest_from_arrays(mine), float(mine["base"]))
