"""The forecast of this process: the book as the ledger has it now or had it on a past day, drawn once for each state and kept.

A forecast hangs on deals, plans, settings and the day. Other changes (a lead's message, a score) leave the kept one as it is.
"""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from cachetools import LRUCache
from sqlalchemy import Connection

from engine.commission.backtest import Backtest, backtest
from engine.commission.book import NO_PLAN, Meters, Settled, plan_on, statements
from engine.commission.forecast import Book, Paid, Simulation, at_recorded_rate, simulate
from engine.commission.forecast_layout import OpenDeal
from engine.commission.odds import OPEN_STAGES, StageOdds, Visit, learn_odds
from engine.errors import BadInput
from engine.records import Stage
from engine.records.deal import DealTerms, Plan, RateSource, Share, Statement
from engine.store import deals, people
from engine.store import forecasts as kept
from engine.store import preferences as settings_kept
from engine.store import statements as entries_kept
from engine.store.ledger import Ledger

Facts = Literal["live", "frozen", "reconstructed"]
_MOST_KEPT = 24
# How wide a price is, as the spread of its logarithm, by where it is from. Shipped starting values; a model's estimate brings its own.
_OLDEST = date(2000, 1, 1)
_SPREADS = {"sold": 0.0, "contract": 0.01, "listing": 0.04, "list": 0.04, "stated": 0.06}
_UNSURE_SPREAD = 0.2
_P90_IN_SPREADS = 1.2816


@dataclass(frozen=True, slots=True)
class Outlook:
    """A drawn book: whether its facts are today's, frozen or put together afterwards, and the position in the feed it is of."""

    simulation: Simulation
    facts: Facts
    facts_of: date
    position: int


@dataclass
class Forecasts:
    """Makes forecasts from the ledger and keeps the latest ones. Safe to use from several threads."""

    ledger: Ledger
    now: Callable[[], datetime]
    frozen_on: date | None = None  # the last day whose frozen forecast this process has seen
    failed_at: datetime | None = None  # when freezing last went wrong
    _position: int = 0
    _kept: LRUCache[tuple[object, ...], object] = field(default_factory=lambda: LRUCache(_MOST_KEPT))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def today(self, zone: str) -> date:
        """The office's day."""
        return self.now().astimezone(ZoneInfo(zone)).date()

    def outlook(self, zone: str, *, agent_id: int | None = None, as_of: date | None = None) -> Outlook:
        """The forecast of a day (None: today), of the office or of one agent's own deals.

        Past days rest on the facts frozen that night; where none were, on those put together from today's records, and say so.
        """
        today = self.today(zone)
        on = as_of or today
        if not _OLDEST <= on <= today:
            raise BadInput(f"A forecast is of a day between {_OLDEST} and today, {today}", field="as_of")
        with self._lock:
            position = self._moved()
            key = ("outlook", agent_id, on, today, position)
            found = self._kept.get(key)
            if not isinstance(found, Outlook):
                found = self._make(zone, agent_id, on, today, position)
                self._kept[key] = found
        return found

    def tried(self, outlook: Outlook, changes: Mapping[int, tuple[str, int]]) -> Simulation:
        """A what-if: deals lost, sure, moved by days or repriced to cents, everything else's luck unchanged."""
        key = ("tried", _identity(outlook), tuple(sorted(changes.items())))
        with self._lock:
            found = self._kept.get(key)
            if not isinstance(found, Simulation):
                book = outlook.simulation.book
                asked = tuple(_changed(deal, changes.get(deal.terms.deal_id)) for deal in book.deals)
                found = simulate(replace(book, deals=asked), n_simulations=outlook.simulation.n, seed=outlook.simulation.seed)
                self._kept[key] = found
        return found

    def at_recorded_rate(self, outlook: Outlook) -> Simulation | None:
        """The same forecast with the assumed rates at the average of the recorded ones; None when there is nothing to replace."""
        book = at_recorded_rate(outlook.simulation.book)
        if book is None:
            return None
        with self._lock:
            key = ("at recorded rate", _identity(outlook))
            found = self._kept.get(key)
            if not isinstance(found, Simulation):
                found = simulate(book, n_simulations=outlook.simulation.n, seed=outlook.simulation.seed)
                self._kept[key] = found
        return found

    def odds(self, zone: str) -> Mapping[Stage, StageOdds]:
        """What the office's history says of each open stage today; made anew when a deal has moved or the stage table was changed."""
        today = self.today(zone)
        with self._lock, self.ledger.read() as connection:
            win_rates = kept.load_win_rates(connection)
            key = ("odds", zone, today, kept.last_move(connection), tuple(win_rates.items()))
            found = self._kept.get(key)
            if not isinstance(found, dict):
                slips = [(actual - expected).days for expected, actual in kept.load_slips(connection) if actual < today]
                found = learn_odds(kept.load_visits(connection, ZoneInfo(zone)), win_rates, {Stage.UNDER_CONTRACT: slips}, today)
                self._kept[key] = found
        return found

    def judged(self, zone: str) -> Backtest:
        """The back-test of the forecasts frozen so far."""
        today = self.today(zone)
        with self._lock:
            key = ("judged", today, self._moved())
            found = self._kept.get(key)
            if not isinstance(found, Backtest):
                with self.ledger.read() as connection:
                    found = backtest(kept.load_windows(connection, today))
                self._kept[key] = found
        return found

    def _moved(self) -> int:
        with self.ledger.read() as connection:
            self._position = kept.deal_position(connection, self._position) or self._position
        return self._position

    def _make(self, zone: str, agent_id: int | None, on: date, today: date, position: int) -> Outlook:
        office, facts_of = ZoneInfo(zone), today
        facts: Facts = "live"
        with self.ledger.read() as connection:
            frozen = kept.load_frozen_book(connection, on) if on < today else None
            book = frozen or load_book(connection, office, on, self.now())
        if on < today:
            facts, facts_of = ("frozen", on) if frozen else ("reconstructed", today)
        if agent_id is not None:
            book = only_of(book, str(agent_id))
        return Outlook(
            simulate(book), "live" if facts == "live" else "frozen" if facts == "frozen" else "reconstructed", facts_of, position
        )


