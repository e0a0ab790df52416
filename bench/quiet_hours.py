"""Ten million simulated (moment, zones, states, rules) cases: no send outside any candidate's hours, read independently.

    python -m bench.quiet_hours [N]        one process for each core; the small version is a test

The independent reading shares no code with the engine: polars converts the zones (chrono's own tables), the hours stand here once more,
written out by hand, holidays by date.
"""

import random
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from engine.sequences.places import Places
from engine.sequences.quiet_hours import is_open
from engine.sequences.rules import DEFAULT

CASES = 10_000_000
BLOCK = 250_000
START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = 3 * 365 * 24 * 60
ZONES = (
    *("America/New_York", "America/Detroit", "America/Kentucky/Louisville", "America/Indiana/Indianapolis", "America/Chicago"),
    *("America/Menominee", "America/Denver", "America/Boise", "America/Phoenix", "America/Los_Angeles", "America/Anchorage"),
    *("America/Adak", "Pacific/Honolulu", "America/Puerto_Rico"),
)
# Written out again on purpose: weekdays, Saturday, Sunday as (first hour, last hour), None for closed.
HOURS: dict[str, tuple[tuple[int, int], tuple[int, int], tuple[int, int] | None]] = {
    **dict.fromkeys(("FL", "OK", "MD", "MA", "NJ", "WA"), ((8, 20), (8, 20), (8, 20))),
    **dict.fromkeys(("CT", "NV"), ((9, 20), (9, 20), (9, 20))),
    **dict.fromkeys(("AL", "LA", "MS"), ((8, 20), (8, 20), None)),
    **dict.fromkeys(("MI", "MN", "NM", "CA", "IL"), ((9, 21), (9, 21), (9, 21))),
    "TX": ((9, 21), (9, 21), (12, 21)),
    "KY": ((10, 21), (10, 21), (10, 21)),
    "RI": ((9, 18), (10, 17), (10, 17)),
    "VA": ((8, 21), (8, 21), (8, 21)),
    "NY": ((8, 21), (8, 21), (8, 21)),
}
STATES = tuple(HOURS)
# The office's hours: as shipped, and as wide as can be set. `closed_on_holidays` is off in the second.
OFFICES = (DEFAULT, replace(DEFAULT, opens_minute=0, closes_minute=1440, weekdays=tuple(range(7)), is_closed_on_holidays=False))
OFFICE_HOURS = ((600, 1070, 6), (0, 1430, 7))  # opens, closes less the margin of ten minutes, days a week


def simulate(n_cases: int, seed: int) -> pl.DataFrame:
    """Random cases and the engine's answer to each: zones, states, office, moment, is_open."""
    draw = random.Random(seed)
    groups = [
        (draw.sample(ZONES, draw.choice((1, 1, 2, 3))), draw.sample(STATES, draw.choice((0, 1, 1, 2))), draw.randrange(2))
        for _ in range(min(1_000, n_cases))
    ]
    rows = []
    for _ in range(n_cases):
        group = draw.randrange(len(groups))
        at = START + timedelta(minutes=draw.randrange(MINUTES), seconds=draw.randrange(60))
        zones, states, office = groups[group]
        rows.append((group, at, is_open(Places(tuple(zones), tuple(states), zones[0]), at, OFFICES[office])))
    frame = pl.DataFrame(rows, schema={"group": pl.Int32, "at": pl.Datetime("us", "UTC"), "sent": pl.Boolean}, orient="row")
    described = pl.DataFrame(
        [(number, *group) for number, group in enumerate(groups)],
        schema={"group": pl.Int32, "zones": pl.List(pl.String), "states": pl.List(pl.String), "office": pl.Int32},
        orient="row",
    )
    return frame.join(described, on="group")


def disagreements(cases: pl.DataFrame) -> pl.DataFrame:
    """The cases in which the engine sends although a candidate is closed, or waits although all are open."""
    return pl.concat([_read(part) for part in cases.partition_by("group")]).filter(pl.col("sent") != pl.col("allowed"))


