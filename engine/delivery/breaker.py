"""A provider that fails is left alone for a while, then asked one thing; if that works, everything goes on. An outage costs no attempts."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.store import breakers
from engine.store.breakers import Breaker
from engine.store.ledger import Txn

PROVIDER = "ghl"
_OPENS_AFTER = 3  # failures in a row
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=5)
_TOKEN_WAIT = timedelta(minutes=5)  # a person mends a token; asking more often mends nothing
_PROBE = timedelta(seconds=90)  # how long one process has to try


def allowance(txn: Txn, wanted: int) -> int:
    """How many sends may begin now: all that is wanted, one as a trial, or none."""
    kept = breakers.load(txn.connection, PROVIDER)
    if kept is None or kept.state == "closed":
        return wanted
    if txn.at < kept.next_probe_at:
        return 0
    breakers.keep(txn, replace(kept, state="half_open", next_probe_at=txn.at + _PROBE))
    return min(wanted, 1)


def resting_until(connection: Connection, at: datetime) -> datetime | None:
    """Until when nothing new may begin; None when something may. A trial under way is not disturbed."""
    kept = breakers.load(connection, PROVIDER)
    return kept.next_probe_at if kept and kept.state == "open" and at < kept.next_probe_at else None


def succeed(txn: Txn) -> None:
    """The provider did what was asked."""
    kept = breakers.load(txn.connection, PROVIDER)
    if kept is not None and (kept.state != "closed" or kept.n_failures):
        breakers.keep(txn, replace(kept, state="closed", n_failures=0, since=txn.at, message=""))
        txn.emit("provider_changed", "breakers", 0)


def fail(txn: Txn, message: str, *, is_token: bool = False) -> None:
    """The provider failed; enough of it in a row, a failed trial or a refused token opens the breaker."""
    kept = breakers.load(txn.connection, PROVIDER) or Breaker(
        provider=PROVIDER, state="closed", n_failures=0, since=txn.at, next_probe_at=txn.at, message=""
    )
    n_failures = kept.n_failures + 1
    if is_token or kept.state != "closed" or n_failures >= _OPENS_AFTER:
        wait = _TOKEN_WAIT if is_token else backoff(n_failures - _OPENS_AFTER, _FIRST_WAIT, _LONGEST_WAIT, full=False)
        since = kept.since if kept.state != "closed" else txn.at
        kept = replace(kept, state="open", since=since, next_probe_at=txn.at + wait)
        txn.emit("provider_changed", "breakers", 0)
    breakers.keep(txn, replace(kept, n_failures=n_failures, message=message[:300]))


def backoff(n: int, base: timedelta, cap: timedelta, *, full: bool = True) -> timedelta:
    """Exponential with jitter: anywhere between nothing (or half, if not `full`) and `base` times 2 to the n, at most `cap`."""
    most: timedelta = min(cap, base * (1 << max(0, min(n, 16))))
    share = random.random() if full else 0.5 + random.random() / 2
    return most * share
