"""The stream's events in Redis: the same ones, each once, whoever publishes, and none lost while nobody did."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis

from engine import commands
from engine.access import SYSTEM
from engine.api.publishing import CHANNEL, publish_events
from engine.runtime import Engine, open_engine
from engine.views.stream import newest_seq
from tests.api.rest import opened
from tests.api.stream import wait_for
from tests.runtime.test_score_cache import redis_url

__all__ = ["redis_url"]


@pytest.fixture
def office(api_home: Path, tmp_path: Path, redis_url: str) -> Iterator[Engine]:
    yield from opened(api_home, tmp_path, redis_url=SecretStr(redis_url))


def received(listener: Any, n: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def has_all() -> bool:
        while (message := listener.get_message(ignore_subscribe_messages=True, timeout=0.05)) is not None:
            found.append(json.loads(message["data"]))
        return len(found) >= n

    wait_for(has_all)
    return found


def test_every_event_is_published_once_by_however_many_processes_and_none_is_lost_between(office: Engine):
    url = office.settings.redis_url.get_secret_value()
    listener = Redis.from_url(url).pubsub()
    listener.subscribe(CHANNEL)
    publish_events(office)
    other = open_engine(office.settings)
    publish_events(other)
    ids = [commands.take_lead(office, SYSTEM, {"name": f"Published {number}"}) for number in range(3)]
    wait_for(lambda: all(engine.followers[0].seq == newest_seq(office) for engine in (office, other)))
    told = received(listener, 6)
    assert [event["lead_id"] for event in told if event["event_type"] == "lead_changed"] == ids
    assert len({event["seq"] for event in told}) == len(told)
    other.close()
    office.followers.pop().stop()
    meanwhile = commands.take_lead(office, SYSTEM, {"name": "While nobody published"})
    publish_events(office)
    assert {event["lead_id"] for event in received(listener, 2)} == {meanwhile}
    listener.close()


def test_without_redis_answering_nothing_else_stops(
    office: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(office, "settings", office.settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")}))
    publish_events(office)
    commands.take_lead(office, SYSTEM, {"name": "All the same"})
    wait_for(lambda: "can't follow the change feed" in caplog.text)
    assert caplog.text.count("Redis does not answer") == 1
