"""The client against the double and the contract: what each method does, and what each fault tells of a send."""

import logging
from datetime import timedelta

import httpx
import pytest

from engine.errors import ConfigurationError, ProviderRefused, ProviderThrottled, ProviderUnauthorised, ProviderUnavailable
from engine.ghl.address import checked_address
from engine.ghl.double_faults import FAULTS, Fault
from engine.ghl.double_talk import receive
from engine.ghl.limiter import Budget, LocalBudget
from engine.records.follow_up import Outgoing, SendState, StepKind
from tests.ghl.conftest import ANA, AT, client_of
from tests.ghl.contract import FILE, WHY_NOT, Violation, check_request, operations

SMS = "Hi Ana, Jorge here. Reply STOP to opt out."


def sms(contact_id, body=SMS):
    return Outgoing(kind=StepKind.SMS, contact_id=contact_id, to_address=ANA["phone"], from_address="+19095550100", body=body)


def email(contact_id):
    html = "<p>Homes</p><!-- jcc:42 -->"
    return Outgoing(kind=StepKind.EMAIL, contact_id=contact_id, subject="Homes", body="Homes", html=html, to_address=ANA["email"])


# What each fault leaves behind: the state that the caller sees, and how often the person got the message.
EXPECTED = {
    "429": (SendState.THROTTLED, 0),
    "500": (SendState.UNKNOWN, 0),
    "500_sent": (SendState.UNKNOWN, 1),
    "502_lagged": (SendState.UNKNOWN, 1),
    "400": (SendState.REFUSED, 0),
    "401": (SendState.UNAUTHORISED, 0),
    "401_scope": (SendState.UNAUTHORISED, 0),
    "402": (SendState.UNAUTHORISED, 0),
    "403": (SendState.UNAUTHORISED, 0),
    "422": (SendState.REFUSED, 0),
    "day_limit": (SendState.THROTTLED, 0),
    "timeout": (SendState.UNKNOWN, 0),
    "timeout_sent": (SendState.UNKNOWN, 1),
    "reset": (SendState.UNKNOWN, 0),
    "reset_sent": (SendState.UNKNOWN, 1),
    "html": (SendState.UNKNOWN, 0),
    "html_sent": (SendState.UNKNOWN, 1),
    "empty": (SendState.UNKNOWN, 0),
    "empty_sent": (SendState.UNKNOWN, 1),
    "drip_sent": (SendState.UNKNOWN, 1),
    "wrong_contact": (SendState.UNKNOWN, 1),
    "failed": (SendState.REFUSED, 0),
    "later_failed": (SendState.ACCEPTED, 0),
    "redirect": (SendState.UNKNOWN, 0),
}


def test_every_fault_of_the_double_has_an_expected_outcome():
    assert set(EXPECTED) == set(FAULTS)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_tells_what_may_have_happened_and_sends_once_at_most(double, transport, ana, name):
    client = client_of(double, transport, longest_body_seconds=0.05)
    transport.checks_answers = False
    double.script.faults = [Fault(name=name, seconds=30)]
    n_asked = len(double.log)
    result = client.send(sms(ana))
    assert (result.state, len(double.state.deliveries())) == EXPECTED[name]
    assert len(double.log) == n_asked + 1  # nothing was tried again on the client's own account


def test_a_fault_of_the_connection_before_anything_went_is_surely_not_sent(double):
    def refuse(request):
        raise httpx.ConnectError("refused", request=request)

    assert client_of(double, httpx.MockTransport(refuse)).send(sms("CON1")).state is SendState.NOT_SENT


def test_a_wait_is_passed_on_and_defaults_to_the_interval(double, transport, ana, client):
    transport.checks_answers = False
    double.script.faults = [Fault(name="429", seconds=37)]
    assert client.send(sms(ana)).retry_after_seconds == 37
    double.script.faults = [Fault(name="day_limit")]
    double_client = client_of(double, transport)
    assert double_client.send(sms(ana)).retry_after_seconds == timedelta(hours=7).total_seconds()  # 17:00 UTC to midnight


