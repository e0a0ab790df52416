"""Legal holidays: the federal ones, and those of the states that forbid business calls on theirs."""

from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

_SATURDAY, _SUNDAY = 5, 6


@lru_cache(maxsize=64)
def federal_holidays(year: int) -> frozenset[date]:
    """The eleven federal holidays of a year (5 U.S.C. 6103), each with the weekday it is kept on when it falls on a weekend."""
    fixed = [date(year, *day) for day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))]
    moving = [
        _nth(year, 1, 0, 3),  # Martin Luther King: third Monday of January
        _nth(year, 2, 0, 3),  # Washington: third Monday of February
        _last_monday_of_may(year),  # Memorial Day
        _nth(year, 9, 0, 1),  # Labor Day
        _nth(year, 10, 0, 2),  # Columbus Day
        _nth(year, 11, 3, 4),  # Thanksgiving
    ]
    kept = [_kept_on(day) for day in (*fixed, date(year + 1, 1, 1))]
    return frozenset(day for day in (*fixed, *moving, *kept) if day.year == year)


@lru_cache(maxsize=256)
def state_holidays(state: str, year: int) -> frozenset[date]:
    """A state's legal holidays beyond the federal ones, for the states whose hours close on holidays (from memory, taken wide)."""
    sunday = easter(year)
    extra = {
        "AL": (_nth(year, 4, 0, 4), _nth(year, 6, 0, 1), sunday - timedelta(days=47)),  # Confederate days, Mardi Gras
        "LA": (sunday - timedelta(days=47), sunday - timedelta(days=2), date(year, 1, 8)),  # Mardi Gras, Good Friday, 8 January
        "MS": (_nth(year, 4, 0, 4), _last_monday_of_may(year)),  # Confederate Memorial Day
    }
    return federal_holidays(year) | frozenset(extra.get(state, ()))


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _kept_on(day: date) -> date:
    """Saturday's holiday is kept on Friday, Sunday's on Monday."""
    return day + timedelta(days={_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0))
