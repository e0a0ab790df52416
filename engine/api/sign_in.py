"""The pages for signing in, signing out and choosing a password: plain HTML that works before anything else does."""

from pathlib import Path
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from engine.api.cookies import drop_cookie, is_foreign, own_path, set_cookie, token_of
from engine.commands import people
from engine.commands.passwords import SHORTEST
from engine.errors import JorgeError, SignInRefused
from engine.runtime import get_engine

_FOLDER = Path(__file__).parent / "templates"
_templates = Environment(loader=FileSystemLoader(_FOLDER), autoescape=select_autoescape())
_LARGEST_FORM = 16_384
checking = CapacityLimiter(2)  # a check costs a quarter of a second of a core: a flood of them must not hold up the office
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


async def show_sign_in(request: Request) -> Response:
    """The sign-in form, or straight on for who is already in."""
    target = own_path(request.query_params.get("next"))
    if await _session(request):
        return RedirectResponse(target, status_code=303)
    note = "You are signed out." if "signed-out" in request.query_params else ""
    return _page("sign_in.html", target=target, note=note)


async def take_sign_in(request: Request) -> Response:
    """Check name and password; on success hand out the session's cookie."""
    form = await _form(request)
    engine, target = get_engine(), own_path(form.get("next"))
    username, password = form.get("username", ""), form.get("password", "")
    try:
        signed_in = await to_thread.run_sync(people.sign_in, engine, username, password, _address(request), limiter=checking)
    except SignInRefused as error:
        return _page("sign_in.html", status=401, target=target, username=username, problem=error.message)
    replaced = token_of(request, engine.settings)
    if replaced:
        await to_thread.run_sync(people.sign_out, engine, replaced)
    response = RedirectResponse("/auth/password" if signed_in.must_change_password else target, status_code=303)
    set_cookie(response, engine.settings, signed_in.token)
    return response


async def show_sign_out(request: Request) -> Response:
    """One click on our own pages signs out; from anywhere else there is a button first, or any page could do it to a visitor."""
    session = await _session(request)
    if request.headers.get("sec-fetch-site") == "same-origin" and "sec-purpose" not in request.headers:
        return await _end_session(request)
    return _page("sign_out.html", name=session.actor.name) if session else RedirectResponse("/auth/sign-in", status_code=303)


async def take_sign_out(request: Request) -> Response:
    """End the session for good: the cookie is worth nothing from now on, wherever a copy of it may be."""
    await _form(request)
    return await _end_session(request)


async def _end_session(request: Request) -> Response:
    engine = get_engine()
    token = token_of(request, engine.settings)
    if token:
        await to_thread.run_sync(people.sign_out, engine, token)
    response = RedirectResponse("/auth/sign-in?signed-out", status_code=303)
    drop_cookie(response, engine.settings)
    return response


async def show_password(request: Request) -> Response:
    """The form to choose one's own password."""
    session = await _session(request)
    return _password_page(session) if session else RedirectResponse("/auth/sign-in", status_code=303)


async def take_password(request: Request) -> Response:
    """Replace the password; every other session of this person ends, this browser gets a fresh one."""
    form = await _form(request)
    engine, session = get_engine(), await _session(request)
    if session is None:
        return RedirectResponse("/auth/sign-in", status_code=303)
    if form.get("new", "") != form.get("repeated", ""):
        return _password_page(session, status=422, problem="The two new passwords differ")

    def change() -> str:
        people.change_password(
            engine, session.actor, current=form.get("current", ""), new=form.get("new", ""), address=_address(request)
        )
        return people.start_session(engine, session.actor)

    try:
        token = await to_thread.run_sync(change, limiter=checking)
    except JorgeError as error:
        return _password_page(session, status=422, problem=error.message)
    response = RedirectResponse("/", status_code=303)
    set_cookie(response, engine.settings, token)
    return response


async def show_style(_request: Request) -> Response:
    """The style sheet of these pages."""
    return FileResponse(_FOLDER / "auth.css", media_type="text/css")


def sign_in_app() -> Starlette:
    """Everything under `/auth`."""
    return Starlette(
        routes=[
            Route("/sign-in", show_sign_in),
            Route("/sign-in", take_sign_in, methods=["POST"]),
            Route("/sign-out", show_sign_out),
            Route("/sign-out", take_sign_out, methods=["POST"]),
            Route("/password", show_password),
            Route("/password", take_password, methods=["POST"]),
            Route("/auth.css", show_style),
        ],
        exception_handlers={HTTPException: _refused, JorgeError: _failed, Exception: _failed},
    )


def _page(template: str, *, status: int = 200, **facts: object) -> Response:
    html = _templates.get_template(template).render(shortest=SHORTEST, **facts)
    return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": _POLICY})


def _password_page(session: people.Session, *, status: int = 200, problem: str = "") -> Response:
    facts = {"username": session.actor.username, "is_forced": session.must_change_password, "problem": problem}
    return _page("password.html", status=status, **facts)


async def _session(request: Request) -> people.Session | None:
    engine = get_engine()
    return await to_thread.run_sync(people.session_of, engine, token_of(request, engine.settings))


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form that our own page sent; refuses other sites' forms and anything of size."""
    if is_foreign(request):
        raise HTTPException(403, "This form was sent from another site. Nothing was changed.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_FORM:
            raise HTTPException(413, "That is more than this form holds.")
    try:
        return {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20).items()}
    except ValueError as error:
        raise HTTPException(400, "This form can't be read.") from error


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = "There is no such page." if error.status_code == 404 else error.detail
    return _page("problem.html", status=error.status_code, problem=message)


async def _failed(_request: Request, error: Exception) -> Response:
    is_known = isinstance(error, JorgeError)
    return _page("problem.html", status=503, problem=str(error) if is_known else "Something went wrong here. Please try again.")
