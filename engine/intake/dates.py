"""Times and dates as files write them, read into aware UTC. Nothing that isn't written is filled in."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil import parser as dateutil_parser

DateOrder = Literal["mdy", "dmy"]

_MONTHS = {
    name: n for n, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)
}
_CLOCK = r"(?:[ ,T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:?\d{2}.*)?$")
_YEAR_FIRST = re.compile(rf"^(?P<year>\d{{4}})[/.\-](?P<month>\d{{1,2}})[/.\-](?P<day>\d{{1,2}}){_CLOCK}$")
_NUMERIC = re.compile(rf"^(?P<a>\d{{1,2}})(?P<mark>[/.\-])(?P<b>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}}){_CLOCK}$")
_NAMED = re.compile(
    rf"^(?:[A-Za-z]{{3,9}},? )?(?P<name>[A-Za-z]{{3,9}})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}){_CLOCK}$"
)
_DAY_NAMED = re.compile(
    rf"^(?:[A-Za-z]{{3,9}},? )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ \-](?P<name>[A-Za-z]{{3,9}})\.?,?[ \-](?P<year>\d{{4}}){_CLOCK}$"
)
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_EPOCH_SECONDS = re.compile(r"^1\d{9}(?:\d{3})?$")
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's serials have no zone
_FIRST_YEAR, _LAST_YEAR = 1950, 2099


def guess_date_order(values: Iterable[str]) -> DateOrder | None:
    """Whether a column writes the day or the month first; None when nothing in it decides, or it contradicts itself."""
    orders: set[DateOrder] = set()
    for value in values:
        match = _NUMERIC.match(value.strip())
        if match and int(match["a"]) > 12 >= int(match["b"]):
            orders.add("dmy")
        elif match and int(match["b"]) > 12 >= int(match["a"]):
            orders.add("mdy")
    return orders.pop() if len(orders) == 1 else None


def is_ambiguous(text: str) -> bool:
    """Whether a date reads differently day first and month first."""
    match = _NUMERIC.match(text.strip())
    return bool(match and int(match["a"]) <= 12 and int(match["b"]) <= 12 and match["a"].zfill(2) != match["b"].zfill(2))


@lru_cache(maxsize=100_000)
def read_time(text: str, zone: str, order: DateOrder | None = None) -> datetime | None:
    """A moment in UTC; a time without zone is the market's own. None when it can't be read for certain."""
    moment = _moment(text.strip(), order)
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


@lru_cache(maxsize=50_000)
def read_date(text: str, zone: str, order: DateOrder | None = None) -> date | None:
    """A day, as the market's calendar has it."""
    moment = _moment(text.strip(), order)
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment.astimezone(ZoneInfo(zone)).date() if moment.tzinfo else moment.date()


def _moment(text: str, order: DateOrder | None) -> datetime | None:
    """The time as written, with its zone if it has one."""
    if not 5 <= len(text) <= 60:
        return None
    try:
        for pattern, read in _FORMS:
            if match := pattern.match(text):
                return read(match, order)
        return _otherwise(text, order)
    except (ValueError, OverflowError):
        return None


def _iso(match: re.Match[str], order: DateOrder | None) -> datetime:
    return datetime.fromisoformat(match[0].replace(" UTC", "+00:00").replace(" Z", "Z"))


def _year_first(match: re.Match[str], order: DateOrder | None) -> datetime:
    return _built(match, int(match["month"]), int(match["day"]))


def _named(match: re.Match[str], order: DateOrder | None) -> datetime | None:
    month = _MONTHS.get(match["name"][:3].lower())
    return _built(match, month, int(match["day"])) if month else None


def _serial(match: re.Match[str], order: DateOrder | None) -> datetime:
    return _EXCEL_EPOCH + timedelta(seconds=round(float(match[0]) * 86_400))


def _since_1970(match: re.Match[str], order: DateOrder | None) -> datetime:
    return datetime.fromtimestamp(int(match[0][:10]), tz=UTC)


def _numeric(match: re.Match[str], order: DateOrder | None) -> datetime | None:
    """Numbers in the order the column writes them; month first where nothing says otherwise, as in the United States. Dots are European."""
    a, b = int(match["a"]), int(match["b"])
    is_day_first = order == "dmy" or (order is None and match["mark"] == ".")
    if a > 12 or b > 12:
        is_day_first = a > 12
    return _built(match, b if is_day_first else a, a if is_day_first else b)


def _built(match: re.Match[str], month: int, day: int) -> datetime:
    year = int(match["year"])
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    hour, half = int(match["hour"] or 0), (match["half"] or "").lower().replace(".", "")
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour")
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return datetime(year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0))  # noqa: DTZ001 - the zone comes later


_ZONES = {"PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5, "EDT": -4, "GMT": 0, "UTC": 0, "Z": 0}
_KNOWN_WORDS = re.compile(
    r"^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|january|february|march|april|june|july|august|sept|september|"
    r"october|november|december"
    r"|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|am|pm|a|p|m|at|"
    r"of|on|the|st|nd|rd|th|t"
    r"|pst|pdt|mst|mdt|cst|cdt|est|edt|gmt|utc|z)$"
)


def _otherwise(text: str, order: DateOrder | None) -> datetime | None:
    """Rarer forms through dateutil, read twice from different defaults: what differs was not written, so the date isn't read."""
    text = re.sub(r"\(.*?\)|\b(?:GMT|UTC)(?=[+-]\d)", "", text)  # 'GMT-0700 (PDT)' is seven hours west, not POSIX's east
    words = re.findall(r"[a-z]+", text.lower())
    if not re.search(r"\d{4}", text) or not re.search(r"[A-Za-z/.\-]", text) or not all(map(_KNOWN_WORDS.match, words)):
        return None
    readings = {
        dateutil_parser.parse(text, default=default, dayfirst=order == "dmy", tzinfos=_seconds_of_zone)
        for default in (datetime(2000, 1, 1), datetime(2001, 2, 2))  # noqa: DTZ001 - only stand-ins for what isn't written
    }
    return readings.pop() if len(readings) == 1 else None


def _seconds_of_zone(name: str | None, seconds: int | None) -> int | None:
    """dateutil's question: how far a zone is from UTC."""
    return seconds if name is None else _ZONES[name.upper()] * 3600 if name.upper() in _ZONES else None


_FORMS = (
    (_ISO, _iso),
    (_YEAR_FIRST, _year_first),
    (_NUMERIC, _numeric),
    (_NAMED, _named),
    (_DAY_NAMED, _named),
    (_SERIAL, _serial),
    (_EPOCH_SECONDS, _since_1970),
)
