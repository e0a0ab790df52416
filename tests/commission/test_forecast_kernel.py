"""The compiled loop against the exact waterfall: the same draws, deal by deal, to the cent."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.commission import forecast_kernel as kernel
from engine.commission.book import Meters, lead_broker_total_cents, plan_on, statements
from engine.commission.forecast import Book, simulate
from engine.commission.forecast_layout import OpenDeal
from engine.commission.odds import OPEN_STAGES, learn_odds
from engine.records import Source, Stage
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

AS_OF = date(2026, 3, 2)
ODDS = learn_odds([], dict.fromkeys(OPEN_STAGES, (0.5, "test")), {}, AS_OF)
AGENTS = ("jorge", "ana", "ben", "cora")
_MASK = 2**64 - 1

rates = st.integers(0, 400_000).map(lambda parts: parts / 1_000_000)
flats = st.integers(0, 80_000)
limits = st.none() | st.integers(0, 2_000_000)


@st.composite
def steps(draw, number):
    kind = draw(st.sampled_from(list(RuleKind)))
    is_fee = kind in (RuleKind.FEE, RuleKind.POST_CAP_FEE)
    has_flat = draw(st.booleans()) and (is_fee or kind is RuleKind.FRANCHISE)
    is_split = kind is RuleKind.BROKER_SPLIT
    tiers = sorted(draw(st.lists(st.tuples(st.integers(0, 2_000_000), rates), max_size=3))) if is_split else []
    return PlanStep(
        kind=kind,
        rule=f"rule {number}",
        to=draw(st.sampled_from([Party.BROKERAGE, Party.LEAD_BROKER, Party.OTHER, Party.FRANCHISE]))
        if kind is not RuleKind.TEAM_SPLIT
        else Party.LEAD_BROKER,
        basis=draw(st.sampled_from(list(Basis))),
        rate=draw(rates),
        rate_by_source=((Source.PORTAL, draw(rates)),) if draw(st.booleans()) else (),
        tiers=tuple(Tier(from_cents=cents, rate=rate) for cents, rate in tiers),
        flat_cents=draw(flats) if has_flat else None,
        rate_if_less=draw(st.none() | rates) if is_fee else None,
        per=draw(st.sampled_from(list(FeePer))),
        cap_cents=draw(limits),
        cap_counts=draw(st.sampled_from(list(CapCount))),
        reduced_after_cents=draw(limits) if kind is RuleKind.POST_CAP_FEE else None,
        reduced_flat_cents=draw(flats),
    )


@st.composite
def plans(draw):
    chosen = [draw(steps(number)) for number in range(draw(st.integers(0, 6)))]
    lead = draw(st.sampled_from(["jorge", "ana", ""]))
    return Plan(name="plan", steps=tuple(chosen), lead_broker=lead, lead_broker_owns_brokerage=draw(st.booleans()))


@st.composite
def deals(draw, number):
    who = draw(st.lists(st.sampled_from(AGENTS), min_size=1, max_size=3, unique=True))
    weights = [draw(st.integers(1, 1_000_000)) for _ in who]
    terms = DealTerms(
        deal_id=number,
        side=draw(st.sampled_from(list(DealSide))),
        estimated_price_cents=draw(st.integers(0, 300_000_000)),
        rate=draw(rates),
        buyer_rate=draw(rates),
        flat_cents=draw(st.none() | st.integers(0, 4_000_000)),
        bonus_cents=draw(st.sampled_from([0, 100_001])),
        concession_cents=draw(st.sampled_from([0, 50_003, 10**9])),
        source=draw(st.none() | st.just(Source.PORTAL)),
        referral=draw(
            st.none()
            | st.builds(
                ReferralTerms,
                to=st.just("X"),
                rate=rates,
                flat_cents=st.none() | st.integers(0, 500_000),
                basis=st.sampled_from(list(ReferralBasis)),
            )
        ),
        shares=tuple(
            Share(agent=agent, rate=weight / 1_000_000, cap_cents=draw(limits)) for agent, weight in zip(who, weights, strict=True)
        ),
        expected_close_on=AS_OF + timedelta(days=draw(st.integers(0, 420))),
    )
    return OpenDeal(terms=terms, stage=draw(st.sampled_from(OPEN_STAGES)), days_in_stage=draw(st.integers(0, 90)), price_spread=0.1)


@st.composite
def books(draw):
    later = replace(draw(plans()), plan_id=2, effective_on=AS_OF + timedelta(days=draw(st.integers(1, 300))))
    first = replace(draw(plans()), plan_id=1, effective_on=draw(st.none() | st.just(AS_OF + timedelta(days=20))))
    agents = tuple(
        AgentTerms(
            agent=agent,
            anniversary_on=draw(st.dates(date(2020, 1, 1), date(2024, 2, 29))),
            cap_cents=draw(limits),
            opening_used_cents=draw(st.integers(0, 1_500_000)),
            opening_on=AS_OF,
        )
        for agent in AGENTS
    )
    usage = Meters(agents).usage(AGENTS, AS_OF)
    return Book(
        as_of=AS_OF,
        deals=tuple(draw(deals(number)) for number in range(1, draw(st.integers(1, 6)) + 1)),
        paid=(),
        odds=ODDS,
        plans=(first, later),
        agents=agents,
        usage=tuple((agent, meter, cents) for (agent, meter), cents in usage.items()),
        whom=draw(st.sampled_from(AGENTS)),
    )


def mixed(number: int) -> int:
    return int(kernel.mixed(np.uint64(number & _MASK)))


def drawn(simulation, sim):
    """The closings of one simulation as (day, deal, price), from the published tables and the published hash, in closing order."""
    arrays, golden = simulation.arrays, 0x9E3779B97F4A7C15
    root = mixed(simulation.seed * golden + sim)
    shares = [arrays.stage_share[k, mixed(root + (-1 - k) * golden) % 512] for k in range(len(OPEN_STAGES))]
    for place, deal in enumerate(simulation.book.deals):
        luck = mixed(root ^ mixed(deal.terms.deal_id * golden))
        share, ratio = shares[OPEN_STAGES.index(deal.stage)], arrays.age_ratio[place]
        if (luck >> 32) / 2**32 * (share * ratio + 1.0 - share) < share * ratio:
            row = arrays.deals[place]
            factor = int(arrays.price_table[row[kernel.PRICES], (luck >> 9) % 512])
            day = int(arrays.days_table[row[kernel.DAYS], luck % 512])
            if day < simulation.periods.n_days:
                yield day, place, (int(row[kernel.PRICE]) * factor + 500_000) // 1_000_000


def exact(simulation, sim):
    """GCI and net of one simulation by the statements that the Commission page shows."""
    book = simulation.book
    closed = [
        replace(book.deals[place].terms, estimated_price_cents=price, closed_on=AS_OF + timedelta(days=day))
        for day, place, price in drawn(simulation, sim)
    ]
    found = statements(book.plans, closed, agents=book.agents)
    net = sum(statement.net_of(book.whom) for statement in found)
    for deal, statement in zip(closed, found, strict=True):
        plan = plan_on(book.plans, deal.closed_on)
        if plan.lead_broker == book.whom:
            net += lead_broker_total_cents(plan, statement) - statement.net_of(book.whom)
    return sum(statement.side_gci_cents for statement in found), net


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(books())
def test_the_compiled_waterfall_equals_the_exact_one_to_the_cent(book):
    simulation = simulate(book, n_simulations=4)
    quarters = simulation.periods.of("quarters")[1]
    for sim in range(simulation.n):
        sums = [int(table[sim, quarters : quarters + 5].sum()) for table in (simulation.gci, simulation.net)]
        assert tuple(sums) == exact(simulation, sim)


def test_a_deal_without_agents_belongs_to_the_lead_broker():
    plan = Plan(name="plain", steps=(), lead_broker="jorge")
    terms = DealTerms(deal_id=1, estimated_price_cents=50_000_000, rate=0.03, expected_close_on=AS_OF)
    deal = OpenDeal(terms=terms, stage=Stage.UNDER_CONTRACT, days_in_stage=0, is_sure=True)
    book = Book(as_of=AS_OF, deals=(deal,), paid=(), odds=ODDS, plans=(plan,), whom="jorge")
    # $500,000 at 3 % is $15,000, and nothing is taken from it.
    [outlook] = simulate(book, n_simulations=10).outlooks()
    assert (outlook.chance, outlook.expected_gci_cents, outlook.expected_net_cents) == (1.0, 1_500_000, 1_500_000)
