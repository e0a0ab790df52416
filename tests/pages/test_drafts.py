"""Drafts as a person meets them: nothing waits, decide, take back; the conversation on the lead's page."""

from engine import commands
from engine.access import SYSTEM
from engine.commands import reading
from engine.commands.follow_up import set_sender
from engine.delivery.office import Sender
from engine.records import Channel
from engine.records.conversation import DraftState
from engine.store import drafts

SENDER = Sender(brand="Salas Realty", agent_name="Jorge Salas", agent_phone="+19095550100", from_number="+19095550100")


def writes(office, lead_id, text):
    set_sender(office, SYSTEM, SENDER)
    commands.log_inbound(office, SYSTEM, lead_id, Channel.SMS, text)
    reading.read_messages(office)
    office.show_changes()


def state_of(office, lead_id):
    with office.ledger.read() as connection:
        return [one.state for one in drafts.of_lead(connection, lead_id)]


def pressed(page, key):
    [button] = [button for button in page.button if button.key == key]
    return button.click().run()


def test_nothing_waits(office, visit):
    page = visit(office, "drafts")
    assert not page.exception
    assert any("Nothing waits for you" in str(one.body) for one in page.get("html"))


def test_a_draft_is_approved_and_taken_back(office, visit):
    writes(office, 1, "I want to sell my house soon")
    page = visit(office, "drafts")
    assert not page.exception
    assert "What has you thinking of selling" in page.text_area[0].value
    page = pressed(page, "approve")
    assert state_of(office, 1) == [DraftState.APPROVED]
    page = pressed(page, "undo")
    assert state_of(office, 1) == [DraftState.PROPOSED]
    page = pressed(page, "reject")
    assert not page.exception
    assert state_of(office, 1) == [DraftState.REJECTED]


def test_the_leads_page_shows_what_his_messages_told(office, visit):
    writes(office, 1, "<b>pre-approved</b> up to 620k, can we see the house on Elm tomorrow?")
    page = visit(office, "lead", lead="1")
    assert not page.exception
    shown = " ".join(str(one.body) for one in page.get("html"))
    assert "up to $620,000" in shown
    assert "&lt;b&gt;pre-approved" in shown
    assert "<b>pre-approved" not in shown


def test_who_may_only_read_decides_nothing(office, visit):
    writes(office, 1, "I want to sell my house soon")
    page = visit(office, "drafts", "rita")
    assert not page.exception
    assert not [button for button in page.button if button.key == "approve"]
