"""The document, the Postman collection and the Python client are what the API would make of itself now, and the client works."""

import asyncio
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from clients.make import FOLDER, POSTMAN, differing, make
from engine.api.document import document
from engine.runtime import Engine
from tests.api.rest import Api, key_of, opened


@pytest.fixture(scope="module")
def office(api_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from opened(api_home, tmp_path_factory.mktemp("clients"))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(FOLDER / "python"))
    yield importlib.import_module("jorge_client")
    for name in [name for name in sys.modules if name.startswith("jorge_client")]:
        del sys.modules[name]


def test_what_is_kept_is_what_would_be_made_now(tmp_path: Path):
    assert sorted(differing(make(tmp_path))) == [], "run: python -m clients.make"


def test_every_operation_has_a_name_a_sentence_and_a_subject():
    told = document()
    subjects = {tag["name"] for tag in told["tags"]}
    operations = [operation for item in told["paths"].values() for operation in item.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["description"] and set(operation["tags"]) <= subjects for operation in operations)


def test_the_collection_has_every_operation_once_and_bodies_that_are_json():
    requests = [one["request"] for folder in json.loads(POSTMAN.read_text())["item"] for one in folder["item"]]
    assert len(requests) == sum(len(item) for item in document()["paths"].values())
    bodies = [json.loads(one["body"]["raw"]) for one in requests if one.get("body", {}).get("mode") == "raw"]
    assert {"lead_id", "lead_data"} <= bodies[0].keys()


def test_the_generated_client_scores_a_lead(office: Engine, client: ModuleType):
    models = importlib.import_module("jorge_client.models")
    score_lead = importlib.import_module("jorge_client.api.scoring.score_lead")
    transport = httpx.ASGITransport(app=Api(office).app)
    caller = client.AuthenticatedClient(base_url="http://office/api", token=key_of(office), httpx_args={"transport": transport})
    asked = models.ScoreRequest.from_dict({"lead_id": "from-the-client", "lead_data": {"name": "Cli Ent", "budget_range": "400k"}})
    told = asyncio.run(score_lead.asyncio(client=caller, body=asked))
    assert isinstance(told, models.ScoreAnswer)
    assert (told.lead_id, told.classification in {"hot", "warm", "cold"}) == ("from-the-client", True)
