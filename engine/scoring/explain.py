"""From SHAP values to the few reasons a person reads: strongest first, above the noise, in words, each said once."""

import threading
from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from engine.records import Reason
from engine.scoring.features import FEATURES, NAMES
from engine.scoring.frame import Vocabulary
from engine.scoring.kernels import Bytes, Floats, Longs
from engine.scoring.wording import HISTORY_COLUMN, missing_text, steps_of, value_words

N_REASONS = 3
_N_CANDIDATES = 8  # looked at per side: several features may say the same thing
MIN_EFFECT = 0.0005  # half a lead in a thousand
MIN_SHARE = 0.03  # of everything that moved this lead
_MOST_PHRASES = 200_000
_IS_SAID = np.array([feature.is_said for feature in FEATURES], np.uint8)

Reasons = tuple[tuple[Reason, ...], tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words made so far: `steps` (rising) with the place of each in the lists; equal texts have the same `text_of`.

    The arrays are replaced when phrases are added; the lists only grow, so that places already handed out stay true.
    """

    steps: Longs
    place_of: Longs
    text_of: Longs
    values: list[str]
    texts: list[str]
    number: dict[str, int]

    def say(self, value: str, text: str) -> int:
        """Add one phrase at the end; answers the number of its text."""
        self.values.append(value)
        self.texts.append(text)
        return self.number.setdefault(text, len(self.number))


@dataclass(frozen=True, slots=True)
class ReasonColumns:
    """The reasons of many leads, three for and three against: feature, effect and phrase of each; feature -1 where there is none."""

    feature: Longs
    effect: Floats
    phrase: Longs
    phrases: Phrases

    def of(self, side: int) -> slice:
        """The columns of the reasons for (0) or against (1)."""
        return slice(side * N_REASONS, (side + 1) * N_REASONS)


def _no_phrases() -> Phrases:
    none = np.zeros(0, np.int64)
    return Phrases(none, none, none, [], [], {})


class Explainer:
    """Words the reasons of one model; keeps the words it has already made."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._phrases = _no_phrases()
        self._adding = threading.Lock()

    def columns(self, matrix: Floats, effects: Floats) -> ReasonColumns:
        """For each row its reasons for and against, as columns."""
        order = np.full((len(matrix), 2 * _N_CANDIDATES), -1, np.int64)
        _rank(matrix, effects, _IS_SAID, order)
        steps = steps_of(matrix, order)
        phrases, phrase = self._phrases, np.empty_like(order)
        if _look_up(steps, phrases.steps, phrases.place_of, phrase):
            phrases = self._add_phrases(matrix, order, steps)
            _look_up(steps, phrases.steps, phrases.place_of, phrase)
        shape = (len(matrix), 2 * N_REASONS)
        feature, effect, said = np.full(shape, -1, np.int64), np.zeros(shape), np.full(shape, -1, np.int64)
        _choose(order, effects, phrase, phrases.text_of, feature, effect, said)
        return ReasonColumns(feature, effect, said, phrases)

    def _add_phrases(self, matrix: Floats, order: Longs, steps: Longs) -> Phrases:
        """Make the words that these rows need and nobody has made yet."""
        with self._adding:
            old = self._phrases if len(self._phrases.steps) < _MOST_PHRASES else _no_phrases()
            phrase = np.empty_like(order)
            _look_up(steps, old.steps, old.place_of, phrase)
            is_new = (phrase < 0) & (order >= 0)
            new, first = np.unique(steps[is_new], return_index=True)
            row, place = (part[first].tolist() for part in np.nonzero(is_new))
            n_before = len(old.texts)
            text_of = [old.say(*self._say(int(order[r, p]), matrix[r])) for r, p in zip(row, place, strict=True)]
            into = np.searchsorted(old.steps, new)
            self._phrases = replace(
                old,
                steps=np.insert(old.steps, into, new),
                place_of=np.insert(old.place_of, into, n_before + np.arange(len(new))),
                text_of=np.append(old.text_of, np.array(text_of, np.int64)),
            )
            return self._phrases

    def _say(self, column: int, row: Floats) -> tuple[str, str]:
        if np.isnan(row[column]):
            return "not known", missing_text(column, has_history=not np.isnan(row[HISTORY_COLUMN]))
        return value_words(column, float(row[column]), self._vocabulary)


def reasons_of(columns: ReasonColumns) -> list[Reasons]:
    """The reasons of each lead as records."""
    values, texts = columns.phrases.values, columns.phrases.texts
    rows = zip(columns.feature.tolist(), columns.effect.tolist(), columns.phrase.tolist(), strict=True)
    return [
        (_worded(feature, effect, phrase, 0, values, texts), _worded(feature, effect, phrase, N_REASONS, values, texts))
        for feature, effect, phrase in rows
    ]


def _worded(
    feature: list[int], effect: list[float], phrase: list[int], start: int, values: list[str], texts: list[str]
) -> tuple[Reason, ...]:
    return tuple(
        [
            Reason(feature=NAMES[feature[at]], value=values[phrase[at]], effect=effect[at], text=texts[phrase[at]])
            for at in range(start, start + N_REASONS)
            if feature[at] >= 0
        ]
    )


@njit(nogil=True, cache=True)
def _look_up(steps: Longs, known: Longs, place_of: Longs, phrase: Longs) -> int:
    """Find the phrase of each step; answers how many have none yet."""
    n_missing = 0
    for row in range(steps.shape[0]):
        for place in range(steps.shape[1]):
            phrase[row, place] = -1
            if steps[row, place] < 0:
                continue
            at = np.searchsorted(known, steps[row, place])
            if at < known.shape[0] and known[at] == steps[row, place]:
                phrase[row, place] = place_of[at]
            else:
                n_missing += 1
    return n_missing


@njit(nogil=True, cache=True)
def _choose(order: Longs, effects: Floats, phrase: Longs, text_of: Longs, feature: Longs, effect: Floats, said: Longs) -> None:
    """The first three candidates of each side that say something else than those before."""
    n_each, n_kept = order.shape[1] // 2, feature.shape[1] // 2
    for row in range(order.shape[0]):
        for side in range(2):
            n = 0
            for place in range(side * n_each, (side + 1) * n_each):
                if order[row, place] < 0 or n == n_kept:
                    break
                is_new = True
                for other in range(side * n_kept, side * n_kept + n):
                    is_new = is_new and text_of[said[row, other]] != text_of[phrase[row, place]]
                if is_new:
                    at = side * n_kept + n
                    feature[row, at], said[row, at] = order[row, place], phrase[row, place]
                    effect[row, at] = effects[row, order[row, place]]
                    n += 1


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
