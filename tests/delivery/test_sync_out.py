"""Scores and do-not-disturb go out: only what changed, twice without harm, and never a tag of somebody else's."""

from datetime import timedelta

import pytest

from engine.delivery import sync_out
from engine.delivery.opting_out import EVERY_KIND, opt_out
from engine.errors import BadInput, ProviderError, ProviderUnavailable
from engine.ghl.double_faults import FAULTS, Fault
from engine.ghl.dry_run import DryRun
from engine.ghl.mapping import BAND_FIELD, REASON_FIELD, SCORE_FIELD
from engine.records import Band, Lead, Reason, Score
from engine.records.follow_up import Outgoing, SendState, StepKind
from engine.store import ghl_links, leads, scores
from tests.delivery.test_sync_in import Bench, bench  # noqa: F401  the same office
from tests.ghl.conftest import ANA, AT, client_of


def score_of(lead_id: int, points: int, band: Band, at) -> Score:
    reason = Reason(feature="reply_speed", value="2 min", effect=0.1, text="Answered within minutes")
    return Score(
        lead_id=lead_id,
        probability=points / 100,
        probability_low=0.1,
        probability_high=0.9,
        score=points,
        band=band,
        confidence=0.9,
        has_enough_evidence=True,
        n_similar=50,
        n_similar_closed=10,
        reasons_for=(reason,),
        reasons_against=(),
        price=None,
        model_version="m",
        inputs_hash="h",
        scored_at=at,
    )


def give_score(office: Bench, contact_id: str, points: int, band: Band) -> None:
    with office.ledger.write(at=office.clock.now()) as txn:
        scores.save_scores(txn, [score_of(office.lead_of(contact_id), points, band, office.clock.now())])


def push(office: Bench) -> int:
    return sync_out.push_scores(office.ledger, office.client, office.clock)


def told(office: Bench, contact_id: str) -> tuple[dict[str, str], tuple[str, ...]]:
    names = {field.field_id: field.name for field in office.client.custom_fields()}
    contact = office.client.contact(contact_id)
    return {names[field_id]: value for field_id, value in contact.custom_fields.items()}, contact.tags


@pytest.fixture
def scored(bench: Bench) -> tuple[Bench, str]:  # noqa: F811
    contact_id = bench.contact()
    bench.client.add_tags(contact_id, ["buyer", "vip"])
    bench.sync()
    give_score(bench, contact_id, 83, Band.HOT)
    return bench, contact_id


def test_a_score_goes_out_as_fields_and_one_tag_beside_the_others(scored):
    office, contact_id = scored
    assert push(office) == 1
    fields, tags = told(office, contact_id)
    assert (fields[SCORE_FIELD], fields[BAND_FIELD], fields[REASON_FIELD]) == ("83", "hot", "Answered within minutes")
    assert set(tags) == {"buyer", "vip", "jorge: hot"}


def test_what_has_not_changed_is_not_written_again(scored):
    office, contact_id = scored
    push(office)
    office.double.log.clear()
    assert push(office) == 0
    assert not [method for method, _, _ in office.double.log if method != "GET"]
    office.later(minutes=5)
    give_score(office, contact_id, 83, Band.HOT)  # the same again, later
    push(office)
    assert not [path for method, path, _ in office.double.log if method != "GET"]


def test_a_new_band_replaces_our_tag_alone(scored):
    office, contact_id = scored
    push(office)
    office.later(minutes=5)
    give_score(office, contact_id, 12, Band.COLD)
    push(office)
    fields, tags = told(office, contact_id)
    assert (fields[SCORE_FIELD], set(tags)) == ("12", {"buyer", "vip", "jorge: cold"})


def test_pushing_and_synchronising_do_not_set_each_other_off(scored):
    office, contact_id = scored
    push(office)
    before = office.lead(contact_id)
    office.later(minutes=10)
    office.sync()
    assert office.lead(contact_id) == before
    assert push(office) == 0


@pytest.mark.parametrize("name", ["500_sent", "timeout_sent", "reset", "429", "403"])
def test_a_fault_in_the_middle_is_made_good_by_the_next_run(scored, name):
    office, contact_id = scored
    sync_out.our_fields(office.ledger, office.client, office.clock)
    office.transport.checks_answers = False
    office.double.script.faults = [Fault(name=name, match="POST /contacts/", seconds=1)]
    with pytest.raises(ProviderError):
        push(office)
    office.client = client_of(office.double, office.transport)
    assert push(office) == 1
    assert set(told(office, contact_id)[1]) == {"buyer", "vip", "jorge: hot"}


def test_a_contact_that_is_refused_waits_and_the_others_go_on(scored):
    office, contact_id = scored
    other = office.contact(3)
    office.later(minutes=10)
    office.sync()
    give_score(office, other, 50, Band.WARM)
    sync_out.our_fields(office.ledger, office.client, office.clock)
    office.double.script.faults = [Fault(name="422", match=f"PUT /contacts/{contact_id}")]
    assert push(office) == 1
    with office.ledger.read() as connection:
        [waiting] = ghl_links.problems(connection)
    assert (waiting.contact_id, waiting.push_after) == (contact_id, office.clock.now() + timedelta(minutes=1))
    office.later(minutes=2)
    assert push(office) == 1
    with office.ledger.read() as connection:
        assert ghl_links.problems(connection) == []


def test_without_the_right_to_make_fields_tags_still_go_out(scored):
    office, contact_id = scored
    office.double.script.faults = [Fault(name="403", match="POST /locations", times=-1)]
    assert push(office) == 1
    assert "jorge: hot" in told(office, contact_id)[1]


