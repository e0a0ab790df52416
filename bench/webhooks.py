"""A burst of signed webhooks over loopback with a kill -9 in the middle: how many a second, and that each acknowledged one is kept."""

import asyncio
import base64
import json
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from bench.line import Line, request
from engine.store.access_tables import webhook_events
from engine.store.ledger import Ledger
from tests.stories.conftest import Office

A_SECOND, SECONDS, AT_ONCE = 1_000, 10, 64


def run(a_second: int = A_SECOND, seconds: int = SECONDS, *, kills: bool = True) -> list[dict[str, object]]:
    """An undisturbed burst, then one in whose middle the web process is killed."""
    rate, _ = _burst(a_second, seconds, is_killed=False)
    figures = [
        {
            "what": "Webhooks acknowledged a second in a burst (each durable)",
            "value": round(rate),
            "unit": "webhooks/s",
            "target": "≥ 1,000",
        }
    ]
    if kills:
        _, (n_acknowledged, n_lost) = _burst(a_second, seconds, is_killed=True)
        figures += [
            {"what": "Webhooks acknowledged in a burst with kill -9 in its middle", "value": n_acknowledged, "unit": "webhooks"},
            {"what": "Acknowledged webhooks that are not in the ledger", "value": n_lost, "unit": "webhooks", "target": "0"},
        ]
    return figures


def _burst(a_second: int, seconds: int, *, is_killed: bool) -> tuple[float, tuple[int, int]]:
    with tempfile.TemporaryDirectory() as folder:
        key, pem = Ed25519PrivateKey.generate(), Path(folder) / "key.pem"
        pem.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        os.environ["JORGE_GHL_WEBHOOK_KEYS"] = str(pem)
        office = Office(Path(folder) / "home")
        office.engine("setup")
        web = office.start_web()
        bodies = [_request(key, number) for number in range(a_second * seconds)]
        try:
            acknowledged, took = asyncio.run(_send(office.port, bodies, a_second, web.pid if is_killed else None))
        finally:
            office.close()
            del os.environ["JORGE_GHL_WEBHOOK_KEYS"]
        ledger = Ledger.open(f"sqlite:///{Path(folder) / 'home' / 'ledger.sqlite3'}")
        with ledger.read() as connection:
            kept = set(connection.execute(select(webhook_events.c.event_id)).scalars())
        ledger.close()
    return len(acknowledged) / took, (len(acknowledged), len(acknowledged - kept))


def _request(key: Ed25519PrivateKey, number: int) -> tuple[str, bytes]:
    """A contact's change, signed, as the bytes that go over the line; ten of them are about the same contact."""
    told = {"type": "ContactUpdate", "id": f"c-{number // 10}", "firstName": "Ana", "email": f"ana{number // 10}@example.com"}
    stamp = {"timestamp": datetime.now(UTC).isoformat(), "webhookId": f"w-{number}", "locationId": "bench"}
    raw = json.dumps(told | stamp).encode()
    signature = base64.b64encode(key.sign(raw)).decode()
    return f"w-{number}", request("POST", "/api/webhooks/ghl", raw, content_type="application/json", x_ghl_signature=signature)


async def _send(port: int, bodies: Sequence[tuple[str, bytes]], a_second: int, killed: int | None) -> tuple[set[str], float]:
    """Send at that pace, as far as the other side keeps up; answers which were acknowledged, and how long it took."""
    acknowledged: set[str] = set()
    waiting, began = iter(enumerate(bodies)), time.perf_counter()

    async def sender() -> None:
        line: Line | None = None
        for number, (event_id, asked) in waiting:
            await asyncio.sleep(max(0.0, number / a_second - (time.perf_counter() - began)))
            if killed is not None and number == len(bodies) // 2:
                os.kill(killed, signal.SIGKILL)
            try:
                line = line or await Line.to(port)
                if (await line.ask(asked)).status == 200:
                    acknowledged.add(event_id)
            except OSError:
                line = None

    await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
    return acknowledged, time.perf_counter() - began
