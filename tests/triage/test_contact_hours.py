"""Whether a lead may be texted at this hour, and why not."""

from datetime import UTC, datetime

from engine.records import Band
from engine.records.inbox import Outcome, Step
from engine.scoring.exploration import is_in_slice
from engine.sequences import cadence
from engine.sequences.rules import DEFAULT
from engine.triage.next_step import LeadFacts, next_step
from engine.views.contact_hours import contact_hours

NOON_IN_UPLAND = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)  # a Tuesday, 12:00 in California
NIGHT_IN_UPLAND = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # midnight


def row(**more):
    known = {"phone": "+19095550101", "zip_code": "91786", "city": "Upland", "state": "CA", "consent": "given"}
    return known | {"last_inbound_channel": None, "is_phone_bad": False} | more


def test_with_consent_he_may_be_texted_by_day():
    assert contact_hours(row(), NOON_IN_UPLAND, DEFAULT).why_no_text == ""


def test_at_night_the_row_says_from_when_on_his_own_clock():
    hours = contact_hours(row(), NIGHT_IN_UPLAND, DEFAULT)
    assert hours.is_quiet
    assert hours.opens_at > NIGHT_IN_UPLAND
    assert hours.why_no_text == f"Quiet hours there; may be texted from {hours.local_opening} his time"
    assert hours.local_opening.startswith("Tue ")


def test_without_consent_only_who_texted_himself_is_texted():
    assert "No consent" in contact_hours(row(consent="unknown"), NOON_IN_UPLAND, DEFAULT).why_no_text
    assert contact_hours(row(consent="unknown", last_inbound_channel="sms"), NOON_IN_UPLAND, DEFAULT).why_no_text == ""
    assert "asked not" in contact_hours(row(consent="opted_out", last_inbound_channel="sms"), NOON_IN_UPLAND, DEFAULT).why_no_text


def test_no_text_is_advised_where_none_is_allowed():
    facts = {"now": NOON_IN_UPLAND, "has_phone": True, "last_touch_at": NOON_IN_UPLAND, "last_outcome": Outcome.NO_ANSWER}
    assert next_step(LeadFacts(**facts)).step is Step.TEXT
    assert next_step(LeadFacts(**facts, may_text=False)).step is Step.WAIT
    assert next_step(LeadFacts(**facts, is_quiet_hour=True)).step is Step.WAIT


def test_neither_score_nor_lot_decides_who_is_on_the_cadence():
    assert cadence.DEFAULT.rule.bands == ()  # the shipped cadence asks for no band, so a low score keeps nobody off it
    drawn = [number for number in range(1, 2_000) if is_in_slice(number, NOON_IN_UPLAND)]
    assert 50 < len(drawn) < 150
    waiting = {"now": NOON_IN_UPLAND, "has_phone": True, "waiting_since": NIGHT_IN_UPLAND}
    assert {next_step(LeadFacts(**waiting, band=band)).step for band in Band} == {Step.CALL}
