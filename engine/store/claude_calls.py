"""Every question to Claude in the ledger, written before it is asked: what it may cost, then what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from engine.records.escalation import Usage
from engine.store.escalation_tables import claude_calls
from engine.store.ledger import Txn


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSums:
    """What the questions of a time came to. Nobody knows what a question cost that never got its answer: it counts as reserved."""

    n_asked: int
    n_answered: int
    n_failed: int
    cost_micros: int
    n_cache_read: int
    n_input: int


def reserve(txn: Txn, *, purpose: str, escalation_id: int | None, model: str, reserved_micros: int) -> int:
    """Write a question down before it is asked; answers its number."""
    number = txn.next_id("claude_calls")
    row = {
        "call_id": number,
        "purpose": purpose,
        "escalation_id": escalation_id,
        "actor_id": txn.actor_id,
        "at": txn.at,
        "model": model,
    }
    unknown = {"state": "asking", "problem": "", "reserved_micros": reserved_micros}
    txn.connection.execute(insert(claude_calls), row | unknown | dict.fromkeys(_TOKENS, 0))
    return number


def settle(txn: Txn, call_id: int, *, usage: Usage, model: str, cost_micros: int, latency_ms: int) -> None:
    """It was answered: what it took."""
    tokens = {name: getattr(usage, name) for name in _TOKENS}
    more = {"state": "answered", "model": model, "cost_micros": cost_micros, "latency_ms": latency_ms}
    txn.connection.execute(update(claude_calls).where(claude_calls.c.call_id == call_id), tokens | more)


def fail(txn: Txn, call_id: int, problem: str, *, was_free: bool) -> None:
    """It was not answered, and why. `was_free`: the API said no or was never reached, so nothing is owed."""
    values = {"state": "failed", "problem": problem, "cost_micros": 0 if was_free else None}
    txn.connection.execute(update(claude_calls).where(claude_calls.c.call_id == call_id), values)


def refuse(txn: Txn, call_id: int, problem: str) -> None:
    """It was answered, but the answer can't be used."""
    txn.connection.execute(update(claude_calls).where(claude_calls.c.call_id == call_id), {"state": "refused", "problem": problem})


def spent_micros(connection: Connection, since: datetime) -> int:
    """What was spent since then, in millionths of a dollar; unsettled questions count with what they could cost at most."""
    return int(connection.execute(select(func.coalesce(func.sum(_counted()), 0)).where(claude_calls.c.at >= since)).scalar_one())


def n_since(connection: Connection, since: datetime) -> int:
    """How many questions were asked since then."""
    return int(connection.execute(select(func.count()).select_from(claude_calls).where(claude_calls.c.at > since)).scalar_one())


def sums(connection: Connection, since: datetime, purpose: str) -> CallSums:
    """What the questions of a purpose came to since then."""
    state = claude_calls.c.state
    asked = select(
        func.count(),
        func.count().filter(state == "answered"),
        func.count().filter(state.in_(("failed", "refused"))),
        func.coalesce(func.sum(_counted()), 0),
        func.coalesce(func.sum(claude_calls.c.n_cache_read), 0),
        func.coalesce(func.sum(claude_calls.c.n_input + claude_calls.c.n_cache_read + claude_calls.c.n_cache_write), 0),
    ).where(claude_calls.c.at >= since, claude_calls.c.purpose == purpose)
    n, answered, failed, cost, cached, given = connection.execute(asked).one()
    return CallSums(
        n_asked=int(n),
        n_answered=int(answered),
        n_failed=int(failed),
        cost_micros=int(cost),
        n_cache_read=int(cached),
        n_input=int(given),
    )


def latencies(connection: Connection, since: datetime, purpose: str) -> Sequence[int]:
    """How long each answer took, in milliseconds, the quickest first."""
    asked = select(claude_calls.c.latency_ms).where(
        claude_calls.c.at >= since, claude_calls.c.purpose == purpose, claude_calls.c.latency_ms.is_not(None)
    )
    return list(connection.execute(asked.order_by(claude_calls.c.latency_ms)).scalars())


_TOKENS = ("n_input", "n_output", "n_cache_read", "n_cache_write")


def _counted() -> ColumnElement[int]:
    return func.coalesce(claude_calls.c.cost_micros, claude_calls.c.reserved_micros)
