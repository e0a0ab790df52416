"""Deals: terms, agreements, closing and reversal; plans, cap years and spend; and that the store's sums are the rules' sums."""

import json
import random
from datetime import date, timedelta

import pytest

from engine import commands, views
from engine.access import SYSTEM, Actor, Role
from engine.commission.book import statements
from engine.commission.files import plan_data
from engine.errors import BadInput, Conflict, NotAllowed, NotFound
from engine.records import Stage
from engine.records.deal import AgentTerms, Agreement, DealSide
from engine.settings import ROOT
from engine.store import deals as kept_deals
from engine.store import people, projection
from engine.store import statements as kept
from engine.store.analytics import Analytics

from .conftest import START

TODAY = START.date()


@pytest.fixture
def agents(office):
    """Two agents' numbers; eXp's plan holds."""
    for name in ("maria", "lea"):
        commands.add_user(office, SYSTEM, username=name, name=name.capitalize(), role=Role.AGENT, password="blue-door-84-maple")
    commands.set_plan(office, SYSTEM, plan_data(commands.example_plans()["exp"]), date(2026, 1, 1))
    return [commands.user_called(office, name).user_id for name in ("maria", "lea")]


def opened(office, agents, price_cents=50_000_000, **changes):
    """A deal of a new lead, worked by the first agent."""
    lead = commands.take_lead(office, SYSTEM, {"name": "Ana Rivera", "email": f"a{random.random()}@example.com"})
    deal = commands.open_deal(office, SYSTEM, lead, Stage.UNDER_CONTRACT, price_cents)
    commands.set_deal_agents(office, SYSTEM, deal, [(agents[0], 1.0)])
    if changes:
        commands.change_deal(office, SYSTEM, deal, changes)
    return lead, deal


def entries(office, deal):
    with office.ledger.read() as connection:
        return kept.entries_of(connection, deal)


def signed(lead, deal, **facts):
    given = {"side": DealSide.BUYER, "state": "CA", "signed_on": TODAY, "expires_on": TODAY + timedelta(days=80), "rate": 0.025}
    return Agreement(lead_id=lead, opportunity_id=deal, **{**given, **facts})


def test_closing_keeps_a_statement_and_closing_again_changes_nothing(office, agents):
    _, deal = opened(office, agents, rate=0.03)
    first = commands.close_deal(office, SYSTEM, deal, sold_price_cents=52_000_000, closed_on=TODAY)
    assert commands.close_deal(office, SYSTEM, deal, sold_price_cents=52_000_000, closed_on=TODAY) == first
    [entry] = entries(office, deal)
    assert (entry["gci_cents"], entry["brokerage_cents"]) == (1_560_000, 318_500)  # $520,000 x 3 %; 20 % = $3,120, and $65
    with pytest.raises(Conflict):
        commands.change_deal(office, SYSTEM, deal, {"rate": 0.01})


def test_a_reversal_adds_an_entry_and_edits_none(office, agents):
    _, deal = opened(office, agents)
    commands.close_deal(office, SYSTEM, deal, sold_price_cents=50_000_000, closed_on=TODAY)
    [before] = entries(office, deal)
    commands.reverse_deal(office, SYSTEM, deal, "fell through")
    first, second = entries(office, deal)
    assert first == before
    assert second["gci_cents"] == -first["gci_cents"]
    assert second["reverses"] == first["entry_id"]
    with pytest.raises(Conflict):
        commands.reverse_deal(office, SYSTEM, deal, "again")


def test_moving_to_closed_and_back_keeps_and_takes_back_a_statement(office, agents):
    _, deal = opened(office, agents)
    commands.move_stage(office, SYSTEM, deal, Stage.CLOSED)
    commands.move_stage(office, SYSTEM, deal, Stage.UNDER_CONTRACT)
    assert sum(entry["gci_cents"] for entry in entries(office, deal)) == 0
    with office.ledger.read() as connection:
        assert [move["stage"] for move in kept_deals.stage_history(connection, [deal])] == [
            "under_contract",
            "closed",
            "under_contract",
        ]


