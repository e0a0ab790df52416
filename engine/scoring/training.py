"""Fits the forest: a few candidates compared on out-of-bag log loss, calibrated on the same out-of-bag scores."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.scoring.calibration import Calibrator, fit_calibrator
from engine.scoring.forest import Forest, compile_forest
from engine.scoring.kernels import Floats

N_TREES, MAX_DEPTH, MIN_LEAF = (
    60,
    8,
    20,
)  # the knee of quality against size: 100 trees with leaves of 10 gain 0.0001 log loss and cost three times the time
FRACTIONS = (0.2, 0.3, 0.5)  # of the features that each cut may choose from


@dataclass(frozen=True, slots=True)
class Fit:
    """A forest with its calibration, and the calibrated probability of each training row from trees that had not seen it."""

    forest: Forest
    calibrator: Calibrator
    unseen: Floats
    max_features: float
    log_loss: float


def fit_forest(matrix: Floats, outcome: np.ndarray, *, seed: int) -> Fit:
    """The forest whose out-of-bag log loss, calibrated, is the least."""
    fits = [_fit(matrix, outcome, fraction, seed) for fraction in FRACTIONS]
    return min(fits, key=lambda fit: fit.log_loss)


def log_loss(probability: Floats, outcome: np.ndarray) -> float:
    """Mean negative log likelihood of the outcomes."""
    p = np.clip(probability, 1e-12, 1.0 - 1e-12)
    return float(-np.mean(np.where(outcome, np.log(p), np.log1p(-p))))


def _fit(matrix: Floats, outcome: np.ndarray, fraction: float, seed: int) -> Fit:
    from sklearn.ensemble import RandomForestClassifier

    model: Any = RandomForestClassifier(
        n_estimators=N_TREES,
        max_depth=MAX_DEPTH,
        min_samples_leaf=MIN_LEAF,
        max_features=fraction,
        oob_score=True,
        n_jobs=2,
        random_state=seed,
    )
    model.fit(matrix.astype(np.float32), np.asarray(outcome, bool))
    raw = np.asarray(model.oob_decision_function_[:, 1], np.float64)
    calibrator = fit_calibrator(raw, outcome)
    unseen = calibrator.apply(raw)
    return Fit(compile_forest(model), calibrator, unseen, fraction, log_loss(unseen, np.asarray(outcome, bool)))
