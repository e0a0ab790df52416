"""Probabilities and their log odds, and effects in the one carried over to the other so that they still add up."""

import numpy as np

from engine.scoring.columns import Numbers

_EDGE = 1e-6
_SAME = 1e-9


def log_odds(probability: Numbers) -> Numbers:
    """Log odds, kept finite."""
    inside = np.clip(probability, _EDGE, 1 - _EDGE)
    odds: Numbers = np.log(inside / (1 - inside))
    return odds


def sigmoid(odds: Numbers) -> Numbers:
    """The probability of log odds."""
    rising: Numbers = 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))
    return rising


def as_log_odds(points: Numbers, probability: Numbers, base: float) -> Numbers:
    """Effects that add up to `probability - base` as effects that add up to the difference of their log odds.

    Each row's effects are stretched by one factor: who moved the row how far against the others, and which way, stays as it was.
    """
    apart = probability - base
    slope = 1.0 / (base * (1.0 - base)) if 0.0 < base < 1.0 else 0.0
    far = np.abs(apart) > _SAME
    factor = np.where(far, (log_odds(probability) - log_odds(np.array(base))) / np.where(far, apart, 1.0), slope)
    carried: Numbers = points * factor[:, None]
    return carried


def as_points(effects: Numbers, odds: Numbers, base_odds: float) -> Numbers:
    """Effects in log odds as effects in probability: they add up to the row's probability less the base's."""
    apart = odds - base_odds
    middle = float(sigmoid(np.array(base_odds)))
    far = np.abs(apart) > _SAME
    factor = np.where(far, (sigmoid(odds) - middle) / np.where(far, apart, 1.0), middle * (1.0 - middle))
    points: Numbers = effects * factor[:, None]
    return points
