"""The pages of second readings: the queue of a person, the lead's panel, the model's record, and the assistant."""

import json

import pytest

from engine import commands, views
from engine.access import SYSTEM
from engine.records import Band
from engine.records.escalation import CaseState, Ground, NextAction, SecondReading
from engine.store import escalations

from .conftest import HOSTILE, person, seen


@pytest.fixture
def unsure(office):
    """The office with a model that is sure of nobody, and no key for Claude."""
    office.settings = office.settings.model_copy(update={"escalate_below": 1.0})
    office.__dict__.pop("claude", None)
    commands.open_cases(office)
    return office


def test_without_a_key_the_queue_shows_the_case_without_personal_data(unsure, visit):
    page = seen(visit(unsure, "second_look"))
    assert "No key for Claude is set" in page
    assert "1 of 3" in page  # who asked not to be contacted has no case
    assert "Speaks for" in page
    assert "555" not in page


def test_a_band_is_kept_with_its_reason_and_the_next_case_comes(unsure, visit):
    browser = visit(unsure, "second_look")
    [reason] = [field for field in browser.text_input if field.label == "Why"]
    number = int(reason.key.removeprefix("why-"))
    browser.button(key=f"judge-{number}-hot").click().run()
    assert "Say why" in seen(browser)
    browser.text_input(key=reason.key).input("Spoke to her").run()
    browser.button(key=f"judge-{number}-hot").click().run()
    assert "1 of 2" in seen(browser)
    [judged] = views.second_looks(unsure, SYSTEM, state="judged").cases
    assert (judged.escalation.person_band, judged.escalation.person_reason) == (Band.HOT, "Spoke to her")


def test_what_claude_read_stands_escaped_beside_the_model_on_the_leads_page(unsure, visit):
    lead_id = views.second_looks(unsure, SYSTEM).cases[0].escalation.lead_id
    number = views.second_looks(unsure, SYSTEM).cases[0].escalation.escalation_id
    reading = SecondReading(
        band=Band.HOT, grounds=(Ground(says=HOSTILE, quote=HOSTILE),), missing=(), next_action=NextAction.CALL_NOW
    )
    with unsure.ledger.write(at=unsure.clock.now()) as txn:
        escalations._move(txn, escalations.escalations.c.escalation_id == number, state=CaseState.ASKING)
        assert escalations.keep_reading(txn, number, reading, "claude-sonnet-5-5")
    unsure.show_changes()
    page = seen(visit(unsure, "lead", lead=str(lead_id)))
    assert "Claude would say" in page
    assert "<img" not in page
    assert "1 case" in seen(visit(unsure, "model"))


def test_the_model_page_says_how_many_it_handles_alone_and_what_is_missing(unsure, visit):
    page = seen(visit(unsure, "model"))
    assert "The model alone" in page
    assert "every unsure lead goes to a person" in page
    assert "No deal of a lead with a second reading has ended yet" in page


@pytest.mark.parametrize("username", ["maria", "rita"])
def test_roles_see_the_queue_and_only_those_who_work_leads_judge(unsure, visit, username):
    browser = visit(unsure, "second_look", username)
    assert bool(browser.text_input) is (username == "maria")


def test_the_assistant_answers_common_questions_by_rule_and_says_so(office, visit):
    browser = visit(office, "assistant", "maria")
    browser.button(key="ask-3").click().run()
    page = seen(browser)
    assert "by a fixed rule, not by Claude" in page
    assert "Under contract" in page


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Which of my leads went cold this week?", "Your cold leads whose score fell in a week"),
        ("Which hot leads are waiting for an answer?", "All hot leads waiting for an answer"),
        ("Who has been quiet for 14 days?", "All leads without activity for 14 days"),
        ("Which warm leads do we have?", "All warm leads"),
        ("Anybody unassigned?", "Unassigned leads"),
        ("How is the pipeline?", "Deals by stage"),
        ("How fast do we answer?", "Response times of the last 30 days"),
    ],
)
def test_common_questions_need_no_claude(office, question, asked):
    answer = views.ask_assistant(office, person(office, "owner"), question=question)
    assert (answer.by, [table.asked for table in answer.tables]) == ("rules", [asked])


def test_other_questions_are_not_guessed_at(office):
    answer = views.ask_assistant(office, person(office, "owner"), question="What is the capital of France?")
    assert (answer.by, answer.tables, answer.text) == ("nobody", (), "")
    assert json.dumps(answer.problem) == '""'
