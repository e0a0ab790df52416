import pytest

from engine import commands
from engine.access import SYSTEM
from engine.records import Channel, Stage

from .conftest import HOSTILE, person, seen


def test_a_lead_shows_odds_evidence_reasons_and_pay(office, visit):
    page = seen(visit(office, "lead", lead="1"))
    for words in (
        "Ana Rivera",
        "Chance to close",
        "Evidence",
        "Likely price",
        "Expected commission",
        "assumed 6.0%",
        "Speaks for closing",
    ):
        assert words in page
    assert "(909) 555-0101" in page


@pytest.mark.parametrize("asked", ["999", "abc", "-1", "1;drop", "99999999999999999999"])
def test_a_lead_that_is_not_there_is_said_without_a_fault(office, visit, asked):
    browser = visit(office, "lead", lead=asked)
    assert not browser.error
    assert "There is no such lead" in seen(browser) or "Which lead?" in seen(browser)


def test_another_agents_lead_is_not_there(office, visit):
    commands.claim_lead(office, person(office, "lea"), 1)
    page = seen(visit(office, "lead", "maria", lead="1"))
    assert "There is no such lead" in page
    assert "Ana Rivera" not in page


def test_a_note_is_kept_and_shown_as_text(office, visit):
    browser = visit(office, "lead", lead="1")
    browser.text_area(key="note_text").set_value(HOSTILE)
    next(button for button in browser.button if button.label == "Save the note").click().run()
    page = seen(browser)
    assert "&lt;img src=x" in page
    assert HOSTILE not in page
    assert "Noted about Ana Rivera" in page


def test_an_empty_note_is_refused_in_words(office, visit):
    browser = visit(office, "lead", lead="1")
    next(button for button in browser.button if button.label == "Save the note").click().run()
    assert any("The note is empty" in toast.value for toast in browser.toast)


def test_a_call_is_logged_in_one_tap_and_scored_anew(office, visit):
    browser = visit(office, "lead", lead="1")
    browser.button(key="touch-Spoke").click().run()
    page = seen(browser)
    assert "Our call" in page
    assert "How the odds moved" in page


def test_a_deal_is_opened_and_moved(office, visit):
    browser = visit(office, "lead", lead="1")
    browser.button(key="open_deal").click().run()
    [stage] = [box for box in browser.selectbox if box.label == "Stage"]
    assert stage.value == Stage.CONTACTED.value
    stage.select(Stage.OFFER.value).run()
    [stage] = [box for box in browser.selectbox if box.label == "Stage"]
    assert stage.value == Stage.OFFER.value


def test_do_not_contact_is_said_on_the_page(office, visit):
    page = seen(visit(office, "lead", lead="2"))
    assert "Do not contact" in page
    assert "tel:" not in page


def test_a_lead_changes_while_the_page_is_open(office, visit):
    browser = visit(office, "lead", lead="1")
    commands.add_note(office, SYSTEM, 1, "Wants a garden")
    assert "Wants a garden" in seen(browser.run())


def test_what_would_lift_a_lead_is_said_with_where_it_leads(office, visit):
    page = seen(visit(office, "lead", lead="3"))
    assert "What would make it" in page
    assert "(an answer within the hour)" in page
    assert "no promise that asking makes anybody buy" in page


def test_somebody_who_must_not_be_contacted_gets_no_suggestion(office, visit):
    assert "What would make it" not in seen(visit(office, "lead", lead="2"))


def test_what_moved_the_score_is_said_beside_a_small_line(office, visit):
    assert "jc-spark" not in seen(visit(office, "lead", lead="3"))
    commands.log_inbound(office, SYSTEM, 3, Channel.EMAIL, "Can we see it tomorrow? We must move soon.")
    page = seen(visit(office, "lead", lead="3"))
    assert "jc-spark" in page
    assert "<b>Up" in page
    assert "last heard from 1 minute ago (+" in page


def test_an_ended_deal_needs_no_suggestion(office, visit):
    deal = commands.open_deal(office, SYSTEM, 3, Stage.OFFER, price_cents=40_000_000)
    commands.move_stage(office, SYSTEM, deal, Stage.CLOSED)
    assert "What would make it" not in seen(visit(office, "lead", lead="3"))