def test_an_agreement_makes_the_rate_agreed_and_caps_the_pay(office, agents):
    lead, deal = opened(office, agents)
    commands.record_agreement(office, SYSTEM, signed(lead, deal))
    with office.ledger.read() as connection:
        [terms] = kept_deals.load_terms(connection, [deal])
    assert (terms.rate, terms.is_assumed) == (0.025, False)
    commands.change_deal(office, SYSTEM, deal, {"bonus_cents": 10_000})
    with pytest.raises(BadInput, match=r"\$100\.00 more"):
        commands.close_deal(office, SYSTEM, deal, sold_price_cents=50_000_000, closed_on=TODAY)
    assert entries(office, deal) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"expires_on": TODAY + timedelta(days=93)}, "3 months"),
        ({"state": "TX", "is_showing_only": True, "expires_on": TODAY + timedelta(days=15)}, "14 days"),
        ({"rate": None}, "rate or an amount"),
        ({"expires_on": TODAY - timedelta(days=1)}, "before it is signed"),
    ],
)
def test_an_agreement_that_a_state_does_not_allow_is_refused(office, agents, facts, said):
    lead, deal = opened(office, agents)
    with pytest.raises(BadInput, match=said):
        commands.record_agreement(office, SYSTEM, signed(lead, deal, **facts))


def test_a_company_may_sign_for_longer_in_california(office, agents):
    lead, deal = opened(office, agents)
    assert commands.record_agreement(office, SYSTEM, signed(lead, deal, expires_on=TODAY + timedelta(days=300), is_entity=True))


def test_both_sides_need_a_state_that_permits_them(office, agents):
    _, deal = opened(office, agents)
    with pytest.raises(BadInput, match="both sides"):
        commands.change_deal(office, SYSTEM, deal, {"side": DealSide.BOTH, "state": "FL"})
    commands.change_deal(office, SYSTEM, deal, {"side": DealSide.BOTH, "state": "CA"})
    with office.ledger.read() as connection:
        [terms] = kept_deals.load_terms(connection, [deal])
    assert (terms.rate, terms.buyer_rate) == (0.03, 0.03)  # the 6 % default, shared by the sides


def test_nonsense_is_refused_with_the_field(office, agents):
    _, deal = opened(office, agents)
    for changes, field in (({"rate": 1.5}, "rate"), ({"bonus_cents": -1}, "bonus_cents"), ({"colour": "red"}, "colour")):
        with pytest.raises(BadInput) as refused:
            commands.change_deal(office, SYSTEM, deal, changes)
        assert refused.value.field == field
    with pytest.raises(BadInput, match="add up to"):
        commands.set_deal_agents(office, SYSTEM, deal, [(agents[0], 0.5), (agents[1], 0.3)])


def test_agents_touch_only_their_own_deals_and_no_plan(office, agents):
    lead, deal = opened(office, agents)
    commands.assign_lead(office, SYSTEM, lead, agents[0])
    stranger = Actor(agents[1], "lea", "Lea", Role.AGENT)
    with pytest.raises(NotFound):
        commands.change_deal(office, stranger, deal, {"rate": 0.01})
    with pytest.raises(NotAllowed):
        commands.set_plan(office, stranger, {"name": "mine", "steps": []}, TODAY)
    with pytest.raises(NotAllowed):
        commands.reverse_deal(office, stranger, deal, "mine")
    with pytest.raises(NotAllowed):
        commands.change_deal(office, Actor(agents[1], "amir", "Amir", Role.ASSISTANT), deal, {"rate": 0.01})


def test_the_same_plan_on_the_same_day_is_kept_once(office, agents):
    data = plan_data(commands.example_plans()["exp"])
    assert commands.set_plan(office, SYSTEM, data, date(2026, 1, 1)) == commands.set_plan(office, SYSTEM, data, date(2026, 1, 1))


def test_a_new_default_moves_open_deals_that_rest_on_it(office, agents):
    _, assumed = opened(office, agents)
    _, typed = opened(office, agents, rate=0.02)
    assert commands.set_default_rate(office, SYSTEM, 0.05, by_side={"buyer": 0.025}) == 1
    with office.ledger.read() as connection:
        assert [deal.rate for deal in kept_deals.load_terms(connection, [assumed, typed])] == [0.025, 0.02]


def test_spend_is_taken_in_whole_or_refused_with_the_line(office):
    assert commands.import_spend(office, SYSTEM, b'Source,Month,Cost\nZillow,2026-02,"$1,250"\nZillow,2026-02,$50.50\n') == 1
    with office.ledger.read() as connection:
        [row] = kept.load_spend(connection)
    assert (row["source"], row["month"], row["cost_cents"]) == ("portal", date(2026, 2, 1), 130_050)
    with pytest.raises(BadInput, match="Line 3"):
        commands.import_spend(office, SYSTEM, b"source,month,cost\nZillow,2026-03,10\nZillow,March,10\n")
    with office.ledger.read() as connection:
        assert len(kept.load_spend(connection)) == 1


