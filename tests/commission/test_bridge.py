"""The bridge between two days adds up to the cent, whatever happened, and calls each change by its name."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.commission.bridge import Move, bridge, expected_cents
from engine.commission.forecast import Book, Paid
from engine.commission.forecast_layout import OpenDeal
from engine.commission.odds import OPEN_STAGES, learn_odds
from engine.records import Stage
from engine.records.deal import DealTerms, RateSource

AS_OF = date(2026, 3, 2)
LATER = AS_OF + timedelta(days=7)
BEGIN, END = date(2026, 1, 1), date(2026, 12, 31)
ODDS = learn_odds([], dict.fromkeys(OPEN_STAGES, (0.5, "test")), {}, AS_OF)


def deal(number: int, **facts: object) -> OpenDeal:
    given = {"estimated_price_cents": 50_000_000, "rate": 0.03, "expected_close_on": date(2026, 5, 1)}
    terms = DealTerms(deal_id=number, **{**given, **facts})
    return OpenDeal(terms=terms, stage=Stage.OFFER, days_in_stage=3)


def book(as_of: date, deals: tuple[OpenDeal, ...] = (), paid: tuple[Paid, ...] = ()) -> Book:
    return Book(as_of=as_of, deals=deals, paid=paid, odds=ODDS, plans=())


def moves(before: Book, after: Book) -> dict[str, int]:
    return {bar.move.value: bar.cents for bar in bridge(before, after, BEGIN, END).bars if bar.parts}


def test_each_change_has_its_name():
    old = deal(1)
    before = book(AS_OF, (old,))
    worth = expected_cents(before, BEGIN, END)
    assert moves(before, book(AS_OF, ())) == {"lost": -worth}
    assert moves(book(AS_OF), before) == {"new": worth}
    assert moves(before, book(AS_OF, (deal(1, estimated_price_cents=60_000_000),))).keys() == {"price"}
    assert moves(before, book(AS_OF, (deal(1, rate=0.025, rate_source=RateSource.MANUAL),))).keys() == {"rate"}
    assert moves(before, book(AS_OF, (deal(1, expected_close_on=date(2027, 3, 1)),))).keys() == {"date"}
    assert moves(before, book(AS_OF, (replace(old, stage=Stage.UNDER_CONTRACT, days_in_stage=30),))).keys() == {"odds"}
    closed = book(LATER, (), (Paid(deal_id=1, closed_on=AS_OF, gci_cents=1_500_000),))
    assert moves(before, closed) == {"closed": 1_500_000 - worth}
    assert moves(closed, book(LATER, (old,))).keys() == {"reopened"}


chances = st.integers(0, 300)


@st.composite
def books(draw, as_of):
    numbers = draw(st.sets(st.integers(1, 8)))
    closed = draw(st.sets(st.sampled_from(sorted(numbers)))) if numbers else set()
    return Book(
        as_of=as_of,
        deals=tuple(
            OpenDeal(
                terms=DealTerms(
                    deal_id=number,
                    estimated_price_cents=draw(st.none() | st.integers(0, 10**10)),
                    rate=draw(st.integers(0, 60_000)) / 1_000_000,
                    flat_cents=draw(st.none() | st.integers(0, 10**7)),
                    expected_close_on=draw(st.none() | st.dates(date(2025, 6, 1), date(2027, 6, 1))),
                ),
                stage=draw(st.sampled_from(OPEN_STAGES)),
                days_in_stage=draw(chances),
            )
            for number in sorted(numbers - closed)
        ),
        paid=tuple(
            Paid(deal_id=number, closed_on=draw(st.dates(date(2025, 6, 1), AS_OF)), gci_cents=draw(st.integers(-(10**7), 10**7)))
            for number in sorted(closed)
        ),
        odds=ODDS,
        plans=(),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(books(AS_OF), books(LATER))
def test_the_bars_add_up_to_the_cent(before, after):
    found = bridge(before, after, BEGIN, END)
    assert found.before_cents + sum(bar.cents for bar in found.bars) == found.after_cents
    assert found.before_cents == expected_cents(before, BEGIN, END)
    for bar in found.bars:
        assert bar.cents == sum(part.cents for part in bar.parts)
        assert bar.move in Move
