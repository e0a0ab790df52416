"""Scoring over HTTP: one lead's wait over loopback (authenticated, not cached, with reasons, stored), and how many a second."""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path

import httpx

from tests.stories.conftest import Office

N_ALONE, N_TOGETHER, AT_ONCE, N_HEALTH = 400, 4_000, 16, 500


def run() -> list[dict[str, object]]:
    """A real web process, a real key, and a client on the same machine."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "home")
        office.engine("setup")
        key = office.engine("token", "issue", "bench").stdout.strip()
        os.environ["JORGE_API_RATE"] = "1000000/minute"  # the bench is one caller
        office.start_web()
        try:
            return asyncio.run(_measured(office.url, key))
        finally:
            office.close()


async def _measured(url: str, key: str) -> list[dict[str, object]]:
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=f"{url}/api", headers={"Authorization": f"Bearer {key}"}, limits=limits, timeout=60
    ) as client:
        for number in range(50):  # the model is compiled, the connection open
            await _score(client, f"warm-{number}")
        alone = sorted([await _score(client, f"alone-{number}") for number in range(N_ALONE)])
        health = sorted([await _timed(client.get("/health/live")) for _ in range(N_HEALTH)])
        rate = await _together(client)
    return [
        _figure("One lead scored and stored over HTTP, p50", statistics.median(alone) * 1e3, "ms", "≤ 4 ms"),
        _figure("One lead scored and stored over HTTP, p99", alone[int(len(alone) * 0.99)] * 1e3, "ms", "≤ 15 ms"),
        _figure(f"Leads scored and stored a second, {AT_ONCE} requests at once", rate, "leads/s", "≥ 400 leads/s"),
        _figure("Health, p99", health[int(len(health) * 0.99)] * 1e3, "ms", "≤ 5 ms"),
    ]


async def _together(client: httpx.AsyncClient) -> float:
    numbers = iter(range(N_TOGETHER))

    async def worker() -> None:
        for number in numbers:
            await _score(client, f"together-{number}")

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return N_TOGETHER / (time.perf_counter() - began)


async def _score(client: httpx.AsyncClient, lead_id: str) -> float:
    said = {
        "at": "2026-03-01T10:00:00Z",
        "channel": "sms",
        "direction": "inbound",
        "body": f"We must move by June. Is it free? {lead_id}",
    }
    data = {
        "name": "Sarah Johnson",
        "budget_range": "500k-750k",
        "location_preference": "Rancho Cucamonga",
        "interaction_history": [said],
    }
    return await _timed(client.post("/v1/ml/score", json={"lead_id": lead_id, "lead_data": data | {"beds": len(lead_id) % 5 + 1}}))


async def _timed(asked: Coroutine[object, object, httpx.Response]) -> float:
    began = time.perf_counter()
    answer = await asked
    assert answer.status_code == 200, answer.text
    return time.perf_counter() - began


def _figure(what: str, value: float, unit: str, target: str) -> dict[str, object]:
    return {"what": what, "value": round(value, 1), "unit": unit, "target": target}
