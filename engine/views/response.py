"""Speed-to-lead: how quickly new leads hear from a person, agent by agent. No data is told apart from nought."""

from dataclasses import dataclass
from datetime import timedelta

from engine.access import Actor, scope_of
from engine.runtime import Engine
from engine.store import people
from engine.triage.speed import TARGET


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRow:
    """One agent's new leads (`user_id` None: nobody's). Times are None without an answered lead, the share None without a due one."""

    user_id: int | None
    name: str
    n_leads: int
    n_answered: int
    n_waiting: int
    n_due: int
    median_minutes: float | None
    p90_minutes: float | None
    in_target_rate: float | None


def response_times(engine: Engine, actor: Actor, *, days: int = 30) -> tuple[ResponseRow, ...]:
    """Agents' answers to the leads of the last days; people without any lead stand there too, with no data."""
    now = engine.clock.now()
    scope = scope_of(actor)
    asked = {"now": now, "since": now - timedelta(days=days), "target": TARGET.total_seconds() / 60, "agents": scope.listed}
    found = {row["user_id"]: row for row in engine.analytics.query("response_times", asked)}
    with engine.ledger.read() as connection:
        names = people.names(connection, only_active=True)
        everybody = people.names(connection)
    shown = [user_id for user_id in names if scope.includes(user_id) and user_id not in found]
    rows = [ResponseRow(**row, name=everybody.get(number, "Nobody's yet")) for number, row in found.items()]
    return (*rows, *(_no_data(user_id, names[user_id]) for user_id in shown))


def _no_data(user_id: int, name: str) -> ResponseRow:
    unknown = {"median_minutes": None, "p90_minutes": None, "in_target_rate": None}
    return ResponseRow(user_id=user_id, name=name, n_leads=0, n_answered=0, n_waiting=0, n_due=0, **unknown)