def test_a_message_is_sent_once_and_found_again(double, client, ana):
    sent = client.send(sms(ana))
    assert sent.state is SendState.ACCEPTED
    [found] = client.messages(ana, StepKind.SMS, AT - timedelta(minutes=1), AT + timedelta(minutes=1))
    assert (found.message_id, found.body, found.is_inbound, found.source) == (sent.provider_id, SMS, False, "api")
    assert [row["body"] for row in double.state.deliveries()] == [SMS]


def test_an_email_is_found_by_the_mark_in_its_html(client, ana):
    sent = client.send(email(ana))
    [found] = client.messages(ana, StepKind.EMAIL, AT - timedelta(minutes=1), AT + timedelta(minutes=1))
    assert found.message_id == sent.provider_id
    assert "<!-- jcc:42 -->" in found.body


def test_a_message_that_is_not_listed_yet_is_not_found(double, client, ana):
    double.state.list_lag_seconds = 60
    client.send(sms(ana))
    assert client.messages(ana, StepKind.SMS, AT - timedelta(minutes=1), AT + timedelta(minutes=2)) == []
    double.state.ahead += timedelta(seconds=61)
    assert len(client.messages(ana, StepKind.SMS, AT - timedelta(minutes=1), AT + timedelta(minutes=2))) == 1


def test_a_contacts_messages_are_paged_through_to_the_end(double, client, ana):
    for n in range(230):
        receive(double.state, ana, f"message {n}")
    found = client.messages(ana, StepKind.SMS, AT - timedelta(minutes=1), AT + timedelta(minutes=1))
    assert [one.body for one in found] == [f"message {n}" for n in range(230)]
    assert all(one.is_inbound for one in found)


def test_do_not_disturb_refuses_for_good_and_leaves_other_channels(double, client, ana):
    client.set_dnd(ana, [StepKind.SMS], is_on=True)
    result = client.send(sms(ana))
    assert (result.state, double.state.deliveries()) == (SendState.REFUSED, [])
    assert "DND is active" in result.message
    assert client.contact(ana).dnd_kinds == {StepKind.SMS}
    assert client.send(email(ana)).state is SendState.ACCEPTED
    client.set_dnd(ana, [StepKind.SMS], is_on=False)
    assert client.contact(ana).dnd_kinds == frozenset()


def test_a_call_is_a_task_for_a_person(double, client, ana):
    task = Outgoing(kind=StepKind.CALL_TASK, contact_id=ana, subject="Call Ana", body="Ask about the move [jcc:7]", due_at=AT)
    sent = client.send(task)
    [found] = client.tasks(ana)
    assert (found.task_id, found.title, found.body, found.due_at) == (sent.provider_id, "Call Ana", task.body, AT)
    client.complete_task(ana, found.task_id)
    assert client.tasks(ana)[0].is_completed


def test_tags_are_added_and_taken_without_touching_others(client, ana):
    client.add_tags(ana, ["buyer", "jorge: hot"])
    client.upsert_contact(ANA | {"tags": ["only this"]})
    client.remove_tags(ana, ["jorge: hot"])
    assert client.contact(ana).tags == ("buyer",)


def test_custom_fields_are_made_once_and_set_without_touching_others(client, ana):
    made = client.create_custom_field("Jorge score", "NUMERICAL")
    assert client.custom_fields() == [made]
    client.update_fields(ana, {made.field_id: 83})
    assert client.contact(ana).custom_fields == {made.field_id: "83"}


def test_contacts_come_page_by_page_the_last_changed_first(double, client):
    for n in range(250):
        double.state.ahead = timedelta(seconds=n)
        client.upsert_contact({"firstName": f"Lead {n}", "email": f"lead{n}@example.com"})
    found, page = [], client.search_contacts()
    assert page.total == 250
    while True:
        found += page.items
        if page.after is None:
            break
        page = client.search_contacts(page.after)
    assert [one.first_name for one in found] == [f"Lead {n}" for n in reversed(range(250))]
    assert found[0].dnd_kinds is None  # a search says nothing of DND, so nothing is read into it


