"""GoHighLevel's side comes in: whole, once, resumable, and a do-not-disturb or a word of the lead stops his automation."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.clock import FixedClock
from engine.delivery import plans, sync_in
from engine.delivery.sync_apply import office_at, take_event
from engine.errors import ProviderError
from engine.ghl import webhooks
from engine.ghl.double import Double
from engine.ghl.double_faults import Fault
from engine.ghl.double_state import LOCATION, State
from engine.ghl.double_talk import receive
from engine.ghl.dry_run import DryRun
from engine.records import Channel, Direction, Stage
from engine.records.follow_up import Outgoing, ProviderMessage, StepKind
from engine.runtime.preferences import seed
from engine.store import consents, ghl_links, leads, opportunities, pauses, watermarks
from engine.store.ledger import Ledger
from engine.store.tables import changes, interactions
from tests.ghl.conftest import ANA, AT, client_of
from tests.ghl.contract import Checked


class Bench:
    """A ledger, a double and a client, and a clock for all three."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger.open(f"sqlite:///{folder / 'ledger.sqlite3'}")
        self.ledger.migrate()
        with self.ledger.write(at=AT) as txn:
            seed(txn)
            plans.seed(txn)
        self.double = Double(state=State(clock=FixedClock(AT)), limit=100_000)
        self.clock = FixedClock(AT)
        self.transport = Checked(self.double.transport())
        self.client = client_of(self.double, self.transport)

    def later(self, **passed: float) -> None:
        self.clock = FixedClock(self.clock.now() + timedelta(**passed))
        self.double.state.clock = self.clock

    def sync(self) -> int:
        return sync_in.sync_in(self.ledger, self.client, self.clock)

    def contact(self, n: int = 0, **told) -> str:
        fields = ANA if n == 0 else {"firstName": f"Lead {n}", "email": f"lead{n}@example.com", "phone": f"+1909556{n:04d}"}
        return self.client.upsert_contact(fields | told).contact_id

    def opportunity(self, contact_id: str, **told) -> str:
        pipeline = self.client.pipelines()[0]
        body = {"pipelineId": pipeline.pipeline_id, "locationId": LOCATION, "name": "Ana's home", "status": "open"}
        body |= {"contactId": contact_id, "monetaryValue": 600_000, **told}
        return self.client._wire.call("POST", "/opportunities/", body=body)["opportunity"]["id"]

    def lead_of(self, contact_id: str) -> int:
        with self.ledger.read() as connection:
            return ghl_links.links_of(connection, [contact_id])[contact_id].lead_id

    def lead(self, contact_id: str):
        with self.ledger.read() as connection:
            [found] = leads.load_leads(connection, [ghl_links.links_of(connection, [contact_id])[contact_id].lead_id])
        return found

    def deals(self, contact_id: str):
        with self.ledger.read() as connection:
            return opportunities.of_leads(connection, [self.lead_of(contact_id)])

    def is_paused(self, contact_id: str) -> bool:
        lead_id = self.lead_of(contact_id)
        with self.ledger.read() as connection:
            return pauses.open_of(connection, lead_id) is not None

    def take_webhooks(self) -> list[bool]:
        """Bring in what the double tells, as the endpoint's worker does."""
        keys, answers = webhooks.keys_from([self.double.state.public_key]), []
        for raw, headers in self.double.state.take_events():
            assert webhooks.is_signed(raw, headers, keys)
            with self.ledger.write(at=self.clock.now()) as txn:
                office = office_at(txn.connection, txn.at, sync_in.kept_frame(txn.connection))
                answers.append(take_event(txn, webhooks.parse(raw), office))
        return answers


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.client.close()
    made.double.state.close()
    made.ledger.close()


def n_rows(bench: Bench, table) -> int:
    with bench.ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_contacts_become_leads_once_however_often_they_are_seen(bench: Bench):
    for n in range(130):
        bench.contact(n)
    bench.sync()
    n_changes = n_rows(bench, changes)
    with bench.ledger.read() as connection:
        assert leads.n_leads(connection) == 130
        assert sync_in.drift(connection).n_missing == 0
    bench.later(minutes=10)
    bench.sync()
    assert n_rows(bench, changes) == n_changes  # nothing new there, nothing told here


