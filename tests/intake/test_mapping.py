"""Columns find their fields by name and by sight."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.intake import FIELDS, guess_mapping, mapping_of, open_table
from engine.records import Deal, Source, Stage
from tests.intake.facts import DATASETS, read_file, write

needs_datasets = pytest.mark.skipif(not DATASETS.exists(), reason="the reference data isn't on this machine")

# What each column must feed; columns not named must stay beside the lead.
WANTED: dict[str, dict[str, str]] = {
    "gohighlevel_contacts_export_A": {
        "Contact Id": "external_id", "First Name": "first_name", "Last Name": "last_name", "Phone": "phone", "Email": "email",
        "Created": "created_at", "Tags": "tags", "Country": "country", "Opportunities": "deal_stage",
    },
    "follow_up_boss_export_all_people": {
        "ID": "external_id", "Date Added": "created_at", "Name": "name", "First Name": "first_name", "Last Name": "last_name",
        "Stage": "stage",
        "Lead Source": "source", "Assigned To": "assigned_to", "Listing Price": "listing_price", "Tags": "tags",
        "Email 1": "email", **{f"Email {n}": f"email_{n}" for n in range(2, 7)}, "Phone 1": "phone",
        **{f"Phone {n}": f"phone_{n}" for n in range(2, 7)},
        "Address 1 - Street": "street", "Address 1 - City": "city", "Address 1 - State": "state", "Address 1 - Zip": "zip_code",
        "Address 1 - Country": "country", "Property City": "location", "Property Beds": "beds", "Property Baths": "baths",
        "Message": "message",
        "Notes": "notes", "Description": "notes_2", "Background": "notes_3", "Deal Stage": "deal_stage",
        "Deal Close Date": "deal_closes_on",
        "Deal Price": "deal_price", "Timeframe": "timeline",
    },
    "kvcore_import": {
        "First Name": "first_name", "Last Name": "last_name", "Email": "email", "second email": "email_2", "Cell Phone 1": "phone",
        "Cell Phone 2": "phone_2", "Home Phone": "phone_3", "Primary Address": "street", "Primary City": "city",
        "Primary State": "state",
        "Primary Zip": "zip_code", "Agent Notes": "notes", "Source": "source", "Hashtag": "tags",
    },
    "lofty_import": {
        "First Name": "first_name", "Last Name": "last_name", "Email": "email", "Phone": "phone",
        "Phone DNC Status": "do_not_contact",
        "Mailing Street Address": "street", "Mailing City": "city", "Mailing State": "state", "Mailing Zip Code": "zip_code",
        "Insight": "notes",
        "Source": "source",
    },
    "hubspot_contacts_export": {
        "Record ID": "external_id", "First Name": "first_name", "Last Name": "last_name", "Email": "email", "Phone Number": "phone",
        "Lead Status": "stage", "Create Date": "created_at", "Country/Region": "country", "Contact owner": "assigned_to",
    },
    "google_contacts_export": {
        "Given Name": "first_name", "Family Name": "last_name", "E-mail 1 - Value": "email", "Phone 1 - Value": "phone",
        "Address 1 - Street": "street", "Address 1 - City": "city", "Address 1 - Region": "state",
        "Address 1 - Postal Code": "zip_code",
        "Notes": "notes", "Group Membership": "tags",
    },
    "sierra_interactive_import": {
        "First Name": "first_name", "Last Name": "last_name", "Full Name": "name", "Email": "email",
        "Secondary Email": "email_2", "Phone": "phone",
        "Secondary Phone": "phone_2", "Lead Source": "source", "Assigned Agent": "assigned_to", "Street Address": "street",
        "City": "city",
        "State": "state", "Zip Code": "zip_code", "Tags": "tags", "Short Summary": "notes", "Add to Import Note": "notes_2",
    },
    "cinc_import": {
        "First Name": "first_name", "Last Name": "last_name", "Email": "email", "CC Email": "email_2", "Cell Phone": "phone",
        "Home Phone": "phone_2",
        "Work Phone": "phone_3", "Street Address": "street", "City": "city", "State": "state", "Zip/Postal Code": "zip_code",
    },
}  # fmt: skip
VALUES = {
    "external_id": "c_9041", "first_name": "Ana", "last_name": "Rivera", "name": "Ana Rivera", "phone": "(909) 555-0101",
    "email": "ana@example.com",
    "source": "Zillow", "created_at": "2026-06-08T10:28:39-07:00", "assigned_to": "Maria Lopez", "listing_price": "$585,000",
    "tags": "buyer, hot",
    "street": "12 Example St", "city": "Upland", "state": "CA", "zip_code": "91786", "country": "USA", "location": "Upland",
    "beds": "3", "baths": "2",
    "message": "Is it still available?", "notes": "Met at the open house", "stage": "Attempted contact",
    "deal_stage": "Under contract",
    "deal_closes_on": "02/15/2027", "deal_price": "$612,500", "timeline": "3-6 months", "do_not_contact": "no",
}  # fmt: skip


def headers_of(system: str) -> list[str]:
    return json.loads((DATASETS / "crm_headers/headers.json").read_text())[system]["headers"]


def filled(system: str) -> list[list[str]]:
    """Two synthetic rows for a system's columns; the second differs where leads must."""
    rows = []
    for n in (1, 2):
        cells = {}
        for column, field in WANTED[system].items():
            family, _, number = field.partition("_") if field[:5] in ("phone", "email", "notes") else (field, "", "")
            k = int(number or 1)
            cells[column] = {
                "phone": f"(909) 555-01{n}{k}", "email": f"ana{n}.{k}@example.com", "notes": f"Note {k}", "external_id": f"c_{n}"
            }.get(family, VALUES.get(field, ""))  # fmt: skip
        rows.append([cells.get(header, "something else") for header in headers_of(system)])
    return rows


