"""The API keeps to its document, and survives what nobody meant to send."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from engine import commands
from engine.access import SYSTEM
from engine.api.document import document
from engine.runtime import Engine
from tests.api.rest import Api, api, opened

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.data_too_large]
OPERATIONS = [(path, method) for path, item in document()["paths"].items() for method in item]
UNTRIED = {("/v1/auth/token", "post"), ("/v1/auth/revoke", "post")}  # a quarter of a second of bcrypt a try; ends the caller


@pytest.fixture(scope="module")
def office(api_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.commands.batches.mind_batches", lambda engine: None)  # no worker's process for each try
        for engine in opened(api_home, tmp_path_factory.mktemp("document")):
            lead_id = commands.take_lead(engine, SYSTEM, {"name": "Ana Rivera", "external_id": "lead_12345"})
            commands.open_deal(engine, SYSTEM, lead_id)
            yield engine


@pytest.fixture(scope="module")
def owner(office: Engine) -> Iterator[Api]:
    with api(office) as client:
        yield client


def tried(owner: Api, path: str, method: str, n_examples: int) -> None:
    """Ask one operation in as many ways as the document allows, and as it doesn't."""
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", owner.app)
    operation = schema[path][method.upper()]
    modes = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)

    @given(case=st.one_of([operation.as_strategy(mode) for mode in modes]))
    @settings(
        max_examples=n_examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=QUIET,
        phases=[Phase.generate],
    )
    def ask(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": owner.headers["authorization"]}, checks=CHECKS)

    ask()


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_answers_as_documented(owner: Api, path: str, method: str):
    if (path, method) not in UNTRIED:
        tried(owner, path, method, 8)


@pytest.mark.long
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_answers_as_documented_at_length(owner: Api, path: str, method: str):
    if (path, method) not in UNTRIED:
        tried(owner, path, method, 400)
