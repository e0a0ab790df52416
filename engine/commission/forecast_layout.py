"""Lays a book of open deals, plans and odds out as the arrays that the compiled loop reads. Draws nothing itself."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from engine.commission import forecast_kernel as kernel
from engine.commission.book import cap_year, plan_on
from engine.commission.forecast_kernel import Floats, Longs
from engine.commission.odds import OPEN_STAGES, StageOdds
from engine.commission.waterfall import CAP, cap_of, ordered_steps
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
    RuleKind,
    Share,
)

STALE_AFTER_DAYS = 45  # a date missed by more says nothing any more: the stage's usual time does
CLOSING_TABLE_DAYS = 20_000
_KINDS = {
    RuleKind.REFERRAL: kernel.REFERRAL,
    RuleKind.REFERRAL_AFTER_SPLIT: kernel.REFERRAL_AFTER_SPLIT,
    RuleKind.FRANCHISE: kernel.FRANCHISE,
    RuleKind.TEAM_SPLIT: kernel.TEAM_SPLIT,
    RuleKind.BROKER_SPLIT: kernel.BROKER_SPLIT,
    RuleKind.POST_CAP_FEE: kernel.POST_CAP_FEE,
    RuleKind.FEE: kernel.FEE,
}
_BASES = {Basis.GCI: kernel.GCI, Basis.ADJUSTED_GCI: kernel.ADJUSTED, Basis.REMAINDER: kernel.REMAINDER}
_RECEIVERS = {Party.BROKERAGE: kernel.TO_BROKERAGE, Party.LEAD_BROKER: kernel.TO_LEAD_BROKER}
_UNNAMED_LEAD = "lead broker"  # the owner the waterfall names where a plan names none
_LOGISTIC_SCALE = math.sqrt(3) / math.pi  # of a spread of 1
_POINTS = (np.arange(kernel.N_POINTS) + 0.5) / kernel.N_POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDeal:
    """A deal that may close: its terms, how long it has been in its stage, and how sure its price is.

    `price_spread`: the spread of the price's logarithm (0.05 means that four of five prices lie within 6.4 %).
    `moved_days`, `is_lost` and `is_sure` are a what-if's.
    """

    terms: DealTerms
    stage: Stage
    days_in_stage: int
    price_spread: float = 0.0
    moved_days: int = 0
    is_lost: bool = False
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Arrays:
    """What the compiled loop reads of a book, and the agents and meters in the order of its columns."""

    deals: Longs
    age_ratio: Floats
    stage_share: Floats
    days_table: Longs
    price_table: Longs
    share_agent: Longs
    share_weight: Longs
    share_cap: Longs
    plans: Longs
    steps: Longs
    rates: Longs
    tiers: Longs
    plan_of_day: Longs
    new_year_days: Longs
    meters: Longs
    agents: tuple[str, ...]


def lay_out(
    deals: Sequence[OpenDeal],
    odds: Mapping[Stage, StageOdds],
    plans: Sequence[Plan],
    agents: Sequence[AgentTerms],
    usage: Mapping[tuple[str, str], int],
    whom: str,
    as_of: date,
    n_days: int,
) -> Arrays:
    """The arrays of a book. `usage`: what each agent's meters show on `as_of`; `whom`: the agent whose net is asked for."""
    starts, in_force = zip(*plans_in_force(plans, as_of, n_days), strict=True)
    names = _names(deals, in_force, whom)
    meter_names = list(dict.fromkeys([CAP, *(step.rule for plan in in_force for step in ordered_steps(plan))]))
    days, days_table = _days(deals, odds, as_of)
    prices, price_table = _prices(deals)
    table = np.zeros((len(deals), kernel.N_DEAL), np.int64)
    for row, deal in enumerate(deals):
        table[row] = _deal_row(deal, int(days[row]), int(prices[row]))
    share_agent, share_weight, share_cap = _shares(deals, in_force, agents, names)
    ratios = [odds[deal.stage].age_ratio(deal.days_in_stage) if deal.stage in odds else 1.0 for deal in deals]
    return Arrays(
        deals=table,
        age_ratio=np.array(ratios, np.float64),
        stage_share=_stage_shares(odds),
        days_table=days_table,
        price_table=price_table,
        share_agent=share_agent,
        share_weight=share_weight,
        share_cap=share_cap,
        plans=_plans(in_force, names),
        steps=_steps(in_force, meter_names),
        rates=_rates(deals, in_force),
        tiers=_tiers(in_force),
        plan_of_day=np.searchsorted(starts, np.arange(n_days), side="right").astype(np.int64) - 1,
        new_year_days=_new_years(names, agents, as_of, n_days),
        meters=_meters(names, meter_names, usage),
        agents=tuple(names),
    )


