"""The models that compete for a team's own history, behind one contract: predict, explain, and arrays a file can keep without pickle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelUnusable
from engine.scoring import forest as forests
from engine.scoring.columns import Numbers
from engine.scoring.logistic import LogisticModel, fit_logistic, logistic_from
from engine.scoring.odds import as_points, log_odds, sigmoid
from engine.scoring.source_prior import SourcePriorModel, fit_source_prior, source_prior_from
from engine.scoring.tree_models import BoostedModel, ForestModel, choose_max_features, fit_boosted, fit_forest

__all__ = [
    "Arrays", "BlendModel", "BoostedModel", "ForestModel", "LogisticModel", "Model", "SourcePriorModel", "blend",
    "choose_max_features", "fit_boosted", "fit_forest", "fit_logistic", "fit_source_prior", "model_from_arrays",
]  # fmt: skip

_FAMILIES = ("logistic", "random_forest", "boosted_trees", "source_prior")

Arrays = dict[str, NDArray[Any]]


class Model(Protocol):
    """A fitted candidate. Matrix in (32-bit floats, NaN for missing), P(positive) out; its arrays make the same model again."""

    @property
    def name(self) -> str:
        """The candidate's name in reports and files."""
        ...

    @property
    def base_odds(self) -> float:
        """The log odds from which effects are told."""
        ...

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        ...

    def effects(self, matrix: NDArray[np.float32]) -> Numbers:
        """Rows x features, in probability before calibration: each row's effects and the base add up to its prediction."""
        ...

    def effects_on_odds(self, matrix: NDArray[np.float32]) -> Numbers:
        """The same in log odds."""
        ...

    def to_arrays(self) -> Arrays:
        """What a model file keeps."""
        ...


@dataclass(frozen=True, slots=True)
class BlendModel:
    """The mean of the other candidates' log odds: what they agree on counts, what one of them imagines less."""

    parts: tuple[Model, ...]
    name: str = "blend"

    @property
    def base_odds(self) -> float:
        """The mean of the parts' bases."""
        return sum(part.base_odds for part in self.parts) / len(self.parts)

    def predict_proba(self, matrix: NDArray[np.float32]) -> Numbers:
        """P(positive) of each row, before calibration."""
        return blend([part.predict_proba(matrix) for part in self.parts])

    def effects(self, matrix: NDArray[np.float32]) -> Numbers:
        """Rows x features, in probability: they add up to the row's probability less the base's."""
        return as_points(self.effects_on_odds(matrix), log_odds(self.predict_proba(matrix)), self.base_odds)

    def effects_on_odds(self, matrix: NDArray[np.float32]) -> Numbers:
        """The mean of the parts' effects: what is averaged has effects that are averaged."""
        total: Numbers = sum((part.effects_on_odds(matrix) for part in self.parts), np.zeros(matrix.shape)) / len(self.parts)
        return total

    def to_arrays(self) -> Arrays:
        """What a model file keeps."""
        return {f"{part.name}.{key}": array for part in self.parts for key, array in part.to_arrays().items()}


def blend(probabilities: Sequence[Numbers]) -> Numbers:
    """The probability at the mean of the log odds."""
    return sigmoid(np.mean([log_odds(part) for part in probabilities], axis=0))


def model_from_arrays(name: str, arrays: Mapping[str, NDArray[Any]]) -> Model:
    """The model that `to_arrays` wrote; raises `ModelUnusable` when the arrays make none."""
    try:
        if name == "logistic":
            return logistic_from(arrays)
        if name == "random_forest":
            return ForestModel(forests.forest_from_arrays(arrays))
        if name == "boosted_trees":
            return BoostedModel(forests.forest_from_arrays(arrays), float(arrays["base"]))
        if name == "source_prior":
            return source_prior_from(arrays)
        if name == "blend":
            parts = sorted({key.split(".", 1)[0] for key in arrays if "." in key}, key=_FAMILIES.index)
            return BlendModel(tuple(model_from_arrays(part, _under(part, arrays)) for part in parts))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(f"The model file lacks a part of its {name.replace('_', ' ')}: {error}") from error
    raise ModelUnusable(f"The model file holds a '{name}', which this version does not know")


def _under(part: str, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    return {key.split(".", 1)[1]: array for key, array in arrays.items() if key.startswith(f"{part}.")}
