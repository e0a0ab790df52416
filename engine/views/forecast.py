"""What the pipeline will pay and how surely: the distribution, the bridge between two days, what-ifs, and whether past forecasts held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict

from engine.access import Actor, Agents, require_office_money, scope_of
from engine.commission.backtest import Backtest
from engine.commission.bridge import Bridge, bridge
from engine.commission.forecast import Book, PeriodRange, Range, Simulation
from engine.commission.periods import Period, week_of, year_of
from engine.errors import BadInput, NotAllowed
from engine.runtime import Engine
from engine.runtime.forecasts import Facts, Known, Outlook
from engine.store import forecasts as kept
from engine.store import people


class _Asked(TypedDict):
    agents: Agents
    own: int | None
    as_of: date | None


_PAST_PERIODS = {"weeks": 13, "months": 6, "quarters": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDeal:
    """One open deal within the forecast's horizon."""

    deal_id: int
    name: str
    stage: str
    agents: str
    price_cents: int | None
    rate: float
    is_assumed: bool
    chance: float
    chance_low: float
    chance_high: float
    closes_on: date | None
    expected_gci_cents: int
    expected_net_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapRow:
    """How far an agent's cap is, and when it will be reached if the forecast holds."""

    agent: str
    name: str
    used_cents: int
    cap_cents: int
    ends_on: date
    chance: float
    p10_on: date | None
    p50_on: date | None
    p90_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPeriod:
    """What a week, month or quarter before this one brought."""

    period: Period
    gci_cents: int
    net_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPage:
    """The forecast of the office, or of an agent's own deals. Cents."""

    as_of: date
    facts: Facts
    n_simulations: int
    seed: int
    is_own: bool  # one agent's own deals only
    whom: str  # whose net it is
    units: Mapping[str, tuple[PeriodRange, ...]]
    on_agreed_rates: Mapping[str, tuple[PeriodRange, ...]]  # the same without the deals on an assumed rate
    past: Mapping[str, tuple[PastPeriod, ...]]
    next_90: tuple[Range, Range]
    year: tuple[Range, Range]
    closed_year: tuple[int, int]
    goal_cents: int | None
    goal_chance: float | None
    assumed_share: float | None
    assumed_cents: int  # of the expected GCI
    expected_cents: int
    recorded_rate: float | None
    at_recorded_rate: Range | None  # the year's GCI, were the assumed rates the recorded average
    deals: tuple[ForecastDeal, ...]
    caps: tuple[CapRow, ...]
    odds_rest_on: tuple[tuple[str, float, float, float, str], ...]  # stage, share, its 80 % interval, what it rests on


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The forecast as it is and as it would be."""

    base_90: tuple[Range, Range]
    tried_90: tuple[Range, Range]
    base_year: tuple[Range, Range]
    tried_year: tuple[Range, Range]
    base_chance: float | None
    tried_chance: float | None
    base_quarters: tuple[PeriodRange, ...]
    tried_quarters: tuple[PeriodRange, ...]


def forecast(engine: Engine, actor: Actor, *, as_of: date | None = None) -> ForecastPage:
    """The forecast as of today or a past day, within what the person may see; raises `NotAllowed` for roles without money."""
    outlook = office_outlook(engine, actor, as_of)
    simulation, book = outlook.simulation, outlook.simulation.book
    assumed = {deal.terms.deal_id: ("lost", 0) for deal in book.deals if deal.terms.is_assumed}
    agreed = engine.forecasts.tried(outlook, assumed) if assumed else simulation
    other = engine.forecasts.at_recorded_rate(outlook)
    names = people_names(engine)
    deals = _deals(simulation)
    return ForecastPage(
        as_of=book.as_of,
        facts=outlook.facts,
        n_simulations=simulation.n,
        seed=simulation.seed,
        is_own=scope_of(actor).own is not None,
        whom=names.get(book.whom, ""),
        units={unit: simulation.ranges(unit) for unit in _PAST_PERIODS},
        on_agreed_rates={unit: agreed.ranges(unit) for unit in _PAST_PERIODS},
        past={unit: _past(unit, simulation) for unit in _PAST_PERIODS},
        next_90=simulation.window(90),
        year=simulation.year(),
        closed_year=simulation.closed_in(simulation.periods.year),
        goal_cents=book.goal_cents,
        goal_chance=simulation.goal_chance,
        assumed_share=simulation.assumed_share,
        assumed_cents=sum(deal.expected_gci_cents for deal in deals if deal.is_assumed),
        expected_cents=sum(deal.expected_gci_cents for deal in deals),
        recorded_rate=_recorded_rate(other.book, book) if other else None,
        at_recorded_rate=other.year()[0] if other else None,
        deals=deals,
        caps=cap_rows(simulation, names),
        odds_rest_on=tuple(
            (stage.value, odds.share, *odds.interval(0), odds.source) for stage, odds in sorted(book.odds.items(), reverse=True)
        ),
    )


def forecast_bridge(
    engine: Engine, actor: Actor, *, since: date, until: date | None = None
) -> tuple[Bridge, Facts, Mapping[int, str]]:
    """What moved the expected GCI of this year between two days, the facts the first day rests on, and the deals' names."""
    before, after = _known(engine, actor, since), _known(engine, actor, until)
    if before.book.as_of > after.book.as_of:
        raise BadInput("The bridge begins on the earlier day", field="since")
    year, books = year_of(after.book.as_of), (before.book, after.book)
    names = {deal.terms.deal_id: deal.terms.name for book in books for deal in book.deals}
    found = bridge(*books, year.begins_on, year.ends_on)
    with engine.ledger.read() as connection:
        unnamed = [part.deal_id for bar in found.bars for part in bar.parts if part.deal_id not in names]
        names |= kept.deal_names(connection, unnamed)
    return found, before.facts, names


