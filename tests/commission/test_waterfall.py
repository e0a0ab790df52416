"""The waterfall against examples worked by hand from the plans as published, and what must hold for every input."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commission.book import reversed_statement, statements
from engine.commission.files import plan_data, plan_from, read_json
from engine.commission.waterfall import CAP, waterfall
from engine.records import Source
from engine.records.deal import (
    AgentTerms,
    Basis,
    CapCount,
    DealSide,
    DealTerms,
    FeePer,
    Party,
    Plan,
    PlanStep,
    ReferralBasis,
    ReferralTerms,
    RuleKind,
    Share,
    Tier,
)
from engine.settings import ROOT

PLANS = ROOT / "data" / "sample" / "plans"


def plan(name: str) -> Plan:
    return plan_from(read_json((PLANS / f"{name}.json").read_text(), name))


def deal(price_cents: int = 50_000_000, rate: float = 0.03, **facts: object) -> DealTerms:
    """A $500,000 deal at 3 %: $15,000 GCI."""
    given: dict[str, object] = {"estimated_price_cents": price_cents, "rate": rate, "shares": (Share(agent="ana"),)}
    return DealTerms(**{**given, **facts})  # type: ignore[arg-type]


def amounts(statement, rule: str) -> list[int]:
    return [line.amount_cents for line in statement.lines if line.rule == rule]


def test_plain_six_percent_goes_to_the_agent_whole():
    told = waterfall(plan("plain-6"), deal(52_500_000, 0.06))
    assert (told.side_gci_cents, told.agent_net_cents, told.brokerage_cents) == (3_150_000, 3_150_000, 0)  # $525,000 x 6 %


def test_exp_takes_twenty_percent_review_and_risk():
    told = waterfall(plan("exp"), deal())
    # $15,000: 20 % = $3,000; review $25; risk $40; net 15,000 - 3,065 = $11,935.
    assert (told.brokerage_cents, told.agent_net_cents) == (306_500, 1_193_500)
    assert [(cap.used_cents, cap.left_cents) for cap in told.caps] == [(300_000, 1_300_000)]


def test_exps_crossing_deal_pays_only_what_the_cap_has_left_and_no_capped_fee():
    told = waterfall(plan("exp"), deal(), {("ana", CAP): 1_500_000})
    assert amounts(told, "Broker split") == [100_000]  # $1,000 of $3,000: $16,000 - $15,000
    assert amounts(told, "Capped transaction fee") == []
    assert told.agent_net_cents == 1_500_000 - 100_000 - 6_500


def test_exp_after_the_cap_is_250_and_after_5000_of_it_75():
    capped = {("ana", CAP): 1_600_000}
    assert amounts(waterfall(plan("exp"), deal(), capped), "Capped transaction fee") == [25_000]
    twenty_deals = {**capped, ("ana", "Capped transaction fee"): 500_000}  # 20 x $250
    assert amounts(waterfall(plan("exp"), deal(), twenty_deals), "Capped transaction fee") == [7_500]


def test_exps_risk_fee_ends_at_500_a_year():
    twelve = {("ana", "Risk management fee"): 48_000}  # 12 x $40: $20 are left
    told = waterfall(plan("exp"), deal(), twelve)
    assert amounts(told, "Risk management fee") == [2_000]
    assert amounts(waterfall(plan("exp"), deal(), {("ana", "Risk management fee"): 50_000}), "Risk management fee") == [0]


def test_a_team_split_before_the_cap_lets_leader_and_member_pay_exp_each():
    told = waterfall(plan("exp-team"), deal(source=Source.PORTAL))
    # $15,000: $7,500 to the leader. Each pays 20 % of $7,500 = $1,500. Fees $65 a transaction, from the member.
    assert told.lead_broker_net_cents == 750_000 - 150_000
    assert told.brokerage_cents == 2 * 150_000 + 6_500
    assert told.agent_net_cents == 750_000 - 150_000 - 6_500
    assert {cap.agent: cap.used_cents for cap in told.caps} == {"ana": 150_000, "lead broker": 150_000}


def test_a_team_split_after_exps_part_shares_what_is_left():
    told = waterfall(plan("exp-team-after-fees"), deal(source=Source.PORTAL))
    # $15,000 - $3,000 - $65 = $11,935, halved: $5,967.50 each; only the member's cap moves.
    assert (told.lead_broker_net_cents, told.agent_net_cents) == (596_750, 596_750)
    assert {cap.agent: cap.used_cents for cap in told.caps if cap.agent == "ana"} == {"ana": 300_000}


def test_the_order_decides_once_the_member_has_capped():
    usage = {("ana", CAP): 1_600_000}
    before = waterfall(plan("exp-team"), deal(source=Source.PORTAL), usage)
    after = waterfall(plan("exp-team-after-fees"), deal(source=Source.PORTAL), usage)
    # Before: the leader still pays 20 % of his $7,500. After: nobody pays company dollar, both share the $315 of fees.
    assert (before.lead_broker_net_cents, before.agent_net_cents) == (600_000, 750_000 - 31_500)
    assert (after.lead_broker_net_cents, after.agent_net_cents) == (734_250, 734_250)  # ($15,000 - $315) / 2


def test_an_agents_own_lead_pays_the_team_less():
    told = waterfall(plan("exp-team"), deal(source=Source.SPHERE))
    assert amounts(told, "Team split") == [450_000]  # 30 % of $15,000


def test_the_lead_brokers_own_deals_pay_no_team_split():
    led = replace(plan("exp-team"), lead_broker="ana")
    assert waterfall(led, deal()).lead_broker_net_cents == 0


def test_real_takes_fifteen_percent_the_yearly_fee_in_three_parts_and_processing():
    told = waterfall(plan("real"), deal())
    # $15,000: 15 % = $2,250; $250 of the yearly $750; $30 processing; net $12,470.
    assert (told.brokerage_cents, told.agent_net_cents) == (253_000, 1_247_000)
    assert amounts(waterfall(plan("real"), deal(), {("ana", "Annual brokerage fee"): 75_000}), "Annual brokerage fee") == [0]


def test_reals_capped_fee_is_285_or_fifteen_percent_where_that_is_less():
    capped = {("ana", CAP): 1_200_000}
    assert amounts(waterfall(plan("real"), deal(), capped), "Capped transaction fee") == [28_500]
    small = deal(rate=0.0, flat_cents=100_000)  # $1,000: 15 % = $150
    assert amounts(waterfall(plan("real"), small, capped), "Capped transaction fee") == [15_000]


def test_reals_fees_are_shared_by_co_agents():
    two = (Share(agent="ana", rate=0.6), Share(agent="ben", rate=0.4))
    told = waterfall(plan("real"), deal(shares=two))
    assert amounts(told, "Processing fee") == [1_800, 1_200]  # $30: 60 % and 40 %
    assert amounts(told, "Annual brokerage fee") == [25_000, 25_000]  # a fee of each agent's own year


def test_keller_williams_takes_thirty_percent_beside_the_royalty():
    told = waterfall(plan("keller-williams"), deal())
    # $15,000: royalty 6 % = $900; 30 % of $15,000 = $4,500; net $9,600 (64 %).
    assert (told.franchise_cents, told.brokerage_cents, told.agent_net_cents) == (90_000, 450_000, 960_000)


def test_keller_williams_at_its_cap_takes_the_royalty_alone():
    told = waterfall(plan("keller-williams"), deal(), {("ana", CAP): 2_100_000})
    assert (told.franchise_cents, told.brokerage_cents, told.agent_net_cents) == (90_000, 0, 1_410_000)


def test_ninety_five_five():
    told = waterfall(plan("ninety-five-five"), deal())
    assert (told.brokerage_cents, told.agent_net_cents) == (75_000, 1_425_000)


def test_a_referral_on_gci_is_twice_one_after_a_fifty_fifty_split():
    # As told of a real case: $11,250 GCI, 25 % expected as $2,812.50 and received as $1,406.25.
    half = Plan(name="half", steps=(PlanStep(kind=RuleKind.BROKER_SPLIT, rule="Split", to=Party.BROKERAGE, rate=0.5),))
    for basis, cents in ((ReferralBasis.GCI, 281_250), (ReferralBasis.AFTER_SPLIT, 140_625)):
        told = waterfall(half, deal(45_000_000, 0.025, referral=ReferralTerms(to="Other office", rate=0.25, basis=basis)))
        assert told.referral_cents == cents
        assert told.adjusted_gci_cents == 1_125_000 - cents


def test_a_flat_fee_of_a_deal_is_taken_once_though_the_lead_broker_has_his_part_by_then():
    steps = (
        PlanStep(kind=RuleKind.TEAM_SPLIT, rule="Team", to=Party.LEAD_BROKER, basis=Basis.GCI, rate=0.5),
        PlanStep(kind=RuleKind.FRANCHISE, rule="Desk fee", to=Party.BROKERAGE, basis=Basis.GCI, flat_cents=10_000),
    )
    told = waterfall(Plan(name="team", steps=steps, lead_broker="jorge"), deal())
    # $15,000: half to the lead broker; the deal's $100 comes once, from the agent: $7,400 and $7,500.
    assert (amounts(told, "Desk fee"), told.agent_net_cents, told.lead_broker_net_cents) == ([10_000], 740_000, 750_000)


def test_cents_that_do_not_divide_stand_on_a_line_of_their_own():
    thirds = tuple(Share(agent=name, rate=0.333333) for name in ("ana", "ben", "eva"))
    told = waterfall(plan("plain-6"), deal(rate=0.0, flat_cents=10_000, shares=thirds))
    assert amounts(told, "Agent net") == [3_333, 3_333, 3_333]  # $100 among three
    assert amounts(told, "Rounding") == [1]
    assert [pay.net_cents for pay in told.pays] == [3_334, 3_333, 3_333]


def test_both_sides_bonus_and_concession_make_up_the_gci():
    both = deal(rate=0.025, side=DealSide.BOTH, buyer_rate=0.02, bonus_cents=50_000, concession_cents=20_000)
    told = waterfall(plan("plain-6"), both)
    assert [line.amount_cents for line in told.gci_lines] == [
        1_250_000,
        1_000_000,
        50_000,
        -20_000,
    ]  # $12,500 + $10,000 + $500 - $200
    assert told.side_gci_cents == 2_280_000


def test_a_cap_on_gross_ends_the_split_where_the_gross_is_reached():
    step = PlanStep(
        kind=RuleKind.BROKER_SPLIT, rule="Split", to=Party.BROKERAGE, rate=0.3, cap_cents=2_000_000, cap_counts=CapCount.GROSS
    )
    told = waterfall(Plan(name="gross", steps=(step,)), deal(), {("ana", CAP): 1_500_000})
    assert told.brokerage_cents == 150_000  # 30 % of the $5,000 that are left of $20,000


def test_a_graduated_split_is_looked_up_before_the_deal():
    tiers = (Tier(from_cents=0, rate=0.4), Tier(from_cents=5_000_000, rate=0.3))
    step = PlanStep(kind=RuleKind.BROKER_SPLIT, rule="Split", to=Party.BROKERAGE, tiers=tiers, cap_counts=CapCount.GROSS)
    graduated = Plan(name="graduated", steps=(step,))
    assert waterfall(graduated, deal()).brokerage_cents == 600_000
    assert waterfall(graduated, deal(), {("ana", CAP): 5_000_000}).brokerage_cents == 450_000


def test_pending_deals_cross_the_cap_in_the_order_of_their_closing_days():
    days = (date(2026, 5, 3), date(2026, 5, 1), date(2026, 5, 2))
    pending = [deal(100_000_000, deal_id=n, expected_close_on=on) for n, on in enumerate(days, 1)]  # $30,000 GCI, $6,000 each
    first, second, third = (amounts(told, "Broker split") for told in statements([plan("exp")], pending))
    assert (second, third, first) == ([600_000], [600_000], [400_000])  # $6,000, $6,000, then the $4,000 left of $16,000


def test_a_cap_year_begins_on_the_agents_anniversary():
    terms = AgentTerms(agent="ana", anniversary_on=date(2020, 6, 1), opening_used_cents=1_600_000, opening_on=date(2026, 5, 1))
    days = (date(2026, 5, 31), date(2026, 6, 1))
    pending = [deal(deal_id=n, expected_close_on=on) for n, on in enumerate(days, 1)]
    before, after = (amounts(told, "Broker split") for told in statements([plan("exp")], pending, agents=[terms]))
    assert (before, after) == ([0], [300_000])


def test_the_plan_of_the_closing_day_holds():
    plans = [
        replace(plan("exp"), plan_id=1, effective_on=date(2026, 1, 1)),
        replace(plan("real"), plan_id=2, effective_on=date(2026, 7, 1)),
    ]
    pending = [deal(deal_id=n, expected_close_on=on) for n, on in enumerate((date(2026, 6, 30), date(2026, 7, 1)), 1)]
    assert [told.plan_id for told in statements(plans, pending)] == [1, 2]


def test_a_reversal_is_the_statement_in_negative_amounts():
    told = waterfall(plan("exp"), deal())
    less = reversed_statement(told)
    assert less.side_gci_cents + told.side_gci_cents == 0
    assert sum(line.amount_cents for line in less.lines) == less.side_gci_cents
    assert [(agent, meter, -cents) for agent, meter, cents in less.used] == list(told.used)


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.json")), ids=lambda path: path.stem)
def test_a_shipped_plan_is_written_as_it_is_read(path: Path):
    read = plan_from(read_json(path.read_text(), path.name))
    assert plan_from(plan_data(read)) == read


rates = st.integers(0, 1_000_000).map(lambda parts: parts / 1_000_000)
cents = st.integers(0, 10**9)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any steps in any order."""
    steps = []
    for place in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(list(RuleKind)))
        is_fee = kind in (RuleKind.FEE, RuleKind.POST_CAP_FEE)
        to = (
            Party.LEAD_BROKER
            if kind is RuleKind.TEAM_SPLIT
            else draw(st.sampled_from([Party.BROKERAGE, Party.FRANCHISE, Party.OTHER]))
        )
        steps.append(
            PlanStep(
                kind=kind, rule=f"{kind} {place}", to=to, basis=draw(st.sampled_from(list(Basis))), rate=draw(rates),
                flat_cents=draw(cents) if is_fee else None, rate_if_less=draw(st.none() | rates) if is_fee else None,
                per=draw(st.sampled_from(list(FeePer))), cap_cents=draw(st.none() | cents),
                cap_counts=draw(st.sampled_from(list(CapCount))), reduced_after_cents=draw(st.none() | cents),
                reduced_flat_cents=draw(cents),
            )
        )  # fmt: skip
    return Plan(name="any", steps=tuple(steps), lead_broker=draw(st.sampled_from(["", "ana"])))


