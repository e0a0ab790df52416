"""Understanding, on labelled messages: the measure runs, and what must never happen does not."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import conversation
from engine.conversation import understanding
from engine.conversation.leaning import FILE, Lean
from engine.conversation.understanding import read_message
from engine.records.conversation import Intent, Temperature


@pytest.mark.parametrize(("which", "least"), [("dev", 0.95), ("tune", 0.95), ("held_out", 0.78), ("sealed", 0.90)])
def test_the_temperature_of_messages_is_read_and_no_refusal_is_hot(which, least):
    rows = conversation.load(conversation.SETS[which])
    assert conversation.macro_f1(conversation.measure(rows)) >= least
    assert conversation.hot_refusals(rows) == 0


def test_the_learned_weights_come_from_the_committed_messages_and_not_from_those_that_measure():
    told = json.loads(FILE.read_text(encoding="utf-8"))
    assert told["made_from"] == conversation.fingerprint()
    assert not {"held_out", "sealed"} & set(conversation.LEARNED_FROM)


def test_a_temperature_is_told_with_the_words_that_told_it():
    reading = read_message("Not a good time, but we close on the new place the 5th and need this one gone", conversation.TODAY)
    assert reading.temperature is Temperature.HOT
    assert "need this one gone" in reading.because


def test_learned_words_never_outvote_a_refusal(monkeypatch):
    eager = Lean({Temperature.HOT: 99.0, Temperature.WARM: 0.0, Temperature.COLD: -99.0}, dict.fromkeys(Temperature, ()))
    monkeypatch.setattr(understanding, "lean", lambda folded: eager)
    assert read_message("Stop bothering me, I will never sell.", conversation.TODAY).temperature is Temperature.COLD


def test_the_sealed_set_stays_sealed(monkeypatch):
    monkeypatch.setattr("sys.argv", ["bench.conversation", "sealed", "--misses"])
    with pytest.raises(SystemExit):
        conversation.main()


@pytest.mark.parametrize(
    ("text", "temperature", "intent"),
    [
        ("Stop bothering me, I will never sell.", Temperature.COLD, Intent.REFUSAL),
        ("no rush, but could we see it Saturday?", Temperature.HOT, Intent.VISIT),
        ("I never said I wasn't interested", Temperature.WARM, None),
        ("we have an agent already", Temperature.COLD, Intent.REFUSAL),
    ],
)
def test_negations_and_mixed_signals(text, temperature, intent):
    reading = read_message(text, conversation.TODAY)
    assert reading.temperature is temperature
    assert intent is None or intent in reading.intents


@settings(deadline=None)  # the first reading compiles every phrase
@given(st.text(max_size=300))
def test_any_text_is_read_and_quotes_stand_in_it(text):
    reading = read_message(text, conversation.TODAY)
    assert all(fact.quote in text for fact in reading.facts)
