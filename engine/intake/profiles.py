"""What the values of a table's columns look like, learned from its sound rows: how well a cell suits a column."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

_DIGIT, _LETTERS = re.compile(r"\d"), re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"9+")
_FLOOR = 1e-4  # what a value unlike any seen still gets: the sample is not all there is
_SAME, _ALIKE, _CLASS = 0.6, 0.3, 0.1  # how much a form counts that is the same, the same but for lengths, of the same class
_LONGEST = 200  # characters of a value that are looked at


@lru_cache(maxsize=20_000)
def _forms(value: str) -> tuple[str, str, str]:
    """A value's form, its form without lengths, and its class: where it begins, where it ends, what is in it."""
    text = value.strip()[:_LONGEST]
    form = _DIGIT.sub("9", _LETTERS.sub("a", text))
    ends = form[:1] + form[-1:] if form else ""
    kinds = "".join(kind for kind, mark in (("9", "9"), ("a", "a"), ("@", "@"), (" ", " "), ("/", "/")) if mark in form)
    return form, _RUN.sub("9", form), f"{ends}|{kinds}"


class Profile:
    """The forms of one column's values."""

    def __init__(self, values: Sequence[str]) -> None:
        filled = [value for value in values if value.strip()]
        self._n = max(1, len(filled))
        self._p_empty = (len(values) - len(filled) + 0.2) / (len(values) + 0.4)
        forms = [_forms(value) for value in filled]
        self._same, self._alike, self._class = (Counter(form[level] for form in forms) for level in range(3))
        self.is_wordy = sum(" " in value.strip() for value in filled) > 0.3 * self._n

    def fit(self, value: str) -> float:
        """The logarithm of how likely such a value is here; 0 is certain."""
        if not value.strip():
            return math.log(self._p_empty)
        form, alike, kind = _forms(value)
        # less one: a broken row may be among those learned from, and mustn't vouch for itself
        seen = (max(0, n - 1) for n in (self._same[form], self._alike[alike], self._class[kind]))
        same = sum(weight * n for weight, n in zip((_SAME, _ALIKE, _CLASS), seen, strict=True))
        return math.log((1 - self._p_empty) * (same / self._n + _FLOOR))


def profiles_of(rows: Sequence[Sequence[str]], width: int) -> list[Profile]:
    """A profile for each column of rows that all have `width` cells."""
    return [Profile([row[place] for row in rows]) for place in range(width)]