@st.composite
def any_deals(draw: st.DrawFn) -> DealTerms:
    weights = draw(st.lists(st.integers(1, 1_000_000), min_size=1, max_size=4))
    names = ("ana", "ben", "eva", "kim")
    shares = tuple(Share(agent=name, rate=weight / sum(weights)) for name, weight in zip(names, weights, strict=False))
    terms = st.builds(
        ReferralTerms, to=st.just("x"), rate=rates, flat_cents=st.none() | cents, basis=st.sampled_from(list(ReferralBasis))
    )
    return DealTerms(
        estimated_price_cents=draw(st.none() | st.integers(0, 10**12)), rate=draw(rates), buyer_rate=draw(rates),
        side=draw(st.sampled_from(list(DealSide))), flat_cents=draw(st.none() | cents), bonus_cents=draw(cents),
        concession_cents=draw(cents), referral=draw(st.none() | terms), shares=shares,
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(plan=plans(), facts=any_deals(), used=st.dictionaries(st.tuples(st.sampled_from(["ana", "ben"]), st.just(CAP)), cents))
def test_splits_add_up_to_the_gci_to_the_cent_and_nobody_goes_under_zero(plan, facts, used):
    told = waterfall(plan, facts, used)
    assert sum(line.amount_cents for line in told.gci_lines) == told.side_gci_cents >= 0
    assert sum(line.amount_cents for line in told.lines) == told.side_gci_cents
    parts = (
        told.agent_net_cents,
        told.brokerage_cents,
        told.lead_broker_net_cents,
        told.referral_cents,
        told.franchise_cents,
        told.other_cents,
    )
    assert sum(parts) == told.side_gci_cents
    assert min(parts) >= 0
    assert sum(pay.net_cents for pay in told.pays) == told.agent_net_cents
    assert sum(pay.gross_cents for pay in told.pays) == told.side_gci_cents
    assert all(pay.net_cents >= 0 for pay in told.pays)
