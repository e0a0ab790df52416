"""Where a person may be: known wrong data handled, nothing guessed, and the committed tables equal to their sources."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench import place_table
from engine.sequences.facts import Whereabouts
from engine.sequences.places import NOWHERE, known_states, places_of, zone

ROOT = Path(__file__).resolve().parents[2]
NEW_YORK, CHICAGO = "America/New_York", "America/Chicago"


def places(*, needs_phone=True, **where):
    return places_of(Whereabouts(**where), needs_phone=needs_phone)


@pytest.mark.parametrize(
    ("phone", "zones", "state"),
    [
        ("+16895551234", {NEW_YORK, CHICAGO}, "FL"),  # Orlando; phonenumbers says Chicago
        ("+14235551234", {NEW_YORK, CHICAGO}, "TN"),  # Chattanooga; phonenumbers says Chicago
        ("+18505551234", {NEW_YORK, CHICAGO}, "FL"),  # mostly Central; phonenumbers says New York
        ("+17755551234", {"America/Los_Angeles", "America/Boise", "America/Denver"}, "NV"),
        ("+19075551234", {"America/Anchorage", "America/Adak"}, "AK"),
        ("+19095550123", {"America/Los_Angeles"}, "CA"),
    ],
)
def test_area_codes_that_the_sources_place_wrongly_are_mended_by_their_state(phone, zones, state):
    found = places(phone=phone)
    assert zones <= set(found.zones)
    assert found.states == (state,)


def test_chattanoogas_37405_is_not_chicagos_alone():
    assert set(places(zip_code="37405", needs_phone=False).zones) == {NEW_YORK, CHICAGO}


def test_address_and_number_are_both_candidates_and_the_address_is_home():
    found = places(phone="+12125551234", zip_code="91730", state="CA")
    assert set(found.zones) == {"America/Los_Angeles", NEW_YORK}
    assert set(found.states) == {"CA", "NY"}
    assert found.home == "America/Los_Angeles"


@pytest.mark.parametrize(
    "phone", [None, "", "+18005551234", "+18885551234", "+19005551234", "+15005551234", "+1909", "abc", "+99912345678"]
)
def test_a_number_without_a_place_is_nowhere_for_a_text(phone):
    assert places(phone=phone, zip_code="91730") == NOWHERE
    assert places(phone=phone, zip_code="91730", needs_phone=False).zones == ("America/Los_Angeles",)


@pytest.mark.parametrize("zip_code", ["", "9173", "ABCDE", "00000", "99999", "٩١٧٣٠"])
def test_a_zip_nobody_knows_tells_nothing(zip_code):
    assert places(zip_code=zip_code, needs_phone=False) == NOWHERE


def test_the_forces_post_may_be_anywhere():
    assert places(phone="+19095550123", zip_code="09012") == NOWHERE


def test_a_state_that_cannot_be_read_hides_which_hours_hold():
    assert places(phone="+19095550123", state="Calif") == NOWHERE


def test_zip_plus_four_and_small_letters_are_read():
    assert places(zip_code="91730-1234", state=" ca ", needs_phone=False).states == ("CA",)


def test_every_zone_of_the_tables_is_in_the_pinned_tzdata():
    for state in known_states():
        for name in places(state=state, needs_phone=False).zones:
            assert zone(name).key == name


def test_the_committed_tables_are_what_their_sources_say():
    folder = ROOT / "engine" / "sequences"
    assert (folder / "zip_places.tsv").read_text(encoding="utf-8").splitlines() == place_table.zip_lines()
    assert (folder / "area_codes.tsv").read_text(encoding="utf-8").splitlines() == place_table.area_code_lines()


def test_the_gate_loads_no_compiler_and_no_map():
    heavy = {"numba", "timezonefinder", "zipcodes", "numpy", "polars"}
    code = f"import engine.sequences.gate, sys; print(*({heavy!r} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert found == []
