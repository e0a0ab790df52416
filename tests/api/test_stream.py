"""The live stream for other programs: who hears what, nothing missed, nothing twice, and a slow one harms nobody."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from engine import commands
from engine.access import SYSTEM
from engine.api import stream
from engine.api.document import served
from engine.commands.tokens import actor_from_bearer, issue_tokens, revoke_tokens
from engine.records.key import KeyScope
from engine.runtime import Engine, open_engine
from engine.store import feed
from tests.api.rest import BODY, PASSWORD, Api, api, key_of, opened, person
from tests.api.stream import Event, heard, joined, listen, wait_for


@pytest.fixture(scope="module")
def office(api_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from opened(api_home, tmp_path_factory.mktemp("stream"))


@pytest.fixture
def owner(office: Engine) -> Iterator[Api]:
    with api(office) as client:
        yield client


def newest(office: Engine) -> int:
    with office.ledger.read() as connection:
        return feed.last_seq(connection)


def bearer(office: Engine, username: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key_of(office, username)}"}


def until(socket: WebSocketTestSession, event_type: str) -> Event:
    event = heard(socket)
    return event if event["event_type"] == event_type else until(socket, event_type)


def lead(office: Engine, name: str, agent: str | None = None) -> int:
    lead_id = commands.take_lead(office, SYSTEM, {"name": name, "external_id": f"x-{name}"})
    if agent:
        commands.assign_lead(office, SYSTEM, lead_id, person(office, agent).user_id)
    return lead_id


def test_a_score_is_told_with_its_figures_and_nobodys_words(owner: Api, office: Engine):
    with listen(owner) as socket:
        assert joined(socket, office)["event_type"] == "connected"
        answer = owner.post("/v1/ml/score", json=BODY).json()
        events = {event["event_type"]: event for event in (heard(socket) for _ in range(2))}
    scored = events["lead_scored"]
    assert (scored["external_id"], scored["ml_score"], scored["classification"]) == (
        "lead_12345",
        answer["ml_score"],
        answer["classification"],
    )
    assert scored["probability"] == pytest.approx(answer["probability"])
    assert scored["at"].endswith("+00:00")
    assert "Sarah" not in json.dumps(events)
    assert "move by June" not in json.dumps(events)


def test_what_was_missed_is_told_once_and_in_order_then_what_comes(owner: Api, office: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.views.stream._PAGE", 3)
    since = newest(office)
    ids = [lead(office, f"missed {number}") for number in range(5)]
    with listen(owner, f"?since={since}") as socket:
        assert heard(socket)["seq"] == since
        wait_for(lambda: stream.listening(office) == 1)
        ids.append(lead(office, "then live"))
        events = []
        while not events or events[-1]["lead_id"] != ids[-1]:
            events.append(heard(socket))
    assert [event["lead_id"] for event in events if event["event_type"] == "lead_changed"] == ids
    seqs = [event["seq"] for event in events]
    assert seqs == sorted(set(seqs))


def test_a_number_from_another_ledger_is_told_to_begin_anew(owner: Api, office: Engine):
    with listen(owner, "?since=999999999") as socket:
        assert heard(socket)["seq"] == newest(office)
        assert heard(socket)["event_type"] == "resync"


def test_an_agent_never_hears_of_anothers_lead_nor_of_money_that_is_not_his(office: Engine):
    others, own, free = (
        lead(office, "of amir", "amir"),
        lead(office, "of maria", "maria"),
        lead(office, "of nobody"),
    )
    with (
        Api(office) as client,
        listen(client, **bearer(office, "maria")) as hers,
        listen(client, **bearer(office, "rita")) as onlooker,
    ):
        joined(hers, office, 2), joined(onlooker, office, 2)
        for lead_id in (others, own, free):
            commands.rescore_leads(office, SYSTEM, [lead_id])
        assert [heard(hers)["lead_id"] for _ in range(2)] == [own, free]
        seen = [heard(onlooker) for _ in range(3)]
    assert [event["lead_id"] for event in seen] == [others, own, free]
    assert not any("commission_cents" in event for event in seen)
    assert all("ml_score" in event for event in seen)


def test_replay_keeps_to_the_same_rights(office: Engine):
    since = newest(office)
    lead(office, "replayed of amir", "amir")
    free = lead(office, "replayed of nobody")
    with api(office, "maria") as maria, listen(maria, f"?since={since}") as hers:
        assert heard(hers)["event_type"] == "connected"
        assert heard(hers)["lead_id"] == free


def test_a_deal_is_told_by_its_lead_and_money_only_to_who_sees_it(owner: Api, office: Engine):
    lead_id = lead(office, "with deal")
    with listen(owner) as full, listen(owner, **bearer(office, "rita")) as bare:
        joined(full, office, 2), joined(bare, office, 2)
        number = commands.open_deal(office, SYSTEM, lead_id)
        told = [until(full, "deal_changed"), until(bare, "deal_changed")]
    assert [(event["opportunity_id"], event["lead_id"], event["stage"]) for event in told] == [(number, lead_id, "contacted")] * 2
    assert ["commission_cents" in event for event in told] == [True, False]


@pytest.mark.parametrize("way", ["header", "message"])
def test_a_key_signs_in_by_header_or_by_the_first_message(office: Engine, way: str):
    key = key_of(office, "owner", KeyScope.EVENTS)
    hello: dict[str, object] | None = {"token": key, "since": 0} if way == "message" else None
    with Api(office, key if way == "header" else "") as client, listen(client, hello=hello) as socket:
        assert heard(socket)["event_type"] == "connected"


def test_a_persons_token_signs_in_and_ends_with_it(office: Engine):
    access = issue_tokens(office, "lea", PASSWORD, "test").access_token
    with Api(office, access) as client, listen(client) as socket:
        joined(socket, office)
        revoke_tokens(office, actor_from_bearer(office, access))
        lead(office, "after the end")
        with pytest.raises(WebSocketDisconnect) as closed:
            heard(socket)
    assert closed.value.code == stream.SIGNED_OUT


def test_a_key_taken_back_by_another_process_ends_the_stream_at_once(office: Engine):
    made = commands.issue_key(office, SYSTEM, user_id=person(office, "lea").user_id, name="short", scopes=[KeyScope.EVENTS])
    elsewhere = open_engine(office.settings)
    with Api(office, made.secret) as client, listen(client) as socket:
        joined(socket, office)
        commands.revoke_key(elsewhere, SYSTEM, made.key.key_id)
        with pytest.raises(WebSocketDisconnect) as closed:
            heard(socket)
    elsewhere.close()
    assert closed.value.code == stream.SIGNED_OUT


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ({"token": "jk_nobodys"}, stream.SIGNED_OUT),
        ({"token": 7}, stream.BAD_MESSAGE),
        ({"token": "jk_x", "since": -1}, stream.BAD_MESSAGE),
        ({}, stream.BAD_MESSAGE),
    ],
)
def test_a_stranger_hears_nothing(office: Engine, hello: dict[str, object], code: int):
    with Api(office) as client, listen(client, hello=hello) as socket, pytest.raises(WebSocketDisconnect) as closed:
        heard(socket)
    assert closed.value.code == code


def test_a_key_for_something_else_hears_nothing(office: Engine):
    with api(office, "owner", KeyScope.SCORE) as client, pytest.raises(WebSocketDisconnect) as closed, listen(client):
        pass
    assert closed.value.code == stream.NOT_ALLOWED


def test_who_says_nothing_is_not_waited_for(office: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "SIGN_IN_WITHIN_S", 0.05)
    with Api(office) as client, listen(client) as socket, pytest.raises(WebSocketDisconnect) as closed:
        heard(socket)
    assert closed.value.code == stream.SIGNED_OUT


def test_only_our_own_and_named_sites_pages_may_listen(office: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(office, "settings", office.settings.model_copy(update={"cors_origins": "https://crm.example.com"}))
    with api(office) as client:
        for origin in ("https://evil.example", "null"):
            with pytest.raises(WebSocketDisconnect) as closed, listen(client, origin=origin):
                pass
            assert closed.value.code == stream.POLICY
        for origin in ("https://crm.example.com", "http://testserver"):
            with listen(client, origin=origin) as socket:
                assert heard(socket)["event_type"] == "connected"


@pytest.mark.parametrize("since", ["-1", "x", "１", "9" * 30])
def test_a_place_that_is_no_number_is_refused(owner: Api, since: str):
    with pytest.raises(WebSocketDisconnect) as closed, listen(owner, f"?since={since}"):
        pass
    assert closed.value.code == stream.POLICY


def test_guessing_is_shut_out_by_address(office: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "_MOST_REFUSALS", 2)
    codes = []
    with Api(office) as client:
        for number in range(3):
            with pytest.raises(WebSocketDisconnect) as closed, listen(client, hello={"token": f"jk_guess{number}"}) as socket:
                heard(socket)
            codes.append(closed.value.code)
    assert codes == [stream.SIGNED_OUT, stream.SIGNED_OUT, stream.TOO_SLOW]


def test_a_quiet_office_is_told_by_heartbeats_that_carry_the_place(owner: Api, office: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.05)
    with listen(owner) as socket:
        joined(socket, office)
        event = socket.receive_json()
    assert (event["event_type"], event["seq"]) == ("heartbeat", newest(office))


def test_a_change_by_another_process_arrives(owner: Api, office: Engine):
    elsewhere = open_engine(office.settings)
    with listen(owner) as socket:
        joined(socket, office)
        lead_id = commands.take_lead(elsewhere, SYSTEM, {"name": "From the sidecar"})
        assert heard(socket)["lead_id"] == lead_id
    elsewhere.close()


def connection(key: str) -> dict[str, Any]:
    """A program's way in, without a client between."""
    headers = [(b"authorization", f"Bearer {key}".encode())]
    return {"type": "websocket", "path": "/v1/ml/ws/live-scores", "raw_path": b"", "root_path": "", "query_string": b"",
            "headers": headers, "subprotocols": [], "scheme": "ws", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
            "state": {}}  # fmt: skip