def test_people_pipelines_notes_and_duplicates(client, ana):
    assert [user.name for user in client.users()] == ["Jorge Double", "Maria Double"]
    [pipeline] = client.pipelines()
    assert [stage.name for stage in pipeline.stages][:2] == ["New Lead", "Contacted"]
    client.add_note(ana, "Met at the open house")
    assert [note.body for note in client.notes(ana)] == ["Met at the open house"]
    assert client.find_contact(phone=ANA["phone"]).contact_id == ana
    assert client.find_contact(email="nobody@example.com") is None
    assert client.contact("CON00000000000000999") is None


def test_opportunities_are_found_by_their_change(double, client, transport, ana):
    pipeline = client.pipelines()[0]
    body = {"pipelineId": pipeline.pipeline_id, "locationId": "LOCdouble00000000001", "name": "Ana", "status": "open"}
    client._wire.call("POST", "/opportunities/", body=body | {"contactId": ana, "monetaryValue": 612500.5})
    [found] = client.search_opportunities(since=AT - timedelta(minutes=1)).items
    assert (found.contact_id, found.value_cents, found.status) == (ana, 61_250_050, "open")
    assert client.opportunity(found.opportunity_id) == found.__class__(
        **{name: getattr(found, name) for name in found.__slots__ if name != "cursor"}
    )
    assert client.search_opportunities(since=AT + timedelta(minutes=1)).items == ()


def test_reading_raises_what_is_known(double, client, transport, ana):
    transport.checks_answers = False
    for name, kind in (
        ("403", ProviderUnauthorised),
        ("429", ProviderThrottled),
        ("500", ProviderUnavailable),
        ("422", ProviderRefused),
    ):
        double.script.faults = [Fault(name=name, match="GET /contacts", seconds=1)]
        fresh = client_of(double, transport)  # after a 429 the old one waits
        with pytest.raises(kind):
            fresh.contact(ana)


def test_without_budget_nothing_is_asked(double, transport, ana):
    spent = client_of(double, transport, budget=LocalBudget(Budget(at=AT, tokens=0.0)))
    n_asked = len(double.log)
    result = spent.send(sms(ana))
    assert result.state is SendState.THROTTLED
    assert result.retry_after_seconds > 0
    assert len(double.log) == n_asked


def test_logs_and_results_carry_no_personal_data(double, client, transport, ana, caplog):
    def answer(request):
        words = f"Cannot send email as {ANA['email']} or {ANA['phone']} has unsubscribed"
        return httpx.Response(400, json={"statusCode": 400, "message": words, "traceId": "t-77"})

    with caplog.at_level(logging.DEBUG):
        client.contact(ana)
        client.find_contact(phone=ANA["phone"], email=ANA["email"])
        result = client_of(double, httpx.MockTransport(answer)).send(sms(ana))
    assert result.state is SendState.REFUSED
    assert result.trace_id == "t-77"
    told = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("engine")) + result.message
    assert "t-77" in told
    for secret in (ANA["email"], ANA["phone"], "pit-double", SMS[:10]):
        assert secret not in told


@pytest.mark.parametrize(
    "url",
    [
        "http://services.leadconnectorhq.com",
        "https://services.leadconnectorhq.com.evil.example",
        "https://evil.example/services.leadconnectorhq.com",
        "http://169.254.169.254",
        "file:///etc/passwd",
        "https://user@services.leadconnectorhq.com",
        "https://services.leadconnectorhq.com:8443",
        "https://services.leadconnectorhq.com/v3",
        "http://127.0.0.1:99999",
    ],
)
def test_no_other_host_is_asked(url):
    with pytest.raises(ConfigurationError, match="JORGE_GHL_BASE_URL"):
        checked_address(url)


@pytest.mark.skipif(not FILE.exists(), reason=WHY_NOT)
def test_the_contract_check_can_fail():
    good = {"type": "SMS", "contactId": "c", "message": "m"}
    url = "https://services.leadconnectorhq.com/conversations/messages"
    check_request(httpx.Request("POST", url, json=good, headers={"Version": "v3"}))
    for bad, headers in ((good | {"locationId": "l"}, {"Version": "v3"}), ({"type": "SMS"}, {"Version": "v3"}), (good, {})):
        with pytest.raises(Violation):
            check_request(httpx.Request("POST", url, json=bad, headers=headers))
    assert len(operations()) == 64
