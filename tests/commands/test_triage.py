"""The queue's actions: what each does, that it can be taken back exactly, and whom it is refused to."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import commands
from engine.access import SYSTEM, Actor, Role
from engine.commands import people
from engine.commands.bulk import BulkAct, BulkKind
from engine.delivery import enrolling, plans
from engine.errors import BadInput, Conflict, NotAllowed, NotFound
from engine.records import Band, Channel, Stage
from engine.records.follow_up import StepState
from engine.records.inbox import Outcome
from engine.runtime import open_engine
from engine.settings import ROOT, Settings
from engine.store import consents, enrolments, leads, pauses, scores, steps, triage
from engine.store.inbox_tables import action_rows, actions
from engine.store.table_types import metadata

from .conftest import START, later

PHONES = iter(range(1000, 9999))


@pytest.fixture
def queue(tmp_path):
    """Three leads of nobody, two agents and a team leader."""
    engine = open_engine(Settings(home=tmp_path, models=ROOT / "models", _env_file=None))
    from engine.clock import FixedClock

    engine.clock = FixedClock(START)
    for name, role in (("ana", Role.AGENT), ("ben", Role.AGENT), ("lea", Role.TEAM_LEADER), ("rita", Role.READ_ONLY)):
        people.add_user(engine, SYSTEM, username=name, name=name.capitalize(), role=role, password="blue-door-84-maple")
    for number in range(3):
        commands.take_lead(
            engine,
            SYSTEM,
            {
                "name": f"Lead {number}",
                "phone": f"(909) 555-01{number:02d}",
                "email": f"lead{number}@example.com",
                "city": "Upland",
            },
        )
    later(engine, minutes=10)  # scores of the last five minutes are kept: let there be new ones
    yield engine
    engine.close()


def who(engine, name) -> Actor:
    [user] = [user for user in people.list_users(engine, SYSTEM) if user.username == name]
    return Actor(user.user_id, user.username, user.name, user.role)


def lead_of(engine, lead_id):
    with engine.ledger.read() as connection:
        return leads.load_leads(connection, [lead_id])[0]


def everything(engine):
    """Every row of the ledger that isn't the story of the undo itself."""
    told = {"actions", "action_rows", "audit", "changes", "counters"}
    with engine.ledger.read() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table.name not in told
        }


ACTS = {
    "claim": lambda office, actor: commands.claim_lead(office, actor, 1),
    "assign": lambda office, actor: commands.assign_lead(office, actor, 1, who(office, "ben").user_id),
    "free": lambda office, actor: commands.assign_lead(office, actor, 1, None),
    "note": lambda office, actor: commands.add_note(office, actor, 1, "Wants a garden, must move by June."),
    "touch": lambda office, actor: commands.log_touch(office, actor, 1, Channel.SMS),
    "snooze": lambda office, actor: commands.snooze_lead(office, actor, 1, until_at=START + timedelta(days=2)),
    "wake": lambda office, actor: commands.wake_lead(office, actor, 1),
    "tag": lambda office, actor: commands.tag_lead(office, actor, 1, "Investor"),
    "untag": lambda office, actor: commands.untag_lead(office, actor, 1, "investor"),
    "stage": lambda office, actor: commands.set_lead_stage(office, actor, 1, Stage.APPOINTMENT),
    "lose": lambda office, actor: commands.set_lead_stage(office, actor, 1, Stage.LOST),
    "band": lambda office, actor: commands.set_band(
        office, actor, 1, Band.HOT, reason="met him", until=office.clock.now() + timedelta(days=7)
    ),
    "clear": lambda office, actor: commands.clear_band(office, actor, 1),
    **{
        outcome.value: (lambda chosen: lambda office, actor: commands.dispose_lead(office, actor, 1, chosen))(outcome)
        for outcome in Outcome
    },
    "bulk": lambda office, actor: commands.act_on_leads(office, actor, [1, 2, 3], BulkAct(kind=BulkKind.TAG, tag="Open house")),
    "bulk_snooze": lambda office, actor: commands.act_on_leads(office, actor, [1, 2, 3], BulkAct(kind=BulkKind.SNOOZE)),
}


