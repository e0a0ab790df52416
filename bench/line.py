"""A kept-open HTTP/1.1 connection for measuring: requests are bytes made before the clock begins, answers are read and no more.

A client library costs as much processor time as the server does and takes it from the same machine: its figure is half its own.
"""

import asyncio
import re
from dataclasses import dataclass

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request as it goes over the line; `content_type="…"` becomes `Content-Type: …`."""
    told = {"Host": "127.0.0.1", **{name.replace("_", "-").title(): value for name, value in headers.items()}}
    told |= {"Content-Length": str(len(body))} if body else {}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


class Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._heard, self._answer, self._transport = b"", asyncio.get_running_loop().create_future(), asyncio.Transport()

    @classmethod
    async def to(cls, port: int) -> "Line":
        """Connect to this machine; raises `OSError`."""
        _, line = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return line

    async def ask(self, asked: bytes) -> Answer:
        """Send it and wait; raises `OSError` when the other side went away."""
        if self._transport.is_closing():
            raise ConnectionResetError
        self._heard, self._answer = b"", asyncio.get_running_loop().create_future()
        self._transport.write(asked)
        answer: Answer = await self._answer
        return answer

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line stands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A piece of the answer, mostly all of it."""
        self._heard += data
        head, found, body = self._heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if found and length is not None and len(body) >= int(length[1]) and not self._answer.done():
            self._answer.set_result(Answer(int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side went away."""
        if not self._answer.done():
            self._answer.set_exception(ConnectionResetError())
