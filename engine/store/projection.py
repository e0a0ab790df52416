"""Keeps the analytical store in step with the ledger: by what the change feed says changed, or from nothing."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Text, and_, case, cast, func, select, type_coerce

from engine.clock import EPOCH
from engine.store import deal_money, tables
from engine.store.analytics import Analytics, Mark, schema_text
from engine.store.deal_tables import closing_day_changes, stage_changes
from engine.store.feed import Change, changes_since, last_seq
from engine.store.leads import chunks, visible_ids
from engine.store.ledger import Ledger
from engine.store.table_types import UtcTime, metadata
from engine.store.tables import interactions, leads, opportunities, scores
from engine.store.triage_rows import triage_rows

_PAGE = 10_000  # leads at a time
_OF_LEADS = ("leads", "touches", "scores", "opportunities", "stage_moves", "triage")
_SMALL = ("stages", "batches", "users", "agreements", "spend")


def catch_up(ledger: Ledger, analytics: Analytics) -> int:
    """Take in what has changed since last time, or everything if the store belongs to another ledger; answers the last change shown."""
    with analytics.following, ledger.read() as connection:
        analytics.revive()
        mark = analytics.mark()
        if mark is None or not _is_of(connection, mark):
            return _rebuild(connection, analytics)
        while new := changes_since(connection, mark.last_seq, _PAGE):
            mark = Mark(mark.ledger_id, new[-1].seq, new[-1].at)
            book = analytics.forget("deals")  # should this fail half-way, the next look begins from the ledger
            with analytics.write() as cursor:
                book = _take_in(connection, cursor, new, book)
                analytics.set_mark(cursor, mark)
            analytics.keep("deals", book)
            analytics.last_seq = mark.last_seq
    return mark.last_seq


def rebuild(ledger: Ledger, analytics: Analytics) -> int:
    """Make the store anew from the ledger, in one step for its readers; answers the last change shown."""
    with analytics.following, ledger.read() as connection:
        return _rebuild(connection, analytics)


def _rebuild(connection: Connection, analytics: Analytics) -> int:
    analytics.forget("deals")
    newest = last_seq(connection)
    mark = Mark(_ledger_id(connection), newest, _moment_of(connection, newest) or EPOCH)
    with analytics.write() as cursor:
        for table in _OF_LEADS:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (its own tables' names)
        after = 0
        while ids := visible_ids(connection, after, _PAGE):
            _insert_leads(connection, cursor, ids)
            after = ids[-1]
        _replace_small(connection, cursor, _SMALL)
        book = deal_money.refresh(connection, cursor)
        analytics.set_mark(cursor, mark)
    analytics.keep("deals", book)
    analytics.checkpoint()
    analytics.last_seq = newest
    return newest


def _is_of(connection: Connection, mark: Mark) -> bool:
    """Whether this ledger made that mark: the same ledger, and not one that was set back to an older backup since."""
    was_there = mark.last_seq == 0 or _moment_of(connection, mark.last_seq) == mark.last_change_at
    return was_there and mark.ledger_id == _ledger_id(connection)


def _ledger_id(connection: Connection) -> int:
    named: int = connection.execute(select(tables.counters.c.value).where(tables.counters.c.name == "ledger")).scalar_one()
    return named


def _moment_of(connection: Connection, seq: int) -> Any:
    return connection.execute(select(tables.changes.c.at).where(tables.changes.c.seq == seq)).scalar_one_or_none()


def _take_in(
    connection: Connection, cursor: duckdb.DuckDBPyConnection, new: Sequence[Change], book: deal_money.Book | None
) -> deal_money.Book | None:
    """Bring the rows that changed to what they are now in the ledger; how often they changed meanwhile doesn't matter."""
    refs = {kind: sorted({change.ref for change in new if change.kind == kind}) for kind in {change.kind for change in new}}
    shown = sorted({change.ref for change in new if change.kind == "batches" and change.event_type == "leads_shown"})
    changed = set(refs.get("leads", ())) | _leads_of_deals(connection, refs.get("opportunities", ()))
    for batch_id in shown:
        changed |= _leads_of_batch(connection, cursor, batch_id)
    for ids in chunks(sorted(changed), _PAGE):
        _delete_leads(cursor, ids)
        _insert_leads(connection, cursor, ids)
    _replace_small(connection, cursor, [table for table in _SMALL if table in refs])
    return deal_money.take_in(connection, cursor, sorted(changed), refs, book)


