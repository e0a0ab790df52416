"""What other programs hear: the ledger's changes as events, each with the figures of the row as it now stands, and who may hear it.

Names, numbers and words of people are left out: whoever may read them asks for the lead.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from engine.access import Scope
from engine.runtime import Engine
from engine.runtime.follower import Follower
from engine.store import feed, stream_rows
from engine.store.feed import Change
from engine.store.stream_rows import Row

EVENT_TYPES = (
    "lead_scored",
    "lead_changed",
    "deal_changed",
    "message_sent",
    "message_received",
    "model_promoted",
    "batch_finished",
)
_PAGE = 500


@dataclass(slots=True)
class Told:
    """One event: what everybody may hear who may see its lead, and what only those hear who see money."""

    seq: int
    event: dict[str, object]
    money: dict[str, object] = field(default_factory=dict)
    is_about_lead: bool = False
    owner: int | None = None  # the lead's agent
    is_gone: bool = False  # the lead is no longer there, so nobody knows whose it was
    _texts: dict[bool, str] = field(default_factory=dict)

    def is_for(self, scope: Scope) -> bool:
        """Whether somebody with these rights may hear it. Who sees a part of the leads hears of those and of what nobody has."""
        if scope.agents is None:
            return True
        if not self.is_about_lead:
            return self.event["event_type"] != "batch_finished"
        return not self.is_gone and scope.covers(self.owner)

    def text(self, *, sees_money: bool) -> str:
        """As JSON, written once for all who hear the same."""
        if sees_money not in self._texts:
            told = {**self.event, **self.money} if sees_money else self.event
            self._texts[sees_money] = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=_as_text)
        return self._texts[sees_money]


@dataclass(frozen=True, slots=True)
class Missed:
    """A page of what was missed: its events, the last change looked at, and whether that was the end of the feed."""

    told: list[Told]
    seq: int
    is_all: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A page of changes as it was made: its events (None if none were made), its last change, whether it touches accounts or keys."""

    told: list[Told] | None
    seq: int
    is_about_rights: bool


def newest_seq(engine: Engine) -> int:
    """The number of the newest change."""
    with engine.ledger.read() as connection:
        return feed.last_seq(connection)


def ledger_number(engine: Engine) -> int:
    """What tells this ledger from any other."""
    with engine.ledger.read() as connection:
        return feed.ledger_number(connection)


def events_after(engine: Engine, seq: int) -> Missed:
    """The next page of events after `seq`, oldest first."""
    with engine.ledger.read() as connection:
        page = feed.changes_since(connection, seq, _PAGE)
        told = _told(engine, connection, page)
    return Missed(told, page[-1].seq if page else seq, len(page) < _PAGE)


def follow_events(
    engine: Engine,
    name: str,
    hear: Callable[[Heard], None],
    *,
    is_wanted: Callable[[], bool] = lambda: True,
    since: int | None = None,
) -> Follower:
    """Have every page of changes made into events and handed to `hear`, from now on or after `since`, in a thread of its own.

    While `is_wanted` says no, nobody listens: then pages come without events, and `told` is None.
    """

    def take(changes: Sequence[Change]) -> None:
        told = _events_of(engine, changes) if is_wanted() else None
        hear(Heard(told, changes[-1].seq, any(change.kind in ("users", "api_keys") for change in changes)))

    return engine.follow(name, take, since=since)


def _events_of(engine: Engine, changes: Sequence[Change]) -> list[Told]:
    if not any(change.event_type in EVENT_TYPES for change in changes):
        return []
    with engine.ledger.read() as connection:
        return _told(engine, connection, changes)


def _told(engine: Engine, connection: Connection, changes: Sequence[Change]) -> list[Told]:
    wanted = [change for change in changes if change.event_type in EVENT_TYPES]
    rows = _Rows(connection, wanted)
    version = engine.scorer.version if any(change.event_type == "model_promoted" for change in wanted) else ""
    return [_event(change, rows, version) for change in wanted]


