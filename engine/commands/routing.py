"""Who gets which leads: the owner's plan, absences, and sending a lead through the rules by hand."""

from datetime import datetime

from engine.access import Actor, Permission, require
from engine.commands.leads import change, done_of, visible_lead
from engine.errors import BadInput, NotAllowed
from engine.records.inbox import Absence, Done, RoutingPlan
from engine.routing import route_leads
from engine.runtime import Engine
from engine.store import people, routing
from engine.store.ledger import Txn
from engine.store.undo import recorded

_MOST_RULES = 50


def set_routing(engine: Engine, actor: Actor, plan: RoutingPlan) -> None:
    """Let a plan hold from now on; the earlier ones stay in the history. Raises `BadInput` naming what doesn't fit."""
    require(actor, Permission.CHANGE_SETTINGS)
    with change(engine, actor) as txn:
        _check(txn, plan)
        routing.save_plan(txn, plan)
        txn.audit("set_routing", "settings", 0, {"n_rules": len(plan.rules), "is_on": plan.is_on})
    engine.show_changes()


def route_lead(engine: Engine, actor: Actor, lead_id: int) -> Done:
    """Send a lead through the rules now, as if he had just come in; who has him already is passed over."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        if actor.role.value == "agent" and lead.assigned_to not in (None, actor.user_id):
            raise NotAllowed("Only your own leads")
        with recorded(txn, "route_lead", f"{lead.name} sent through the rules", [lead_id]) as done:
            hops = route_leads(txn, [lead_id], "by_hand")
            if not hops:
                raise BadInput("Routing is switched off, or there are no rules yet")
            names = people.names(txn.connection)
            given = hops[0].given_to
            done.told = (
                f"{lead.name} went to {names.get(given, 'somebody')}" if given else f"No rule has anybody free for {lead.name}"
            )
    engine.show_changes()
    return done_of(done, txn)


def add_absence(engine: Engine, actor: Actor, user_id: int, from_at: datetime, until_at: datetime, reason: str = "") -> int:
    """Days on which somebody gets no leads: one's own, or anybody's for who may change settings. Answers their number."""
    _own_or_allowed(actor, user_id)
    if until_at <= from_at:
        raise BadInput("The absence ends before it begins", field="until_at")
    with change(engine, actor) as txn:
        if people.user_by_id(txn.connection, user_id) is None:
            raise BadInput("There is nobody by that number", field="user_id")
        absence = Absence(user_id=user_id, from_at=from_at, until_at=until_at, reason=reason.strip()[:200])
        number = routing.add_absence(txn, absence)
        txn.audit("add_absence", "users", user_id, {"from": from_at, "until": until_at})
    engine.show_changes()
    return number


def remove_absence(engine: Engine, actor: Actor, absence_id: int) -> None:
    """Somebody is back, or doesn't go; does nothing for one that is not there."""
    with change(engine, actor) as txn:
        known = {found.absence_id: found for found in routing.absences_from(txn.connection, txn.at)}
        if absence_id in known:
            _own_or_allowed(actor, known[absence_id].user_id)
            routing.remove_absence(txn, absence_id)
            txn.audit("remove_absence", "users", known[absence_id].user_id, {})
    engine.show_changes()


def _own_or_allowed(actor: Actor, user_id: int) -> None:
    if user_id != actor.user_id:
        require(actor, Permission.CHANGE_SETTINGS)


def _check(txn: Txn, plan: RoutingPlan) -> None:
    known = people.names(txn.connection)
    names = [rule.name.strip() for rule in plan.rules]
    if len(names) > _MOST_RULES:
        raise BadInput(f"At most {_MOST_RULES} rules", field="rules")
    if not all(names) or len(set(names)) < len(names):
        raise BadInput("Every rule needs a name of its own", field="rules")
    for rule in plan.rules:
        if not rule.shares:
            raise BadInput(f"“{rule.name}” names nobody", field="rules")
        if any(share.user_id not in known or not 0 <= share.weight <= 100 for share in rule.shares):
            raise BadInput(f"“{rule.name}” names somebody who is not here, or a weight beyond 0 to 100", field="rules")
        low, high = rule.price_from_cents, rule.price_below_cents
        if low is not None and high is not None and low >= high:
            raise BadInput(f"“{rule.name}”: the price range is empty", field="rules")
    if any(most < 0 for most in plan.capacity.values()):
        raise BadInput("A capacity can't be below 0", field="capacity")
    if plan.take_back_minutes is not None and not 1 <= plan.take_back_minutes <= 60 * 24 * 30:
        raise BadInput("Leads are taken back after between a minute and 30 days", field="take_back_minutes")
    if not 1 <= plan.most_hops <= 10:
        raise BadInput("Between 1 and 10 people may have a lead before anybody may claim him", field="most_hops")
