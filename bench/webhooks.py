"""A burst of signed webhooks over loopback with a kill -9 in the middle: how many a second, and that each acknowledged one is kept."""

import asyncio
import base64
import json
import os
import re
import signal
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from engine.store.access_tables import webhook_events
from engine.store.ledger import Ledger
from tests.stories.conftest import Office

A_SECOND, SECONDS, AT_ONCE = 1_000, 10, 64
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")


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
    head = (
        "POST /api/webhooks/ghl HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
        "X-GHL-Signature: {}\r\n\r\n"
    )
    return f"w-{number}", head.format(len(raw), base64.b64encode(key.sign(raw)).decode()).encode() + raw


async def _send(port: int, bodies: Sequence[tuple[str, bytes]], a_second: int, killed: int | None) -> tuple[set[str], float]:
    """Send at that pace, as far as the other side keeps up; answers which were acknowledged, and how long it took."""
    acknowledged: set[str] = set()
    waiting, began = iter(enumerate(bodies)), time.perf_counter()

    async def sender() -> None:
        line: _Line | None = None
        for number, (event_id, request) in waiting:
            await asyncio.sleep(max(0.0, number / a_second - (time.perf_counter() - began)))
            if killed is not None and number == len(bodies) // 2:
                os.kill(killed, signal.SIGKILL)
            try:
                line = line or await _Line.to(port)
                if await line.ask(request) == 200:
                    acknowledged.add(event_id)
            except OSError:
                line = None

    await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
    return acknowledged, time.perf_counter() - began


class _Line(asyncio.Protocol):
    """One kept-open connection: a request goes out as the bytes it was made of before the clock began.

    A client library costs as much processor time as the server does, and takes it from the same machine.
    """

    def __init__(self) -> None:
        self._heard, self._answer, self._transport = b"", asyncio.get_running_loop().create_future(), asyncio.Transport()

    @classmethod
    async def to(cls, port: int) -> "_Line":
        """Connect to this machine; raises `OSError`."""
        _, line = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return line

    async def ask(self, request: bytes) -> int:
        """The status of the answer; raises `OSError` when the other side went away."""
        if self._transport.is_closing():
            raise ConnectionResetError
        self._heard, self._answer = b"", asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Both ends are there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A piece of the answer: it is whole when as much came after its head as its head says."""
        self._heard += data
        head, _, rest = self._heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length and len(rest) >= int(length[1]) and not self._answer.done():
            self._answer.set_result(int(head.split(b" ", 2)[1]))

    def connection_lost(self, _error: Exception | None) -> None:
        """The other side is gone."""
        if not self._answer.done():
            self._answer.set_exception(ConnectionResetError())
