"""The link in every e-mail: a page that asks once, and the one click that mail programs make themselves (RFC 8058).

Looking at the link changes nothing: mail filters open every link. Only the POST takes effect, as often as one likes.
"""

from anyio import to_thread
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from engine.commands import follow_up
from engine.runtime import get_engine

router = APIRouter(prefix="/unsubscribe", include_in_schema=False)

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<body style="font:18px/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem">
<h1 style="font-size:1.4rem">{title}</h1>{rest}</body></html>"""
_ASK = (
    '<p>You will get no more messages from us.</p><form method="post">'
    '<button style="font:inherit;padding:.7rem 1.4rem;min-height:44px">Unsubscribe</button></form>'
)


@router.get("/{token}")
async def ask(token: str) -> HTMLResponse:
    """The page: it says nothing about whom the link is for."""
    return HTMLResponse(_PAGE.format(title="Stop our messages?", rest=_ASK))


@router.post("/{token}")
async def unsubscribe(token: str) -> HTMLResponse:
    """Take effect at once; a link that nobody signed is told so."""
    if not await to_thread.run_sync(follow_up.unsubscribe, get_engine(), token):
        return HTMLResponse(_PAGE.format(title="This link isn't ours", rest="<p>Please use the link of our e-mail.</p>"), 404)
    return HTMLResponse(_PAGE.format(title="Done", rest="<p>You will get no more messages from us.</p>"))
