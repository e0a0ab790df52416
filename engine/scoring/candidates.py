"""The models that compete for a team's own history, behind one contract: fit, predict, and arrays a file can keep without pickle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelUnusable
from engine.scoring import forest as forests
from engine.scoring import kernels
from engine.scoring.columns import Numbers
from engine.scoring.forest import Forest

N_TREES = 100
TREE_DEPTH = 8
LEAF_ROWS = 10
N_ROUNDS = 250
BOOST_LEAVES = 6
_MAX_ROWS_A_TREE = 15_000
_KNOTS_AT = (0.1, 0.25, 0.5, 0.75, 0.9)
_EDGE = 1e-6
_FAMILIES = ("logistic", "random_forest", "boosted_trees")

Arrays = dict[str, NDArray[Any]]


class Model(Protocol):
    """A fitted candidate. Matrix in (32-bit floats, NaN for missing), P(positive) out; its arrays make the same model again."""

    @property
    def name(self) -> str:
        """The candidate's name in reports and files."""
        ...

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        ...

    def to_arrays(self) -> Arrays:
        """What a model file keeps."""
        ...


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Ridge logistic regression: flags as they are, numbers standardised with their logarithm and hinges at quantiles."""

    fill: Numbers  # per feature: what stands in for missing
    low: Numbers
    high: Numbers
    source: NDArray[np.int64]  # per term: the feature it comes from
    shape: NDArray[np.int64]  # per term: 0 linear, 1 logarithm, 2 hinge, 3 at its floor
    knot: Numbers
    scale: Numbers
    weight: Numbers
    bias: float
    name: str = "logistic"

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        # A sum along each row in memory, not a matrix product: one row alone gives the same bits as in a batch.
        parts = np.ascontiguousarray(self._terms(matrix) * self.weight)
        return sigmoid(parts.sum(axis=1) + self.bias)

    def to_arrays(self) -> Arrays:
        """What a model file keeps."""
        names = ("fill", "low", "high", "source", "shape", "knot", "scale", "weight")
        return {name: getattr(self, name) for name in names} | {"bias": np.array(self.bias)}

    def _terms(self, matrix: NDArray[np.float32]) -> Numbers:
        filled = np.where(np.isnan(matrix), self.fill, matrix)
        values = np.clip(filled, self.low, self.high)[:, self.source]
        bent = np.where(self.shape == 1, np.sign(values) * np.log1p(np.abs(values)), values) - self.knot
        bent = np.where(self.shape == 2, np.maximum(bent, 0.0), bent)
        terms: Numbers = np.where(self.shape == 3, (bent <= 0.0).astype(np.float64), bent / self.scale)
        return terms


@dataclass(frozen=True, slots=True)
class ForestModel:
    """Random Forest at the knee: 100 trees, depth 8, ten rows a leaf."""

    forest: Forest
    name: str = "random_forest"

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        return forests.predict(self.forest, matrix)

    def to_arrays(self) -> Arrays:
        """What a model file keeps."""
        return dict(forests.forest_to_arrays(self.forest))


@dataclass(frozen=True, slots=True)
class BoostedModel:
    """Gradient boosted small trees, in the forest's own format: leaf values are log odds and are summed, not averaged."""

    forest: Forest
    base: float
    name: str = "boosted_trees"

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        n_trees = len(self.forest.roots) - 1
        return sigmoid(self.base + n_trees * forests.predict(self.forest, matrix))

    def to_arrays(self) -> Arrays:
        """What a model file keeps."""
        return dict(forests.forest_to_arrays(self.forest)) | {"base": np.array(self.base)}


@dataclass(frozen=True, slots=True)
class BlendModel:
    """The mean of the other candidates' log odds: what they agree on counts, what one of them imagines less."""

    parts: tuple[Model, ...]
    name: str = "blend"

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        return blend([part.predict_proba(matrix) for part in self.parts])

    def to_arrays(self) -> Arrays:
        """What a model file keeps."""
        return {f"{part.name}.{key}": array for part in self.parts for key, array in part.to_arrays().items()}


def blend(probabilities: Sequence[Numbers]) -> Numbers:
    """The probability at the mean of the log odds."""
    return sigmoid(np.mean([log_odds(part) for part in probabilities], axis=0))


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
        np.asarray(fitted.coef_[0], np.float64), float(fitted.intercept_[0]),
    )  # fmt: skip


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


