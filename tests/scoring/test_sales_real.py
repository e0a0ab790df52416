"""Public sales that nobody here wrote: how close prices have to come on them, and that intervals hold what they say."""

import pytest

from engine.scoring.sales import train_sales
from tests.scoring import sales_frames as frames

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.slow,
    pytest.mark.skipif(not frames.DATASETS.exists(), reason="the reference data is not beside the project"),
]


@pytest.mark.long
def test_king_countys_later_sales_by_all_they_say():
    report = train_sales(frames.king_county(), price="price", time="date", at=frames.AT).report
    assert {each["column"] for each in report["excluded"]} == {"price", "date", "id"}
    assert report["odd"]["sales_of_a_property_sold_before"] == 177
    assert report["median_ape"] <= 8.8
    assert 0.78 <= report["interval"]["coverage"] <= 0.82


@pytest.mark.long
def test_king_countys_later_sales_by_what_a_lead_tells():
    report = train_sales(frames.king_county(), price="price", time="date", columns="lead", at=frames.AT).report
    assert report["used"] == ["zipcode", "bedrooms", "bathrooms"]
    assert report["median_ape"] <= 15.2 < report["baselines"]["zip_beds_median"]
    assert 0.78 <= report["interval"]["coverage"] <= 0.82


@pytest.mark.long
def test_austins_listings_by_all_they_say():
    report = train_sales(frames.austin(), price="latestPrice", at=frames.AT).report
    assert report["odd"]["prices_below_usual"] == 8
    assert report["odd"]["prices_above_usual"] == 7
    assert report["median_ape"] <= 9.1
    assert 0.78 <= report["interval"]["coverage"] <= 0.82


@pytest.mark.long
def test_austins_listings_by_what_a_lead_tells():
    report = train_sales(frames.austin(), price="latestPrice", columns="lead", at=frames.AT).report
    assert report["median_ape"] <= 14.2 < report["baselines"]["zip_beds_median"]
    assert 0.78 <= report["interval"]["coverage"] <= 0.82
