"""The tree candidates, Random Forest and gradient boosting: grown by scikit-learn, kept and explained as our own flat arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.scoring import forest as forests
from engine.scoring import kernels
from engine.scoring.columns import Numbers
from engine.scoring.forest import Forest
from engine.scoring.odds import as_log_odds, as_points, log_odds, sigmoid

N_TREES = 100
TREE_DEPTH = 8
LEAF_ROWS = 10
N_ROUNDS = 250
BOOST_LEAVES = 6
_MAX_ROWS_A_TREE = 15_000


@dataclass(frozen=True, slots=True)
class ForestModel:
    """Random Forest at the knee: 100 trees, depth 8, ten rows a leaf."""

    forest: Forest
    name: str = "random_forest"

    @property
    def base_odds(self) -> float:
        """The log odds of the mean prediction, from which effects are told."""
        return float(log_odds(np.array(self.forest.base_value)))

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        return forests.predict(self.forest, matrix[:, : self.forest.n_features])

    def effects(self, matrix: NDArray[np.float32]) -> Numbers:
        """Rows x features, in probability: exact path-dependent SHAP values of the forest."""
        return _as_wide_as(matrix, forests.shap_values(self.forest, matrix[:, : self.forest.n_features]))

    def effects_on_odds(self, matrix: NDArray[np.float32]) -> Numbers:
        """The same SHAP values, stretched row by row so that they add up in log odds."""
        return as_log_odds(self.effects(matrix), self.predict_proba(matrix), self.forest.base_value)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What a model file keeps."""
        return dict(forests.forest_to_arrays(self.forest))


@dataclass(frozen=True, slots=True)
class BoostedModel:
    """Gradient boosted small trees, in the forest's own format: leaf values are log odds and are summed, not averaged."""

    forest: Forest
    base: float
    name: str = "boosted_trees"

    @property
    def base_odds(self) -> float:
        """The mean log odds, from which effects are told."""
        return self.base + self._n_trees * self.forest.base_value

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        return sigmoid(self._odds(matrix))

    def effects(self, matrix: NDArray[np.float32]) -> Numbers:
        """Rows x features, in probability: the SHAP values below, stretched row by row so that they add up in probability."""
        return as_points(self.effects_on_odds(matrix), self._odds(matrix), self.base_odds)

    def effects_on_odds(self, matrix: NDArray[np.float32]) -> Numbers:
        """Exact path-dependent SHAP values of the log odds."""
        return _as_wide_as(matrix, self._n_trees * forests.shap_values(self.forest, matrix[:, : self.forest.n_features]))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What a model file keeps."""
        return dict(forests.forest_to_arrays(self.forest)) | {"base": np.array(self.base)}

    @property
    def _n_trees(self) -> int:
        return len(self.forest.roots) - 1

    def _odds(self, matrix: NDArray[np.float32]) -> Numbers:
        odds: Numbers = self.base + self._n_trees * forests.predict(self.forest, matrix[:, : self.forest.n_features])
        return odds


def fit_forest(
    matrix: NDArray[np.float32], outcome: Numbers, weights: Numbers, *, seed: int, max_features: float | str
) -> ForestModel:
    """Fit the Random Forest and compile it to arrays."""
    return ForestModel(forests.compile_forest(_grown(matrix, outcome, weights, seed, max_features)))


def choose_max_features(matrix: NDArray[np.float32], outcome: Numbers, weights: Numbers, *, seed: int) -> float | str:
    """How many features a tree may ask at each branch: the choice with the lowest out-of-bag log loss."""
    losses: list[tuple[float, float | str]] = []
    for choice in ("sqrt", 0.3, 0.5):
        seen = _grown(matrix, outcome, weights, seed, choice, with_oob=True).oob_decision_function_[:, 1]
        known = ~np.isnan(seen)
        inside = np.clip(seen[known], 1e-3, 1 - 1e-3)
        loss = -(outcome[known] * np.log(inside) + (1 - outcome[known]) * np.log(1 - inside))
        losses.append((float(np.average(loss, weights=weights[known])), choice))
    return min(losses, key=lambda pair: pair[0])[1]


def fit_boosted(matrix: NDArray[np.float32], outcome: Numbers, weights: Numbers, *, seed: int) -> BoostedModel:
    """Fit the gradient boosted trees and compile them to arrays."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=N_ROUNDS, learning_rate=0.03, max_leaf_nodes=BOOST_LEAVES, l2_regularization=20.0, max_features=0.3,
        min_samples_leaf=20, early_stopping=False, random_state=seed,
    ).fit(matrix.astype(np.float64), outcome, sample_weight=weights)  # fmt: skip
    nodes = [predictors[0].nodes for predictors in model._predictors]
    return BoostedModel(compile_boosted(nodes, matrix.shape[1]), float(np.ravel(model._baseline_prediction)[0]))


