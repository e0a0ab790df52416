"""Calls that a person is to make, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from engine.access import Agents
from engine.errors import NotFound
from engine.store.follow_up_tables import call_tasks
from engine.store.ledger import Txn
from engine.store.shown import is_shown
from engine.store.tables import leads


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTask:
    """One call to make. `step_id` is None for one that no sequence asked for."""

    call_task_id: int
    lead_id: int
    step_id: int | None
    title: str
    script: str
    due_at: datetime
    state: str
    outcome: str
    provider_id: str
    created_at: datetime
    done_at: datetime | None
    done_by: int | None


_COLUMNS = [call_tasks.c[field.name] for field in fields(CallTask)]


def add(txn: Txn, lead_id: int, *, step_id: int | None, title: str, script: str, due_at: datetime) -> int:
    """Ask a person to call; a step asks once. Answers the task's number."""
    if step_id is not None and (known := of_step(txn.connection, step_id)) is not None:
        return known.call_task_id
    number = txn.next_id("call_tasks")
    row: dict[str, object] = {"call_task_id": number, "lead_id": lead_id, "step_id": step_id, "title": title, "script": script}
    row |= {"due_at": due_at, "state": "open", "outcome": "", "provider_id": "", "created_at": txn.at}
    txn.connection.execute(insert(call_tasks), row)
    txn.emit("call_task_changed", "call_tasks", number)
    txn.emit("lead_changed", "leads", lead_id)
    return number


def of_step(connection: Connection, step_id: int) -> CallTask | None:
    """The task that a step asked for."""
    row = connection.execute(select(*_COLUMNS).where(call_tasks.c.step_id == step_id)).mappings().one_or_none()
    return CallTask(**row) if row else None


def load(connection: Connection, call_task_id: int) -> CallTask:
    """A task by number; raises `NotFound`."""
    row = connection.execute(select(*_COLUMNS).where(call_tasks.c.call_task_id == call_task_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such call")
    return CallTask(**row)


def open_tasks(connection: Connection, *, agents: Agents = None, lead_ids: Sequence[int] | None = None) -> list[CallTask]:
    """Calls to make, the longest due first; an agent's are those of his leads and of leads nobody has."""
    asked = select(*_COLUMNS).join(leads, leads.c.lead_id == call_tasks.c.lead_id)
    asked = asked.where(call_tasks.c.state == "open", leads.c.is_visible)
    if agents is not None:
        asked = asked.where(is_shown(agents))
    if lead_ids is not None:
        asked = asked.where(call_tasks.c.lead_id.in_(lead_ids))
    return [CallTask(**row) for row in connection.execute(asked.order_by(call_tasks.c.due_at)).mappings()]


def finish(txn: Txn, call_task_id: int, outcome: str) -> bool:
    """A person called; false when somebody had done so already."""
    done = update(call_tasks).where(call_tasks.c.call_task_id == call_task_id, call_tasks.c.state == "open")
    is_mine = bool(
        txn.connection.execute(done.values(state="done", outcome=outcome, done_at=txn.at, done_by=txn.actor_id)).rowcount
    )
    if is_mine:
        txn.emit("call_task_changed", "call_tasks", call_task_id)
    return is_mine


def finish_by_provider_id(txn: Txn, provider_id: str, outcome: str) -> int | None:
    """The provider says that a task of ours is done; answers its lead the first time, None otherwise."""
    asked = select(call_tasks.c.call_task_id, call_tasks.c.lead_id).where(call_tasks.c.provider_id == provider_id)
    known = txn.connection.execute(asked).first() if provider_id else None
    return int(known.lead_id) if known is not None and finish(txn, known.call_task_id, outcome) else None


def note_provider_id(txn: Txn, step_id: int, provider_id: str) -> None:
    """Note the task's number at the provider."""
    txn.connection.execute(update(call_tasks).where(call_tasks.c.step_id == step_id).values(provider_id=provider_id))
