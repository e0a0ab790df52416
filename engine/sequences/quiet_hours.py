"""Whether it is a decent hour for a person, wherever he may be; if not, when it next is.

Every candidate zone and every candidate state must agree. Local time is only ever read off an instant, never calculated with: a clock
that is put forward or back changes nothing.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from engine.sequences.holidays import federal_holidays, state_holidays
from engine.sequences.places import Places, zone
from engine.sequences.rules import GateRules
from engine.sequences.state_hours import FEDERAL, Hours, hours_of

STEP = timedelta(minutes=15)
SEARCH_DAYS = 14  # the longest closure (a long weekend) is four days; beyond this the places share no hour

# Nobody knows where an e-mail's reader is, and no law sets hours for e-mail: the whole country's common hours are used.
WHOLE_COUNTRY = Places(("America/New_York", "Pacific/Honolulu"), (), "America/New_York")


def is_open(places: Places, at: datetime, rules: GateRules) -> bool:
    """Is `at` inside the hours of every candidate zone under every candidate state's rule? No zone: never."""
    if not places.zones:
        return False
    week = merged_week(places.states, rules)
    closed = tuple(state for state in places.states if hours_of(state).is_closed_on_holidays)
    return all(_is_open_in(name, at, week, closed, rules.is_closed_on_holidays) for name in places.zones)


def next_open(places: Places, at: datetime, rules: GateRules) -> datetime | None:
    """The first moment from `at` on that is open everywhere, on the quarter hour unless it is `at` itself (aware, UTC).

    None where two weeks hold no such moment: too far apart, or a person must say where the lead lives.
    """
    at = at.astimezone(UTC)
    return at if is_open(places, at, rules) else _first_quarter(places, _next_quarter(at), rules)


@lru_cache(maxsize=16_384)
def _first_quarter(places: Places, start: datetime, rules: GateRules) -> datetime | None:
    quarters = (start + STEP * n for n in range(SEARCH_DAYS * 24 * 4))
    return next((quarter for quarter in quarters if is_open(places, quarter, rules)), None)


def _next_quarter(at: datetime) -> datetime:
    """The first full quarter of an hour at or after `at`; every zone's offset is a multiple of it."""
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at + (STEP - past if past else timedelta())


def _is_open_in(name: str, at: datetime, week: tuple[Hours, ...], closed: tuple[str, ...], keeps_holidays: bool) -> bool:
    local = at.astimezone(zone(name))
    hours = week[local.weekday()]
    if hours is None or not hours[0] <= local.hour * 60 + local.minute < hours[1]:
        return False
    today = local.date()
    if keeps_holidays and today in federal_holidays(today.year):
        return False
    return not any(today in state_holidays(state, today.year) for state in closed)


@lru_cache(maxsize=4_096)
def merged_week(states: tuple[str, ...], rules: GateRules) -> tuple[Hours, ...]:
    """Monday to Sunday: the hours that the office, the federal rule and every candidate state allow, the margin taken off the end."""
    tables = [FEDERAL.week, *(hours_of(state).week for state in states)]
    return tuple(_merged_day([table[day] for table in tables], day, rules) for day in range(7))


def _merged_day(allowed: list[Hours], day: int, rules: GateRules) -> Hours:
    if day not in rules.weekdays or None in allowed:
        return None
    hours = [each for each in allowed if each is not None] + [(rules.opens_minute, rules.closes_minute)]
    opens, closes = max(each[0] for each in hours), min(each[1] for each in hours) - rules.closing_margin_minutes
    return (opens, closes) if opens < closes else None
