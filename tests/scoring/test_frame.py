"""The feature function, against values worked out by hand."""

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.records import Channel, Direction, Financing, Interaction, Lead, PropertyType, Source
from engine.scoring.features import COLUMN, FEATURES, N_FEATURES, NAMES, VOCABULARY
from engine.scoring.frame import features_of, frame_of


def sent(at, **more):
    return Interaction(at=at, channel=Channel.SMS, direction=Direction.OUTBOUND, **more)


def heard(at, **more):
    return Interaction(at=at, **{"channel": Channel.SMS, "direction": Direction.INBOUND, "n_words": 5, **more})


def row_of(lead, market, at):
    return dict(zip(NAMES, features_of(frame_of([lead], market=market, at=at))[0].tolist(), strict=True))


def test_there_are_28_features_in_eight_groups():
    assert N_FEATURES == 28
    groups = [feature.group for feature in FEATURES]
    sizes = {group: groups.count(group) for group in groups}
    assert sizes == {
        "response": 5,
        "budget": 3,
        "timeline": 3,
        "location": 2,
        "property_need": 4,
        "finance": 3,
        "communication": 4,
        "history": 4,
    }


def test_of_a_lead_with_nothing_but_a_name_everything_is_missing_but_what_cannot_be(market, at):
    row = row_of(Lead(first_name="Alex"), market, at)
    assert {name for name, value in row.items() if not math.isnan(value)} == {"location_specificity", "contactability"}


def test_the_fields_become_features(market, at):
    lead = Lead(
        phone="+15125550100",
        email="a@example.com",
        source=Source.SPHERE,
        created_at=at - timedelta(days=2.5),
        budget_low_cents=40_000_000,
        budget_high_cents=50_000_000,
        timeline_days=30,
        financing=Financing.PRE_APPROVED,
        has_proof_of_funds=False,
        sells_first=True,
        property_type=PropertyType.CONDO,
        beds=3,
        n_criteria=4,
        location_specificity=3,
        in_service_area=True,
        n_transactions=1,
    )
    row = row_of(lead, market, at)
    assert row["budget_midpoint"] == 450_000.0  # (400,000 + 500,000) / 2
    assert row["budget_specificity"] == pytest.approx(100 / 450)
    assert row["budget_to_market_ratio"] == 1.0  # the market's median is 450,000
    assert row["days_since_created"] == 2.5
    assert row["financing_status"] == VOCABULARY["financing_status"].index("pre_approved")
    assert row["property_type"] == VOCABULARY["property_type"].index("condo")
    assert row["source"] == VOCABULARY["source"].index("sphere")
    assert (row["has_proof_of_funds"], row["sells_first"], row["in_service_area"]) == (0.0, 1.0, 1.0)
    assert (row["contactability"], row["beds_needed"], row["criteria_count"], row["transactions_before"]) == (2.0, 3.0, 4.0, 1.0)
    assert math.isnan(row["baths_needed"])
    assert math.isnan(row["is_repeat_contact"])


def test_one_end_of_a_budget_is_the_budget(market, at):
    row = row_of(Lead(budget_high_cents=30_000_000), market, at)
    assert (row["budget_midpoint"], row["budget_specificity"]) == (300_000.0, 0.0)


def test_the_conversation_becomes_features(market, at):
    born = at - timedelta(days=20)
    lead = Lead(
        created_at=born,
        interactions=(
            sent(born + timedelta(minutes=1), is_automated=True),  # not our first response: nobody wrote it
            sent(born + timedelta(minutes=30), seq=1),
            heard(born + timedelta(minutes=38), n_words=10, n_questions=1),  # 8 minutes
            sent(born + timedelta(days=10)),
            heard(born + timedelta(days=10, hours=1), channel=Channel.EMAIL, n_words=20, urgency=1.0),  # 60 minutes
            heard(born + timedelta(days=10, hours=2), n_words=0, channel=Channel.CALL),  # unasked: no reply time
            Interaction(at=born + timedelta(days=12), channel=Channel.APPOINTMENT, direction=Direction.OUTBOUND, was_kept=True),
            Interaction(at=born + timedelta(days=13), channel=Channel.APPOINTMENT, direction=Direction.OUTBOUND, was_kept=False),
            Interaction(at=born + timedelta(days=13), channel=Channel.NOTE, direction=Direction.INBOUND, n_words=99),
        ),
    )
    row = row_of(lead, market, at)
    assert row["lead_reply_minutes"] == 34.0  # the middle of 8 and 60
    assert row["reply_rate"] == pytest.approx(2 / 3)  # three sent, two answered
    assert row["inbound_count_14d"] == 2.0  # those of day 10; the first was 20 days ago
    assert row["hours_since_last_inbound"] == pytest.approx(238.0)  # 20 days less 10 days 2 hours
    assert row["first_response_minutes"] == 30.0
    assert row["urgency_signal"] == 1.0
    assert row["message_words_median"] == 15.0
    assert row["question_rate"] == 0.5
    assert row["channel_count"] == 3.0
    assert row["appointments_kept"] == 1.0