def test_the_stores_sums_are_the_rules_sums(office, agents, tmp_path):
    chance = random.Random(11)
    commands.set_agent_terms(office, SYSTEM, agents[0], AgentTerms(agent="", anniversary_on=date(2020, 3, 10)))
    for place in range(14):
        on = TODAY + timedelta(days=chance.randrange(0, 40))
        _, deal = opened(
            office, agents, chance.randrange(20_000_000, 150_000_000), closes_on=on, referral_to="x", referral_rate=0.25
        )
        if place % 3 == 0:
            commands.set_deal_agents(office, SYSTEM, deal, [(agents[0], 0.5), (agents[1], 0.5)])
        if place % 4 == 0:
            commands.close_deal(office, SYSTEM, deal, sold_price_cents=60_000_000, closed_on=TODAY)
        if place == 8:
            commands.reverse_deal(office, SYSTEM, deal, "slip")
    office.store = Analytics.open(tmp_path / "analytics.duckdb")
    projection.catch_up(office.ledger, office.store)
    with office.ledger.read() as connection:
        every, lines = kept_deals.open_terms(connection), kept.all_entries(connection)
        plans, terms = kept.load_plans(connection), kept.load_agent_terms(connection)
    back = {line["reverses"] for line in lines}
    settled = [line for line in lines if line["reverses"] is None and line["entry_id"] not in back]
    pending = [deal for deal in every if deal.deal_id not in {line["opportunity_id"] for line in settled}]
    told = statements(plans, pending, agents=terms, settled=kept.settled(lines)) + [kept.as_statement(line) for line in settled]
    page = views.commission(office, SYSTEM, limit=100)
    assert page.n_deals == 14
    for name, sum_name in (
        ("side_gci_cents", "gci_cents"),
        ("agent_net_cents",) * 2,
        ("brokerage_cents",) * 2,
        ("referral_cents",) * 2,
    ):
        assert (
            sum(getattr(one, name) for one in told) == getattr(page, sum_name) == sum(getattr(row, sum_name) for row in page.rows)
        )
    by_deal = {one.deal_id: one for one in told}
    for row in page.rows:
        card = views.deal_card(office, SYSTEM, opportunity_id=row.opportunity_id)
        assert card.statement.lines == by_deal[row.opportunity_id].lines
    assert views.deal_pdf(office, SYSTEM, opportunity_id=page.rows[0].opportunity_id).startswith(b"%PDF-")
    assert views.agent_pdf(office, SYSTEM, agent_id=agents[0], year=2026).startswith(b"%PDF-")
    assert views.deals_xlsx(office, SYSTEM)[:2] == b"PK"
    assert views.deals_csv(office, SYSTEM).count(b"\r\n") == 15


def test_statements_of_files_read_as_scripts_expect(capsys, tmp_path):
    from engine.__main__ import main

    sample = ROOT / "data" / "sample"
    assert main(["statement", "--plan", str(sample / "plans" / "exp.json"), "--deals", str(sample / "deals.json")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert all(sum(line["amount_cents"] for line in one["lines"]) == one["side_gci_cents"] for one in told)
    assert [one["is_assumed"] for one in told] == [False, False, True]
    assert set(told[0]["cap"]) == {"agent", "used_cents", "left_cents"}
    wrong = tmp_path / "deals.json"
    wrong.write_text('[{"deal": "x", "side": "buyer", "price_cents": 1.5}]')
    assert main(["statement", "--plan", str(sample / "plans" / "exp.json"), "--deals", str(wrong)]) == 1
    assert "deals.0.price_cents" in capsys.readouterr().err


def test_a_plan_without_a_named_lead_broker_means_the_offices_first_owner(office):
    commands.add_user(office, SYSTEM, username="jo", name="Jo", role=Role.OWNER, password="blue-door-84-maple")
    plan = plan_data(commands.example_plans()["exp-team"]) | {"lead_broker": ""}
    commands.set_plan(office, SYSTEM, plan, date(2026, 1, 1))
    with office.ledger.read() as connection:
        [known] = kept.load_plans(connection)
        owners = [user.user_id for user in people.all_users(connection) if user.role is Role.OWNER]
    assert known.lead_broker == str(min(owners))
