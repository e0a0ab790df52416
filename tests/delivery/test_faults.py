"""Every fault between the office and GoHighLevel ends in one delivery, or in none with a reason that a person sees."""

import pytest

from engine.delivery import enrolling
from engine.delivery.leases import Delivery, sweep
from engine.delivery.reconciling import reconcile_due
from engine.delivery.sending import deliver_due
from engine.ghl.double_faults import Fault
from engine.records.follow_up import StepKind, StepState
from engine.store import attempts, breakers, steps
from tests.delivery import world


def run(delivery: Delivery, clock: world.MovedClock, *, rounds: int = 40, seconds: float = 30) -> None:
    """Let the sidecar's ticks pass, half a minute each."""
    for _ in range(rounds):
        sweep(delivery)
        reconcile_due(delivery)
        deliver_due(delivery)
        clock.move(seconds=seconds)


def only_step(ledger):
    with ledger.read() as connection:
        [step] = steps.of_enrolment(connection, 1)
    return step


@pytest.fixture
def one(ledger, clock, ghl):
    """One lead whose only text is due now."""
    [lead_id] = world.take_in(ledger, [world.person(1)], clock.now())
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    return world.delivery(ledger, clock, ghl)


ONCE = [
    "429",
    "500",
    "500_sent",
    "502_lagged",
    "401",
    "403",
    "timeout",
    "timeout_sent",
    "reset",
    "reset_sent",
    "html",
    "html_sent",
    "empty",
    "empty_sent",
    "drip_sent",
    "wrong_contact",
    "redirect",
    "401_scope",
    "402",
]


@pytest.mark.parametrize("fault", ["", *ONCE])
def test_it_arrives_once_whatever_the_first_call_met(one, clock, double, fault):
    if fault:
        double.double.script.faults = [Fault(name=fault, seconds=0.6)]
    run(one, clock)
    step = only_step(one.ledger)
    assert step.state is StepState.SENT, (step.reason, step.detail)
    assert len(double.double.state.deliveries()) == 1
    assert step.provider_id == double.double.state.deliveries()[0]["message_id"]


@pytest.mark.parametrize("fault", ["400", "422"])
def test_what_is_refused_for_good_is_dead_and_says_why(one, clock, double, fault):
    double.double.script.faults = [Fault(name=fault)]
    run(one, clock, rounds=5)
    step = only_step(one.ledger)
    assert (step.state, step.reason) == (StepState.DEAD, "refused")
    assert step.detail
    assert double.double.state.deliveries() == []


def test_the_carriers_daily_limit_waits_for_the_next_day_and_burns_no_attempt(one, clock, double):
    double.double.script.faults = [Fault(name="day_limit")]
    run(one, clock, rounds=60, seconds=1800)
    assert (only_step(one.ledger).state, only_step(one.ledger).attempts) == (StepState.SENT, 1)
    [sent] = double.double.state.deliveries()
    assert sent["at"] > "2026-03-04T00:00"  # the counter begins anew at midnight UTC


def test_a_dead_message_goes_when_it_is_tried_again(one, clock, double):
    double.double.script.faults = [Fault(name="400")]
    run(one, clock, rounds=2)
    with one.ledger.write(at=clock.now()) as txn:
        enrolling.replay(txn, only_step(one.ledger).step_id)
    run(one, clock, rounds=3)
    assert only_step(one.ledger).state is StepState.SENT
    assert len(double.double.state.deliveries()) == 1


@pytest.mark.parametrize("fault", ["reset", "500", "401", "429"])
def test_each_message_has_its_attempt_written_down_before_the_call(one, clock, double, fault):
    double.double.script.faults = [Fault(name=fault, seconds=1)]
    run(one, clock)
    with one.ledger.read() as connection:
        told = [line.event for line in attempts.attempts_of(connection, [only_step(one.ledger).step_id])]
    assert told[0] == "call"
    assert told.count("call") >= len(double.double.state.deliveries()) == 1


def test_an_outage_of_hours_costs_no_attempt(one, clock, double):
    double.double.script.faults = [Fault(name="401_scope", times=8)]
    run(one, clock, rounds=120, seconds=60)
    step = only_step(one.ledger)
    assert (step.state, step.attempts) == (StepState.SENT, 1)
    assert len(double.double.state.deliveries()) == 1
    with one.ledger.read() as connection:
        breaker = breakers.load(connection, "ghl")
    assert breaker is not None
    assert breaker.state == "closed"


def test_a_list_that_does_not_answer_leaves_the_outcome_unknown_until_a_person_looks(one, clock, double):
    double.double.script.faults = [
        Fault(name="timeout_sent"),
        Fault(name="500", match="GET /conversations/messages/export", times=-1),
    ]
    run(one, clock, rounds=20, seconds=600)
    assert only_step(one.ledger).state is StepState.UNKNOWN
    run(one, clock, rounds=30, seconds=3600)
    step = only_step(one.ledger)
    assert (step.state, step.reason) == (StepState.DEAD, "unknown_outcome")
    assert len(double.double.state.deliveries()) == 1


@pytest.mark.parametrize("fault", ["timeout", "timeout_sent", "500_sent"])
@pytest.mark.parametrize("kind", [StepKind.EMAIL, StepKind.CALL_TASK])
def test_emails_and_tasks_are_found_again_by_their_mark(ledger, clock, ghl, double, fault, kind):
    [lead_id] = world.take_in(ledger, [world.person(1)], clock.now())
    part = world.email(1) if kind is StepKind.EMAIL else world.call(1)
    world.begin(ledger, world.plan_of(part), [lead_id], clock.now())
    match = "POST /conversations/messages" if kind is StepKind.EMAIL else "POST /contacts/CON"
    double.double.script.faults = [Fault(name=fault, match=match)]
    run(world.delivery(ledger, clock, ghl), clock)
    step = only_step(ledger)
    assert step.state is StepState.SENT, (step.reason, step.detail)
    assert len(double.double.state.deliveries()) == 1