@pytest.mark.realdata
@needs_datasets
@pytest.mark.parametrize("with_rows", [True, False], ids=["with rows", "headers alone"])
@pytest.mark.parametrize("system", sorted(WANTED))
def test_the_columns_of_eight_systems_map_without_help(system: str, with_rows: bool):
    guesses = guess_mapping(headers_of(system), filled(system) * 3 if with_rows else [])
    assert {column: guess.field for column, guess in guesses.items() if guess.field} == WANTED[system]


@pytest.mark.realdata
@needs_datasets
@pytest.mark.parametrize("system", sorted(WANTED))
def test_rows_of_eight_systems_become_leads_with_nothing_lost(tmp_path: Path, system: str):
    path = tmp_path / "export.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([headers_of(system), *filled(system)])
    first, second = (row.reading for row in read_file(path))
    assert (first.problems, first.warnings, second.problems) == ((), (), ())
    assert first.lead is not None
    lead = first.lead
    assert (lead.first_name, lead.last_name) == ("Ana", "Rivera")
    wanted = set(WANTED[system].values())
    assert (lead.phone, lead.email) == ("+19095550111", "ana1.1@example.com")
    assert lead.other_phones == tuple(f"+1909555011{k}" for k in range(2, 7) if f"phone_{k}" in wanted)
    assert lead.other_emails == tuple(f"ana1.{k}@example.com" for k in range(2, 7) if f"email_{k}" in wanted)
    if "created_at" in wanted:
        assert lead.created_at == datetime(2026, 6, 8, 17, 28, 39, tzinfo=UTC)
    if "source" in wanted:
        assert lead.source is Source.PORTAL
    if "deal_price" in wanted:
        assert lead.deal == Deal(stage=Stage.UNDER_CONTRACT, price_cents=61_250_000, closes_on=date(2027, 2, 15))
    assert all(lead.extra[header] == "something else" for header in headers_of(system) if header not in WANTED[system])


@pytest.mark.realdata
@needs_datasets
def test_a_foreign_file_maps_as_far_as_it_goes_and_nothing_is_lost():
    table = open_table(DATASETS / "x_education/Leads.csv")
    mapping = mapping_of(guess_mapping(table.columns, [row.cells for row in table.sample]))
    assert {column: field for column, field in mapping.items() if field} == {
        "Prospect ID": "external_id",
        "Lead Source": "source",
        "Do Not Call": "do_not_contact",
        "Country": "country",
        "Tags": "tags",
        "City": "city",
    }
    readings = read_file(DATASETS / "x_education/Leads.csv")
    assert len(readings) == 9240
    assert all(row.reading.lead for row in readings)
    first = readings[0].reading.lead
    assert first is not None
    assert (first.city, first.extra["Converted"], first.extra["Last Activity"]) == ("", "0", "Page Visited on Website")


PEOPLE = [
    ["Ana Rivera", "909-555-0101", "ana@example.com"],
    ["Ben Dunn", "909-555-0102", "ben@example.com"],
    ["Cleo Hale", "909-555-0103", "cleo@example.com"],
]


def fields_of(columns: list[str], rows: list[list[str]]) -> list[str | None]:
    return [guess.field for guess in guess_mapping(columns, rows).values()]


def test_a_column_of_phone_numbers_is_a_phone_whatever_its_name():
    assert fields_of(["Who", "Contact", "Reach"], PEOPLE) == [None, "phone", "email"]


def test_a_column_named_email_that_holds_names_is_no_email():
    assert fields_of(["Name", "Email"], [[row[0], row[0]] for row in PEOPLE]) == ["name", None]


def test_swapped_columns_are_read_by_their_values():
    assert fields_of(["Phone", "Email"], [[row[2], row[1]] for row in PEOPLE]) == ["email", "phone"]


def test_columns_without_names_are_known_by_sight():
    assert fields_of(["column_1", "column_2", "column_3"], PEOPLE) == ["name", "phone", "email"]


def test_a_field_takes_one_column_and_the_others_stay():
    guesses = guess_mapping(["City", "Town"], [])
    assert [guess.field for guess in guesses.values()] == ["city", None]
    assert "City" in guesses["Town"].why


def test_numbers_named_as_ids_are_no_phones():
    assert fields_of(["Name", "Account Number"], [["Ana Rivera", "9095550101"]] * 5) == ["name", None]


@pytest.mark.parametrize(
    ("header", "field"),
    [("E-Mail", "email"), ("FirstName", "first_name"), ("correo electrónico", "email"), ("Teléfono", "phone"), ("Vorname",
    "first_name"), ("Handy", "phone"),
     ("PLZ", "zip_code"), ("Apellidos", "last_name"), ("budget_range", "budget"), ("location_preference", "location"),
     ("Mobile #", "phone"),
     ("interaction_history", "interactions"), ("PHONE NUMBER", "phone"), ("Expected Close Date", "deal_closes_on"),
     ("Favourite colour", None)],
)  # fmt: skip
def test_headers_in_other_words_and_languages_are_known(header: str, field: str | None):
    assert fields_of([header], []) == [field]


def test_every_fields_own_name_maps_to_itself():
    for spec in FIELDS:
        found = guess_mapping([spec.name], [])[spec.name].field
        assert found is not None
        assert found.split("_")[0] == spec.name.split("_")[0]


def test_a_file_maps_the_same_with_and_without_its_bom(tmp_path: Path):
    text = "Phone,Email\n909-555-0101,ana@example.com\n"
    assert read_file(write(tmp_path, text)) == read_file(write(tmp_path, "\ufeff" + text))
