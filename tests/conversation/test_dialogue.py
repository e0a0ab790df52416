"""The qualification dialogue: four questions, one repair, no pressing on after a refusal."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.conversation.dialogue import Next, accepts_timeline, advance, begin, is_hot, may_hand_off, sureness
from engine.conversation.script import LONGEST, Tone, scripts
from engine.conversation.understanding import read_message

NAMES = {"first_name": "Ann", "agent": "Jorge", "brand": "Jorge Homes"}
TODAY = date(2026, 4, 1)
AT = datetime(2026, 4, 1, 15, tzinfo=UTC)


def talk(script_name, *texts, tone=Tone.DIRECT):
    script = scripts()[script_name]
    move = begin(script, tone=tone, names=NAMES)
    moves = [move]
    for number, text in enumerate(texts, 1):
        move = advance(script, move.state, read_message(text, TODAY), text, message_id=number, names=NAMES)
        moves.append(move)
    return script, moves


def test_four_good_answers_and_the_timeline_make_a_seller_hot():
    script, moves = talk(
        "seller",
        "Got a job transfer, we're relocating to Phoenix",
        "No",
        "It's move-in ready, kitchen redone last year",
        "I'd want 520k for my house",
    )
    assert [move.next for move in moves] == [Next.ASK, Next.ASK, Next.ASK, Next.ASK, Next.DONE]
    assert is_hot(script, moves[-1].state)


def test_a_seller_who_needs_more_time_is_not_hot():
    script, moves = talk("seller", "Downsizing, moving near our daughter", "Yes, that's too soon", "needs work", "500k for it")
    assert moves[-1].next is Next.DONE
    assert not is_hot(script, moves[-1].state)


def test_what_is_not_understood_is_asked_once_more_and_then_left_to_a_person():
    _, moves = talk("seller", "huh?", "???")
    assert [move.next for move in moves[1:]] == [Next.REPAIR, Next.PERSON]
    assert moves[-1].text == ""
    assert moves[-1].state.is_over


@pytest.mark.parametrize("refusal", ["Stop bothering me, I will never sell.", "not interested", "wrong number", "no me interesa"])
def test_a_refusal_ends_it_in_silence(refusal):
    _, moves = talk("seller", refusal, "Can we see it tomorrow?")
    assert (moves[1].next, moves[1].text, moves[1].state.is_over) == (Next.PERSON, "", True)
    assert (moves[2].next, moves[2].text) == (Next.PERSON, "")


def test_putting_it_off_twice_brings_the_take_away():
    _, moves = talk("seller", "maybe next year", "not ready yet")
    assert [move.next for move in moves[1:]] == [Next.REPAIR, Next.TAKE_AWAY]


def test_the_same_message_twice_changes_nothing():
    script, moves = talk("seller", "new job in Dallas, we are relocating")
    again = advance(script, moves[-1].state, read_message("x", TODAY), "x", message_id=1, names=NAMES)
    assert (again.state, again.text) == (moves[-1].state, "")


def test_asking_for_the_writer_keeps_the_question_open():
    _, moves = talk("seller", "are you a bot?")
    assert moves[-1].next is Next.SAY_WHO
    assert moves[-1].state.asked == "motivation"


@pytest.mark.parametrize(
    ("said", "accepts"),
    [
        ("no", True),
        ("Not at all", True),
        ("No problem", True),
        ("that works", True),
        ("the sooner the better", True),
        ("yes", False),
        ("that's too fast", False),
        ("We need at least 90 days", False),
        ("It would be a problem", False),
        ("the kitchen is blue", None),
    ],
)
def test_the_timeline_question_is_understood_both_ways_round(said, accepts):
    assert accepts_timeline(said) is accepts


@pytest.mark.parametrize("tone", list(Tone))
@pytest.mark.parametrize("name", ["seller", "lead"])
def test_every_text_fits_one_message_and_names_no_figure_of_its_own(name, tone):
    script = scripts()[name]
    names = {"first_name": "Maximiliana", "agent": "Jorge Salas", "brand": "Jorge Salas Real Estate"}
    texts = [begin(script, tone=tone, names=names).text, script.done, script.take_away]
    texts += [text for question in script.questions for text in (question.asks[tone], question.repair)]
    for text in texts:
        filled = text.format_map(names)
        assert len(filled) <= LONGEST
        assert "$" not in filled
        assert "%" not in filled


@settings(deadline=None)  # the first reading compiles every phrase
@given(st.lists(st.text(max_size=80), max_size=8))
def test_whatever_is_written_the_dialogue_ends_within_its_questions_and_their_repairs(texts):
    script, moves = talk("seller", *texts)
    spoken = [move for move in moves if move.text]
    assert len(spoken) <= 2 * len(script.questions) + 2
    assert all(len(move.text) <= LONGEST for move in moves)


def test_a_hand_off_needs_to_be_sure_and_does_not_bounce():
    back = (("buyer", "seller", AT - timedelta(minutes=10)),)
    assert may_hand_off((), source="lead", target="seller", confidence=0.71, at=AT) == ""
    assert "not sure" in may_hand_off((), source="buyer", target="seller", confidence=0.75, at=AT)
    assert "half an hour" in may_hand_off(back, source="seller", target="buyer", confidence=0.9, at=AT)
    assert may_hand_off(back, source="seller", target="buyer", confidence=0.9, at=AT + timedelta(minutes=21)) == ""
    many = tuple(("lead", "seller", AT - timedelta(minutes=n)) for n in (1, 2, 3))
    assert "hour" in may_hand_off(many, source="lead", target="seller", confidence=0.9, at=AT)
    day = tuple(("lead", "seller", AT - timedelta(hours=n)) for n in range(2, 12))
    assert "day" in may_hand_off(day, source="lead", target="seller", confidence=0.9, at=AT)


def test_wanting_to_list_is_enough_for_the_seller_dialogue_and_a_question_is_not():
    assert sureness("seller", (read_message("I want to sell my house this month", TODAY),)) >= 0.7
    assert sureness("seller", (read_message("is it still available?", TODAY),)) < 0.3
