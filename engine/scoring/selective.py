"""The selective promise: above which confidence the model's own answer may stand, with a bound that holds for any distribution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.scoring.columns import Numbers

TARGET = 0.95
DELTA = 0.10  # the bound holds in nine of ten histories
_FIRST_COVERAGE = 0.20
_STEP = 0.025


@dataclass(frozen=True, slots=True)
class Promise:
    """What the threshold did on rows it was not chosen on. `threshold` None: nothing may be handled without a person."""

    threshold: float | None
    accuracy: float | None
    coverage: float
    constant_accuracy: float | None
    positives_found: float
    n_positives_found: int


def confidence(probability: Numbers) -> Numbers:
    """How sure the likelier answer is."""
    sure: Numbers = np.maximum(probability, 1.0 - probability)
    return sure


def choose_threshold(
    probability: Numbers, outcome: NDArray[np.float64], *, target: float = TARGET, delta: float = DELTA
) -> float | None:
    """Fixed-sequence testing: widen from the most confident fifth while the Clopper-Pearson bound on errors stays under 1 - target."""
    from scipy.stats import beta

    sure = confidence(probability)
    order = np.argsort(-sure, kind="stable")
    errors = np.cumsum(((probability > 0.5) != (outcome > 0.5))[order])
    chosen: float | None = None
    n_rows = len(sure)
    for share in np.arange(_FIRST_COVERAGE, 1.0 + 1e-9, _STEP):
        n_kept = round(share * n_rows)
        if n_kept < 1:
            continue
        threshold = float(sure[order[n_kept - 1]])
        n_kept = int((sure >= threshold).sum())  # ties stand or fall together
        n_wrong = int(errors[n_kept - 1])
        bound = 1.0 if n_wrong >= n_kept else float(beta.ppf(1 - delta, n_wrong + 1, n_kept - n_wrong))
        if bound > 1 - target:
            break
        chosen = threshold
    return chosen


def keep_promise(
    probability: Numbers, outcome: NDArray[np.float64], is_auto: NDArray[np.bool_], threshold: float | None
) -> Promise:
    """What came of the rows handled without a person: accuracy, coverage, and the constant answer on the very same rows."""
    if threshold is None:  # where no threshold stands now, what passed in some earlier window is no promise
        is_auto = np.zeros(len(outcome), dtype=np.bool_)
    n_auto = int(is_auto.sum())
    right = (probability > 0.5) == (outcome > 0.5)
    n_found = int((is_auto & (probability > 0.5) & (outcome > 0.5)).sum())
    rate = float(outcome[is_auto].mean()) if n_auto else 0.0
    return Promise(
        threshold=threshold,
        accuracy=float(right[is_auto].mean()) if n_auto else None,
        coverage=n_auto / len(outcome),
        constant_accuracy=max(rate, 1 - rate) if n_auto else None,
        positives_found=n_found / max(1.0, float(outcome.sum())),
        n_positives_found=n_found,
    )
