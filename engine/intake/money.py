"""Amounts and budgets as people write them, in integer cents."""

import itertools
import re
from functools import lru_cache
from typing import NamedTuple


class Span(NamedTuple):
    """A budget: from, up to, or both. Either end may be unsaid."""

    low_cents: int | None
    high_cents: int | None


_SCALES = {
    "k": 1_000,
    "thousand": 1_000,
    "grand": 1_000,
    "mil": 1_000_000,
    "m": 1_000_000,
    "mm": 1_000_000,
    "mn": 1_000_000,
    "million": 1_000_000,
}
_NUMBER = r"\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_AMOUNT = re.compile(
    rf"(?P<sign>(?:usd|us\$|[$€£])\s*)?(?P<number>{_NUMBER})\s*(?P<scale>(?:k|thousand|grand|mil|million|mm|mn|"
    rf"m)(?![a-z]))?(?P<plus>\s*\+)?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"^\s*(?:[-–—~/]|to\b|and\b|bis\b|a\b|until\b|through\b|or\b)\s*(?:about |around )?$", re.IGNORECASE)
_AT_MOST = re.compile(
    r"\b(?:under|below|less than|up to|upto|max(?:imum)?|no more than|not more than|at most|within|top|hasta|bis zu|"
    r"not over|cap(?:ped)?(?: at)?)\b|[<≤]",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"\b(?:over|above|more than|min(?:imum)?|from|at least|starting|starts|desde|ab|north of|no less than)\b|[>≥]", re.IGNORECASE
)
_OR_MORE = re.compile(r"\b(?:and|or) (?:up|more|above)\b|\bmin", re.IGNORECASE)
_OR_LESS = re.compile(r"\b(?:or|and) (?:less|below|under)\b|\bmax", re.IGNORECASE)
_NOT_A_PRICE = re.compile(
    r"(?:/|\bper\b|\ba\b|\beach\b)\s*(?:mo(?:nth)?s?|wk|week)\b|\bmonthly\b|\brent(?:al)?\b|%|\bsq\.? ?ft\b", re.IGNORECASE
)
_CHAIN = re.compile(r"\d{1,4}[-/]\d{1,4}[-/]\d|\d{3}\)?[-. ]?\d{3}-\d{4}\b")  # a date or a phone number
_HALF_A_MILLION = re.compile(r"\bhalf a mil(?:lion)?\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"[-(]\s*[$€£]?\d")
_MOST_CENTS = 100_000_000_000  # a billion dollars: beyond it the figure is a slip


@lru_cache(maxsize=50_000)
def read_budget(text: str) -> Span | None:
    """A budget in words or figures; None when it can't be read for certain."""
    if len(text) > 200 or _NOT_A_PRICE.search(text) or _CHAIN.search(text):
        return None
    text = _HALF_A_MILLION.sub("500k", text)
    found = list(_AMOUNT.finditer(text))
    if len(found) == 1 and _NEGATIVE.search(text):
        return None
    pair = _pair(text, found)
    return _span(*pair) if pair else _single(text, found)


@lru_cache(maxsize=50_000)
def read_price(text: str) -> int | None:
    """One amount in cents; None for ranges, bounds and anything else that isn't one amount."""
    if len(text) > 100 or any(pattern.search(text) for pattern in (_NOT_A_PRICE, _AT_MOST, _AT_LEAST, _NEGATIVE)):
        return None
    found = list(_AMOUNT.finditer(text))
    if len(found) != 1 or found[0]["plus"]:
        return None
    return _bounded(_cents(found[0], bare_thousands=False))


def _pair(text: str, found: list[re.Match[str]]) -> tuple[int, int] | None:
    """The two ends of a range: the first two amounts with nothing but a dash, 'to' or 'and' between them."""
    for left, right in itertools.pairwise(found):
        if not _BETWEEN.match(text[left.end() : right.start()]):
            continue
        low, high = _cents(left, scale=_inherited(left, right)), _cents(right, bare_thousands=True)
        if low is None and right["scale"] is None:
            low = _cents(left, bare_thousands=True)
        if low is not None and high is not None:
            return min(low, high), max(low, high)
    return None


def _single(text: str, found: list[re.Match[str]]) -> Span | None:
    """One amount and the words around it: a floor, a ceiling or the amount itself."""
    amounts = [(match, cents) for match in found if (cents := _cents(match, bare_thousands=True)) is not None]
    if len(amounts) != 1 or not _stands_alone(found):
        return None
    match, amount = amounts[0]
    before, after = text[: match.start()], text[match.end() :]
    if _AT_MOST.search(before) or _OR_LESS.search(after):
        return _span(None, amount)
    if match["plus"] or _AT_LEAST.search(before) or _OR_MORE.search(after):
        return _span(amount, None)
    return _span(amount, amount)


def _inherited(left: re.Match[str], right: re.Match[str]) -> str | None:
    """'500-750k' and '1.2 - 1.5 million': the scale said last holds for both, where the first figure is small."""
    if left["scale"] or not right["scale"] or _plain(left["number"]) >= 1000:
        return left["scale"]
    scale = _SCALES[right["scale"].lower()]
    if scale == 1_000_000 and _plain(left["number"]) >= 50:  # '750 - 1.2m' starts in thousands
        return "k"
    return right["scale"]


def _stands_alone(found: list[re.Match[str]]) -> bool:
    """No second figure beside the amount, but for small counts as in '600k for 3 beds'."""
    return len(found) == 1 or any(match["scale"] or match["sign"] for match in found)


def _cents(match: re.Match[str], *, scale: str | None = None, bare_thousands: bool = False) -> int | None:
    """An amount in cents. A bare 50 to 999 in a budget means thousands; a bare 1,000 to 9,999 could be rent, so it isn't read."""
    scale = scale or match["scale"]
    number = _plain(match["number"], has_scale=scale is not None)
    if scale:
        return round(number * _SCALES[scale.lower()] * 100)
    if number >= 10_000:
        return round(number * 100)
    if bare_thousands and 50 <= number < 1000:
        return round(number * 1000) * 100
    return None if bare_thousands or not match["sign"] else round(number * 100)


def _plain(text: str, *, has_scale: bool = False) -> float:
    """The figure a number stands for, whichever marks divide its thousands."""
    text = re.sub(r"[' \u00a0\u202f]", "", text)
    last = max(text.rfind(","), text.rfind("."))
    if last < 0:
        return float(text)
    n_after, mark = len(text) - last - 1, text[last]
    is_decimal = n_after != 3 or (has_scale and text.count(mark) == 1 and mark == ".")
    if n_after == 3 and text.count(mark) == 1 and text[:last] == "0":
        is_decimal = True
    whole = re.sub(r"[.,]", "", text[:last] if is_decimal else text)
    return float(f"{whole or 0}.{text[last + 1 :]}") if is_decimal else float(whole)


def _span(low: int | None, high: int | None) -> Span | None:
    low, high = _bounded(low), _bounded(high)
    return Span(low, high) if low or high else None


def _bounded(cents: int | None) -> int | None:
    return cents if cents is not None and 0 < cents <= _MOST_CENTS else None
