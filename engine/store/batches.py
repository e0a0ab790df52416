"""Imports in the ledger: their life, their leases, their findings, and the one moment in which their leads appear.

An import adds hidden leads in short transactions; `reveal` shows them, and from its first on it only goes forward. Whoever is killed when:
before that the import is absent, after it it is finished.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, true, update

from engine.errors import NotFound
from engine.records import Rejection
from engine.store.bulk import insert_columns
from engine.store.leads import chunks, delete_with_all, find_by_keys
from engine.store.ledger import Txn, execute_many
from engine.store.tables import batches, changes, hidden_keys, lead_keys, leads, merges, rejections

_NEXT_WORK = {"queued": "checking", "checking": "checking", "agreed": "importing", "importing": "importing", "undoing": "undoing"}
_RUNNING = ("checking", "importing", "undoing")
N_SHOWN = 2_000  # leads shown, or removed, in one transaction: other writers wait for a tenth of a second
_CHUNK = 5_000  # values in one IN (…)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """An import: the file, what is to be done with it, how far that is, and what came of it."""

    batch_id: int
    fingerprint: str
    file_name: str
    file_hash: str
    purpose: str
    state: str
    mapping: Mapping[str, str]
    report: Mapping[str, Any]
    n_rows: int | None
    n_done: int
    n_created: int
    n_updated: int
    n_unchanged: int
    n_rejected: int
    message: str
    n_attempts: int
    lease_until: datetime | None
    created_by: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyConflict:
    """A phone, e-mail or id of a hidden lead that meanwhile belongs to another lead."""

    kind: str
    value: str
    hidden_lead_id: int
    owner_lead_id: int


class RowCounts(Protocol):
    """What became of a file's rows."""

    @property
    def n_rows(self) -> int: ...
    @property
    def n_created(self) -> int: ...
    @property
    def n_updated(self) -> int: ...
    @property
    def n_unchanged(self) -> int: ...
    @property
    def n_rejected(self) -> int: ...


class MergeLike(Protocol):
    """A row that met somebody already known. `ref` is his number, or (not `in_ledger`) his place among the import's new leads."""

    @property
    def line(self) -> int: ...
    @property
    def ref(self) -> int: ...
    @property
    def in_ledger(self) -> bool: ...
    @property
    def matched_by(self) -> str: ...
    @property
    def earlier_line(self) -> int | None: ...
    @property
    def before(self) -> Mapping[str, object]: ...
    @property
    def after(self) -> Mapping[str, object]: ...


_FIELDS = tuple(batches.c[field.name] for field in fields(Batch))


def create(
    txn: Txn, *, file_name: str, file_hash: str, fingerprint: str, purpose: str, state: str, mapping: Mapping[str, str]
) -> int:
    """Note a new import and return its number."""
    batch_id = txn.next_id("batches")
    nothing_yet = dict.fromkeys(("n_done", "n_created", "n_updated", "n_unchanged", "n_rejected", "n_attempts"), 0)
    row = {"batch_id": batch_id, "file_name": file_name, "file_hash": file_hash, "fingerprint": fingerprint, "purpose": purpose}
    row |= {"state": state, "mapping": dict(mapping), "report": {}, "message": "", "created_by": txn.actor_id, "created_at": txn.at}
    txn.connection.execute(insert(batches), {**row, **nothing_yet})
    txn.emit("batch_changed", "batches", batch_id)
    return batch_id


