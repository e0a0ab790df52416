"""An office behind the API in this very process: fast, with the real stores, and a clock the test moves."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from engine import commands, runtime
from engine.access import SYSTEM, Actor
from engine.api.document import served
from engine.api.gate import Gate
from engine.api.webhooks import Hatch
from engine.commands import people
from engine.records.key import KeyScope
from engine.runtime import Engine
from engine.settings import ROOT, Settings
from tests.pages.conftest import CLOCK

PASSWORD = "blue-door-84-maple"
BODY = {
    "lead_id": "lead_12345",
    "lead_data": {
        "name": "Sarah Johnson",
        "budget_range": "500k-750k",
        "location_preference": "Rancho Cucamonga",
        "interaction_history": [
            {
                "at": "2026-03-01T10:00:00Z",
                "channel": "sms",
                "direction": "inbound",
                "body": "We need to move by June. Is it still available?",
            }
        ],
    },
}


class Api(TestClient):
    """The API as one of the office's people calls it."""

    def __init__(self, engine: Engine, key: str = "", **headers: str) -> None:
        self.engine = engine
        given = {"Authorization": f"Bearer {key}"} if key else {}
        app = Gate(Hatch(Starlette(routes=[Mount("/api", served())])))
        super().__init__(app, base_url="http://testserver/api", headers={**given, **headers}, raise_server_exceptions=False)


def opened(home: Path, folder: Path, **settings: object) -> Iterator[Engine]:
    """The office of that home folder, running."""
    shutil.copytree(home, folder / "home")
    given = {"api_rate": "1000000/minute", **settings}
    yield runtime.start(Settings(home=folder / "home", models=ROOT / "models", clock=CLOCK, _env_file=None, **given))
    runtime.stop()


def person(engine: Engine, username: str) -> Actor:
    user = people.user_called(engine, username)
    return Actor(user.user_id, user.username, user.name, user.role)


def key_of(engine: Engine, username: str = "owner", *scopes: KeyScope) -> str:
    """A new API key of that person, for these scopes or all."""
    chosen = scopes or tuple(KeyScope)
    return commands.issue_key(engine, SYSTEM, user_id=person(engine, username).user_id, name="test", scopes=chosen).secret


def api(engine: Engine, username: str = "owner", *scopes: KeyScope, **headers: str) -> Api:
    """The API as that person."""
    return Api(engine, key_of(engine, username, *scopes), **headers)
