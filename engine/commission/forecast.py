"""The forecast: every open deal drawn thousands of times and sent through the exact waterfall, summed by week, month and quarter.

Pure: what is known of the deals on a day comes in as a `Book`, the distribution goes out. What the odds rest on stands in `odds`.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np

from engine.commission import forecast_kernel as kernel
from engine.commission.forecast_kernel import Longs
from engine.commission.forecast_layout import Arrays, OpenDeal, lay_out
from engine.commission.odds import OPEN_STAGES, StageOdds
from engine.commission.periods import Period, Periods, periods_from
from engine.records import Stage
from engine.records.deal import AgentTerms, Plan

SEED = 20_260_101
N_SIMULATIONS = 10_000
FEWEST_SIMULATIONS = 1_000
MOST_DRAWS = 3_000_000  # simulations times deals: above, fewer simulations; the sum of many deals is the steadier by itself
BAND = (0.1, 0.5, 0.9)
_THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A closed deal: when, its GCI, and what each party received of it."""

    deal_id: int
    closed_on: date
    gci_cents: int
    nets: tuple[tuple[str, int], ...] = ()  # (agent, cents), the lead broker's and the brokerage's parts included for who gets them
    worked_by: tuple[str, ...] = ()  # its agents
    is_assumed: bool = False

    def net_of(self, agent: str) -> int:
        """What this agent received."""
        return sum(cents for name, cents in self.nets if name == agent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All that a forecast rests on: what was known at the start of `as_of`."""

    as_of: date
    deals: tuple[OpenDeal, ...]
    paid: tuple[Paid, ...]  # closed deals of this year and the year before
    odds: Mapping[Stage, StageOdds]
    plans: tuple[Plan, ...]
    agents: tuple[AgentTerms, ...] = ()
    usage: tuple[tuple[str, str, int], ...] = ()  # (agent, meter, cents) in the agent's cap year
    whom: str = ""  # whose net is meant: the lead broker's in the office's forecast, an agent's in his own
    goal_cents: int | None = None  # GCI of the year of `as_of`


@dataclass(frozen=True, slots=True)
class Range:
    """An 80 % range of an amount in cents, its middle and its mean; `inside` is the share of simulations in the range."""

    p10: int
    p50: int
    p90: int
    mean: int
    inside: float


@dataclass(frozen=True, slots=True)
class PeriodRange:
    """What one week, month or quarter brings: closed so far, and the ranges of the whole of it."""

    period: Period
    closed_gci_cents: int
    closed_net_cents: int
    gci: Range
    net: Range
    gci_running: Range  # from the first period on, so far
    net_running: Range


@dataclass(frozen=True, slots=True)
class DealOutlook:
    """What the forecast says of one deal within its horizon."""

    deal_id: int
    chance: float
    expected_gci_cents: int
    expected_net_cents: int


@dataclass(frozen=True, slots=True)
class CapOutlook:
    """When an agent's cap is reached within his present cap year: how likely, and the days of the 80 % range (None beyond it)."""

    agent: str
    used_cents: int
    cap_cents: int
    ends_on: date
    chance: float
    p10_on: date | None
    p50_on: date | None
    p90_on: date | None


@dataclass(frozen=True)
class Simulation:
    """The draws of a book: GCI and net by simulation and column of `periods`."""

    book: Book
    periods: Periods
    seed: int
    gci: Longs
    net: Longs
    deal_sums: Longs
    cap_day: Longs
    arrays: Arrays

    @property
    def n(self) -> int:
        """How many simulations."""
        return int(self.gci.shape[0])

    @cached_property
    def _paid(self) -> Longs:
        """Day, GCI and net of each closing before the book's day."""
        rows = [(one.closed_on.toordinal(), one.gci_cents, one.net_of(self.book.whom)) for one in self.book.paid]
        return np.array(rows, np.int64).reshape(-1, 3)

    def closed_in(self, period: Period) -> tuple[int, int]:
        """GCI and net of what closed in a period before the book's day."""
        days = self._paid[:, 0]
        paid = self._paid[(days >= period.begins_on.toordinal()) & (days <= period.ends_on.toordinal())]
        return int(paid[:, 1].sum()), int(paid[:, 2].sum())

    @cached_property
    def year_gci(self) -> Longs:
        """GCI of the goal's year in each simulation, what has closed included."""
        column: Longs = self.gci[:, self.periods.year_column] + self.closed_in(self.periods.year)[0]
        return column

    @property
    def goal_chance(self) -> float | None:
        """The share of simulations that reach the goal; None without one."""
        return None if self.book.goal_cents is None else float(np.mean(self.year_gci >= self.book.goal_cents))

    def ranges(self, unit: str) -> tuple[PeriodRange, ...]:
        """The periods of a unit: `weeks`, `months` or `quarters`."""
        return self._all_ranges[unit]

    @cached_property
    def _all_ranges(self) -> dict[str, tuple[PeriodRange, ...]]:
        return {unit: self._ranges_of(unit) for unit in ("weeks", "months", "quarters")}

    def _ranges_of(self, unit: str) -> tuple[PeriodRange, ...]:
        periods, first = self.periods.of(unit)
        closed = np.array([self.closed_in(period) for period in periods], np.int64).T
        whole = [table[:, first : first + len(periods)] + sums for table, sums in zip((self.gci, self.net), closed, strict=True)]
        single = [_ranges(table) for table in whole]
        running = [_ranges(np.cumsum(table, axis=1)) for table in whole]
        rows = zip(periods, closed.T, single[0], single[1], running[0], running[1], strict=True)
        return tuple(
            PeriodRange(period, int(sums[0]), int(sums[1]), gci, net, gci_sum, net_sum)
            for period, sums, gci, net, gci_sum, net_sum in rows
        )

    def window(self, days: int) -> tuple[Range, Range]:
        """GCI and net of the next so many days (one of `periods.WINDOWS`), of the deals open now."""
        column = self.periods.window_column(days)
        return _ranges(self.gci[:, [column]])[0], _ranges(self.net[:, [column]])[0]

    def window_spread(self, days: int) -> int:
        """The standard deviation of the GCI of the next so many days, in cents."""
        return round(float(np.std(self.gci[:, self.periods.window_column(days)])))

    def year(self) -> tuple[Range, Range]:
        """GCI and net of the year of `as_of`, what has closed included."""
        gci, net = self.closed_in(self.periods.year)
        column = self.periods.year_column
        return _ranges(self.gci[:, [column]] + gci)[0], _ranges(self.net[:, [column]] + net)[0]

    def outlooks(self) -> tuple[DealOutlook, ...]:
        """Each deal's chance to close within the horizon, and what that is worth."""
        return tuple(
            DealOutlook(deal.terms.deal_id, int(closed) / self.n, _mean(int(gci), self.n), _mean(int(net), self.n))
            for deal, (closed, gci, net) in zip(self.book.deals, self.deal_sums, strict=True)
        )

    @property
    def assumed_share(self) -> float | None:
        """Of the expected GCI of the open deals, the part that rests on the default rate; None when nothing is expected."""
        total = int(self.deal_sums[:, 1].sum())
        assumed = sum(int(row[1]) for deal, row in zip(self.book.deals, self.deal_sums, strict=True) if deal.terms.is_assumed)
        return assumed / total if total else None

    def caps(self) -> tuple[CapOutlook, ...]:
        """The agents that have a cap, by how soon they reach it."""
        found = [self._cap(place, agent) for place, agent in enumerate(self.arrays.agents)]
        return tuple(sorted((cap for cap in found if cap), key=lambda cap: (cap.p50_on or date.max, -cap.chance, cap.agent)))

    def _cap(self, place: int, agent: str) -> CapOutlook | None:
        cap = _cap_cents(self.arrays, self.book, place, agent)
        if cap is None:
            return None
        used = int(self.arrays.meters[place, 0])
        days = self.cap_day[:, place]
        reached = np.sort(np.where(days < 0, _never(days), days)) if used < cap else np.zeros(self.n, np.int64)
        when = [self._day(int(reached[rank(q, self.n)])) for q in BAND]
        return CapOutlook(
            agent=agent,
            used_cents=min(used, cap),
            cap_cents=cap,
            ends_on=self.book.as_of + timedelta(days=int(self.arrays.new_year_days[place, 0]) - 1),
            chance=1.0 if used >= cap else float(np.mean(days >= 0)),
            p10_on=when[0],
            p50_on=when[1],
            p90_on=when[2],
        )

    def _day(self, offset: int) -> date | None:
        return self.book.as_of + timedelta(days=offset) if offset < self.periods.n_days else None


def simulate(book: Book, *, n_simulations: int | None = None, seed: int = SEED) -> Simulation:
    """Draw the book's deals. Equal books and seeds give equal cents, on any machine and with any number of threads."""
    periods = periods_from(book.as_of)
    usage = {(agent, meter): cents for agent, meter, cents in book.usage}
    arrays = lay_out(book.deals, book.odds, book.plans, book.agents, usage, book.whom, book.as_of, periods.n_days)
    n = n_simulations or max(FEWEST_SIMULATIONS, min(N_SIMULATIONS, MOST_DRAWS // max(1, len(book.deals))))
    gci, net = np.zeros((n, periods.n_columns), np.int64), np.zeros((n, periods.n_columns), np.int64)
    cap_day = np.full((n, len(arrays.agents)), -1, np.int64)
    edges = [n * part // _THREADS for part in range(_THREADS + 1)]
    blocks = [slice(begin, end) for begin, end in pairwise(edges)]

    def run(block: slice) -> Longs:
        sums = np.zeros((len(book.deals), 3), np.int64)
        _draw(arrays, periods, seed, block, gci[block], net[block], sums, cap_day[block])
        return sums

    with ThreadPoolExecutor(_THREADS) as pool:
        deal_sums = sum(pool.map(run, blocks), start=np.zeros((len(book.deals), 3), np.int64))
    return Simulation(book, periods, seed, gci, net, deal_sums, cap_day, arrays)


def at_recorded_rate(book: Book) -> Book | None:
    """The same book with every assumed rate replaced by the mean of the recorded ones; None when there are none of either."""
    recorded = [
        deal.terms for deal in book.deals if not deal.terms.is_assumed and deal.terms.flat_cents is None and deal.terms.rate
    ]
    if not recorded or len(recorded) == len(book.deals):
        return None
    rate = round(sum(terms.rate for terms in recorded) / len(recorded), 6)
    deals = tuple(replace(deal, terms=replace(deal.terms, rate=rate)) if deal.terms.is_assumed else deal for deal in book.deals)
    return replace(book, deals=deals)


def rank(share: float, n: int) -> int:
    """The place of a quantile among `n` sorted values: an amount that was drawn, never one between."""
    return max(0, -int(-round(share * n, 6) // 1) - 1)


def _never(days: Longs) -> int:
    """A day beyond every horizon."""
    return int(days.max(initial=0)) + 10**6


def _draw(arrays: Arrays, periods: Periods, seed: int, block: slice, gci: Longs, net: Longs, sums: Longs, cap_day: Longs) -> None:
    kernel.simulate(
        seed,
        block.start,
        block.stop - block.start,
        0,  # `whom` is the first name
        arrays.deals,
        arrays.age_ratio,
        -1 - np.arange(len(OPEN_STAGES)),  # keys that no deal has
        arrays.stage_share,
        arrays.days_table,
        arrays.price_table,
        arrays.share_agent,
        arrays.share_weight,
        arrays.share_cap,
        arrays.plans,
        arrays.steps,
        arrays.rates,
        arrays.tiers,
        arrays.plan_of_day,
        periods.columns_of_day,
        arrays.new_year_days,
        arrays.meters,
        gci,
        net,
        sums,
        cap_day,
    )


def _ranges(table: Longs) -> list[Range]:
    """The range of each column."""
    n = table.shape[0]
    ordered = np.sort(np.ascontiguousarray(table.T), axis=1)
    low, middle, high = (ordered[:, rank(share, n)] for share in BAND)
    inside = ((ordered >= low[:, None]) & (ordered <= high[:, None])).mean(axis=1)
    means = [_mean(int(total), n) for total in ordered.sum(axis=1)]
    rows = zip(low, middle, high, means, inside, strict=True)
    return [Range(int(p10), int(p50), int(p90), mean, round(float(share), 6)) for p10, p50, p90, mean, share in rows]


def _mean(total: int, n: int) -> int:
    """A mean in whole cents, half a cent up."""
    return (2 * total + n) // (2 * n)


def _cap_cents(arrays: Arrays, book: Book, place: int, agent: str) -> int | None:
    """The cap that holds for an agent now: his own where he has one, else the plan's; None for agents of no deal and without a cap."""
    own = next((terms.cap_cents for terms in book.agents if terms.agent == agent), None)
    on_deals = arrays.share_cap[arrays.share_agent == place]
    is_lead = bool((arrays.plans[:, kernel.LEAD_AGENT] == place).any())
    if own is None and not on_deals.size and not is_lead and not arrays.meters[place].any():
        return None
    kept = [int(cap) for cap in on_deals if cap != kernel.NONE]
    general = int(arrays.plans[0, kernel.PLAN_CAP])
    found = own if own is not None else kept[0] if kept else general
    return None if found == kernel.NONE else found
