"""The session cookie, and whether a request comes from our own pages."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from engine.commands.sessions import LASTS
from engine.settings import Settings


def cookie_name(settings: Settings) -> str:
    """In production the browser itself insists on https, this host and no other path (`__Host-`)."""
    return "__Host-jorge_session" if settings.env == "production" else "jorge_session"


def token_of(connection: HTTPConnection, settings: Settings) -> str | None:
    """The session token a browser sent along."""
    return connection.cookies.get(cookie_name(settings))


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    """Hand a session to the browser: out of reach for scripts and for other sites."""
    is_production = settings.env == "production"
    max_age = int(LASTS.total_seconds())
    response.set_cookie(
        cookie_name(settings), token, max_age=max_age, path="/", secure=is_production, httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, settings: Settings) -> None:
    """Take the session back from the browser."""
    is_production = settings.env == "production"
    response.delete_cookie(cookie_name(settings), path="/", secure=is_production, httponly=True, samesite="lax")


def is_foreign(connection: HTTPConnection) -> bool:
    """Whether another site's page sent this. Browsers name the origin of every form and WebSocket; programs may not."""
    origin = connection.headers.get("origin")
    if origin is None:
        return connection.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    return urlsplit(origin).netloc != connection.headers.get("host")


def own_path(target: str | None) -> str:
    """Where to go after signing in: a path on this very host, else the start page. Never another site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/auth/", "/api/", "/_stcore/")):
        return "/"
    if "\\" in target or any(ord(letter) < 33 or ord(letter) == 127 for letter in target):
        return "/"
    return target
