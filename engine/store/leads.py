"""Leads in the ledger: the people, what they are recognised by, and what passed between them and the office."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from enum import Enum
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, delete, func, select, update

from engine.errors import NotFound
from engine.records import Channel, Direction, Financing, Interaction, Lead, PropertyType, Source
from engine.store.bulk import insert_columns
from engine.store.inbox_tables import action_rows, dispositions, overrides, routings, snoozes
from engine.store.ledger import Txn, execute_many, insert_new
from engine.store.tables import hidden_keys, interactions, lead_keys, leads, merges, opportunities, scores

_T = TypeVar("_T")
_INBOX = (snoozes, dispositions, overrides, routings, action_rows)
_CHUNK = 5_000  # values in one IN (…): both stores take more than 30,000

_FIELDS = tuple(column.name for column in leads.c if column.name in {field.name for field in fields(Lead)} - {"lead_id"})
_TUPLES = frozenset({"other_phones", "other_emails", "tags"})
_WORDS: dict[str, type[Enum]] = {"source": Source, "financing": Financing, "property_type": PropertyType}
_INTERACTION_FIELDS = tuple(field.name for field in fields(Interaction))


def insert_leads(
    txn: Txn, new: Sequence[Lead], *, batch_id: int | None = None, at: datetime, is_visible: bool = True, with_keys: bool = True
) -> list[int]:
    """Add leads with their interactions and return their numbers, in order. Hidden ones wait for their batch to be revealed.

    Without keys nobody is recognised by them yet: a large import notes those by itself, by `add_hidden_keys`.
    """
    first = txn.next_id("leads", len(new)) if new else 0
    ids = list(range(first, first + len(new)))
    _insert_rows(txn, ids, new, batch_id=batch_id, at=at, is_visible=is_visible)
    owned = [(key, lead_id) for lead_id, lead in zip(ids, new, strict=True) for key in lead.keys] if with_keys else []
    if is_visible:
        add_keys(txn, owned)
        for lead_id in ids:
            txn.emit("lead_changed", "leads", lead_id)
    elif batch_id is not None:
        add_hidden_keys(txn, batch_id, owned)
    return ids


def rewrite_hidden(txn: Txn, batch_id: int, changed: Mapping[int, Lead], *, at: datetime) -> None:
    """Put hidden leads of an import, by number, into the ledger anew, without scores and deals: more of the file was about them."""
    delete_with_all(txn.connection, leads.c.lead_id.in_(list(changed)))
    _insert_rows(txn, list(changed), list(changed.values()), batch_id=batch_id, at=at, is_visible=False)


def _insert_rows(
    txn: Txn, ids: Sequence[int], new: Sequence[Lead], *, batch_id: int | None, at: datetime, is_visible: bool
) -> None:
    columns: dict[str, list[Any]] = {name: [getattr(lead, name) for lead in new] for name in _FIELDS}
    for name in _WORDS:
        columns[name] = [word.value if word is not None else None for word in columns[name]]  # the drivers know no enumerations
    columns["created_at"] = [moment or at for moment in columns["created_at"]]  # without a time he became one when he came in
    state: dict[str, Sequence[Any]] = {
        "lead_id": ids,
        "batch_id": [batch_id] * len(ids),
        "is_visible": [is_visible] * len(ids),
        "received_at": [at] * len(ids),
    }
    insert_columns(txn.connection, leads, columns | state)
    _insert_interactions(txn, [(lead_id, event) for lead_id, lead in zip(ids, new, strict=True) for event in lead.interactions])


def add_hidden_keys(txn: Txn, batch_id: int, owned: Sequence[tuple[tuple[str, str], int]]) -> None:
    """Note what an import's hidden leads are recognised by; a key that already has an owner among them keeps him."""
    columns: dict[str, list[Any]] = {
        "batch_id": [batch_id] * len(owned),
        "kind": [kind for (kind, _), _ in owned],
        "value": [value for (_, value), _ in owned],
        "lead_id": [lead_id for _, lead_id in owned],
    }
    insert_columns(txn.connection, hidden_keys, columns, leaves_known=True)


def add_keys(txn: Txn, owned: Iterable[tuple[tuple[str, str], int]]) -> None:
    """Note which lead each (kind, value) belongs to; a key that already has an owner keeps him."""
    rows = [{"kind": kind, "value": value, "lead_id": lead_id} for (kind, value), lead_id in owned]
    execute_many(txn.connection, insert_new(txn.connection, lead_keys), rows)


