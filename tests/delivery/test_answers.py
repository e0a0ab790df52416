"""Drafts that were let go: the same gate, the same outbox; what autopilot may do and what it must say."""

import pytest

from engine.conversation.understanding import read_message
from engine.delivery import answers, inbound, talking
from engine.delivery.leases import Delivery
from engine.delivery.sending import deliver_due
from engine.records import Channel
from engine.records.conversation import DraftState
from engine.records.follow_up import OptOutKind, StepState
from engine.store import drafts, leads, pauses, readings, steps
from engine.store.preferences import set_setting
from tests.delivery.world import KEY, NOON, SWIFT, person, take_in


@pytest.fixture
def office(ledger, clock, ghl):
    [lead_id] = take_in(ledger, [person(1)], clock.now())
    return ledger, clock, Delivery(ledger=ledger, clock=clock, provider=ghl, owner="me", key=KEY, patience=SWIFT), lead_id


def hears(ledger, clock, lead_id, text):
    with ledger.write(at=clock.now()) as txn:
        [lead] = leads.load_leads(txn.connection, [lead_id])
        inbound.receive_message(txn, lead, channel=Channel.SMS, body=text)
    with ledger.write(at=clock.now()) as txn:
        [message_id] = readings.waiting(txn.connection)
        message, [lead] = readings.take(txn, message_id), leads.load_leads(txn.connection, [lead_id])
        reading = read_message(text, clock.now().date())
        readings.keep(txn, message_id, reading, opt_out="none")
        talking.take_in(txn, lead, message, reading, OptOutKind.NONE)


def drafts_of(ledger, lead_id):
    with ledger.read() as connection:
        return drafts.of_lead(connection, lead_id)


def let_go(ledger, clock, lead_id, *, by):
    [draft] = [one for one in drafts_of(ledger, lead_id) if one.state is DraftState.PROPOSED]
    with ledger.write(at=clock.now(), actor_id=by) as txn:
        [lead] = leads.load_leads(txn.connection, [lead_id])
        return answers.let_go(txn, draft, lead, words=draft.body)


def step_of(ledger, step_id):
    with ledger.read() as connection:
        return steps.load(connection, [step_id])[0]


def test_what_a_person_let_go_leaves_after_twenty_seconds_though_the_lead_is_paused(office, double):
    ledger, clock, delivery, lead_id = office
    hears(ledger, clock, lead_id, "I want to sell my house soon")
    step_id = let_go(ledger, clock, lead_id, by=7)
    clock.move(seconds=19)
    deliver_due(delivery)
    assert step_of(ledger, step_id).state is StepState.PENDING
    clock.move(seconds=2)
    deliver_due(delivery)
    sent = step_of(ledger, step_id)
    assert (sent.state, sent.detail) == (StepState.SENT, "")
    assert drafts_of(ledger, lead_id)[0].state is DraftState.SENT
    clock.move(minutes=1)
    hears(ledger, clock, lead_id, "New job, we're relocating to Phoenix")  # one answer to each message is no pressing
    second = let_go(ledger, clock, lead_id, by=7)
    clock.move(seconds=21)
    deliver_due(delivery)
    assert step_of(ledger, second).state is StepState.SENT


def test_an_answer_waits_for_the_hours_and_for_consent_like_everything_else(office):
    ledger, clock, delivery, lead_id = office
    clock.move(hours=12)
    hears(ledger, clock, lead_id, "I want to sell my house soon")
    step_id = let_go(ledger, clock, lead_id, by=7)
    clock.move(seconds=21)
    deliver_due(delivery)
    assert (step_of(ledger, step_id).state, step_of(ledger, step_id).reason) == (StepState.PENDING, "quiet_hours")


def test_autopilot_says_what_it_is_first_and_leaves_doubts_to_a_person(office):
    ledger, clock, delivery, lead_id = office
    with ledger.write(at=NOON) as txn:
        set_setting(txn, talking.SETTING, {"autopilot": ["seller"]})
    clock.move(seconds=1)
    hears(ledger, clock, lead_id, "I want to sell my house soon")
    [draft] = drafts_of(ledger, lead_id)
    assert (draft.state, draft.decided_by, draft.is_autopilot) == (DraftState.APPROVED, 0, True)
    assert "automated assistant" in draft.body
    assert len(draft.body) <= 160
    clock.move(seconds=21)
    deliver_due(delivery)
    assert step_of(ledger, draft.step_id).state is StepState.SENT
    clock.move(minutes=1)
    hears(ledger, clock, lead_id, "not sure")
    assert drafts_of(ledger, lead_id)[0].state is DraftState.PROPOSED


def test_autopilot_that_hid_what_it_is_is_stopped_at_the_gate(office):
    ledger, clock, delivery, lead_id = office
    hears(ledger, clock, lead_id, "I want to sell my house soon")
    step_id = let_go(ledger, clock, lead_id, by=0)
    with ledger.write(at=clock.now()) as txn:
        pauses.end(txn, lead_id)
    clock.move(seconds=21)
    deliver_due(delivery)
    assert (step_of(ledger, step_id).state, step_of(ledger, step_id).reason) == (StepState.BLOCKED, "ai_disclosure")
