"""The way to GoHighLevel as configured: live with the shared budget and tokens of the ledger, or a dry run."""

import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

import httpx

from engine.clock import Clock
from engine.ghl.client import GhlClient
from engine.ghl.dry_run import DryRun
from engine.ghl.limiter import Budget, Urgency
from engine.ghl.oauth import OAuthApp, OAuthTokens, PrivateToken, Tokens
from engine.ghl.wire import Wire
from engine.settings import Settings, secret_key
from engine.store import watermarks
from engine.store.ledger import Ledger

_T = TypeVar("_T")
# How long one request waits for its turn: the budget fills up by five requests a second, so a moment is enough.
_PATIENCE_S = {Urgency.SEND: 2.0, Urgency.SYNC: 5.0}
_BUDGET, _TOKEN = "ghl_budget", "oauth"  # rows


def is_connected(settings: Settings) -> bool:
    """Whether a token or an app is configured; without one everything is a dry run."""
    return bool(settings.ghl_token.get_secret_value() or settings.ghl_client_id)


def open_provider(
    settings: Settings,
    ledger: Ledger,
    clock: Clock,
    *,
    urgency: Urgency = Urgency.SEND,
    transport: httpx.BaseTransport | None = None,
) -> GhlClient | DryRun:
    """The client for messages (`Urgency.SEND`) or for synchronising (`Urgency.SYNC`), which leaves a part of the budget free."""
    if not is_connected(settings):
        return DryRun()
    wire = Wire(
        tokens_of(settings, ledger, clock, transport=transport),
        SharedBudget(ledger),
        clock,
        base_url=settings.ghl_base_url,
        urgency=urgency,
        transport=transport,
        patience_seconds=_PATIENCE_S[urgency],
    )
    return GhlClient(wire, settings.ghl_location_id, clock, adds_status=settings.ghl_adds_status)


def tokens_of(settings: Settings, ledger: Ledger, clock: Clock, *, transport: httpx.BaseTransport | None = None) -> Tokens:
    """The private integration token, or OAuth with its pair in the ledger."""
    if token := settings.ghl_token.get_secret_value():
        return PrivateToken(token)
    return OAuthTokens(
        OAuthApp(client_id=settings.ghl_client_id, client_secret=settings.ghl_client_secret.get_secret_value()),
        SharedToken(ledger, clock),
        secret_key(settings),
        clock,
        base_url=settings.ghl_base_url,
        owner=f"{os.getpid()}-{secrets.token_hex(4)}",
        transport=transport,
    )


@dataclass(frozen=True, slots=True)
class SharedBudget:
    """The one rate budget of all processes, in the ledger."""

    ledger: Ledger

    def change(self, at: datetime, rule: Callable[[Budget, datetime], tuple[Budget, _T]]) -> _T:
        """Apply a rule to the budget as it stands; whole or not at all."""
        with self.ledger.write(at=at) as txn:
            before = budget_from(watermarks.read(txn.connection, _BUDGET))
            after, answer = rule(before, at)
            if after != before:
                watermarks.keep(txn, _BUDGET, _as_data(after))
        return answer


@dataclass(frozen=True, slots=True)
class SharedToken:
    """The sealed OAuth pair and the right to renew it, in the ledger."""

    ledger: Ledger
    clock: Clock

    def load(self) -> bytes | None:
        """The sealed pair, None before the first."""
        with self.ledger.read() as connection:
            return watermarks.sealed_token(connection, _TOKEN)

    def save(self, sealed: bytes, at: datetime) -> None:
        """Keep a new sealed pair and give the lease back."""
        with self.ledger.write(at=at) as txn:
            watermarks.keep_token(txn, _TOKEN, sealed)

    def lease(self, owner: str, at: datetime, until: datetime) -> bool:
        """Become the only one who renews until then; False while another is."""
        with self.ledger.write(at=at) as txn:
            return watermarks.lease_token(txn, _TOKEN, owner, until)

    def release(self, owner: str) -> None:
        """Give the lease back without a new pair."""
        with self.ledger.write(at=self.clock.now()) as txn:
            watermarks.release_token(txn, _TOKEN, owner)


def budget_from(kept: dict[str, Any] | None) -> Budget:
    """The budget as the ledger keeps it; a full one before the first request."""
    known = {field.name for field in fields(Budget)}
    told: dict[str, Any] = {name: value for name, value in (kept or {}).items() if name in known}
    times = {name: datetime.fromisoformat(value) for name, value in told.items() if isinstance(value, str)}
    return Budget(**told | times)


def _as_data(budget: Budget) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(budget).items()}