def _identity(outlook: Outlook) -> tuple[object, ...]:
    book = outlook.simulation.book
    return (book.as_of, book.whom, len(book.deals), outlook.facts, outlook.facts_of, outlook.position)


def load_book(connection: Connection, zone: ZoneInfo, as_of: date, at: datetime) -> Book:
    """The book at the start of `as_of`, from the ledger as it stands. Of a past day, prices, rates and expected dates are today's."""
    plans = entries_kept.load_plans(connection)
    agents = entries_kept.load_agent_terms(connection)
    whom = lead_broker(connection, plans, as_of)
    terms = {deal.deal_id: deal for deal in deals.open_terms(connection)}
    visits = kept.load_visits(connection, zone)
    stood = _stages_on(visits, as_of)
    is_past = as_of < at.astimezone(zone).date()
    lost = _ended_since(connection, visits, terms, as_of) if is_past else {}
    paid, settled = _paid(connection, terms, plans, as_of, whom)
    meters = Meters(agents)
    for entry in settled:
        meters.add(entry.used, entry.closed_on)
    owners = {share.agent for deal in terms.values() for share in deal.shares} | {whom, *(agent.agent for agent in agents)}
    facts = kept.load_facts(connection)
    known = [
        _open_deal(_with_agent(deal, whom), stood.get(deal.deal_id), facts[deal.deal_id], as_of, zone, is_past=is_past)
        for deal in sorted({**terms, **lost}.values(), key=lambda deal: deal.deal_id)
        if deal.deal_id in facts and facts[deal.deal_id].opened_at.astimezone(zone).date() <= as_of
    ]
    slips = [(actual - expected).days for expected, actual in kept.load_slips(connection) if actual < as_of]
    return Book(
        as_of=as_of,
        deals=tuple(deal for deal in known if deal),
        paid=paid,
        odds=learn_odds(visits, kept.load_win_rates(connection), {Stage.UNDER_CONTRACT: slips}, as_of),
        plans=tuple(plans),
        agents=tuple(agents),
        usage=tuple((agent, meter, cents) for (agent, meter), cents in meters.usage(owners, as_of).items()),
        whom=whom,
        goal_cents=goal_cents(connection, as_of.year, at),
    )


def only_of(book: Book, agent: str) -> Book:
    """One agent's own part of a book: the deals he works, and his net of them."""
    mine = tuple(deal for deal in book.deals if any(share.agent == agent for share in deal.terms.shares))
    paid = tuple(one for one in book.paid if any(name == agent for name, _ in one.nets))
    return replace(book, deals=mine, paid=paid, whom=agent, goal_cents=None)


def lead_broker(connection: Connection, plans: Sequence[Plan], on: date) -> str:
    """Whose net the office's forecast shows: the plan's lead broker, else the owner of the account opened first."""
    named = plan_on(plans, on).lead_broker
    if named:
        return named
    return str(people.first_owner(connection))


def goal_cents(connection: Connection, year: int, at: datetime) -> int | None:
    """The GCI to reach in a year; None while nobody has set one."""
    goals: Mapping[str, int] = settings_kept.get_setting(connection, "goals", at) or {}
    return goals.get(str(year))


def _stages_on(visits: Sequence[Visit], as_of: date) -> dict[int, Visit]:
    """The stay in which each deal was at the start of a day; deals that had ended or not begun are not among them."""
    found: dict[int, Visit] = {}
    for visit in visits:
        is_there = visit.entered_on <= as_of and (visit.left_on is None or visit.left_on >= as_of)
        if is_there and (visit.ended_on is None or visit.ended_on >= as_of):
            found.setdefault(visit.deal_id, visit)
    return found


def _ended_since(
    connection: Connection, visits: Sequence[Visit], terms: Mapping[int, DealTerms], as_of: date
) -> dict[int, DealTerms]:
    """The deals that have been lost since a past day, which `open_terms` leaves out."""
    ids = {visit.deal_id for visit in visits if visit.is_won is False and visit.ended_on and visit.ended_on >= as_of}
    return {deal.deal_id: deal for deal in deals.load_terms(connection, sorted(ids - terms.keys()))}


