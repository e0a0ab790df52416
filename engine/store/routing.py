"""The ledger's statements about routing: the plan, turns, absences, and the trace of every hop. Decides nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select

from engine.records import Source
from engine.records.inbox import Absence, Routing, RoutingPlan, RoutingRule, RoutingShare, RoutingStep
from engine.store import preferences
from engine.store.inbox_tables import absences, routing_turns, routings, snoozes
from engine.store.ledger import Txn, execute_many, upsert
from engine.store.tables import interactions, leads, opportunities, stages, users
from engine.triage.routing import Desk

_SETTING = "routing"


def load_plan(connection: Connection, at: datetime) -> RoutingPlan:
    """The plan that holds at that moment; switched off while nobody has made one."""
    data = preferences.get_setting(connection, _SETTING, at)
    return plan_from(data) if data else RoutingPlan()


def save_plan(txn: Txn, plan: RoutingPlan) -> None:
    """Let a plan hold from the transaction's moment on; the earlier ones stay as history."""
    preferences.set_setting(txn, _SETTING, asdict(plan))


def plan_from(data: Mapping[str, Any]) -> RoutingPlan:
    """A plan from what the ledger keeps."""
    rules = tuple(
        RoutingRule(
            **{**rule, "shares": tuple(RoutingShare(**share) for share in rule["shares"])}
            | {"sources": tuple(Source(source) for source in rule["sources"])}
            | {"cities": tuple(rule["cities"]), "zip_prefixes": tuple(rule["zip_prefixes"])}
        )
        for rule in data["rules"]
    )
    return RoutingPlan(**{**data, "rules": rules, "capacity": {int(user): most for user, most in data["capacity"].items()}})


def desks(connection: Connection, at: datetime) -> dict[int, Desk]:
    """Everybody with an account: his open leads, whether he is absent or gone."""
    n_open = {row[0]: row[1] for row in connection.execute(_open_leads())}
    away = set(connection.execute(select(absences.c.user_id).where(absences.c.from_at <= at, absences.c.until_at > at)).scalars())
    return {
        row.user_id: Desk(
            name=row.name, n_open=n_open.get(row.user_id, 0), is_absent=row.user_id in away, is_disabled=row.is_disabled
        )
        for row in connection.execute(select(users.c.user_id, users.c.name, users.c.is_disabled))
    }


def turns(connection: Connection) -> dict[str, dict[int, float]]:
    """The credit of everybody under each rule."""
    found: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for rule, user_id, credit in connection.execute(select(routing_turns)):
        found[rule][user_id] = credit
    return dict(found)


def save_turns(txn: Txn, rule: str, credits_now: Mapping[int, float]) -> None:
    """Keep the credits of a rule."""
    rows = [{"rule": rule, "user_id": user_id, "credit": credit} for user_id, credit in credits_now.items()]
    execute_many(txn.connection, upsert(txn.connection, routing_turns), rows)


def add_routing(txn: Txn, hop: Routing) -> int:
    """Keep one hop with all its steps, and return its number."""
    number = txn.next_id("routings")
    row = {name: getattr(hop, name) for name in ("lead_id", "at", "occasion", "taken_from", "given_to", "rule")}
    txn.connection.execute(insert(routings), {**row, "routing_id": number, "steps": [asdict(step) for step in hop.steps]})
    return number


def routings_of(connection: Connection, lead_id: int) -> list[Routing]:
    """A lead's hops, the oldest first."""
    asked = select(routings).where(routings.c.lead_id == lead_id).order_by(routings.c.routing_id)
    found = []
    for row in connection.execute(asked).mappings():
        facts = {name: value for name, value in row.items() if name != "routing_id"}
        found.append(Routing(**{**facts, "steps": tuple(RoutingStep(**step) for step in row["steps"])}))
    return found


