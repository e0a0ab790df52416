"""The weeks, months, quarters and windows that a forecast is summed by, and which of them each coming day falls into."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

N_WEEKS, N_MONTHS, N_QUARTERS = 53, 13, 5
WINDOWS = (7, 28, 90, 91)  # days; those of whole weeks are judged afterwards


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both ends included."""

    name: str  # 2026-W11, 2026-03, 2026-Q1, 2026
    begins_on: date
    ends_on: date


@dataclass(frozen=True)
class Periods:
    """The periods from a day on; columns stand in the order weeks, months, quarters, windows, year."""

    as_of: date
    weeks: tuple[Period, ...]
    months: tuple[Period, ...]
    quarters: tuple[Period, ...]
    year: Period
    n_days: int
    columns_of_day: NDArray[np.int64]

    @property
    def n_columns(self) -> int:
        """How many sums a simulation keeps."""
        return N_WEEKS + N_MONTHS + N_QUARTERS + len(WINDOWS) + 1

    @property
    def year_column(self) -> int:
        """The column of what is left of the year."""
        return self.n_columns - 1

    def of(self, unit: str) -> tuple[tuple[Period, ...], int]:
        """The periods of a unit and the column of the first."""
        return {
            "weeks": (self.weeks, 0),
            "months": (self.months, N_WEEKS),
            "quarters": (self.quarters, N_WEEKS + N_MONTHS),
        }[unit]

    def window_column(self, days: int) -> int:
        """The column of the next so many days."""
        return N_WEEKS + N_MONTHS + N_QUARTERS + WINDOWS.index(days)


@lru_cache(maxsize=64)
def periods_from(as_of: date) -> Periods:
    """The periods that begin with the week, month and quarter of `as_of`."""
    monday = as_of - timedelta(days=as_of.weekday())
    weeks = tuple(week_of(monday + timedelta(weeks=ahead)) for ahead in range(N_WEEKS))
    months = tuple(_span_of_months(as_of.year, as_of.month + ahead, 1) for ahead in range(N_MONTHS))
    quarters = tuple(_span_of_months(as_of.year, (as_of.month - 1) // 3 * 3 + 1 + 3 * ahead, 3) for ahead in range(N_QUARTERS))
    year = year_of(as_of)
    n_days = (quarters[-1].ends_on - as_of).days + 1
    return Periods(as_of, weeks, months, quarters, year, n_days, _columns(as_of, n_days, (weeks, months, quarters), year))


def week_of(day: date) -> Period:
    """The week of a day, Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    number = monday.isocalendar()
    return Period(f"{number.year}-W{number.week:02d}", monday, monday + timedelta(days=6))


def year_of(day: date) -> Period:
    """The calendar year of a day."""
    return Period(str(day.year), date(day.year, 1, 1), date(day.year, 12, 31))


def _span_of_months(year: int, month: int, n_months: int) -> Period:
    first = date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    after = month - 1 + n_months
    ends = date(year + after // 12, after % 12 + 1, 1) - timedelta(days=1)
    name = f"{first:%Y-%m}" if n_months == 1 else f"{first.year}-Q{(first.month + 2) // 3}"
    return Period(name, first, ends)


def _columns(as_of: date, n_days: int, units: tuple[tuple[Period, ...], ...], year: Period) -> NDArray[np.int64]:
    """For each coming day the columns it adds to, -1 for none."""
    table = np.full((n_days, len(units) + len(WINDOWS) + 1), -1, np.int64)
    first = 0
    for place, periods in enumerate(units):
        for number, period in enumerate(periods):
            begin, end = (period.begins_on - as_of).days, (period.ends_on - as_of).days + 1
            table[max(0, begin) : max(0, end), place] = first + number
        first += len(periods)
    for number, days in enumerate(WINDOWS):
        table[:days, len(units) + number] = first + number
    table[: (year.ends_on - as_of).days + 1, -1] = first + len(WINDOWS)
    return table
