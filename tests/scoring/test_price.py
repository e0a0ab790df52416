"""Prices: what is known best counts most, the interval holds what it says, and the basis says what it rests on."""

import numpy as np
import pytest

from engine.records import Lead, PropertyType
from engine.scoring.frame import frame_of
from engine.scoring.generator import generate
from engine.scoring.price import prices_of


@pytest.fixture
def price(champion, market, at):
    def estimate(**known):
        frame = frame_of([Lead(**known)], market=market, at=at, vocabulary=champion.vocabulary)
        return prices_of(champion.price, frame, market)[0]

    return estimate


def width(estimate):
    return estimate.high_cents / estimate.low_cents


def test_with_nothing_known_it_is_the_markets_median_with_a_wide_interval(price, market):
    estimate = price()
    assert estimate.p50_cents == pytest.approx(market.median_price_cents, rel=0.1)
    assert width(estimate) > 2
    assert "median price of Austin ($450,000) alone" in estimate.basis


def test_the_more_is_known_the_narrower(price):
    nothing, kind = price(), price(property_type=PropertyType.CONDO, beds=2)
    budget, listing = price(budget_low_cents=40_000_000, budget_high_cents=42_000_000), price(listing_price_cents=41_000_000)
    assert width(listing) < width(budget) < width(kind) <= width(nothing)


def test_the_list_price_counts_for_more_than_the_budget(price):
    estimate = price(listing_price_cents=60_000_000, budget_high_cents=40_000_000)
    assert abs(estimate.p50_cents - 60_000_000) < abs(estimate.p50_cents - 40_000_000)
    assert estimate.basis.startswith("the list price of the property asked about, the stated budget")


def test_a_condo_is_estimated_below_a_house(price):
    assert price(property_type=PropertyType.CONDO).p50_cents < price(property_type=PropertyType.SINGLE_FAMILY).p50_cents


def test_the_middle_lies_in_the_interval_and_all_are_whole_thousands(price):
    for known in ({}, {"listing_price_cents": 1}, {"budget_high_cents": 10**13}, {"beds": 80.0}):
        estimate = price(**known)
        assert 0 < estimate.low_cents <= estimate.p50_cents <= estimate.high_cents
        assert estimate.p50_cents % 100_000 == 0


def test_the_interval_holds_about_eight_in_ten_prices_of_fresh_leads(champion, market, at):
    fresh = generate(6_000, seed=99, at=at, market=market)
    estimates = prices_of(champion.price, frame_of(fresh.leads, market=market, at=at), market)
    inside = [one.low_cents <= 100 * said <= one.high_cents for one, said in zip(estimates, fresh.price_dollars, strict=True)]
    assert 0.78 <= np.mean(inside) <= 0.82
