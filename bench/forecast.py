"""The forecast: its speed through split, cap and referral, and whether its bands hold in a world with known odds."""

import random
import statistics
import time
from datetime import date, timedelta

from engine.commission.backtest import Health, backtest
from engine.commission.forecast import Book, simulate
from engine.commission.forecast_layout import OpenDeal
from engine.commission.odds import OPEN_STAGES, learn_odds
from engine.records.deal import Basis, DealTerms, Party, Plan, PlanStep, ReferralTerms, RuleKind, Share
from tests.commission.deal_world import windows

AS_OF = date(2026, 3, 2)
N_DEALS, N_RUNS = 100, 15
N_WINDOWS, N_OFFICES = 3_000, 100
PLAN = Plan(
    name="team",
    lead_broker="jorge",
    steps=(
        PlanStep(kind=RuleKind.REFERRAL, rule="Referral", to=Party.REFERRAL, basis=Basis.GCI),
        PlanStep(kind=RuleKind.TEAM_SPLIT, rule="Team", to=Party.LEAD_BROKER, basis=Basis.ADJUSTED_GCI, rate=0.3),
        PlanStep(
            kind=RuleKind.BROKER_SPLIT, rule="Split", to=Party.BROKERAGE, basis=Basis.ADJUSTED_GCI, rate=0.2, cap_cents=1_600_000
        ),
        PlanStep(kind=RuleKind.POST_CAP_FEE, rule="After the cap", to=Party.BROKERAGE, flat_cents=25_000),
        PlanStep(kind=RuleKind.FEE, rule="Risk", to=Party.BROKERAGE, flat_cents=4_000, cap_cents=50_000),
    ),
)


def run() -> list[dict[str, object]]:
    """Speed on one book, then coverage and alarms over many."""
    simulate(book(N_DEALS), n_simulations=10)  # loads the compiled loop
    right, rosy = backtest(windows(N_WINDOWS)).bands[2], backtest(windows(200, factor=1.5)).bands[2]
    return [
        {
            "what": f"Forecast: 10,000 simulations of {N_DEALS} deals through referral, splits, cap and fees",
            "value": round(speed(N_DEALS) * 1e3),
            "unit": "ms",
            "target": "≤ 150 ms",
        },
        {
            "what": "Forecast of 10,000 open deals, drawn anew",
            "value": round(speed(10_000, 3), 2),
            "unit": "s",
            "target": "≤ 1 s",
        },
        {
            "what": f"P10–P90 coverage of {N_WINDOWS:,} synthetic quarters, right odds",
            "value": round(100 * (right.coverage or 0), 1),
            "unit": "%",
            "target": "78–82 %",
        },
        {"what": "the same with odds 1.5 times too rosy", "value": round(100 * (rosy.coverage or 0), 1), "unit": "%", "target": ""},
        {"what": "offices of 8 quarters with right odds that see an alarm", "value": alarms(1.0), "unit": "%", "target": "≤ 5 %"},
        {
            "what": "offices of 8 quarters with odds 1.5 times too rosy that see it",
            "value": alarms(1.5),
            "unit": "%",
            "target": "≥ 90 %",
        },
    ]


def speed(n_deals: int, n_runs: int = N_RUNS) -> float:
    """The median seconds of a whole simulation, laid out and drawn."""
    found, times = book(n_deals), []
    for _ in range(n_runs):
        begun = time.perf_counter()
        simulate(found)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def alarms(factor: float) -> float:
    """Percent of offices whose back-test of 8 quarters raises the alarm."""
    raised = [backtest(windows(8, factor=factor, seed=seed)).bands[2].health is Health.ALARM for seed in range(N_OFFICES)]
    return round(100 * statistics.mean(raised), 1)


def book(n_deals: int) -> Book:
    """Open deals of six agents in every stage, a quarter of them referred, half with an expected date."""
    luck = random.Random(1)
    deals = tuple(
        OpenDeal(
            terms=DealTerms(
                deal_id=number,
                estimated_price_cents=luck.randrange(300_000, 1_200_000) * 100,
                rate=0.025,
                referral=ReferralTerms(to="Another broker", rate=0.25) if number % 4 == 0 else None,
                expected_close_on=AS_OF + timedelta(days=luck.randrange(5, 120)) if number % 2 else None,
                shares=(Share(agent=f"agent {number % 6}"),),
            ),
            stage=OPEN_STAGES[2 + number % 4],
            days_in_stage=luck.randrange(60),
            price_spread=0.05,
        )
        for number in range(1, n_deals + 1)
    )
    odds = learn_odds(
        [], dict(zip(OPEN_STAGES, ((rate, "") for rate in (0.02, 0.05, 0.15, 0.3, 0.5, 0.85)), strict=True)), {}, AS_OF
    )
    return Book(as_of=AS_OF, deals=deals, paid=(), odds=odds, plans=(PLAN,), whom="jorge", goal_cents=30_000_000)
