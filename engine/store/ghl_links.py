"""The ledger's side of GoHighLevel: contacts that are leads, opportunities and messages already known, DND under way."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, case, func, or_, select, update

from engine.records.follow_up import ProviderMessage, StepKind
from engine.records.ghl import ProviderContact
from engine.store.follow_up_tables import opt_outs
from engine.store.ghl_tables import ghl_contacts, ghl_dnd, ghl_messages, ghl_opportunities
from engine.store.leads import chunks
from engine.store.ledger import Txn, insert_new, upsert
from engine.store.tables import leads, scores

_CHUNK = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A contact that is a lead, and what was last seen and written there."""

    contact_id: str
    lead_id: int
    linked_at: datetime
    seen_at: datetime
    changed_at: datetime | None
    dnd_kinds: frozenset[StepKind] | None
    is_gone: bool
    assigned_user: str
    pushed: Mapping[str, Any]
    pushed_at: datetime | None
    n_failures: int
    push_after: datetime | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedDnd:
    """A do-not-disturb that the provider has not confirmed yet."""

    contact_id: str
    kind: StepKind
    is_on: bool
    asked_at: datetime
    n_attempts: int
    problem: str


def link(txn: Txn, contact: ProviderContact, lead_id: int) -> None:
    """Note that this contact is this lead, or that it was seen again; a contact keeps the lead it has."""
    row = {
        "contact_id": contact.contact_id,
        "lead_id": lead_id,
        "linked_at": txn.at,
        "seen_at": txn.at,
        "changed_at": contact.updated_at,
        "dnd_kinds": _words(contact.dnd_kinds),
        "is_gone": False,
        "assigned_user": contact.assigned_to,
        "pushed": {},
        "pushed_at": None,
        "n_failures": 0,
        "push_after": None,
        "problem": "",
    }
    seen: dict[str, Any] = {"seen_at": txn.at, "is_gone": False, "assigned_user": contact.assigned_to}
    if contact.updated_at is not None:
        seen["changed_at"] = contact.updated_at
    if contact.dnd_kinds is not None:
        seen["dnd_kinds"] = _words(contact.dnd_kinds)
    txn.connection.execute(upsert(txn.connection, ghl_contacts, seen), row)


def note_seen(txn: Txn, contact_id: str) -> None:
    """A list or an event showed this contact; nothing else of it is news."""
    seen = update(ghl_contacts).where(ghl_contacts.c.contact_id == contact_id)
    txn.connection.execute(seen, {"seen_at": txn.at, "is_gone": False})


def without_dnd(connection: Connection, limit: int) -> list[str]:
    """Contacts whose do-not-disturb was never read, those linked first first."""
    asked = select(ghl_contacts.c.contact_id).where(ghl_contacts.c.dnd_kinds.is_(None), ~ghl_contacts.c.is_gone)
    return list(connection.execute(asked.order_by(ghl_contacts.c.linked_at, ghl_contacts.c.contact_id).limit(limit)).scalars())


def links_of(connection: Connection, contact_ids: Sequence[str]) -> dict[str, Link]:
    """The links of these contacts; strangers are left out."""
    found: dict[str, Link] = {}
    for chunk in chunks(contact_ids, _CHUNK):
        asked = select(ghl_contacts).where(ghl_contacts.c.contact_id.in_(chunk))
        found |= {row["contact_id"]: _link(row) for row in connection.execute(asked).mappings()}
    return found


def links_of_leads(connection: Connection, lead_ids: Sequence[int]) -> dict[int, Link]:
    """One contact of each of these leads: one that is still there before one that is gone, the oldest first."""
    found: dict[int, Link] = {}
    for chunk in chunks(lead_ids, _CHUNK):
        asked = select(ghl_contacts).where(ghl_contacts.c.lead_id.in_(chunk))
        ordered = asked.order_by(ghl_contacts.c.is_gone, ghl_contacts.c.linked_at, ghl_contacts.c.contact_id)
        for row in connection.execute(ordered).mappings():
            found.setdefault(row["lead_id"], _link(row))
    return found


def mark_gone(txn: Txn, contact_ids: Sequence[str]) -> None:
    """These contacts are no longer there. Their leads stay."""
    for chunk in chunks(contact_ids, _CHUNK):
        txn.connection.execute(update(ghl_contacts).where(ghl_contacts.c.contact_id.in_(chunk)), {"is_gone": True})


def unseen_since(connection: Connection, at: datetime, limit: int) -> list[str]:
    """Contacts that no list or event has shown since then and that are not known to be gone."""
    asked = select(ghl_contacts.c.contact_id).where(ghl_contacts.c.seen_at < at, ~ghl_contacts.c.is_gone)
    return list(connection.execute(asked.order_by(ghl_contacts.c.seen_at).limit(limit)).scalars())


def n_contacts(connection: Connection) -> int:
    """How many contacts are known and still there."""
    asked = select(func.count()).select_from(ghl_contacts).where(~ghl_contacts.c.is_gone)
    return connection.execute(asked).scalar_one()