def _leads_of_deals(connection: Connection, deals: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for ids in chunks(deals, _PAGE):
        found |= set(connection.execute(select(opportunities.c.lead_id).where(opportunities.c.opportunity_id.in_(ids))).scalars())
    return found


def _leads_of_batch(connection: Connection, cursor: duckdb.DuckDBPyConnection, batch_id: int) -> set[int]:
    """The leads that an import shows and the store doesn't have yet: they are shown in the order of their numbers."""
    [(last,)] = cursor.execute("SELECT coalesce(max(lead_id), 0) FROM leads WHERE batch_id = $1", [batch_id]).fetchall()
    brought = select(leads.c.lead_id).where(leads.c.batch_id == batch_id, leads.c.is_visible, leads.c.lead_id > last)
    return set(connection.execute(brought).scalars())


def _delete_leads(cursor: duckdb.DuckDBPyConnection, ids: Sequence[int]) -> None:
    cursor.register("changed", pa.table({"lead_id": pa.array(ids, pa.int64())}))
    for table in _OF_LEADS:
        cursor.execute(f"DELETE FROM {table} WHERE lead_id IN (SELECT lead_id FROM changed)")  # noqa: S608 (its own tables' names)
    cursor.unregister("changed")


def _insert_leads(connection: Connection, cursor: duckdb.DuckDBPyConnection, ids: Sequence[int]) -> None:
    """Copy the visible ones of these leads, with what belongs to them."""
    for table, asked in ((table, ask()) for table, ask in _ASKED.items()):
        _insert(connection, cursor, table, asked.where(leads.c.is_visible, leads.c.lead_id.in_(ids)))


def _replace_small(connection: Connection, cursor: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    for name in names:
        cursor.execute(f"DELETE FROM {name}")  # noqa: S608 (its own tables' names)
        _insert(connection, cursor, name, select(*_same_columns(name)))


def _insert(connection: Connection, cursor: duckdb.DuckDBPyConnection, table: str, asked: Select[*tuple[Any, ...]]) -> None:
    """Copy what the ledger answers into a table of the store, by column names, as Arrow columns."""
    result = connection.execute(asked)
    names, rows = list(result.keys()), result.fetchall()
    if not rows:
        return
    types = _store_columns(table)
    columns = [pa.array(values, types[name]) for name, values in zip(names, zip(*rows, strict=True), strict=True)]
    cursor.register("fresh", pa.table(columns, names=names))
    cursor.execute(f"INSERT INTO {table} BY NAME SELECT * {_REFINED.get(table, '')} FROM fresh")  # noqa: S608
    cursor.unregister("fresh")


# What the store works out itself while rows come in. The ledger's reasons arrive as JSON; lists show the first three's words.
_REFINED = {
    "leads": ", strip_accents(lower(concat_ws(' ', name, email, phone, city, zip_code, source_text))) AS search_text",
    "scores": """REPLACE (
        [reason ->> 'text' FOR reason IN CAST(reasons_for AS JSON[])][1:3] AS reasons_for,
        [reason ->> 'text' FOR reason IN CAST(reasons_against AS JSON[])][1:3] AS reasons_against)""",
}
_REASONS = ("reasons_for", "reasons_against")


@cache  # putting a statement together takes longer than carrying it out
def _leads() -> Select[*tuple[Any, ...]]:
    full_name = func.nullif(func.trim(leads.c.first_name + " " + leads.c.last_name), "")
    name = func.coalesce(full_name, leads.c.email, leads.c.phone, "Unnamed lead").label("name")
    return select(name, *_same_columns("leads", leaving_out=("name",)))


@cache
def _scores() -> Select[*tuple[Any, ...]]:
    reasons = [cast(scores.c[name], Text).label(name) for name in _REASONS]
    return select(*reasons, *_same_columns("scores", leaving_out=_REASONS)).join(leads).where(scores.c.is_current)


@cache
def _opportunities() -> Select[*tuple[Any, ...]]:
    """With how often the expected closing day was put off, and the day named before that."""
    of_deal = closing_day_changes.c.opportunity_id == opportunities.c.opportunity_id
    put_off = and_(
        of_deal, closing_day_changes.c.closes_from.is_not(None), closing_day_changes.c.closes_on > closing_day_changes.c.closes_from
    )
    n_moves = select(func.count()).select_from(closing_day_changes).where(put_off).scalar_subquery().label("n_moves")
    first = select(closing_day_changes.c.closes_from).where(put_off).order_by(closing_day_changes.c.closing_day_change_id).limit(1)
    return select(*_same_columns("opportunities"), n_moves, first.scalar_subquery().label("first_closes_on")).join(leads)


def _stage_moves() -> Select[*tuple[Any, ...]]:
    moved_at = type_coerce(stage_changes.c.at, BigInteger).label("moved_at")
    moves = select(stage_changes.c.opportunity_id, opportunities.c.lead_id, stage_changes.c.stage, moved_at)
    return moves.join(opportunities, opportunities.c.opportunity_id == stage_changes.c.opportunity_id).join(leads)


@cache
def _touches() -> Select[*tuple[Any, ...]]:
    """Sums of each lead's interactions; "by a person" leaves out what was sent automatically, and notes."""
    at = type_coerce(interactions.c.at, BigInteger)
    is_talk = interactions.c.channel != "note"
    inbound = and_(interactions.c.direction == "inbound", is_talk)
    answered = and_(interactions.c.direction == "outbound", is_talk, ~interactions.c.is_automated)
    sums = (
        func.count().label("n_interactions"),
        func.count(case((inbound, 1))).label("n_inbound"),
        func.max(case((inbound, at))).label("last_inbound_at"),
        func.min(case((answered, at))).label("first_outbound_at"),
        func.max(case((answered, at))).label("last_outbound_at"),
        func.max(at).label("last_interaction_at"),
    )
    return select(interactions.c.lead_id, *sums).join(leads).group_by(interactions.c.lead_id)


# What each of the store's tables of leads is made from.
_ASKED: dict[str, Callable[[], Select[*tuple[Any, ...]]]] = {
    "leads": _leads,
    "touches": _touches,
    "scores": _scores,
    "opportunities": _opportunities,
    "stage_moves": _stage_moves,
    "triage": triage_rows,
}


def _same_columns(table: str, *, leaving_out: Sequence[str] = ()) -> list[ColumnElement[Any]]:
    """The ledger's columns that the store has too; times as the whole microseconds that the ledger keeps."""
    kept = metadata.tables[table].c
    return [
        type_coerce(kept[name], BigInteger).label(name) if isinstance(kept[name].type, UtcTime) else kept[name]
        for name in _store_columns(table)
        if name in kept and name not in leaving_out
    ]


@cache
def _store_columns(table: str) -> dict[str, pa.DataType]:
    """A table's columns in the store, with the Arrow type in which they are handed over."""
    return {field.name: pa.string() if field.name in _REASONS else field.type for field in _schemas()[table]}


@cache
def _schemas() -> dict[str, pa.Schema]:
    """Every table of the store, looked at once: making the schema takes 50 ms."""
    with duckdb.connect(":memory:") as empty:
        empty.execute(schema_text())
        tables = (str(row[0]) for row in empty.execute("SELECT table_name FROM duckdb_tables()").fetchall())
        return {table: empty.sql(f'SELECT * FROM "{table}"').to_arrow_table().schema for table in tables}  # noqa: S608 (its own names)