@pytest.mark.parametrize("name", ACTS)
def test_every_action_is_taken_back_exactly(queue, name):
    before = everything(queue)
    done = ACTS[name](queue, who(queue, "lea"))
    later(queue, seconds=19)
    assert commands.undo_action(queue, who(queue, "lea"), done.action_id).startswith("Taken back")
    assert everything(queue) == before


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(st.sampled_from(sorted(ACTS)), min_size=2, max_size=5))
def test_any_story_told_backwards_leaves_nothing_behind(queue, story):
    lea = who(queue, "lea")
    later(queue, minutes=6)
    before, done = everything(queue), []
    for name in story:
        later(queue, seconds=1)
        with suppress(Conflict):  # he was given to Ben before: there is nothing to claim
            done.append(ACTS[name](queue, lea).action_id)
    for action_id in reversed(done):
        commands.undo_action(queue, lea, action_id)
    assert everything(queue) == before


def test_after_twenty_seconds_it_stays(queue):
    done = commands.claim_lead(queue, who(queue, "ana"), 1)
    later(queue, seconds=21)
    with pytest.raises(Conflict, match="20 seconds"):
        commands.undo_action(queue, who(queue, "ana"), done.action_id)
    assert lead_of(queue, 1).assigned_to == who(queue, "ana").user_id


def test_it_is_taken_back_once_and_by_nobody_else(queue):
    done = commands.claim_lead(queue, who(queue, "ana"), 1)
    with pytest.raises(NotFound):
        commands.undo_action(queue, who(queue, "ben"), done.action_id)
    commands.undo_action(queue, who(queue, "ana"), done.action_id)
    with pytest.raises(Conflict, match="already"):
        commands.undo_action(queue, who(queue, "ana"), done.action_id)


def test_what_somebody_changed_since_is_not_taken_back_and_he_is_named(queue):
    done = commands.claim_lead(queue, who(queue, "ana"), 1)
    commands.assign_lead(queue, who(queue, "lea"), 1, who(queue, "ben").user_id)
    before = everything(queue)
    with pytest.raises(Conflict, match="Lea changed Lead 0 since"):
        commands.undo_action(queue, who(queue, "ana"), done.action_id)
    assert everything(queue) == before


def test_another_entry_meanwhile_is_no_obstacle_and_the_score_is_reckoned_anew(queue):
    done = commands.dispose_lead(queue, who(queue, "ana"), 1, Outcome.SPOKE)
    later(queue, seconds=5)
    commands.log_inbound(queue, SYSTEM, 1, Channel.SMS, "Can we see it tomorrow?")
    commands.undo_action(queue, who(queue, "ana"), done.action_id)
    assert [event.body for event in lead_of(queue, 1).interactions] == ["Can we see it tomorrow?"]
    with queue.ledger.read() as connection:
        [now] = [score for score in scores.history(connection, 1) if score == scores.current(connection, [1])[1]]
        assert not triage.dispositions_of(connection, 1)
        assert pauses.open_of(connection, 1) is None
    assert now.scored_at == queue.clock.now()


def test_who_claims_second_hears_who_was_first(queue):
    commands.claim_lead(queue, who(queue, "ana"), 1)
    with pytest.raises(Conflict, match="Ana took this lead first"):
        commands.claim_lead(queue, who(queue, "ben"), 1)
    later(queue, hours=2)
    with pytest.raises(NotFound):  # an hour later it is simply another agent's lead
        commands.claim_lead(queue, who(queue, "ben"), 1)


def test_of_many_who_claim_at_once_one_wins(queue):
    from concurrent.futures import ThreadPoolExecutor

    def attempt(actor):
        try:
            commands.claim_lead(queue, actor, 2)
        except Conflict as lost:
            return lost.message
        return "won"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(attempt, [who(queue, name) for name in ("ana", "ben", "lea", "lea")]))
    winner = lead_of(queue, 2).assigned_to
    names = {who(queue, name).user_id: name.capitalize() for name in ("ana", "ben", "lea")}
    assert "won" in said
    assert {line for line in said if line != "won"} <= {f"{names[winner]} took this lead first"}


@pytest.mark.parametrize("name", sorted(set(ACTS) - {"bulk", "bulk_snooze"}))
def test_another_agents_lead_cannot_be_touched(queue, name):
    commands.assign_lead(queue, SYSTEM, 1, who(queue, "lea").user_id)
    later(queue, hours=2)
    before = everything(queue)
    with pytest.raises(NotFound):
        ACTS[name](queue, who(queue, "ana"))
    with pytest.raises(NotAllowed):
        ACTS[name](queue, who(queue, "rita"))
    assert everything(queue) == before


