"""The office's share of GoHighLevel's rate limit: one budget for all processes, learned from the answers' headers. Pure rules.

Published: 100 requests in 10 seconds and 200,000 a day for each location (CONTRACT §2); sandboxes have less, hence the learning.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

_T = TypeVar("_T")

_CEILING = 0.8  # of the limit: other programs of the location want some
_BURST = 0.3  # of the limit may go at once, the rest of the ceiling flows in over the interval: never more than 0.8 in any interval
_RESERVE = 0.34  # of the burst that only sends and people may touch
_DAILY_RESERVE = 0.02  # under this share of the day's requests only sends and people go on
_LONGEST_PAUSE_S = 300.0


class Urgency(StrEnum):
    """Who asks: messages and people come before synchronising."""

    SEND = "send"
    SYNC = "sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What is left, as of `at`. `paused_until` after the provider said 429; each one in a row doubles the pause."""

    at: datetime | None = None
    tokens: float = 0.0
    limit: float = 100.0
    interval_ms: float = 10_000.0
    daily_limit: float | None = None
    daily_left: float | None = None
    daily_seen_at: datetime | None = None
    paused_until: datetime | None = None
    n_refused: int = 0


class BudgetStore(Protocol):
    """Keeps the one budget. `change` reads it, applies the rule and keeps the result, whole or not at all, also between processes."""

    def change(self, at: datetime, rule: Callable[[Budget, datetime], tuple[Budget, _T]]) -> _T:
        """Apply a rule to the budget as it stands; answers what the rule answers beside it."""
        ...


class LocalBudget:
    """A budget of this process alone: for tests and tools."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()

    def change(self, at: datetime, rule: Callable[[Budget, datetime], tuple[Budget, _T]]) -> _T:
        """Apply a rule to the budget as it stands."""
        self.budget, answer = rule(self.budget, at)
        return answer


def grant(budget: Budget, at: datetime, urgency: Urgency) -> tuple[Budget, float]:
    """Take one request out of the budget; answers 0, or the seconds until one would be free (then nothing is taken)."""
    budget = _refilled(budget, at)
    if budget.paused_until is not None and at < budget.paused_until:
        return budget, (budget.paused_until - at).total_seconds()
    if urgency is Urgency.SYNC and _is_day_nearly_over(budget, at):
        return budget, _LONGEST_PAUSE_S
    floor = _RESERVE * _BURST * budget.limit if urgency is Urgency.SYNC else 0.0
    missing = floor + 1.0 - budget.tokens
    if missing > 1e-9:
        return budget, missing / _flow(budget)
    left = None if budget.daily_left is None else max(0.0, budget.daily_left - 1)
    return replace(budget, tokens=budget.tokens - 1.0, daily_left=left), 0.0


def learn(budget: Budget, at: datetime, seen: Mapping[str, float], is_refused: bool) -> Budget:
    """What an answer's headers tell of the limits; `is_refused` of a 429, which pauses everybody."""
    budget = _refilled(budget, at)
    limit = max(1.0, seen.get("limit", budget.limit))
    interval_ms = max(100.0, seen.get("interval_ms", budget.interval_ms))
    left = seen.get("left", limit)
    budget = replace(
        budget,
        limit=limit,
        interval_ms=interval_ms,
        tokens=min(budget.tokens, _BURST * limit, left),
        daily_limit=seen.get("daily_limit", budget.daily_limit),
        daily_left=seen.get("daily_left", budget.daily_left),
        daily_seen_at=at if "daily_left" in seen else budget.daily_seen_at,
    )
    if not is_refused:
        return replace(budget, n_refused=0)
    pause_s = seen.get("retry_after", interval_ms / 1000 * 2**budget.n_refused)
    until = at + timedelta(seconds=min(pause_s, _LONGEST_PAUSE_S))
    return replace(budget, paused_until=until, n_refused=min(budget.n_refused + 1, 8))


def _refilled(budget: Budget, at: datetime) -> Budget:
    full = max(1.0, _BURST * budget.limit)
    if budget.at is None:
        return replace(budget, at=at, tokens=full)
    passed_s = max(0.0, (at - budget.at).total_seconds())  # a clock set back gives nothing
    return replace(budget, at=max(at, budget.at), tokens=min(full, budget.tokens + passed_s * _flow(budget)))


def _flow(budget: Budget) -> float:
    """Requests a second that flow in."""
    return (_CEILING - _BURST) * budget.limit / (budget.interval_ms / 1000)


def _is_day_nearly_over(budget: Budget, at: datetime) -> bool:
    if budget.daily_limit is None or budget.daily_left is None or budget.daily_seen_at is None:
        return False
    is_today = budget.daily_seen_at.date() == at.date()  # the counter's day is UTC
    return is_today and budget.daily_left < _DAILY_RESERVE * budget.daily_limit
