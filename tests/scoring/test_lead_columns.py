"""Leads as columns: the same frames and the same scores as the records they came from."""

from dataclasses import fields
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from engine.errors import BadInput
from engine.records import Channel, Direction, Interaction, Lead
from engine.scoring.frame import features_of, frame_of
from engine.scoring.lead_columns import LeadColumns
from engine.scoring.score_table import to_arrow

LEFT_OUT = {"interactions", "deal", "extra", "tags", "other_phones", "other_emails"}
PLAIN = [field.name for field in fields(Lead) if field.name not in LEFT_OUT]


def columns_of(leads, shuffle=None):
    table = pl.DataFrame(
        {name: [getattr(lead, name) for lead in leads] for name in PLAIN}, strict=False, infer_schema_length=None
    ).with_columns(lead_id=pl.Series(range(100, 100 + len(leads))))
    told = [
        {name: getattr(event, name) for name in Interaction.__slots__} | {"lead_id": 100 + place}
        for place, lead in enumerate(leads)
        for event in lead.interactions
    ]
    if shuffle is not None:
        told = [told[place] for place in np.random.default_rng(shuffle).permutation(len(told))]
    return LeadColumns(table, pl.DataFrame(told, infer_schema_length=None) if told else None)


@pytest.mark.parametrize("shuffle", [None, 1])
def test_columns_make_the_frames_that_records_make(synthetic, champion, market, at, shuffle):
    leads = synthetic.leads[:700]
    expected = frame_of(leads, market=market, at=at, vocabulary=champion.vocabulary)
    frames = list(columns_of(leads, shuffle).frames(market=market, at=at, vocabulary=champion.vocabulary, n_leads=300))
    assert [len(frame) for frame in frames] == [300, 300, 100]
    assert np.array_equal(np.concatenate([frame.facts for frame in frames]), expected.facts, equal_nan=True)
    assert np.array_equal(np.concatenate([frame.events for frame in frames]), expected.events, equal_nan=True)
    assert np.array_equal(np.concatenate([frame.event_at for frame in frames]), expected.event_at)
    whole = np.concatenate([features_of(frame) for frame in frames])
    assert np.array_equal(whole, features_of(expected), equal_nan=True)


def test_events_of_the_same_instant_are_ordered_by_what_they_say(market, at):
    when = at - timedelta(days=2)
    events = [
        Interaction(at=when, channel=channel, direction=direction, n_words=words)
        for channel in (Channel.SMS, Channel.CALL)
        for direction in Direction
        for words in (0, 7)
    ]
    leads = [Lead(created_at=when, interactions=tuple(events)), Lead(created_at=when, interactions=tuple(events[::-1]))]
    frame = next(columns_of(leads, shuffle=3).frames(market=market, at=at))
    assert np.array_equal(frame.events[:8], frame.events[8:], equal_nan=True)
    assert np.array_equal(features_of(frame), features_of(frame_of(leads, market=market, at=at)), equal_nan=True)


def test_a_table_says_what_the_records_say(scorer, synthetic, market, at):
    leads = synthetic.leads[:500]
    scores = scorer.score(leads, market=market, at=at)
    frame = next(columns_of(leads).frames(market=market, at=at, vocabulary=scorer.bundle.vocabulary))
    rows = to_arrow(scorer.table(frame, market=market), np.arange(len(leads))).to_pylist()
    for row, score in zip(rows, scores, strict=True):
        for name in ("probability", "probability_low", "probability_high", "score", "confidence", "n_similar", "inputs_hash"):
            assert row[name] == getattr(score, name)
        assert (row["band"], row["scored_at"], row["model_version"]) == (score.band.value, at, score.model_version)
        assert np.array_equal(np.array(row["inputs"], "<f4"), np.frombuffer(score.inputs, "<f4"), equal_nan=True)
        assert np.array_equal(np.array(row["effects"], "<f4"), np.frombuffer(score.effects, "<f4"))
        assert (row["price_p50_cents"], row["price_basis"]) == (score.price.p50_cents, score.price.basis)
        for side, reasons in (("for", score.reasons_for), ("against", score.reasons_against)):
            for place in range(3):
                said = [row[f"reason_{side}_{place + 1}_{part}"] for part in ("feature", "value", "effect", "text")]
                reason = reasons[place] if place < len(reasons) else None
                assert said == ([reason.feature, reason.value, reason.effect, reason.text] if reason else [None] * 4)


def test_what_is_not_there_is_not_known(market, at):
    frame = next(LeadColumns(pl.DataFrame({"lead_id": [7]})).frames(market=market, at=at))
    assert np.array_equal(features_of(frame), features_of(frame_of([Lead()], market=market, at=at)), equal_nan=True)


@pytest.mark.parametrize(
    ("leads", "events", "complaint"),
    [
        ({"beds": [3]}, None, "need a lead_id"),
        ({"lead_id": [1, 1]}, None, "same lead_id"),
        ({"lead_id": [1]}, {"lead_id": [1]}, "lack: at, channel, direction"),
    ],
)
def test_columns_that_do_not_hang_together_are_refused(leads, events, complaint):
    with pytest.raises(BadInput, match=complaint):
        LeadColumns(pl.DataFrame(leads), None if events is None else pl.DataFrame(events))


@pytest.mark.parametrize(("lead_id", "channel", "complaint"), [(2, "sms", "not there"), (1, "fax", "one of: sms")])
def test_an_event_of_an_unknown_lead_or_channel_is_refused(at, lead_id, channel, complaint):
    events = pl.DataFrame({"lead_id": [lead_id], "at": [at], "channel": [channel], "direction": ["inbound"]})
    with pytest.raises(BadInput, match=complaint):
        LeadColumns(pl.DataFrame({"lead_id": [1]}), events)