def plans_in_force(plans: Sequence[Plan], as_of: date, n_days: int) -> list[tuple[int, Plan]]:
    """The plans that hold in the horizon, each with the day, counted from `as_of`, from which it does."""
    last = as_of + timedelta(days=n_days)
    turns = sorted({plan.effective_on for plan in plans if plan.effective_on and as_of < plan.effective_on < last})
    return [(0, plan_on(plans, as_of)), *(((day - as_of).days, plan_on(plans, day)) for day in turns)]


def parts(rate: float) -> int:
    """A rate as whole millionths, as the waterfall takes it."""
    return round(rate * kernel.PARTS)


def _names(deals: Sequence[OpenDeal], plans: Sequence[Plan], whom: str) -> list[str]:
    leads = [plan.lead_broker or _UNNAMED_LEAD for plan in plans]
    of_deals = [share.agent for deal in deals for share in deal.terms.shares]
    return list(dict.fromkeys([whom, *leads, *(_nobody(plan).agent for plan in plans), *of_deals]))


def _nobody(plan: Plan) -> Share:
    """Whose a deal without agents is."""
    return Share(agent=plan.lead_broker or "agent")


def _deal_row(deal: OpenDeal, days: int, prices: int) -> list[int]:
    terms, referral = deal.terms, deal.terms.referral
    fate = kernel.STAYS_OUT if deal.is_lost else kernel.CLOSES if deal.is_sure else kernel.OPEN
    basis = kernel.NONE if referral is None else int(referral.basis is ReferralBasis.AFTER_SPLIT)
    return [
        terms.deal_id,
        terms.price_cents or 0,
        _or_none(terms.flat_cents),
        parts(terms.rate),
        parts(terms.buyer_rate) if terms.side is DealSide.BOTH else 0,
        terms.bonus_cents,
        terms.concession_cents,
        basis,
        parts(referral.rate) if referral else 0,
        _or_none(referral.flat_cents if referral else None),
        len(terms.shares) or 1,
        days,
        prices,
        OPEN_STAGES.index(deal.stage),
        fate,
    ]


def _or_none(cents: int | None) -> int:
    return kernel.NONE if cents is None else cents


def _stage_shares(odds: Mapping[Stage, StageOdds]) -> Floats:
    return np.array([_share_points(odds[stage].wins, odds[stage].losses) for stage in OPEN_STAGES], np.float64)


@lru_cache(maxsize=256)
def _share_points(wins: float, losses: float) -> tuple[float, ...]:
    """A stage's share of closings, as points of its distribution; nine digits, so that machines agree."""
    return tuple(np.round(betaincinv(wins, losses, _POINTS), 9).tolist())


def _days(deals: Sequence[OpenDeal], odds: Mapping[Stage, StageOdds], as_of: date) -> tuple[Longs, Longs]:
    """Which table of days each deal uses, and the tables: days from `as_of` to closing, never before today."""
    keys: dict[tuple[Stage, int | None, int, int], int] = {}
    which = np.zeros(len(deals), np.int64)
    for row, deal in enumerate(deals):
        key = (deal.stage, *timing(deal, as_of), deal.moved_days)
        which[row] = keys.setdefault(key, len(keys))
    tables = [closing_days(odds[stage], due, age) + moved for stage, due, age, moved in keys]
    return which, np.array(tables, np.int64).reshape(len(tables), kernel.N_POINTS)


def timing(deal: OpenDeal, as_of: date) -> tuple[int | None, int]:
    """What a deal's closing is reckoned from: days to its expected date, or (None, days in its stage) without one or long past it."""
    expected = deal.terms.expected_close_on
    due = (expected - as_of).days if expected else None
    return (due, 0) if due is not None and due >= -STALE_AFTER_DAYS else (None, deal.days_in_stage)


def closing_days(stage: StageOdds, due_in_days: int | None, days_in_stage: int) -> Longs:
    """Days until a closing deal closes, as points of their distribution.

    With an expected date: that date and its slip, given that it hasn't closed yet. Without: the stage's time to close, given the age.
    """
    if due_in_days is not None:
        # Logistic: its tail is long enough that a deal long overdue isn't expected to close tomorrow, every day anew.
        middle, scale = due_in_days + stage.slip.mean_days, stage.slip.spread_days * _LOGISTIC_SCALE
        still_open = 1.0 / (1.0 + np.exp(np.clip((-0.5 - middle) / scale, -500, 500)))
        days = middle + scale * np.log(1.0 / np.maximum(still_open * (1 - _POINTS), 1e-300) - 1.0)
    else:
        span, age = stage.to_close, max(days_in_stage, 0)
        start = np.log(span.median_days)
        still_open = ndtr((start - np.log(age)) / span.spread) if age else 1.0
        days = np.exp(start - span.spread * ndtri(np.maximum(still_open * (1 - _POINTS), 1e-300))) - age
    rounded: Longs = np.clip(np.rint(days), 0, CLOSING_TABLE_DAYS).astype(np.int64)
    return rounded