def load(connection: Connection, batch_id: int) -> Batch:
    """An import by number; raises `NotFound`."""
    row = connection.execute(select(*_FIELDS).where(batches.c.batch_id == batch_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no import {batch_id}")
    return Batch(**row)


def list_batches(connection: Connection, *, limit: int = 50, offset: int = 0) -> list[Batch]:
    """The imports, the newest first."""
    return _select(connection, None, limit=limit, offset=offset)


def search(connection: Connection, *, states: Sequence[str], name: str, limit: int, offset: int) -> list[Batch]:
    """The imports in one of these states (none: any) whose file's name holds the text, the newest first."""
    return _select(connection, _asked(states, name), limit=limit, offset=offset)


def n_found(connection: Connection, *, states: Sequence[str], name: str) -> int:
    """How many imports `search` finds."""
    return connection.execute(select(func.count()).select_from(batches).where(_asked(states, name))).scalar_one()


def _asked(states: Sequence[str], name: str) -> ColumnElement[bool]:
    is_in = batches.c.state.in_(states) if states else true()
    return and_(is_in, func.lower(batches.c.file_name).contains(name.lower(), autoescape=True))


def of_file(connection: Connection, file_hash: str) -> list[Batch]:
    """The imports of the same file, the newest first."""
    return _select(connection, batches.c.file_hash == file_hash)


def stale(connection: Connection, at: datetime) -> list[Batch]:
    """Imports that somebody works on according to their state, but whose worker has given no sign of life: it was killed."""
    return _select(connection, and_(batches.c.state.in_(_RUNNING), _is_free(at)))


def due(connection: Connection, at: datetime) -> list[Batch]:
    """Imports that wait for a worker: the queued, the agreed, and the stale."""
    return _select(connection, and_(batches.c.state.in_(_NEXT_WORK), _is_free(at)))


def take_lease(txn: Txn, batch_id: int, *, until: datetime, max_attempts: int) -> Batch | None:
    """Become the import's only worker until then; None when it has one already, or nothing to do, or was given up on."""
    batch = load(txn.connection, batch_id)
    if batch.state not in _NEXT_WORK or (batch.lease_until is not None and batch.lease_until > txn.at):
        return None
    if batch.state == "undoing":  # each step of it is whole, so it may begin again as often as it was interrupted
        update_batch(txn, batch_id, {"lease_until": until, "n_done": 0, "message": ""})
        return load(txn.connection, batch_id)
    is_resumed = batch.state in _RUNNING
    if is_resumed and batch.n_attempts >= max_attempts and not is_half_shown(txn.connection, batch_id):
        fail(txn, batch_id, f"The import was interrupted {batch.n_attempts} times; nothing of the file was taken in")
        return None
    n_attempts = batch.n_attempts + 1 if is_resumed else 1
    started = {"started_at": batch.started_at or txn.at, "finished_at": None, "message": ""}
    update_batch(
        txn, batch_id, {"state": _NEXT_WORK[batch.state], "lease_until": until, "n_attempts": n_attempts, "n_done": 0} | started
    )
    return load(txn.connection, batch_id)


def tell_progress(txn: Txn, batch_id: int, *, n_done: int, until: datetime) -> None:
    """Note how many rows are done, and keep the lease."""
    update_batch(txn, batch_id, {"n_done": n_done, "lease_until": until})


def keep_lease(txn: Txn, batch_id: int, *, until: datetime) -> None:
    """Keep the lease. It isn't a change anybody looks at, so the feed stays silent."""
    txn.connection.execute(update(batches).where(batches.c.batch_id == batch_id), {"lease_until": until})


def move(txn: Txn, batch_id: int, *, from_states: Sequence[str], to_state: str) -> bool:
    """Change the state if it is one of `from_states`, and let go of the lease; says whether it did."""
    changed = update(batches).where(batches.c.batch_id == batch_id, batches.c.state.in_(from_states))
    did = bool(txn.connection.execute(changed, {"state": to_state, "lease_until": None}).rowcount)
    if did:
        txn.emit("batch_changed", "batches", batch_id)
    return did


def finish(txn: Txn, batch_id: int) -> None:
    """The import is done."""
    done = {"state": "done", "finished_at": txn.at, "lease_until": None, "message": ""}
    update_batch(txn, batch_id, done | {"n_done": func.coalesce(batches.c.n_rows, batches.c.n_done)})


def finish_undo(txn: Txn, batch_id: int) -> None:
    """The import was taken back. When it had been done stays known: what came after it is told by that."""
    update_batch(txn, batch_id, {"state": "undone", "lease_until": None, "message": ""})


def stop_undo(txn: Txn, batch_id: int, message: str) -> None:
    """The undo stopped half way and can be asked for again; the message says why."""
    update_batch(txn, batch_id, {"state": "done", "lease_until": None, "message": message})


def fail(txn: Txn, batch_id: int, message: str) -> None:
    """The import ended without a result; the message says why."""
    update_batch(txn, batch_id, {"state": "failed", "finished_at": txn.at, "lease_until": None, "message": message})


def update_batch(txn: Txn, batch_id: int, changes: Mapping[str, object]) -> None:
    """Set columns of an import."""
    if not txn.connection.execute(update(batches).where(batches.c.batch_id == batch_id).values(dict(changes))).rowcount:
        raise NotFound(f"There is no import {batch_id}")
    txn.emit("batch_changed", "batches", batch_id)


def keep_counts(txn: Txn, batch_id: int, counts: RowCounts, report: Mapping[str, object] | None = None) -> None:
    """Note what becomes of the rows, and (unless None) what the file looks like."""
    changes: dict[str, object] = {"n_rows": counts.n_rows, "n_created": counts.n_created, "n_updated": counts.n_updated}
    changes |= {"n_unchanged": counts.n_unchanged, "n_rejected": counts.n_rejected}
    update_batch(txn, batch_id, changes if report is None else changes | {"report": dict(report)})


def keep_rejections(txn: Txn, batch_id: int, found: Sequence[tuple[Rejection, Sequence[str]]]) -> None:
    """Note rows that were not taken, with the cells as they came."""
    columns: dict[str, list[Any]] = {
        "batch_id": [batch_id] * len(found),
        "line": [one.line for one, _ in found],
        "column_name": [one.column for one, _ in found],
        "reason": [one.reason for one, _ in found],
        "cells": [list(cells) for _, cells in found],
    }
    insert_columns(txn.connection, rejections, columns)


def iter_rejections(connection: Connection, batch_id: int) -> Iterator[tuple[Rejection, list[str]]]:
    """The rows that were not taken, by line, with the cells as they came."""
    asked = select(rejections).where(rejections.c.batch_id == batch_id).order_by(rejections.c.line)
    for row in connection.execution_options(yield_per=1_000).execute(asked):
        yield Rejection(line=row.line, column=row.column_name, reason=row.reason), list(row.cells)


def keep_merges(txn: Txn, batch_id: int, found: Sequence[MergeLike], new_ids: Mapping[int, int]) -> None:
    """Note what the import did to each lead that was there already; `new_ids` are the numbers of the file's own people by place."""
    columns: dict[str, list[Any]] = {
        "batch_id": [batch_id] * len(found),
        "line": [one.line for one in found],
        "lead_id": [one.ref if one.in_ledger else new_ids[one.ref] for one in found],
        "matched_by": [one.matched_by for one in found],
        "in_file_with_line": [one.earlier_line for one in found],
        "before": [dict(one.before) for one in found],
        "after": [dict(one.after) for one in found],
    }
    insert_columns(txn.connection, merges, columns)


def n_merged_in_file(connection: Connection, batch_id: int) -> int:
    """How many rows of the file met somebody from an earlier row of the same file."""
    asked = select(func.count()).select_from(merges).where(merges.c.batch_id == batch_id, merges.c.in_file_with_line.is_not(None))
    return connection.execute(asked).scalar_one()


def reveal(txn: Txn, batch_id: int, limit: int = N_SHOWN) -> list[KeyConflict]:
    """Show the next `limit` of an import's leads, by number; `reveal_more` shows those after them.

    If one of them meanwhile came in by another way, nothing is shown and the conflicts are returned instead.
    """
    ids = _next_hidden(txn.connection, batch_id, limit)
    owned = _hidden_keys_of(txn.connection, batch_id, ids)
    conflicts = _conflicts(txn.connection, owned)
    if not conflicts:
        _show(txn, batch_id, ids, owned)
    return conflicts


def reveal_more(txn: Txn, batch_id: int, after_id: int, limit: int = N_SHOWN) -> list[int]:
    """Go on with what `reveal` began: the next leads by number are shown, whatever happened meanwhile; answers their numbers.

    Who came in by another way in these seconds keeps his phone or e-mail; the import's own row of him stands beside him.
    """
    ids = _next_hidden(txn.connection, batch_id, limit, after_id)
    if ids:
        _show(txn, batch_id, ids, _hidden_keys_of(txn.connection, batch_id, ids))
    return ids


def shown_ids(connection: Connection, batch_id: int) -> list[int]:
    """The leads of an import that are shown, by number."""
    asked = select(leads.c.lead_id).where(leads.c.batch_id == batch_id, leads.c.is_visible).order_by(leads.c.lead_id)
    return list(connection.execute(asked).scalars())


def first_shown_at(connection: Connection, batch_id: int) -> datetime | None:
    """When an import began to show its leads: each of its changes carries that moment."""
    told = (changes.c.event_type == "leads_shown", changes.c.kind == "batches", changes.c.ref == batch_id)
    return connection.execute(select(changes.c.at).where(*told).order_by(changes.c.seq.desc()).limit(1)).scalar()


def is_half_shown(connection: Connection, batch_id: int) -> bool:
    """Whether an import began to show its leads and was interrupted: from then on it only goes forward."""
    shown = select(leads.c.lead_id).where(leads.c.batch_id == batch_id, leads.c.is_visible).limit(1)
    state = select(batches.c.state).where(batches.c.batch_id == batch_id)
    return connection.execute(state).scalar() == "importing" and connection.execute(shown).scalar() is not None


def find_conflicts(connection: Connection, batch_id: int) -> list[KeyConflict]:
    """The phones, e-mails and ids of an import's hidden leads that meanwhile belong to somebody else."""
    same = and_(hidden_keys.c.kind == lead_keys.c.kind, hidden_keys.c.value == lead_keys.c.value)
    asked = select(hidden_keys.c.kind, hidden_keys.c.value, hidden_keys.c.lead_id, lead_keys.c.lead_id.label("owner"))
    asked = asked.join(lead_keys, same).where(hidden_keys.c.batch_id == batch_id)
    return [KeyConflict(*row) for row in connection.execute(asked.order_by(hidden_keys.c.lead_id, hidden_keys.c.kind))]


def discard(txn: Txn, batch_id: int, limit: int = N_SHOWN) -> int:
    """Remove what an unfinished import left behind, up to `limit` hidden leads, and return how many they were. What is shown stays."""
    ids = _next_hidden(txn.connection, batch_id, limit)
    txn.connection.execute(delete(hidden_keys).where(hidden_keys.c.batch_id == batch_id))
    n_removed = delete_with_all(txn.connection, leads.c.lead_id.in_(ids)) if ids else 0
    is_done = select(batches.c.batch_id).where(batches.c.batch_id == batch_id, batches.c.state == "done").scalar_subquery()
    for table in (rejections, merges):
        txn.connection.execute(delete(table).where(table.c.batch_id == batch_id, table.c.batch_id.not_in(is_done)))
    return n_removed


def _next_hidden(connection: Connection, batch_id: int, limit: int, after_id: int = 0) -> list[int]:
    asked = select(leads.c.lead_id).where(_hidden_of(batch_id), leads.c.lead_id > after_id).order_by(leads.c.lead_id).limit(limit)
    return list(connection.execute(asked).scalars())


def _show(txn: Txn, batch_id: int, ids: Sequence[int], owned: Mapping[Key, int]) -> None:
    kinds, values = [kind for kind, _ in owned], [value for _, value in owned]
    columns: dict[str, list[Any]] = {"kind": kinds, "value": values, "lead_id": list(owned.values())}
    insert_columns(txn.connection, lead_keys, columns, leaves_known=True)
    gone = delete(hidden_keys).where(
        hidden_keys.c.batch_id == batch_id, hidden_keys.c.kind == bindparam("_kind"), hidden_keys.c.value == bindparam("_value")
    )
    execute_many(txn.connection, gone, [{"_kind": kind, "_value": value} for kind, value in owned])
    if ids:
        is_shown = and_(leads.c.lead_id.between(ids[0], ids[-1]), _hidden_of(batch_id))
        txn.connection.execute(update(leads).where(is_shown), {"is_visible": True})
    txn.emit("leads_shown", "batches", batch_id)


def _hidden_keys_of(connection: Connection, batch_id: int, ids: Sequence[int]) -> dict[Key, int]:
    """What these hidden leads are recognised by, as far as it is theirs; found by their own columns: the keys have no index by lead."""
    keys: dict[str, list[str]] = {"phone": [], "email": [], "external": []}
    named = select(leads.c.phone, leads.c.email, leads.c.other_phones, leads.c.other_emails, leads.c.external_id)
    for some in chunks(ids, _CHUNK):
        for row in connection.execute(named.where(leads.c.lead_id.in_(some))):
            keys["phone"] += [value for value in (row.phone, *row.other_phones) if value]
            keys["email"] += [value for value in (row.email, *row.other_emails) if value]
            keys["external"] += [row.external_id] if row.external_id else []
    found: dict[Key, int] = {}
    for kind, all_values in keys.items():
        for values in chunks(all_values, _CHUNK):
            owned = select(hidden_keys.c.value, hidden_keys.c.lead_id).where(
                hidden_keys.c.batch_id == batch_id, hidden_keys.c.kind == kind, hidden_keys.c.value.in_(values)
            )
            mine = set(ids)
            found |= {(kind, value): lead_id for value, lead_id in connection.execute(owned) if lead_id in mine}
    return found


def _conflicts(connection: Connection, owned: Mapping[Key, int]) -> list[KeyConflict]:
    taken = find_by_keys(connection, list(owned))
    found = [KeyConflict(*key, owned[key], owner) for key, owner in taken.items()]
    return sorted(found, key=lambda one: (one.hidden_lead_id, one.kind))


def _hidden_of(batch_id: int) -> ColumnElement[bool]:
    return and_(leads.c.batch_id == batch_id, ~leads.c.is_visible)


def _is_free(at: datetime) -> ColumnElement[bool]:
    return or_(batches.c.lease_until.is_(None), batches.c.lease_until <= at)


def _select(connection: Connection, which: ColumnElement[bool] | None, *, limit: int | None = None, offset: int = 0) -> list[Batch]:
    asked = select(*_FIELDS).order_by(batches.c.batch_id.desc()).limit(limit).offset(offset)
    return [Batch(**row) for row in connection.execute(asked if which is None else asked.where(which)).mappings()]