def _open_deal(
    terms: DealTerms, stood: Visit | None, facts: kept.DealFacts, as_of: date, zone: ZoneInfo, *, is_past: bool
) -> OpenDeal | None:
    """A deal as it was open at the start of a day; None if it wasn't."""
    if is_past:
        if stood is None or (terms.closed_on and terms.closed_on < as_of):
            return None
        stage, since = stood.stage, stood.entered_on
        terms = replace(terms, closed_on=None, sold_price_cents=None, stage=stage)
    elif terms.stage in OPEN_STAGES:
        stage, since = terms.stage, facts.stage_since.astimezone(zone).date()
    else:
        return None
    return OpenDeal(terms=terms, stage=stage, days_in_stage=max(0, (as_of - since).days), price_spread=_price_spread(terms, facts))


def _price_spread(terms: DealTerms, facts: kept.DealFacts) -> float:
    """How wide the price is: a contract's hardly, an estimate's as wide as the model says."""
    if terms.sold_price_cents is not None or terms.contract_price_cents is not None:
        return _SPREADS["contract"]
    if facts.price_source == "estimate" and facts.price_low_cents and facts.price_high_cents:
        return round(math.log(facts.price_high_cents / facts.price_low_cents) / (2 * _P90_IN_SPREADS), 4)
    return _SPREADS.get(facts.price_source, _UNSURE_SPREAD)


def _with_agent(deal: DealTerms, whom: str) -> DealTerms:
    """A deal that nobody has taken counts as the lead broker's own."""
    return deal if deal.shares else replace(deal, shares=(Share(agent=whom),))


def _paid(
    connection: Connection, terms: Mapping[int, DealTerms], plans: Sequence[Plan], as_of: date, whom: str
) -> tuple[tuple[Paid, ...], list[Settled]]:
    """What closed before a day, by its kept statements; closings that came without one (imports) are settled now, after those."""
    by_id = {plan.plan_id: plan for plan in plans}
    entries = [entry for entry in entries_kept.all_entries(connection) if entry["closed_on"] < as_of]
    settled = entries_kept.settled(entries)
    since = date(as_of.year - 1, 1, 1)
    found = [
        _paid_by(entry["closed_on"], entries_kept.as_statement(entry), by_id, whom, terms.get(entry["opportunity_id"]))
        for entry in entries
        if entry["closed_on"] >= since
    ]
    stated = {entry["opportunity_id"] for entry in entries}
    loose = [
        _with_agent(deal, whom)
        for deal in terms.values()
        if deal.closed_on and deal.closed_on < as_of and deal.deal_id not in stated and deal.price_cents is not None
    ]
    for deal, statement in zip(loose, _settled_now(tuple(plans), tuple(loose), tuple(settled)), strict=True):
        assert deal.closed_on is not None  # chosen so above
        settled.append(Settled(closed_on=deal.closed_on, used=statement.used))
        if deal.closed_on >= since:
            found.append(_paid_by(deal.closed_on, statement, by_id, whom, deal))
    return tuple(sorted(found, key=lambda paid: (paid.closed_on, paid.deal_id))), settled


@lru_cache(maxsize=4)
def _settled_now(plans: tuple[Plan, ...], loose: tuple[DealTerms, ...], settled: tuple[Settled, ...]) -> tuple[Statement, ...]:
    """The statements of closings that came without one: thousands after an import, and the same until one of them changes."""
    return tuple(statements(plans, loose, settled=settled))


def _paid_by(closed_on: date, statement: Statement, plans: Mapping[int, Plan], whom: str, terms: DealTerms | None) -> Paid:
    plan = plans.get(statement.plan_id, NO_PLAN)
    nets = [(pay.agent if pay.agent != "agent" else whom, pay.net_cents) for pay in statement.pays]
    lead = statement.lead_broker_net_cents + (statement.brokerage_cents if plan.lead_broker_owns_brokerage else 0)
    return Paid(
        deal_id=statement.deal_id,
        closed_on=closed_on,
        gci_cents=statement.side_gci_cents,
        nets=(*nets, *(((plan.lead_broker, lead),) if plan.lead_broker and lead else ())),
        worked_by=tuple(agent for agent, _ in nets),
        is_assumed=terms is not None and terms.rate_source is RateSource.DEFAULT,
    )


def _changed(deal: OpenDeal, change: tuple[str, int] | None) -> OpenDeal:
    """One deal under a what-if: ('lost', 0), ('sure', 0), ('moved', days) or ('price', cents)."""
    if change is None:
        return deal
    kind, amount = change
    if kind == "price":
        terms = replace(deal.terms, contract_price_cents=amount, sold_price_cents=None)
        return replace(deal, terms=terms, price_spread=_SPREADS["contract"])
    return replace(deal, is_lost=kind == "lost", is_sure=kind == "sure", moved_days=amount if kind == "moved" else deal.moved_days)