def test_a_contact_reads_as_a_row_of_a_file_would(bench: Bench):
    budget, plan = bench.client.create_custom_field("Budget", "TEXT"), bench.client.create_custom_field("Favourite colour", "TEXT")
    fields = [{"id": budget.field_id, "fieldValue": "500k-750k"}, {"id": plan.field_id, "fieldValue": "blue"}]
    contact_id = bench.contact(source="Zillow", city="Upland", postalCode="91786", customFields=fields)
    bench.client.add_tags(contact_id, ["buyer", "jorge: hot"])
    bench.sync()
    lead = bench.lead(contact_id)
    assert (lead.first_name, lead.phone, lead.email) == ("Ana", "+19095550101", "ana@example.com")
    assert (lead.budget_low_cents, lead.budget_high_cents) == (50_000_000, 75_000_000)
    assert (lead.source_text, lead.city, lead.zip_code, lead.external_id) == ("Zillow", "Upland", "91786", contact_id)
    assert lead.tags == ("buyer",)  # our own tags say nothing of him
    assert lead.extra["Favourite colour"] == "blue"
    assert lead.created_at == AT


def test_a_contact_of_a_known_lead_completes_him(bench: Bench):
    first = bench.contact()
    bench.sync()
    known = bench.lead_of(first)
    bench.client._wire.call("DELETE", f"/contacts/{first}")
    second = bench.contact(city="Upland")
    bench.later(minutes=1)
    bench.sync()
    assert (bench.lead_of(second), bench.lead(second).city) == (known, "Upland")


def test_what_changes_there_changes_here_and_what_was_set_there_before_stays(bench: Bench):
    contact_id = bench.contact(city="Upland")
    bench.sync()
    bench.later(minutes=30)
    bench.client.upsert_contact(ANA | {"lastName": "Rivera-Diaz", "city": "Ontario"})
    bench.sync()
    assert (bench.lead(contact_id).last_name, bench.lead(contact_id).city) == ("Rivera-Diaz", "Ontario")


def test_a_pass_goes_on_where_it_was_killed(bench: Bench):
    for n in range(250):
        bench.contact(n)
    stops = iter([False, True])
    sync_in.sync_in(bench.ledger, bench.client, bench.clock, should_stop=lambda: next(stops))
    with bench.ledger.read() as connection:
        assert leads.n_leads(connection) == 100
        assert watermarks.read(connection, sync_in.CONTACTS)["is_running"]
    n_asked = sum(path == "/contacts/search" for _, path, _ in bench.double.log)
    bench.sync()
    with bench.ledger.read() as connection:
        assert leads.n_leads(connection) == 250
    assert sum(path == "/contacts/search" for _, path, _ in bench.double.log) == n_asked + 2  # the two pages that were left


def test_an_incremental_pass_looks_at_the_changed_ones_alone(bench: Bench):
    for n in range(250):
        bench.contact(n)
    bench.later(hours=1)
    bench.sync()
    bench.later(hours=1)
    bench.client.add_tags(bench.contact(7), ["seller"])
    bench.double.log.clear()
    bench.sync()
    assert sum(path == "/contacts/search" for _, path, _ in bench.double.log) == 1
    assert "seller" in bench.lead(bench.contact(7)).tags


def test_without_sorting_every_pass_is_a_whole_one(bench: Bench):
    for n in range(120):
        bench.contact(n)
    bench.transport.checks_answers = False
    bench.double.script.faults = [Fault(name="422", match="POST /contacts/search")]
    bench.sync()
    with bench.ledger.read() as connection:
        assert leads.n_leads(connection) == 120
        assert not watermarks.read(connection, sync_in.CONTACTS)["is_sorted"]


def test_a_contact_deleted_there_is_noticed_and_its_lead_stays(bench: Bench):
    keep, gone = bench.contact(1), bench.contact(2)
    bench.sync()
    lead_id = bench.lead_of(gone)
    bench.client._wire.call("DELETE", f"/contacts/{gone}")
    bench.later(hours=25)
    bench.sync()
    with bench.ledger.read() as connection:
        links = ghl_links.links_of(connection, [keep, gone])
        assert (links[keep].is_gone, links[gone].is_gone) == (False, True)
        assert leads.load_leads(connection, [lead_id])
        assert sync_in.drift(connection).n_missing == 0


