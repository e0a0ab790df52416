"""What every deal pays, worked out for the analytical store: kept statements as they are, the others in the order of closing days.

One deal's closing day or price moves what others pay, because caps fill up across deals; so all are worked out together, and only
when something that money depends on has changed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Connection, select

from engine.commission.book import closing_days, lead_broker_total_cents, plan_on, statements
from engine.commission.states import over_agreed_cents
from engine.records import Stage
from engine.records.deal import DealTerms, Plan, Statement
from engine.store import deals
from engine.store import statements as kept
from engine.store.analytics import schema_text
from engine.store.tables import opportunities

_TABLES = ("deal_money", "deal_pays", "deal_meters", "entry_pays")
_DECIDES = ("commission_plans", "agent_terms", "agreements")  # kinds of change that may move every deal's money
_SUMS = ("agent_net", "brokerage", "lead_broker_net", "adjusted_gci", "referral", "franchise", "other")


def take_in(
    connection: Connection, cursor: duckdb.DuckDBPyConnection, lead_ids: Sequence[int], refs: Mapping[str, Sequence[int]]
) -> None:
    """Work the money out anew if these leads' deals, the plans, agents' terms or agreements changed it."""
    if any(kind in refs for kind in _DECIDES) or _differs(connection, cursor, lead_ids):
        refresh(connection, cursor)


def refresh(connection: Connection, cursor: duckdb.DuckDBPyConnection) -> None:
    """Work out every deal's money from the ledger."""
    terms = deals.open_terms(connection)
    entries = kept.all_entries(connection)
    standing = _standing(entries)
    plans = kept.load_plans(connection)
    unsettled = [deal for deal in terms if deal.deal_id not in standing]
    settled = kept.settled(entries)
    found = statements(plans, unsettled, agents=kept.load_agent_terms(connection), settled=settled)
    days = {deal.deal_id: day for deal, day in zip(unsettled, closing_days(unsettled, settled), strict=True)}
    pending = {deal.deal_id: statement for deal, statement in zip(unsettled, found, strict=True)}
    owners = select(opportunities.c.opportunity_id, opportunities.c.lead_id)
    leads = {row.opportunity_id: row.lead_id for row in connection.execute(owners)}
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in _TABLES}
    for deal in terms:
        entry = standing.get(deal.deal_id)
        statement = kept.as_statement(entry) if entry else pending[deal.deal_id]
        row = _money_row(deal, statement, plans, entry)
        taken_on = entry["closed_on"] if entry else days[deal.deal_id]
        rows["deal_money"].append(row | {"lead_id": leads[deal.deal_id], "taken_on": taken_on})
        rows["deal_pays"] += _pay_rows(deal, statement)
        if not entry:
            rows["deal_meters"] += _meter_rows(deal.deal_id, None, statement.used, taken_on)
    for entry in entries:
        used = entry["statement"]["used"]
        rows["deal_meters"] += _meter_rows(entry["opportunity_id"], entry["entry_id"], used, entry["closed_on"])
        rows["entry_pays"] += _entry_rows(entry)
    _replace(cursor, rows)


def _differs(connection: Connection, cursor: duckdb.DuckDBPyConnection, lead_ids: Sequence[int]) -> bool:
    """Whether what decides about these leads' deals is other than what the store's money was worked out from."""
    if not lead_ids:
        return False
    now = [deal for deal in deals.load_terms(connection, deals.ids_of_leads(connection, lead_ids)) if deal.stage is not Stage.LOST]
    last = kept.last_entries(connection, [deal.deal_id for deal in now])
    cursor.register("asked", pa.table({"lead_id": pa.array(lead_ids, pa.int64())}))
    shown = cursor.execute("SELECT opportunity_id, inputs FROM deal_money WHERE lead_id IN (SELECT lead_id FROM asked)").fetchall()
    cursor.unregister("asked")
    return {deal.deal_id: _fingerprint(deal, last.get(deal.deal_id)) for deal in now} != dict(shown)


