"""Who calls the API: an API key or a token in the `Authorization` header, recognised before any route runs."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from anyio import to_thread
from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from engine.access import Actor
from engine.commands.tokens import Caller, actor_from_bearer, known_caller
from engine.errors import JorgeError, NotAllowed, SignInRefused
from engine.records.key import KeyScope
from engine.runtime import get_engine

bearer_header = HTTPBearer(auto_error=False, bearerFormat="JWT or jk_… key", description="An API key (`jk_…`) or an access token.")


async def recognise(connection: HTTPConnection) -> Caller | JorgeError | None:
    """The caller behind a request; the refusal if his token is no good; None without one."""
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if not token:
        return None
    if kind.lower() != "bearer":
        return SignInRefused("Send the key or token as `Authorization: Bearer …`")
    engine, token = get_engine(), token.strip()
    try:
        return known_caller(engine, token) or await to_thread.run_sync(actor_from_bearer, engine, token)
    except JorgeError as error:
        return error


def caller_of(request: Request) -> Caller:
    """The caller whom the door recognised; raises `SignInRefused` when there is none."""
    found = request.scope.get("jorge.caller")
    if isinstance(found, Caller):
        return found
    raise found if isinstance(found, JorgeError) else SignInRefused("Send an API key or a token as `Authorization: Bearer …`")


def needs(scope: KeyScope) -> Callable[..., Awaitable[Actor]]:
    """A route's dependency: the person called for, if his key may be used for this."""

    async def allowed(
        request: Request, _shown: Annotated[HTTPAuthorizationCredentials | None, Security(bearer_header)] = None
    ) -> Actor:
        return allow(caller_of(request), scope).actor

    return allowed


async def signed_in(
    request: Request, _shown: Annotated[HTTPAuthorizationCredentials | None, Security(bearer_header)] = None
) -> Caller:
    """A route's dependency: any caller at all."""
    return caller_of(request)


def allow(caller: Caller, scope: KeyScope) -> Caller:
    """Go on only if the caller's key may be used for that."""
    if scope not in caller.scopes:
        raise NotAllowed(f"This key may not be used for '{scope.value}'")
    return caller
