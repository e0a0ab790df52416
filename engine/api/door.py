"""What every request of the API passes: its number, how many at once, how large, who, how often. And one line in the log."""

import logging
import re
import secrets

from limits import RateLimitItem, parse
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api import metrics
from engine.api.bearer import recognise
from engine.api.errors import error_answer
from engine.api.rates import Rates, Standing
from engine.clock import stopwatch
from engine.commands.tokens import Caller
from engine.commands.uploads import MAX_BYTES
from engine.logs import request_id
from engine.runtime import get_engine

log = logging.getLogger(__name__)

LARGEST_BODY = 1_048_576
_LARGEST_UPLOAD = MAX_BYTES + 65_536  # a file in its multipart wrapping
# Asked by machines again and again, and cheap. Webhooks come in bursts, are signed, and have a waiting room of their own.
_UNCOUNTED = ("/health/", "/docs", "/openapi.json", "/metrics", "/webhooks/")
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class TooLarge(Exception):
    """The body went over its limit while it came in."""


class Door:
    """Stands before the API's routes. WebSockets pass with a number only: their routes ask for credentials themselves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._n_inside = 0
        self._rates: Rates | None = None
        self._rate: RateLimitItem | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        number = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        token, began = request_id.set(number), stopwatch()
        trail = _Trail(send, number)
        try:
            await self._enter(scope, receive, trail)
        finally:
            _note(scope, trail.status, stopwatch() - began)
            request_id.reset(token)

    async def _enter(self, scope: Scope, receive: Receive, trail: "_Trail") -> None:
        engine = get_engine()
        if self._n_inside >= engine.settings.api_at_once and not _is_uncounted(scope):
            await _busy()(scope, receive, trail.send)
            return
        self._n_inside += 1
        try:
            await self._let_in(scope, receive, trail)
        finally:
            self._n_inside -= 1

    async def _let_in(self, scope: Scope, receive: Receive, trail: "_Trail") -> None:
        largest = _LARGEST_UPLOAD if scope["path"].rstrip("/").endswith("/v1/batches") else LARGEST_BODY
        body = _Body(receive, largest)
        if _announced(scope) > largest:
            await _too_large(largest)(scope, receive, trail.send)
            return
        if not _is_uncounted(scope):
            caller = scope["jorge.caller"] = await recognise(HTTPConnection(scope))
            standing = await self._count(scope, caller)
            trail.standing = standing
            if not standing.is_allowed:
                await _too_often(standing)(scope, receive, trail.send)
                return
        else:
            scope["jorge.caller"] = await recognise(HTTPConnection(scope))
        trail.body = body
        try:
            await self._app(scope, body.receive, trail.send)
        except TooLarge:
            pass
        except Exception:  # already logged and answered by the API; the server would write what was sent into its log
            if trail.status is None:
                raise
        if body.is_over and trail.status is None:  # whatever the route made of half a body was not let out
            trail.body = None
            await _too_large(largest)(scope, receive, trail.send)

    async def _count(self, scope: Scope, caller: object) -> Standing:
        settings = get_engine().settings
        if self._rates is None or self._rate is None:
            self._rates, self._rate = Rates(settings.redis_url.get_secret_value()), parse(settings.api_rate)
        address = scope["client"][0] if scope.get("client") else "unknown"
        return await self._rates.count(self._rate, caller.subject if isinstance(caller, Caller) else f"address:{address}")


class _Trail:
    """What the answer carries on its way out."""

    def __init__(self, send: Send, number: str) -> None:
        self._send, self._number = send, number
        self.status: int | None = None
        self.standing: Standing | None = None
        self.body: _Body | None = None

    async def send(self, message: Message) -> None:
        """Add the request's number and the caller's standing; nothing goes out that was made of half a body."""
        if self.body and self.body.is_over and self.status is None:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._number
            if self.standing:
                for name, value in self.standing.headers().items():
                    headers[name] = value
        await self._send(message)


class _Body:
    """The request's body, counted while it comes in."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive, self._left = receive, largest
        self.is_over = False

    async def receive(self) -> Message:
        """The next piece; raises once it is too much."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                self.is_over = True
                raise TooLarge
        return message


def _is_uncounted(scope: Scope) -> bool:
    path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
    return path.startswith(_UNCOUNTED)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _busy() -> Response:
    return _later(error_answer(503, "busy", "More is being asked than can be answered at once. Please come back in a second"), 1)


def _too_often(standing: Standing) -> Response:
    told = f"More than {standing.limit} requests a {standing.unit}. Please come back in {standing.reset_in_s} s"
    return _later(error_answer(429, "too_many_requests", told), standing.reset_in_s)


def _too_large(largest: int) -> Response:
    return error_answer(413, "too_large", f"A request may hold at most {largest:,} bytes")


def _later(answer: Response, seconds: int) -> Response:
    answer.headers["Retry-After"] = str(max(1, seconds))
    return answer


def _note(scope: Scope, status: int | None, seconds: float) -> None:
    """One line a request: the route as written in the code, never the address, in which a phone number may stand."""
    route = getattr(scope.get("route"), "path", None) or "unmatched"
    caller = scope.get("jorge.caller")
    metrics.note_request(scope["method"], route, status or 0, seconds)
    subject = caller.subject if isinstance(caller, Caller) else "nobody"
    level = logging.DEBUG if _is_uncounted(scope) and status == 200 else logging.INFO  # supervisors ask every second
    log.log(level, "%s %s %s %.1f ms for %s", scope["method"], route, status, seconds * 1_000, subject)