def _prices(deals: Sequence[OpenDeal]) -> tuple[Longs, Longs]:
    """Which table of price factors each deal uses, and the tables, in millionths; the middle one is 1."""
    spreads: dict[float, int] = {}
    which = np.array([spreads.setdefault(round(deal.price_spread, 4), len(spreads)) for deal in deals], np.int64)
    factors = [np.rint(np.exp(spread * ndtri(_POINTS)) * kernel.PARTS) for spread in spreads]
    return which, np.array(factors, np.int64).reshape(len(factors), kernel.N_POINTS)


def _shares(
    deals: Sequence[OpenDeal], plans: Sequence[Plan], agents: Sequence[AgentTerms], names: Sequence[str]
) -> tuple[Longs, Longs, Longs]:
    own = {agent.agent: agent.cap_cents for agent in agents if agent.cap_cents is not None}
    place = {name: number for number, name in enumerate(names)}
    most = max([1, *(len(deal.terms.shares) for deal in deals)])
    agent, weight = np.zeros((len(deals), most), np.int64), np.zeros((len(deals), most), np.int64)
    cap = np.full((len(deals), most), kernel.NONE, np.int64)
    for row, deal in enumerate(deals):
        for column, share in enumerate(deal.terms.shares or (_nobody(plans[0]),)):
            agent[row, column], weight[row, column] = place[share.agent], parts(share.rate)
            cap[row, column] = _or_none(own.get(share.agent, share.cap_cents))
    return agent, weight, cap


def _plans(plans: Sequence[Plan], names: Sequence[str]) -> Longs:
    return np.array(
        [
            [
                names.index(plan.lead_broker or _UNNAMED_LEAD),
                _or_none(cap_of(plan)),
                int(plan.lead_broker_owns_brokerage),
                int(bool(plan.lead_broker)),
                len(ordered_steps(plan)),
            ]
            for plan in plans
        ],
        np.int64,
    )


def _over_steps(plans: Sequence[Plan], width: int, row: Callable[[PlanStep], Sequence[int]]) -> Longs:
    table = np.zeros((len(plans), max(len(ordered_steps(plan)) for plan in plans), width), np.int64)
    for number, plan in enumerate(plans):
        for place, step in enumerate(ordered_steps(plan)):
            table[number, place] = row(step)
    return table


def _steps(plans: Sequence[Plan], meters: Sequence[str]) -> Longs:
    return _over_steps(
        plans,
        kernel.N_STEP,
        lambda step: [
            _KINDS[step.kind],
            _RECEIVERS.get(step.to, kernel.TO_OTHER),
            _BASES[step.basis],
            _or_none(step.flat_cents),
            kernel.NONE if step.rate_if_less is None else parts(step.rate_if_less),
            int(step.per is FeePer.AGENT),
            _or_none(step.cap_cents),
            int(step.cap_counts is CapCount.GROSS),
            _or_none(step.reduced_after_cents),
            step.reduced_flat_cents,
            meters.index(step.rule),
            len(step.tiers),
        ],
    )


def _rates(deals: Sequence[OpenDeal], plans: Sequence[Plan]) -> Longs:
    """What each step's rate is for each deal: it may hang on where the lead came from."""
    by_source = {source: _rates_for(source, plans) for source in {deal.terms.source for deal in deals}}
    none = np.zeros((0, len(plans), max(len(ordered_steps(plan)) for plan in plans)), np.int64)
    return np.array([by_source[deal.terms.source] for deal in deals], np.int64) if deals else none


def _rates_for(source: Source | None, plans: Sequence[Plan]) -> Longs:
    return _over_steps(plans, 1, lambda step: [parts(dict(step.rate_by_source).get(source, step.rate) if source else step.rate)])[
        ..., 0
    ]


def _tiers(plans: Sequence[Plan]) -> Longs:
    steps = [ordered_steps(plan) for plan in plans]
    most = max([1, *(len(step.tiers) for plan in steps for step in plan)])
    table = np.zeros((len(plans), max(map(len, steps)), most, 2), np.int64)
    for number, plan in enumerate(steps):
        for place, step in enumerate(plan):
            for row, tier in enumerate(step.tiers):
                table[number, place, row] = tier.from_cents, parts(tier.rate)
    return table


def _new_years(names: Sequence[str], agents: Sequence[AgentTerms], as_of: date, n_days: int) -> Longs:
    """For each agent the days, counted from `as_of`, on which a new cap year begins."""
    anniversaries = {agent.agent: agent.anniversary_on for agent in agents}
    years = range(as_of.year, as_of.year + n_days // 365 + 3)
    rows = []
    for name in names:
        begins = (cap_year(anniversaries.get(name), date(year, 12, 31)) for year in years)
        rows.append([(day - as_of).days for day in begins if day > as_of][: len(years) - 1])
    return np.array(rows, np.int64)


def _meters(names: Sequence[str], meters: Sequence[str], usage: Mapping[tuple[str, str], int]) -> Longs:
    return np.array([[usage.get((name, meter), 0) for meter in meters] for name in names], np.int64)
