"""What a probability rests on: similar leads of known outcome, the interval that follows, and how sure the band is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from engine.errors import ModelUnusable
from engine.scoring.calibration import Calibrator, fit_calibrator
from engine.scoring.features import TELLING
from engine.scoring.kernels import Floats, Longs
from engine.scoring.scale import Bands

INTERVAL_REACH = 1.2815515655446004  # standard deviations to each side: an 80 % interval
MIN_TELLING = 2  # fewer known facts than this is not enough evidence
_NEAR_LOG_ODDS = 0.2  # similar: probabilities this near
_FEWEST, _MOST = 25, 250  # similar leads taken on each side, at least and at most
_ALL_KNOWN = 0.25  # of the spread from what is not known, this much stays when every feature is


@dataclass(frozen=True, slots=True)
class Evidence:
    """Leads of known outcome, sorted by the probability they were given without being seen, and what was learnt from them."""

    probability: Floats
    n_closed_before: np.ndarray  # cumulative, one longer
    importance: Floats  # share of each feature in what moves the model
    unknown: float  # spread (log odds) from what is not known of a lead, fitted to the interval's coverage
    sureness: Calibrator | None  # from the interval's own mass in the band to the measured share of right bands

    def similar(self, probability: Floats) -> tuple[np.ndarray, np.ndarray]:
        """How many leads of known outcome lie near, and how many of them closed."""
        n_similar, n_closed = np.empty(len(probability), np.int64), np.empty(len(probability), np.int64)
        _count_similar(np.ascontiguousarray(probability), self.probability, self.n_closed_before, n_similar, n_closed)
        return n_similar, n_closed

    def known_share(self, matrix: Floats) -> Floats:
        """How much of what moves the model is known of each lead, 0 to 1."""
        share = np.empty(len(matrix))
        _known_share(matrix, self.importance, share)
        return share

    def spread(self, n_similar: np.ndarray, n_closed: np.ndarray, matrix: Floats) -> Floats:
        """How far off the probability may be, in log odds: few similar closings and few known facts make it wide."""
        sampling = 1.0 / (n_closed + 1.0) + 1.0 / (n_similar - n_closed + 1.0)
        spread: Floats = np.sqrt(sampling + self.unknown**2 * (1.0 + _ALL_KNOWN - self.known_share(matrix)))
        return spread

    def interval(self, probability: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """The 80 % interval around the probability."""
        middle, reach = _log_odds(probability), INTERVAL_REACH * spread
        return np.minimum(_sigmoid(middle - reach), probability), np.maximum(_sigmoid(middle + reach), probability)

    def confidence(self, probability: Floats, spread: Floats, bands: Bands) -> Floats:
        """P(the assigned band is right): the spread's mass inside the band, corrected to what was measured."""
        edges = np.array([-np.inf, *_log_odds(np.array([bands.warm, bands.hot])), np.inf])
        middle, band = _log_odds(probability), bands.places(probability)
        mass = np.empty(len(probability))
        _mass_between((edges[band] - middle) / spread, (edges[band + 1] - middle) / spread, mass)
        return mass if self.sureness is None else self.sureness.apply(mass)


def _log_odds(probability: Floats) -> Floats:
    odds: Floats = np.log(probability / (1.0 - probability))
    return odds


def _sigmoid(x: Floats) -> Floats:
    rising: Floats = 1.0 / (1.0 + np.exp(-x))
    return rising


@njit(nogil=True, cache=True)
def _mass_between(low: Floats, high: Floats, mass: Floats) -> None:
    """The normal distribution's mass between two bounds. Not by scipy: importing it takes longer than loading the model."""
    for row in range(low.shape[0]):
        mass[row] = 0.5 * (math.erfc(-high[row] / math.sqrt(2.0)) - math.erfc(-low[row] / math.sqrt(2.0)))


@njit(nogil=True, cache=True)
def _count_similar(probability: Floats, known: Floats, closed_before: Longs, n_similar: Longs, n_closed: Longs) -> None:
    """Those within `_NEAR_LOG_ODDS`, but on each side at least `_FEWEST` and at most `_MOST`."""
    n, down, up = len(known), math.exp(-_NEAR_LOG_ODDS), math.exp(_NEAR_LOG_ODDS)
    for row in range(len(probability)):
        p = probability[row]
        middle = (np.searchsorted(known, p, "left") + np.searchsorted(known, p, "right")) // 2
        odds = p / (1.0 - p)
        low = np.searchsorted(known, odds * down / (1.0 + odds * down), "left")
        high = np.searchsorted(known, odds * up / (1.0 + odds * up), "right")
        low = min(max(min(max(low, middle - _MOST), middle - _FEWEST), 0), n)
        high = min(max(min(max(high, middle + _FEWEST), middle + _MOST), 0), n)
        n_similar[row], n_closed[row] = high - low, closed_before[high] - closed_before[low]


