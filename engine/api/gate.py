"""The gate: nothing of the product is served, and no page's script runs, for a browser that isn't signed in.

It stands before Streamlit as ASGI middleware. Pages learn from it who is there, as `st.user` (see .streamlit/config.toml).
"""

from urllib.parse import quote

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.api.cookies import token_of
from engine.api.errors import error_answer
from engine.commands.sessions import Session, known_session, session_of
from engine.errors import JorgeError
from engine.runtime import get_engine

# Open to all. `/auth/` is how one comes in; `/api/` asks for its own credentials, route by route.
OPEN_PREFIXES = ("/auth/", "/api/")
OPEN_PATHS = {"/_stcore/health"}
_OWN_FILES = "/app/static/"  # the pages' style, fonts and scripts
_PROGRAM_PREFIXES = ("/_stcore/", "/media/", "/component/", "/static/", "/download/", _OWN_FILES)
_IDENTITY_PREFIX = b"x-jorge-"
SIGNED_OUT = 4401  # a WebSocket's way of saying 401

# Pages may load nothing from elsewhere: a picture's address in a lead's notes must not tell another site that it was read.
# Streamlit needs inline styles and scripts, `eval` for charts, and blob: modules for components.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; frame-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


class Gate:
    """Lets signed-in browsers through and tells the rest where to sign in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request or one WebSocket, and every message that comes over it."""
        if scope["type"] == "http":
            await self._http(scope, receive, _with_headers(scope, send))
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].isprintable():  # a line break in it would slip past the mounts, to Streamlit's own shell
            await error_answer(404, "not_found", "There is nothing here under that name")(scope, receive, send)
            return
        try:
            session = None if is_open(scope["path"]) else await session_behind(scope)
        except JorgeError as error:
            await error_answer(503, error.code, error.message)(scope, receive, send)
            return
        if is_open(scope["path"]):
            await self._app(_identified(scope, None), receive, send)
        elif session is None or session.must_change_password:
            await _refusal(scope, session)(scope, receive, send)
        else:
            await self._app(_identified(scope, session), receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_open(scope["path"]):
            await self._app(_identified(scope, None), receive, send)
            return
        session = await session_behind(scope)
        if session is None or session.must_change_password:
            await receive()  # the handshake, which is thereby refused with 403
            await send({"type": "websocket.close", "code": SIGNED_OUT})
            return

        async def receive_while_signed_in() -> Message:
            """Each message of an open page runs its script again: not after the session has ended."""
            message = await receive()
            if message["type"] == "websocket.receive" and await session_behind(scope) is None:
                await send({"type": "websocket.close", "code": SIGNED_OUT, "reason": "signed out"})
                return {"type": "websocket.disconnect", "code": SIGNED_OUT}
            return message

        await self._app(_identified(scope, session), receive_while_signed_in, send)


def is_open(path: str) -> bool:
    """Whether a path is served to everybody."""
    return path in OPEN_PATHS or path.startswith(OPEN_PREFIXES)


async def session_behind(scope: Scope) -> Session | None:
    """The session of this request's cookie. The ledger is asked in a thread, so that it can't hold up everybody else."""
    engine = get_engine()
    token = token_of(HTTPConnection(scope), engine.settings)
    if token is None:
        return None
    return known_session(engine, token) or await to_thread.run_sync(session_of, engine, token)


def _identified(scope: Scope, session: Session | None) -> Scope:
    """The request with our word on who it is, in place of whatever it claimed itself."""
    headers = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(_IDENTITY_PREFIX)]
    if session is not None:
        actor = session.actor
        ours = {"user-id": str(actor.user_id), "username": actor.username, "role": actor.role.value, "session": session.session_id}
        headers += [(_IDENTITY_PREFIX + name.encode(), value.encode("latin-1")) for name, value in ours.items()]
    return {**scope, "headers": headers, "jorge.session": session}


def _refusal(scope: Scope, session: Session | None) -> Response:
    path = scope["path"]
    if scope["method"] not in {"GET", "HEAD"} or path.startswith(_PROGRAM_PREFIXES):
        return error_answer(401, "signed_out", "Please sign in")
    if session is not None:
        return RedirectResponse("/auth/password", status_code=303)
    query = scope["query_string"].decode("latin-1")
    target = quote(path + (f"?{query}" if query else ""), safe="")
    return RedirectResponse("/auth/sign-in" + (f"?next={target}" if target != "%2F" else ""), status_code=303)


def _with_headers(scope: Scope, send: Send) -> Send:
    """What every answer carries for the browser's eyes."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"
            headers.setdefault("Content-Security-Policy", _POLICY)
            if scope["path"].startswith(_OWN_FILES):
                headers["Cache-Control"] = "private, max-age=600"
            elif not scope["path"].startswith("/static/"):
                headers["Cache-Control"] = "no-store"
            if scope["scheme"] == "https":
                headers["Strict-Transport-Security"] = "max-age=31536000"
        await send(message)

    return send_with_headers
