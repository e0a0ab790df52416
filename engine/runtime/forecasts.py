"""The forecast of this process: the book as the ledger has it now or had it on a past day, drawn once for each state and kept.

A forecast hangs on deals, plans, settings and the day. Other changes (a lead's message, a score) leave the kept one as it is.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from cachetools import LRUCache

from engine.access import Agents
from engine.commission.backtest import Backtest, backtest
from engine.commission.forecast import Book, Simulation, at_recorded_rate, simulate
from engine.commission.forecast_layout import OpenDeal
from engine.commission.odds import StageOdds, learn_odds
from engine.errors import BadInput
from engine.records import Stage
from engine.runtime.forecast_book import PRICE_SPREADS, StageHistory, load_book
from engine.store import forecasts as kept
from engine.store.ledger import Ledger

Facts = Literal["live", "frozen", "reconstructed"]
_MOST_KEPT = 24
_OLDEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Known:
    """A book, and whether its facts are today's, frozen that night or put together afterwards. Equal keys are of equal books."""

    book: Book
    facts: Facts
    key: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """A drawn book, and what is known of its facts."""

    simulation: Simulation
    facts: Facts
    key: tuple[object, ...]


@dataclass
class Forecasts:
    """Makes forecasts from the ledger and keeps the latest ones. Safe to use from several threads."""

    ledger: Ledger
    now: Callable[[], datetime]
    frozen_on: date | None = None  # the last day whose frozen forecast this process has seen
    rests_until: datetime | None = None  # nothing is drawn ahead before
    _position: int = 0
    _history: StageHistory | None = None
    _kept: LRUCache[tuple[object, ...], object] = field(default_factory=lambda: LRUCache(_MOST_KEPT))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def today(self, zone: str) -> date:
        """The office's day."""
        return self.now().astimezone(ZoneInfo(zone)).date()

    def known(self, zone: str, *, agents: Agents = None, own: int | None = None, as_of: date | None = None) -> Known:
        """The book of a day (None: today), of the office or of these agents' deals; `own`: whose net is meant, else the lead broker's.

        Past days rest on the facts frozen that night; where none were, on those put together from today's records, and say so.
        """
        today = self.today(zone)
        on = as_of or today
        if not _OLDEST <= on <= today:
            raise BadInput(f"A forecast is of a day between {_OLDEST} and today, {today}", field="as_of")
        with self._lock:
            office = self._office(zone, on, today)
            if agents is None:
                return office
            key = (*office.key, agents, own)
            found = self._kept.get(key)
            if not isinstance(found, Known):
                whom = office.book.whom if own is None else str(own)
                found = Known(only_of(office.book, frozenset(map(str, agents)), whom=whom), office.facts, key)
                self._kept[key] = found
        return found

    def outlook(self, zone: str, *, agents: Agents = None, own: int | None = None, as_of: date | None = None) -> Outlook:
        """The forecast that a book makes: `known`, drawn."""
        with self._lock:
            known = self.known(zone, agents=agents, own=own, as_of=as_of)
            key = ("drawn", *known.key)
            found = self._kept.get(key)
            if not isinstance(found, Outlook):
                found = Outlook(simulate(known.book), known.facts, known.key)
                self._kept[key] = found
        return found

    def is_drawn(self, zone: str) -> bool:
        """Whether the office's forecast of today stands ready; never waits: while somebody draws, nobody else needs to."""
        if not self._lock.acquire(blocking=False):
            return True
        try:
            return ("drawn", "live", zone, self.today(zone), self._moved()) in self._kept
        finally:
            self._lock.release()

    def tried(self, outlook: Outlook, changes: Mapping[int, tuple[str, int]]) -> Simulation:
        """A what-if: deals lost, sure, moved by days or repriced to cents, everything else's luck unchanged."""
        key = ("tried", outlook.key, tuple(sorted(changes.items())))
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
            key = ("at recorded rate", outlook.key)
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
            key = ("odds", zone, today, kept.moves(connection), tuple(win_rates.items()))
            found = self._kept.get(key)
            if not isinstance(found, dict):
                slips = [(actual - expected).days for expected, actual in kept.load_slips(connection) if actual < today]
                visits = self._history_in(zone).visits(connection)
                found = learn_odds(visits, win_rates, {Stage.UNDER_CONTRACT: slips}, today)
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

    def _office(self, zone: str, on: date, today: date) -> Known:
        """The office's book of a day. A frozen one stays as it is; the others hang on where the feed stands."""
        frozen_key = ("frozen", on)
        key = frozen_key if frozen_key in self._kept else ("live" if on == today else "reconstructed", zone, on, self._moved())
        found = self._kept.get(key)
        if isinstance(found, Known):
            return found
        with self.ledger.read() as connection:
            frozen = kept.load_frozen_book(connection, on) if on < today else None
            if frozen:
                found = Known(frozen, "frozen", frozen_key)
            else:
                book = load_book(connection, self._history_in(zone), on, self.now())
                found = Known(book, "live" if on == today else "reconstructed", key)
        self._kept[found.key] = found
        return found

    def _history_in(self, zone: str) -> StageHistory:
        if self._history is None or self._history.zone.key != zone:
            self._history = StageHistory(ZoneInfo(zone))
        return self._history


def only_of(book: Book, agents: frozenset[str], *, whom: str) -> Book:
    """Some agents' part of a book: the deals they work, and the net of `whom` of them."""
    mine = tuple(deal for deal in book.deals if any(share.agent in agents for share in deal.terms.shares))
    paid = tuple(one for one in book.paid if any(name in agents for name, _ in one.nets))
    return replace(book, deals=mine, paid=paid, whom=whom, goal_cents=None)


def _changed(deal: OpenDeal, change: tuple[str, int] | None) -> OpenDeal:
    """One deal under a what-if: ('lost', 0), ('sure', 0), ('moved', days) or ('price', cents)."""
    if change is None:
        return deal
    kind, amount = change
    if kind == "price":
        terms = replace(deal.terms, contract_price_cents=amount, sold_price_cents=None)
        return replace(deal, terms=terms, price_spread=PRICE_SPREADS["contract"])
    return replace(deal, is_lost=kind == "lost", is_sure=kind == "sure", moved_days=amount if kind == "moved" else deal.moved_days)
