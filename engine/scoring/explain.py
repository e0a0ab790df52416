"""From SHAP values to the few reasons a person reads: strongest first, above the noise, in words, each said once."""

import numpy as np
from numba import njit

from engine.records import Reason
from engine.scoring.features import FEATURES, NAMES
from engine.scoring.frame import Vocabulary
from engine.scoring.kernels import Bytes, Floats, Longs
from engine.scoring.wording import HISTORY_COLUMN, missing_text, value_words

N_REASONS = 3
_N_CANDIDATES = 8  # looked at per side: several features may say the same thing
MIN_EFFECT = 0.0005  # half a lead in a thousand
MIN_SHARE = 0.03  # of everything that moved this lead
_IS_SAID = np.array([feature.is_said for feature in FEATURES], np.uint8)

Words = dict[tuple[int, float], tuple[str, str]]


class Explainer:
    """Words the reasons of one model; keeps the words it has already made."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._words: Words = {}

    def reasons(self, matrix: Floats, effects: Floats) -> list[tuple[tuple[Reason, ...], tuple[Reason, ...]]]:
        """For each row its reasons for and against."""
        order = np.full((len(matrix), 2 * _N_CANDIDATES), -1, np.int64)
        _rank(matrix, effects, _IS_SAID, order)
        rows = zip(order.tolist(), matrix.tolist(), effects.tolist(), strict=True)
        return [
            (self._worded(places[:_N_CANDIDATES], values, moves), self._worded(places[_N_CANDIDATES:], values, moves))
            for places, values, moves in rows
        ]

    def _worded(self, places: list[int], values: list[float], moves: list[float]) -> tuple[Reason, ...]:
        reasons: list[Reason] = []
        said: set[str] = set()
        for place in places:
            if place < 0 or len(reasons) == N_REASONS:
                break
            value, text = self._say(place, values)
            if text not in said:
                said.add(text)
                reasons.append(Reason(feature=NAMES[place], value=value, effect=moves[place], text=text))
        return tuple(reasons)

    def _say(self, place: int, values: list[float]) -> tuple[str, str]:
        value = values[place]
        if value != value:  # noqa: PLR0124  (missing)
            return "not known", missing_text(place, has_history=values[HISTORY_COLUMN] == values[HISTORY_COLUMN])
        words = self._words.get((place, value))
        if words is None:
            if len(self._words) > 200_000:
                self._words.clear()
            words = self._words[place, value] = value_words(place, value, self._vocabulary)
        return words


@njit(nogil=True, cache=True)
def _rank(matrix: Floats, effects: Floats, is_said: Bytes, order: Longs) -> None:
    """Places of the strongest effects: first half for (known values only), second half against. Ties go by the registry's order."""
    n_rows, n_features = effects.shape
    n_each = order.shape[1] // 2
    for row in range(n_rows):
        total = 0.0
        for place in range(n_features):
            total += abs(effects[row, place])
        least = max(MIN_EFFECT, MIN_SHARE * total)
        for side in range(2):
            sign = 1.0 if side == 0 else -1.0
            n_kept = 0
            for place in range(n_features):
                effect = sign * effects[row, place]
                if effect < least or is_said[place] == 0 or (side == 0 and np.isnan(matrix[row, place])):
                    continue
                at = n_kept
                while at > 0 and sign * effects[row, order[row, side * n_each + at - 1]] < effect:
                    if at < n_each:
                        order[row, side * n_each + at] = order[row, side * n_each + at - 1]
                    at -= 1
                if at < n_each:
                    order[row, side * n_each + at] = place
                    n_kept = min(n_kept + 1, n_each)
