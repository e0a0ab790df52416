"""Leads, opportunities and scores, the same on both stores."""

from dataclasses import replace
from datetime import date

import pytest

from engine.errors import NotFound
from engine.records import Band, Financing, Interaction, Lead, PropertyType, Source, Stage
from engine.store import feed, leads, opportunities, scores
from engine.store.ledger import Ledger, Txn
from tests.store.office import AT, answer, deal, later, lead, said, score


def add(ledger: Ledger, *new: Lead) -> list[int]:
    with ledger.write(at=AT) as txn:
        return leads.insert_leads(txn, new, at=AT)


def events(ledger: Ledger, since: int = 0) -> list[tuple[str, int]]:
    with ledger.read() as connection:
        return [(change.event_type, change.ref) for change in feed.changes_since(connection, since, 1_000)]


def newest(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return feed.last_seq(connection)


FULL = Lead(
    external_id="crm-9",
    first_name="José",
    last_name="O'Neil; DROP TABLE leads --",
    phone="+19095550100",
    email="jose@example.com",
    other_phones=("+19095550101",),
    other_emails=("j@example.com", "o@example.com"),
    source=Source.EXPIRED_FSBO,
    source_text="Zillow 🏠",
    created_at=later(days=-3),
    assigned_text="Jorge",
    budget_low_cents=50_000_000,
    budget_high_cents=2**40,
    timeline_days=90,
    financing=Financing.PRE_APPROVED,
    has_proof_of_funds=False,
    sells_first=True,
    property_type=PropertyType.SINGLE_FAMILY,
    beds=3.0,
    baths=2.5,
    n_criteria=4,
    location_text="Upland or Claremont",
    street="1 Main St",
    city="Upland",
    state="CA",
    zip_code="91784",
    location_specificity=3,
    in_service_area=True,
    listing_price_cents=61_000_000,
    is_repeat_contact=False,
    n_transactions=2,
    tags=("buyer", "línea"),
    notes="two\nlines",
    is_do_not_contact=True,
    extra={"Spouse": "María"},
    interactions=(said(), answer(was_kept=True, urgency=-0.25), answer(seq=1, is_automated=True)),
)


def test_a_lead_comes_back_as_it_went_in(ledger: Ledger):
    (lead_id,) = add(ledger, FULL)
    with ledger.read() as connection:
        assert leads.load_leads(connection, [lead_id]) == [replace(FULL, lead_id=lead_id)]


def test_a_lead_of_whom_nothing_is_known_is_kept_too(ledger: Ledger):
    (lead_id,) = add(ledger, Lead())
    with ledger.read() as connection:
        assert leads.load_leads(connection, [lead_id]) == [Lead(lead_id=lead_id, created_at=AT)]


def test_leads_load_in_the_order_asked_for(ledger: Ledger):
    first, second = add(ledger, lead(1), lead(2))
    with ledger.read() as connection:
        assert [found.lead_id for found in leads.load_leads(connection, [second, 999, first])] == [second, first]
        assert leads.load_leads(connection, []) == []


def test_a_lead_is_found_by_each_phone_and_email(ledger: Ledger):
    (lead_id,) = add(ledger, FULL)
    asked = [("phone", "+19095550101"), ("email", "o@example.com"), ("email", "nobody@example.com"), ("phone", "j@example.com")]
    with ledger.read() as connection:
        assert leads.find_by_keys(connection, asked) == dict.fromkeys(asked[:2], lead_id)


def test_another_systems_number_identifies_only_who_has_nothing_else(ledger: Ledger):
    _, bare = add(ledger, FULL, Lead(external_id="7"))
    with ledger.read() as connection:
        assert leads.find_by_keys(connection, [("external", "crm-9"), ("external", "7")]) == {("external", "7"): bare}


def test_a_key_keeps_its_first_owner(ledger: Ledger):
    first, _ = add(ledger, lead(1), lead(2, email="ana1@example.com"))
    with ledger.read() as connection:
        assert leads.find_by_keys(connection, [("email", "ana1@example.com")]) == {("email", "ana1@example.com"): first}


def test_thousands_of_keys_are_looked_up_at_once(ledger: Ledger):
    ids = add(ledger, *(lead(n, interactions=()) for n in range(12)))
    asked = [("email", f"ana{n}@example.com") for n in range(12_000)]
    with ledger.read() as connection:
        assert sorted(leads.find_by_keys(connection, asked).values()) == ids


def test_an_update_writes_the_named_fields_new_interactions_and_new_keys(ledger: Ledger):
    (lead_id,) = add(ledger, lead(1))
    known = lead(1, lead_id=lead_id)
    changed = replace(known, city="Chino", notes="not named", email="new@example.com", interactions=(*known.interactions, answer()))
    with ledger.write(at=AT) as txn:
        leads.update_lead(txn, lead_id, changed, ["city", "email", "interactions", "deal"])
    with ledger.read() as connection:
        assert leads.load_leads(connection, [lead_id]) == [replace(changed, notes="")]
        assert leads.find_by_keys(connection, [("email", "new@example.com")]) == {("email", "new@example.com"): lead_id}


def test_many_updates_at_once_do_what_each_alone_does(ledger: Ledger):
    ids = add(ledger, *(lead(n) for n in range(6)))
    before = newest(ledger)
    changed = {
        lead_id: (lead(n, city=f"City {n}", tags=("x",)), ["city", "tags"] if n % 2 else ["city"]) for n, lead_id in enumerate(ids)
    }
    with ledger.write(at=AT) as txn:
        assert leads.update_leads(txn, {**changed, 999: (lead(9), ["city"])}) == 6
    with ledger.read() as connection:
        found = leads.load_leads(connection, ids)
    assert [(one.city, one.tags) for one in found] == [(f"City {n}", ("x",) if n % 2 else ("buyer",)) for n in range(6)]
    assert events(ledger, before) == [("lead_changed", lead_id) for lead_id in ids]


@pytest.mark.parametrize(
    "change",
    [
        lambda txn: leads.update_lead(txn, 99, lead(), ["city"]),
        lambda txn: leads.assign(txn, 99, 1),
        lambda txn: opportunities.move_stage(txn, 99, Stage.LOST),
    ],
)
def test_what_is_not_there_cannot_be_changed(ledger: Ledger, change):
    with pytest.raises(NotFound, match="99"), ledger.write(at=AT) as txn:
        change(txn)


def test_interactions_stand_in_the_order_of_time_then_number(ledger: Ledger):
    (lead_id,) = add(ledger, lead(1, interactions=()))
    told: list[Interaction] = [said(at=later(hours=1)), said(seq=2), said(seq=1)]
    with ledger.write(at=AT) as txn:
        for one in told:
            leads.add_interaction(txn, lead_id, one, actor_id=3)
    with ledger.read() as connection:
        assert leads.load_leads(connection, [lead_id])[0].interactions == (told[2], told[1], told[0])


def test_going_through_all_leads_shows_each_visible_one_once(ledger: Ledger):
    ids = add(ledger, *(lead(n) for n in range(7)))
    with ledger.write(at=AT) as txn:
        leads.insert_leads(txn, [lead(100)], at=AT, is_visible=False, batch_id=_batch(txn))
    seen, after = [], 0
    with ledger.read() as connection:
        while page := leads.visible_ids(connection, after, 3):
            seen += page
            after = page[-1]
        assert (seen, leads.n_leads(connection)) == (ids, 7)


def test_each_change_of_a_lead_is_announced(ledger: Ledger):
    (lead_id,) = add(ledger, lead(1))
    before = newest(ledger)
    with ledger.write(at=AT) as txn:
        leads.assign(txn, lead_id, 5)
        leads.add_interaction(txn, lead_id, answer())
        scores.save_scores(txn, [score(lead_id)])
        (deal_id,) = opportunities.insert_opportunities(txn, [deal(lead_id)])
    assert events(ledger, before) == [("lead_changed", lead_id), ("lead_scored", lead_id), ("deal_changed", deal_id)]


def test_a_removed_lead_leaves_nothing_behind(ledger: Ledger):
    lead_id, other = add(ledger, lead(1), lead(2))
    with ledger.write(at=AT) as txn:
        scores.save_scores(txn, [score(lead_id), score(other)])
        opportunities.insert_opportunities(txn, [deal(lead_id), deal(other)])
    with ledger.write(at=AT) as txn:
        leads.remove_leads(txn, [lead_id])
    with ledger.read() as connection:
        assert leads.load_leads(connection, [lead_id, other]) == [lead(2, lead_id=other)]
        assert leads.find_by_keys(connection, lead(1).keys) == {}
        assert list(scores.current(connection, [lead_id, other])) == [other]
        assert [one.lead_id for one in opportunities.of_leads(connection, [lead_id, other])] == [other]


def test_a_score_comes_back_as_it_went_in(ledger: Ledger):
    full, bare = add(ledger, lead(1), lead(2))
    kept = {full: score(full), bare: score(bare, price=None, commission=None, reasons_for=(), band=Band.COLD)}
    with ledger.write(at=AT) as txn:
        scores.save_scores(txn, list(kept.values()))
    with ledger.read() as connection:
        assert scores.current(connection, [full, bare, 99]) == kept


def test_the_newest_score_is_current_and_the_others_are_history(ledger: Ledger):
    (lead_id,) = add(ledger, lead(1))
    told = [score(lead_id), score(lead_id, scored_at=later(hours=1), score=50), score(lead_id, scored_at=later(hours=1), score=40)]
    for one in told:
        with ledger.write(at=one.scored_at) as txn:
            scores.save_scores(txn, [one])
    with ledger.read() as connection:
        assert scores.current(connection, [lead_id]) == {lead_id: told[2]}
        assert scores.history(connection, lead_id) == [told[2], told[0]]


def test_a_deal_moves_through_the_stages(ledger: Ledger):
    (lead_id,) = add(ledger, lead(1))
    with ledger.write(at=AT) as txn:
        (deal_id,) = opportunities.insert_opportunities(txn, [deal(lead_id)])
    with ledger.write(at=later(days=9)) as txn:
        opportunities.move_stage(txn, deal_id, Stage.CLOSED, closed_on=date(2026, 3, 11))
    with ledger.read() as connection:
        moved = deal(lead_id, opportunity_id=deal_id, stage=Stage.CLOSED, stage_since=later(days=9), closed_on=date(2026, 3, 11))
        assert opportunities.load(connection, [deal_id]) == [moved]


def test_stages_the_office_changed_stay_as_they_are(ledger: Ledger):
    before = newest(ledger)
    row = {"stage": Stage.OFFER, "label": "Bid", "position": 9, "win_rate": 0.9, "win_rate_source": "", "is_open": False}
    with ledger.write(at=AT) as txn:
        opportunities.seed_stages(txn, [row])
    assert events(ledger, before) == []


def _batch(txn: Txn) -> int:
    from tests.store.office import new_batch

    return new_batch(txn)
