from datetime import date

import pytest

from engine import commands, views
from engine.access import SYSTEM
from engine.commission.files import plan_data
from engine.records.deal import Agreement, DealSide

from .conftest import person, seen


@pytest.fixture
def maria(office):
    """Maria works the one deal ($500,000 at 6 %) under eXp's plan."""
    found = person(office, "maria")
    commands.set_plan(office, SYSTEM, plan_data(commands.example_plans()["exp"]), date(2026, 1, 1))
    commands.set_deal_agents(office, SYSTEM, 1, [(found.user_id, 1.0)])
    return found


def test_the_list_shows_what_a_deal_pays_and_what_rests_on_the_default(office, maria, visit):
    page = seen(visit(office, "commission"))
    # $30,000 GCI; 20 % = $6,000 to the brokerage, $25 review and $40 risk: $23,935 to Maria.
    assert "$23,935" in page
    assert "$30,000" in page
    assert "of $30.0k rests on your 6% default" in page
    assert "assumed rate" in page


def test_the_waterfall_names_each_rule_with_its_amount(office, maria, visit):
    page = seen(visit(office, "commission", "owner", deal="1"))
    for said in ("Broker split", "$6,000.00", "Risk management fee", "$40.00", "Agent net", "$23,935.00", "eXp 80/20"):
        assert said in page


def test_an_agent_sees_his_own_net_and_nobody_elses_money(office, maria, visit):
    page = seen(visit(office, "commission", "maria"))
    assert "Your net" in page
    assert "$23,935" in page
    assert "Lead broker" not in page


def test_money_is_hidden_from_those_who_may_not_see_it(office, maria, visit):
    page = seen(visit(office, "commission", "rita"))
    assert "Cora Under" in page
    assert "$" not in page


def test_another_agents_deal_is_not_shown(office, maria, visit):
    commands.set_deal_agents(office, SYSTEM, 1, [(person(office, "lea").user_id, 1.0)])
    assert "There is no such deal" in seen(visit(office, "commission", "maria", deal="1"))


def test_caps_agreements_years_and_plan_have_their_parts(office, maria, visit):
    agreement = Agreement(
        lead_id=4,
        opportunity_id=1,
        side=DealSide.BUYER,
        state="CA",
        signed_on=date(2026, 2, 1),
        expires_on=date(2026, 3, 10),
        rate=0.03,
    )
    commands.record_agreement(office, SYSTEM, agreement)
    commands.close_deal(office, SYSTEM, 1, sold_price_cents=50_000_000, closed_on=date(2026, 3, 2))
    # $15,000 GCI: $3,000 to the brokerage counts for the cap of $16,000.
    assert "of $16,000 · $13,000 left" in seen(visit(office, "commission", show="caps"))
    assert "expires soon" in seen(visit(office, "commission", show="agreements"))
    assert "$11,935.00" in seen(visit(office, "commission", show="paid"))
    assert "eXp 80/20" in seen(visit(office, "commission", show="plan"))
    assert "$11,935.00" in seen(visit(office, "commission", "owner", deal="1"))


def test_a_plans_steps_change_places_come_and_go_and_hold_from_a_day_on(office, maria, visit):
    page = visit(office, "commission", show="plan")
    button = {one.key: one for one in page.button}
    ups = [key for key in button if key and key.endswith("-up")]
    page = button[ups[1]].click().run()
    page = next(one for one in page.button if one.key == "add_step").click().run()
    outs = [one for one in page.button if one.key and one.key.endswith("-out")]
    page = outs[2].click().run()
    assert not page.exception
    next(one for one in page.button if one.key == "set_plan").click().run()
    before = [step.rule for step in commands.example_plans()["exp"].steps]
    after = [step.rule for step in views.plans(office, SYSTEM)[0].steps]
    assert after[:2] == [before[1], before[0]]
    assert before[2] not in after
    assert after[2:-1] == before[3:]
    assert len(after) == len(before)


def test_hostile_names_stay_text(office, visit):
    commands.open_deal(office, SYSTEM, 3, price_cents=40_000_000)
    page = seen(visit(office, "commission"))
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_the_first_day_says_why_there_is_nothing(empty_office, visit):
    assert "No deals here" in seen(visit(empty_office, "commission"))