def test_messages_come_in_once_and_a_word_of_the_lead_stops_his_automation(bench: Bench):
    contact_id = bench.contact()
    bench.sync()
    bench.later(minutes=1)
    receive(bench.double.state, contact_id, "Yes, Saturday works")
    for _ in range(3):
        bench.sync()
        bench.later(minutes=2)
    [event] = bench.lead(contact_id).interactions
    assert (event.body, event.channel, event.direction) == ("Yes, Saturday works", Channel.SMS, Direction.INBOUND)
    assert bench.is_paused(contact_id)


def test_a_stop_is_an_opt_out_even_when_it_was_written_long_ago(bench: Bench):
    contact_id = bench.contact()
    receive(bench.double.state, contact_id, "Hello, is it available?")
    receive(bench.double.state, contact_id, "STOP")
    bench.later(days=20)
    bench.sync()
    with bench.ledger.read() as connection:
        assert consents.opt_outs_of(connection, bench.lead_of(contact_id), [ANA["phone"]])
        assert ghl_links.unconfirmed_dnd(connection)
    assert len(bench.lead(contact_id).interactions) == 2


def test_an_old_question_is_history_and_pauses_nobody(bench: Bench):
    contact_id = bench.contact()
    receive(bench.double.state, contact_id, "Hello, is it available?")
    bench.later(days=20)
    bench.sync()
    assert not bench.is_paused(contact_id)
    assert len(bench.lead(contact_id).interactions) == 1


def test_an_emails_quoted_footer_is_not_the_leads_word(bench: Bench):
    contact_id = bench.contact()
    bench.sync()
    bench.later(minutes=1)
    html = "<div>Sounds good!</div><div class='gmail_quote'>On Mon Jorge wrote:<blockquote>Reply STOP or unsubscribe</blockquote></div>"
    receive(bench.double.state, contact_id, html, "Email")
    bench.sync()
    [event] = bench.lead(contact_id).interactions
    assert (event.body, event.channel) == ("Sounds good!", Channel.EMAIL)
    with bench.ledger.read() as connection:
        assert not consents.opt_outs_of(connection, bench.lead_of(contact_id), [ANA["email"]])


def test_our_own_message_is_not_noted_twice(bench: Bench):
    contact_id = bench.contact()
    bench.sync()
    sent = bench.client.send(Outgoing(kind=StepKind.SMS, contact_id=contact_id, body="Hi Ana"))
    told = ProviderMessage(
        message_id=sent.provider_id, contact_id=contact_id, kind=StepKind.SMS, is_inbound=False, body="Hi Ana", status="sent",
        source="api", added_at=AT,
    )  # fmt: skip
    with bench.ledger.write(at=AT) as txn:
        assert ghl_links.note_message(txn, told, bench.lead_of(contact_id))
    bench.sync()
    bench.take_webhooks()
    assert n_rows(bench, interactions) == 0


def test_do_not_disturb_set_there_is_an_opt_out_here(bench: Bench):
    contact_id = bench.contact()
    bench.sync()
    bench.later(minutes=30)
    bench.client.set_dnd(contact_id, [StepKind.SMS], is_on=True)
    bench.sync()
    with bench.ledger.read() as connection:
        assert consents.opt_outs_of(connection, bench.lead_of(contact_id), [ANA["phone"]])


def test_a_do_not_disturb_from_before_is_found_though_lists_leave_it_out(bench: Bench):
    contact_id = bench.contact()
    bench.client.set_dnd(contact_id, [StepKind.EMAIL], is_on=True)
    bench.sync()
    with bench.ledger.read() as connection:
        assert consents.opt_outs_of(connection, bench.lead_of(contact_id), [ANA["email"]])


