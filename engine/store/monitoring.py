"""What monitoring counts in the ledger: queues, sessions, what was sent. Counts and times only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.records.follow_up import StepState
from engine.store.access_tables import webhook_events
from engine.store.follow_up_tables import steps
from engine.store.tables import batches, leads, sessions

_ENDED = [state.value for state in (StepState.SENT, StepState.CANCELLED, StepState.SKIPPED, StepState.BLOCKED, StepState.DEAD)]
_UNDONE = ("queued", "checking", "agreed", "importing", "undoing")


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait, and since when the longest of them."""

    n: int
    since: datetime | None


def queues(connection: Connection, at: datetime) -> Mapping[str, Queue]:
    """What waits to be worked off at that moment, by queue."""
    due = select(func.count(), func.min(steps.c.next_at)).where(steps.c.state == StepState.PENDING.value, steps.c.next_at <= at)
    return {
        "imports": Queue(*connection.execute(_waiting_imports).one()),
        "steps_due": Queue(*connection.execute(due).one()),
        "steps_unknown": Queue(*connection.execute(_unclear_steps).one()),
        "webhooks": Queue(*connection.execute(_waiting_webhooks).one()),
        "webhooks_failed": Queue(*connection.execute(_failed_webhooks).one()),
    }


def sends(connection: Connection) -> Mapping[tuple[str, str], int]:
    """Steps that have come to an end, by kind and outcome; empty while nothing has."""
    ended = select(steps.c.kind, steps.c.state, func.count()).where(steps.c.state.in_(_ENDED)).group_by(steps.c.kind, steps.c.state)
    return {(kind, state): n for kind, state, n in connection.execute(ended)}


def n_sessions(connection: Connection, at: datetime) -> int:
    """How many sign-ins are good now."""
    good = (sessions.c.revoked_at.is_(None), sessions.c.expires_at > at)
    return connection.execute(select(func.count()).select_from(sessions).where(*good)).scalar_one()


def n_leads(connection: Connection) -> int:
    """How many leads are visible."""
    return connection.execute(select(func.count()).select_from(leads).where(leads.c.is_visible)).scalar_one()


_unclear_steps = select(func.count(), func.min(steps.c.tried_at)).where(steps.c.state == StepState.UNKNOWN.value)
_waiting_imports = select(func.count(), func.min(batches.c.created_at)).where(batches.c.state.in_(_UNDONE))
_webhooks = select(func.count(), func.min(webhook_events.c.received_at))
_waiting_webhooks = _webhooks.where(webhook_events.c.state == "waiting")
_failed_webhooks = _webhooks.where(webhook_events.c.state == "failed")
