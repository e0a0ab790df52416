"""Webhooks in the ledger: kept once each in the order they came, found again until they are worked off. Decides nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from engine.records.ghl import EventKind, ProviderEvent
from engine.store.access_tables import webhook_events
from engine.store.ghl_tables import ghl_contacts
from engine.store.ledger import Txn, execute_many

WAITING, DONE, KEPT, FAILED = "waiting", "done", "kept", "failed"
_row = webhook_events.c


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent:
    """One webhook as it is kept."""

    event_number: int
    event_id: str
    name: str
    kind: str
    contact_id: str
    sent_at: datetime | None
    received_at: datetime
    state: str
    next_at: datetime | None
    n_tries: int
    problem: str
    done_at: datetime | None
    raw: str


_COLUMNS = [_row[field.name] for field in fields(KeptEvent)]


def add(txn: Txn, events: Sequence[tuple[ProviderEvent, str]]) -> int:
    """Keep these events, each with its raw text; those whose id is known already are left out. Answers how many were new."""
    asked = select(_row.event_id).where(_row.event_id.in_([event.event_id for event, _ in events]))
    known = set(txn.connection.execute(asked).scalars())
    new: dict[str, tuple[ProviderEvent, str]] = {}
    for event, raw in events:
        if event.event_id not in known:
            new.setdefault(event.event_id, (event, raw))
    if not new:
        return 0
    first = txn.next_id("webhook_events", len(new))
    rows = [_as_row(event, raw, number, txn.at) for number, (event, raw) in enumerate(new.values(), first)]
    execute_many(txn.connection, insert(webhook_events), rows)
    return len(rows)


def _as_row(event: ProviderEvent, raw: str, number: int, at: datetime) -> dict[str, Any]:
    return {
        "event_number": number,
        "event_id": event.event_id,
        "name": event.name[:200],
        "kind": event.kind.value,
        "contact_id": event.contact_id,
        "sent_at": event.at,
        "received_at": at,
        "state": WAITING,
        "next_at": at,
        "n_tries": 0,
        "problem": "",
        "done_at": None,
        "raw": raw.replace("\x00", "\ufffd"),  # PostgreSQL keeps no NUL in a text
    }


def due(
    connection: Connection, at: datetime, limit: int, *, received_before: datetime | None = None, kinds: Sequence[EventKind] = ()
) -> list[KeptEvent]:
    """Waiting events (of these kinds, or all) whose time has come, in the order they came."""
    asked = select(*_COLUMNS).where(_row.state == WAITING, _row.next_at <= at)
    if received_before is not None:
        asked = asked.where(_row.received_at < received_before)
    if kinds:
        asked = asked.where(_row.kind.in_(kinds))
    return _found(connection.execute(asked.order_by(_row.event_number).limit(limit)).mappings())


def still_waiting(connection: Connection, numbers: Sequence[int]) -> list[KeptEvent]:
    """Those of these events that nobody has worked off meanwhile, in the order they came."""
    asked = select(*_COLUMNS).where(_row.event_number.in_(numbers), _row.state == WAITING)
    return _found(connection.execute(asked.order_by(_row.event_number)).mappings())


def finish(txn: Txn, numbers: Sequence[int], state: str = DONE, problem: str = "") -> None:
    """These events are through. What was done needs its text no longer; what was kept or failed is for people to read."""
    if not numbers:
        return
    ended: dict[str, Any] = {"state": state, "next_at": None, "done_at": txn.at, "problem": problem}
    if state == DONE:
        ended["raw"] = ""
    txn.connection.execute(update(webhook_events).where(_row.event_number.in_(numbers)), ended)


def put_off(txn: Txn, number: int, until: datetime, problem: str) -> None:
    """An event could not be worked off yet."""
    later = {"next_at": until, "n_tries": _row.n_tries + 1, "problem": problem}
    txn.connection.execute(update(webhook_events).where(_row.event_number == number).values(later))


def hasten(txn: Txn, contact_ids: Sequence[str]) -> None:
    """These contacts are known now: what waited for them is due."""
    if not contact_ids:
        return
    waited = update(webhook_events).where(_row.contact_id.in_(contact_ids), _row.state == WAITING, _row.next_at > txn.at)
    txn.connection.execute(waited, {"next_at": txn.at})


def unlinked_contacts(connection: Connection, limit: int) -> dict[str, list[int]]:
    """Contacts that are unknown here and that events wait for, each with those events' numbers; the longest waiting first."""
    is_known = select(ghl_contacts.c.contact_id).where(ghl_contacts.c.contact_id == _row.contact_id).exists()
    asked = select(_row.contact_id, _row.event_number).where(
        _row.state == WAITING, _row.n_tries > 0, _row.contact_id != "", ~is_known
    )
    found: dict[str, list[int]] = {}
    for contact_id, number in connection.execute(asked.order_by(_row.event_number).limit(limit * 50)):
        if contact_id in found or len(found) < limit:
            found.setdefault(contact_id, []).append(number)
    return found


def try_again(txn: Txn, number: int) -> bool:
    """Have a failed event tried anew; False if it isn't one."""
    anew = update(webhook_events).where(_row.event_number == number, _row.state == FAILED)
    return bool(txn.connection.execute(anew, {"state": WAITING, "next_at": txn.at, "n_tries": 0, "done_at": None}).rowcount)


def try_all_again(txn: Txn) -> int:
    """Have every failed event tried anew; answers how many."""
    anew = update(webhook_events).where(_row.state == FAILED)
    return txn.connection.execute(anew, {"state": WAITING, "next_at": txn.at, "n_tries": 0, "done_at": None}).rowcount


def forget(txn: Txn, *, received_before: datetime) -> int:
    """Drop events that are through and came before then; answers how many."""
    old = delete(webhook_events).where(_row.received_at < received_before, _row.state != WAITING)
    return txn.connection.execute(old).rowcount


def states(connection: Connection) -> Mapping[str, int]:
    """How many events there are, by state."""
    return {row[0]: row[1] for row in connection.execute(select(_row.state, func.count()).group_by(_row.state))}


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """How many events there are, by name and state."""
    asked = select(_row.name, _row.state, func.count()).group_by(_row.name, _row.state)
    return {(name, state): n for name, state, n in connection.execute(asked)}


def list_events(
    connection: Connection, *, states: Sequence[str] = (), name: str | None = None, limit: int, offset: int = 0
) -> list[KeptEvent]:
    """Events in these states (or all) and of that name for people to read, the newest first."""
    asked = select(*_COLUMNS)
    if states:
        asked = asked.where(_row.state.in_(states))
    if name is not None:
        asked = asked.where(_row.name == name)
    return _found(connection.execute(asked.order_by(_row.event_number.desc()).limit(limit).offset(offset)).mappings())


def load(connection: Connection, number: int) -> KeptEvent | None:
    """An event by number."""
    return next(iter(_found(connection.execute(select(*_COLUMNS).where(_row.event_number == number)).mappings())), None)


def _found(rows: Iterable[RowMapping]) -> list[KeptEvent]:
    return [KeptEvent(**row) for row in rows]
