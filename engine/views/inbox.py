"""The queue of leads an agent works: ranked, filtered, paged, with the reasons for each place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.access import Actor, scope_of
from engine.records import Band, Source, Stage
from engine.runtime import Engine

Order = Literal["score", "waiting", "newest"]
MAX_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One lead in the queue."""

    lead_id: int
    name: str
    phone: str | None
    email: str | None
    source: Source | None
    city: str
    band: Band | None  # None: not scored
    score: int | None
    probability: float | None
    probability_low: float | None
    probability_high: float | None
    has_enough_evidence: bool | None
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    expected_cents: int | None
    rate_source: str
    stage: Stage | None
    created_at: datetime
    last_inbound_at: datetime | None
    first_outbound_at: datetime | None
    waiting_since: datetime | None  # since when he waits for a person's answer
    assigned_to: int | None
    assigned_name: str | None
    is_do_not_contact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """A page of the queue and how many there are in all, by band too (of the same filters without the band)."""

    rows: tuple[InboxRow, ...]
    n_total: int
    n_by_band: Mapping[str, int]


def inbox(
    engine: Engine,
    actor: Actor,
    *,
    band: str | None = None,
    source: str | None = None,
    stage: str | None = None,
    search: str = "",
    whose: Literal["all", "mine", "unassigned"] = "all",
    only_waiting: bool = False,
    order: Order = "score",
    limit: int = 25,
    offset: int = 0,
) -> InboxPage:
    """The leads this person may see that pass the filters, the most urgent first."""
    scope = scope_of(actor)
    filters = {
        "agent_id": scope.agent_id,
        "user_id": actor.user_id,
        "source": source,
        "stage": stage,
        "search": search.strip().lower() or None,
        "whose": whose,
        "only_waiting": only_waiting,
    }
    counts = {row["band"]: row["n"] for row in engine.analytics.query("inbox_counts", filters)}
    page = {**filters, "band": band, "order": order, "limit": min(limit, MAX_ROWS), "offset": offset}
    rows = engine.analytics.query("inbox", page)
    return InboxPage(
        rows=tuple(_row(row, sees_money=scope.sees_money) for row in rows),
        n_total=counts.get(band, 0) if band else sum(counts.values()),
        n_by_band=counts,
    )


def inbox_rows(engine: Engine, actor: Actor, *, lead_ids: tuple[int, ...]) -> tuple[InboxRow, ...]:
    """These leads as they are now, in the order asked for; those this person may no longer see are left out."""
    scope = scope_of(actor)
    rows = engine.analytics.query("inbox_rows", {"agent_id": scope.agent_id, "lead_ids": list(lead_ids[:MAX_ROWS])})
    found = {row["lead_id"]: _row(row, sees_money=scope.sees_money) for row in rows}
    return tuple(found[lead_id] for lead_id in lead_ids if lead_id in found)


def _row(row: Mapping[str, Any], *, sees_money: bool) -> InboxRow:
    shown = dict(row)
    shown["source"] = Source(str(row["source"])) if row["source"] else None
    shown["band"] = Band(str(row["band"])) if row["band"] else None
    shown["stage"] = Stage(str(row["stage"])) if row["stage"] else None
    for reasons in ("reasons_for", "reasons_against"):
        shown[reasons] = tuple(row[reasons] or ())
    if not sees_money:
        shown["expected_cents"] = None
    return InboxRow(**shown)
