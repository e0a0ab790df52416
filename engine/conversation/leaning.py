"""What the words of a message lean to, learned from the labelled corpus: it decides where no phrase of the rules does.

A linear model in plain numbers (`leaning.json`, made by `python -m bench.conversation train`): single words, pairs of words and parts
of words, so that a misspelt or unheard-of way to say it still pulls. The same text always gets the same answer.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from engine.records.conversation import Temperature

FILE = Path(__file__).with_name("leaning.json")
ORDER = (Temperature.COLD, Temperature.WARM, Temperature.HOT)  # of each gram's three weights
_PARTS = range(3, 6)  # letters
_WORD = re.compile(r"[\w']+|[?!]")


class Lean(NamedTuple):
    """How far a text pulls to each temperature (log odds, around their mean), and the words that pull most to each."""

    pull: Mapping[Temperature, float]
    words: Mapping[Temperature, tuple[str, ...]]


def lean(folded: str) -> Lean:
    """What a folded text leans to; no pull at all where none of its words are known."""
    bias, weights = _learned()
    sums = list(bias)
    by_word: list[tuple[str, tuple[float, ...]]] = []
    for family in grams(folded):
        known = [gram for gram in family if gram in weights]
        share = len(known) ** -0.5 if known else 0.0
        for gram in known:
            sums = [total + share * weight for total, weight in zip(sums, weights[gram], strict=True)]
            if gram.startswith("w:"):
                by_word.append((gram[2:].strip("^$ "), weights[gram]))
    if not by_word:
        sums = [0.0] * len(ORDER)
    mean = sum(sums) / len(sums)
    pull = {one: total - mean for one, total in zip(ORDER, sums, strict=True)}
    return Lean(pull, {one: _heaviest(by_word, place) for place, one in enumerate(ORDER)})


def grams(folded: str) -> tuple[set[str], set[str]]:
    """The features of a text: its words and pairs, and the parts of its words; every digit counts as a nought."""
    words = _WORD.findall(re.sub(r"\d", "0", folded))
    pairs = zip(["^", *words], [*words, "$"], strict=True)
    whole = {f"w:{word}" for word in words} | {f"w:{one} {other}" for one, other in pairs}
    return whole, {f"c:{part}" for word in words for part in _parts(f" {word} ")}


def _parts(padded: str) -> Iterable[str]:
    return (padded[start : start + length] for length in _PARTS for start in range(len(padded) - length + 1))


def _heaviest(by_word: list[tuple[str, tuple[float, ...]]], place: int) -> tuple[str, ...]:
    pulling = sorted(((weights[place], word) for word, weights in by_word if weights[place] > 0 and word), reverse=True)
    return tuple(dict.fromkeys(word for _, word in pulling))[:2]


@cache
def _learned() -> tuple[tuple[float, ...], Mapping[str, tuple[float, ...]]]:
    told = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(told["bias"]), {gram: tuple(weights) for gram, weights in told["grams"].items()}
