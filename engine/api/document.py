"""The API as one application and one document: what it can do, in words and examples, and a page to try it out that needs no network."""

from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.api import (
    batches,
    health,
    leads,
    live,
    metrics,
    ml,
    opportunities,
    pipeline,
    sequences,
    stream,
    tokens,
    unsubscribe,
    webhooks,
)
from engine.api.door import Door
from engine.api.errors import answer_errors
from engine.api.short_cut import ScoreFirst
from engine.runtime import get_engine

_ABOUT = """
The engine of Jorge's command center for other programs: the same leads, scores, deals and rights as on its pages.

* **Sign in** with an API key (page *Team & access*, or `python -m engine token issue`) or with tokens from `POST /v1/auth/token`;
  send it as `Authorization: Bearer …`. A key acts as a person: it sees the rows and the money that he sees.
* **Errors** have one shape: `{"error": {"code", "message", "field"?}}`.
* **Limits**: requests by caller in a sliding window (`RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset` in seconds; 429 with
  `Retry-After`), 1 MiB a body, 512 MB a file.
* **Live events**: `WS /v1/ml/ws/live-scores`, signed in by the header or by a first message `{"token": "…"}`; `?since=` and the last
  event's `seq` repeats what was missed. See docs/howto/api.md.
* **Times** are ISO 8601 in UTC; **money** is whole cents where a name ends in `_cents`, US dollars in `jorge_commission`.
* Each answer carries `X-Request-Id`; the log knows it.
"""
_TAGS = [
    {"name": "scoring", "description": "Score leads; what the model says and why."},
    {"name": "leads", "description": "The people."},
    {"name": "opportunities", "description": "Their deals."},
    {"name": "sequences", "description": "Follow-up: plans, and who is on them."},
    {"name": "batches", "description": "Files, imported in the background."},
    {"name": "pipeline", "description": "What it will pay."},
    {"name": "auth", "description": "Tokens for programs."},
    {"name": "webhooks", "description": "What GoHighLevel tells by itself."},
    {"name": "health", "description": "For supervisors and monitoring."},
]
_WORTH_PACKING = 4_096  # bytes of an answer
_docs = APIRouter(include_in_schema=False)


def api_app() -> FastAPI:
    """Everything under `/api`, without what stands before it."""
    app = FastAPI(
        title="Jorge's command center",
        version="1",
        description=_ABOUT,
        openapi_tags=_TAGS,
        servers=[{"url": "/api"}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: route.name,  # for whoever makes a client of the document
    )
    for part in (
        ml,
        leads,
        opportunities,
        sequences,
        batches,
        pipeline,
        tokens,
        health,
        metrics,
        live,
        stream,
        webhooks,
        unsubscribe,
    ):
        app.include_router(part.router)
    app.include_router(_docs)
    app.mount("/docs/files", StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static"))
    return answer_errors(app)


def served() -> ASGIApp:
    """The API behind its door, for other sites' pages too if the settings name them."""
    return _Shared(Door(ScoreFirst(GZipMiddleware(api_app(), minimum_size=_WORTH_PACKING))))


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return api_app().openapi()


@_docs.get("/docs", response_class=HTMLResponse)
async def show_docs() -> HTMLResponse:
    """A page to read the document and to try it out; everything it loads comes from here."""
    return get_swagger_ui_html(
        openapi_url="/api/openapi.json",
        title="Jorge's command center: API",
        swagger_js_url="/api/docs/files/swagger-ui-bundle.js",
        swagger_css_url="/api/docs/files/swagger-ui.css",
        swagger_favicon_url="/api/docs/files/favicon.png",
        swagger_ui_parameters={"persistAuthorization": False, "displayRequestDuration": True, "docExpansion": "list"},
    )


class _Shared:
    """Answers browsers that ask on behalf of another site's page. The allowed sites are settings, so known only once running."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._with_cors: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._with_cors is None:
            self._with_cors = self._made()
        await self._with_cors(scope, receive, send)

    def _made(self) -> ASGIApp:
        allowed = [origin.strip() for origin in get_engine().settings.cors_origins.split(",") if origin.strip()]
        if not allowed:
            return self._app
        return CORSMiddleware(
            self._app,
            allow_origins=allowed,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Request-Id"],
            expose_headers=["X-Request-Id", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"],
            max_age=600,
        )
