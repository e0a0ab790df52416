"""Everything the web process serves beside the pages, and what stands before them."""

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from engine.api import downloads
from engine.api.document import served
from engine.api.errors import answer_errors
from engine.api.gate import Gate
from engine.api.short_cut import PastPages
from engine.api.sign_in import sign_in_app
from engine.api.webhooks import Hatch

_api = served()  # one door for both ways in


def routes() -> list[BaseRoute]:
    """The mounts beside Streamlit's. Each answers for its whole prefix, or Streamlit would serve its shell for a mistyped path."""
    return [
        Mount("/auth", sign_in_app()),
        Mount("/api", _api),
        Mount("/download", _app("Downloads", downloads.router)),
    ]


def middleware() -> list[Middleware]:
    """What every request passes before anything else sees it."""
    return [Middleware(Gate), Middleware(Hatch), Middleware(PastPages, api=_api)]


def _app(title: str, *routers: APIRouter) -> FastAPI:
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)
    for router in routers:
        app.include_router(router)
    return answer_errors(app)
