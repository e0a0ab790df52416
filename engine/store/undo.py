"""Undo in the ledger: what an action changed, row by row and column by column, and putting exactly that back.

A change is found by looking before and after, so nothing that a command did to a watched row can be forgotten.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Date,
    LargeBinary,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.sql.elements import ColumnClause

from engine.store.deal_tables import stage_changes
from engine.store.follow_up_tables import enrolments, pauses, steps
from engine.store.inbox_tables import action_rows, actions, dispositions, overrides, routings, snoozes
from engine.store.leads import announce, chunks
from engine.store.ledger import Txn, execute_many
from engine.store.table_types import UtcTime, metadata
from engine.store.tables import interactions, lead_keys, leads, opportunities, scores

UNDO_FOR = timedelta(seconds=20)
_CHUNK = 500
_WATCHED: tuple[Table, ...] = (
    leads,
    interactions,
    scores,
    opportunities,
    stage_changes,
    snoozes,
    dispositions,
    routings,
    overrides,
    pauses,
    enrolments,
    steps,
    lead_keys,
)
OF_IMPORT = "import"  # an import's own rows stay until the import is taken back
_Rows = dict[tuple[str, tuple[Any, ...]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing done in the queue, as the ledger keeps it."""

    action_id: int
    at: datetime
    actor_id: int
    kind: str
    told: str
    n_leads: int
    undo_until: datetime
    undone_at: datetime | None


@dataclass(slots=True)
class Recording:
    """What is being done: `told` may be made clearer on the way. Its number and count stand once it is written down."""

    kind: str
    told: str
    action_id: int = 0
    n_leads: int = 0
    lead_ids: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row that an action changed: the columns that changed, before and after; None when the row was not there."""

    table: Table
    key: dict[str, Any]
    lead_id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@contextmanager
def recorded(txn: Txn, kind: str, told: str, lead_ids: Sequence[int]) -> Iterator[Recording]:
    """Keep what happens to these leads' rows inside the block, so that it can be taken back."""
    found = Recording(kind, told)
    before = _look(txn.connection, lead_ids)
    yield found
    changed = list(_differences(before, _look(txn.connection, lead_ids)))
    found.action_id = txn.next_id("actions")
    found.lead_ids = {row.lead_id for row in changed}
    found.n_leads = len(found.lead_ids)
    action = {"action_id": found.action_id, "at": txn.at, "actor_id": txn.actor_id, "kind": kind, "told": found.told}
    more = {"n_leads": found.n_leads, "undo_until": txn.at + UNDO_FOR, "undone_at": None}
    txn.connection.execute(insert(actions), {**action, **more})
    rows = [
        {"action_id": found.action_id, "position": place, "lead_id": row.lead_id, "table_name": row.table.name}
        | {"row_key": row.key, "before": row.before, "after": row.after}
        for place, row in enumerate(changed)
    ]
    execute_many(txn.connection, insert(action_rows), rows)


def load_action(connection: Connection, action_id: int) -> Action | None:
    """The action of that number."""
    row = connection.execute(select(actions).where(actions.c.action_id == action_id)).mappings().one_or_none()
    return Action(**row) if row else None


def changed_rows(connection: Connection, action_id: int) -> list[ChangedRow]:
    """What the action changed, in the order in which it is written down."""
    asked = select(action_rows).where(action_rows.c.action_id == action_id).order_by(action_rows.c.position)
    return [
        ChangedRow(metadata.tables[row.table_name], row.row_key, row.lead_id, row.before, row.after)
        for row in connection.execute(asked)
    ]


def is_as_left(connection: Connection, row: ChangedRow) -> bool:
    """Whether the row still is what the action made of it."""
    current = connection.execute(select(*_bare_columns(row.table)).where(_at_key(row.table, row.key))).mappings().one_or_none()
    if current is None or row.after is None:
        return current is None and row.after is None
    now = _as_data(dict(current))
    return all(now[name] == value for name, value in row.after.items())


def put_back(txn: Txn, rows: Sequence[ChangedRow]) -> None:
    """Make these rows what they were."""
    for row in reversed(rows):
        where = _at_key(row.table, row.key)
        if row.before is None:
            txn.connection.execute(delete(row.table).where(where))
        elif row.after is None:
            txn.connection.execute(insert(row.table), _from_data(row.table, row.before))
        else:
            txn.connection.execute(update(row.table).where(where), _from_data(row.table, row.before))
    announce(txn, "lead_changed", sorted({row.lead_id for row in rows}))
    for row in rows:
        if row.table is opportunities:
            txn.emit("deal_changed", "opportunities", row.key["opportunity_id"])


