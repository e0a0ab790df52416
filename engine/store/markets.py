"""The market that the office works, as the ledger's settings hold it; the shipped one until somebody sets another."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.records import Market
from engine.store.preferences import get_setting

# Inland Empire, California: Jorge's market. The price is a shipped starting value for the office to replace, and is shown as such.
SHIPPED_MARKET = Market(
    name="Inland Empire, California",
    state="CA",
    time_zone="America/Los_Angeles",
    median_price_cents=58_000_000,
    median_price_source="shipped starting value; set your own",
    service_zips=("917", "923", "924", "925"),
)


def market_at(connection: Connection, at: datetime) -> Market:
    """The market that holds at that moment."""
    data = get_setting(connection, "market", at)
    return _market(data) if data else SHIPPED_MARKET


def _market(data: Mapping[str, Any]) -> Market:
    known: dict[str, Any] = {field.name: data[field.name] for field in fields(Market) if field.name in data}
    return Market(**known | {"service_zips": tuple(known["service_zips"])})