class _Rows:
    """What the events of one page are about, each table asked once."""

    def __init__(self, connection: Connection, changes: Sequence[Change]) -> None:
        def refs(kind: str, *event_types: str) -> list[int]:
            return sorted({one.ref for one in changes if one.kind == kind and one.event_type in (event_types or EVENT_TYPES)})

        self.agreements = stream_rows.agreements_of(connection, refs("agreements"))
        of_agreements = {row["opportunity_id"] for row in self.agreements.values() if row["opportunity_id"]}
        self.deals = stream_rows.deals(connection, sorted({*refs("opportunities"), *of_agreements}))
        of_deals = {row["lead_id"] for row in (*self.deals.values(), *self.agreements.values())}
        self.leads = stream_rows.owners(connection, sorted({*refs("leads"), *of_deals}))
        self.scores = stream_rows.current_scores(connection, refs("leads", "lead_scored"))
        self.sent = stream_rows.newest_messages(connection, refs("leads", "message_sent"), "outbound")
        self.received = stream_rows.newest_messages(connection, refs("leads", "message_received"), "inbound")


def _event(change: Change, rows: _Rows, version: str) -> Told:
    event: dict[str, object] = {"event_type": change.event_type, "seq": change.seq, "at": change.at}
    told = Told(change.seq, event)
    if change.kind == "leads":
        _about_lead(told, rows, change.ref)
        _figures(told, rows, change)
    elif change.kind in ("opportunities", "agreements"):
        _about_deal(told, rows, change)
    elif change.event_type == "model_promoted":
        event["model_version"] = version
    elif change.event_type == "batch_finished":
        event["batch_id"] = change.ref
    return told


def _about_lead(told: Told, rows: _Rows, lead_id: int) -> None:
    lead = rows.leads.get(lead_id)
    told.is_about_lead, told.is_gone = True, lead is None
    told.owner = lead["assigned_to"] if lead else None
    told.event |= {"lead_id": lead_id, "external_id": lead["external_id"] if lead else None, "assigned_to": told.owner}
    if lead is None:
        told.event["is_gone"] = True


def _figures(told: Told, rows: _Rows, change: Change) -> None:
    """What the event is about beside the lead."""
    score = rows.scores.get(change.ref) if change.event_type == "lead_scored" else None
    if score is not None:
        told.event |= _score(score)
        told.money |= {"expected_commission_cents": score["expected_cents"], "commission_cents": score["gci_cents"]}
    messages = {"message_sent": rows.sent, "message_received": rows.received}.get(change.event_type, {})
    if message := messages.get(change.ref):
        told.event |= {"channel": message["channel"], "message_at": message["at"]}


def _score(score: Row) -> dict[str, object]:
    return {
        "ml_score": score["score"],
        "ml_confidence": score["confidence"],
        "classification": score["band"],
        "probability": score["probability"],
        "probability_interval": [score["probability_low"], score["probability_high"]],
        "price_p50_cents": score["price_p50_cents"],
        "model_version": score["model_version"],
        "scored_at": score["scored_at"],
    }


def _about_deal(told: Told, rows: _Rows, change: Change) -> None:
    agreement = rows.agreements.get(change.ref) if change.kind == "agreements" else None
    number = (agreement["opportunity_id"] if agreement else None) if change.kind == "agreements" else change.ref
    deal = rows.deals.get(number) if number is not None else None
    lead_id = deal["lead_id"] if deal else agreement["lead_id"] if agreement else None
    if lead_id is None:
        told.is_about_lead = told.is_gone = True
    else:
        _about_lead(told, rows, lead_id)
    told.event["opportunity_id"] = number
    if agreement is not None:
        told.event["agreement_id"] = change.ref
    if deal is not None:
        told.event |= {name: deal[name] for name in ("stage", "stage_since", "price_cents", "closes_on", "closed_on")}
        told.money["commission_cents"] = deal["gci_cents"]


def _as_text(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} is no part of an event")