def test_many_leads_at_once_leave_others_leads_alone(queue):
    commands.assign_lead(queue, SYSTEM, 1, who(queue, "ben").user_id)
    act = BulkAct(kind=BulkKind.CLAIM)
    ana = who(queue, "ana")
    preview = commands.preview_bulk(queue, ana, [1, 2, 3, 99], act)
    assert (preview.n_change, preview.n_same, preview.n_left) == (2, 0, 2)
    done = commands.act_on_leads(queue, ana, [1, 2, 3, 99], act)
    assert (done.n_leads, done.told) == (2, "2 leads taken")
    assert [lead_of(queue, number).assigned_to for number in (1, 2, 3)] == [who(queue, "ben").user_id, ana.user_id, ana.user_id]
    commands.undo_action(queue, ana, done.action_id)
    assert lead_of(queue, 2).assigned_to is None


def test_a_call_where_somebody_answered_pauses_what_goes_out_by_itself(queue):
    commands.dispose_lead(queue, who(queue, "ana"), 1, Outcome.NO_ANSWER)
    commands.dispose_lead(queue, who(queue, "ana"), 2, Outcome.SPOKE)
    with queue.ledger.read() as connection:
        assert pauses.open_of(connection, 1) is None
        assert pauses.open_of(connection, 2).reason == "spoke"


def under_way(queue, lead_id):
    """The lead's enrolment's state, and how many of its waiting steps go by which way."""
    with queue.ledger.read() as connection:
        [enrolment] = enrolments.of_lead(connection, lead_id)
        waiting = [step.kind.value for step in steps.of_lead(connection, lead_id) if step.state is StepState.PENDING]
        return enrolment.state, {kind: waiting.count(kind) for kind in set(waiting)}


@pytest.mark.parametrize(
    ("outcome", "state", "goes_by_phone", "goes_by_email"),
    [
        (Outcome.NO_ANSWER, "active", True, True),
        (Outcome.SPOKE, "paused", True, True),
        (Outcome.APPOINTMENT, "stopped", False, False),
        (Outcome.BAD_NUMBER, "active", False, True),
    ],
)
def test_what_came_of_a_call_moves_the_sequence_and_is_taken_back(queue, outcome, state, goes_by_phone, goes_by_email):
    ana = who(queue, "ana")
    with queue.ledger.write(at=queue.clock.now()) as txn:
        plans.seed(txn)
        [sequence] = enrolments.all_sequences(txn.connection)
        assert enrolling.enrol(txn, sequence.sequence_id, [1], how="hand") == {}
    before = under_way(queue, 1)
    done = commands.dispose_lead(queue, ana, 1, outcome)
    now, waiting = under_way(queue, 1)
    assert (now, bool(waiting.get("sms")), bool(waiting.get("email"))) == (state, goes_by_phone, goes_by_email)
    with queue.ledger.read() as connection:
        is_dead = bool(consents.suppressed(connection, [lead_of(queue, 1).phone]))
    assert is_dead == (outcome is Outcome.BAD_NUMBER)
    commands.undo_action(queue, ana, done.action_id)
    assert under_way(queue, 1) == before
    with queue.ledger.read() as connection:
        assert not consents.suppressed(connection, [lead_of(queue, 1).phone])


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda office, actor: commands.snooze_lead(office, actor, 1, until_reply=False), "until when"),
        (lambda office, actor: commands.snooze_lead(office, actor, 1, until_at=START), "coming year"),
        (lambda office, actor: commands.tag_lead(office, actor, 1, "  "), "between 1 and"),
        (lambda office, actor: commands.set_lead_stage(office, actor, 1, Stage.CLOSED), "on its own card"),
        (lambda office, actor: commands.assign_lead(office, actor, 1, 4711), "nobody by that number"),
        (lambda office, actor: commands.dispose_lead(office, actor, 1, Outcome.SPOKE, n_minutes=-1), "minutes"),
        (lambda office, actor: commands.act_on_leads(office, actor, range(501), BulkAct(kind=BulkKind.WAKE)), "At most 500"),
        (
            lambda office, actor: commands.set_band(
                office, actor, 1, Band.HOT, reason="a feeling", until=office.clock.now() + timedelta(days=400)
            ),
            "expire within",
        ),
        (
            lambda office, actor: commands.set_band(office, actor, 1, Band.HOT, reason="  ", until=START + timedelta(days=4)),
            "Say why",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(queue, act, words):
    before = everything(queue)
    with pytest.raises(BadInput, match=words):
        act(queue, who(queue, "lea"))
    assert everything(queue) == before
    with queue.ledger.read() as connection:
        assert not connection.execute(select(actions)).all()
        assert not connection.execute(select(action_rows)).all()
