"""Routing on the ledger: new leads find their person, untouched ones are taken back, and every hop says why."""

from datetime import timedelta

import pytest

from engine import commands, routing
from engine.access import SYSTEM, Actor, Role
from engine.clock import FixedClock
from engine.commands import people
from engine.errors import BadInput, NotAllowed
from engine.jobs import handing_out
from engine.records import Source
from engine.records.inbox import Outcome, RoutingPlan, RoutingRule, RoutingShare
from engine.runtime import open_engine
from engine.settings import ROOT, Settings
from engine.store import leads
from engine.store import routing as kept

from .conftest import START, later


@pytest.fixture
def office(tmp_path):
    engine = open_engine(Settings(home=tmp_path, models=ROOT / "models", _env_file=None))
    engine.clock = FixedClock(START)
    for name in ("ana", "ben"):
        people.add_user(engine, SYSTEM, username=name, name=name.capitalize(), role=Role.AGENT, password="blue-door-84-maple")
    yield engine
    engine.close()


def who(engine, name):
    [user] = [user for user in people.list_users(engine, SYSTEM) if user.username == name]
    return Actor(user.user_id, user.username, user.name, user.role)


def everybody(office, **more):
    ana, ben = who(office, "ana").user_id, who(office, "ben").user_id
    luxury = RoutingRule(name="Luxury", shares=(RoutingShare(user_id=ana),), cities=("Upland",), price_from_cents=100_000_000)
    rest = RoutingRule(name="Rest", shares=(RoutingShare(user_id=ana), RoutingShare(user_id=ben, weight=2.0)))
    return RoutingPlan(is_on=True, rules=(luxury, rest), **more)


def take(office, number, **more):
    return commands.take_lead(office, SYSTEM, {"name": f"Lead {number}", "phone": f"(909) 555-0{100 + number}", **more})


def owner(office, lead_id):
    with office.ledger.read() as connection:
        return leads.load_leads(connection, [lead_id])[0].assigned_to


def hops(office, lead_id):
    with office.ledger.read() as connection:
        return kept.routings_of(connection, lead_id)


def test_a_new_lead_goes_to_whose_turn_it_is_and_says_why(office):
    commands.set_routing(office, SYSTEM, everybody(office))
    owners = [owner(office, take(office, number)) for number in range(6)]
    ana, ben = who(office, "ana").user_id, who(office, "ben").user_id
    assert (owners.count(ana), owners.count(ben)) == (2, 4)  # weights 1 and 2
    [hop] = hops(office, 1)
    assert [(step.rule, step.has_matched) for step in hop.steps] == [("Luxury", False), ("Rest", True), ("Rest", True)]
    assert hop.steps[0].why.startswith("Place is unknown")
    assert hop.steps[-1].why == "Ben's turn"


def test_capacity_and_absence_pass_somebody_over(office):
    ana, ben = who(office, "ana"), who(office, "ben")
    commands.set_routing(office, SYSTEM, everybody(office, capacity={ben.user_id: 1}))
    commands.add_absence(office, ana, ana.user_id, START - timedelta(hours=1), START + timedelta(days=2), "holiday")
    first, second = take(office, 1), take(office, 2)
    assert owner(office, first) == ben.user_id
    assert owner(office, second) is None
    said = [step.why for step in hops(office, second)[0].steps]
    assert "Ana is absent" in said
    assert "Ben has 1 open leads, the most is 1" in said
    assert said[-1] == "Left for anybody to claim"


def test_an_untouched_lead_is_taken_back_and_goes_on_then_anybody_may_claim_it(office):
    commands.set_routing(office, SYSTEM, everybody(office, take_back_minutes=15))
    lead = take(office, 1)
    first = owner(office, lead)
    later(office, minutes=14)
    assert handing_out.route(office.ledger, office.clock) == 0
    later(office, minutes=2)
    assert handing_out.route(office.ledger, office.clock) == 1
    assert owner(office, lead) not in (None, first)
    later(office, minutes=16)
    handing_out.route(office.ledger, office.clock)
    assert owner(office, lead) is None
    assert [hop.occasion for hop in hops(office, lead)] == ["new", "idle", "idle"]
    assert "2 people had it already" in hops(office, lead)[-1].steps[0].why
    later(office, minutes=60)
    assert handing_out.route(office.ledger, office.clock) == 0


@pytest.mark.parametrize("how", ["disposed", "asleep"])
def test_a_lead_that_is_worked_on_or_asleep_is_not_taken_back(office, how):
    commands.set_routing(office, SYSTEM, everybody(office, take_back_minutes=15))
    lead = take(office, 1)
    if how == "disposed":
        commands.dispose_lead(office, SYSTEM, lead, Outcome.NO_ANSWER)
    else:
        commands.snooze_lead(office, SYSTEM, lead, until_at=START + timedelta(days=1))
    before = owner(office, lead)
    later(office, minutes=20)
    assert handing_out.route(office.ledger, office.clock) == 0
    assert owner(office, lead) == before


def test_leads_that_came_while_nothing_ran_are_routed_and_old_lists_are_not(office):
    fresh, old = take(office, 1), take(office, 2, created_at="2025-06-01T10:00:00Z")
    commands.set_routing(office, SYSTEM, everybody(office))
    assert routing.route_new(office.ledger, office.clock.now()) == 1
    assert owner(office, fresh) is not None
    assert owner(office, old) is None


def test_routing_by_hand_can_be_taken_back(office):
    lead = take(office, 1)
    commands.set_routing(office, SYSTEM, everybody(office))
    done = commands.route_lead(office, SYSTEM, lead)
    assert owner(office, lead) is not None
    commands.undo_action(office, SYSTEM, done.action_id)
    assert owner(office, lead) is None


def test_only_who_may_change_settings_writes_the_plan(office):
    with pytest.raises(NotAllowed):
        commands.set_routing(office, who(office, "ana"), everybody(office))
    with pytest.raises(NotAllowed):
        commands.add_absence(office, who(office, "ana"), who(office, "ben").user_id, START, START + timedelta(days=1))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (RoutingRule(name="", shares=(RoutingShare(user_id=1),)), "name of its own"),
        (RoutingRule(name="A", shares=()), "names nobody"),
        (RoutingRule(name="A", shares=(RoutingShare(user_id=4711),)), "not here"),
        (RoutingRule(name="A", shares=(RoutingShare(user_id=1),), price_from_cents=5, price_below_cents=5), "range is empty"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_in_words(office, rule, words):
    with pytest.raises(BadInput, match=words):
        commands.set_routing(office, SYSTEM, RoutingPlan(is_on=True, rules=(rule,)))


def test_a_plan_comes_back_as_it_was_kept(office):
    plan = everybody(office, capacity={1: 20}, take_back_minutes=30)
    sources = RoutingRule(name="Portals", shares=(RoutingShare(user_id=1),), sources=(Source.PORTAL,), zip_prefixes=("917",))
    plan = RoutingPlan(is_on=True, rules=(*plan.rules, sources), capacity={1: 20}, take_back_minutes=30)
    commands.set_routing(office, SYSTEM, plan)
    with office.ledger.read() as connection:
        assert kept.load_plan(connection, office.clock.now()) == plan
