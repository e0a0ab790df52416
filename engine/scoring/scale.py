"""How a probability is shown: the published 0 to 100 scale and the action bands. Both are data, kept with the model."""

from dataclasses import dataclass

import numpy as np

from engine.errors import BadInput
from engine.records import Band
from engine.scoring.kernels import Floats

# Where the scale bends: probability of a closing within the horizon, and the score it reads as. Published in the model card.
SCALE_PROBABILITY = np.array([0.0, 0.002, 0.005, 0.01, 0.03, 0.10, 0.30, 0.60, 1.0])
SCALE_SCORE = np.array([0.0, 5.0, 12.0, 20.0, 40.0, 70.0, 88.0, 96.0, 100.0])


@dataclass(frozen=True, slots=True)
class Bands:
    """The probabilities from which a lead is hot and warm: thresholds for action, not shares of the list."""

    hot: float = 0.10
    warm: float = 0.03

    def __post_init__(self) -> None:
        if not 0.0 < self.warm < self.hot < 1.0:
            raise BadInput("Bands must rise: 0 < warm < hot < 1")

    def places(self, probability: Floats) -> np.ndarray:
        """0 cold, 1 warm, 2 hot."""
        return (probability >= self.warm).astype(np.int64) + (probability >= self.hot)


BAND_AT = (Band.COLD, Band.WARM, Band.HOT)


def scores_of(probability: Floats, scale_probability: Floats, scale_score: Floats) -> np.ndarray:
    """The probability on the 0 to 100 scale: rising with it, never 0 and never 100."""
    return np.clip(np.rint(np.interp(probability, scale_probability, scale_score)), 1, 99).astype(np.int64)
