"""Makes the two place tables of the follow-up's rules from `zipcodes`, `timezonefinder` and `phonenumbers`; run it when those move.

    python -m bench.place_table          writes engine/sequences/zip_places.tsv and area_codes.tsv

The sidecar reads the small tables instead of the libraries: timezonefinder compiles with numba where it finds it, which takes 150 MB.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import phonenumbers
import zipcodes
from phonenumbers import geocoder
from timezonefinder import TimezoneFinder

FOLDER = Path(__file__).resolve().parent.parent / "engine" / "sequences"
MILITARY = ("AA", "AE", "AP")  # post offices of the forces: they may be anywhere
WIDE_GAP = 100
# The region words of phonenumbers that are no state's plain name.
DISTRICT = {"Washington D.C.": "DC"}
_STATES = """
Alabama:AL Alaska:AK Arizona:AZ Arkansas:AR California:CA Colorado:CO Connecticut:CT Delaware:DE Florida:FL Georgia:GA Hawaii:HI
Idaho:ID Illinois:IL Indiana:IN Iowa:IA Kansas:KS Kentucky:KY Louisiana:LA Maine:ME Maryland:MD Massachusetts:MA Michigan:MI
Minnesota:MN Mississippi:MS Missouri:MO Montana:MT Nebraska:NE Nevada:NV New_Hampshire:NH New_Jersey:NJ New_Mexico:NM New_York:NY
North_Carolina:NC North_Dakota:ND Ohio:OH Oklahoma:OK Oregon:OR Pennsylvania:PA Rhode_Island:RI South_Carolina:SC South_Dakota:SD
Tennessee:TN Texas:TX Utah:UT Vermont:VT Virginia:VA Washington_State:WA West_Virginia:WV Wisconsin:WI Wyoming:WY Puerto_Rico:PR
"""
NAMES = dict(pair.split(":") for pair in _STATES.split())


def zip_lines() -> list[str]:
    """One line for each run of ZIP codes with the same state and zones: first ZIP, state, zones."""
    finder = TimezoneFinder()
    places: dict[str, tuple[str, set[str]]] = {}
    for row in zipcodes.list_all():
        _, zones = places.setdefault(row["zip_code"], (row["state"], set()))
        zones.update(zone for zone in (row["timezone"], _zone_at(finder, row)) if _is_zone(zone))
    lines: list[str] = []
    last = before = ""
    for code, (state, zones) in sorted(places.items()):
        found = f"{state}\t{'' if state in MILITARY else ' '.join(sorted(zones))}"
        # Codes between two of the same place are taken for that place; between two places, or in a wide gap, nobody knows.
        if before and int(code) - int(before) > 1 and (found != last or int(code) - int(before) > WIDE_GAP):
            lines.append(f"{int(before) + 1:05d}\t\t")
            last = ""
        if found != last:
            lines.append(f"{code}\t{found}")
        last, before = found, code
    return [*lines, f"{int(before) + 1:05d}\t\t"]


def _zone_at(finder: TimezoneFinder, row: dict[str, str]) -> str:
    """The zone of a ZIP's middle; missing coordinates stand as zero."""
    latitude, longitude = float(row["lat"] or 0), float(row["long"] or 0)
    return finder.timezone_at(lat=latitude, lng=longitude) or "" if latitude or longitude else ""


def _is_zone(zone: str) -> bool:
    """Blank, `Etc/GMT` and the table's one place name are no zones."""
    return "/" in zone and not zone.startswith("Etc/")


def area_code_lines() -> list[str]:
    """One line for each area code: the state it belongs to."""
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for row in zipcodes.list_all():
        for code in row["area_codes"] or []:
            states[code][row["state"]] += 1
    return [f"{code}\t{state}" for code, state in _states_of_codes(states)]


def _states_of_codes(seen: dict[str, Counter[str]]) -> Iterator[tuple[str, str]]:
    """Every area code that phonenumbers places in a state; else the state of most of its ZIPs, if it is American at all."""
    for number in range(200, 1000):
        code = str(number)
        parsed = phonenumbers.parse(f"+1{code}5552368")
        region = geocoder.description_for_number(parsed, "en").split(", ")[-1]
        state = DISTRICT.get(region) or NAMES.get(region.replace(" ", "_")) or (region if region in NAMES.values() else "")
        if not state and phonenumbers.region_code_for_number(parsed) in ("US", "PR", "VI", "GU", "AS", "MP"):
            state = seen[code].most_common(1)[0][0] if code in seen else ""
        if state:
            yield code, state


if __name__ == "__main__":
    (FOLDER / "zip_places.tsv").write_text("\n".join(zip_lines()) + "\n", encoding="utf-8")
    (FOLDER / "area_codes.tsv").write_text("\n".join(area_code_lines()) + "\n", encoding="utf-8")
    sys.exit(0)