def model_from_arrays(name: str, arrays: Mapping[str, NDArray[Any]]) -> Model:
    """The model that `to_arrays` wrote; raises `ModelUnusable` when the arrays make none."""
    try:
        if name == "logistic":
            return _logistic_from(arrays)
        if name == "random_forest":
            return ForestModel(forests.forest_from_arrays(arrays))
        if name == "boosted_trees":
            return BoostedModel(forests.forest_from_arrays(arrays), float(arrays["base"]))
        if name == "blend":
            parts = sorted({key.split(".", 1)[0] for key in arrays if "." in key}, key=_FAMILIES.index)
            return BlendModel(tuple(model_from_arrays(part, _under(part, arrays)) for part in parts))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(f"The model file lacks a part of its {name.replace('_', ' ')}: {error}") from error
    raise ModelUnusable(f"The model file holds a '{name}', which this version does not know")


def log_odds(probability: Numbers) -> Numbers:
    """Log odds, kept finite."""
    inside = np.clip(probability, _EDGE, 1 - _EDGE)
    odds: Numbers = np.log(inside / (1 - inside))
    return odds


def sigmoid(odds: Numbers) -> Numbers:
    """The probability of log odds."""
    rising: Numbers = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
    return rising


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
    return LogisticModel(
        fill,
        filled.min(axis=0),
        filled.max(axis=0),
        source.astype(np.int64),
        shape.astype(np.int64),
        knot,
        scale,
        np.zeros(len(terms)),
        0.0,
    )


def _grown(
    matrix: NDArray[np.float32], outcome: Numbers, weights: Numbers, seed: int, max_features: float | str, *, with_oob: bool = False
) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    share = min(1.0, _MAX_ROWS_A_TREE / len(outcome))
    return RandomForestClassifier(
        N_TREES, max_depth=TREE_DEPTH, min_samples_leaf=LEAF_ROWS, max_features=max_features, max_samples=share,
        oob_score=with_oob, random_state=seed, n_jobs=2,
    ).fit(matrix, outcome.astype(np.int64), sample_weight=weights)  # fmt: skip


def compile_boosted(trees: Sequence[Any], n_features: int) -> Forest:
    """The trees of scikit-learn's histogram boosting, one node table each, as a forest that predicts their mean."""
    roots = np.cumsum([0] + [len(nodes) for nodes in trees]).astype(np.int64)
    nodes = np.concatenate(trees)
    shift = np.repeat(roots[:-1], np.diff(roots))
    is_leaf = nodes["is_leaf"].astype(bool)
    threshold = nodes["num_threshold"].astype(np.float64)
    return forests.forest_from_arrays(
        {
            "forest_roots": roots,
            "forest_feature": np.where(is_leaf, -1, nodes["feature_idx"]),
            "forest_threshold": _floored(threshold),
            "forest_left": np.where(is_leaf, -1, nodes["left"].astype(np.int64) + shift),
            "forest_right": np.where(is_leaf, -1, nodes["right"].astype(np.int64) + shift),
            "forest_missing_left": nodes["missing_go_to_left"],
            "forest_value": nodes["value"],
            "forest_cover": nodes["count"].astype(np.float64),
            "forest_n_features": np.array(n_features),
        }
    )


def _floored(threshold: Numbers) -> kernels.Singles:
    # The rows are 32-bit floats; the nearest such number at or below a threshold decides the same for every one of them.
    single = np.clip(threshold, -3.4e38, 3.4e38).astype(np.float32)
    return np.where(single.astype(np.float64) > threshold, np.nextafter(single, np.float32(-np.inf)), single)


def _logistic_from(arrays: Mapping[str, NDArray[Any]]) -> LogisticModel:
    fill, low, high, knot, scale, weight = (
        np.asarray(arrays[name], np.float64) for name in ("fill", "low", "high", "knot", "scale", "weight")
    )
    source, shape = (np.asarray(arrays[name], np.int64) for name in ("source", "shape"))
    is_whole = len(source) > 0 and all(len(part) == len(source) for part in (shape, knot, scale, weight))
    if not is_whole or source.min() < 0 or source.max() >= min(len(fill), len(low), len(high)):
        raise ModelUnusable("The model file's logistic regression does not hang together")
    return LogisticModel(fill, low, high, source, shape, knot, scale, weight, float(arrays["bias"]))


def _under(part: str, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    return {key.split(".", 1)[1]: array for key, array in arrays.items() if key.startswith(f"{part}.")}
