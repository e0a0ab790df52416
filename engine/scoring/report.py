"""The figures of a model on rows it never saw, and whether they amount to skill."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from engine.scoring.columns import Numbers
from engine.scoring.screening import auc

_BINS = 10
_ONE_SIDED_95 = 1.645


@dataclass(frozen=True, slots=True)
class Figures:
    """How well probabilities ranked and how far they can be taken at their word."""

    auc: float
    log_loss: float
    brier: float
    ece: float
    lift_top_decile: float
    accuracy_most_confident_80: float


def measure(probability: Numbers, outcome: NDArray[np.float64]) -> Figures:
    """The figures of these probabilities on these outcomes."""
    sure = np.argsort(-np.maximum(probability, 1 - probability), kind="stable")[: max(1, int(0.8 * len(outcome)))]
    return Figures(
        auc=auc(probability, outcome),
        log_loss=float(row_losses(probability, outcome).mean()),
        brier=float(((probability - outcome) ** 2).mean()),
        ece=calibration_error(probability, outcome),
        lift_top_decile=_lift(probability, outcome),
        accuracy_most_confident_80=float(((probability > 0.5) == (outcome > 0.5))[sure].mean()),
    )


def figures_as_dict(figures: Figures) -> dict[str, float]:
    """The figures as the report writes them: six decimals are more than the data can tell."""
    return {name: round(value, 6) for name, value in asdict(figures).items()}


def row_losses(probability: Numbers | float, outcome: NDArray[np.float64]) -> Numbers:
    """Each row's log loss."""
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    losses: Numbers = -(outcome * np.log(inside) + (1 - outcome) * np.log(1 - inside))
    return losses


def calibration_error(probability: Numbers, outcome: NDArray[np.float64]) -> float:
    """Expected calibration error over ten bins of equally many rows."""
    parts = np.array_split(np.argsort(probability, kind="stable"), min(_BINS, len(outcome)))
    return float(sum(len(part) * abs(probability[part].mean() - outcome[part].mean()) for part in parts) / len(outcome))


def reliability(probability: Numbers, outcome: NDArray[np.float64]) -> list[dict[str, float]]:
    """The reliability curve: in each tenth of the rows, what was said and what came."""
    parts = np.array_split(np.argsort(probability, kind="stable"), min(_BINS, len(outcome)))
    return [
        {"said": round(float(probability[part].mean()), 6), "came": round(float(outcome[part].mean()), 6), "rows": len(part)}
        for part in parts
    ]


def has_skill(probability: Numbers, outcome: NDArray[np.float64]) -> bool:
    """Whether the log loss beats the best constant answer (known only in hindsight) by more than chance would give."""
    rate = float(outcome.mean())
    gain = row_losses(rate, outcome) - row_losses(probability, outcome)
    error = float(gain.std(ddof=1) / np.sqrt(len(gain))) if len(gain) > 1 else np.inf
    return bool(0 < rate < 1 and gain.mean() > _ONE_SIDED_95 * error)


def _lift(probability: Numbers, outcome: NDArray[np.float64]) -> float:
    """How many times the base rate the top tenth closes; rows tied with the last of it count by their mean."""
    n_top = max(1, round(0.1 * len(outcome)))
    limit = np.sort(probability)[-n_top]
    above, tied = probability > limit, probability == limit
    found = float(outcome[above].sum()) + (n_top - int(above.sum())) * float(outcome[tied].mean())
    rate = float(outcome.mean())
    return found / n_top / rate if rate > 0 else 0.0
