"""The double as a process: plain HTTP on this machine, real hang-ups and silence, signed webhooks, and doors to steer it.

The standard library's server, because only a bare socket can break a connection in the ways that must be survived.
"""

import logging
import socket
import struct
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from engine.clock import Clock, SystemClock
from engine.ghl import double_people as people
from engine.ghl import double_talk as talk
from engine.ghl.double import Double, ask_of, encoded
from engine.ghl.double_exchange import Ask, Refusal, Reply
from engine.ghl.double_faults import FAULTS, Fault
from engine.ghl.double_state import State

log = logging.getLogger(__name__)

_LONGEST_SILENCE_S = 120.0
_N_TRIES, _PAUSE_S = 6, 0.5  # of a webhook that is answered 429 or not at all; live waits ten minutes


class DoubleServer:
    """The double behind a port of this machine. Port 0 takes a free one."""

    def __init__(self, double: Double, *, port: int = 0, webhook_url: str = "") -> None:
        self.double, self._webhook_url = double, webhook_url
        self._stopping = threading.Event()
        self._http = _Server(port, double, self._stopping)
        self._threads = [threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)]
        if webhook_url:
            self._threads.append(threading.Thread(target=self._post_events, daemon=True))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop answering; connections under way are dropped."""
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _post_events(self) -> None:
        with httpx.Client(timeout=5.0, trust_env=False) as http:
            while not self._stopping.wait(0.05):
                for raw, headers in self.double.state.take_events():
                    self._post(http, raw, headers)

    def _post(self, http: httpx.Client, raw: bytes, headers: dict[str, str]) -> None:
        for _ in range(_N_TRIES):
            try:
                if http.post(self._webhook_url, content=raw, headers=headers).status_code != 429:
                    return
            except httpx.HTTPError as error:
                log.warning("a webhook could not be delivered: %s", type(error).__name__)
            if self._stopping.wait(_PAUSE_S):
                return
        log.warning("a webhook was given up, as live would")


def run(*, port: int, state_path: Path | None, webhook_url: str, list_lag_seconds: float, clock: Clock | None = None) -> None:
    """Be GoHighLevel's double until stopped; writes its public key beside its state."""
    state = State(path=state_path, clock=clock or SystemClock(), list_lag_seconds=list_lag_seconds)
    if state_path:
        state_path.with_suffix(".pem").write_text(state.public_key, encoding="ascii")
    server = DoubleServer(Double(state=state), port=port, webhook_url=webhook_url)
    server.start()
    log.info("GoHighLevel's double answers on %s; everything in it is made up", server.url)
    try:
        while True:
            time.sleep(3600)
    finally:
        server.stop()
        state.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, double: Double, stopping: threading.Event) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.double, self.stopping = double, stopping


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: _Server

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        ask = ask_of(self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers.items()), raw)
        is_door = parts.path.startswith("/_double/")
        self._give(steered(self.server.double, ask) if is_door else self.server.double.answer(ask))

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  the library's names

    def _give(self, reply: Reply) -> None:
        if reply.manner == "hang":
            self.server.stopping.wait(_LONGEST_SILENCE_S)
        if reply.manner in ("hang", "reset"):
            self._break()
            return
        headers, body = encoded(reply)
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.manner == "drip":
            self._drip(body)
        else:
            self.wfile.write(body)

    def _break(self) -> None:
        """Close so that the other side sees a reset, not an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _drip(self, body: bytes) -> None:
        for byte in body:
            self.wfile.write(bytes([byte]))
            if self.server.stopping.wait(0.05):
                return

    def handle_one_request(self) -> None:
        """One request; a connection that was broken, on purpose or by a kill, just ends."""
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        """Likewise when the connection is cleaned up."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        """Requests go to our log, at a level that is off by default."""
        log.debug("%s", format % args)


def steered(double: Double, ask: Ask) -> Reply:
    """A request to the doors that live doesn't have: faults, clock, contacts, inbound messages, what was delivered."""
    with double.state.lock:
        double.state.begin()
        try:
            return Reply(200, _DOORS[(ask.method, ask.path.removeprefix("/_double/"))](double, ask.body))
        except KeyError:
            return Reply(404, {"message": f"the double has no door {ask.method} {ask.path}"})
        except Refusal as refusal:
            return Reply(refusal.status, {"message": refusal.message})
        finally:
            double.state.commit()


def _set_faults(double: Double, body: dict[str, Any]) -> Any:
    faults = [Fault(**one) for one in body.get("script", ())]
    chaos = body.get("chaos") or {}
    if strange := ({fault.name for fault in faults} | set(chaos.get("names", ()))) - set(FAULTS):
        raise Refusal(422, f"unknown faults: {', '.join(sorted(strange))}")
    double.script.faults = faults
    double.script.chaos_rate, double.script.chaos_names = float(chaos.get("rate", 0.0)), tuple(chaos.get("names", ()))
    double.script.chaos_seconds = float(chaos.get("seconds", 1.0))
    double.script.chance.seed(int(chaos.get("seed", 1)))
    return {"faults": len(faults)}


def _advance(double: Double, body: dict[str, Any]) -> Any:
    double.state.ahead += timedelta(seconds=float(body["advance_seconds"]))
    return {"now": double.state.stamp()}


def _set_limits(double: Double, body: dict[str, Any]) -> Any:
    double.limit = int(body.get("limit", double.limit))
    double.state.list_lag_seconds = float(body.get("list_lag_seconds", double.state.list_lag_seconds))
    return {"limit": double.limit, "list_lag_seconds": double.state.list_lag_seconds}


def _inbound(double: Double, body: dict[str, Any]) -> Any:
    row = talk.receive(double.state, body["contactId"], body["body"], body.get("type", "SMS"), body.get("subject", ""))
    return {"messageId": row["id"]}


def _set_status(double: Double, body: dict[str, Any]) -> Any:
    talk.set_status(double.state, body["messageId"], body["status"])
    return {}


_DOORS: dict[tuple[str, str], Callable[[Double, dict[str, Any]], Any]] = {
    ("POST", "faults"): _set_faults,
    ("POST", "clock"): _advance,
    ("POST", "limits"): _set_limits,
    ("POST", "contacts"): lambda double, body: people.shown(people.add(double.state, body)),
    ("POST", "inbound"): _inbound,
    ("POST", "status"): _set_status,
    ("GET", "deliveries"): lambda double, _body: {"deliveries": double.state.deliveries()},
    ("GET", "log"): lambda double, _body: {"requests": [list(one) for one in double.log]},
    ("GET", "contacts"): lambda double, _body: {"contacts": list(double.state.kinds["contacts"].values())},
    ("GET", "key"): lambda double, _body: {"pem": double.state.public_key},
}
