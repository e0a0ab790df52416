"""Shorter ways for requests that come many times a second: the API without Streamlit's stack, scoring without FastAPI's.

Each layer that only other requests need costs processor time that others wait for: together more than scoring a lead.
"""

from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.door import TooLarge
from engine.api.errors import answer_of
from engine.api.ml import score_straight

_MOUNT, _SCORE = "/api", "/v1/ml/score"


@dataclass(frozen=True, slots=True)
class _Route:
    path: str


class PastPages:
    """Brings the API's requests to it before they pass what the pages need."""

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self._app, self._api = app, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, as a mount would."""
        if scope["type"] == "http" and scope["path"].startswith(f"{_MOUNT}/"):
            root = scope.get("root_path", "")
            await self._api({**scope, "app_root_path": root, "root_path": root + _MOUNT}, receive, send)
        else:
            await self._app(scope, receive, send)


class ScoreFirst:
    """Answers requests to score one lead by itself. What isn't in order goes the general way, so that both refuse in the same words."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != _MOUNT + _SCORE:
            await self._app(scope, receive, send)
            return
        scope["route"] = _Route(_SCORE)  # what the log and the figures call it
        request = Request(scope, receive)
        try:
            answer = await score_straight(request)
        except (TooLarge, ClientDisconnect):
            raise
        except Exception as error:  # noqa: BLE001 (the one place that answers errors says which)
            answer = await answer_of(request, error)
        if answer is None:
            await self._app(scope, _again(await request.body(), receive), send)
        else:
            await answer(scope, receive, send)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read already, once more; then whatever else comes."""
    told = [False]

    async def once_more() -> Message:
        if told[0]:
            return await receive()
        told[0] = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_more
