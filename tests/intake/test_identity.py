"""The same person is recognised, and a second sighting adds without overwriting."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake import fingerprint, merge
from engine.records import Deal, Lead, Stage
from tests.intake.facts import lead_of, write


def test_phones_emails_and_ids_identify():
    lead = lead_of(external_id="c_1", phone="909-555-0101; 909-555-0102", email="A@example.com")
    assert lead.keys == (("phone", "+19095550101"), ("phone", "+19095550102"), ("email", "a@example.com"))


def test_blanks_are_filled_and_what_is_known_stays():
    known = lead_of(phone="909-555-0101", budget="500k", city="Upland")
    merged, changes = merge(
        known, lead_of(name="Anna Rivera-Lopez", phone="909-555-0102", budget="900k", timeline="ASAP", city="Ontario")
    )
    assert (merged.first_name, merged.budget_low_cents, merged.city, merged.timeline_days) == ("Ana", 50_000_000, "Upland", 14)
    assert (merged.phone, merged.other_phones) == ("+19095550101", ("+19095550102",))
    assert changes == {"timeline_days": (None, 14), "other_phones": ((), ("+19095550102",))}


def test_what_can_be_several_is_joined():
    merged, changes = merge(
        lead_of(tags="a, b", notes="one", message="Hi"),
        lead_of(tags="b, c", notes="two", message="Hi\nagain", do_not_contact="yes"),
    )
    assert (merged.tags, merged.notes, merged.is_do_not_contact) == (("a", "b", "c"), "one\ntwo", True)
    assert [one.body for one in merged.interactions] == ["Hi", "Hi\nagain"]
    assert set(changes) == {"tags", "notes", "is_do_not_contact", "interactions"}


def test_consent_is_never_given_back_by_a_second_file():
    merged, changes = merge(lead_of(do_not_contact="yes"), lead_of(do_not_contact="no"))
    assert merged.is_do_not_contact
    assert changes == {}


def test_a_deals_blanks_are_filled():
    known = replace(lead_of(), deal=Deal(stage=Stage.ACTIVE, price_cents=50_000_000))
    merged, changes = merge(known, lead_of(deal_stage="Closed", deal_price="$600,000", deal_closes_on="2027-01-15"))
    assert merged.deal == Deal(stage=Stage.ACTIVE, price_cents=50_000_000, closes_on=date(2027, 1, 15))
    assert set(changes) == {"deal"}


def test_the_same_content_has_the_same_fingerprint(tmp_path: Path):
    first, second = write(tmp_path, "a,b\n1,2\n", "one.csv"), write(tmp_path, "a,b\n1,2\n", "two.csv")
    assert fingerprint(first, {"a": "name", "b": None}) == fingerprint(second, {"b": None, "a": "name"})
    assert fingerprint(first, {"a": "name"}) != fingerprint(first, {"a": "phone"})


_LEADS = st.builds(
    lambda **payload: lead_of(**{name: value for name, value in payload.items() if value}),
    phone=st.sampled_from(["", "909-555-0101", "909-555-0102; 909-555-0103"]),
    email=st.sampled_from(["", "a@example.com", "a@example.com; b@example.com"]),
    budget=st.sampled_from(["", "500k", "under 600k"]),
    tags=st.sampled_from(["", "a", "b, a"]),
    notes=st.sampled_from(["", "one", "two\none"]),
    message=st.sampled_from(["", "Hi?", "asap"]),
    created_at=st.sampled_from(["", "2026-11-01", "2026-11-02"]),
    city=st.sampled_from(["", "Upland"]),
    deal_price=st.sampled_from(["", "$500,000"]),
    do_not_contact=st.sampled_from(["", "yes"]),
)


@settings(max_examples=150, deadline=None)
@given(existing=_LEADS, incoming=_LEADS)
def test_merging_twice_is_merging_once_and_loses_no_key(existing: Lead, incoming: Lead):
    merged, changes = merge(existing, incoming)
    assert merge(merged, incoming) == (merged, {})
    assert set(merged.keys) == set(existing.keys) | set(incoming.keys)
    assert replace(existing, **{name: after for name, (_, after) in changes.items()}) == merged
    assert all(before != after for before, after in changes.values())


@settings(max_examples=50, deadline=None)
@given(lead=_LEADS)
def test_the_same_lead_again_changes_nothing(lead: Lead):
    assert merge(lead, lead) == (lead, {})
