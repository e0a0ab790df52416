"""Who may not be contacted, listed for people: revocations with their lead, and how many addresses nobody may write to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from engine.access import Agents
from engine.store.follow_up_tables import do_not_call_numbers, opt_outs, suppressions
from engine.store.ghl_tables import ghl_contacts, ghl_dnd
from engine.store.shown import is_shown
from engine.store.tables import lead_keys, leads


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """One revocation as it is listed. The name is empty, and the address too, once the lead is forgotten."""

    opt_out_id: int
    lead_id: int
    lead_name: str
    is_visible: bool
    address: str
    channels: tuple[str, ...]
    source: str
    at: datetime
    is_confirmed_there: bool | None  # GoHighLevel shows it; None: the lead isn't linked


def lead_with_address(connection: Connection, address: str) -> int | None:
    """The lead who has this phone or e-mail."""
    kind = "email" if "@" in address else "phone"
    asked = select(lead_keys.c.lead_id).where(lead_keys.c.kind == kind, lead_keys.c.value == address)
    return connection.execute(asked).scalar_one_or_none()


def list_revocations(
    connection: Connection, *, agents: Agents, search: str = "", source: str = "", limit: int, offset: int = 0
) -> list[Revocation]:
    """Revocations, the newest first; for an agent those of his own leads and of leads nobody has."""
    every = select(opt_outs, leads.c.first_name, leads.c.last_name, leads.c.is_visible)
    asked = _narrowed(every.outerjoin(leads, leads.c.lead_id == opt_outs.c.lead_id), agents, search, source)
    found = connection.execute(asked.order_by(opt_outs.c.opt_out_id.desc()).limit(limit).offset(offset)).mappings().all()
    there = _confirmed_there(connection, {row["lead_id"] for row in found})
    return [
        Revocation(
            opt_out_id=row["opt_out_id"],
            lead_id=row["lead_id"],
            lead_name=" ".join(part for part in (row["first_name"], row["last_name"]) if part),
            is_visible=bool(row["is_visible"]),
            address=row["address"],
            channels=tuple(row["channels"]),
            source=row["source"],
            at=row["at"],
            is_confirmed_there=there.get(row["lead_id"]),
        )
        for row in found
    ]


def count_revocations(connection: Connection, *, agents: Agents, search: str = "", source: str = "") -> int:
    """How many those are."""
    asked = select(func.count()).select_from(opt_outs.outerjoin(leads, leads.c.lead_id == opt_outs.c.lead_id))
    n_found: int = connection.execute(_narrowed(asked, agents, search, source)).scalar_one()
    return n_found


def _narrowed(asked: Select[Any], agents: Agents, search: str, source: str) -> Select[Any]:
    if agents is not None:
        asked = asked.where(is_shown(agents), leads.c.lead_id.is_not(None))
    if source:
        asked = asked.where(opt_outs.c.source == source)
    for word in search.split()[:6]:
        columns = (leads.c.first_name, leads.c.last_name, opt_outs.c.address)
        asked = asked.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return asked


def _confirmed_there(connection: Connection, lead_ids: set[int]) -> Mapping[int, bool]:
    """For linked leads whether GoHighLevel showed everything that was ordered."""
    asked = select(ghl_contacts.c.lead_id, func.count(ghl_dnd.c.kind), func.count(ghl_dnd.c.confirmed_at))
    asked = asked.outerjoin(ghl_dnd, ghl_dnd.c.contact_id == ghl_contacts.c.contact_id)
    asked = asked.where(ghl_contacts.c.lead_id.in_(lead_ids), ~ghl_contacts.c.is_gone).group_by(ghl_contacts.c.lead_id)
    return {lead_id: n_wanted > 0 and n_wanted == n_shown for lead_id, n_wanted, n_shown in connection.execute(asked)}


def suppression_counts(connection: Connection) -> dict[str, int]:
    """How many addresses nobody may write to, by reason."""
    asked = select(suppressions.c.reason, func.count()).group_by(suppressions.c.reason)
    return {row[0]: row[1] for row in connection.execute(asked)}


def n_do_not_call(connection: Connection) -> int:
    """How many numbers of the national list are loaded."""
    return connection.execute(select(func.count()).select_from(do_not_call_numbers)).scalar_one()
