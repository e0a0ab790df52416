"""What the office has set for itself: market, default commission, bands, stages. Shipped values hold until somebody changes them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.clock import Clock
from engine.commission.plan import DEFAULT_RATE
from engine.records import Market, Stage
from engine.scoring.scale import Bands
from engine.store import opportunities
from engine.store import preferences as kept
from engine.store.ledger import Ledger, Txn
from engine.store.markets import SHIPPED_MARKET, market_at

# Win rates are shipped starting values except the contract stage: 14.9 % of contracts fell through in mid 2025 (Redfin).
_ASSUMED = "shipped starting value"
STAGES: tuple[Mapping[str, object], ...] = tuple(
    {"stage": stage, "label": label, "position": place, "win_rate": rate, "win_rate_source": origin, "is_open": is_open}
    for place, (stage, label, rate, origin, is_open) in enumerate(
        [
            (Stage.NEW, "New", 0.02, _ASSUMED, True),
            (Stage.CONTACTED, "Contacted", 0.05, _ASSUMED, True),
            (Stage.APPOINTMENT, "Appointment", 0.15, _ASSUMED, True),
            (Stage.ACTIVE, "Active", 0.30, _ASSUMED, True),
            (Stage.OFFER, "Offer", 0.50, _ASSUMED, True),
            (Stage.UNDER_CONTRACT, "Under contract", 0.85, "Redfin: about 15 % of contracts fall through", True),
            (Stage.CLOSED, "Closed", 1.0, "by definition", False),
            (Stage.LOST, "Lost", 0.0, "by definition", False),
        ]
    )
)


_RECENT_S = 0.2
_RECENT = timedelta(seconds=_RECENT_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """The office's settings at one moment."""

    market: Market = SHIPPED_MARKET
    commission_rate: float = DEFAULT_RATE
    bands: Bands | None = None  # None leaves the model's own


class RecentPreferences:
    """The office's settings for as many questions as are asked of them: read again once this process has set one.

    What another process set is seen within a fifth of a second, as the bus sees it. Safe to use from several threads.
    """

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock
        self._kept: tuple[int, float, datetime, Preferences] | None = None
        self._n_settings = 0  # how often this process has changed one
        ledger.on_commit.append(self._count)

    def now(self) -> Preferences:
        """The settings that hold at this moment."""
        n_settings, ticks, at = self._n_settings, time.monotonic(), self._clock.now()
        kept = self._kept
        if kept is None or kept[0] != n_settings or ticks - kept[1] > _RECENT_S or abs(at - kept[2]) > _RECENT:
            with self._ledger.read() as connection:
                kept = (n_settings, ticks, at, load_preferences(connection, at))
            self._kept = kept
        return kept[3]

    def _count(self, _seq: int, event_types: frozenset[str]) -> None:
        self._n_settings += "setting_changed" in event_types


def load_preferences(connection: Connection, at: datetime) -> Preferences:
    """The settings that hold at that moment."""
    rate = kept.get_setting(connection, "commission_rate", at)
    bands = kept.get_setting(connection, "bands", at)
    return Preferences(
        market=market_at(connection, at),
        commission_rate=float(rate) if rate is not None else DEFAULT_RATE,
        bands=Bands(**bands) if bands else None,
    )


def seed(txn: Txn) -> None:
    """Give a new ledger the shipped stages and market; leaves what is there."""
    opportunities.seed_stages(txn, STAGES)
