"""When a lead says he wants to move, as days from now."""

import re
from datetime import date
from functools import lru_cache

_NOW_DAYS = 14
_OPEN_DAYS = 730  # no date in mind: beyond any plan
_UNITS = {
    **dict.fromkeys(("d", "day", "tag", "dia"), 1),
    **dict.fromkeys(("w", "wk", "week", "woche", "semana"), 7),
    **dict.fromkeys(("m", "mo", "mth", "month", "mes", "monat"), 30),
    **dict.fromkeys(("y", "yr", "year", "jahr", "ano", "año"), 365),
}
_UNIT = (
    r"(?P<unit>days?|d|weeks?|wks?|w|months?|mths?|mos?|m|years?|yrs?|y|mes(?:es)?|monate?|tage?|wochen?|jahre?|dias?|semanas?|"
    r"a[nñ]os?)\b"
)
_NUMBERS = {
    "a": 1.0,
    "an": 1.0,
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "nine": 9.0,
    "twelve": 12.0,
    "couple of": 2.0,
    "a couple of": 2.0,
    "a few": 3.0,
    "few": 3.0,
    "half a": 0.5,
}
_N = rf"(?:\d{{1,3}}(?:\.\d)?|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_RANGE = re.compile(rf"(?P<low>{_N})\s*(?:-|–|to|or|bis|a)\s*(?P<high>{_N})\s*\+?\s*{_UNIT}", re.IGNORECASE)
_SPAN = re.compile(rf"\b(?P<n>{_N})\s*(?:\+|plus|or more)?\s*-?\s*{_UNIT}", re.IGNORECASE)
_NOW = re.compile(
    r"\basap\b|as soon as possible|immediate|right away|right now|\bnow\b|today|tomorrow|urgent|this week|\bready\b|"
    r"lo antes posible|sofort|already (?:looking|touring)",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"just (?:looking|browsing|curious)|browsing|no (?:rush|hurry|timeline|time ?frame|plans?)|not (?:sure|ready|in a (?:hurry|"
    r"rush)|decided|anytime|looking|now)|undecided|someday|flexible|whenever|no specific|long[ -]?term|exploring|researching|"
    r"open[ -]ended", re.IGNORECASE)  # fmt: skip
_NEXT = re.compile(
    r"\b(?P<which>this|next|end of(?: the| this| next)?|later this) (?P<what>week|month|quarter|year|spring|summer|fall|"
    r"autumn|winter)\b",
    re.IGNORECASE,
)
_SEASONS = {"spring": 4, "summer": 7, "fall": 10, "autumn": 10, "winter": 1}
_SEASON = re.compile(r"\b(?P<season>spring|summer|fall|autumn|winter)(?: (?:of )?(?P<year>20\d\d))?\b", re.IGNORECASE)
_MONTH_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = re.compile(
    r"\b(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may(?=,? 20\d\d|\s*$)|(?<=\bby )may|(?<=\bin )may|"
    r"june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
    r"(?: (?P<day>\d{1,2})(?:st|nd|rd|th)?)?(?:,? (?P<year>20\d\d))?\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:(?P<part>early|mid|late|end of)[ -]?)?(?P<year>20\d\d)\b", re.IGNORECASE)
_PARTS_OF_YEAR = {"early": (2, 15), "mid": (7, 1), "late": (11, 1), "end of": (12, 31), "": (7, 1)}
_ISO_DAY = re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d{2})-(?P<day>\d{2})\b")
_US_DAY = re.compile(r"^\s*(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>20\d\d)\s*$")
_LONGEST_DAYS = 3650


@lru_cache(maxsize=20_000)
def read_timeline(text: str, today: date) -> int | None:
    """Days until the lead wants to move: the middle of a range he names; None when he names no time."""
    text = text.strip().replace("_", " ")
    if len(text) > 200:
        return None
    if text.isdigit() and 0 < int(text) <= _LONGEST_DAYS:
        return int(text) if int(text) > 24 else None  # a bare small number could be days, weeks or months
    days = _counted(text)
    if days is None:
        days = _dated(text, today)
    if days is None and _OPEN.search(text):
        days = _OPEN_DAYS
    if days is None and _NOW.search(text):
        days = _NOW_DAYS
    return days if days is not None and 0 <= days <= _LONGEST_DAYS else None


def _counted(text: str) -> int | None:
    """'3-6 months', 'within 90 days', '1 year', '6+ months'."""
    if match := _RANGE.search(text):
        return round((_number(match["low"]) + _number(match["high"])) / 2 * _unit(match["unit"]))
    if match := _SPAN.search(text):
        return round(_number(match["n"]) * _unit(match["unit"]))
    return None


def _number(text: str) -> float:
    return _NUMBERS.get(text.lower()) or float(text)


def _unit(text: str) -> int:
    text = text.lower()
    return _UNITS.get(text) or _UNITS.get(text.rstrip("s")) or _UNITS.get(text.rstrip("en")) or _UNITS[text.removesuffix("es")]


def _dated(text: str, today: date) -> int | None:
    """A day, month, season, year or 'next month' as days from today."""
    for pattern, read in _DATED:
        if match := pattern.search(text):
            try:
                return read(match, today)
            except ValueError:  # no such day
                return None
    return None


def _on_day(match: re.Match[str], today: date) -> int | None:
    return _until(date(int(match["year"]), int(match["month"]), int(match["day"])), today)


def _in_season(match: re.Match[str], today: date) -> int | None:
    return _until(_coming(_SEASONS[match["season"].lower()], 15, match["year"], today), today)


def _in_month(match: re.Match[str], today: date) -> int | None:
    month = next(n for n, name in enumerate(_MONTH_NAMES, start=1) if name.startswith(match["month"].lower()[:3]))
    return _until(_coming(month, int(match["day"] or 15), match["year"], today), today)


def _in_year(match: re.Match[str], today: date) -> int | None:
    return _until(date(int(match["year"]), *_PARTS_OF_YEAR[(match["part"] or "").lower()]), today)


def _relative(match: re.Match[str], today: date) -> int:
    which, what = match["which"].lower(), match["what"].lower()
    if what in _SEASONS:
        coming = _until(_coming(_SEASONS[what], 15, None, today), today) or 0
        return coming + (365 if which == "next" and coming < 60 else 0)
    length = {"week": 7, "month": 30, "quarter": 90, "year": 365}[what]
    if what == "year" and which != "next" and "next" not in which:
        return (date(today.year, 12, 31) - today).days
    return length if "next" in which else length // 2


def _coming(month: int, day: int, year: str | None, today: date) -> date:
    """The day named, in the year named or the next time it comes."""
    if year:
        return date(int(year), month, day)
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _until(day: date, today: date) -> int | None:
    days = (day - today).days
    return days if days >= 0 else None


_DATED = (
    (_ISO_DAY, _on_day),
    (_US_DAY, _on_day),
    (_NEXT, _relative),
    (_SEASON, _in_season),
    (_MONTH, _in_month),
    (_YEAR, _in_year),
)
