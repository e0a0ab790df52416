"""What GoHighLevel closed closes here with its statement, once; what can't is said where a person looks."""

from datetime import timedelta

from engine import commands
from engine.access import SYSTEM
from engine.commands.told_closings import settle_told
from engine.delivery.sync_apply import office_at, take_contact, take_opportunity
from engine.ghl.mapping import Frame
from engine.records.ghl import ProviderContact, ProviderOpportunity
from engine.store import ghl_links, statements

from .conftest import START

ANA = ProviderContact(contact_id="CON1", first_name="Ana", last_name="Rivera", email="ana@example.com")


def told(office, status, value_cents, minutes):
    """GoHighLevel tells of Ana's opportunity, as the sidecar takes it in."""
    one = ProviderOpportunity(
        opportunity_id="OPP1", contact_id="CON1", name="Ana's home", status=status, value_cents=value_cents,
        updated_at=START + timedelta(minutes=minutes),
    )  # fmt: skip
    with office.ledger.write(at=START + timedelta(minutes=minutes)) as txn:
        known = office_at(txn.connection, txn.at, Frame())
        take_contact(txn, ANA, known)
        assert take_opportunity(txn, one, known)
        return ghl_links.known_opportunities(txn.connection, ["OPP1"])["OPP1"][0]


def entries(office, deal):
    with office.ledger.read() as connection:
        return statements.entries_of(connection, deal)


def problem(office):
    with office.ledger.read() as connection:
        return ghl_links.links_of(connection, ["CON1"])["CON1"].problem


def test_a_deal_won_there_keeps_its_statement_once(office):
    deal = told(office, "open", 50_000_000, 0)
    told(office, "won", 50_000_000, 1)
    assert entries(office, deal) == []
    assert settle_told(office) == 1
    assert settle_told(office) == 0
    [entry] = entries(office, deal)
    assert entry["gci_cents"] == 3_000_000  # 6 % of $500,000, the default until the office sets another
    assert "no statement" not in problem(office)


def test_without_a_price_a_person_is_asked_and_closes_it_with_one_form(office):
    deal = told(office, "open", None, 0)
    told(office, "won", None, 1)
    assert settle_told(office) == 0
    assert "its price isn't known" in problem(office)
    commands.close_deal(office, SYSTEM, deal, sold_price_cents=50_000_000, closed_on=START.date())
    assert len(entries(office, deal)) == 1


def test_what_a_person_took_back_is_not_kept_again(office):
    deal = told(office, "open", 50_000_000, 0)
    told(office, "won", 50_000_000, 1)
    settle_told(office)
    commands.reverse_deal(office, SYSTEM, deal, "fell through")
    told(office, "open", 50_000_000, 2)
    told(office, "won", 50_000_000, 3)
    assert settle_told(office) == 0
    assert len(entries(office, deal)) == 2


def test_what_was_won_there_before_the_office_knew_of_it_is_history(office):
    deal = told(office, "won", 50_000_000, 0)
    assert settle_told(office) == 0
    assert entries(office, deal) == []
