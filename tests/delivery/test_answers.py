"""Drafts that were let go: the same gate, the same outbox; what autopilot may do and what it must say."""

from dataclasses import replace

import pytest

from engine.conversation.understanding import read_message
from engine.delivery import answers, inbound, talking
from engine.delivery.leases import Delivery
from engine.delivery.sending import deliver_due
from engine.errors import BadInput
from engine.records import Channel
from engine.records.conversation import DraftState
from engine.records.follow_up import OptOutKind, StepState
from engine.sequences.message import STOP_TEXT
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


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Homes like yours went for $615,000.", "615,000"),
        ("Have a look at https://homes.example.com/12", "link"),
        ("Maria Zuniga two doors down sold last week.", "Maria Zuniga"),
        ("We guarantee a sale.", "promises"),
        ("It is a great family neighborhood.", "Fair housing"),
        ("Ring (310) 555-0177 for it.", "310"),
    ],
)
def test_what_may_not_be_said_is_held_back_and_a_persons_reason_lets_only_figures_and_links_pass(office, words, why):
    ledger, clock, _, lead_id = office
    take_in(ledger, [replace(person(2), first_name="Maria", last_name="Zuniga")], clock.now())
    hears(ledger, clock, lead_id, "I want to sell my house soon")
    [draft] = [one for one in drafts_of(ledger, lead_id) if one.state is DraftState.PROPOSED]
    said = f"{draft.body.partition('.')[0]}. {words} {STOP_TEXT['en']}"
    with ledger.write(at=clock.now(), actor_id=7) as txn:
        [lead] = leads.load_leads(txn.connection, [lead_id])
        with pytest.raises(BadInput, match=why):
            answers.let_go(txn, draft, lead, words=said)
        if why in ("615,000", "link"):
            assert answers.let_go(txn, draft, lead, words=said, vouched="The county's record of 4 May")
        else:
            with pytest.raises(BadInput, match=why):
                answers.let_go(txn, draft, lead, words=said, vouched="Because I say so")


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
