"""Signing in for programs: a name and a password for short-lived tokens, the next ones, and the end of them."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from engine import commands
from engine.api.bearer import signed_in
from engine.api.shapes import ALWAYS, Answer, Shape, ShortText
from engine.api.sign_in import checking
from engine.commands.tokens import Caller, Tokens
from engine.runtime import get_engine

router = APIRouter(prefix="/v1/auth", tags=["auth"], responses=ALWAYS)


class SignIn(Shape):
    """A person's own name and password, as on the sign-in page."""

    username: ShortText = Field(examples=["maria"])
    password: ShortText = Field(examples=["blue-door-84-maple"])


class Refresh(Shape):
    """The refresh token of the last answer."""

    refresh_token: ShortText


class TokenAnswer(Answer):
    """An access token for a quarter of an hour, and a refresh token for the next one. It is good once."""

    access_token: str
    refresh_token: str
    token_type: str = Field("Bearer", examples=["Bearer"])
    expires_in: int = Field(description="Seconds", examples=[900])


class WhoAnswer(Answer):
    """Whom a key or token stands for."""

    user_id: int
    username: str
    name: str
    role: str
    scopes: list[str]


@router.post("/token")
async def issue_token(request: Request, body: SignIn) -> TokenAnswer:
    """Tokens for a name and a password. Five wrong tries lock the name for a while, as on the sign-in page."""
    engine, address = get_engine(), request.client.host if request.client else "unknown"
    return _told(await to_thread.run_sync(commands.issue_tokens, engine, body.username, body.password, address, limiter=checking))


@router.post("/refresh")
async def refresh_token(body: Refresh) -> TokenAnswer:
    """The next pair of tokens. A refresh token used a second time ends everything that came from its sign-in."""
    return _told(await to_thread.run_sync(commands.refresh_tokens, get_engine(), body.refresh_token))


@router.post("/revoke", status_code=204, response_class=Response)
async def revoke_token(caller: Annotated[Caller, Depends(signed_in)]) -> Response:
    """End the sign-in that this token comes from, at once: the token itself and every one after it."""
    await to_thread.run_sync(commands.revoke_tokens, get_engine(), caller)
    return Response(status_code=204)


@router.get("/me")
async def show_caller(caller: Annotated[Caller, Depends(signed_in)]) -> WhoAnswer:
    """Whom this key or token stands for, and what it may be used for."""
    actor = caller.actor
    return WhoAnswer(
        user_id=actor.user_id,
        username=actor.username,
        name=actor.name,
        role=actor.role.value,
        scopes=sorted(scope.value for scope in caller.scopes),
    )


def _told(tokens: Tokens) -> TokenAnswer:
    return TokenAnswer(access_token=tokens.access_token, refresh_token=tokens.refresh_token, expires_in=tokens.expires_in)
