"""When each state lets a business text or call: dated rows with their basis. A person reviews them; the code only obeys."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

LARGEST_PER_DAY = 3  # FL, OK and MD let nobody be contacted more than three times in 24 hours; kept everywhere

Hours = tuple[int, int] | None  # opening and closing minute of the local day, closing not included; None: closed


@dataclass(frozen=True, slots=True, kw_only=True)
class StateHours:
    """One state's hours, Monday to Sunday, and what that rests on."""

    week: tuple[Hours, ...]
    is_closed_on_holidays: bool = False
    basis: str
    standing: str  # statute, secondary (a law office's or an association's page), vendor, recollection
    as_of: str


def week(opens: int, closes: int, *, saturday: Hours = None, sunday: Hours = None, has_sunday: bool = True) -> tuple[Hours, ...]:
    """A week of the same hours (whole hours in), with what differs at its end (minutes in)."""
    usual = (opens * 60, closes * 60)
    return (*(usual,) * 5, saturday or usual, (sunday or usual) if has_sunday else None)


FEDERAL = StateHours(
    week=week(8, 21), basis="47 CFR 64.1200(c)(1): 8 to 21 at the called party's location", standing="statute", as_of="2026-11-22"
)


def _row(week_hours: tuple[Hours, ...], basis: str, standing: str, *, is_closed_on_holidays: bool = False) -> StateHours:
    return StateHours(
        week=week_hours, basis=basis, standing=standing, is_closed_on_holidays=is_closed_on_holidays, as_of="2026-11-22"
    )


_VENDOR = "compliance vendors' pages; not checked against the statute"
_SUNDAY_BAN = "compliance vendors' pages: 8 to 20, closed on Sundays; closed on legal holidays too, from memory"

STATE_HOURS: Mapping[str, StateHours] = {
    "AL": _row(week(8, 20, has_sunday=False), _SUNDAY_BAN, "vendor", is_closed_on_holidays=True),
    "CA": _row(week(9, 21), f"one vendor alone says 9 to 21 ({_VENDOR})", "vendor"),
    "CT": _row(week(9, 20), _VENDOR, "vendor"),
    "FL": _row(week(8, 20), "Fla. Stat. 501.616(6)(a); 501.059 covers real property", "statute"),
    "IL": _row(week(9, 21), f"one vendor alone says 9 to 21 ({_VENDOR})", "vendor"),
    "KY": _row(week(10, 21), _VENDOR, "vendor"),
    "LA": _row(week(8, 20, has_sunday=False), _SUNDAY_BAN, "vendor", is_closed_on_holidays=True),
    "MA": _row(week(8, 20), _VENDOR, "vendor"),
    "MD": _row(week(8, 20), _VENDOR, "vendor"),
    "MI": _row(week(9, 21), _VENDOR, "vendor"),
    "MN": _row(week(9, 21), _VENDOR, "vendor"),
    "MS": _row(week(8, 20, has_sunday=False), _SUNDAY_BAN, "vendor", is_closed_on_holidays=True),
    "NJ": _row(week(8, 20), _VENDOR, "vendor"),
    "NM": _row(week(9, 21), _VENDOR, "vendor"),
    "NV": _row(week(9, 20), _VENDOR, "vendor"),
    "OK": _row(week(8, 20), _VENDOR, "vendor"),
    "RI": _row(week(9, 18, saturday=(600, 1020), sunday=(600, 1020)), _VENDOR, "vendor"),
    "TX": _row(
        week(9, 21, sunday=(720, 1260)),
        "Texas brokers', title companies' and REALTORS' pages on SB 140 (2025-09-01): 9 to 21, Sundays 12 to 21",
        "secondary",
    ),
    "VA": _row(week(8, 21), "law office's page on SB 1339; outside the hours only with prior consent", "secondary"),
    "WA": _row(week(8, 20), "from memory; taken because it is the narrower reading", "recollection"),
}


def hours_of(state: str) -> StateHours:
    """A state's hours; the federal ones where it has none of its own."""
    return STATE_HOURS.get(state, FEDERAL)


def as_text(table: Mapping[str, StateHours]) -> str:
    """The whole table as one text, for the rules' version."""
    return json.dumps({state: asdict(row) for state, row in sorted({**table, "US": FEDERAL}.items())}, sort_keys=True)
