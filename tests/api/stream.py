"""Listening to the live stream in a test: the office in this process, programs as its test client."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import WebSocketTestSession

from engine.api.stream import listening
from engine.runtime import Engine
from tests.api.rest import Api

PATH = "/api/v1/ml/ws/live-scores"
Event = dict[str, Any]


@contextmanager
def listen(client: Api, query: str = "", hello: Event | None = None, **headers: str) -> Iterator[WebSocketTestSession]:
    """A program on the stream."""
    with client.websocket_connect(PATH + query, headers=headers) as socket:
        if hello is not None:
            socket.send_text(json.dumps(hello))
        yield socket


def heard(socket: WebSocketTestSession) -> Event:
    """The next event that is no heartbeat."""
    event: Event = socket.receive_json()
    return heard(socket) if event["event_type"] == "heartbeat" else event


def joined(socket: WebSocketTestSession, engine: Engine, n: int = 1) -> Event:
    """The greeting, once this program and `n - 1` others are told what happens."""
    hello = heard(socket)
    wait_for(lambda: listening(engine) >= n)
    return hello


def wait_for(is_so: Callable[[], bool]) -> None:
    """Until it is so; fails after a minute."""
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, "it did not come to be"
        time.sleep(0.01)
