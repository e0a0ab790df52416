"""The audit trail, read for people: who did what to which row and when. Written by each transaction itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from engine.store.tables import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One thing somebody did. `actor_id` 0 is the command center itself."""

    audit_id: int
    at: datetime
    actor_id: int
    action: str
    kind: str
    ref: int
    detail: Mapping[str, Any]


def list_lines(
    connection: Connection,
    *,
    action: str = "",
    actor_id: int | None = None,
    ref: tuple[str, int] | None = None,
    since: datetime | None = None,
    limit: int,
    offset: int = 0,
) -> list[AuditLine]:
    """Lines that pass the filters, the newest first."""
    asked = _narrowed(select(audit), action, actor_id, ref, since).order_by(audit.c.audit_id.desc())
    return [AuditLine(**row) for row in connection.execute(asked.limit(limit).offset(offset)).mappings()]


def count_lines(
    connection: Connection,
    *,
    action: str = "",
    actor_id: int | None = None,
    ref: tuple[str, int] | None = None,
    since: datetime | None = None,
) -> int:
    """How many those are."""
    n_lines: int = connection.execute(_narrowed(select(func.count()).select_from(audit), action, actor_id, ref, since)).scalar_one()
    return n_lines


def actions(connection: Connection) -> list[str]:
    """Everything that was ever done, by name."""
    return list(connection.execute(select(audit.c.action).distinct().order_by(audit.c.action)).scalars())


def _narrowed(
    asked: Select[Any], action: str, actor_id: int | None, ref: tuple[str, int] | None, since: datetime | None
) -> Select[Any]:
    if action:
        asked = asked.where(audit.c.action == action)
    if actor_id is not None:
        asked = asked.where(audit.c.actor_id == actor_id)
    if ref is not None:
        asked = asked.where(audit.c.kind == ref[0], audit.c.ref == ref[1])
    return asked.where(audit.c.at >= since) if since is not None else asked
