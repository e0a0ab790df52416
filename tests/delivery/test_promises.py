"""What follow-up promises: nothing after an opt-out or a reply, nothing at night, never two at once, no claim twice."""

from datetime import timedelta

import pytest

from engine.delivery import enrolling, office
from engine.delivery.confirming import confirm_due
from engine.delivery.ensuring import empty_old_words, enrol_by_rule
from engine.delivery.inbound import receive_message
from engine.delivery.leases import sweep
from engine.delivery.restoring import mark_restored, still_to_do
from engine.delivery.sending import deliver
from engine.ghl.double_faults import Fault
from engine.records import Channel
from engine.records.follow_up import OptOutKind, StepKind, StepState
from engine.store import attempts, call_tasks, confirmations, enrolments, feed, ghl_links, leads, pauses, steps
from engine.store.ledger import Ledger
from tests.delivery import world
from tests.delivery.test_faults import run


def states(ledger, enrolment_id=1):
    with ledger.read() as connection:
        return [(step.state.value, step.reason) for step in steps.of_enrolment(connection, enrolment_id)]


def says(ledger, clock, lead_id, words, channel=Channel.SMS):
    with ledger.write(at=clock.now()) as txn:
        [lead] = leads.load_leads(txn.connection, [lead_id])
        return receive_message(txn, lead, channel=channel, body=words)


def claimed(means):
    with means.ledger.write(at=means.clock.now()) as txn:
        return steps.claim(txn, owner=means.owner, until=txn.at + timedelta(minutes=10), limit=10)


@pytest.fixture
def lead_id(ledger, clock):
    [number] = world.take_in(ledger, [world.person(1)], clock.now())
    return number


@pytest.fixture
def means(ledger, clock, ghl):
    return world.delivery(ledger, clock, ghl)


@pytest.fixture
def on_cadence(ledger, clock, lead_id):
    """One lead on the 3-7-14-30 cadence, texts only."""
    days = (3, 7, 14, 30)
    plan = world.plan_of(*(world.text(n, day, min_gap_hours=24.0) for n, day in enumerate(days, 1)))
    world.begin(ledger, plan, [lead_id], clock.now())
    return lead_id


def test_an_opt_out_between_claim_and_send_stops_the_message(ledger, clock, double, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    [step] = claimed(means)
    says(ledger, clock, lead_id, "STOP")
    deliver(means, step)
    assert states(ledger) == [("cancelled", "stopped")]
    assert double.double.state.deliveries() == []


@pytest.mark.parametrize("words", ["Is it still available?", "who is this", "ok thanks", "call me", "¿qué?", "asdf"])
def test_after_any_inbound_text_nothing_automatic_goes_until_a_person_lets_it(ledger, clock, double, means, on_cadence, words):
    says(ledger, clock, on_cadence, words)
    run(means, clock, rounds=40, seconds=6 * 3600)
    assert double.double.state.deliveries() == []
    with ledger.write(at=clock.now(), actor_id=1) as txn:
        enrolling.resume(txn, on_cadence)
    run(means, clock, rounds=50, seconds=6 * 3600)
    assert len(double.double.state.deliveries()) >= 1


def test_a_message_nobody_can_read_keeps_its_lead_paused(ledger, clock, on_cadence, monkeypatch):
    from engine.delivery import inbound

    def stumble(text):
        raise RuntimeError("no")

    monkeypatch.setattr(inbound.words, "read_text", stumble)
    assert says(ledger, clock, on_cadence, "hello").kind is None
    with ledger.read() as connection:
        assert pauses.open_of(connection, on_cadence).reason == "reply"
        [lead] = leads.load_leads(connection, [on_cadence])
    assert lead.interactions[-1].body == "hello"


def test_a_pause_moves_the_rest_of_the_plan_by_as_long_as_it_lasted(ledger, clock, on_cadence):
    with ledger.read() as connection:
        before = [step.due_at for step in steps.of_enrolment(connection, 1)]
    says(ledger, clock, on_cadence, "maybe later this week?")
    clock.move(days=2)
    with ledger.write(at=clock.now()) as txn:
        enrolling.resume(txn, on_cadence)
    with ledger.read() as connection:
        after = [step.due_at for step in steps.of_enrolment(connection, 1)]
    assert [late - early for early, late in zip(before, after, strict=True)] == [timedelta(days=2)] * 4


def test_stop_twice_is_answered_once_and_told_to_the_provider(ledger, clock, double, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1), world.text(2, 1)), [lead_id], clock.now())
    run(means, clock, rounds=2)
    assert says(ledger, clock, lead_id, "STOP").kind is OptOutKind.OPT_OUT
    says(ledger, clock, lead_id, "STOP")
    for _ in range(3):
        confirm_due(means)
        clock.move(seconds=20)
    run(means, clock, rounds=20, seconds=6 * 3600)
    bodies = [one["body"] for one in double.double.state.deliveries()]
    assert len(bodies) == 2
    assert "opted out" in bodies[1]
    with ledger.read() as connection:
        owed = {one.kind for one in ghl_links.unconfirmed_dnd(connection)}
    assert owed == {StepKind.SMS, StepKind.EMAIL, StepKind.CALL_TASK}