def due_for_push(connection: Connection, at: datetime, limit: int) -> list[Link]:
    """Contacts whose lead was scored after the last writing there, those that waited longest first."""
    is_new = or_(ghl_contacts.c.pushed_at.is_(None), scores.c.scored_at > ghl_contacts.c.pushed_at)
    is_time = or_(ghl_contacts.c.push_after.is_(None), ghl_contacts.c.push_after <= at)
    asked = (
        select(ghl_contacts)
        .join(scores, and_(scores.c.lead_id == ghl_contacts.c.lead_id, scores.c.is_current))
        .join(leads, leads.c.lead_id == ghl_contacts.c.lead_id)
        .where(leads.c.is_visible, ~ghl_contacts.c.is_gone, is_new, is_time)
        .order_by(case((ghl_contacts.c.pushed_at.is_(None), 0), else_=1), scores.c.scored_at, ghl_contacts.c.contact_id)
        .limit(limit)
    )
    return [_link(row) for row in connection.execute(asked).mappings()]


def note_push(txn: Txn, contact_id: str, pushed: Mapping[str, Any], *, scored_at: datetime) -> None:
    """Note what now stands there. `scored_at` is the score's own time, so that one made meanwhile is written next."""
    done = {"pushed": dict(pushed), "pushed_at": scored_at, "n_failures": 0, "push_after": None, "problem": ""}
    txn.connection.execute(update(ghl_contacts).where(ghl_contacts.c.contact_id == contact_id), done)


def note_push_failure(txn: Txn, contact_id: str, *, after: datetime, problem: str) -> None:
    """Note that writing there failed, why, and when it may be tried again."""
    failed = {"n_failures": ghl_contacts.c.n_failures + 1, "push_after": after, "problem": problem}
    txn.connection.execute(update(ghl_contacts).where(ghl_contacts.c.contact_id == contact_id).values(**failed))


def note_problem(txn: Txn, contact_id: str, problem: str) -> None:
    """Note in words what a person should look at."""
    txn.connection.execute(update(ghl_contacts).where(ghl_contacts.c.contact_id == contact_id), {"problem": problem})


def problems(connection: Connection, limit: int = 100) -> list[Link]:
    """Contacts that a person should look at."""
    asked = select(ghl_contacts).where(ghl_contacts.c.problem != "").order_by(ghl_contacts.c.contact_id).limit(limit)
    return [_link(row) for row in connection.execute(asked).mappings()]


# messages


def known_messages(connection: Connection, message_ids: Sequence[str]) -> set[str]:
    """Those of these messages that are in the ledger already."""
    found: set[str] = set()
    for chunk in chunks(message_ids, _CHUNK):
        found |= set(connection.execute(select(ghl_messages.c.message_id).where(ghl_messages.c.message_id.in_(chunk))).scalars())
    return found


def note_message(txn: Txn, message: ProviderMessage, lead_id: int) -> bool:
    """Note that a message is in the ledger; False when it was already. Whoever sends notes his own, before the list shows it."""
    row = {
        "message_id": message.message_id,
        "contact_id": message.contact_id,
        "lead_id": lead_id,
        "at": message.added_at,
        "is_inbound": message.is_inbound,
        "status": message.status,
    }
    added = insert_new(txn.connection, ghl_messages).returning(ghl_messages.c.message_id)  # PostgreSQL counts no rows here
    return txn.connection.execute(added, row).first() is not None


def note_statuses(txn: Txn, messages: Iterable[ProviderMessage]) -> None:
    """Note what became of known messages."""
    for message in messages:
        same = ghl_messages.c.message_id == message.message_id
        changed = update(ghl_messages).where(same, ghl_messages.c.status != message.status)
        txn.connection.execute(changed, {"status": message.status})


def message_status(connection: Connection, message_id: str) -> str | None:
    """What is last known to have become of a message; None for one that isn't known."""
    return connection.execute(select(ghl_messages.c.status).where(ghl_messages.c.message_id == message_id)).scalar_one_or_none()


# opportunities


def known_opportunities(connection: Connection, provider_ids: Sequence[str]) -> dict[str, tuple[int, Mapping[str, Any]]]:
    """By the provider's id: our number and what was last seen there."""
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for chunk in chunks(provider_ids, _CHUNK):
        asked = select(ghl_opportunities).where(ghl_opportunities.c.provider_id.in_(chunk))
        for row in connection.execute(asked).mappings():
            found[row["provider_id"]] = (row["opportunity_id"], row["seen"])
    return found


def linked_opportunities(connection: Connection, opportunity_ids: Collection[int]) -> set[int]:
    """Those of our opportunities that stand for one there."""
    asked = select(ghl_opportunities.c.opportunity_id).where(ghl_opportunities.c.opportunity_id.in_(opportunity_ids))
    return set(connection.execute(asked).scalars())


