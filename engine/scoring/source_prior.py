"""The candidate for small histories: published rates by source, and what the team's own rows say against them, drawn in by shrinkage.

log odds = published rate of the source + team + source + agent + what else is known, each of which starts at nothing and moves only
as far as its rows carry it: a normal prior on every part, the narrower the further down (team, source, agent). Without any row it is
the published rate. The spread of what else is known is chosen by the marginal likelihood (Laplace; MacKay 1992), so that a
hundred columns of noise stay where they began.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelUnusable
from engine.scoring.columns import Numbers
from engine.scoring.odds import as_points, sigmoid

# Standard deviations in log odds. A team may lie anywhere (2: an outcome may be an appointment as well as a closing); its sources
# differ from the published ones by a factor of two either way, its agents by a third.
TEAM_SPREAD, SOURCE_SPREAD, AGENT_SPREAD = 2.0, 0.7, 0.3
_SPREADS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
_MOST_ROUNDS = 60
_KEPT = ("fill", "low", "high", "middle", "scale", "weight")

PUBLISHED, SOURCE, AGENT, KNOWN = range(4)


@dataclass(frozen=True, slots=True)
class SourcePriorModel:
    """One weight a feature; the published log odds have weight 1 and no prior to move them."""

    fill: Numbers
    low: Numbers
    high: Numbers
    middle: Numbers
    scale: Numbers
    weight: Numbers
    bias: float
    name: str = "source_prior"

    @property
    def base_odds(self) -> float:
        """The log odds of an average row whose source and agent nobody knows, from which effects are told."""
        return self.bias

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        return sigmoid(self._odds(matrix))

    def effects(self, matrix: NDArray[np.float32]) -> Numbers:
        """Rows x features, in probability: they add up to the row's probability less the base's."""
        return as_points(self.effects_on_odds(matrix), self._odds(matrix), self.bias)

    def effects_on_odds(self, matrix: NDArray[np.float32]) -> Numbers:
        """The same in log odds: each feature's weight times how far the row lies from the mean."""
        effects: Numbers = np.ascontiguousarray(_terms(matrix, self) * self.weight)
        return effects

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What a model file keeps."""
        return {name: getattr(self, name) for name in _KEPT} | {"bias": np.array(self.bias)}

    def _odds(self, matrix: NDArray[np.float32]) -> Numbers:
        odds: Numbers = self.effects_on_odds(matrix).sum(axis=1) + self.bias
        return odds


def fit_source_prior(
    matrix: NDArray[np.float32], outcome: Numbers, weights: Numbers, *, levels: Sequence[int], unknown_odds: float
) -> SourcePriorModel:
    """Fit on any number of rows, none included. `levels` says of each feature what it is (PUBLISHED, SOURCE, AGENT, KNOWN);
    `unknown_odds` are the published log odds of a lead whose source nobody knows."""
    level = np.asarray(levels)
    fitted = _standardised(matrix.astype(np.float64), level, unknown_odds)
    offset = fitted.middle[level == PUBLISHED].sum() if np.any(level == PUBLISHED) else unknown_odds
    design, moved = _terms(matrix, fitted), level != PUBLISHED
    published = design[:, ~moved].sum(axis=1) + offset
    design = np.column_stack([np.ones(len(matrix)), design[:, moved]])
    best: tuple[float, Numbers] | None = None
    for spread in _SPREADS if np.any(level == KNOWN) and len(matrix) else _SPREADS[:1]:
        found = _settled(design, published, outcome, weights, _precision(level[moved], spread))
        best = found if best is None or found[0] > best[0] else best
    assert best is not None
    weight = np.ones(len(level))
    weight[moved] = best[1][1:]
    return SourcePriorModel(
        fitted.fill, fitted.low, fitted.high, fitted.middle, fitted.scale, weight, float(offset + best[1][0])
    )  # fmt: skip


def source_prior_from(arrays: Mapping[str, NDArray[Any]]) -> SourcePriorModel:
    """The model that `to_arrays` wrote; raises `ModelUnusable` when the arrays don't hang together."""
    fill, low, high, middle, scale, weight = kept = tuple(np.asarray(arrays[name], np.float64) for name in _KEPT)
    if len({part.shape for part in kept}) != 1 or fill.ndim != 1:
        raise ModelUnusable("The model file's source prior does not hang together")
    return SourcePriorModel(fill, low, high, middle, scale, weight, float(arrays["bias"]))


def _terms(matrix: NDArray[np.float32], model: SourcePriorModel) -> Numbers:
    filled = np.where(np.isnan(matrix), model.fill, matrix)
    terms: Numbers = (np.clip(filled, model.low, model.high) - model.middle) / model.scale
    return terms


def _standardised(matrix: Numbers, level: NDArray[np.int64], unknown_odds: float) -> SourcePriorModel:
    """Known features centred and of spread 1, clipped to what was seen; published log odds and flags of source and agent as they are."""
    n = matrix.shape[1]
    fill, low, high, middle, scale = np.zeros(n), np.full(n, -np.inf), np.full(n, np.inf), np.zeros(n), np.ones(n)
    for place, column in enumerate(matrix.T):
        seen = column[~np.isnan(column)]
        if level[place] == PUBLISHED:
            fill[place] = middle[place] = unknown_odds
        elif level[place] == KNOWN and len(seen):
            fill[place], low[place], high[place] = np.median(seen), seen.min(), seen.max()
            whole = np.where(np.isnan(column), fill[place], column)
            middle[place], scale[place] = whole.mean(), whole.std() or 1.0
    return SourcePriorModel(fill, low, high, middle, scale, np.zeros(n), 0.0)


def _precision(level: NDArray[np.int64], spread: float) -> Numbers:
    spreads = np.select([level == SOURCE, level == AGENT], [SOURCE_SPREAD, AGENT_SPREAD], spread)
    return np.concatenate([[1.0 / TEAM_SPREAD**2], 1.0 / spreads**2])


def _settled(design: Numbers, published: Numbers, outcome: Numbers, weights: Numbers, precision: Numbers) -> tuple[float, Numbers]:
    """The likeliest weights under the priors, by Newton's method, and the log marginal likelihood about them (Laplace)."""
    line = np.zeros(design.shape[1])
    curvature = np.diag(precision)
    for _ in range(_MOST_ROUNDS):
        said = sigmoid(design @ line + published)
        gradient = design.T @ (weights * (said - outcome)) + precision * line
        curvature = (design * (weights * said * (1.0 - said))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        line = line - step * min(1.0, 2.0 / max(float(np.abs(step).max(initial=0.0)), 1e-12))
        if float(np.abs(step).max(initial=0.0)) < 1e-9:
            break
    odds = design @ line + published
    likelihood = float((weights * (outcome * odds - np.logaddexp(0.0, odds))).sum())
    evidence = likelihood - 0.5 * float((precision * line**2).sum()) + 0.5 * float(np.log(precision).sum())
    return evidence - 0.5 * float(np.linalg.slogdet(curvature)[1]), line
