"""What every deal pays, worked out for the analytical store: kept statements as they are, the others in the order of closing days.

One deal's closing day or price moves what others pay, because caps fill up across deals. So all are walked through in their order, but
a deal is worked out again only when its own terms changed, or its agents' meters in a way that its plan can tell apart.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Connection, select

from engine.commission.book import Meters, closing_days, lead_broker_total_cents, plan_on, statement, telling_usage
from engine.commission.states import over_agreed_cents
from engine.records import Stage
from engine.records.deal import AgentTerms, DealTerms, Plan, Statement
from engine.store import deals
from engine.store import statements as kept
from engine.store.analytics import schema_text
from engine.store.leads import chunks
from engine.store.tables import opportunities

_TABLES = ("deal_money", "deal_pays", "deal_meters", "entry_pays")
_DECIDES = ("commission_plans", "agent_terms")  # kinds of change that may move every deal's money
_Row = dict[str, Any]
_CHUNK = 5_000
_SUMS = ("agent_net", "brokerage", "lead_broker_net", "adjusted_gci", "referral", "franchise", "other")


@dataclass(slots=True)
class _Deal:
    """One deal as it was last worked out: from what (`basis`), to which rows."""

    terms: DealTerms
    lead_id: int
    fingerprint: str
    basis: object = None
    used: tuple[tuple[str, str, int], ...] = ()
    rows: dict[str, list[_Row]] = field(default_factory=dict)


@dataclass(slots=True)
class Book:
    """What the store's money was worked out from, kept in memory so that a change costs what it changes."""

    plans: list[Plan]
    agents: list[AgentTerms]
    deals: dict[int, _Deal] = field(default_factory=dict)
    of_lead: dict[int, set[int]] = field(default_factory=dict)
    entries: dict[int, dict[str, Any]] = field(default_factory=dict)

    def set_deal(self, terms: DealTerms, lead_id: int, entry_id: int | None) -> None:
        """Take in a deal as it is now; one that didn't change keeps what it came to."""
        found = _fingerprint(terms, entry_id)
        known = self.deals.get(terms.deal_id)
        if known is None or known.fingerprint != found or known.lead_id != lead_id:
            self.deals[terms.deal_id] = _Deal(terms, lead_id, found)
        self.of_lead.setdefault(lead_id, set()).add(terms.deal_id)

    def drop_deal(self, deal_id: int) -> None:
        """Forget a deal that is lost, or of nobody who is shown."""
        self.of_lead[self.deals.pop(deal_id).lead_id].discard(deal_id)


def take_in(
    connection: Connection,
    cursor: duckdb.DuckDBPyConnection,
    lead_ids: Sequence[int],
    refs: Mapping[str, Sequence[int]],
    book: Book | None,
) -> Book | None:
    """Bring the money up to what these leads' deals, the plans and agents' terms are now; answers the book to keep, if there is one."""
    if any(kind in refs for kind in _DECIDES) or (book is None and _differs(connection, cursor, lead_ids)):
        return refresh(connection, cursor)
    if book is None or not lead_ids:
        return book
    new = kept.entries_after(connection, max(book.entries, default=0))
    book.entries |= {entry["entry_id"]: entry for entry in new}
    gone = _follow(connection, book, lead_ids)
    changed = _work_out(book)
    _forget(cursor, gone | changed)
    _insert(cursor, _rows_of(book, changed), new)
    return book