def test_opportunities_become_deals_and_follow(bench: Bench):
    contact_id = bench.contact()
    opportunity_id = bench.opportunity(contact_id)
    bench.sync()
    [deal] = bench.deals(contact_id)
    assert (deal.stage, deal.price_cents, deal.price_source, deal.name) == (Stage.NEW, 60_000_000, "stated", "Ana's home")
    bench.later(minutes=10)
    stages = bench.client.pipelines()[0].stages
    change = {"pipelineStageId": stages[5].stage_id, "monetaryValue": 612_500}
    bench.client._wire.call("PUT", f"/opportunities/{opportunity_id}", body=change)
    bench.sync()
    [deal] = bench.deals(contact_id)
    assert (deal.stage, deal.price_cents) == (Stage.UNDER_CONTRACT, 61_250_000)
    bench.later(minutes=10)
    bench.client._wire.call("PUT", f"/opportunities/{opportunity_id}", body={"status": "won"})
    bench.sync()
    [deal] = bench.deals(contact_id)
    assert (deal.stage, deal.closed_on) == (Stage.CLOSED, bench.clock.now().date())


def test_what_a_person_set_here_stands_until_it_changes_there(bench: Bench):
    contact_id = bench.contact()
    opportunity_id = bench.opportunity(contact_id)
    bench.sync()
    [deal] = bench.deals(contact_id)
    with bench.ledger.write(at=AT) as txn:
        opportunities.move_stage(txn, deal.opportunity_id, Stage.OFFER)
    bench.later(minutes=10)
    bench.client._wire.call("PUT", f"/opportunities/{opportunity_id}", body={"name": "The house on Haven"})
    bench.sync()
    [deal] = bench.deals(contact_id)
    assert (deal.stage, deal.name) == (Stage.OFFER, "The house on Haven")


def test_webhooks_and_lists_together_say_everything_once(bench: Bench):
    contact_id = bench.contact()
    bench.opportunity(contact_id)
    bench.sync()
    bench.later(minutes=1)
    receive(bench.double.state, contact_id, "Can we see it today?")
    assert all(bench.take_webhooks())
    bench.sync()
    assert len(bench.deals(contact_id)) == 1
    assert len(bench.lead(contact_id).interactions) == 1
    with bench.ledger.read() as connection:
        assert leads.n_leads(connection) == 1


def test_an_event_of_an_unknown_contact_waits_for_him(bench: Bench):
    contact_id = bench.contact()
    bench.double.state.take_events()
    receive(bench.double.state, contact_id, "Hello")
    [raw, _] = bench.double.state.take_events()[0]
    event = webhooks.parse(raw)

    def take() -> bool:
        with bench.ledger.write(at=AT) as txn:
            return take_event(txn, event, office_at(txn.connection, AT, sync_in.kept_frame(txn.connection)))

    assert not take()
    sync_in.fetch_contact(bench.ledger, bench.client, bench.clock, contact_id)
    assert take()
    assert take()  # twice is once
    assert len(bench.lead(contact_id).interactions) == 1


def test_an_event_that_was_overtaken_changes_nothing(bench: Bench):
    contact_id = bench.contact(city="Upland")
    [(old, _)] = bench.double.state.take_events()
    bench.later(minutes=5)
    bench.client.upsert_contact(ANA | {"city": "Ontario"})
    bench.sync()
    with bench.ledger.write(at=bench.clock.now()) as txn:
        take_event(txn, webhooks.parse(old), office_at(txn.connection, txn.at, sync_in.kept_frame(txn.connection)))
    assert bench.lead(contact_id).city == "Ontario"


@pytest.mark.parametrize("name", ["500", "429", "timeout", "reset", "html", "403"])
def test_a_fault_ends_the_run_and_the_next_one_goes_on(bench: Bench, name: str):
    for n in range(120):
        bench.contact(n)
    bench.transport.checks_answers = False
    bench.double.script.faults = [Fault(name=name, match="POST /contacts/search", seconds=1)]
    with pytest.raises(ProviderError):
        bench.sync()
    bench.client = client_of(bench.double, bench.transport)
    bench.sync()
    with bench.ledger.read() as connection:
        assert leads.n_leads(connection) == 120


def test_a_dry_run_brings_nothing_in(bench: Bench):
    bench.contact()
    assert sync_in.sync_in(bench.ledger, DryRun(), bench.clock) == 0
    with bench.ledger.read() as connection:
        assert leads.n_leads(connection) == 0
