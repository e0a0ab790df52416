"""Leases: a living process keeps what it took up, a silent one loses it within a minute, and nobody sends what he lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.delivery import leases
from engine.delivery.sending import deliver_due
from engine.records.follow_up import StepState
from engine.store import steps
from tests.delivery import world

PRODUCT = leases.Patience()


@pytest.fixture
def mine(ledger, clock, ghl):
    """One lead whose only text is due, and a process with the product's own patience."""
    [lead_id] = world.take_in(ledger, [world.person(1)], clock.now())
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    return world.delivery(ledger, clock, ghl, owner="host-one-1", patience=PRODUCT)


def claim(means):
    with means.ledger.write(at=means.clock.now()) as txn:
        [step] = steps.claim(txn, owner=means.owner, until=txn.at + PRODUCT.lease, limit=1)
    return step


def state(means):
    with means.ledger.read() as connection:
        [step] = steps.load(connection, [1])
    return step.state


def test_a_lease_is_renewed_while_its_process_lives_and_ends_a_minute_after_it_fell_silent(mine, clock):
    claim(mine)
    for _ in range(20):
        clock.move(seconds=30)
        assert leases.renew(mine) == 1
        assert leases.sweep(mine) == 0
    clock.move(seconds=61)
    assert leases.sweep(replace(mine, owner="host-two-1")) == 1
    assert state(mine) is StepState.PENDING


def test_the_holder_of_a_seat_takes_over_what_its_predecessor_held_and_nobody_elses(mine):
    claim(mine)
    assert leases.take_over(replace(mine, owner="host-two-9", seat="host-two")) == 0
    assert leases.take_over(replace(mine, owner="host-on-9", seat="host-on")) == 0
    assert state(mine) is StepState.LEASED
    assert leases.take_over(replace(mine, owner="host-one-2", seat="host-one")) == 1
    assert state(mine) is StepState.PENDING


def test_what_was_on_its_way_is_looked_up_before_it_could_go_again(mine, clock, double):
    step = claim(mine)
    with mine.ledger.write(at=clock.now()) as txn:
        steps.move(txn, step, to=StepState.SENDING, tried_at=txn.at)
    leases.take_over(replace(mine, seat="host-one"))
    assert state(mine) is StepState.UNKNOWN
    assert double.double.state.deliveries() == []


def test_a_program_that_stood_still_between_deciding_and_sending_sends_nothing(mine, clock, double):
    def sleep(place):
        if place == "sending":
            clock.move(seconds=45)

    deliver_due(replace(mine, patience=replace(PRODUCT, hops=sleep)))
    assert double.double.state.deliveries() == []
    assert state(mine) is StepState.PENDING


def test_a_step_that_breaks_the_program_is_let_go_and_does_not_come_back_at_once(mine, clock, monkeypatch):
    monkeypatch.setattr("engine.delivery.sending._known_contact", lambda delivery, lead_id: 1 / 0)
    assert deliver_due(mine) == 1
    assert state(mine) is StepState.PENDING
    assert deliver_due(mine) == 0
    clock.move(minutes=15)
    assert deliver_due(mine) == 1


def test_what_a_process_lost_hold_of_in_the_middle_of_a_round_is_taken_up_again_by_it(mine, clock, double):
    claim(mine)
    deliver_due(mine)
    assert state(mine) is StepState.SENT
    assert len(double.double.state.deliveries()) == 1
    assert clock.now() - world.NOON < timedelta(seconds=1)
