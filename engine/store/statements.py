"""Statements, plans and spend in the ledger. Entries of closed deals are only ever added; a plan's change is another plan."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, insert, select

from engine.commission.book import Settled
from engine.commission.files import plan_data, plan_from
from engine.records.deal import AgentTerms, Plan, Statement
from engine.store import opportunities as pipeline
from engine.store.deal_tables import agent_terms, commission_plans, spend, statement_entries
from engine.store.leads import chunks
from engine.store.ledger import Txn, upsert

_STATEMENT = TypeAdapter(Statement)
_CHUNK = 5_000
_TERMS = tuple(field.name for field in fields(AgentTerms) if field.name != "agent")


def add_entry(txn: Txn, statement: Statement, closed_on: date, *, reverses: int | None = None, reason: str = "") -> int:
    """Keep what a deal paid, for good; `reverses` names the entry that this one takes back. Answers the entry's number."""
    number = txn.next_id("statement_entries")
    sums = {name: getattr(statement, name) for name in ("agent_net_cents", "brokerage_cents", "lead_broker_net_cents")}
    row = {
        "entry_id": number,
        "opportunity_id": statement.deal_id,
        "reverses": reverses,
        "at": txn.at,
        "actor_id": txn.actor_id,
        "closed_on": closed_on,
        "plan_id": statement.plan_id,
        "gci_cents": statement.side_gci_cents,
        **sums,
        "reason": reason,
        "statement": _STATEMENT.dump_python(statement, mode="json"),
    }
    txn.connection.execute(insert(statement_entries), row)
    pipeline.announce(txn, [statement.deal_id])
    return number


def entries_of(connection: Connection, opportunity_id: int) -> list[dict[str, Any]]:
    """A deal's entries, oldest first, each with its `statement` as a record."""
    asked = select(statement_entries).where(statement_entries.c.opportunity_id == opportunity_id)
    rows = connection.execute(asked.order_by(statement_entries.c.entry_id)).mappings()
    return [{**row, "statement": _STATEMENT.validate_python(row["statement"])} for row in rows]


def standing_entry(connection: Connection, opportunity_id: int) -> dict[str, Any] | None:
    """The entry of a closed deal that nothing has taken back; None when there is none."""
    found = entries_of(connection, opportunity_id)
    taken_back = {entry["reverses"] for entry in found}
    return next((entry for entry in found if entry["reverses"] is None and entry["entry_id"] not in taken_back), None)


def all_entries(connection: Connection) -> list[dict[str, Any]]:
    """Every entry, oldest first, each with its `statement` as plain data: what the projection and caps are made of."""
    return [dict(row) for row in connection.execute(select(statement_entries).order_by(statement_entries.c.entry_id)).mappings()]


def entries_after(connection: Connection, entry_id: int) -> list[dict[str, Any]]:
    """The entries added after that one, as `all_entries` gives them."""
    asked = select(statement_entries).where(statement_entries.c.entry_id > entry_id).order_by(statement_entries.c.entry_id)
    return [dict(row) for row in connection.execute(asked).mappings()]


def as_statement(entry: dict[str, Any]) -> Statement:
    """The statement that an entry of `all_entries` keeps."""
    return _STATEMENT.validate_python(entry["statement"])


def last_entries(connection: Connection, opportunity_ids: Sequence[int]) -> dict[int, int]:
    """Which of these deals have a standing entry, and which it is."""
    found: dict[int, int] = {}
    for ids in chunks(opportunity_ids, _CHUNK):
        back = select(statement_entries.c.reverses).where(statement_entries.c.reverses.is_not(None))
        asked = select(statement_entries.c.opportunity_id, statement_entries.c.entry_id).where(
            statement_entries.c.opportunity_id.in_(ids),
            statement_entries.c.reverses.is_(None),
            statement_entries.c.entry_id.not_in(back),
        )
        found |= {row.opportunity_id: row.entry_id for row in connection.execute(asked)}
    return found


def settled(entries: Iterable[dict[str, Any]]) -> list[Settled]:
    """What entries added to caps, reversals in negative amounts."""
    return [
        Settled(closed_on=entry["closed_on"], used=tuple((agent, meter, cents) for agent, meter, cents in _used(entry)))
        for entry in entries
    ]


def add_plan(txn: Txn, plan: Plan, effective_on: date) -> int:
    """Keep a plan that holds from a day on, and return its number; plans set before it stay as they were."""
    number = txn.next_id("commission_plans")
    row = {"plan_id": number, "name": plan.name, "effective_on": effective_on, "spec": plan_data(replace(plan, effective_on=None))}
    txn.connection.execute(insert(commission_plans), {**row, "set_at": txn.at, "set_by": txn.actor_id})
    txn.emit("plan_changed", "commission_plans", number)
    return number


def load_plans(connection: Connection) -> list[Plan]:
    """Every plan of the office, in the order they were set."""
    rows = connection.execute(select(commission_plans).order_by(commission_plans.c.plan_id))
    return [replace(plan_from(row.spec), plan_id=row.plan_id, effective_on=row.effective_on) for row in rows]


def set_agent_terms(txn: Txn, user_id: int, terms: AgentTerms) -> None:
    """Set what caps need to know of an agent."""
    row = {name: getattr(terms, name) for name in _TERMS}
    txn.connection.execute(upsert(txn.connection, agent_terms), {**row, "user_id": user_id})
    txn.emit("plan_changed", "agent_terms", user_id)


def load_agent_terms(connection: Connection) -> list[AgentTerms]:
    """What caps need to know of the agents; those nothing was set for are not among them."""
    rows = connection.execute(select(agent_terms).order_by(agent_terms.c.user_id)).mappings()
    return [AgentTerms(agent=str(row["user_id"]), **{name: row[name] for name in _TERMS}) for row in rows]


def set_spend(txn: Txn, rows: Sequence[tuple[str, date, int]]) -> None:
    """Set what sources cost in months, as (source, first of the month, cents); what stood there before is replaced."""
    for source, month, cents in rows:
        row = {"source": source, "month": month, "cost_cents": cents, "set_at": txn.at, "set_by": txn.actor_id}
        txn.connection.execute(upsert(txn.connection, spend), row)
    if rows:
        txn.emit("spend_changed", "spend", 0)


def load_spend(connection: Connection) -> list[dict[str, Any]]:
    """What each source cost in each month, the latest month first."""
    asked = select(spend).order_by(spend.c.month.desc(), spend.c.source)
    return [dict(row) for row in connection.execute(asked).mappings()]


def _used(entry: dict[str, Any]) -> list[tuple[str, str, int]]:
    statement = entry["statement"]
    found = statement.used if isinstance(statement, Statement) else statement["used"]
    return [(agent, meter, cents) for agent, meter, cents in found]
