"""Who is enrolled, what stops him, the hold-out; and that no score takes anybody out of the mandatory follow-up."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sequences import cadence
from engine.sequences.cadence import EnrolmentRule
from engine.sequences.enrolment import TAKEN_OVER, Candidate, Effect, Happening, effect_of, is_enrolled, is_held_out

BANDS = st.sampled_from(["hot", "warm", "cold", ""])


@given(
    first=BANDS,
    second=BANDS,
    source=st.sampled_from(["portal", "ppc", ""]),
    stage=st.sampled_from(["new", "contacted", "active", ""]),
)
def test_the_score_takes_nobody_out_of_the_mandatory_follow_up(first, second, source, stage):
    rules = [cadence.DEFAULT, replace(cadence.DEFAULT, rule=EnrolmentRule(is_on=True, bands=("hot",)))]
    for sequence in rules:
        answers = {is_enrolled(sequence, Candidate(lead_id=1, band=band, source=source, stage=stage)) for band in (first, second)}
        assert len(answers) == 1


def test_a_sequence_of_choice_may_ask_for_band_source_and_stage():
    rule = EnrolmentRule(is_on=True, bands=("hot",), sources=("portal",), stages=("new",))
    sequence = replace(cadence.DEFAULT, is_mandatory=False, rule=rule)
    fits = Candidate(lead_id=1, band="hot", source="portal", stage="new")
    assert is_enrolled(sequence, fits)
    for change in ({"band": "cold"}, {"source": "ppc"}, {"stage": "contacted"}):
        assert not is_enrolled(sequence, replace(fits, **change))
    assert not is_enrolled(replace(sequence, rule=replace(rule, is_on=False)), fits)


@pytest.mark.parametrize("stage", TAKEN_OVER)
def test_a_lead_whom_a_person_took_over_is_not_enrolled_by_himself(stage):
    assert not is_enrolled(cadence.DEFAULT, Candidate(lead_id=1, stage=stage))
    assert effect_of(Happening.STAGE, stage=stage) is Effect.STOP


def test_every_happening_stops_or_pauses():
    effects = {happening: effect_of(happening, stage="closed") for happening in Happening}
    assert Effect.NONE not in effects.values()
    assert effects[Happening.INBOUND_MESSAGE] is Effect.PAUSE
    assert effects[Happening.OPT_OUT] is Effect.STOP
    assert effect_of(Happening.STAGE, stage="contacted") is Effect.NONE


def test_the_hold_out_is_its_share_and_always_the_same():
    tenth = replace(cadence.DEFAULT, holdout_share=0.1)
    held = [lead_id for lead_id in range(20_000) if is_held_out(tenth, lead_id)]
    assert 1_850 <= len(held) <= 2_150  # 2,000 expected, 42 the standard deviation
    assert held == [lead_id for lead_id in range(20_000) if is_held_out(replace(tenth, version=2), lead_id)]
    assert set(held) <= {lead_id for lead_id in range(20_000) if is_held_out(replace(tenth, holdout_share=0.2), lead_id)}
    assert not any(is_held_out(cadence.DEFAULT, lead_id) for lead_id in range(1_000))