def refresh(connection: Connection, cursor: duckdb.DuckDBPyConnection) -> Book:
    """Work out every deal's money from the ledger."""
    entries = kept.all_entries(connection)
    book = Book(kept.load_plans(connection), kept.load_agent_terms(connection), entries={one["entry_id"]: one for one in entries})
    owners = select(opportunities.c.opportunity_id, opportunities.c.lead_id)
    leads = {row.opportunity_id: row.lead_id for row in connection.execute(owners)}
    standing = _standing(entries)
    for deal in deals.open_terms(connection):
        book.set_deal(deal, leads[deal.deal_id], _number(standing.get(deal.deal_id)))
    _work_out(book)
    for table in _TABLES:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (its own tables' names)
    _insert(cursor, _rows_of(book, book.deals), entries)
    return book


def _follow(connection: Connection, book: Book, lead_ids: Sequence[int]) -> set[int]:
    """Take the deals of these leads into the book as they are now; answers those that are no more."""
    before = {deal for lead in lead_ids for deal in book.of_lead.get(lead, ())}
    ids = deals.ids_of_leads(connection, lead_ids)
    now = {deal.deal_id: deal for deal in deals.load_terms(connection, ids) if deal.stage is not Stage.LOST}
    last = kept.last_entries(connection, list(now))
    owners = _owners(connection, list(now))
    gone = before - now.keys()
    for deal_id in gone:
        book.drop_deal(deal_id)
    for deal_id, deal in now.items():
        book.set_deal(deal, owners[deal_id], last.get(deal_id))
    return gone


def _owners(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in chunks(ids, _CHUNK):
        asked = select(opportunities.c.opportunity_id, opportunities.c.lead_id).where(opportunities.c.opportunity_id.in_(some))
        found |= {row.opportunity_id: row.lead_id for row in connection.execute(asked)}
    return found


def _work_out(book: Book) -> set[int]:
    """Walk through all deals in the order of their closing days; answers those whose rows are others now."""
    entries = list(book.entries.values())
    standing, settled = _standing(entries), kept.settled(entries)
    changed: set[int] = set()
    for deal_id in standing.keys() & book.deals.keys():
        deal, entry = book.deals[deal_id], standing[deal_id]
        if deal.basis != entry["entry_id"]:
            deal.basis, deal.used = entry["entry_id"], ()
            deal.rows = _deal_rows(deal, kept.as_statement(entry), book.plans, entry, entry["closed_on"])
            changed.add(deal_id)
    pending = [deal for deal_id, deal in book.deals.items() if deal_id not in standing]
    meters = Meters(book.agents)
    for one in settled:
        meters.add(one.used, one.closed_on)
    days = closing_days([deal.terms for deal in pending], settled)
    plan_of: dict[date, Plan] = {}
    order = sorted(
        range(len(pending)), key=lambda place: (pending[place].terms.counts_on or date.max, pending[place].terms.deal_id)
    )
    for place in order:
        deal, on = pending[place], days[place]
        if on not in plan_of:
            plan_of[on] = plan_on(book.plans, on if on > date.min else None)
        basis = (on, telling_usage(plan_of[on], deal.terms, meters, on))
        if deal.basis != basis:
            told = statement(plan_of[on], deal.terms, meters, on)
            deal.basis, deal.used = basis, told.used
            deal.rows = _deal_rows(deal, told, book.plans, None, on)
            changed.add(deal.terms.deal_id)
        meters.add(deal.used, on)
    return changed


def _deal_rows(
    deal: _Deal, told: Statement, plans: Sequence[Plan], entry: Mapping[str, Any] | None, taken_on: date
) -> dict[str, list[_Row]]:
    """A deal's rows by table."""
    row = _money_row(deal.terms, told, plans, entry) | {"lead_id": deal.lead_id, "taken_on": taken_on}
    meters = [] if entry else _meter_rows(deal.terms.deal_id, None, told.used, taken_on)
    return {"deal_money": [row], "deal_pays": _pay_rows(deal.terms, told), "deal_meters": meters}


def _rows_of(book: Book, ids: Iterable[int]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {table: [] for table in _TABLES}
    for deal_id in sorted(ids):
        for table, rows in book.deals[deal_id].rows.items():
            found[table] += rows
    return found


def _number(entry: Mapping[str, Any] | None) -> int | None:
    return entry["entry_id"] if entry else None


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


def _forget(cursor: duckdb.DuckDBPyConnection, ids: set[int]) -> None:
    """Take these deals' rows out; what entries added to meters stays."""
    cursor.register("changed_deals", pa.table({"opportunity_id": pa.array(sorted(ids), pa.int64())}))
    among = "opportunity_id IN (SELECT opportunity_id FROM changed_deals)"
    for table, which in (("deal_money", among), ("deal_pays", among), ("deal_meters", f"entry_id IS NULL AND {among}")):
        cursor.execute(f"DELETE FROM {table} WHERE {which}")  # noqa: S608 (its own tables' names)
    cursor.unregister("changed_deals")


def _insert(cursor: duckdb.DuckDBPyConnection, rows: Mapping[str, list[_Row]], entries: Sequence[Mapping[str, Any]]) -> None:
    """Add deals' rows, and those of entries."""
    for entry in entries:
        used = entry["statement"]["used"]
        rows["deal_meters"].extend(_meter_rows(entry["opportunity_id"], entry["entry_id"], used, entry["closed_on"]))
        rows["entry_pays"].extend(_entry_rows(entry))
    for table in _TABLES:
        if not rows[table]:
            continue
        cursor.register("fresh", pa.Table.from_pylist(rows[table], schema=_schema(table)))
        cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM fresh")  # noqa: S608 (its own tables' names)
        cursor.unregister("fresh")


@cache
def _schema(table: str) -> pa.Schema:
    """A table's columns in the store, with the Arrow types in which they are handed over."""
    with duckdb.connect(":memory:") as empty:
        empty.execute(schema_text())
        return empty.sql(f"SELECT * FROM {table}").to_arrow_table().schema  # noqa: S608 (its own tables' names)
