"""Where a person may be: every time zone and state that his address or number hints at. The gate obeys them all."""

import hashlib
import importlib.resources
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumberType
from phonenumbers import timezone as phone_zones

from engine.sequences.facts import Whereabouts

_FOLDER = Path(__file__).resolve().parent
_ZIP_TEXT = (_FOLDER / "zip_places.tsv").read_text(encoding="utf-8")  # made by bench/place_table.py
_AREA_TEXT = (_FOLDER / "area_codes.tsv").read_text(encoding="utf-8")
PLACES_VERSION = hashlib.sha256((_ZIP_TEXT + _AREA_TEXT).encode()).hexdigest()[:12]

# Lines that reach people anywhere, or no person at all.
_NO_PLACE = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
}
# States that one zone doesn't cover, by name; the others stand in the ZIP table. Indiana's counties keep New York's or Chicago's time.
_SEVERAL = {
    "AK": ("America/Anchorage", "America/Adak"),
    "AZ": ("America/Phoenix", "America/Denver"),
    "FL": ("America/New_York", "America/Chicago"),
    "ID": ("America/Boise", "America/Los_Angeles"),
    "IN": ("America/Indiana/Indianapolis", "America/Chicago"),
    "KS": ("America/Chicago", "America/Denver"),
    "KY": ("America/New_York", "America/Chicago"),
    "MI": ("America/Detroit", "America/Menominee"),
    "ND": ("America/Chicago", "America/Denver"),
    "NE": ("America/Chicago", "America/Denver"),
    "NV": ("America/Los_Angeles", "America/Denver"),
    "OR": ("America/Los_Angeles", "America/Boise"),
    "SD": ("America/Chicago", "America/Denver"),
    "TN": ("America/New_York", "America/Chicago"),
    "TX": ("America/Chicago", "America/Denver"),
}


@dataclass(frozen=True, slots=True)
class Places:
    """Candidate zones and states. `home` is the zone his days are counted in; no zones: nobody knows what time it is there."""

    zones: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    home: str = ""


NOWHERE = Places()


def places_of(whereabouts: Whereabouts, *, needs_phone: bool) -> Places:
    """Every zone and state that ZIP, state and phone hint at. `needs_phone`: a text or call; a number without a place blocks it.

    An address outranks a number only for `home`: mobile numbers travel, yet Florida and Virginia presume the area code's state.
    """
    return _places_of(whereabouts.phone or "", whereabouts.zip_code, whereabouts.state, needs_phone)


@lru_cache(maxsize=65_536)
def _places_of(phone: str, zip_code: str, state: str, needs_phone: bool) -> Places:
    number_zones, number_state, has_place = _of_number(phone)
    zip_zones, zip_state, is_known_zip = _of_zip(zip_code)
    if (needs_phone and not has_place) or not is_known_zip:
        return NOWHERE
    states = [found for found in dict.fromkeys((zip_state, state.strip().upper(), number_state)) if found]
    if any(found not in _zones_by_state() for found in states):
        return NOWHERE  # a state that can't be read hides which hours hold
    # The address first, then the state, the number last (mobile numbers travel): `home` is the first that stands here.
    ordered = [*zip_zones, *(zone for found in states for zone in _zones_by_state()[found]), *number_zones]
    zones = tuple(dict.fromkeys(ordered))
    return Places(zones, tuple(states), zones[0] if zones else "")


def _of_number(phone: str) -> tuple[tuple[str, ...], str, bool]:
    """Zones and state of a phone number, and whether it has a place at all (free-call, premium and invalid numbers have none)."""
    try:
        number = phonenumbers.parse(phone, "US") if phone else None
    except phonenumbers.NumberParseException:
        return (), "", False
    if number is None or not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) in _NO_PLACE:
        return (), "", False
    zones = tuple(zone for zone in phone_zones.time_zones_for_number(number) if _is_zone(zone))
    if number.country_code != 1:
        return zones, "", bool(zones)
    area = str(number.national_number)[:3]
    state = _area_codes().get(area, "")
    # phonenumbers puts Orlando's 689 and most of Chattanooga's 423 into Chicago's time; the state's own zones mend that.
    return zones, state, bool(zones) and len(zones) <= 4


def _of_zip(zip_code: str) -> tuple[tuple[str, ...], str, bool]:
    """Zones and state of a ZIP code; the third is False where the post office moves with the forces."""
    digits = zip_code.strip()[:5]
    if not (len(digits) == 5 and digits.isascii() and digits.isdigit()):
        return (), "", True
    starts, places = _zip_runs()
    at = bisect_right(starts, digits) - 1
    state, zones = places[at] if at >= 0 else ("", ())
    if state in ("AA", "AE", "AP"):
        return (), "", False
    return zones, state, True


@cache
def _zip_runs() -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
    rows = [line.split("\t") for line in _ZIP_TEXT.splitlines()]
    return [row[0] for row in rows], [(row[1], tuple(row[2].split())) for row in rows]


@cache
def _area_codes() -> dict[str, str]:
    return dict(line.split("\t") for line in _AREA_TEXT.splitlines())


@cache
def _zones_by_state() -> dict[str, tuple[str, ...]]:
    """Each state's zones: the named ones first, then every other that a ZIP of it has."""
    found: dict[str, dict[str, None]] = {state: dict.fromkeys(zones) for state, zones in _SEVERAL.items()}
    for state, zones in _zip_runs()[1]:
        if state and state not in ("AA", "AE", "AP"):
            found.setdefault(state, {}).update(dict.fromkeys(zones))
    return {state: tuple(zones) for state, zones in found.items()}


def zones_of(state: str) -> tuple[str, ...]:
    """The time zones that a state keeps somewhere; none for what is no state."""
    return _zones_by_state().get(state, ())


def known_states() -> tuple[str, ...]:
    """The states, districts and territories the tables know, as two letters."""
    return tuple(sorted(_zones_by_state()))


def _is_zone(name: str) -> bool:
    return "/" in name and not name.startswith("Etc/")


@cache
def zone(name: str) -> ZoneInfo:
    """A time zone as the pinned `tzdata` package has it, so that an old machine doesn't live by old rules."""
    folder, _, leaf = name.rpartition("/")
    package = "tzdata.zoneinfo" + "".join(f".{part}" for part in folder.split("/") if part)
    with importlib.resources.files(package).joinpath(leaf).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)
