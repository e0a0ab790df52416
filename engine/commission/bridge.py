"""The way from one day's expected GCI to another's, deal by deal: new, closed, lost, price, rate, date, odds. Adds up to the cent.

Expected GCI is what has closed in the span of days asked for, plus each open deal's GCI × P(closes) × P(by the span's end). Each
factor of a deal that stayed open is exchanged in turn, old for new, in the order of the bars; so the parts add up whatever the input.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from engine.commission.forecast import Book
from engine.commission.forecast_layout import OpenDeal, closing_days, timing
from engine.commission.waterfall import side_gci
from engine.records.deal import DealTerms


class Move(StrEnum):
    """Why expected GCI changed."""

    NEW = "new"
    CLOSED = "closed"
    LOST = "lost"
    PRICE = "price"
    RATE = "rate"  # rate, side, bonus, concession, or a flat amount
    DATE = "date"
    ODDS = "odds"
    REOPENED = "reopened"  # or corrected after it had closed


@dataclass(frozen=True, slots=True)
class Part:
    """What one deal adds to a bar."""

    deal_id: int
    cents: int
    note: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One kind of change, and the deals behind it, the largest first."""

    move: Move
    cents: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """From `before` to `after`: `before_cents` plus every bar is `after_cents`."""

    before_on: date
    after_on: date
    begins_on: date
    ends_on: date
    before_cents: int
    after_cents: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class _Worth:
    """The three factors of an open deal on a day."""

    gci_cents: int
    in_time: float
    chance: float

    @property
    def cents(self) -> int:
        return int(self.gci_cents * self.in_time * self.chance + 0.5)


def bridge(before: Book, after: Book, begins_on: date, ends_on: date) -> Bridge:
    """What happened to the expected GCI of the days `begins_on` to `ends_on` between the two books' days."""
    was, now = _open(before, ends_on), _open(after, ends_on)
    had, has = _paid(before, begins_on, ends_on), _paid(after, begins_on, ends_on)
    parts: dict[Move, list[Part]] = {move: [] for move in Move}
    for deal_id in sorted(was.keys() | now.keys() | had.keys() | has.keys()):
        for move, cents, note in _moves(deal_id, was, now, had, has):
            if cents:
                parts[move].append(Part(deal_id, cents, note))
    bars = tuple(
        Bar(move, sum(part.cents for part in found), tuple(sorted(found, key=lambda part: (-abs(part.cents), part.deal_id))))
        for move, found in parts.items()
    )
    return Bridge(before.as_of, after.as_of, begins_on, ends_on, _total(was, had), _total(now, has), bars)


def expected_cents(book: Book, begins_on: date, ends_on: date) -> int:
    """The expected GCI of a span of days: the bridge's ends."""
    return _total(_open(book, ends_on), _paid(book, begins_on, ends_on))


_Known = Mapping[int, tuple[OpenDeal, _Worth]]


def _moves(
    deal_id: int, was: _Known, now: _Known, had: Mapping[int, int], has: Mapping[int, int]
) -> Iterable[tuple[Move, int, str]]:
    worth_before = was[deal_id][1].cents if deal_id in was else 0
    worth_after = now[deal_id][1].cents if deal_id in now else 0
    if deal_id in was and deal_id in now:
        yield from _still_open(*was[deal_id], *now[deal_id])
        yield Move.REOPENED, has.get(deal_id, 0) - had.get(deal_id, 0), "corrected"
    elif deal_id in had:
        yield Move.REOPENED, worth_after + has.get(deal_id, 0) - had[deal_id], "reopened" if deal_id in now else "corrected"
    elif deal_id in has:
        move = Move.CLOSED if deal_id in was else Move.NEW
        yield move, has[deal_id] - worth_before, "closed"
    elif deal_id in now:
        yield Move.NEW, worth_after, "new"
    else:
        yield Move.LOST, -worth_before, "lost"


def _still_open(old: OpenDeal, was: _Worth, new: OpenDeal, now: _Worth) -> Iterable[tuple[Move, int, str]]:
    repriced = _gci(_with_price(old.terms, new.terms.price_cents)) if was.gci_cents != now.gci_cents else was.gci_cents
    steps = (
        (Move.PRICE, replace(was, gci_cents=repriced), f"price {_dollars(old)} to {_dollars(new)}"),
        (Move.RATE, replace(was, gci_cents=now.gci_cents), f"rate {old.terms.rate:.2%} to {new.terms.rate:.2%}"),
        (Move.DATE, replace(now, chance=was.chance), f"closing {_day(old)} to {_day(new)}"),
        (Move.ODDS, now, f"odds {was.chance:.0%} to {now.chance:.0%}{_stages(old, new)}"),
    )
    before = was
    for move, after, note in steps:
        yield move, after.cents - before.cents, note
        before = after


def _open(book: Book, ends_on: date) -> dict[int, tuple[OpenDeal, _Worth]]:
    shares: dict[tuple[object, ...], float] = {}
    until = (ends_on - book.as_of).days
    found = {}
    for deal in book.deals:
        stage, (due, age) = book.odds[deal.stage], timing(deal, book.as_of)
        key = (deal.stage, due, age)
        if key not in shares:
            shares[key] = round(float(np.mean(closing_days(stage, due, age) <= until)), 9)
        found[deal.terms.deal_id] = (deal, _Worth(_gci(deal.terms), shares[key], stage.chance(deal.days_in_stage)))
    return found


def _paid(book: Book, begins_on: date, ends_on: date) -> dict[int, int]:
    totals: dict[int, int] = {}
    for paid in book.paid:
        if begins_on <= paid.closed_on <= ends_on:
            totals[paid.deal_id] = totals.get(paid.deal_id, 0) + paid.gci_cents
    return totals


def _total(known: _Known, paid: Mapping[int, int]) -> int:
    return sum(worth.cents for _, worth in known.values()) + sum(paid.values())


def _gci(terms: DealTerms) -> int:
    return sum(line.amount_cents for line in side_gci(terms))


def _with_price(terms: DealTerms, price_cents: int | None) -> DealTerms:
    return replace(
        terms, sold_price_cents=price_cents, contract_price_cents=None, estimated_price_cents=None, list_price_cents=None
    )


def _dollars(deal: OpenDeal) -> str:
    return "none" if deal.terms.price_cents is None else f"${deal.terms.price_cents / 100:,.0f}"


def _day(deal: OpenDeal) -> str:
    return "open" if deal.terms.expected_close_on is None else deal.terms.expected_close_on.isoformat()


def _stages(old: OpenDeal, new: OpenDeal) -> str:
    moved = old.stage is not new.stage
    return f", {old.stage.value} to {new.stage.value}".replace("_", " ") if moved else ""
