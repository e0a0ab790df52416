"""The queue of leads an agent works: ranked by what acting now is worth, filtered, paged, with the reason for each place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from cachetools import TTLCache

from engine.access import SYSTEM, Actor, scope_of
from engine.delivery.office import settings_at
from engine.records import Band, Channel, Source, Stage
from engine.records.inbox import NextStep, Outcome, SpeedState
from engine.runtime import Engine
from engine.scoring.exploration import is_in_slice
from engine.sequences.rules import GateRules
from engine.store import dialogues
from engine.triage.next_step import LeadFacts, next_step
from engine.triage.speed import speed_state
from engine.triage.worth import EDGES_MINUTES, MINUTES, CurvePoint, ResponseCurve, response_curve, worth_figures
from engine.views.contact_hours import ContactHours, contact_hours
from engine.views.net_share import net_shares_of
from engine.views.reach import ALL, NOBODYS, people_of

__all__ = [
    "CurvePoint",
    "InboxPage",
    "InboxPlaces",
    "InboxRow",
    "answer_curve",
    "inbox",
    "inbox_places",
    "inbox_rows",
    "known_tags",
]

Order = Literal["worth", "score", "waiting", "newest", "wakes"]
Match = Literal["all", "any"]
MAX_ROWS = 200
MOST_EXPORTED = 10_000
_curves: TTLCache[tuple[str, str], ResponseCurve] = TTLCache(64, 86_400)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One lead in the queue."""

    lead_id: int
    name: str
    phone: str | None
    email: str | None
    source: Source | None
    city: str
    band: Band | None  # a person's own while it holds, else the model's; None: not scored
    model_band: Band | None
    is_own_band: bool
    score: int | None
    score_change: int | None  # against a week before the present score; None with one score alone
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
    last_outbound_at: datetime | None
    last_activity_at: datetime
    waiting_since: datetime | None  # since when he waits for a person's answer
    assigned_to: int | None
    assigned_at: datetime | None
    assigned_name: str | None
    is_do_not_contact: bool
    is_phone_bad: bool
    consent: str  # given, unknown, opted_out
    is_paused: bool  # nothing automatic goes out
    is_asleep: bool
    snoozed_until: datetime | None
    until_reply: bool
    tags: tuple[str, ...]
    last_outcome: Outcome | None
    net_share: float  # of the commission: an agent's own, or what stays in the house; 1 while money is not shown
    worth_cents: float | None  # of acting now, a minute of work; None: not scored, or money is not shown to this person
    left_share: float  # what waiting, or having just been touched, leaves of it
    work_minutes: float
    speed: SpeedState
    next: NextStep
    hours: ContactHours
    is_drawn: bool  # in this week's exploration slice: to be contacted whatever the score
    why: str  # why he stands where he stands, in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPlaces:
    """Which leads stand on a page of the queue, in order, and how many there are in all, by band too (filters without the band)."""

    lead_ids: tuple[int, ...]
    n_total: int
    n_by_band: Mapping[str | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """A page of the queue with its rows."""

    rows: tuple[InboxRow, ...]
    n_total: int
    n_by_band: Mapping[str | None, int]


def inbox_places(
    engine: Engine,
    actor: Actor,
    *,
    band: str | None = None,
    search: str = "",
    whose: str = ALL,
    shelf: Literal["awake", "asleep", "both"] = "both",
    order: Order = "score",
    limit: int = 25,
    offset: int = 0,
    match: Match = "all",
    **conditions: Any,
) -> InboxPlaces:
    """Which of the leads this person may see pass the filters, the most urgent first.

    `band` (a tab), `search`, `whose` and `shelf` always narrow. The conditions (see `filter_of`) must hold all, or with `match="any"`
    one of them.
    """
    filters = {
        "people": people_of(engine, actor, whose),
        "unassigned": whose == NOBODYS,
        "shelf": shelf,
        "search": search.strip().lower() or None,
        **filter_of(match, **conditions),
    }
    page = {
        "band": band,
        "order": order,
        "limit": min(limit, MOST_EXPORTED),
        "offset": offset,
        "f": filters,
    }
    [found] = engine.analytics.query("inbox", _scoped(engine, actor) | page)
    counts = {group["band"]: group["n"] for group in found["counts"] or ()}
    total = counts.get(band, 0) if band else sum(counts.values())
    return InboxPlaces(lead_ids=tuple(found["lead_ids"] or ()), n_total=total, n_by_band=counts)


def filter_of(
    match: Match = "all",
    *,
    bands: Sequence[str] = (),
    source: str | Sequence[str] | None = None,
    stage: str | Sequence[str] | None = None,
    assigned: int | None = None,
    consent: str | None = None,
    tag: str | None = None,
    only_waiting: bool = False,
    quiet_days: int | None = None,
    moved: Literal["up", "down"] | None = None,
    budget_from_cents: int | None = None,
    budget_to_cents: int | None = None,
    text: str = "",
) -> dict[str, Any]:
    """Conditions as the query of the queue takes them (schema/analytics.sql), and how many of them must hold."""
    asked = {
        "bands": list(bands) or None,
        "sources": _several(source),
        "stages": _several(stage),
        "assigned": assigned,
        "consent": consent,
        "tag": tag,
        "waiting": only_waiting or None,
        "quiet_days": quiet_days,
        "moved": moved,
        "text": text.strip().lower() or None,
    }
    has_budget = budget_from_cents is not None or budget_to_cents is not None
    n_asked = sum(value is not None for value in asked.values()) + has_budget
    n_needed = n_asked if match == "all" else min(1, n_asked)
    return asked | {"from_cents": budget_from_cents, "to_cents": budget_to_cents, "n_needed": n_needed}


def _several(given: str | Sequence[str] | None) -> list[str] | None:
    return [given] if isinstance(given, str) and given else list(given or ()) or None


def inbox(engine: Engine, actor: Actor, **filters: Any) -> InboxPage:
    """A page of the queue with its rows; the filters are those of `inbox_places`."""
    filters["limit"] = min(int(filters.get("limit", 25)), MAX_ROWS)
    places = inbox_places(engine, actor, **filters)
    rows = inbox_rows(engine, actor, lead_ids=places.lead_ids)
    return InboxPage(rows=rows, n_total=places.n_total, n_by_band=places.n_by_band)


def inbox_rows(engine: Engine, actor: Actor, *, lead_ids: Sequence[int]) -> tuple[InboxRow, ...]:
    """These leads as they are now, in the order asked for; those this person may no longer see are left out."""
    return rows_of(engine, actor, lead_ids[:MAX_ROWS])


def rows_of(engine: Engine, actor: Actor, lead_ids: Sequence[int]) -> tuple[InboxRow, ...]:
    """As `inbox_rows`, of as many leads as a file may hold."""
    asked = _scoped(engine, actor) | {"lead_ids": list(lead_ids)}
    now, sees_money = engine.clock.now(), scope_of(actor).sees_money
    with engine.ledger.read() as connection:
        rules = settings_at(connection, now).rules
    found = {row["lead_id"]: _row(row, now, rules, sees_money=sees_money) for row in engine.analytics.query("inbox_rows", asked)}
    with engine.ledger.read() as connection:
        qualified = dialogues.qualifications(connection, list(found))
    for lead_id, one in qualified.items():
        if one.is_hot:
            told = f"Qualified: hot ({one.n_answered}/{one.n_questions}). {found[lead_id].why}"
            found[lead_id] = replace(found[lead_id], why=told)
    return tuple(found[lead_id] for lead_id in lead_ids if lead_id in found)


def known_tags(engine: Engine, actor: Actor) -> tuple[str, ...]:
    """The tags on leads that this person may see, the most used first."""
    return tuple(row["tag"] for row in engine.analytics.query("known_tags", {"agents": scope_of(actor).listed}))


def answer_curve(engine: Engine, actor: Actor) -> ResponseCurve:
    """How the chance to be heard falls with waiting: of the whole office, or of the leads that are his or his team's."""
    asked = {"edges": list(EDGES_MINUTES), "now": engine.clock.now(), "agents": scope_of(actor).listed}
    counts = [(0, 0)] * (len(EDGES_MINUTES) + 1)
    for row in engine.analytics.query("response_curve", asked):
        counts[row["class"]] = (row["n_answered"], row["n_reached"])
    return response_curve(counts)


def _scoped(engine: Engine, actor: Actor) -> dict[str, Any]:
    """What every question to the queue carries: the moment, the person's scope, the figures of worth."""
    now = engine.clock.now()
    # The curve moves over weeks: an hour-old one ranks as well, and saves a look at every lead.
    key = (str(engine.analytics.path), f"{now:%Y%m%d%H}")
    curve = _curves.get(key)
    if curve is None:
        _curves[key] = curve = answer_curve(engine, SYSTEM)
    scope = scope_of(actor)
    shares = [(one.worker, one.source, one.share) for one in net_shares_of(engine, actor).rows]
    return {"now": now, "agents": scope.listed, "w": worth_figures(curve, MINUTES, shares, scope.own or 0)}


def _row(row: Mapping[str, Any], now: datetime, rules: GateRules, *, sees_money: bool) -> InboxRow:
    names = {name: row[name] for name in _PLAIN}
    band, outcome = _word(Band, row["band"]), _word(Outcome, row["last_outcome"])
    is_owed = row["waiting_since"] is not None or row["first_outbound_at"] is not None
    speed = speed_state(row["created_at"], row["first_outbound_at"], now, is_owed=is_owed)
    hours = contact_hours(row, now, rules)
    step = next_step(_facts(row, now, band, outcome, hours))
    return InboxRow(
        **names,
        source=_word(Source, row["source"]),
        band=band,
        model_band=_word(Band, row["model_band"]),
        stage=_word(Stage, row["stage"]),
        reasons_for=tuple(row["reasons_for"] or ()),
        reasons_against=tuple(row["reasons_against"] or ()),
        tags=tuple(row["tags"] or ()),
        last_outcome=outcome,
        expected_cents=row["expected_cents"] if sees_money else None,
        net_share=row["net_share"] if sees_money else 1.0,
        worth_cents=row["worth_cents"] if sees_money else None,
        speed=speed,
        next=step,
        hours=hours,
        is_drawn=is_in_slice(row["lead_id"], now),
        why=why_here(row, now, sees_money=sees_money),
    )


def why_here(row: Mapping[str, Any], now: datetime, *, sees_money: bool = False) -> str:
    """Why the lead stands where he stands: what is owed to him, and what waiting has left."""
    if row["is_asleep"]:
        until = "until he replies" if row["snoozed_until"] is None else "until its time"
        return f"Asleep {until}"
    if row["is_do_not_contact"] or row["has_ended"]:
        return "Asked not to be contacted" if row["is_do_not_contact"] else "His deal has ended"
    left = f"{row['left_share']:.0%} of the chance is left"
    if sees_money and row["net_share"] < 1 and row["expected_cents"]:
        left += f"; {row['net_share']:.0%} of the commission is net"
    if row["waiting_since"] is not None:
        waited = _span(now - row["waiting_since"])
        if row["first_outbound_at"] is None:
            return f"Nobody has answered for {waited}; {left}"
        return f"Wrote {waited} ago and waits; {left}"
    since = row["last_outbound_at"]
    rested = f"Last touched {_span(now - since)} ago" if since else "Not waiting"
    return f"{rested}; {'due for the next touch' if since and now - since >= timedelta(days=3) else 'can rest'}"


def _facts(row: Mapping[str, Any], now: datetime, band: Band | None, outcome: Outcome | None, hours: ContactHours) -> LeadFacts:
    return LeadFacts(
        now=now,
        band=band,
        has_phone=bool(row["phone"]),
        has_email=bool(row["email"]),
        is_do_not_contact=row["is_do_not_contact"],
        is_phone_bad=row["is_phone_bad"],
        has_ended=row["has_ended"],
        waiting_since=row["waiting_since"],
        was_ever_answered=row["first_outbound_at"] is not None,
        last_inbound_channel=_word(Channel, row["last_inbound_channel"]),
        last_touch_at=row["last_outbound_at"],
        last_outcome=outcome,
        is_quiet_hour=hours.is_quiet,
        may_text=not hours.why_no_text,
    )


def _span(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1_440} days"


def _word(kind: Any, value: object) -> Any:
    return kind(value) if value else None


_PLAIN = (
    "lead_id",
    "name",
    "phone",
    "email",
    "city",
    "is_own_band",
    "score",
    "score_change",
    "probability",
    "probability_low",
    "probability_high",
    "has_enough_evidence",
    "rate_source",
    "created_at",
    "last_inbound_at",
    "first_outbound_at",
    "last_outbound_at",
    "last_activity_at",
    "waiting_since",
    "assigned_to",
    "assigned_at",
    "assigned_name",
    "is_do_not_contact",
    "is_phone_bad",
    "consent",
    "is_paused",
    "is_asleep",
    "snoozed_until",
    "until_reply",
    "left_share",
    "work_minutes",
)