@njit(nogil=True, cache=True)
def _known_share(matrix: Floats, importance: Floats, share: Floats) -> None:
    for row in range(matrix.shape[0]):
        known = 0.0
        for column in range(importance.shape[0]):
            known += 0.0 if np.isnan(matrix[row, column]) else importance[column]
        share[row] = known


def has_enough(matrix: Floats) -> np.ndarray:
    """Whether more is known of each lead than name, source, age and a way to reach it."""
    is_known = ~np.isnan(matrix[:, TELLING])
    return np.asarray(np.sum(is_known, axis=1) >= MIN_TELLING)


def gather(probability: Floats, outcome: np.ndarray, importance: Floats) -> Evidence:
    """Evidence from leads of known outcome and the probabilities they were given without being seen."""
    order = np.argsort(probability, kind="stable")
    closed = np.concatenate([[0], np.cumsum(np.asarray(outcome, np.int64)[order])])
    total = float(importance.sum())
    share = importance / total if total > 0 else np.full(len(importance), 1.0 / len(importance))
    return Evidence(np.ascontiguousarray(probability[order]), closed, share, 1.0, None)


def fit_to_truth(evidence: Evidence, probability: Floats, matrix: Floats, truth: Floats, bands: Bands, coverage: float) -> Evidence:
    """Set the interval's width and the confidence by leads whose true odds are known (which only the generator's are)."""
    n_similar, n_closed = evidence.similar(probability)

    def covered(unknown: float) -> float:
        tried = replace(evidence, unknown=unknown)
        low, high = tried.interval(probability, tried.spread(n_similar, n_closed, matrix))
        return float(np.mean((low <= truth) & (truth <= high)))

    tried = [float(unknown) for unknown in np.linspace(0.0, 4.0, 81)]
    fitted = replace(evidence, unknown=next((unknown for unknown in tried if covered(unknown) >= coverage), tried[-1]))
    mass = fitted.confidence(probability, fitted.spread(n_similar, n_closed, matrix), bands)
    is_right = bands.places(probability) == bands.places(truth)
    return replace(fitted, sureness=fit_calibrator(mass, is_right))


def evidence_to_arrays(evidence: Evidence) -> dict[str, np.ndarray]:
    """What a model file keeps of the evidence."""
    kept: dict[str, np.ndarray] = {
        "evidence_probability": evidence.probability,
        "evidence_closed": np.diff(evidence.n_closed_before).astype(np.uint8),
        "evidence_importance": evidence.importance,
        "evidence_unknown": np.array(evidence.unknown),
    }
    if evidence.sureness is not None:
        kept["sureness_x"], kept["sureness_y"] = evidence.sureness.x, evidence.sureness.y
        kept["sureness_edges"] = np.array([evidence.sureness.floor, evidence.sureness.ceiling])
        kept["sureness_is_isotonic"] = np.array(evidence.sureness.kind == "isotonic")
    return kept


def evidence_from_arrays(arrays: Mapping[str, np.ndarray]) -> Evidence:
    """The evidence that `evidence_to_arrays` wrote."""
    from engine.scoring.calibration import calibrator_from_arrays

    try:
        closed = np.concatenate([[0], np.cumsum(arrays["evidence_closed"].astype(np.int64))])
        probability = np.asarray(arrays["evidence_probability"], np.float64)
        importance, unknown = np.asarray(arrays["evidence_importance"], np.float64), float(arrays["evidence_unknown"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(f"The model file lacks a part of its evidence: {error}") from error
    if len(closed) != len(probability) + 1 or np.any(np.diff(probability) < 0):
        raise ModelUnusable("The model file's evidence does not hang together")
    names = ("x", "y", "edges", "is_isotonic")
    has_sureness = "sureness_x" in arrays
    sureness = (
        calibrator_from_arrays({f"calibration_{name}": arrays[f"sureness_{name}"] for name in names}) if has_sureness else None
    )
    return Evidence(probability, closed, importance, unknown, sureness)