def mark_undone(txn: Txn, action_id: int) -> None:
    """Remember that the action was taken back."""
    txn.connection.execute(update(actions).where(actions.c.action_id == action_id), {"undone_at": txn.at})


def forget_actions(txn: Txn, before: datetime) -> int:
    """Drop what actions from before then changed: it can't be undone any more. What was done stays in the audit trail."""
    is_old = and_(actions.c.at < before, actions.c.kind != OF_IMPORT)
    old = select(actions.c.action_id).where(is_old).scalar_subquery()
    txn.connection.execute(delete(action_rows).where(action_rows.c.action_id.in_(old)))
    return txn.connection.execute(delete(actions).where(is_old)).rowcount


def forget_rows(txn: Txn, action_id: int, lead_ids: Sequence[int]) -> None:
    """Drop what an action did to these leads: it was taken back, or never will be."""
    of_leads = and_(action_rows.c.action_id == action_id, action_rows.c.lead_id.in_(lead_ids))
    txn.connection.execute(delete(action_rows).where(of_leads))


def _look(connection: Connection, lead_ids: Sequence[int]) -> _Rows:
    found: _Rows = {}
    for ids in chunks(lead_ids, _CHUNK):
        for table in _WATCHED:
            names = [column.name for column in table.primary_key]
            for row in connection.execute(_of_leads(table), {"ids": list(ids)}).mappings():
                found[table.name, tuple(row[name] for name in names)] = dict(row)
    return found


@cache
def _of_leads(table: Table) -> Select[*tuple[Any, ...]]:
    """The rows of the leads `ids`, each with its lead's number. Made once: putting it together takes longer than carrying it out."""
    ids: BindParameter[Any] = bindparam("ids", expanding=True)
    if "lead_id" in table.c:
        return select(*_bare_columns(table)).where(table.c.lead_id.in_(ids))
    of_deals = select(*_bare_columns(table), opportunities.c.lead_id)
    joined = of_deals.join(opportunities, opportunities.c.opportunity_id == table.c.opportunity_id)
    return joined.where(opportunities.c.lead_id.in_(ids))


def _differences(before: _Rows, after: _Rows) -> Iterator[ChangedRow]:
    for place in sorted(
        before.keys() | after.keys(), key=lambda place: ([table.name for table in _WATCHED].index(place[0]), place[1])
    ):
        was, has_become = before.get(place), after.get(place)
        if was == has_become:
            continue
        table = metadata.tables[place[0]]
        key = dict(zip([column.name for column in table.primary_key], place[1], strict=True))
        lead_id = (was or has_become or {})["lead_id"]
        if was is None or has_become is None:
            names = [column.name for column in table.columns]
            made = _as_data(has_become, names) if has_become else None
            yield ChangedRow(table, key, lead_id, _as_data(was, names) if was else None, made)
            continue
        names = [name for name in was if was[name] != has_become[name]]
        yield ChangedRow(table, key, lead_id, _as_data(was, names), _as_data(has_become, names))


def _bare_columns(table: Table) -> list[ColumnElement[Any]]:
    """A table's columns with times as the whole numbers that the store keeps."""
    return [
        type_coerce(column, BigInteger).label(column.name) if isinstance(column.type, UtcTime) else column
        for column in table.columns
    ]


def _at_key(table: Table, key: Mapping[str, Any]) -> ColumnElement[bool]:
    def bare(column: ColumnClause[Any]) -> ColumnElement[Any]:
        return type_coerce(column, BigInteger) if isinstance(column.type, UtcTime) else column

    return and_(*(bare(table.c[name]) == value for name, value in key.items()))


def _as_data(row: Mapping[str, Any], names: Sequence[str] | None = None) -> dict[str, Any]:
    """Columns as JSON can hold them."""
    return {name: _to_json(row[name]) for name in (names if names is not None else row)}


def _to_json(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return value.isoformat() if isinstance(value, date) else value


def _from_data(table: Table, data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _from_json(table, name, value) for name, value in data.items()}


def _from_json(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, UtcTime):
        return kind.process_result_value(value, None)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def drop_made(txn: Txn, rows: Sequence[ChangedRow]) -> None:
    """Of these rows, take away those that the action made and leave the others: somebody built on them meanwhile."""
    for row in rows:
        if row.before is None:
            txn.connection.execute(delete(row.table).where(_at_key(row.table, row.key)))
