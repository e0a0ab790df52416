"""One normaliser for rows, JSON and webhooks: nothing invented, nothing lost."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake import FIELDS, Problem, guess_mapping, lead_from, payload_of, payload_of_record
from engine.records import Channel, Deal, Direction, Financing, Source, Stage
from tests.intake.facts import AT, MARKET, lead_of, read, read_file, write


def test_a_full_payload_becomes_a_full_lead():
    reading = read(
        external_id="c_9041", name="Rivera, Ana", phone="(909) 555-0101 / 909-555-0102", email="ANA@example.com", source="Zillow",
        created_at="11/20/2026 9:00 AM", budget="500k-750k", timeline="3-6 months", financing="pre-approved",
        proof_of_funds="yes", sells_first="no",
        property_type="SFR", beds="3+", baths="2.5", city="Rancho Cucamonga", state="California", zip_code="91730-1234",
        listing_price="$585,000",
        tags="buyer, hot, buyer", message="Can we see it today?", notes="Prefers text", deal_stage="Under contract",
        deal_price="$612,500",
        deal_closes_on="02/15/2027", assigned_to="Maria Lopez", transactions="1",
    )  # fmt: skip
    lead = reading.lead
    assert lead is not None
    assert (reading.problems, reading.warnings) == ((), ())
    assert (lead.first_name, lead.last_name, lead.phone, lead.other_phones, lead.email) == (
        "Ana",
        "Rivera",
        "+19095550101",
        ("+19095550102",),
        "ana@example.com",
    )
    assert (lead.source, lead.created_at) == (Source.PORTAL, datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
    assert (lead.budget_low_cents, lead.budget_high_cents, lead.timeline_days) == (50_000_000, 75_000_000, 135)
    assert (lead.financing, lead.has_proof_of_funds, lead.sells_first, lead.beds, lead.baths) == (
        Financing.PRE_APPROVED,
        True,
        False,
        3,
        2.5,
    )
    assert (lead.state, lead.zip_code, lead.location_specificity, lead.in_service_area) == ("CA", "91730", 3, True)
    assert (lead.n_criteria, lead.is_repeat_contact, lead.n_transactions, lead.tags) == (5, True, 1, ("buyer", "hot"))
    assert lead.deal == Deal(stage=Stage.UNDER_CONTRACT, price_cents=61_250_000, closes_on=date(2027, 2, 15))
    (message,) = lead.interactions
    assert (message.at, message.channel, message.direction, message.n_questions) == (
        lead.created_at,
        Channel.WEB,
        Direction.INBOUND,
        1,
    )


def test_what_isnt_said_stays_unknown():
    lead = lead_of(budget="N/A", timeline="-", beds="Select", source="unknown", city="null", created_at="")
    assert (lead.budget_low_cents, lead.timeline_days, lead.beds, lead.source, lead.city, lead.created_at) == (
        None,
        None,
        None,
        None,
        "",
        None,
    )
    assert (lead.n_criteria, lead.location_specificity, lead.in_service_area, lead.deal, lead.is_repeat_contact) == (
        None,
        0,
        None,
        None,
        None,
    )


def test_an_unreadable_wish_is_a_warning_and_is_kept():
    reading = read(name="Ana", budget="ask me", beds="lots", created_at="yesterday")
    assert reading.lead is not None
    assert {warning.column for warning in reading.warnings} == {"budget", "beds", "created_at"}
    assert (reading.lead.budget_low_cents, reading.lead.extra["budget"]) == (None, "ask me")


def test_a_row_that_names_nobody_is_refused_with_the_reason():
    assert read(budget="500k", city="Upland").problems == (Problem("", "no name, phone, e-mail or id says who this is"),)
    assert read().problems == (Problem("", "the row is empty"),)
    assert read(phone="call me").problems == (Problem("phone", "isn't a phone number one can dial", "call me"),)
    assert [problem.column for problem in read(phone="12", email="ana@gmail.con").problems] == ["phone", "email"]


def test_a_bad_phone_beside_a_name_is_only_a_warning():
    reading = read(name="Ana Rivera", phone="555-0123")
    assert reading.lead is not None
    assert (reading.lead.phone, reading.lead.extra["phone"], reading.warnings[0].column) == (None, "555-0123", "phone")


@pytest.mark.parametrize(
    "payload", [{"external_id": "x1"}, {"phone": "909-555-0101"}, {"email": "a@example.com"}, {"first_name": "Ana"}]
)
def test_one_thing_that_identifies_is_enough(payload: dict[str, object]):
    assert read(**payload).lead is not None


def test_an_address_typed_to_get_past_a_form_identifies_nobody():
    assert read(email="noemail@example.com").lead is None


def test_a_lead_cannot_be_from_the_future():
    reading = read(name="Ana", created_at=(AT + timedelta(days=2)).isoformat())
    assert reading.lead is not None
    assert (reading.lead.created_at, reading.warnings[0].reason) == (None, "lies in the future")
    assert lead_of(created_at=(AT + timedelta(hours=20)).isoformat()).created_at == AT + timedelta(hours=20)


def test_a_date_of_two_meanings_is_said_when_nothing_decides():
    reading = read(name="Ana", created_at="03/04/2026")
    assert reading.lead is not None
    assert reading.lead.created_at == datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
    assert "month first" in reading.warnings[0].reason
    decided = lead_from({"name": "Ana", "created_at": "03/04/2026"}, market=MARKET, at=AT, date_order="dmy")
    assert decided.lead is not None
    assert (decided.lead.created_at, decided.warnings) == (datetime(2026, 4, 3, 7, 0, tzinfo=UTC), ())


@pytest.mark.parametrize(
    ("payload", "deal"),
    [
        ({"stage": "New Lead"}, None),
        ({"stage": "Nurture"}, None),
        ({"stage": "Trash"}, None),
        ({"stage": "Past Client"}, None),
        ({"deal_stage": "open Buyers New Lead"}, None),
        ({"stage": "Appointment set"}, Deal(stage=Stage.APPOINTMENT)),
        ({"stage": "Active Client"}, Deal(stage=Stage.ACTIVE)),
        ({"stage": "Nurture", "deal_stage": "Pending"}, Deal(stage=Stage.UNDER_CONTRACT)),
        ({"deal_price": "$500,000", "stage": "Nurture"}, Deal(stage=Stage.CONTACTED, price_cents=50_000_000)),
        ({"deal_closes_on": "2027-01-15"}, Deal(stage=Stage.ACTIVE, closes_on=date(2027, 1, 15))),
        ({"deal_stage": "Lost"}, Deal(stage=Stage.LOST)),
        ({"deal_price": "$0"}, None),
    ],
)
def test_a_deal_is_made_only_where_one_is_spoken_of(payload: dict[str, object], deal: Deal | None):
    assert lead_of(**payload).deal == deal


def test_unclear_words_about_contact_are_read_as_do_not():
    reading = read(name="Ana", do_not_contact="SMS")
    assert reading.lead is not None
    assert reading.lead.is_do_not_contact
    assert reading.warnings[0].column == "do_not_contact"


def test_control_characters_are_taken_out():
    lead = lead_of(name="Ana\x00\x07 Rivera\ufeff", notes="one\r\ntwo\x1b", message="a\ud800b")
    assert (lead.first_name, lead.last_name, lead.notes, lead.interactions[0].body) == ("Ana", "Rivera", "one\ntwo", "ab")


def test_a_history_of_messages_is_read_from_json_and_from_text():
    history = [
        {"at": "2026-11-02T10:00:00Z", "channel": "text", "direction": "out", "body": "Hello"},
        {"at": "2026-11-01T10:00:00Z", "channel": "sms", "direction": "inbound", "body": "Is it there? asap"},
        {"at": "2026-11-03T10:00:00Z", "channel": "appointment", "was_kept": True},
    ]
    lead = lead_of(interactions=history)
    assert lead == lead_of(interactions=json.dumps(history))
    assert [(one.channel, one.direction, one.n_questions, one.was_kept) for one in lead.interactions] == [
        (Channel.SMS, Direction.INBOUND, 1, None),
        (Channel.SMS, Direction.OUTBOUND, 0, None),
        (Channel.APPOINTMENT, Direction.INBOUND, 0, True),
    ]


@pytest.mark.parametrize("history", ["[oops", "{}", 5, ["text"], [{"channel": "smoke"}], [{"at": "then"}], "[" * 5000])
def test_a_history_that_cannot_be_read_is_a_warning(history: object):
    reading = read(name="Ana", interactions=history)
    assert reading.lead is not None
    assert (reading.lead.interactions, len(reading.warnings)) == ((), 1)


def test_a_json_body_in_its_own_words_is_understood():
    payload = payload_of_record(
        {"name": "Ana Rivera", "budget_range": "500k-750k", "location_preference": "Upland", "phone": "909-555-0101",
        "favourite": "blue",
         "interaction_history": [{"at": "2026-11-01T10:00:00Z", "channel": "sms", "direction": "inbound", "body": "Hi"}]}
    )  # fmt: skip
    lead = lead_of(**payload)
    assert (lead.budget_low_cents, lead.location_text, lead.extra, len(lead.interactions)) == (
        50_000_000,
        "Upland",
        {"favourite": "blue"},
        1,
    )


def test_a_budget_may_come_as_numbers():
    assert lead_of(budget=525000).budget_low_cents == lead_of(budget=525000.0).budget_low_cents == 52_500_000
    assert (
        lead_of(budget=[500000, 750000]).budget_high_cents
        == lead_of(budget={"min": 500000, "max": 750000}).budget_high_cents
        == 75_000_000
    )
    assert read(name="Ana", budget=False).warnings[0].column == "budget"


_WORDS = st.sampled_from(
    [
        "",
        "Ana",
        "Rivera, Ana",
        "909-555-0101",
        "ana@example.com",
        "500k-750k",
        "ask me",
        "3/4/2026",
        "yes",
        "no",
        "Zillow",
        "3bd/2ba",
        "asap",
        "Under contract",
        "[]",
        "\x00",
        "=1+1",
    ]
)
_SCALARS = st.one_of(st.text(max_size=40), _WORDS, st.none(), st.booleans(), st.integers(), st.floats())
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=5,
)
_PAYLOADS = st.dictionaries(st.sampled_from([*(spec.name for spec in FIELDS), "extra", "nonsense"]), _VALUES, max_size=12)


@settings(max_examples=500, deadline=None)
@given(_PAYLOADS)
def test_any_payload_gives_a_lead_or_a_reason(payload: dict[str, object]):
    reading = lead_from(payload, market=MARKET, at=AT)
    assert (reading.lead is None) == bool(reading.problems)
    if reading.lead is not None:
        json.dumps(reading.lead.extra).encode()
        repr(reading.lead).encode("utf-8")


_FACTS = st.dictionaries(
    st.sampled_from(
        [spec.name for spec in FIELDS if spec.name not in ("interactions", "notes_2", "notes_3", "notes_4", "notes_5")]
    ),
    st.one_of(_WORDS, st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)).map(str.strip),
    max_size=15,
)


@settings(max_examples=150, deadline=None)
@given(facts=_FACTS)
def test_a_csv_row_and_a_json_body_of_the_same_facts_give_the_same_reading(facts: dict[str, str]):
    columns = sorted(facts)
    out = io.StringIO(newline="")
    csv.writer(out).writerow([facts[column] for column in columns])
    (row,) = csv.reader(io.StringIO(out.getvalue(), newline="")) if columns else ([],)
    from_csv = payload_of(row, columns, {column: column for column in columns})
    assert lead_from(from_csv, market=MARKET, at=AT) == lead_from(payload_of_record(facts), market=MARKET, at=AT)


@settings(max_examples=200, deadline=None)
@given(facts=_FACTS)
def test_reading_a_leads_own_values_again_changes_nothing(facts: dict[str, str]):
    lead = lead_from(facts, market=MARKET, at=AT).lead
    if lead is None:
        return
    again = lead_of(
        name="", first_name=lead.first_name, last_name=lead.last_name, phone=lead.phone, phone_2="; ".join(lead.other_phones),
        email=lead.email,
        email_2="; ".join(lead.other_emails), created_at=lead.created_at, external_id=lead.external_id, zip_code=lead.zip_code,
        state=lead.state, city=lead.city,
        street=lead.street, location=lead.location_text, property_type=lead.property_type, financing=lead.financing,
        source=lead.source, tags=list(lead.tags),
        budget_low=lead.budget_low_cents and lead.budget_low_cents / 100,
        budget_high=lead.budget_high_cents and lead.budget_high_cents / 100,
        beds=lead.beds, baths=lead.baths, notes=lead.notes,
    )  # fmt: skip
    for name in ("phone", "other_phones", "email", "other_emails", "created_at", "external_id", "zip_code", "state",
    "property_type", "financing", "source",
                 "beds", "baths", "location_specificity", "tags", "notes", "last_name", "budget_low_cents",
                 "budget_high_cents"):  # fmt: skip
        assert getattr(again, name) == getattr(lead, name), name


_PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=15)
_LINE = st.lists(st.one_of(_WORDS.filter(lambda word: word != "\x00"), _PRINTABLE), min_size=2, max_size=6)


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(_LINE, min_size=1, max_size=15))
def test_every_row_of_a_file_gets_one_reading(tmp_path_factory: pytest.TempPathFactory, lines: list[list[str]]):
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["Name", "Phone", "Email", "Budget"])
    kept = [*lines, ["Zoe", "909-555-0199", "", ""]]
    writer.writerows(kept)
    readings = read_file(write(tmp_path_factory.mktemp("rows"), out.getvalue()))
    assert len(readings) == len(kept)
    assert [row.line for row in readings] == sorted({row.line for row in readings})
    assert all((row.reading.lead is None) == bool(row.reading.problems) for row in readings)


def test_the_columns_of_a_file_name_its_problems(tmp_path: Path):
    path = write(tmp_path, "Full Name,Cell,Price Range\nAna Rivera,12,ask me\n,call me,500k\nBen Dunn,909-555-0101,400k,more\n")
    first, second, third = read_file(path)
    assert {warning.column for warning in first.reading.warnings} == {"Cell", "Price Range"}
    assert [problem.column for problem in second.reading.problems] == ["Cell"]
    assert third.reading.lead is not None
    assert third.reading.lead.extra == {"extra_1": "more"}
    assert "1 more cell" in third.reading.warnings[0].reason


def test_a_files_own_rows_decide_its_date_order(tmp_path: Path):
    path = write(tmp_path, "Name,Created\nAna,03/04/2026\nBen,25/04/2026\n")
    leads = [row.reading.lead for row in read_file(path)]
    assert [lead.created_at.date() for lead in leads if lead and lead.created_at] == [date(2026, 4, 3), date(2026, 4, 25)]


def test_the_sample_file_reads_with_only_its_planted_flaws():
    sample = Path(__file__).resolve().parents[2] / "data" / "sample" / "leads.csv"
    readings = read_file(sample)
    leads = [row.reading.lead for row in readings if row.reading.lead]
    assert (len(readings), len(leads)) == (240, 234)
    assert all(lead.extra["Data Kind"] == "synthetic" for lead in leads)
    assert {lead.deal.stage for lead in leads if lead.deal} >= {Stage.APPOINTMENT, Stage.UNDER_CONTRACT, Stage.CLOSED}
    assert all(
        number.startswith("+1") and number[5:10] == "55501"
        for lead in leads
        for number in (lead.phone, *lead.other_phones)
        if number
    )
    assert guess_mapping(["Data Kind"], [])["Data Kind"].field is None