def _standing(entries: Sequence[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """The entry of each deal that nothing has taken back."""
    taken_back = {entry["reverses"] for entry in entries}
    return {
        entry["opportunity_id"]: entry for entry in entries if entry["reverses"] is None and entry["entry_id"] not in taken_back
    }


def _money_row(deal: DealTerms, statement: Statement, plans: Sequence[Plan], entry: Mapping[str, Any] | None) -> dict[str, Any]:
    plan = next((plan for plan in plans if plan.plan_id == statement.plan_id), plan_on(plans, deal.counts_on))
    is_known = deal.price_cents is not None or deal.flat_cents is not None
    sums = {f"{name}_cents": getattr(statement, f"{name}_cents") if is_known else None for name in _SUMS}
    return {
        "opportunity_id": deal.deal_id,
        "standing": "settled" if entry else "closed" if deal.stage is Stage.CLOSED else "pending",
        "side": deal.side.value,
        "rate_source": deal.rate_source.value,
        "is_assumed": deal.is_assumed,
        "counts_on": entry["closed_on"] if entry else deal.counts_on,
        "plan": statement.plan,
        "agent_ids": [int(share.agent) for share in deal.shares if share.agent.isdecimal()],
        "gci_cents": statement.side_gci_cents if is_known else None,
        **sums,
        "lead_total_cents": lead_broker_total_cents(plan, statement) if is_known else None,
        "over_agreed_cents": over_agreed_cents(deal, statement),
        "agreement_id": deal.agreement.agreement_id if deal.agreement else None,
        "inputs": _fingerprint(deal, entry["entry_id"] if entry else None),
    }


def _pay_rows(deal: DealTerms, statement: Statement) -> list[dict[str, Any]]:
    if deal.price_cents is None and deal.flat_cents is None:
        return []
    pays = [pay for pay in statement.pays if pay.agent.isdecimal()]
    return [
        {"opportunity_id": deal.deal_id, "agent_id": int(pay.agent), "gross_cents": pay.gross_cents, "net_cents": pay.net_cents}
        for pay in pays
    ]


def _meter_rows(opportunity_id: int, entry_id: int | None, used: Sequence[Sequence[Any]], on: Any) -> list[dict[str, Any]]:
    return [
        {"opportunity_id": opportunity_id, "entry_id": entry_id, "agent": agent, "meter": meter, "counts_on": on, "cents": cents}
        for agent, meter, cents in used
    ]


def _entry_rows(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    shared = {name: entry[name] for name in ("entry_id", "opportunity_id", "reverses", "closed_on")}
    return [
        shared | {"agent_id": int(pay["agent"]), "gross_cents": pay["gross_cents"], "net_cents": pay["net_cents"]}
        for pay in entry["statement"]["pays"]
        if str(pay["agent"]).isdecimal()
    ]


def _fingerprint(deal: DealTerms, entry_id: int | None) -> str:
    """What a deal's money depends on, as a short text; its agents' names are not among it."""
    facts = replace(deal, name="", shares=tuple(replace(share, name="") for share in deal.shares))
    return hashlib.blake2b(repr((facts, entry_id)).encode(), digest_size=12).hexdigest()


def _replace(cursor: duckdb.DuckDBPyConnection, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    for table in _TABLES:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (its own tables' names)
        if not rows[table]:
            continue
        kept_as = _schema(table)
        cursor.register("fresh", pa.Table.from_pylist(rows[table], schema=kept_as))
        cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM fresh")  # noqa: S608 (its own tables' names)
        cursor.unregister("fresh")


@cache
def _schema(table: str) -> pa.Schema:
    """A table's columns in the store, with the Arrow types in which they are handed over."""
    with duckdb.connect(":memory:") as empty:
        empty.execute(schema_text())
        return empty.sql(f"SELECT * FROM {table}").to_arrow_table().schema  # noqa: S608 (its own tables' names)
