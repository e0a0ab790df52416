"""The rules of the inbox, worked out by hand; what must hold for every input as properties."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records import Band, Channel
from engine.records.inbox import Outcome, RoutingShare, SpeedState, Step
from engine.triage.judging import who_was_right
from engine.triage.next_step import LeadFacts, next_step
from engine.triage.routing import take_turn
from engine.triage.speed import speed_state
from engine.triage.worth import N_ENOUGH, PRIOR, response_curve

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def ago(**passed):
    return NOW - timedelta(**passed)


def test_without_enough_own_answers_the_shipped_curve_holds_and_says_so():
    curve = response_curve([(N_ENOUGH - 1, 100), (0, 0), (0, 0), (0, 0), (0, 0)])
    assert curve.left == PRIOR
    assert not curve.is_own
    assert "HBR 2011" in curve.source


def test_with_enough_the_offices_own_answers_speak():
    # 100 of 200 heard from within five minutes, 60 of 200 within the hour: with 30 prior leads at 0.5 each,
    # (100 + 15) / 230 = 0.5 and (60 + 15) / 230 = 0.326, so 65 % of the chance is left.
    curve = response_curve([(200, 100), (200, 60), (0, 0), (0, 0), (0, 0)])
    assert curve.is_own
    assert curve.left[:2] == pytest.approx((1.0, 0.652), abs=0.001)
    assert curve.points[2].low is None  # no data is not nought


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.floats(0, 1)).map(lambda pair: (pair[0], round(pair[0] * pair[1]))),
        min_size=5,
        max_size=5,
    )
)
def test_waiting_never_adds_to_the_chance(counts):
    left = response_curve(counts).left
    assert all(0 <= later <= sooner <= 1 for sooner, later in pairwise(left))
    assert left[0] == 1.0


@pytest.mark.parametrize(
    ("created", "answered", "state"),
    [
        (ago(minutes=2), None, SpeedState.IN_WINDOW),
        (ago(minutes=3), None, SpeedState.NEAR),
        (ago(minutes=5), None, SpeedState.NEAR),
        (ago(minutes=5, seconds=1), None, SpeedState.BREACHED),
        (ago(hours=2), ago(hours=2) + timedelta(minutes=5), SpeedState.ANSWERED_IN_TIME),
        (ago(hours=2), ago(hours=1), SpeedState.ANSWERED_LATE),
    ],
)
def test_the_clock_runs_from_the_leads_creation(created, answered, state):
    assert speed_state(created, answered, NOW) is state


def test_nobody_is_owed_who_must_not_be_contacted():
    assert speed_state(ago(hours=9), None, NOW, is_owed=False) is SpeedState.OFF


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        ({"is_do_not_contact": True, "has_phone": True}, Step.NOTHING),
        ({"has_ended": True, "has_phone": True}, Step.NOTHING),
        ({}, Step.NOTHING),
        ({"has_phone": True, "waiting_since": ago(minutes=1)}, Step.CALL),
        ({"has_phone": True, "has_email": True, "waiting_since": ago(minutes=1), "is_quiet_hour": True}, Step.EMAIL),
        ({"has_phone": True, "waiting_since": ago(minutes=1), "is_quiet_hour": True}, Step.WAIT),
        ({"has_phone": True, "waiting_since": ago(hours=1), "last_inbound_channel": Channel.SMS}, Step.TEXT),
        (
            {"has_phone": True, "has_email": True, "waiting_since": ago(hours=1), "last_inbound_channel": Channel.EMAIL},
            Step.EMAIL,
        ),
        (
            {
                "has_phone": True,
                "has_email": True,
                "waiting_since": ago(hours=1),
                "last_inbound_channel": Channel.EMAIL,
                "band": Band.HOT,
                "was_ever_answered": True,
            },
            Step.CALL,
        ),
        ({"has_phone": True, "last_touch_at": ago(hours=1), "last_outcome": Outcome.NO_ANSWER}, Step.TEXT),
        ({"has_phone": True, "last_touch_at": ago(hours=1), "last_outcome": Outcome.SPOKE}, Step.WAIT),
        ({"has_phone": True, "last_touch_at": ago(days=3)}, Step.CALL),
        ({"has_phone": True, "is_phone_bad": True, "has_email": True, "last_touch_at": ago(days=4)}, Step.EMAIL),
        ({"has_phone": True, "is_phone_bad": True}, Step.NOTHING),
    ],
)
def test_the_next_step(facts, step):
    told = next_step(LeadFacts(now=NOW, **facts))
    assert told.step is step
    assert told.why


@given(
    weights=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    n_leads=st.integers(1, 60),
)
def test_turns_give_everybody_his_share_to_within_one_lead(weights, n_leads):
    shares = [RoutingShare(user_id=place, weight=float(weight)) for place, weight in enumerate(weights)]
    turns, given_to = {}, []
    for _ in range(n_leads):
        chosen, turns = take_turn(shares, turns)
        given_to.append(chosen)
    for share in shares:
        due = n_leads * share.weight / sum(weights)
        assert abs(given_to.count(share.user_id) - due) <= 1 + 1e-9


@pytest.mark.parametrize(
    ("persons", "models", "has_closed", "verdict"),
    [
        (Band.HOT, Band.COLD, True, "person"),
        (Band.HOT, Band.COLD, False, "model"),
        (Band.COLD, Band.WARM, False, "person"),
        (Band.COLD, Band.WARM, True, "model"),
        (Band.HOT, Band.HOT, True, "both"),
        (Band.HOT, Band.COLD, None, "open"),
    ],
)
def test_who_was_right_is_told_once_the_deal_has_ended(persons, models, has_closed, verdict):
    assert who_was_right(persons, models, has_closed) == verdict