def link_opportunity(
    txn: Txn, provider_id: str, opportunity_id: int, *, seen: Mapping[str, Any], changed_at: datetime | None
) -> None:
    """Note which of our opportunities it is, and what was seen there."""
    row = {"provider_id": provider_id, "opportunity_id": opportunity_id, "seen": dict(seen), "changed_at": changed_at}
    told = {"seen": dict(seen), "changed_at": changed_at, "is_gone": False}
    txn.connection.execute(upsert(txn.connection, ghl_opportunities, told), row | {"is_gone": False})


def mark_opportunity_gone(txn: Txn, provider_id: str) -> None:
    """It was deleted there; ours stays, for a person to decide."""
    gone = update(ghl_opportunities).where(ghl_opportunities.c.provider_id == provider_id)
    txn.connection.execute(gone, {"is_gone": True})


# do-not-disturb


def want_dnd(txn: Txn, contact_id: str, kinds: Iterable[StepKind], *, is_on: bool = True) -> None:
    """Have the provider told that this contact may not (or may again) be reached by these kinds, until it confirms.

    Wanting again what is wanted already changes nothing.
    """
    for kind in kinds:
        row = {
            "contact_id": contact_id,
            "kind": kind.value,
            "is_on": is_on,
            "asked_at": txn.at,
            "confirmed_at": None,
            "n_attempts": 0,
            "next_at": txn.at,
            "problem": "",
        }
        added = insert_new(txn.connection, ghl_dnd).returning(ghl_dnd.c.kind)
        if txn.connection.execute(added, row).first() is None:
            same = and_(ghl_dnd.c.contact_id == contact_id, ghl_dnd.c.kind == kind.value, ghl_dnd.c.is_on != is_on)
            txn.connection.execute(update(ghl_dnd).where(same), {key: row[key] for key in row if key not in ("contact_id", "kind")})


def due_dnd(connection: Connection, at: datetime, limit: int = 50) -> list[WantedDnd]:
    """Unconfirmed ones that may be tried now, the oldest first."""
    asked = select(ghl_dnd).where(ghl_dnd.c.confirmed_at.is_(None), ghl_dnd.c.next_at <= at).order_by(ghl_dnd.c.asked_at)
    return [_wanted(row) for row in connection.execute(asked.limit(limit)).mappings()]


def never_told_dnd(connection: Connection, limit: int = 50) -> list[tuple[str, int]]:
    """Contacts whose lead opted out before he was linked, so that nobody ordered do-not-disturb there yet: contact and lead."""
    left = select(opt_outs.c.lead_id).where(opt_outs.c.lead_id == ghl_contacts.c.lead_id).exists()
    is_told = select(ghl_dnd.c.contact_id).where(ghl_dnd.c.contact_id == ghl_contacts.c.contact_id).exists()
    asked = select(ghl_contacts.c.contact_id, ghl_contacts.c.lead_id).where(left, ~is_told, ~ghl_contacts.c.is_gone)
    return [(row.contact_id, row.lead_id) for row in connection.execute(asked.order_by(ghl_contacts.c.linked_at).limit(limit))]


def unconfirmed_dnd(connection: Connection) -> list[WantedDnd]:
    """All unconfirmed ones, the oldest first: their age is an alarm."""
    asked = select(ghl_dnd).where(ghl_dnd.c.confirmed_at.is_(None)).order_by(ghl_dnd.c.asked_at)
    return [_wanted(row) for row in connection.execute(asked).mappings()]


def confirm_dnd(txn: Txn, contact_id: str, kinds: Iterable[StepKind], *, is_on: bool) -> None:
    """The provider shows it as wanted."""
    told = [kind.value for kind in kinds]
    same = and_(ghl_dnd.c.contact_id == contact_id, ghl_dnd.c.kind.in_(told), ghl_dnd.c.is_on == is_on)
    txn.connection.execute(update(ghl_dnd).where(same, ghl_dnd.c.confirmed_at.is_(None)), {"confirmed_at": txn.at, "problem": ""})


def postpone_dnd(txn: Txn, contact_id: str, *, until: datetime, problem: str) -> None:
    """It could not be set or was not shown as set: try again then."""
    mine = and_(ghl_dnd.c.contact_id == contact_id, ghl_dnd.c.confirmed_at.is_(None))
    changed: dict[str, Any] = {"n_attempts": ghl_dnd.c.n_attempts + 1, "next_at": until, "problem": problem}
    txn.connection.execute(update(ghl_dnd).where(mine).values(**changed))


def _words(kinds: frozenset[StepKind] | None) -> list[str] | None:
    return None if kinds is None else sorted(kind.value for kind in kinds)


def _link(row: RowMapping) -> Link:
    facts = {name: row[name] for name in Link.__slots__}
    kinds = facts["dnd_kinds"]
    return Link(**facts | {"dnd_kinds": None if kinds is None else frozenset(map(StepKind, kinds))})


def _wanted(row: RowMapping) -> WantedDnd:
    return WantedDnd(**{name: row[name] for name in WantedDnd.__slots__} | {"kind": StepKind(row["kind"])})
