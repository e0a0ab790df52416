"""A lead that another process changed gets its score here."""

from datetime import timedelta

from engine.commands.following import follow_changes
from engine.records import Channel, Direction, Interaction, Lead
from engine.store import leads, scores
from tests.commands.conftest import START, later


def take_in(engine, **told) -> int:
    """What the sidecar does: a lead without a score."""
    with engine.ledger.write(at=engine.clock.now()) as txn:
        [lead_id] = leads.insert_leads(txn, [Lead(**told)], at=engine.clock.now())
    return lead_id


def scored_at(engine, lead_id):
    with engine.ledger.read() as connection:
        found = scores.current(connection, [lead_id]).get(lead_id)
    return found and found.scored_at


def test_a_lead_that_came_in_elsewhere_is_scored_once(office):
    lead_id = take_in(office, first_name="Ana", phone="+19095550101")
    assert scored_at(office, lead_id) is None
    assert follow_changes(office) == 1
    assert scored_at(office, lead_id) == START
    later(office, minutes=1)
    assert follow_changes(office) == 0


def test_a_message_taken_in_elsewhere_moves_the_score(office):
    lead_id = take_in(office, first_name="Ana", phone="+19095550101")
    follow_changes(office)
    later(office, minutes=10)
    message = Interaction(at=office.clock.now(), channel=Channel.SMS, direction=Direction.INBOUND, body="Can we see it today?")
    with office.ledger.write(at=office.clock.now()) as txn:
        leads.add_interaction(txn, lead_id, message)
    assert follow_changes(office) == 1
    assert scored_at(office, lead_id) == START + timedelta(minutes=10)


def test_a_lead_that_is_gone_again_is_passed_over(office):
    follow_changes(office)
    lead_id = take_in(office, first_name="Ana", phone="+19095550101")
    with office.ledger.write(at=office.clock.now()) as txn:
        leads.remove_leads(txn, [lead_id])
    assert follow_changes(office) == 0
