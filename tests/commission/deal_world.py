"""A made-up office whose deals close by known odds and times, for judging the forecast against the truth."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from engine.commission.backtest import Window
from engine.commission.forecast import Book, simulate
from engine.commission.forecast_layout import OpenDeal
from engine.commission.odds import OPEN_STAGES, Slip, Span, StageOdds
from engine.records import Stage
from engine.records.deal import Basis, DealTerms, Party, Plan, PlanStep, RuleKind, Share

AS_OF = date(2026, 3, 2)
TRUE_SHARE: Mapping[Stage, float] = dict(zip(OPEN_STAGES, (0.05, 0.1, 0.2, 0.3, 0.5, 0.85), strict=True))
PRICE_SPREAD = 0.1
_LOST_STAY = Span(50, 0.9)
PLAN = Plan(
    name="team",
    lead_broker="jorge",
    steps=(
        PlanStep(kind=RuleKind.REFERRAL, rule="Referral", to=Party.REFERRAL, basis=Basis.GCI),
        PlanStep(kind=RuleKind.TEAM_SPLIT, rule="Team", to=Party.LEAD_BROKER, basis=Basis.ADJUSTED_GCI, rate=0.3),
        PlanStep(
            kind=RuleKind.BROKER_SPLIT, rule="Split", to=Party.BROKERAGE, basis=Basis.ADJUSTED_GCI, rate=0.2, cap_cents=1_600_000
        ),
    ),
)


@dataclass(frozen=True)
class Fate:
    """What the world has decided of a deal: on which day after `AS_OF` it closes (None: it is lost), and its GCI."""

    closes_in: int | None
    gci_cents: int


def true_odds(factor: float = 1.0) -> dict[Stage, StageOdds]:
    """The world's own odds, known without doubt; `factor` makes them too rosy."""
    return {stage: _odds(stage, min(0.97, share * factor)) for stage, share in TRUE_SHARE.items()}


def _odds(stage: Stage, share: float) -> StageOdds:
    sure = 1e9  # so many deals' worth of evidence that no doubt is left
    stay = Span(60, 0.6)
    return StageOdds(
        stage=stage,
        wins=share * sure,
        losses=(1 - share) * sure,
        n_won=0,
        n_lost=0,
        n_open=0,
        won_stay=stay,
        lost_stay=_LOST_STAY,
        to_close=stay,
        slip=Slip(0, 9),
        source="the world's own",
    )


def books(n: int, *, n_deals: int = 60, seed: int = 1) -> Iterator[tuple[Book, dict[int, Fate]]]:
    """So many offices on one day, each with its open deals and what will become of them."""
    luck = random.Random(seed)
    for number in range(n):
        fates, deals = {}, []
        while len(deals) < n_deals:
            deal_id = number * 1_000 + len(deals) + 1
            drawn = _deal(luck, deal_id)
            if drawn:
                deals.append(drawn[0])
                fates[deal_id] = drawn[1]
        yield Book(as_of=AS_OF, deals=tuple(deals), paid=(), odds=true_odds(), plans=(PLAN,), whom="jorge"), fates


def _deal(luck: random.Random, deal_id: int) -> tuple[OpenDeal, Fate] | None:
    """A deal that came at some time in the last half year, unless it has ended by now."""
    stage = luck.choice(OPEN_STAGES)
    age = luck.randrange(180)
    is_won = luck.random() < TRUE_SHARE[stage]
    span = Span(60, 0.6) if is_won else _LOST_STAY
    life = max(0, span.median_days * math.exp(span.spread * luck.gauss(0, 1)))
    if life <= age:
        return None
    price = luck.randrange(300_000, 1_200_000) * 100
    final = round(price * math.exp(PRICE_SPREAD * luck.gauss(0, 1)))
    terms = DealTerms(
        deal_id=deal_id, estimated_price_cents=price, rate=0.025, shares=(Share(agent=luck.choice(("jorge", "ana", "ben"))),)
    )
    fate = Fate(round(life - age) if is_won else None, round(final * 0.025))
    return OpenDeal(terms=terms, stage=stage, days_in_stage=age, price_spread=PRICE_SPREAD), fate


def windows(n: int, *, factor: float = 1.0, days: int = 91, n_simulations: int = 500, seed: int = 1) -> list[Window]:
    """What the forecast said of each office, by odds so many times too rosy, and what came."""
    judged = []
    for number, (book, fates) in enumerate(books(n, seed=seed)):
        said = simulate(replace(book, odds=true_odds(factor)), n_simulations=n_simulations, seed=number)
        gci, _ = said.window(days)
        came = sum(fate.gci_cents for fate in fates.values() if fate.closes_in is not None and fate.closes_in < days)
        as_of = date.fromordinal(AS_OF.toordinal() + number * days)
        judged.append(Window(as_of, days, gci.p10, gci.p50, gci.p90, gci.mean, said.window_spread(days), gci.inside, came))
    return judged
