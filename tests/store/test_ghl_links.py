"""Links, known messages, wanted DND, tokens and watermarks, alike on SQLite and PostgreSQL."""

from datetime import timedelta

from engine.records import Lead
from engine.records.follow_up import ProviderMessage, StepKind
from engine.records.ghl import ProviderContact
from engine.store import ghl_links, leads, watermarks
from engine.store.ledger import Ledger
from tests.store.office import AT


def link(ledger: Ledger, contact_id: str = "C1", **told) -> int:
    with ledger.write(at=AT) as txn:
        [lead_id] = leads.insert_leads(txn, [Lead(first_name="Ana", external_id=contact_id)], at=AT)
        ghl_links.link(txn, ProviderContact(contact_id=contact_id, **told), lead_id)
    return lead_id


def test_a_contact_keeps_its_lead_and_what_was_read_of_it(ledger: Ledger):
    first = link(ledger, dnd_kinds=frozenset({StepKind.SMS}), updated_at=AT)
    with ledger.write(at=AT + timedelta(minutes=1)) as txn:
        ghl_links.link(txn, ProviderContact(contact_id="C1"), first + 1 if first > 1 else first)  # says nothing of DND
    with ledger.read() as connection:
        known = ghl_links.links_of(connection, ["C1", "C2"])["C1"]
        assert (known.lead_id, known.dnd_kinds, known.changed_at) == (first, {StepKind.SMS}, AT)
        assert known.seen_at == AT + timedelta(minutes=1)
        assert ghl_links.without_dnd(connection, 10) == []
        assert ghl_links.unseen_since(connection, AT + timedelta(minutes=2), 10) == ["C1"]


def test_a_removed_lead_takes_his_links_along_but_not_the_wish_not_to_be_disturbed(ledger: Ledger):
    lead_id = link(ledger)
    with ledger.write(at=AT) as txn:
        ghl_links.want_dnd(txn, "C1", [StepKind.SMS])
        leads.remove_leads(txn, [lead_id])
    with ledger.read() as connection:
        assert ghl_links.links_of(connection, ["C1"]) == {}
        assert [one.contact_id for one in ghl_links.unconfirmed_dnd(connection)] == ["C1"]


def test_a_message_is_noted_once(ledger: Ledger):
    lead_id = link(ledger)
    message = ProviderMessage(
        message_id="M", contact_id="C1", kind=StepKind.SMS, is_inbound=True, body="x", status="sent", source="", added_at=AT
    )
    with ledger.write(at=AT) as txn:
        assert ghl_links.note_message(txn, message, lead_id)
        assert not ghl_links.note_message(txn, message, lead_id)
    with ledger.read() as connection:
        assert ghl_links.known_messages(connection, ["M", "N"]) == {"M"}
        assert ghl_links.message_status(connection, "M") == "sent"


def test_a_wanted_dnd_is_due_until_it_is_confirmed_and_the_last_wish_counts(ledger: Ledger):
    with ledger.write(at=AT) as txn:
        ghl_links.want_dnd(txn, "C1", [StepKind.SMS, StepKind.EMAIL])
        ghl_links.confirm_dnd(txn, "C1", [StepKind.SMS], is_on=True)
        ghl_links.postpone_dnd(txn, "C1", until=AT + timedelta(minutes=1), problem="busy")
    with ledger.read() as connection:
        assert ghl_links.due_dnd(connection, AT) == []
        [due] = ghl_links.due_dnd(connection, AT + timedelta(minutes=1))
        assert (due.kind, due.n_attempts, due.problem) == (StepKind.EMAIL, 1, "busy")
    with ledger.write(at=AT) as txn:
        ghl_links.want_dnd(txn, "C1", [StepKind.SMS], is_on=False)
        ghl_links.confirm_dnd(txn, "C1", [StepKind.SMS], is_on=True)  # an old answer
    with ledger.read() as connection:
        assert {(one.kind, one.is_on) for one in ghl_links.unconfirmed_dnd(connection)} == {
            (StepKind.SMS, False),
            (StepKind.EMAIL, True),
        }


def test_one_owner_at_a_time_may_renew_the_token(ledger: Ledger):
    until = AT + timedelta(seconds=25)
    with ledger.write(at=AT) as txn:
        assert watermarks.lease_token(txn, "oauth", "a", until)
        assert not watermarks.lease_token(txn, "oauth", "b", until)
        watermarks.keep_token(txn, "oauth", b"sealed")
        assert watermarks.lease_token(txn, "oauth", "b", until)
        watermarks.release_token(txn, "oauth", "a")  # not his any more
        assert not watermarks.lease_token(txn, "oauth", "a", until)
    with ledger.read() as connection:
        assert watermarks.sealed_token(connection, "oauth") == b"sealed"


def test_a_watermark_is_kept_by_name(ledger: Ledger):
    with ledger.write(at=AT) as txn:
        watermarks.keep(txn, "ghl_in_a", {"n": 1})
        watermarks.keep(txn, "ghl_in_a", {"n": 2})
        watermarks.keep(txn, "other", {})
    with ledger.read() as connection:
        assert watermarks.read(connection, "ghl_in_a") == {"n": 2}
        assert watermarks.all_since(connection, "ghl_in_") == {"ghl_in_a": (AT, {"n": 2})}
