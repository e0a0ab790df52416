"""How the API says what went wrong: one JSON shape, one place; never a stack trace."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from engine.errors import BadInput, Conflict, JorgeError, ModelUnusable, NotAllowed, NotFound, SignInRefused, StoreUnavailable

log = logging.getLogger(__name__)

_STATUS: list[tuple[type[JorgeError], int]] = [
    (BadInput, 422),
    (NotFound, 404),
    (NotAllowed, 403),
    (SignInRefused, 401),
    (Conflict, 409),
    (StoreUnavailable, 503),
    (ModelUnusable, 503),
]
_HTTP_CODES = {400: "bad_request", 401: "signed_out", 403: "not_allowed", 404: "not_found", 405: "wrong_method", 413: "too_large"}


def status_of(error: JorgeError) -> int:
    """The HTTP status of one of our errors."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_answer(status: int, code: str, message: str, field: str | None = None) -> JSONResponse:
    """The one shape in which the API refuses."""
    error = {"code": code, "message": message} | ({"field": field} if field else {})
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "1"} if status == 503 else None
    return JSONResponse({"error": error}, status_code=status, headers=headers)


def answer_errors(app: FastAPI) -> FastAPI:
    """Have an application answer every error in the one shape."""
    app.add_exception_handler(JorgeError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)
    return app


async def answer_of(request: Request, error: Exception) -> JSONResponse:
    """What a request is answered that ended in this error."""
    known = {JorgeError: _known, HTTPException: _http}
    return await next((answer for kind, answer in known.items() if isinstance(error, kind)), _unknown)(request, error)


async def _known(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, JorgeError)
    return error_answer(status_of(error), error.code, error.message, error.field)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return error_answer(400, "bad_request", "The body is not JSON")
    field = ".".join(_readable(place) for place in first["loc"][1:])
    return error_answer(422, "bad_input", str(first["msg"]).removeprefix("Value error, "), field or None)


def _readable(place: object) -> str:
    """A member's name as it may be told: what somebody made one up of may not be text at all."""
    return str(place).encode("ascii", "backslashreplace").decode()[:80]


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    answer = error_answer(error.status_code, _HTTP_CODES.get(error.status_code, "refused"), str(error.detail))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _unknown(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return error_answer(500, "error", "Something went wrong here. It was written to the log.")
