"""The live stream over loopback: from the request to score until the event is heard, alone and with 500 programs listening."""

import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.stories.conftest import Office

N_SCORED, N_LISTENERS, N_CROWD = 300, 500, 40


def run(n_scored: int = N_SCORED, n_listeners: int = N_LISTENERS, n_crowd: int = N_CROWD) -> list[dict[str, object]]:
    """A real web process, a real key, listeners on the same machine."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "home")
        office.engine("setup")
        key = office.engine("token", "issue", "bench").stdout.strip()
        os.environ["JORGE_API_RATE"] = "1000000/minute"  # the bench is one caller
        office.start_web()
        try:
            return asyncio.run(_measured(office.url, key, n_scored, n_listeners, n_crowd))
        finally:
            office.close()


async def _measured(url: str, key: str, n_scored: int, n_listeners: int, n_crowd: int) -> list[dict[str, object]]:
    headers = {"Authorization": f"Bearer {key}"}
    address = f"{url.replace('http', 'ws')}/api/v1/ml/ws/live-scores"
    async with httpx.AsyncClient(base_url=f"{url}/api", headers=headers, timeout=60) as client:
        sockets = [await _joined(address, headers)]
        for number in range(20):  # the model is compiled, the connection open
            await _told(client, sockets, f"warm-{number}")
        alone = sorted([(await _told(client, sockets, f"alone-{number}"))[0] for number in range(n_scored)])
        sockets += [await _joined(address, headers) for _ in range(n_listeners - 1)]
        crowd = sorted([(await _told(client, sockets, f"crowd-{number}"))[1] for number in range(n_crowd)])
        for socket in sockets:
            await socket.close()
    return [
        _figure("Scored (answer sent) → heard on the stream, p50", alone[len(alone) // 2], "ms"),
        _figure("Scored (answer sent) → heard on the stream, p99", alone[int(len(alone) * 0.99)], "ms", "≤ 20 ms"),
        _figure(f"The same until the last of {n_listeners} programs has heard it, p50", crowd[len(crowd) // 2], "ms"),
    ]


async def _joined(address: str, headers: dict[str, str]) -> ClientConnection:
    socket = await connect(address, additional_headers=headers, compression=None, max_queue=None)
    assert json.loads(await socket.recv())["event_type"] == "connected"
    return socket


async def _told(client: httpx.AsyncClient, sockets: list[ClientConnection], lead_id: str) -> tuple[float, float]:
    """From the answer until the first and until the last listener has heard of the score; 0 when the event was there first."""
    hearing = [asyncio.create_task(_hear(socket, lead_id)) for socket in sockets]
    answer = await client.post("/v1/ml/score", json={"lead_id": lead_id, "lead_data": {"name": "Sarah Johnson", "beds": 3}})
    answered = time.perf_counter()
    assert answer.status_code == 200, answer.text
    heard = await asyncio.wait_for(asyncio.gather(*hearing), 30)
    return max(0.0, min(heard) - answered), max(0.0, max(heard) - answered)


async def _hear(socket: ClientConnection, lead_id: str) -> float:
    while True:
        event = json.loads(await socket.recv())
        if event["event_type"] == "lead_scored" and event["external_id"] == lead_id:
            return time.perf_counter()


def _figure(what: str, seconds: float, unit: str, target: str = "") -> dict[str, object]:
    return {"what": what, "value": round(seconds * 1e3, 1), "unit": unit} | ({"target": target} if target else {})
