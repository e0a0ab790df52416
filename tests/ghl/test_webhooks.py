"""Webhooks: only signed bodies count, and every event of the official examples is read."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ConfigurationError
from engine.ghl import webhooks
from engine.ghl.double_talk import receive
from engine.records.follow_up import StepKind
from engine.records.ghl import EventKind
from tests.ghl.conftest import AT
from tests.ghl.contract import SHARED

EXAMPLES = sorted((SHARED / "webhooks" / "examples").glob("*.json"))
VECTORS = SHARED / "webhooks" / "signing_vectors.json"
needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason=f"{VECTORS} is not here")


def vectors():
    data = json.loads(VECTORS.read_text(encoding="utf-8"))
    return data, [(base64.b64decode(one["raw_body_b64"]), one) for one in data["vectors"]]


@needs_vectors
def test_every_signed_body_verifies_and_no_changed_one_does():
    data, bodies = vectors()
    keys = webhooks.keys_from([data["ed25519_public_pem"], data["rsa_public_pem"]], accepts_legacy=True)
    for raw, one in bodies:
        current, legacy = {"X-GHL-Signature": one["x-ghl-signature"]}, {"x-wh-signature": one["x-wh-signature"]}
        assert webhooks.is_signed(raw, current, keys)
        assert webhooks.is_signed(raw, legacy, keys)
        assert webhooks.is_signed(raw, legacy | {"x-ghl-signature": "N/A"}, keys)
        for changed in (raw + b" ", raw.replace(b"LOC", b"LOX"), raw[:-1], b""):
            assert not webhooks.is_signed(changed, current, keys)
            assert not webhooks.is_signed(changed, legacy, keys)


@needs_vectors
def test_the_legacy_signature_counts_only_when_switched_on():
    data, bodies = vectors()
    keys = webhooks.keys_from([data["ed25519_public_pem"], data["rsa_public_pem"]])
    raw, one = bodies[0]
    assert not webhooks.is_signed(raw, {"x-wh-signature": one["x-wh-signature"]}, keys)


@needs_vectors
def test_a_wrong_current_signature_is_not_saved_by_a_good_legacy_one():
    data, bodies = vectors()
    keys = webhooks.keys_from([data["ed25519_public_pem"], data["rsa_public_pem"]], accepts_legacy=True)
    (raw, one), (_, other) = bodies[:2]
    headers = {"x-ghl-signature": other["x-ghl-signature"], "x-wh-signature": one["x-wh-signature"]}
    assert not webhooks.is_signed(raw, headers, keys)


@needs_vectors
def test_highlevels_own_keys_do_not_accept_the_test_keys_signatures():
    _, bodies = vectors()
    keys = webhooks.read_keys("", accepts_legacy=True)
    assert not any(webhooks.is_signed(raw, one, keys) for raw, one in bodies)


@pytest.mark.skipif(not (SHARED / "webhooks" / "keys").exists(), reason="the published keys are not here")
def test_the_default_keys_are_the_published_ones():
    published = (SHARED / "webhooks" / "keys" / "ghl_ed25519_public.pem").read_text(encoding="ascii")
    assert published.strip() == webhooks.HIGHLEVEL_ED25519.strip()
    published = (SHARED / "webhooks" / "keys" / "ghl_rsa_public_legacy.pem").read_text(encoding="ascii")
    assert published.strip() == webhooks.HIGHLEVEL_RSA.strip()


@settings(deadline=None)
@given(raw=st.binary(max_size=200), header=st.text(max_size=120))
def test_no_made_up_signature_is_accepted(raw, header):
    keys = webhooks.read_keys("", accepts_legacy=True)
    assert not webhooks.is_signed(raw, {"x-ghl-signature": header, "x-wh-signature": header}, keys)


def test_keys_come_from_files_and_a_bad_one_is_named(tmp_path):
    both = tmp_path / "keys.pem"
    both.write_text(webhooks.HIGHLEVEL_ED25519 + webhooks.HIGHLEVEL_RSA, encoding="ascii")
    keys = webhooks.read_keys(str(both), accepts_legacy=True)
    assert (len(keys.ed25519), len(keys.rsa)) == (1, 1)
    for bad in ("", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        both.write_text(bad, encoding="ascii")
        with pytest.raises(ConfigurationError, match="JORGE_GHL_WEBHOOK_KEYS"):
            webhooks.read_keys(str(both))
    with pytest.raises(ConfigurationError, match=r"missing\.pem"):
        webhooks.read_keys(str(tmp_path / "missing.pem"))


@pytest.mark.skipif(not EXAMPLES, reason="the official examples are not here")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_official_example_is_read(path):
    event = webhooks.parse(path.read_bytes())
    kind = next((kind for prefix, kind in _KINDS.items() if event.name.startswith(prefix)), EventKind.OTHER)
    if event.name in _DELETED:
        kind = EventKind(f"{kind.value}_deleted")
    assert event.kind is (EventKind.DND if event.name == "ContactDndUpdate" else kind)
    assert event.raw
    if kind not in (EventKind.OTHER, EventKind.EMAIL_STAT):
        assert event.contact_id
        assert event.location_id


_KINDS = {
    "Contact": EventKind.CONTACT,
    "InboundMessage": EventKind.MESSAGE,
    "OutboundMessage": EventKind.MESSAGE,
    "Opportunity": EventKind.OPPORTUNITY,
    "Appointment": EventKind.APPOINTMENT,
    "Task": EventKind.TASK,
    "Note": EventKind.NOTE,
    "LCEmailStats": EventKind.EMAIL_STAT,
}
_DELETED = {"ContactDelete", "OpportunityDelete", "TaskDelete", "NoteDelete", "AppointmentDelete"}


def body(**fields):
    return json.dumps({"locationId": "LOC1", "timestamp": "2026-03-02T17:00:00.000Z", "webhookId": "w-1", **fields}).encode()


def test_flat_and_nested_forms_say_the_same():
    fields = {"id": "CON1", "firstName": "Ana", "dndSettings": {"SMS": {"status": "permanent"}}}
    flat, nested = (
        webhooks.parse(body(type="ContactDndUpdate", **fields)),
        webhooks.parse(body(type="ContactDndUpdate", data=fields)),
    )
    assert flat.contact == nested.contact
    assert flat.contact.dnd_kinds == {StepKind.SMS}
    assert (flat.event_id, flat.at) == ("w-1", AT)


@pytest.mark.parametrize(
    ("name", "direction", "is_inbound"),
    [
        ("InboundMessage", "inbound", True),
        ("InboundMessage", "outbound", True),
        ("OutboundMessage", "inbound", True),
        ("OutboundMessage", "outbound", False),
    ],
)
def test_a_message_is_inbound_when_either_its_type_or_its_direction_says_so(name, direction, is_inbound):
    told = {"contactId": "CON1", "messageType": "SMS", "body": "STOP", "direction": direction, "dateAdded": "2026-03-02T16:59:00Z"}
    message = webhooks.parse(body(type=name, **told)).message
    assert (message.is_inbound, message.body, message.kind) == (is_inbound, "STOP", StepKind.SMS)
    assert message.message_id == "event:w-1"  # the documented form names none


@pytest.mark.parametrize("times", [{}, {"timestamp": None}, {"timestamp": "soon", "dateAdded": "2026-13-40"}])
def test_a_message_without_a_time_counts_as_written_when_it_came(times):
    came = datetime(2026, 3, 2, 17, 5, tzinfo=UTC)
    told = {"type": "InboundMessage", "contactId": "CON1", "messageType": "SMS", "body": "STOP", "timestamp": None, **times}
    event = webhooks.parse(body(**told), received_at=came)
    assert (event.kind, event.at) == (EventKind.MESSAGE, None)
    assert (event.message.added_at, event.message.is_inbound) == (came, True)


def test_an_event_is_timely_for_a_day():
    event = webhooks.parse(body(type="ContactUpdate", id="CON1"))
    for passed, expected in ((0, True), (24, True), (25, False), (-1, False)):
        assert webhooks.is_timely(event, AT + timedelta(hours=passed)) is expected


def test_two_events_of_one_change_share_their_content_key():
    fields = {"id": "OPP1", "contactId": "CON1", "status": "open", "monetaryValue": 5}
    first = webhooks.parse(body(type="OpportunityUpdate", **fields))
    second = webhooks.parse(body(type="OpportunityStageUpdate", **fields | {"webhookId": "w-2"}))
    other = webhooks.parse(body(type="OpportunityStageUpdate", **fields | {"monetaryValue": 6}))
    assert webhooks.content_key(first) == webhooks.content_key(second) != webhooks.content_key(other)


def test_a_bounce_for_good_is_told_from_one_in_passing():
    def stat(code, event="failed"):
        payload = {"event": event, "recipient": "Ana@Example.com", "timestamp": 1772470800, "delivery-status": {"code": code}}
        return webhooks.parse(body(type="LCEmailStats", webhookPayload=payload)).email_stat

    assert (stat(550).is_permanent, stat(421).is_permanent, stat(250, "delivered").is_permanent) == (True, False, False)
    assert (stat(550).recipient, stat(550).at) == ("ana@example.com", AT)


_FIELDS = [
    "id",
    "contactId",
    "tags",
    "dndSettings",
    "SMS",
    "status",
    "customFields",
    "appointment",
    "dateAdded",
    "monetaryValue",
    "webhookPayload",
    "event",
    "message",
    "headers",
    "delivery-status",
    "code",
    "searchAfter",
    "body",
    "data",
    "timestamp",
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_FIELDS), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(
    name=st.sampled_from(["ContactUpdate", "ContactDndUpdate", "InboundMessage", "OpportunityUpdate", "AppointmentCreate", "LCEmailStats",
                          "TaskCreate", "NoteCreate", "Nonsense", ""]),
    fields=st.dictionaries(st.sampled_from(_FIELDS), json_values, max_size=8),
)  # fmt: skip
def test_no_body_whatever_breaks_the_reader(name, fields):
    event = webhooks.parse(json.dumps({**fields, "type": name}).encode())
    assert event.event_id
    assert webhooks.content_key(event)


@settings(deadline=None)
@given(raw=st.binary(max_size=60))
def test_junk_is_kept_as_it_came(raw):
    assert webhooks.parse(raw).kind is EventKind.OTHER


def test_the_doubles_own_webhooks_are_signed_and_read(double, client, ana):
    keys = webhooks.keys_from([double.state.public_key])
    receive(double.state, ana, "Yes, Saturday works")
    client.set_dnd(ana, [StepKind.SMS], is_on=True)
    events = double.state.take_events()
    assert all(webhooks.is_signed(raw, headers, keys) for raw, headers in events)
    read = [webhooks.parse(raw) for raw, _ in events]
    assert [event.kind for event in read] == [EventKind.CONTACT, EventKind.MESSAGE, EventKind.DND]
    assert read[1].message.body == "Yes, Saturday works"
    assert read[2].contact.dnd_kinds == {StepKind.SMS}
    assert len({event.event_id for event in read}) == 3