def never_routed(connection: Connection, *, since: datetime, limit: int) -> list[int]:
    """Visible leads of nobody that became leads since then and that routing has never looked at, the oldest first."""
    asked = select(leads.c.lead_id).where(
        leads.c.is_visible,
        leads.c.assigned_to.is_(None),
        ~leads.c.is_do_not_contact,
        leads.c.created_at >= since,
        ~exists().where(routings.c.lead_id == leads.c.lead_id),
    )
    return list(connection.execute(asked.order_by(leads.c.lead_id).limit(limit)).scalars())


def idle_leads(connection: Connection, *, given_before: datetime, at: datetime, limit: int) -> list[tuple[int, int]]:
    """Leads given to somebody before then whom no person of ours has touched since, with who has them: (lead, person).

    Left alone: people not to be contacted, snoozed leads, leads whose deal is past the first stages or has ended.
    """
    touched = exists().where(
        interactions.c.lead_id == leads.c.lead_id,
        interactions.c.direction == "outbound",
        interactions.c.channel != "note",
        ~interactions.c.is_automated,
        interactions.c.at >= leads.c.assigned_at,
    )
    asleep = exists().where(snoozes.c.lead_id == leads.c.lead_id, or_(snoozes.c.until_at.is_(None), snoozes.c.until_at > at))
    has_deal = exists().where(and_(opportunities.c.lead_id == leads.c.lead_id, opportunities.c.stage.not_in(["new", "contacted"])))
    asked = select(leads.c.lead_id, leads.c.assigned_to).where(
        leads.c.is_visible,
        leads.c.assigned_to.is_not(None),
        leads.c.assigned_at <= given_before,
        ~leads.c.is_do_not_contact,
        ~touched,
        ~asleep,
        ~has_deal,
    )
    return [(row[0], row[1]) for row in connection.execute(asked.order_by(leads.c.assigned_at, leads.c.lead_id).limit(limit))]


def add_absence(txn: Txn, absence: Absence) -> int:
    """Keep days on which somebody gets no leads, and return their number."""
    number = txn.next_id("absences")
    row = {name: getattr(absence, name) for name in ("user_id", "from_at", "until_at", "reason")}
    txn.connection.execute(insert(absences), {**row, "absence_id": number, "set_by": txn.actor_id})
    txn.emit("setting_changed", "settings", 0)
    return number


def remove_absence(txn: Txn, absence_id: int) -> bool:
    """Take an absence away; answers whether there was one."""
    was_there = txn.connection.execute(delete(absences).where(absences.c.absence_id == absence_id)).rowcount > 0
    txn.emit("setting_changed", "settings", 0)
    return was_there


def absences_from(connection: Connection, at: datetime) -> list[Absence]:
    """Absences that are not over, the soonest first."""
    names = ("absence_id", "user_id", "from_at", "until_at", "reason")
    asked = select(*(absences.c[name] for name in names)).where(absences.c.until_at > at).order_by(absences.c.from_at)
    return [Absence(**row) for row in connection.execute(asked).mappings()]


def _open_leads() -> Any:
    """Leads with each person that count against his capacity: all but those whose deals have all ended."""
    ended = and_(
        exists().where(opportunities.c.lead_id == leads.c.lead_id),
        ~exists().where(opportunities.c.lead_id == leads.c.lead_id, opportunities.c.stage == stages.c.stage, stages.c.is_open),
    )
    mine = select(leads.c.assigned_to, func.count()).where(leads.c.is_visible, leads.c.assigned_to.is_not(None), ~ended)
    return mine.group_by(leads.c.assigned_to)


def hops_of(connection: Connection, lead_ids: Sequence[int]) -> dict[int, list[int]]:
    """Who was given each lead by routing, in order."""
    asked = select(routings.c.lead_id, routings.c.given_to).where(
        routings.c.lead_id.in_(lead_ids), routings.c.given_to.is_not(None)
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for lead_id, user_id in connection.execute(asked.order_by(routings.c.routing_id)):
        found[lead_id].append(user_id)
    return dict(found)
