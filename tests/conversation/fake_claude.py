"""A local HTTP server that speaks the Messages API, for the real client to talk to. Its answers are written by hand in the API's shape."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class FakeClaude:
    """What it was asked, and what it answers next; the last reply is given again and again."""

    url: str = ""
    replies: list[Any] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: dict[str, Any]) -> Reply:
        self.requests.append(request)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        return reply(request) if callable(reply) else reply


def message(content: str | list[dict[str, Any]], *, stop: str = "end_turn", usage: dict[str, int] | None = None) -> Reply:
    """A whole answer."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    used = {"input_tokens": 900, "output_tokens": 150, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0} | (
        usage or {}
    )
    body = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": blocks,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": used,
    }
    return 200, {"content-type": "application/json"}, json.dumps(body).encode()


def failure(status: int, kind: str = "api_error", **headers: str) -> Reply:
    """One of the API's errors."""
    body = {"type": "error", "error": {"type": kind, "message": "as recorded"}}
    return status, {"content-type": "application/json", **headers}, json.dumps(body).encode()


def reading(band: str = "hot", quote: str = "", says: str = "Wants to see a home", **more: Any) -> str:
    """A second reading as JSON."""
    said = {"band": band, "grounds": [{"says": says, "quote": quote}], "missing": ["timeline"], "next_action": "call_now"}
    return json.dumps(said | more)


def case_in(request: dict[str, Any]) -> dict[str, Any]:
    """The case that a question carries."""
    told = request["messages"][0]["content"]
    found: dict[str, Any] = json.loads(told[told.index("{") : told.rindex("}") + 1])
    return found


def slow(seconds: float) -> Callable[[dict[str, Any]], Reply]:
    """Answers only after a while."""

    def late(_request: dict[str, Any]) -> Reply:
        time.sleep(seconds)
        return message("{}")

    return late


@contextmanager
def fake_claude(*replies: Any) -> Iterator[FakeClaude]:
    """The server, for as long as the block lasts."""
    fake = FakeClaude(replies=list(replies))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, headers, body = fake.answer(asked | {"path": self.path, "key": self.headers.get("x-api-key")})
            try:
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):  # whoever asked has given up
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (as the library calls it)
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