def test_an_opt_out_is_set_there_and_confirmed_by_reading_back(scored):
    office, contact_id = scored
    lead_id = office.lead_of(contact_id)
    with office.ledger.write(at=office.clock.now()) as txn:
        opt_out(txn, lead_id, address=ANA["phone"], source="sms", at=txn.at)
    assert sync_out.propagate_dnd(office.ledger, office.client, office.clock) == len(EVERY_KIND)
    assert office.client.contact(contact_id).dnd_kinds == set(EVERY_KIND)
    assert office.client.send(Outgoing(kind=StepKind.SMS, contact_id=contact_id, body="x")).state is SendState.REFUSED
    assert sync_out.propagate_dnd(office.ledger, office.client, office.clock) == 0


@pytest.mark.parametrize(
    "name", sorted({"500", "timeout", "timeout_sent", "reset", "html_sent", "429", "401", "403"} & set(FAULTS))
)
def test_an_opt_out_is_tried_until_it_is_confirmed(scored, name):
    office, contact_id = scored
    with office.ledger.write(at=office.clock.now()) as txn:
        ghl_links.want_dnd(txn, contact_id, [StepKind.SMS])
    office.double.script.faults = [Fault(name=name, match="PUT /contacts", seconds=1)]
    office.transport.checks_answers = False
    assert sync_out.propagate_dnd(office.ledger, office.client, office.clock) == 0
    with office.ledger.read() as connection:
        [waiting] = ghl_links.unconfirmed_dnd(connection)
    assert waiting.problem
    assert waiting.n_attempts == 1
    office.later(minutes=1)
    office.client = client_of(office.double, office.transport)
    assert sync_out.propagate_dnd(office.ledger, office.client, office.clock) == 1
    assert office.client.contact(contact_id).dnd_kinds == {StepKind.SMS}


def test_a_lead_of_ours_becomes_a_contact_once_without_losing_anything_there(bench: Bench):  # noqa: F811
    with bench.ledger.write(at=AT) as txn:
        [lead_id] = leads.insert_leads(txn, [Lead(first_name="Ana", phone=ANA["phone"], email=ANA["email"], tags=("csv",))], at=AT)
    there = bench.contact()
    bench.client.add_tags(there, ["vip"])
    found = sync_out.ensure_contact(bench.ledger, bench.client, bench.clock, lead_id)
    assert found == there == sync_out.ensure_contact(bench.ledger, bench.client, bench.clock, lead_id)
    assert bench.client.contact(there).tags == ("vip",)


def test_a_contact_that_may_not_be_disturbed_is_so_from_the_first_moment(bench: Bench):  # noqa: F811
    with bench.ledger.write(at=AT) as txn:
        [lead_id] = leads.insert_leads(txn, [Lead(first_name="Ana", phone=ANA["phone"])], at=AT)
    bench.client.set_dnd(bench.contact(), [StepKind.SMS], is_on=True)
    contact_id = sync_out.ensure_contact(bench.ledger, bench.client, bench.clock, lead_id)
    with bench.ledger.read() as connection:
        assert ghl_links.links_of(connection, [contact_id])[contact_id].dnd_kinds == {StepKind.SMS}


def test_who_opted_out_before_he_was_linked_is_ordered_once_he_is(bench: Bench):  # noqa: F811
    lead = Lead(first_name="Ana", phone="+19095550177", email="ana77@example.com")
    with bench.ledger.write(at=bench.clock.now()) as txn:
        [lead_id] = leads.insert_leads(txn, [lead], at=bench.clock.now())
        opt_out(txn, lead_id, address="+19095550177", source="person", at=bench.clock.now())
    assert sync_out.propagate_dnd(bench.ledger, bench.client, bench.clock) == 0
    contact_id = sync_out.ensure_contact(bench.ledger, bench.client, bench.clock, lead_id)
    assert sync_out.propagate_dnd(bench.ledger, bench.client, bench.clock) == 3
    assert bench.client.contact(contact_id).dnd_kinds == frozenset(EVERY_KIND)
    assert sync_out.propagate_dnd(bench.ledger, bench.client, bench.clock) == 0


def test_two_leads_that_are_one_person_there_are_told_apart_by_a_person(bench: Bench):  # noqa: F811
    with bench.ledger.write(at=AT) as txn:
        two = [Lead(first_name="Ana", phone=ANA["phone"]), Lead(first_name="Ben", email="ben@example.com")]
        first, second = leads.insert_leads(txn, two, at=AT)
    sync_out.ensure_contact(bench.ledger, bench.client, bench.clock, first)
    bench.contact(email="ben@example.com")  # somebody there gave Ana's contact Ben's address
    with pytest.raises(BadInput, match="one person"):
        sync_out.ensure_contact(bench.ledger, bench.client, bench.clock, second)
    with bench.ledger.read() as connection:
        assert ghl_links.problems(connection)


def test_a_lead_nobody_can_reach_is_no_contact(bench: Bench):  # noqa: F811
    with bench.ledger.write(at=AT) as txn:
        [lead_id] = leads.insert_leads(txn, [Lead(first_name="Ana")], at=AT)
    with pytest.raises(BadInput, match="phone"):
        sync_out.ensure_contact(bench.ledger, bench.client, bench.clock, lead_id)


def test_a_dry_run_writes_nothing_and_never_looks_sent(scored):
    office, contact_id = scored
    dry = DryRun()
    assert sync_out.push_scores(office.ledger, dry, office.clock) == 0
    result = dry.send(Outgoing(kind=StepKind.SMS, contact_id=contact_id, body="x"))
    assert (result.state, result.provider_id) == (SendState.NOT_SENT, "")
    assert "Dry run" in result.message
    assert len(dry.held) == 1
    with pytest.raises(ProviderUnavailable, match="Dry run"):
        dry.add_tags(contact_id, ["x"])
