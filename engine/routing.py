"""Routing at work on the ledger: new leads find their person, untouched ones are taken back. Web process and sidecar share it.

The rules are pure (`engine.triage.routing`); what is written is the assignment, the turn and the trace, in one transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.records import Lead
from engine.records.inbox import Routing, RoutingPlan, RoutingStep
from engine.store import leads, routing, scores
from engine.store.ledger import Ledger, Txn
from engine.triage.routing import Choice, choose

FRESH = timedelta(days=1)  # older leads come from lists; they are dealt out by hand, not while everybody sleeps
_AT_ONCE = 50  # leads a transaction: nobody waits for a long one


def route_leads(txn: Txn, lead_ids: Sequence[int], occasion: str = "new") -> list[Routing]:
    """Give these leads to whom the plan says, each with its trace; answers the hops. Does nothing while routing is off."""
    plan = routing.load_plan(txn.connection, txn.at)
    if not (plan.is_on and plan.rules):
        return []
    found = leads.load_leads(txn.connection, lead_ids, only_visible=True)
    prices = _prices(txn, found)
    return [_route(txn, plan, lead, prices.get(lead.lead_id), occasion) for lead in found]


def route_new(ledger: Ledger, at: datetime) -> int:
    """Route fresh leads of nobody that routing has not looked at yet, however they came in; answers how many."""
    with ledger.read() as connection:
        if not routing.load_plan(connection, at).is_on:
            return 0
        waiting = routing.never_routed(connection, since=at - FRESH, limit=_AT_ONCE)
    if not waiting:
        return 0
    with ledger.write(at=at) as txn:
        still = routing.never_routed(txn.connection, since=at - FRESH, limit=_AT_ONCE)
        return len(route_leads(txn, still))


def take_back(ledger: Ledger, at: datetime) -> int:
    """Take leads back that lay untouched with somebody for longer than the plan allows, and route them on; answers how many.

    After `most_hops` people have had it, a lead is left for anybody to claim.
    """
    with ledger.read() as connection:
        plan = routing.load_plan(connection, at)
        if not plan.is_on or plan.take_back_minutes is None:
            return 0
        given_before = at - timedelta(minutes=plan.take_back_minutes)
        if not routing.idle_leads(connection, given_before=given_before, at=at, limit=1):
            return 0
    with ledger.write(at=at) as txn:
        idle = routing.idle_leads(txn.connection, given_before=given_before, at=at, limit=_AT_ONCE)
        prices = _prices(txn, found := leads.load_leads(txn.connection, [lead_id for lead_id, _ in idle]))
        for lead in found:
            _route(txn, plan, lead, prices.get(lead.lead_id), "idle")
    return len(idle)


def _route(txn: Txn, plan: RoutingPlan, lead: Lead, price_cents: int | None, occasion: str) -> Routing:
    had = routing.hops_of(txn.connection, [lead.lead_id]).get(lead.lead_id, []) if occasion == "idle" else []
    had = [*had, lead.assigned_to] if lead.assigned_to is not None else had
    if occasion == "idle" and len(set(had)) >= plan.most_hops:
        why = f"{len(set(had))} people had it already, the most is {plan.most_hops}: left for anybody to claim"
        choice = Choice(user_id=None, rule="", steps=(RoutingStep(rule="", has_matched=False, why=why),))
    else:
        desks, turns = routing.desks(txn.connection, txn.at), routing.turns(txn.connection)
        choice = choose(plan, lead, price_cents=price_cents, desks=desks, turns=turns, leaving_out=had)
    return _give(txn, lead, choice, occasion)


def _give(txn: Txn, lead: Lead, choice: Choice, occasion: str) -> Routing:
    hop = Routing(
        lead_id=lead.lead_id,
        at=txn.at,
        occasion=occasion,
        taken_from=lead.assigned_to,
        given_to=choice.user_id,
        rule=choice.rule,
        steps=choice.steps,
    )
    routing.add_routing(txn, hop)
    if choice.user_id is not None:
        routing.save_turns(txn, choice.rule, choice.turns)
    if choice.user_id != lead.assigned_to:
        leads.assign(txn, lead.lead_id, choice.user_id)
    detail = {"from": lead.assigned_to, "to": choice.user_id, "rule": choice.rule, "occasion": occasion}
    txn.audit("take_back_lead" if occasion == "idle" else "route_lead", "leads", lead.lead_id, detail)
    return hop


def _prices(txn: Txn, found: Sequence[Lead]) -> dict[int, int]:
    """What each lead's purchase would be about: the listing asked about, the middle of his budget, else the model's estimate."""
    known = scores.current(txn.connection, [lead.lead_id for lead in found])
    prices: dict[int, int] = {}
    for lead in found:
        score = known.get(lead.lead_id)
        budget = [cents for cents in (lead.budget_low_cents, lead.budget_high_cents) if cents]
        estimated = score.price.p50_cents if score and score.price else None
        price = lead.listing_price_cents or (sum(budget) // len(budget) if budget else None) or estimated
        if price:
            prices[lead.lead_id] = price
    return prices
