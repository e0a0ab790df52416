"""The contract file beside the project: every request and answer of a client can be held against it."""

import json
import re
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import httpx
import jsonschema_rs

from engine.settings import ROOT

SHARED = ROOT.parent / "shared" / "ghl"
FILE = SHARED / "openapi" / "ghl-v3-slim.json"
WHY_NOT = f"the contract file {FILE} is not here"


class Violation(AssertionError):
    """A request or an answer that the contract doesn't allow."""


@cache
def spec():
    return json.loads(FILE.read_text(encoding="utf-8"))


@cache
def operations():
    """(method, pattern, operation), paths without parameters first: /contacts/search before /contacts/{id}."""
    found = [
        (method.upper(), re.compile("^" + re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), operation)
        for path, methods in spec()["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda one: one[1].pattern.count("[^/]+"))


def _closed(schema):
    """The schema with unknown properties refused, as live does."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _closed(value) for name, value in schema.items()}
    if "properties" in told and isinstance(told["properties"], dict) and "additionalProperties" not in told:
        told["additionalProperties"] = False
    return told


@cache
def _validator(text, is_closed):
    schema = json.loads(text)
    components = spec()["components"]
    return jsonschema_rs.validator_for(
        {**_with_null(schema), "components": _with_null(_closed(components) if is_closed else components)}
    )


def _with_null(schema):
    """OpenAPI 3.0's `nullable`, in JSON Schema's words."""
    if isinstance(schema, list):
        return [_with_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _with_null(value) for name, value in schema.items() if name != "nullable"}
    return {"anyOf": [told, {"type": "null"}]} if schema.get("nullable") is True else told


def _check(schema, value, what, *, is_closed):
    text = json.dumps(_closed(schema) if is_closed else schema)
    errors = [error.message for error in _validator(text, is_closed).iter_errors(value)]
    if errors:
        raise Violation(f"{what}: {errors[0]}")


def check_request(request: httpx.Request):
    parts = urlsplit(str(request.url))
    operation = next((op for method, path, op in operations() if method == request.method and path.match(parts.path)), None)
    if operation is None:
        raise Violation(f"the contract knows no {request.method} {parts.path}")
    name = operation["operationId"]
    if request.headers.get("version") != "v3":
        raise Violation(f"{name}: Version must be v3")
    query = dict(parse_qsl(parts.query))
    declared = {one["name"]: one for one in operation.get("parameters", []) if one["in"] == "query"}
    if strange := set(query) - set(declared):
        raise Violation(f"{name}: unknown in the query: {strange}")
    for key, parameter in declared.items():
        if key not in query:
            if parameter.get("required"):
                raise Violation(f"{name}: {key} is missing")
            continue
        kind = parameter["schema"].get("type")
        value = float(query[key]) if kind in ("number", "integer") else query[key] == "true" if kind == "boolean" else query[key]
        _check(parameter["schema"], value, f"{name}?{key}", is_closed=False)
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        _check(content["application/json"]["schema"], json.loads(request.content), name, is_closed=True)
    elif request.content:
        raise Violation(f"{name}: takes no body")
    return operation


def check_answer(operation, response: httpx.Response):
    told = operation["responses"].get(str(response.status_code))
    if told is None:
        raise Violation(f"{operation['operationId']}: {response.status_code} is not among its answers")
    schema = told.get("content", {}).get("application/json", {}).get("schema")
    if schema and response.status_code < 300:
        _check(schema, json.loads(response.content), f"{operation['operationId']} answers {response.status_code}", is_closed=False)


class Checked(httpx.BaseTransport):
    """A transport that holds every request, and the answers that are no faults, against the contract."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner, self.seen = inner, []
        self.checks_answers = True

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        operation = check_request(request) if FILE.exists() else None
        response = self.inner.handle_request(request)
        if operation is not None:
            self.seen.append(operation["operationId"])
            if self.checks_answers:
                response.read()
                check_answer(operation, response)
        return response
