"""Webhooks over HTTP: only signed ones count, each is kept once before it is acknowledged, and what it says takes effect."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from engine import commands
from engine.access import SYSTEM
from engine.api import webhooks as api_webhooks
from engine.commands import webhooks
from engine.delivery import webhooks as work
from engine.errors import NotAllowed, NotFound, StoreUnavailable
from engine.records import Channel, Direction
from engine.runtime import Engine
from engine.store import consents, ghl_links, leads, opportunities, scores, webhook_events
from engine.store.webhook_events import KeptEvent
from engine.views import webhooks as hook_views
from tests.api.rest import Api, opened, person
from tests.api.stream import wait_for
from tests.ghl.contract import SHARED

KEY = Ed25519PrivateKey.generate()
EXAMPLES = sorted((SHARED / "webhooks" / "examples").glob("*.json"))
CONTACT = {"id": "c-1", "firstName": "Ana", "lastName": "Rivera", "phone": "+19095550123", "email": "ana@example.com"}


@pytest.fixture(scope="module")
def office(api_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("webhooks")
    pem = folder / "key.pem"
    pem.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    yield from opened(api_home, folder, ghl_webhook_keys=str(pem))


@pytest.fixture
def ghl(office: Engine) -> Iterator[Api]:
    """GoHighLevel, which needs no key of ours."""
    with Api(office) as client:
        yield client


def body(office: Engine, event: str, number: object, /, **said: Any) -> bytes:
    at = office.clock.now().isoformat()
    return json.dumps({"type": event, "timestamp": at, "webhookId": f"w-{number}", "locationId": "loc", **said}).encode()


def post(ghl: Api, raw: bytes, **headers: str) -> int:
    signed = {"X-GHL-Signature": base64.b64encode(KEY.sign(raw)).decode()}
    return ghl.post("/webhooks/ghl", content=raw, headers={"Content-Type": "application/json", **signed, **headers}).status_code


def kept(office: Engine, event_id: str) -> KeptEvent:
    with office.ledger.read() as connection:
        return next(one for one in webhook_events.list_events(connection, limit=500) if one.event_id == event_id)


def through(office: Engine, number: object) -> KeptEvent:
    wait_for(lambda: kept(office, f"w-{number}").state != webhook_events.WAITING)
    return kept(office, f"w-{number}")


def lead_of(office: Engine, contact_id: str) -> int:
    with office.ledger.read() as connection:
        return ghl_links.links_of(connection, [contact_id])[contact_id].lead_id


def test_a_contact_becomes_a_scored_lead_and_its_message_reaches_him_pauses_and_opts_out(office: Engine, ghl: Api):
    assert post(ghl, body(office, "ContactCreate", 1, **CONTACT)) == 200
    assert through(office, 1).state == "done"
    lead_id = lead_of(office, "c-1")
    commands.add_note(office, SYSTEM, lead_id, "is looked after")
    said = {"contactId": "c-1", "messageType": "SMS", "direction": "inbound", "messageId": "m-1", "body": "STOP"}
    assert post(ghl, body(office, "InboundMessage", 2, **said)) == 200
    through(office, 2)
    with office.ledger.read() as connection:
        [lead] = leads.load_leads(connection, [lead_id])
        [opted] = consents.opt_outs_of(connection, lead_id, ["+19095550123"])[:1]
    heard = [event for event in lead.interactions if event.direction is Direction.INBOUND]
    assert [(event.channel, event.body) for event in heard] == [(Channel.SMS, "STOP")]
    assert opted.source == "sms"

    def is_scored_anew() -> bool:
        with office.ledger.read() as connection:
            score = scores.current(connection, [lead_id]).get(lead_id)
        return score is not None and score.scored_at >= kept(office, "w-2").received_at

    wait_for(is_scored_anew)


def test_the_same_event_twice_is_one(office: Engine, ghl: Api):
    raw = body(office, "NoteCreate", "twice", id="n-1", contactId="c-1", body="Wants a pool")
    assert [post(ghl, raw), post(ghl, raw)] == [200, 200]
    assert through(office, "twice").state == "done"
    with office.ledger.read() as connection:
        [lead] = leads.load_leads(connection, [lead_of(office, "c-1")])
    assert [event.body for event in lead.interactions].count("Wants a pool") == 1


def test_what_comes_before_its_contact_waits_for_him(office: Engine, ghl: Api):
    said = {"contactId": "c-2", "messageType": "SMS", "direction": "inbound", "messageId": "m-2", "body": "Is it still free?"}
    assert post(ghl, body(office, "InboundMessage", "early", **said)) == 200
    wait_for(lambda: kept(office, "w-early").n_tries == 1)
    assert (kept(office, "w-early").state, kept(office, "w-early").problem) == ("waiting", "its contact is not known here yet")
    assert post(ghl, body(office, "ContactCreate", "late", id="c-2", firstName="Ben", phone="+19095550124")) == 200
    assert through(office, "early").state == "done"
    with office.ledger.read() as connection:
        [lead] = leads.load_leads(connection, [lead_of(office, "c-2")])
    assert [event.body for event in lead.interactions] == ["Is it still free?"]


def test_dnd_is_an_opt_out_and_a_deal_follows_its_stages(office: Engine, ghl: Api):
    post(ghl, body(office, "ContactCreate", "d1", id="c-3", firstName="Cy", phone="+19095550125"))
    dnd = {"id": "c-3", "firstName": "Cy", "phone": "+19095550125", "dnd": True}
    post(ghl, body(office, "ContactDndUpdate", "d2", **dnd, dndSettings={"SMS": {"status": "active"}}))
    deal = {"id": "o-1", "contactId": "c-3", "name": "Cy's house", "pipelineId": "p", "pipelineStageId": "s"}
    post(ghl, body(office, "OpportunityCreate", "d3", **deal, monetaryValue=600_000, status="open"))
    post(ghl, body(office, "OpportunityStatusUpdate", "d4", **deal, monetaryValue=600_000, status="lost"))
    assert [through(office, number).state for number in ("d1", "d2", "d3", "d4")] == ["done"] * 4
    lead_id = lead_of(office, "c-3")
    with office.ledger.read() as connection:
        assert consents.opt_outs_of(connection, lead_id, ["+19095550125"])
        assert [deal.stage.value for deal in opportunities.of_leads(connection, [lead_id])] == ["lost"]


@pytest.mark.parametrize("how", ["none", "N/A", "another body's", "another key's", "legacy"])
def test_a_body_that_ghl_did_not_sign_is_refused_and_kept_nowhere(office: Engine, ghl: Api, how: str):
    raw = body(office, "ContactCreate", how, **CONTACT)
    other = Ed25519PrivateKey.generate().sign(raw)
    signature = {"none": "", "N/A": "N/A", "another body's": KEY.sign(raw + b" "), "another key's": other, "legacy": ""}[how]
    told = base64.b64encode(signature).decode() if isinstance(signature, bytes) else signature
    legacy = {"X-WH-Signature": base64.b64encode(KEY.sign(raw)).decode()} if how == "legacy" else {}
    assert post(ghl, raw, **{"X-GHL-Signature": told, **legacy}) == 401
    with office.ledger.read() as connection:
        assert how not in {one.event_id[2:] for one in webhook_events.list_events(connection, limit=500)}


def test_one_sent_more_than_a_day_ago_is_refused(office: Engine, ghl: Api):
    stale = (office.clock.now() - timedelta(hours=25)).isoformat()
    raw = json.dumps({"type": "ContactUpdate", "timestamp": stale, "webhookId": "w-stale", **CONTACT}).encode()
    assert post(ghl, raw) == 401


def test_what_nobody_reads_here_is_kept_as_it_came(office: Engine, ghl: Api):
    raw = body(office, "InvoicePaid", "unknown", amount=12)
    assert post(ghl, raw) == 200
    assert through(office, "unknown").state == "kept"
    assert json.loads(kept(office, "w-unknown").raw)["amount"] == 12
    assert post(ghl, b"no json at all") == 200
    assert through(office, "unknown").problem == "nothing here reads events of this kind"


def test_what_is_done_leaves_no_words_behind(office: Engine, ghl: Api):
    post(ghl, body(office, "ContactUpdate", "words", **CONTACT))
    assert through(office, "words").raw == ""


def test_what_cannot_be_stored_is_not_acknowledged(office: Engine, ghl: Api, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> int:
        raise StoreUnavailable("The ledger can't be used: disk full")

    raw = body(office, "ContactUpdate", "full", **CONTACT)
    monkeypatch.setattr(api_webhooks, "keep_webhooks", full)
    assert post(ghl, raw) == 429
    monkeypatch.undo()
    assert post(ghl, raw) == 200


def test_more_than_can_wait_is_sent_again_later(office: Engine, ghl: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api_webhooks, "MOST_WAITING", 0)
    assert post(ghl, body(office, "ContactUpdate", "crowd", **CONTACT)) == 429


def test_one_that_breaks_does_not_hold_the_others_up_and_is_tried_again(office: Engine, ghl: Api, monkeypatch: pytest.MonkeyPatch):
    real = work.take_event

    def breaks(txn: Any, event: Any, of: Any) -> bool:
        if event.event_id == "w-broken":
            raise ZeroDivisionError
        return real(txn, event, of)

    monkeypatch.setattr(work, "take_event", breaks)
    post(ghl, body(office, "NoteCreate", "broken", id="n-2", contactId="c-1", body="never"))
    post(ghl, body(office, "NoteCreate", "after", id="n-3", contactId="c-1", body="after all"))
    assert through(office, "after").state == "done"
    wait_for(lambda: kept(office, "w-broken").n_tries == 1)
    assert kept(office, "w-broken").problem.startswith("ZeroDivisionError")
    monkeypatch.setattr(work, "MOST_TRIES", 2)
    with office.ledger.write(at=office.clock.now()) as txn:
        webhook_events.hasten(txn, ["c-1"])
    webhooks.work_off_webhooks(office)
    assert kept(office, "w-broken").state == "failed"
    monkeypatch.undo()
    webhooks.retry_webhook(office, SYSTEM, kept(office, "w-broken").event_number)
    assert through(office, "broken").state == "done"
    assert webhooks.retry_failed_webhooks(office, SYSTEM) == 0
    with pytest.raises(NotFound):
        webhooks.retry_webhook(office, SYSTEM, kept(office, "w-broken").event_number)


def test_whoever_may_change_settings_sees_what_came_and_why_it_waits(office: Engine, ghl: Api):
    post(ghl, body(office, "InvoicePaid", "seen", amount=77))
    through(office, "seen")
    page = hook_views.webhook_page(office, SYSTEM, state="kept", name="InvoicePaid")
    assert page.by_name["InvoicePaid"]["kept"] == page.n_here >= 1
    [newest, *_] = page.rows
    assert newest.problem == "nothing here reads events of this kind"
    assert '"amount": 77' in hook_views.webhook_body(office, SYSTEM, event_number=newest.event_number)
    assert "InvoicePaid" in hook_views.webhooks_csv(office, SYSTEM, state="kept").decode()
    for view in (hook_views.webhook_page, hook_views.webhooks_csv):
        with pytest.raises(NotAllowed):
            view(office, person(office, "maria"), state="kept")
    with pytest.raises(NotAllowed):
        hook_views.webhook_body(office, person(office, "lea"), event_number=newest.event_number)


def test_events_of_another_location_change_nothing(office: Engine, ghl: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(office, "settings", office.settings.model_copy(update={"ghl_location_id": "ours"}))
    post(ghl, body(office, "ContactCreate", "elsewhere", id="c-9", firstName="Eve", phone="+19095550199"))
    assert (through(office, "elsewhere").state, kept(office, "w-elsewhere").problem) == ("kept", "of another location")


def test_a_flood_is_kept_in_few_transactions(office: Engine, monkeypatch: pytest.MonkeyPatch):
    import asyncio

    from engine.ghl.webhooks import parse

    monkeypatch.setattr(webhooks, "_begin", lambda _engine: None)
    sizes: list[int] = []
    real = webhooks.keep_webhooks

    def noted(engine: Engine, events: Any) -> int:
        sizes.append(len(events))
        return real(engine, events)

    monkeypatch.setattr(api_webhooks, "keep_webhooks", noted)

    async def flood() -> list[bool]:
        counter = api_webhooks.Counter(lambda: office)
        raws = [body(office, "InvoicePaid", f"flood-{number}") for number in range(300)]
        return await asyncio.gather(*(counter.keep(parse(raw), raw) for raw in raws))

    assert all(asyncio.run(flood()))
    assert (sum(sizes), len(sizes) <= 3) == (300, True)
    webhooks.work_off_webhooks(office)
    assert kept(office, "w-flood-299").state == "kept"


def test_in_a_flood_only_what_cannot_wait_is_taken_up(office: Engine, monkeypatch: pytest.MonkeyPatch):
    from engine.ghl.webhooks import parse

    monkeypatch.setattr(webhooks, "_begin", lambda _engine: None)
    first = body(office, "ContactCreate", "known", **CONTACT)
    webhooks.keep_webhooks(office, [(parse(first), first.decode())])
    webhooks.work_off_webhooks(office)
    said = {"contactId": "c-1", "messageType": "SMS", "direction": "inbound", "messageId": "m-urgent", "body": "Call me"}
    raws = [body(office, "ContactUpdate", "patient", **CONTACT), body(office, "InboundMessage", "urgent", **said)]
    webhooks.keep_webhooks(office, [(parse(raw), raw.decode()) for raw in raws])
    assert work.work_off(office.ledger, office.clock, only_urgent=True).lead_ids == (lead_of(office, "c-1"),)
    assert [kept(office, f"w-{name}").state for name in ("patient", "urgent")] == ["waiting", "done"]
    webhooks.work_off_webhooks(office)
    assert kept(office, "w-patient").state == "done"


def test_a_flood_is_one_while_it_lasts_but_not_for_ever(monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr(webhooks, "stopwatch", lambda: now[0])
    flood = webhooks._Flood()
    flood.note(99)
    assert not flood.is_on()
    flood.note(1)
    assert flood.is_on()
    now[0] += 1.0
    assert not flood.is_on()
    for _ in range(30):
        now[0] += 1.0
        flood.note(1_000)
        last = flood.is_on()
    assert not last


def test_what_one_change_is_told_by_twice_is_brought_in_once(office: Engine, monkeypatch: pytest.MonkeyPatch):
    from engine.ghl.webhooks import parse

    monkeypatch.setattr(webhooks, "_begin", lambda _engine: None)
    taken: list[str] = []
    real = work.take_event

    def noted(txn: Any, event: Any, of: Any) -> bool:
        taken.append(event.event_id)
        return real(txn, event, of)

    monkeypatch.setattr(work, "take_event", noted)
    ana, bea = {**CONTACT, "lastName": "Mora"}, {**CONTACT, "lastName": "Ruiz"}
    told = [("ContactCreate", ana), ("ContactUpdate", ana), ("ContactUpdate", bea), ("ContactUpdate", ana)]
    raws = [body(office, name, f"again-{number}", **said) for number, (name, said) in enumerate(told)]
    webhooks.keep_webhooks(office, [(parse(raw), raw.decode()) for raw in raws])
    webhooks.work_off_webhooks(office)
    assert taken == ["w-again-1", "w-again-2", "w-again-3"]
    assert {kept(office, f"w-again-{number}").state for number in range(4)} == {"done"}


def test_webhooks_are_taken_in_before_what_stands_before_the_other_requests(office: Engine):
    reached: list[str] = []

    async def beyond(scope: Any, _receive: Any, send: Any) -> None:
        reached.append(f"{scope['method']} {scope['path']}")
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    raw, client = body(office, "InvoicePaid", "hatch"), TestClient(api_webhooks.Hatch(beyond), base_url="http://testserver/api")
    signed = {"X-GHL-Signature": base64.b64encode(KEY.sign(raw)).decode()}
    answer = client.post("/webhooks/ghl", content=raw, headers=signed)
    assert (answer.status_code, answer.json(), len(answer.headers["X-Request-Id"])) == (200, {"status": "kept"}, 16)
    assert client.post("/webhooks/ghl", content=b"x" * 1_100_000, headers=signed).status_code == 413
    client.get("/webhooks/ghl")
    client.post("/v1/leads")
    assert reached == ["GET /api/webhooks/ghl", "POST /api/v1/leads"]


@pytest.mark.skipif(not EXAMPLES, reason="the official examples are not here")
def test_every_official_example_is_taken_in_any_order(office: Engine, ghl: Api):
    sent = []
    for path in reversed(EXAMPLES):
        raw = json.dumps(
            json.loads(path.read_bytes()) | {"webhookId": f"w-{path.stem}", "timestamp": office.clock.now().isoformat()}
        )
        assert post(ghl, raw.encode()) == 200, path.stem
        sent.append(path.stem)
    wait_for(lambda: all(kept(office, f"w-{stem}").state != "waiting" or kept(office, f"w-{stem}").n_tries for stem in sent))
    found = {stem: kept(office, f"w-{stem}") for stem in sent}
    assert not [(stem, one.problem) for stem, one in found.items() if "log says" in one.problem]
    assert {one.state for stem, one in found.items() if stem.startswith("Contact")} == {"done"}
    assert {one.state for stem, one in found.items() if stem.startswith(("Invoice", "Order", "Product"))} == {"kept"}


NAMES = ["type", "id", "contactId", "timestamp", "webhookId", "data", "appointment", "webhookPayload", "dndSettings", "tags"]
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["ContactUpdate", "InboundMessage", "SMS"])
)
MADE_UP = st.recursive(
    PLAIN, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.sampled_from(NAMES), one, max_size=6), max_leaves=12
).map(lambda said: json.dumps(said).encode())
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def junk(office: Engine, ghl: Api, n_bodies: int) -> None:
    @settings(max_examples=n_bodies, deadline=None, database=None, suppress_health_check=QUIET)
    @given(raw=st.binary(max_size=200) | MADE_UP, is_signed=st.booleans())
    def bring(raw: bytes, is_signed: bool) -> None:
        status = post(ghl, raw) if is_signed else post(ghl, raw, **{"X-GHL-Signature": "junk"})
        assert status in ({200, 401} if is_signed else {401})

    bring()


def test_no_junk_breaks_it(office: Engine, ghl: Api):
    junk(office, ghl, 100)


@pytest.mark.long
def test_a_hundred_thousand_junk_bodies_break_nothing(office: Engine, ghl: Api):
    junk(office, ghl, 100_000)
