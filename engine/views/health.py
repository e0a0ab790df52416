"""Health and audit: is everything alive, is GoHighLevel connected and in step, what waits how long, who did what."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.access import Actor, Permission, require
from engine.delivery.sync_in import Drift, drift
from engine.intake.cells import safe_cell
from engine.runtime import Engine
from engine.store import audit_log, monitoring, people, watermarks, webhook_events
from engine.store.audit_log import AuditLine
from engine.views.outbox import Health, follow_up_health
from engine.views.system import freshness

_MOST_LINES = 50_000
# How often each program gives a sign of life; three times that without one is late.
_EVERY_S = {
    "sidecar": 5, "deliver": 2, "reconcile": 5, "sweep": 10, "do_not_disturb": 5, "sync_in": 60, "sync_out": 30, "enrol": 60,
    "route": 5, "forget_actions": 3600, "retention": 3600, "backup": 86_400, "ghl_sync": 60, "webhooks": 5,
}  # fmt: skip
_LEAST_LATE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """A program's latest sign of life and what it says of itself."""

    name: str
    at: datetime
    is_ok: bool
    is_late: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One backup of the ledger."""

    name: str  # holds the moment it was made (UTC)
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPage:
    """Everything the health page shows."""

    health: Health
    pulses: Sequence[Pulse]
    queues: Mapping[str, monitoring.Queue]
    drift: Drift
    last_sync_at: datetime | None
    fields_problem: str
    webhooks: Mapping[str, int]  # events by state
    oldest_webhook_at: datetime | None
    location: str  # the last characters of the location's id; empty in a dry run
    base_url: str
    backups: Sequence[Copy]  # the newest first
    n_changes_behind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A page of the audit trail, and what it can be filtered by."""

    rows: Sequence[AuditLine]
    n_total: int
    names: Mapping[int, str]
    actions: Sequence[str]


def health_page(engine: Engine, actor: Actor) -> HealthPage:
    """The state of the machinery; names no lead, so everybody may see it."""
    at = engine.clock.now()
    health = follow_up_health(engine, actor)
    with engine.ledger.read() as connection:
        fields = watermarks.read(connection, "ghl_out_fields") or {}
        waiting = webhook_events.due(connection, at, 1)
        states = webhook_events.states(connection)
        apart, queues = drift(connection), monitoring.queues(connection, at)
    synced = [beat.at for beat in health.heartbeats if beat.name == "ghl_sync"]
    settings = engine.settings
    return HealthPage(
        health=health,
        pulses=[
            Pulse(name=b.name, at=b.at, is_ok=b.is_ok, is_late=_is_late(b.name, at - b.at, engine.clock.speed), message=b.message)
            for b in health.heartbeats
        ],
        queues=queues,
        drift=apart,
        last_sync_at=synced[0] if synced else None,
        fields_problem=str(fields.get("problem") or ""),
        webhooks=states,
        oldest_webhook_at=waiting[0].received_at if waiting else None,
        location=settings.ghl_location_id[-4:],
        base_url=settings.ghl_base_url,
        backups=_backups(engine),
        n_changes_behind=_behind(engine),
    )


def _is_late(name: str, silence: timedelta, speed: float) -> bool:
    """Whether the silence is too long; `speed` is how fast the office's clock runs against the real seconds of the ticks."""
    return silence > speed * max(_LEAST_LATE, timedelta(seconds=3 * _EVERY_S.get(name, 60)))


def _behind(engine: Engine) -> int:
    return max(0, freshness(engine).n_behind)


def _backups(engine: Engine) -> list[Copy]:
    folder = engine.settings.home / "backups"
    found = sorted(path for path in folder.glob("ledger-*") if path.suffix in (".sqlite3", ".pgdump")) if folder.is_dir() else []
    return [Copy(name=path.name, n_bytes=path.stat().st_size) for path in reversed(found)]


def audit_page(
    engine: Engine,
    actor: Actor,
    *,
    action: str = "",
    who: int | None = None,
    lead_id: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> AuditPage:
    """The audit trail, the newest first; for who manages people."""
    require(actor, Permission.MANAGE_PEOPLE)
    ref = ("leads", lead_id) if lead_id is not None else None
    with engine.ledger.read() as connection:
        return AuditPage(
            rows=audit_log.list_lines(connection, action=action, actor_id=who, ref=ref, limit=limit, offset=offset),
            n_total=audit_log.count_lines(connection, action=action, actor_id=who, ref=ref),
            names={0: "Command center"} | dict(people.names(connection)),
            actions=audit_log.actions(connection),
        )


def audit_csv(engine: Engine, actor: Actor, *, action: str = "", who: int | None = None, lead_id: int | None = None) -> bytes:
    """The filtered audit trail as CSV, at most 50,000 lines; times are UTC."""
    page = audit_page(engine, actor, action=action, who=who, lead_id=lead_id, limit=_MOST_LINES)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(("Number", "At (UTC)", "Who", "What", "Of", "Row", "Detail"))
    for line in page.rows:
        name = page.names.get(line.actor_id, f"account {line.actor_id}")
        detail = json.dumps(dict(line.detail), ensure_ascii=False, sort_keys=True)
        writer.writerow(
            (
                line.audit_id,
                line.at.isoformat(timespec="seconds"),
                safe_cell(name),
                line.action,
                line.kind,
                line.ref,
                safe_cell(detail),
            )
        )
    return written.getvalue().encode("utf-8-sig")
