"""Scoring over HTTP: one lead's wait over loopback (authenticated, not cached, with reasons, stored), and how many a second."""

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bench.line import Line, request
from tests.stories.conftest import Office

N_ALONE, N_TOGETHER, AT_ONCE, N_HEALTH = 1_000, 8_000, 16, 1_000


def run(n_alone: int = N_ALONE, n_together: int = N_TOGETHER) -> list[dict[str, object]]:
    """A real web process, a real key, and a client on the same machine."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "home")
        office.engine("setup")
        key = office.engine("token", "issue", "bench").stdout.strip()
        os.environ["JORGE_API_RATE"] = "1000000/minute"  # the bench is one caller
        web = office.start_web()
        try:
            return asyncio.run(_measured(office.port, key, web.pid, n_alone, n_together))
        finally:
            office.close()


async def _measured(port: int, key: str, pid: int, n_alone: int, n_together: int) -> list[dict[str, object]]:
    line = await Line.to(port)
    await _one_by_one(line, _scorings(key, "warm", 200))  # the model is compiled, the connection open
    cpu = cpu_seconds(pid)
    alone = sorted(await _one_by_one(line, _scorings(key, "alone", n_alone)))
    alone_cpu = (cpu_seconds(pid) - cpu) / n_alone
    health = sorted(await _one_by_one(line, [request("GET", "/api/health/live")] * N_HEALTH))
    line.close()
    together = _scorings(key, "together", n_together)
    cpu, began = cpu_seconds(pid), time.perf_counter()
    waits = sorted(await _together(port, together))
    rate, together_cpu = n_together / (time.perf_counter() - began), (cpu_seconds(pid) - cpu) / n_together
    return [
        _figure("One lead scored and stored over HTTP, p50", statistics.median(alone) * 1e3, "ms", "≤ 4 ms"),
        _figure("One lead scored and stored over HTTP, p99", alone[int(n_alone * 0.99)] * 1e3, "ms", "≤ 15 ms"),
        _figure("The server's processor time for one lead", alone_cpu * 1e3, "ms"),
        _figure(f"Leads scored and stored a second, {AT_ONCE} requests at once", rate, "leads/s", "≥ 400 leads/s"),
        _figure(f"One lead among {AT_ONCE} at once, p99", waits[int(n_together * 0.99)] * 1e3, "ms"),
        _figure(f"The server's processor time for a lead, {AT_ONCE} requests at once", together_cpu * 1e3, "ms"),
        _figure("Health, p99", health[int(N_HEALTH * 0.99)] * 1e3, "ms", "≤ 5 ms"),
    ]


async def _together(port: int, asked: Iterable[bytes]) -> list[float]:
    """Ask on several connections, each as soon as it was answered; answers how long each request took."""
    waiting = iter(asked)
    lines = [await Line.to(port) for _ in range(AT_ONCE)]
    waits = await asyncio.gather(*(_one_by_one(line, waiting) for line in lines))
    for line in lines:
        line.close()
    return [wait for own in waits for wait in own]


async def _one_by_one(line: Line, asked: Iterable[bytes]) -> list[float]:
    waits = []
    for one in asked:
        began = time.perf_counter()
        answer = await line.ask(one)
        waits.append(time.perf_counter() - began)
        assert answer.status == 200, answer.body
        assert b'cache_hit":true' not in answer.body, "this score was found again, not made"
    return waits


def _scorings(key: str, name: str, n: int) -> list[bytes]:
    """Requests to score new leads, each another."""
    return [_scoring(key, f"{name}-{number}", number) for number in range(n)]


def _scoring(key: str, lead_id: str, number: int) -> bytes:
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
        "listing_price": f"${500_000 + number:,}",  # so that no two leads are alike and no score is found again
    }
    body = json.dumps({"lead_id": lead_id, "lead_data": data}).encode()
    return request("POST", "/api/v1/ml/score", body, authorization=f"Bearer {key}", content_type="application/json")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its threads so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _figure(what: str, value: float, unit: str, target: str = "") -> dict[str, object]:
    return {"what": what, "value": round(value, 2), "unit": unit} | ({"target": target} if target else {})