def frozen_days(engine: Engine, actor: Actor) -> tuple[date, ...]:
    """The days with a frozen forecast, the latest first."""
    _sees_money(actor)
    with engine.ledger.read() as connection:
        return tuple(reversed(kept.frozen_days(connection)))


def what_if(engine: Engine, actor: Actor, *, changes: tuple[tuple[int, str, int], ...]) -> WhatIf:
    """The forecast if deals are lost, sure, moved by days or repriced: (deal, 'lost' | 'sure' | 'moved' | 'price', days or cents)."""
    outlook = office_outlook(engine, actor)
    known = {deal.terms.deal_id for deal in outlook.simulation.book.deals}
    for deal_id, kind, amount in changes:
        if deal_id not in known or kind not in ("lost", "sure", "moved", "price") or (kind == "price" and amount < 0):
            raise BadInput("That can't be tried on this deal", field="changes")
    base = outlook.simulation
    tried = engine.forecasts.tried(outlook, {deal_id: (kind, amount) for deal_id, kind, amount in changes})
    return WhatIf(
        base_90=base.window(90),
        tried_90=tried.window(90),
        base_year=base.year(),
        tried_year=tried.year(),
        base_chance=base.goal_chance,
        tried_chance=tried.goal_chance,
        base_quarters=base.ranges("quarters"),
        tried_quarters=tried.ranges("quarters"),
    )


def forecast_backtest(engine: Engine, actor: Actor) -> Backtest:
    """Whether past forecasts of the office held."""
    require_office_money(actor)
    return engine.forecasts.judged(_zone(engine))


def office_outlook(engine: Engine, actor: Actor, as_of: date | None = None) -> Outlook:
    """The drawn forecast of what this person may see, of a day (None: today); raises `NotAllowed` for roles without money."""
    return engine.forecasts.outlook(_zone(engine), **_asked(engine, actor, as_of))


def _known(engine: Engine, actor: Actor, as_of: date | None) -> Known:
    return engine.forecasts.known(_zone(engine), **_asked(engine, actor, as_of))


def _asked(engine: Engine, actor: Actor, as_of: date | None) -> _Asked:
    _sees_money(actor)
    if as_of is not None and as_of > engine.forecasts.today(_zone(engine)):
        raise BadInput("That day hasn't come yet", field="as_of")
    scope = scope_of(actor)
    return {"agents": scope.agents, "own": scope.own, "as_of": as_of}


def _zone(engine: Engine) -> str:
    return engine.preferences.market.time_zone


def _sees_money(actor: Actor) -> None:
    if not scope_of(actor).sees_money:
        raise NotAllowed("Your role sees no money, so it sees no forecast")


def people_names(engine: Engine) -> dict[str, str]:
    """Everybody's name by the number under which caps and nets are kept."""
    with engine.ledger.read() as connection:
        return {str(number): name for number, name in people.names(connection).items()}


def _past(unit: str, simulation: Simulation) -> tuple[PastPeriod, ...]:
    """The periods before the forecast's first, the oldest first."""
    first = simulation.periods.of(unit)[0][0]
    found = []
    for _ in range(_PAST_PERIODS[unit]):
        first = _before(first, unit)
        gci, net = simulation.closed_in(first)
        found.append(PastPeriod(period=first, gci_cents=gci, net_cents=net))
    return tuple(reversed(found))


def _before(period: Period, unit: str) -> Period:
    last_day = period.begins_on - timedelta(days=1)
    if unit == "weeks":
        return week_of(last_day)
    months = 1 if unit == "months" else 3
    month = last_day.month - (last_day.month - 1) % months
    name = f"{last_day:%Y-%m}" if months == 1 else f"{last_day.year}-Q{(last_day.month + 2) // 3}"
    return Period(name, date(last_day.year, month, 1), last_day)


def _recorded_rate(other: Book, book: Book) -> float:
    """The mean of the recorded rates, as `at_recorded_rate` has put it in."""
    return next(new.terms.rate for new, old in zip(other.deals, book.deals, strict=True) if old.terms.is_assumed)


def _deals(simulation: Simulation) -> tuple[ForecastDeal, ...]:
    """The open deals, those that bring most first."""
    rows = []
    for found, deal in zip(simulation.outlooks(), simulation.book.deals, strict=True):
        low, high = simulation.book.odds[deal.stage].interval(deal.days_in_stage)
        terms = deal.terms
        rows.append(
            ForecastDeal(
                deal_id=terms.deal_id,
                name=terms.name,
                stage=deal.stage.value,
                agents=", ".join(share.name for share in terms.shares if share.name),
                price_cents=terms.price_cents,
                rate=terms.rate,
                is_assumed=terms.is_assumed,
                chance=found.chance,
                chance_low=low,
                chance_high=high,
                closes_on=terms.expected_close_on,
                expected_gci_cents=found.expected_gci_cents,
                expected_net_cents=found.expected_net_cents,
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.expected_gci_cents, row.deal_id)))


def cap_rows(simulation: Simulation, names: Mapping[str, str]) -> tuple[CapRow, ...]:
    """The agents' caps with their names, by how soon they are reached."""
    return tuple(
        CapRow(
            agent=cap.agent,
            name=names.get(cap.agent, ""),
            used_cents=cap.used_cents,
            cap_cents=cap.cap_cents,
            ends_on=cap.ends_on,
            chance=cap.chance,
            p10_on=cap.p10_on,
            p50_on=cap.p50_on,
            p90_on=cap.p90_on,
        )
        for cap in simulation.caps()
    )