def test_an_answering_machine_is_not_an_answer(market, at):
    lead = Lead(interactions=(sent(at - timedelta(hours=2)), heard(at - timedelta(hours=1), is_automated=True)))
    row = row_of(lead, market, at)
    assert math.isnan(row["lead_reply_minutes"])
    assert (row["reply_rate"], row["inbound_count_14d"]) == (0.0, 0.0)


def test_what_happens_later_changes_nothing(market, at):
    lead = Lead(created_at=at - timedelta(days=3), interactions=(sent(at - timedelta(hours=2)), heard(at - timedelta(hours=1))))
    later = (heard(at + timedelta(microseconds=1)), sent(at + timedelta(days=1)), heard(at + timedelta(days=2)))
    assert row_of(lead, market, at) == pytest.approx(
        row_of(replace(lead, interactions=lead.interactions + later), market, at), nan_ok=True
    )


def test_the_past_can_be_told_again(market, at, synthetic):
    """Features at an earlier time are those of a lead whose history ends there."""
    then = at - timedelta(days=5)
    leads = [lead for lead in synthetic.leads if lead.interactions][:300]
    cut = [replace(lead, interactions=tuple(event for event in lead.interactions if event.at <= then)) for lead in leads]
    assert np.array_equal(
        features_of(frame_of(leads, market=market, at=then)), features_of(frame_of(cut, market=market, at=then)), equal_nan=True
    )


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(range(8)))
def test_the_order_in_which_events_are_handed_in_does_not_matter(order, market, at):
    moment = at - timedelta(hours=5)
    events = (
        sent(moment, seq=1),
        heard(moment, seq=2),
        heard(moment, seq=2, n_words=9, channel=Channel.EMAIL),
        sent(moment, seq=2),
        heard(moment + timedelta(hours=1), n_questions=2, urgency=0.5),
        heard(moment + timedelta(hours=1), n_questions=0, urgency=-0.6),
        sent(at - timedelta(days=3)),
        sent(at - timedelta(days=2)),
    )
    straight, shuffled = (Lead(interactions=told) for told in (events, tuple(events[place] for place in order)))
    rows = features_of(frame_of([straight, shuffled], market=market, at=at))
    assert np.array_equal(rows[0], rows[1], equal_nan=True)


def test_one_lead_alone_has_the_features_it_has_in_a_crowd(market, at, synthetic):
    crowd = features_of(frame_of(synthetic.leads, market=market, at=at))
    for place in range(0, 3000, 60):
        alone = features_of(frame_of([synthetic.leads[place]], market=market, at=at))
        assert np.array_equal(alone[0], crowd[place], equal_nan=True)


def test_every_value_lies_in_the_range_the_registry_names(market, at, synthetic):
    rows = features_of(frame_of(synthetic.leads, market=market, at=at))
    for feature in FEATURES:
        values = rows[:, COLUMN[feature.name]]
        values = values[~np.isnan(values)]
        assert np.all((values >= feature.low) & (values <= feature.high)), feature.name


def test_a_word_the_model_has_not_learned_counts_as_other(market, at):
    narrow = {**VOCABULARY, "source": ("portal", "other")}
    row = features_of(frame_of([Lead(source=Source.SPHERE)], market=market, at=at, vocabulary=narrow))[0]
    assert row[COLUMN["source"]] == 1.0


def test_no_leads_make_an_empty_frame(market, at):
    assert features_of(frame_of([], market=market, at=at)).shape == (0, 28)