def find_by_keys(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The visible leads that these keys belong to; keys of nobody are left out."""
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for kind, value in keys:
        by_kind[kind].add(value)
    found: dict[tuple[str, str], int] = {}
    for kind, values in by_kind.items():
        for chunk in chunks(sorted(values), _CHUNK):
            rows = connection.execute(_OWNERS, {"owned_kind": kind, "owned_values": chunk})
            found |= {(kind, value): lead_id for value, lead_id in rows}
    return found


def ids_called(connection: Connection, external_id: str) -> list[int]:
    """The visible leads that another system calls so; two systems may use the same id."""
    asked = select(leads.c.lead_id).where(leads.c.external_id == external_id, leads.c.is_visible).order_by(leads.c.lead_id)
    return list(connection.execute(asked.limit(20)).scalars())


def load_leads(connection: Connection, lead_ids: Sequence[int], *, only_visible: bool = False) -> list[Lead]:
    """Leads by number, in the order asked for, with their interactions oldest first; unknown numbers are left out."""
    found: dict[int, Lead] = {}
    for chunk in chunks(lead_ids, _CHUNK):
        asked = select(leads.c.lead_id, *(leads.c[name] for name in _FIELDS)).where(leads.c.lead_id.in_(chunk))
        events = _load_interactions(connection, chunk)
        for row in connection.execute(asked.where(leads.c.is_visible) if only_visible else asked).mappings():
            found[row["lead_id"]] = _as_lead(row, events.get(row["lead_id"], ()))
    return [found[lead_id] for lead_id in lead_ids if lead_id in found]


def load_addressed(connection: Connection, lead_ids: Sequence[int]) -> list[Lead]:
    """Of these leads only their first phone and e-mail and the columns nobody mapped."""
    found: list[Lead] = []
    for chunk in chunks(lead_ids, _CHUNK):
        asked = select(leads.c.lead_id, leads.c.phone, leads.c.email, leads.c.extra).where(leads.c.lead_id.in_(chunk))
        found += [Lead(**row) for row in connection.execute(asked).mappings()]
    return found


def update_lead(txn: Txn, lead_id: int, lead: Lead, changed: Iterable[str]) -> None:
    """Write the named fields of `lead` down, add the interactions the ledger doesn't have, and its new keys."""
    if not update_leads(txn, {lead_id: (lead, changed)}):
        raise NotFound(f"There is no lead {lead_id}")


def update_leads(txn: Txn, changed: Mapping[int, tuple[Lead, Iterable[str]]]) -> int:
    """Like `update_lead` for many: by number the lead and the names of its changed fields. Answers how many of them exist."""
    n_known = 0
    for ids in chunks(list(changed), _CHUNK):
        known = set(txn.connection.execute(select(leads.c.lead_id).where(leads.c.lead_id.in_(ids))).scalars())
        now = {lead_id: changed[lead_id] for lead_id in ids if lead_id in known}
        _write_fields(txn, now)
        events = _load_interactions(txn.connection, list(now))
        new = [(lead_id, event) for lead_id, (lead, _) in now.items() for event in lead.interactions]
        _insert_interactions(txn, [(lead_id, event) for lead_id, event in new if event not in events.get(lead_id, ())])
        add_keys(txn, [(key, lead_id) for lead_id, (lead, _) in now.items() for key in lead.keys])
        announce(txn, "lead_changed", list(now))
        n_known += len(now)
    return n_known


def _write_fields(txn: Txn, changed: Mapping[int, tuple[Lead, Iterable[str]]]) -> None:
    """One statement for all leads in which the same fields changed."""
    alike: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for lead_id, (lead, names) in changed.items():
        written = tuple(name for name in _FIELDS if name in set(names))
        alike[written].append({**_as_row(lead, written, txn.at), "_lead_id": lead_id})
    for written, rows in alike.items():
        if written:
            execute_many(txn.connection, update(leads).where(leads.c.lead_id == bindparam("_lead_id")), rows)


def assign(txn: Txn, lead_id: int, user_id: int | None) -> None:
    """Give a lead to a person, or back to all."""
    _update(txn, lead_id, {"assigned_to": user_id, "assigned_at": txn.at if user_id is not None else None})
    announce(txn, "lead_changed", [lead_id])


def assigned_at(connection: Connection, lead_id: int) -> datetime | None:
    """Since when the lead is with whoever has him."""
    return connection.execute(select(leads.c.assigned_at).where(leads.c.lead_id == lead_id)).scalar_one_or_none()


def add_interaction(txn: Txn, lead_id: int, interaction: Interaction, actor_id: int | None = None) -> int:
    """Note a message, call, visit or note, and return its number."""
    first = _insert_interactions(txn, [(lead_id, interaction)], actor_id)
    announce(txn, "lead_changed", [lead_id])
    return first


def visible_ids(connection: Connection, after_id: int = 0, limit: int = 10_000) -> list[int]:
    """The next visible leads' numbers after one, in order: for going through all of them in steps."""
    page = select(leads.c.lead_id).where(leads.c.lead_id > after_id, leads.c.is_visible).order_by(leads.c.lead_id).limit(limit)
    return list(connection.execute(page).scalars())


def newest_ids(connection: Connection, limit: int) -> list[int]:
    """The leads that came last, the newest first."""
    asked = select(leads.c.lead_id).where(leads.c.is_visible).order_by(leads.c.lead_id.desc()).limit(limit)
    return list(connection.execute(asked).scalars())


def n_leads(connection: Connection, *, up_to: int | None = None) -> int:
    """How many leads are visible, of all or of those numbered up to one."""
    asked = select(func.count()).select_from(leads).where(leads.c.is_visible)
    return connection.execute(asked if up_to is None else asked.where(leads.c.lead_id <= up_to)).scalar_one()


def remove_leads(txn: Txn, lead_ids: Sequence[int]) -> None:
    """Take leads out of the ledger with all that hangs on them."""
    announce(txn, "lead_changed", lead_ids)
    for chunk in chunks(lead_ids, _CHUNK):
        delete_with_all(txn.connection, leads.c.lead_id.in_(chunk))


def delete_with_all(connection: Connection, which: ColumnElement[bool]) -> int:
    """Delete these rows of `leads` with all that hangs on them, and return how many they were."""
    chosen = select(leads.c.lead_id).where(which).scalar_subquery()
    for table in (*_INBOX, interactions, scores, opportunities, lead_keys, merges):
        connection.execute(delete(table).where(table.c.lead_id.in_(chosen)))
    return connection.execute(delete(leads).where(which)).rowcount


_OWNERS = select(lead_keys.c.value, lead_keys.c.lead_id).where(
    lead_keys.c.kind == bindparam("owned_kind"), lead_keys.c.value.in_(bindparam("owned_values", expanding=True))
)
_VISIBLE = (
    select(leads.c.lead_id)
    .where(leads.c.lead_id.in_(bindparam("asked_ids", expanding=True)), leads.c.is_visible)
    .order_by(leads.c.lead_id)
)


def announce(txn: Txn, event_type: str, lead_ids: Sequence[int]) -> None:
    """Tell the change feed about leads; those still hidden are not spoken of."""
    for chunk in chunks(lead_ids, _CHUNK):
        for lead_id in txn.connection.execute(_VISIBLE, {"asked_ids": chunk}).scalars():
            txn.emit(event_type, "leads", lead_id)


def chunks(items: Sequence[_T], size: int) -> Iterator[list[_T]]:
    """The items in lists of at most `size`."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _update(txn: Txn, lead_id: int, row: Mapping[str, Any]) -> None:
    if not txn.connection.execute(update(leads).where(leads.c.lead_id == lead_id), dict(row)).rowcount:
        raise NotFound(f"There is no lead {lead_id}")


def _insert_interactions(txn: Txn, events: Sequence[tuple[int, Interaction]], actor_id: int | None = None) -> int:
    first = txn.next_id("interactions", len(events)) if events else 0
    columns: dict[str, list[Any]] = {name: [getattr(event, name) for _, event in events] for name in _INTERACTION_FIELDS}
    columns["channel"] = [channel.value for channel in columns["channel"]]
    columns["direction"] = [direction.value for direction in columns["direction"]]
    columns |= {
        "interaction_id": list(range(first, first + len(events))),
        "lead_id": [lead_id for lead_id, _ in events],
        "actor_id": [actor_id] * len(events),
    }
    insert_columns(txn.connection, interactions, columns)
    return first


def _load_interactions(connection: Connection, lead_ids: Sequence[int]) -> dict[int, tuple[Interaction, ...]]:
    columns = [interactions.c[name] for name in _INTERACTION_FIELDS]
    asked = select(interactions.c.lead_id, *columns).where(interactions.c.lead_id.in_(lead_ids))
    found: defaultdict[int, list[Interaction]] = defaultdict(list)
    for row in connection.execute(asked.order_by(interactions.c.lead_id, interactions.c.at, interactions.c.seq)):
        facts = dict(row._mapping)
        lead_id = facts.pop("lead_id")
        channel, direction = Channel(facts.pop("channel")), Direction(facts.pop("direction"))
        found[lead_id].append(Interaction(channel=channel, direction=direction, **facts))
    return {lead_id: tuple(events) for lead_id, events in found.items()}


def _as_row(lead: Lead, names: Iterable[str], at: datetime) -> dict[str, Any]:
    row = {name: getattr(lead, name) for name in names}
    for name in _WORDS.keys() & row.keys():
        row[name] = row[name].value if row[name] is not None else None  # the drivers know no enumerations
    if row.get("created_at", at) is None:
        row["created_at"] = at  # a lead whose file names no time became one when it came in
    return row


def _as_lead(row: RowMapping, events: tuple[Interaction, ...]) -> Lead:
    facts = dict(row)
    for name in _TUPLES:
        facts[name] = tuple(facts[name])
    for name, word in _WORDS.items():
        facts[name] = word(facts[name]) if facts[name] is not None else None
    return Lead(**facts, interactions=events)