async def until_so(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.005)


def test_one_that_takes_nothing_is_dropped_and_the_others_hear_everything(office: Engine, monkeypatch: pytest.MonkeyPatch):
    """A stuck program's `send` never returns, as on a full line."""
    monkeypatch.setattr(stream, "WAITING", 5)
    monkeypatch.setattr(stream, "SEND_WITHIN_S", 0.3)
    key, told = key_of(office, "owner", KeyScope.EVENTS), list[Event]()

    async def program(send: Callable[[Any], Awaitable[None]], until: asyncio.Event) -> None:
        steps = iter([{"type": "websocket.connect"}])

        async def receive() -> dict[str, str]:
            if step := next(steps, None):
                return step
            await until.wait()
            return {"type": "websocket.disconnect"}

        await served()(connection(key), receive, send)

    async def quick(message: Any) -> None:
        told.extend([json.loads(message["text"])] if "text" in message else [])

    async def stuck(message: Any) -> None:
        if "lead_" in message.get("text", ""):
            await asyncio.Event().wait()

    async def story() -> list[int]:
        closed = asyncio.Event()
        slow, other = (asyncio.create_task(program(send, closed)) for send in (stuck, quick))
        await until_so(lambda: stream.listening(office) == 2)
        ids = [await asyncio.to_thread(lead, office, f"flood {number}") for number in range(12)]
        await until_so(slow.done)
        await until_so(lambda: any(event.get("lead_id") == ids[-1] for event in told))
        closed.set()
        await asyncio.wait_for(other, 60)
        return ids

    ids = asyncio.run(story())
    assert [event["lead_id"] for event in told if event["event_type"] == "lead_changed"] == ids
    assert stream.listening(office) == 0
