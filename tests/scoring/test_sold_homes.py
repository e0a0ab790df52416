"""Lead prices with a team's own sales: which counts for more, what the estimate says it rests on, and where nothing changes."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from engine.records import Lead
from engine.scoring.lead_columns import LeadColumns
from engine.scoring.registry import load_champion, promote
from engine.scoring.sales import train_sales
from engine.scoring.sales_model import promote_sales
from engine.scoring.scorer import Scorer
from tests.scoring.sales_frames import AT, sales

HOME = {"zip_code": "01102", "beds": 3.0, "baths": 2.0}  # worth 450,000 by the way the sales are made


@pytest.fixture(scope="module")
def own(champion):
    model = train_sales(sales(1_500), price="Price", time="Sold", columns="lead", at=AT).model
    return Scorer(replace(champion, sales=model))


@pytest.fixture
def price(own, market, at):
    return lambda **known: own.score([Lead(**known)], market=market, at=at)[0].price


def test_own_sales_price_a_home_by_its_zip_beds_and_baths(price):
    estimate = price(**HOME)
    assert estimate.p50_cents == pytest.approx(45_000_000, rel=0.1)
    assert estimate.low_cents < 45_000_000 < estimate.high_cents
    assert estimate.basis == "the team's own sales of as many beds and baths in the ZIP"
    assert price(**{**HOME, "zip_code": "01103-1234"}).p50_cents == pytest.approx(21_000_000, rel=0.12)


def test_the_list_price_counts_for_more_and_the_budget_is_weighed_in(price):
    listed = price(**HOME, listing_price_cents=60_000_000)
    assert abs(listed.p50_cents - 60_000_000) < abs(listed.p50_cents - 45_000_000)
    assert listed.basis.startswith("the list price of the property asked about and the team's own sales")
    with_budget = price(**HOME, budget_low_cents=55_000_000, budget_high_cents=55_000_000)
    assert price(**HOME).p50_cents < with_budget.p50_cents < 55_000_000


def test_where_the_sales_know_nothing_the_estimate_is_as_before(price, scorer, market, at):
    for known in (
        {},
        {"beds": 3.0, "baths": 2.0},
        {**HOME, "zip_code": "99999"},
        {"zip_code": "01102"},
        {**HOME, "zip_code": "K1A 0B1"},
    ):
        lead = Lead(**known)
        assert price(**known) == scorer.score([lead], market=market, at=at)[0].price


def test_only_the_price_and_the_fingerprint_change(own, scorer, market, at):
    ours, before = (one.score([Lead(**HOME)], market=market, at=at)[0] for one in (own, scorer))
    assert ours.price != before.price
    assert replace(ours, price=None, inputs_hash="") == replace(before, price=None, inputs_hash="")
    assert ours.inputs_hash != before.inputs_hash


def test_one_lead_and_many_and_columns_say_the_same(own, market, at):
    rng = np.random.default_rng(0)
    leads = [
        Lead(lead_id=place, zip_code=str(rng.choice(["01101", "01102", "", "99"])), beds=float(rng.integers(1, 6)), baths=2.0)
        for place in range(60)
    ]
    together = [score.price for score in own.score(leads, market=market, at=at)]
    assert together == [own.score([lead], market=market, at=at)[0].price for lead in leads]
    columns = LeadColumns(
        pl.DataFrame({name: [getattr(lead, name) for lead in leads] for name in ("lead_id", "zip_code", "beds", "baths")})
    )
    (frame,) = columns.frames(market=market, at=at)
    cents = own.table(frame, market=market).price.p50_cents.tolist()
    assert cents == [price.p50_cents for price in together if price is not None]


def test_a_promoted_price_model_comes_with_the_champion(champion, tmp_path):
    from engine.scoring.bundle import save_bundle

    save_bundle(champion, tmp_path)
    promote(tmp_path, champion.version)
    assert load_champion(tmp_path).sales is None
    model = train_sales(sales(300), price="Price", columns="lead", at=AT).model
    promote_sales(tmp_path, model.save(tmp_path))
    sales_model = load_champion(tmp_path).sales
    assert sales_model is not None
    assert sales_model.version == model.version
