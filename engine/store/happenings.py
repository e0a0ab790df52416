"""What people did lately, read from the audit trail: the working day as a list, not the security log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, or_, select

from engine.access import Agents
from engine.store.shown import is_shown
from engine.store.tables import audit, batches, leads, opportunities


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing somebody did. `lead_id` is None when it was not about one lead; `file_name` names an import."""

    at: datetime
    actor_id: int
    action: str
    detail: Mapping[str, Any]
    lead_id: int | None
    lead_name: str
    file_name: str


def newest_happenings(connection: Connection, actions: Sequence[str], *, agents: Agents, limit: int) -> list[Happening]:
    """The newest of these actions, the newest first; for an agent only those about his own leads and those nobody has."""
    about = and_(audit.c.kind == "opportunities", opportunities.c.opportunity_id == audit.c.ref)
    lead_ref = func.coalesce(opportunities.c.lead_id, audit.c.ref)
    who = and_(audit.c.kind.in_(["leads", "opportunities"]), leads.c.lead_id == lead_ref)
    asked = (
        select(
            audit.c.at,
            audit.c.actor_id,
            audit.c.action,
            audit.c.detail,
            leads.c.lead_id,
            leads.c.first_name,
            leads.c.last_name,
            leads.c.email,
            leads.c.phone,
            batches.c.file_name,
        )
        .select_from(
            audit.outerjoin(opportunities, about)
            .outerjoin(leads, who)
            .outerjoin(batches, and_(audit.c.kind == "batches", batches.c.batch_id == audit.c.ref))
        )
        .where(audit.c.action.in_(actions))
        .order_by(audit.c.audit_id.desc())
        .limit(limit)
    )
    if agents is not None:
        asked = asked.where(leads.c.lead_id.is_not(None), is_shown(agents))
    return [_happening(row._mapping) for row in connection.execute(asked)]


def _happening(row: RowMapping) -> Happening:
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    return Happening(
        at=row["at"],
        actor_id=row["actor_id"],
        action=row["action"],
        detail=row["detail"],
        lead_id=row["lead_id"],
        lead_name=name or row["email"] or row["phone"] or ("Unnamed lead" if row["lead_id"] else ""),
        file_name=row["file_name"] or "",
    )


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who last did something to a row, when, and what."""

    at: datetime
    actor_id: int
    action: str


def last_change(connection: Connection, lead_id: int) -> LastChange | None:
    """The newest thing done to a lead."""
    asked = select(audit.c.at, audit.c.actor_id, audit.c.action).where(audit.c.kind == "leads", audit.c.ref == lead_id)
    row = connection.execute(asked.order_by(audit.c.audit_id.desc()).limit(1)).one_or_none()
    return LastChange(*row) if row else None


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing done to a lead or one of its deals."""

    at: datetime
    actor_id: int
    action: str
    detail: Mapping[str, Any]


def story_lines(connection: Connection, lead_id: int, opportunity_ids: Sequence[int], limit: int = 300) -> list[StoryLine]:
    """What people did to a lead and its deals, the newest first."""
    about = or_(
        and_(audit.c.kind == "leads", audit.c.ref == lead_id),
        and_(audit.c.kind == "opportunities", audit.c.ref.in_(opportunity_ids)),
    )
    asked = select(audit.c.at, audit.c.actor_id, audit.c.action, audit.c.detail).where(about)
    return [StoryLine(*row) for row in connection.execute(asked.order_by(audit.c.audit_id.desc()).limit(limit))]
