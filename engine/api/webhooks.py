"""Where GoHighLevel's webhooks arrive: checked over the raw body, kept in one transaction with all that came beside it, then acknowledged.

Only a 429 surely makes GoHighLevel send again, so whatever can't be kept is answered with that.
They come in bursts, and most of what stands between a request and its route is there for pages' sake and costs more than keeping an
event: the hatch takes webhooks in before it, through the API's own door.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api import shapes
from engine.api.door import Door, TooLarge
from engine.api.errors import error_answer
from engine.api.shapes import Answer
from engine.commands.webhooks import check_webhook, keep_webhooks
from engine.errors import SignInRefused
from engine.records.ghl import ProviderEvent
from engine.runtime import Engine, get_engine

log = logging.getLogger(__name__)

AT_ONCE = 500  # in one transaction
MOST_WAITING, MOST_BYTES = 4_096, 64 * 1_048_576
_MOUNT, _PREFIX, _PATH = "/api", "/webhooks", "/ghl"

router = APIRouter(prefix=_PREFIX, tags=["webhooks"])


class WebhookAnswer(Answer):
    """The event is kept."""

    status: str = Field(examples=["kept"])


@dataclass(slots=True)
class _Brought:
    event: ProviderEvent
    raw: str
    is_kept: "asyncio.Future[bool]"


class Counter:
    """Gathers the webhooks of one event loop: while one transaction is written, the next ones wait together."""

    def __init__(self, engine: Callable[[], Engine] = get_engine) -> None:
        self._engine = engine
        self._waiting: list[_Brought] = []
        self._n_bytes = 0
        self._writing = CapacityLimiter(1)  # a thread of its own: slow requests elsewhere don't hold acknowledgements up
        self._worker: asyncio.Task[None] | None = None

    async def keep(self, event: ProviderEvent, raw: bytes) -> bool:
        """Keep one event; true once it is durable, false if that can't be done now."""
        if len(self._waiting) >= MOST_WAITING or self._n_bytes + len(raw) > MOST_BYTES:
            return False
        brought = _Brought(event, raw.decode("utf-8", "replace"), asyncio.get_running_loop().create_future())
        self._waiting.append(brought)
        self._n_bytes += len(raw)
        try:
            if self._worker is None or self._worker.done() or self._worker.get_loop() is not asyncio.get_running_loop():
                self._worker = asyncio.create_task(self._work())
            return await brought.is_kept
        finally:
            self._n_bytes -= len(raw)

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            is_kept = await self._write(group)
            for one in group:
                if not one.is_kept.done():  # whoever brought it went away; it is kept all the same
                    one.is_kept.set_result(is_kept)

    async def _write(self, group: list[_Brought]) -> bool:
        try:
            events = [(one.event, one.raw) for one in group]
            await to_thread.run_sync(lambda: keep_webhooks(self._engine(), events), limiter=self._writing)
        except Exception:  # whatever it was, none of them is acknowledged: they come again
            log.exception("%s webhooks could not be kept", len(group))
            return False
        return True


_counter = Counter()


@router.post(
    _PATH,
    responses={
        200: {"model": WebhookAnswer, "description": "Kept; it is worked off beside"},
        429: {"model": shapes.ErrorAnswer, "description": "It can't be kept now: please send it again"},
        **shapes.refusals(401, 413),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object", "example": {"type": "ContactUpdate", "webhookId": "…"}}}},
        },
        "parameters": [
            {
                "name": "X-GHL-Signature",
                "in": "header",
                "required": True,
                "description": "Ed25519 over the exact body, base64. The legacy `X-WH-Signature` counts only where it is switched on.",
                "schema": {"type": "string"},
            }
        ],
    },
)
async def take_webhook(request: Request) -> JSONResponse:
    """An event of GoHighLevel's. It is acknowledged once it is durable; the same `webhookId` twice is one event."""
    raw = await request.body()
    try:
        event = check_webhook(get_engine(), raw, request.headers)
    except SignInRefused as error:
        return error_answer(401, "bad_signature", error.message)
    return JSONResponse({"status": "kept"}) if await _counter.keep(event, raw) else _not_kept()


class Hatch:
    """Takes webhooks in before everything that only other requests need."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._door = app, Door(_take)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a webhook; let everything else through."""
        if scope["type"] == "http" and scope["path"] == _MOUNT + _PREFIX + _PATH and scope["method"] == "POST":
            await self._door({**scope, "root_path": _MOUNT, "route": router.routes[0]}, receive, send)
        else:
            await self._app(scope, receive, send)


async def _take(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        answer = await take_webhook(Request(scope, receive))
    except TooLarge:
        raise
    except ClientDisconnect:
        return
    except Exception:  # whatever it was, it isn't acknowledged: it comes again
        log.exception("a webhook could not be looked at")
        answer = _not_kept()
    await answer(scope, receive, send)


def _not_kept() -> JSONResponse:
    answer = error_answer(429, "not_kept", "This event can't be kept now. Please send it again")
    answer.headers["Retry-After"] = "10"
    return answer
