"""Columns that state consent become records; anything less doesn't make a lead contactable."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.access import SYSTEM
from engine.commands import import_file
from engine.delivery.consenting import consents_in
from engine.intake import lead_from
from engine.records.follow_up import StepKind
from engine.runtime import open_engine
from engine.settings import Settings
from engine.store import consents, leads
from tests.delivery import world
from tests.intake.facts import MARKET

FULL = {"SMS Consent": "Yes", "Email consent": "no", "Consent Date": "2026-02-01", "Consent Text": "You may text me."}


def found(extra):
    return consents_in(replace(world.person(1), extra=extra), brought_by="import 1", at=world.NOON)


def test_a_yes_with_day_and_words_is_a_consent_for_that_channel_alone():
    [one] = found(FULL)
    assert (one.address, one.channels, one.disclosure) == ("+19095550001", (StepKind.SMS,), "You may text me.")
    assert one.given_at == datetime(2026, 2, 1, tzinfo=UTC)


def test_one_column_may_speak_for_both_channels():
    both = found({"Marketing consent": "opted in", "consent_date": "Feb 1, 2026", "Consent Source": "open house sheet 12"})
    assert {one.channels[0] for one in both} == {StepKind.SMS, StepKind.EMAIL}
    assert both[0].evidence == "open house sheet 12; import 1"


@pytest.mark.parametrize(
    "less",
    [
        {**FULL, "SMS Consent": "no"},
        {**FULL, "SMS Consent": "unknown"},
        {**FULL, "Consent Date": ""},
        {**FULL, "Consent Date": "soon"},
        {**FULL, "Consent Date": "2027-01-01"},
        {**FULL, "Consent Text": ""},
        {},
    ],
)
def test_less_than_that_is_no_consent(less):
    assert found(less) == []


def test_an_import_keeps_the_consents_its_file_states(tmp_path):
    engine = open_engine(Settings(home=tmp_path / "home", _env_file=None))
    source = tmp_path / "leads.csv"
    source.write_text(
        "Name,Phone,SMS Consent,Consent Date,Consent Text\n"
        "Ana Ruiz,(909) 555-1234,yes,2026-02-01,You may text me.\n"
        "Bo Lee,(909) 555-4321,,,\n"
    )
    import_file(engine, SYSTEM, source, None, say=lambda n_rows: None)
    with engine.ledger.read() as connection:
        [ana, bo] = leads.load_leads(connection, leads.visible_ids(connection))
        assert len(consents.consents_of(connection, ana.lead_id, "+19095551234")) == 1
        assert consents.consents_of(connection, bo.lead_id, "+19095554321") == ()
    engine.close()


def test_columns_that_a_person_maps_to_consent_count_whatever_they_are_called():
    payload = {
        "name": "Ana",
        "email": "ana@example.com",
        "consent_email": "agreed",
        "consent_on": "02/01/2026",
        "consent_proof": "form 3",
    }
    asked = {order: lead_from(payload, market=MARKET, at=world.NOON, date_order=order) for order in ("mdy", "dmy", None)}
    given = {
        order: [(one.address, one.given_at.date().isoformat()) for one in consents_in(reading.lead, brought_by="x", at=world.NOON)]
        for order, reading in asked.items()
    }
    assert given == {"mdy": [("ana@example.com", "2026-02-01")], "dmy": [("ana@example.com", "2026-01-02")], None: []}
    assert "day first" in asked[None].warnings[0].reason
