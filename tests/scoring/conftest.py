"""What the scoring tests share: a market, a time, the shipped model, and a few thousand synthetic leads."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.records import Market
from engine.scoring.bundle import Bundle
from engine.scoring.generator import SyntheticLeads, generate
from engine.scoring.registry import load_version
from engine.scoring.scorer import Scorer
from engine.scoring.shipped import VERSION

MODELS = Path(__file__).resolve().parents[2] / "models"


@pytest.fixture(scope="session")
def market() -> Market:
    return Market(
        name="Austin",
        state="TX",
        time_zone="America/Chicago",
        median_price_cents=45_000_000,
        median_price_source="test",
        service_zips=("787",),
    )


@pytest.fixture(scope="session")
def at() -> datetime:
    return datetime(2026, 4, 1, 15, tzinfo=UTC)


@pytest.fixture(scope="session")
def champion() -> Bundle:
    return load_version(MODELS, VERSION)


@pytest.fixture(scope="session")
def scorer(champion: Bundle) -> Scorer:
    return Scorer(champion)


@pytest.fixture(scope="session")
def synthetic(market: Market, at: datetime) -> SyntheticLeads:
    return generate(3_000, seed=5, at=at, market=market)
