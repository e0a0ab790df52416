"""From a model's raw score to a probability to be taken at its word: sigmoid for few leads, isotonic for many. Never 0 or 1."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.errors import ModelUnusable
from engine.scoring.kernels import Floats

MIN_ROWS_FOR_ISOTONIC = 5_000  # below, steps follow the noise (measured on the generator)
_RAW_EDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A monotone map: `sigmoid` has the slope and the shift of the raw score's log odds, `isotonic` the knots of a line."""

    kind: Literal["sigmoid", "isotonic"]
    x: Floats
    y: Floats
    floor: float
    ceiling: float

    def apply(self, raw: Floats) -> Floats:
        """The calibrated probability of each raw score."""
        is_isotonic = self.kind == "isotonic"
        mapped = np.interp(raw, self.x, self.y) if is_isotonic else _sigmoid(self.x[0] * _log_odds(raw) + self.x[1])
        return np.clip(mapped, self.floor, self.ceiling)


def fit_calibrator(raw: Floats, outcome: np.ndarray) -> Calibrator:
    """Fit on scores of rows the model did not see (out-of-bag or a later window)."""
    raw, outcome = np.asarray(raw, np.float64), np.asarray(outcome, np.float64)
    edge = 0.5 / (len(raw) + 2)
    x, y = _isotonic(raw, outcome) if len(raw) >= MIN_ROWS_FOR_ISOTONIC else _platt(raw, outcome)
    kind: Literal["sigmoid", "isotonic"] = "isotonic" if len(raw) >= MIN_ROWS_FOR_ISOTONIC else "sigmoid"
    return Calibrator(kind, x, y, edge, 1.0 - edge)


def calibrator_to_arrays(calibrator: Calibrator) -> dict[str, np.ndarray]:
    """What a model file keeps of a calibrator."""
    return {
        "calibration_is_isotonic": np.array(calibrator.kind == "isotonic"),
        "calibration_x": calibrator.x,
        "calibration_y": calibrator.y,
        "calibration_edges": np.array([calibrator.floor, calibrator.ceiling]),
    }


def calibrator_from_arrays(arrays: Mapping[str, np.ndarray]) -> Calibrator:
    """The calibrator that `calibrator_to_arrays` wrote; raises `ModelUnusable` when the arrays make none."""
    try:
        x, y = np.asarray(arrays["calibration_x"], np.float64), np.asarray(arrays["calibration_y"], np.float64)
        floor, ceiling = (float(edge) for edge in arrays["calibration_edges"])
        is_isotonic = bool(arrays["calibration_is_isotonic"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(f"The model file lacks a part of its calibration: {error}") from error
    is_monotone = bool(np.all(np.diff(x) > 0) and np.all(np.diff(y) >= 0)) if is_isotonic else x.shape == (2,) and x[0] >= 0
    if not (is_monotone and len(x) > 0 and 0.0 < floor < ceiling < 1.0):
        raise ModelUnusable("The model file's calibration is not a rising line between 0 and 1")
    return Calibrator("isotonic" if is_isotonic else "sigmoid", x, y, floor, ceiling)


def _log_odds(raw: Floats) -> Floats:
    inside = np.clip(raw, _RAW_EDGE, 1.0 - _RAW_EDGE)
    odds: Floats = np.log(inside / (1.0 - inside))
    return odds


def _sigmoid(x: Floats) -> Floats:
    rising: Floats = 1.0 / (1.0 + np.exp(-x))
    return rising


def _platt(raw: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Slope and shift by Newton's method with Platt's softened targets; the slope is held at 0 or above."""
    n_yes = outcome.sum()
    n_no = len(outcome) - n_yes
    target = np.where(outcome > 0, (n_yes + 1.0) / (n_yes + 2.0), 1.0 / (n_no + 2.0))
    design = np.column_stack([_log_odds(raw), np.ones(len(raw))])
    line = np.array([1.0, 0.0])
    for _ in range(100):
        mapped = _sigmoid(design @ line)
        gradient = design.T @ (mapped - target)
        curvature = (design * (mapped * (1.0 - mapped))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        line = line - np.clip(step, -2.0, 2.0)
        if np.max(np.abs(step)) < 1e-10:
            break
    if line[0] < 0.0:  # the score ranks the wrong way round: say the base rate rather than turn it over
        rate = target.mean()
        line = np.array([0.0, np.log(rate / (1.0 - rate))])
    return line, np.zeros(0)


def _isotonic(raw: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Pool adjacent violators; each step, softened by one row at the base rate, becomes a knot at its middle."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(increasing=True, out_of_bounds="clip").fit_transform(raw, outcome)
    order = np.argsort(raw, kind="stable")
    steps, place = np.unique(fitted[order], return_inverse=True)
    n_rows = np.bincount(place, minlength=len(steps))
    middle = np.bincount(place, raw[order], len(steps)) / n_rows
    softened = (np.bincount(place, outcome[order], len(steps)) + outcome.mean()) / (n_rows + 1.0)
    knots, first = np.unique(middle, return_index=True)
    return knots, np.maximum.accumulate(softened[first])
