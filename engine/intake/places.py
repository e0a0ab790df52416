"""Where a lead wants to live, in the market's terms. Only how precise it is ever counts, never which place it is."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from engine.records import Market

_STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE",
    "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN", "iowa": "IA",
    "kansas": "KS", "kentucky": "KY",
    "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA", "michigan": "MI", "minnesota": "MN",
    "mississippi": "MS", "missouri": "MO",
    "montana": "MT", "nebraska": "NE", "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM",
    "new york": "NY",
    "north carolina": "NC", "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA",
    "rhode island": "RI",
    "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT",
    "virginia": "VA", "washington": "WA",
    "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY", "district of columbia": "DC",
}  # fmt: skip


def state_of(text: str) -> str:
    """A state's two letters where it is known, else as written."""
    text = text.strip()
    return _STATES.get(text.lower().rstrip("."), text.upper() if len(text) == 2 else text)


_LETTER = re.compile(r"[^\W\d_]")
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-\d{4})?(?!\d)")
_HOUSE_NUMBER = re.compile(r"^\s*\d{1,6}[a-z]?\s+(?:[nsew]\.?\s+)?\w+", re.IGNORECASE)
_METRO = re.compile(
    r"\b(?:county|metro|area|region|valley|empire|state|bay|southern|northern|socal|norcal|anywhere|greater|coast|southland)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)
def precision_of(text: str) -> int:
    """How precisely a text names a place, never which: 0 not at all, 1 a metro or state, 2 a city, 3 a ZIP code or street."""
    text = text.strip()
    if not _LETTER.search(text) and not _ZIP.search(text):
        return 0
    if _ZIP.search(text) or _HOUSE_NUMBER.match(text):
        return 3
    if _METRO.search(text) or state_of(text) in _STATES.values() or text.lower() in ("usa", "us", "united states"):
        return 1
    return 2


def zip_in(text: str) -> str:
    """The ZIP code written in a text, or nothing."""
    match = _ZIP.search(text)
    return match[1] if match else ""


class Place(NamedTuple):
    """The parts of an address, how precise they are (0 to 3), and whether the team works there."""

    location_text: str
    street: str
    city: str
    state: str
    zip_code: str
    specificity: int
    is_in_service_area: bool | None


def place_from(text: Callable[[str], str], market: Market) -> Place:
    """The place named by the fields location, street, city, state and zip_code."""
    location, street, city = text("location"), text("street"), text("city")
    written_zip = text("zip_code")
    zip_code = zip_in(written_zip) or written_zip.upper()[:20]
    state = state_of(text("state"))[:60]
    specificity = 3 if zip_code or street else 2 if city else 1 if state else 0
    if location:
        specificity = max(specificity, precision_of(location))
    known_zip = zip_in(zip_code) or zip_in(location)
    is_in = any(known_zip.startswith(prefix) for prefix in market.service_zips) if known_zip and market.service_zips else None
    return Place(location, street, city, state, zip_code, specificity, is_in)