def test_a_confirmation_that_would_come_after_five_minutes_is_not_sent(ledger, clock, double, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    run(means, clock, rounds=2)
    says(ledger, clock, lead_id, "STOP")
    clock.move(minutes=5, seconds=1)
    confirm_due(means)
    with ledger.read() as connection:
        [answer] = confirmations.of_leads(connection, lead_id)
    assert answer.state is StepState.SKIPPED
    assert len(double.double.state.deliveries()) == 1


def test_an_unclear_confirmation_is_never_repeated(ledger, clock, double, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    run(means, clock, rounds=2)
    says(ledger, clock, lead_id, "STOP")
    double.double.script.faults = [Fault(name="500_sent")]
    for _ in range(5):
        confirm_due(means)
        clock.move(seconds=30)
    assert len(double.double.state.deliveries()) == 2


def test_an_address_that_opted_out_stays_out_when_its_lead_is_deleted_and_comes_back(ledger, clock, double, means, lead_id):
    says(ledger, clock, lead_id, "unsubscribe me please")
    with ledger.write(at=clock.now()) as txn:
        leads.remove_leads(txn, [lead_id])
    clock.move(days=1)
    with ledger.write(at=clock.now()) as txn:
        [again] = leads.insert_leads(txn, [world.person(1)], at=clock.now())
    world.begin(ledger, world.plan_of(world.text(1), name="again"), [again], clock.now())
    run(means, clock, rounds=3)
    assert states(ledger) == [("cancelled", "opted_out")]
    assert double.double.state.deliveries() == []


def test_a_stop_from_one_of_two_leads_with_one_number_holds_for_both(ledger, clock, double, means, lead_id):
    with ledger.write(at=clock.now()) as txn:
        [twin] = leads.insert_leads(txn, [world.person(1, first_name="Bo", email="bo@example.com")], at=clock.now())
    world.begin(ledger, world.plan_of(world.text(1)), [twin], clock.now())
    says(ledger, clock, lead_id, "STOP")
    run(means, clock, rounds=3)
    assert states(ledger)[0] == ("cancelled", "opted_out")
    assert double.double.state.deliveries() == []


def test_nobody_without_consent_is_written_to(ledger, clock, double, means):
    with ledger.write(at=clock.now()) as txn:
        [stranger] = leads.insert_leads(txn, [world.person(9)], at=clock.now())
    world.begin(ledger, world.plan_of(world.text(1)), [stranger], clock.now())
    run(means, clock, rounds=3)
    assert states(ledger) == [("blocked", "no_consent")]
    assert double.double.state.deliveries() == []


def test_three_days_of_standstill_send_nobody_two_at_once(ledger, clock, double, means):
    people = world.take_in(ledger, [world.person(n) for n in range(8)], clock.now())
    plan = world.plan_of(
        world.text(1, 3, min_gap_hours=24.0), world.text(2, 4, min_gap_hours=24.0), world.text(3, 5, min_gap_hours=24.0)
    )
    world.begin(ledger, plan, people, clock.now())
    clock.move(days=6)
    run(means, clock, rounds=60, seconds=3 * 3600)
    by_person: dict[str, list[str]] = {}
    for one in double.double.state.deliveries():
        by_person.setdefault(one["contact_id"], []).append(one["at"])
    assert len(by_person) == 8
    for times in by_person.values():
        days = [time[:10] for time in sorted(times)]
        assert len(set(days)) == len(days)


def test_nothing_goes_at_night_or_on_a_sunday(ledger, clock, double, means):
    people = world.take_in(ledger, [world.person(n) for n in range(3)], clock.now())
    world.begin(ledger, world.plan_of(world.text(1, 4), world.text(2, 5), world.text(3, 6)), people, clock.now())
    run(means, clock, rounds=250, seconds=3600)
    told = [one["at"] for one in double.double.state.deliveries()]
    assert len(told) == 9
    for at in told:  # California in March: UTC-8, from the 8th on UTC-7; ten to six is 17 to 2 at the widest
        hour, day = int(at[11:13]), at[:10]
        assert hour >= 17 or hour < 2
        assert day != "2026-03-08" or hour < 2


def test_a_step_that_is_too_late_is_skipped_and_becomes_a_persons_task(ledger, clock, double, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    clock.move(days=4)
    run(means, clock, rounds=2)
    assert states(ledger) == [("skipped", "stale_step")]
    with ledger.read() as connection:
        assert len(call_tasks.open_tasks(connection)) == 1


def test_the_kill_switch_stops_everything_and_lets_it_go_again(ledger, clock, double, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    with ledger.write(at=clock.now()) as txn:
        office.throw_kill_switch(txn, is_on=True, why="a test")
    run(means, clock, rounds=3)
    assert double.double.state.deliveries() == []
    with ledger.write(at=clock.now()) as txn:
        office.throw_kill_switch(txn, is_on=False, why="over")
    run(means, clock, rounds=3)
    assert len(double.double.state.deliveries()) == 1


def test_a_kill_switch_thrown_after_the_claim_still_holds_the_message(ledger, clock, double, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    [step] = claimed(means)
    with ledger.write(at=clock.now()) as txn:
        office.throw_kill_switch(txn, is_on=True, why="now")
    deliver(means, step)
    assert states(ledger) == [("pending", "kill_switch")]


def test_a_holder_whose_lease_ran_out_can_change_nothing(ledger, clock, double, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    [old] = claimed(means)
    clock.move(minutes=11)
    sweep(means)
    [new] = claimed(means)
    assert new.fence > old.fence
    deliver(means, old)
    assert states(ledger) == [("leased", "")]
    assert double.double.state.deliveries() == []


def test_two_claimers_never_get_the_same_step(url):
    first, second = Ledger.open(url), Ledger.open(url)
    first.migrate()
    at = world.NOON
    world.set_up(first, at)
    people = world.take_in(first, [world.person(n) for n in range(60)], at)
    world.begin(first, world.plan_of(world.text(1)), people, at)
    got: list[int] = []
    for turn in range(40):
        with (first, second)[turn % 2].write(at=at) as txn:
            got += [step.step_id for step in steps.claim(txn, owner=str(turn % 2), until=at + timedelta(minutes=1), limit=4)]
    assert len(got) == len(set(got)) == 60
    first.close()
    second.close()


def test_a_call_is_a_persons_task_here_and_at_the_provider_and_never_a_voice(ledger, clock, double, means, lead_id):
    world.begin(ledger, world.plan_of(world.call(1)), [lead_id], clock.now())
    run(means, clock, rounds=2)
    with ledger.read() as connection:
        [task] = call_tasks.open_tasks(connection)
    assert task.title == "Call Ana Ibáñez"
    assert [one["kind"] for one in double.double.state.deliveries()] == ["task"]
    assert task.provider_id


def test_an_edit_leaves_those_under_way_and_a_migration_moves_what_has_not_begun(ledger, clock, means, on_cadence):
    from engine.delivery import plans

    run(means, clock, rounds=20, seconds=6 * 3600)
    edited = world.plan_of(world.text(1, 3), world.text(2, 9), world.text(3, 20))
    with ledger.write(at=clock.now()) as txn:
        version = plans.edit(txn, 1, edited, note="slower")
        assert enrolments.load(txn.connection, 1).version == 1
        enrolling.migrate(txn, enrolments.load(txn.connection, 1), version)
    with ledger.read() as connection:
        now = steps.of_enrolment(connection, 1)
    assert [step.step_no for step in now] == [1, 2, 3]
    assert now[0].state is StepState.SENT
    assert (now[1].due_at - world.NOON).days in (8, 9)
    assert now[1].next_at is not None


def test_a_held_out_lead_is_planned_and_sent_nothing(ledger, clock, double, means):
    people = world.take_in(ledger, [world.person(n) for n in range(40)], clock.now())
    number = world.begin(ledger, world.plan_of(world.text(1)), [], clock.now())
    with ledger.write(at=clock.now()) as txn:
        enrolments.change_sequence(txn, number, hold_out_rate=0.5)
        enrolling.enrol(txn, number, people, how="hand")
    run(means, clock, rounds=10)
    with ledger.read() as connection:
        n_held = sum(one.state == "held_out" for lead in people for one in enrolments.of_lead(connection, lead))
    assert 5 < n_held < 35
    assert len(double.double.state.deliveries()) == 40 - n_held


def test_a_rule_takes_new_leads_who_agreed_and_nobody_else(ledger, clock):
    from dataclasses import replace

    from engine.delivery import plans
    from engine.sequences.cadence import EnrolmentRule

    plan = world.plan_of(world.text(1, 3))
    early = world.take_in(ledger, [world.person(1)], clock.now() - timedelta(days=1))
    with ledger.write(at=clock.now()) as txn:
        plans.add(txn, replace(plan, sequence=replace(plan.sequence, rule=EnrolmentRule(is_on=True, sources=("own_site",)))))
    clock.move(hours=1)
    new = world.take_in(ledger, [world.person(2)], clock.now())
    with ledger.write(at=clock.now()) as txn:
        leads.insert_leads(txn, [world.person(3)], at=clock.now())
    assert enrol_by_rule(ledger, clock) == 1
    assert enrol_by_rule(ledger, clock) == 0
    with ledger.read() as connection:
        assert enrolments.of_lead(connection, new[0])
        assert not enrolments.of_lead(connection, early[0])


def test_the_mandatory_sequence_takes_everybody_who_agreed_but_those_with_whom_a_person_is_at_work(ledger, clock):
    from engine.delivery import plans
    from engine.records import Opportunity, Stage
    from engine.runtime.preferences import seed
    from engine.store import opportunities

    def deal(lead_id, stage):
        at = clock.now()
        return Opportunity(lead_id=lead_id, stage=stage, commission_rate=0.03, rate_source="default", opened_at=at, stage_since=at)

    with ledger.write(at=clock.now()) as txn:
        seed(txn)  # the stages
        number = plans.add(txn, plans.SHIPPED)  # mandatory: takes every band, scored or not
    clock.move(hours=1)
    fresh, talked_to, under_contract = world.take_in(ledger, [world.person(n) for n in (1, 2, 3)], clock.now())
    with ledger.write(at=clock.now()) as txn:
        opportunities.insert_opportunities(txn, [deal(talked_to, Stage.CONTACTED), deal(under_contract, Stage.UNDER_CONTRACT)])
    assert enrol_by_rule(ledger, clock) == 2
    with ledger.read() as connection:
        on_it = [lead for lead in (fresh, talked_to, under_contract) if enrolments.of_lead(connection, lead)]
        assert {one.sequence_id for lead in on_it for one in enrolments.of_lead(connection, lead)} == {number}
    assert on_it == [fresh, talked_to]


def test_old_words_are_emptied_and_the_evidence_stays(ledger, clock, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    run(means, clock, rounds=2)
    clock.move(days=91)
    assert empty_old_words(ledger, clock) == 1
    with ledger.read() as connection:
        [step] = steps.of_enrolment(connection, 1)
        told = attempts.attempts_of(connection, [step.step_id])
    assert (step.body, step.state) == ("", StepState.SENT)
    assert [line.event for line in told] == ["call", "answer"]


@pytest.mark.parametrize("went_out", [True, False])
def test_after_a_restore_what_may_have_gone_out_is_looked_up_first(ledger, clock, double, means, ghl, lead_id, went_out):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    backup_at = clock.now()
    if went_out:  # sent after the backup was made: the restored ledger knows nothing of it
        from engine.delivery.sync_out import ensure_contact
        from engine.records.follow_up import Outgoing

        contact = ensure_contact(ledger, ghl, clock, lead_id)
        ghl.send(Outgoing(kind=StepKind.SMS, contact_id=contact, to_address="+19095550001", body="Other words of then"))
    clock.move(minutes=20)
    with ledger.write(at=clock.now()) as txn:
        assert mark_restored(txn, backup_at=backup_at) == 1
    assert "nothing is sent" in still_to_do(ledger, clock, is_live=True)
    clock.move(seconds=1)
    with ledger.write(at=clock.now()) as txn:
        feed.beat(txn, "ghl_sync", is_ok=True, message="")
    assert still_to_do(ledger, clock, is_live=True) == ""
    run(means, clock, rounds=20)
    assert states(ledger)[0][0] == "sent"
    assert len(double.double.state.deliveries()) == 1


def test_every_decision_is_logged_with_the_version_of_the_rules(ledger, clock, means, lead_id):
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    run(means, clock, rounds=2)
    with ledger.read() as connection:
        [line] = attempts.verdicts_of(connection, [1])
    assert (line.decision, len(line.facts_hash)) == ("send", 32)
    assert line.rule_version


def test_without_a_token_everything_is_decided_and_nothing_counts_as_sent(ledger, clock, lead_id):
    from engine.ghl.dry_run import DryRun

    dry = world.delivery(ledger, clock, DryRun())
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    run(dry, clock, rounds=3)
    assert states(ledger) == [("pending", "dry_run")]


def test_an_office_that_has_not_said_who_it_is_sends_nothing(ledger, clock, double, means, lead_id):
    world.set_up(ledger, clock.now() + timedelta(days=2), brand="")
    world.begin(ledger, world.plan_of(world.text(1)), [lead_id], clock.now())
    run(means, clock, rounds=3)
    assert states(ledger) == [("pending", "sender")]
    assert double.double.state.deliveries() == []
