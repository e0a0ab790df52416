"""The event stream of open pages."""

import asyncio
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from engine.access import SYSTEM, Role
from engine.api import live
from engine.clock import FixedClock
from engine.commands import people
from engine.runtime import Engine
from tests.api.conftest import PASSWORD, Server, drain


def listen(server: Server, client: httpx.Client | None = None, query: str = "", origin: str | None = None) -> ClientConnection:
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())} if client else {}
    headers = {"Origin": origin or server.url, **cookie}
    return connect(f"{server.url.replace('http', 'ws')}/api/live{query}", additional_headers=headers)


def next_event(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(socket.recv(timeout=60)))


def next_of_a_person(socket: ClientConnection) -> dict[str, Any]:
    """The next event about an account: the server works on what other tests left it, and tells of that too."""
    while (event := next_event(socket)).get("kind") != "users":
        pass
    return event


def hire(office: Engine, username: str) -> people.User:
    return people.add_user(office, SYSTEM, username=username, name="Some Body", role=Role.AGENT, password=PASSWORD).user


def test_a_change_by_another_process_is_told_to_open_pages(server: Server, office: Engine):
    with server.signed_in() as owner, listen(server, owner) as page:
        hello = next_event(page)
        assert hello["event_type"] == "connected"
        user = hire(office, "told-live")
        event = next_of_a_person(page)
    assert (event["event_type"], event["kind"], event["ref"]) == ("user_changed", "users", user.user_id)
    assert event["seq"] > hello["seq"]
    assert event["at"].endswith("+00:00")


def test_a_page_that_was_away_hears_what_it_missed_once_and_in_order(server: Server, office: Engine):
    with server.signed_in() as owner:
        with listen(server, owner) as page:
            seq = next_event(page)["seq"]
        missed = [hire(office, f"missed-{number}").user_id for number in range(3)]
        with listen(server, owner) as page:  # the bus has seen the last one
            while next_event(page)["seq"] < seq + 3:
                pass
        with listen(server, owner, f"?since={seq}") as page:
            assert next_event(page)["event_type"] == "connected"
            heard = [next_event(page) for _ in range(3)]
            last = hire(office, "after-missed").user_id
            while heard[-1]["ref"] != last or heard[-1]["kind"] != "users":
                heard.append(next_event(page))
    assert [event["ref"] for event in heard if event["kind"] == "users"] == [*missed, last]
    assert [event["seq"] for event in heard] == list(
        range(seq + 1, seq + 1 + len(heard))
    )  # the server's chores may tell something too


@pytest.mark.parametrize("query", ["", "?since=0"])
def test_a_stranger_hears_nothing(server: Server, query: str):
    with pytest.raises(InvalidStatus) as refused:
        listen(server, query=query)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_another_sites_page_hears_nothing(server: Server, origin: str):
    with server.signed_in() as owner, pytest.raises(InvalidStatus) as refused:
        listen(server, owner, origin=origin)
    assert refused.value.response.status_code == 403


def test_a_page_is_sent_away_when_its_session_ends(server: Server, office: Engine):
    user = hire(office, "sent-away")
    with server.signed_in("sent-away") as leaver, listen(server, leaver) as page:
        next_event(page)
        people.disable_user(office, SYSTEM, user.user_id)
        with pytest.raises(ConnectionClosed) as closed:
            drain(page)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def test_the_server_stops_while_pages_listen(server: Server):
    with server.signed_in() as owner, listen(server, owner) as page:
        next_event(page)
        server.stop()
        with pytest.raises(ConnectionClosed):
            drain(page)
    server.start()


class StuckSocket:
    """A page that takes its first message and then no more, until it is told to."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed: list[int] = []
        self.goes_on = asyncio.Event()

    async def send_json(self, event: dict[str, Any]) -> None:
        self.sent.append(event)
        if len(self.sent) > 1:
            await self.goes_on.wait()

    async def close(self, code: int, reason: str = "") -> None:
        self.closed.append(code)


class LoudBus:
    """A bus whose listener the test calls itself."""

    last_seq = 0

    def subscribe(self, _loop: object, listener: Any) -> Any:
        self.tell = listener
        return lambda: None


def test_a_page_that_cannot_keep_up_is_dropped_and_told_to_come_back(monkeypatch: pytest.MonkeyPatch):
    async def play() -> StuckSocket:
        socket, bus = StuckSocket(), LoudBus()
        engine = SimpleNamespace(bus=bus, clock=FixedClock(datetime(2026, 3, 2, tzinfo=UTC)))
        page = live._Page(cast(Any, socket), cast(Any, engine), "token")
        monkeypatch.setattr(live._Page, "_is_signed_in", lambda _page: asyncio.sleep(0, result=True))
        writing = asyncio.create_task(page.write(None))
        await asyncio.sleep(0)
        for seq in range(1, 400):
            bus.tell({"event_type": "lead_changed", "seq": seq, "kind": "leads", "ref": seq})
        socket.goes_on.set()
        await writing
        return socket

    socket = asyncio.run(play())
    assert socket.closed == [1013]
    assert len(socket.sent) < 300