def compile_boosted(trees: Sequence[Any], n_features: int) -> Forest:
    """The trees of scikit-learn's histogram boosting, one node table each, as a forest that predicts their mean."""
    roots = np.cumsum([0] + [len(nodes) for nodes in trees]).astype(np.int64)
    nodes = np.concatenate(trees)
    shift = np.repeat(roots[:-1], np.diff(roots))
    is_leaf = nodes["is_leaf"].astype(bool)
    left, right = (np.where(is_leaf, -1, nodes[side].astype(np.int64) + shift) for side in ("left", "right"))
    cover = nodes["count"].astype(np.float64)
    return forests.forest_from_arrays(
        {
            "forest_roots": roots,
            "forest_feature": np.where(is_leaf, -1, nodes["feature_idx"]),
            "forest_threshold": _floored(nodes["num_threshold"].astype(np.float64)),
            "forest_left": left,
            "forest_right": right,
            "forest_missing_left": nodes["missing_go_to_left"],
            "forest_value": _means_of_leaves(left, right, nodes["value"].astype(np.float64), cover),
            "forest_cover": cover,
            "forest_n_features": np.array(n_features),
        }
    )


def _means_of_leaves(left: NDArray[np.int64], right: NDArray[np.int64], value: Numbers, cover: Numbers) -> Numbers:
    """Each node's mean over the rows below it: scikit-learn keeps the learning rate out of all but the leaves."""
    means = value.copy()
    for node in range(len(means) - 1, -1, -1):  # children come after their parent
        if left[node] >= 0:
            share = cover[left[node]] / cover[node]
            means[node] = share * means[left[node]] + (1.0 - share) * means[right[node]]
    return means


def _grown(
    matrix: NDArray[np.float32], outcome: Numbers, weights: Numbers, seed: int, max_features: float | str, *, with_oob: bool = False
) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    share = min(1.0, _MAX_ROWS_A_TREE / len(outcome))
    return RandomForestClassifier(
        N_TREES, max_depth=TREE_DEPTH, min_samples_leaf=LEAF_ROWS, max_features=max_features, max_samples=share,
        oob_score=with_oob, random_state=seed, n_jobs=2,
    ).fit(matrix, outcome.astype(np.int64), sample_weight=weights)  # fmt: skip


def _floored(threshold: Numbers) -> kernels.Singles:
    # The rows are 32-bit floats; the nearest such number at or below a threshold decides the same for every one of them.
    single = np.clip(threshold, -3.4e38, 3.4e38).astype(np.float32)
    return np.where(single.astype(np.float64) > threshold, np.nextafter(single, np.float32(-np.inf)), single)


def _as_wide_as(matrix: NDArray[np.float32], effects: Numbers) -> Numbers:
    """The effects with nothing for features that these trees were never shown."""
    if effects.shape[1] == matrix.shape[1]:
        return effects
    wide = np.zeros((len(matrix), matrix.shape[1]))
    wide[:, : effects.shape[1]] = effects
    return wide
