from datetime import date

from engine import commands

from .conftest import person, seen


def test_the_numbers_are_those_of_the_ledger(office, visit):
    page = seen(visit(office))
    # Cora's deal: $500,000 at the default 6 % is $30,000, under contract.
    assert "1 · $30.0k" in page
    assert "Next 90 days" in page
    assert "no goal is set" in page
    assert "0 of 8 past weeks needed to judge; 100% assumed rates" in page
    assert "synthetic leads" in page


def test_closings_stand_against_pace(office, visit):
    owner = person(office, "owner")
    commands.close_deal(office, owner, 1, sold_price_cents=50_000_000, closed_on=date(2026, 3, 1))
    assert "$30.0k vs the same days last month" in seen(visit(office))
    commands.set_goal(office, owner, 2026, 36_500_000)
    # The pace on March 2 is $60,000 of $365,000.
    page = seen(visit(office))
    assert "$30.0k behind pace" in page
    assert "Net to Jorge this year" in page


def test_no_new_lead_is_no_data_and_not_zero_percent(empty_office, visit):
    assert "0%" not in seen(visit(empty_office))


def test_a_lead_of_today_without_an_answer_is_said(office, visit):
    assert "None answered" in seen(visit(office))


def test_nothing_closed_is_said_in_words(office, visit):
    assert "None this year" in seen(visit(office))


def test_what_happened_is_told(office, visit):
    page = seen(visit(office))
    assert "opened a deal for" in page
    assert "Cora Under" in page


def test_only_those_who_wait_stand_among_the_first(office, visit):
    browser = visit(office)
    first = [container for container in browser.get("html") if "jc-row-line" in str(getattr(container, "value", ""))]
    assert not any("Ben Ortiz" in container.value for container in first)