def _read(cases: pl.DataFrame) -> pl.DataFrame:
    first: dict[str, Any] = cases.row(0, named=True)
    allowed = pl.lit(value=True)
    for zone in first["zones"]:
        local = pl.col("at").dt.convert_time_zone(zone)
        minute = local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute()
        day = local.dt.weekday()  # Monday is 1
        opens, closes, days = OFFICE_HOURS[first["office"]]
        allowed &= (minute >= max(opens, 480)) & (minute < min(closes, 1250)) & (day <= days)
        for state in first["states"]:
            allowed &= _state_allows(HOURS[state], minute, day)
        if first["office"] == 0:
            allowed &= ~_is_federal_holiday(local.dt.date())
        for state in {"AL", "LA", "MS"} & set(first["states"]):
            allowed &= ~_is_federal_holiday(local.dt.date()) & ~local.dt.date().is_in(STATE_DAYS[state])
    return cases.with_columns(allowed.alias("allowed"))


def _state_allows(hours: tuple[Any, ...], minute: pl.Expr, day: pl.Expr) -> pl.Expr:
    weekday, saturday, sunday = (
        pl.lit(value=False) if each is None else (minute >= each[0] * 60) & (minute < each[1] * 60 - 10) for each in hours
    )
    return pl.when(day == 7).then(sunday).when(day == 6).then(saturday).otherwise(weekday)


def _dates(*days: str) -> list[Any]:
    return [datetime.fromisoformat(day).date() for day in days]


# 2026 to the first of 2029, each with the day it is kept on where it falls on a weekend.
FEDERAL_DAYS = _dates(
    *("2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-07-04", "2026-09-07"),
    *("2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25"),
    *("2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-06-18", "2027-06-19", "2027-07-04", "2027-07-05", "2027-09-06"),
    *("2027-10-11", "2027-11-11", "2027-11-25", "2027-12-24", "2027-12-25", "2027-12-31"),
    *("2028-01-01", "2028-01-17", "2028-02-21", "2028-05-29", "2028-06-19", "2028-07-04", "2028-09-04", "2028-10-09"),
    *("2028-11-10", "2028-11-11", "2028-11-23", "2028-12-25", "2029-01-01"),
)
STATE_DAYS = {
    "AL": _dates(
        *(
            "2026-02-17",
            "2026-04-27",
            "2026-06-01",
            "2027-02-09",
            "2027-04-26",
            "2027-06-07",
            "2028-02-29",
            "2028-04-24",
            "2028-06-05",
        )
    ),
    "LA": _dates(
        *(
            "2026-01-08",
            "2026-02-17",
            "2026-04-03",
            "2027-01-08",
            "2027-02-09",
            "2027-03-26",
            "2028-01-08",
            "2028-02-29",
            "2028-04-14",
        )
    ),
    "MS": _dates("2026-04-27", "2027-04-26", "2028-04-24"),
}


def _is_federal_holiday(day: pl.Expr) -> pl.Expr:
    return day.is_in(FEDERAL_DAYS)


def _block(work: tuple[int, int]) -> tuple[int, int, int]:
    n_cases, seed = work
    cases = simulate(n_cases, seed)
    return n_cases, int(cases["sent"].sum()), disagreements(cases).height


def run(n_cases: int = CASES) -> Iterator[dict[str, str]]:
    """Measure: cases, sends among them, and how many the independent reading disagrees with."""
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(_block, _work(n_cases)))
    total, sent, wrong = (sum(column) for column in zip(*found, strict=True))
    yield {
        "what": f"quiet hours: sends outside any candidate's hours, of {total:,} simulated cases with {sent:,} sends",
        "value": str(wrong),
        "unit": "",
        "target": "0",
    }


def _work(n_cases: int) -> list[tuple[int, int]]:
    """Blocks of cases, each with its own seed."""
    return [(min(BLOCK, n_cases - start), start // BLOCK) for start in range(0, n_cases, BLOCK)]


if __name__ == "__main__":
    for figure in run(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else CASES):
        print(figure)
    sys.exit(0)
