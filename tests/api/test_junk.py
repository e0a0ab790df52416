"""Bodies that make no sense, half make sense or are cut off, for every route that takes one: each is answered, none breaks anything."""

import asyncio
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.api.document import api_app, document
from engine.commands.tokens import actor_from_bearer
from engine.runtime import Engine
from tests.api.rest import key_of, opened

SENT = ("application/json",) * 8 + ("multipart/form-data; boundary=x", "text/plain", "")
WORDS = (
    "",
    "x",
    "Sarah",
    "500k-750k",
    "2026-03-01T10:00:00Z",
    "inbound",
    "=1+1",
    "\x00",
    "é" * 300,
    "-1",
    "1e999",
    "😀",
    "null",
    "a@b.c",
)
NUMBERS = (0, 1, -1, 2**31, 2**63, 10**40, 0.5, -0.0, 1e308)


@pytest.fixture(scope="module")
def office(api_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from opened(api_home, tmp_path_factory.mktemp("junk"))


def anything(dice: random.Random, depth: int = 3) -> Any:
    """A JSON value of any kind."""
    kind = dice.randrange(7 if depth else 4)
    if kind < 4:
        return (dice.choice(WORDS), dice.choice(NUMBERS), dice.random() < 0.5, None)[kind]
    n = dice.randrange(4)
    if kind == 4:
        return {dice.choice(WORDS): anything(dice, depth - 1) for _ in range(n)}
    return [anything(dice, depth - 1) for _ in range(n)]


def fitting(dice: random.Random, schema: dict[str, Any], parts: dict[str, Any], depth: int = 6) -> Any:
    """A value much like the one asked for; now and then a part of it is something else."""
    if dice.random() < 0.08 or depth == 0:
        return anything(dice)
    if "$ref" in schema:
        return fitting(dice, parts[schema["$ref"].rsplit("/", 1)[1]], parts, depth)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return fitting(dice, dice.choice(choices), parts, depth)
    if words := schema.get("enum"):
        return dice.choice(words)
    if schema.get("type") == "object":
        required = schema.get("required", ())
        kept = {name: part for name, part in schema.get("properties", {}).items() if name in required or dice.random() < 0.4}
        return {name: fitting(dice, part, parts, depth - 1) for name, part in kept.items()}
    if schema.get("type") == "array":
        return [fitting(dice, schema.get("items", {}), parts, depth - 1) for _ in range(dice.randrange(3))]
    plain = {"string": WORDS, "integer": (1, 2, 40), "number": (1, 2.5), "boolean": (True, False), "null": (None,)}
    if examples := schema.get("examples"):
        return dice.choice(examples)
    return dice.choice(plain.get(schema.get("type", ""), WORDS))


def body_of(dice: random.Random, schema: dict[str, Any], parts: dict[str, Any]) -> bytes:
    """Mostly JSON near the schema, some of it cut off or with a byte changed, some of it noise."""
    kind = dice.random()
    if kind < 0.1:
        return dice.randbytes(dice.randrange(200))
    raw = json.dumps(anything(dice) if kind < 0.25 else fitting(dice, schema, parts)).encode()
    if kind > 0.9 and raw:
        place = dice.randrange(len(raw))
        return raw[:place] + (b"" if kind > 0.95 else dice.randbytes(1) + raw[place + 1 :])
    return raw


async def asked(app: Any, method: str, path: str, headers: list[tuple[bytes, bytes]], body: bytes) -> tuple[int, bytes]:
    """One request, without a client between; the answer's status and content."""
    told: list[dict[str, Any]] = []
    pieces = iter([{"type": "http.request", "body": body, "more_body": False}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(pieces)

    async def send(message: Any) -> None:
        told.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
             "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1),
             "server": ("127.0.0.1", 80), "state": {}}  # fmt: skip
    await app(scope, receive, send)
    return told[0]["status"], b"".join(message.get("body", b"") for message in told[1:])


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every route that takes a body, by method and path, with the schema of what it asks for."""
    return [
        (method.upper(), path.removeprefix("/api"), next(iter(operation["requestBody"]["content"].values())).get("schema", {}))
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if "requestBody" in operation
    ]


def send_junk(office: Engine, n: int, seed: int) -> dict[int, int]:
    """Send that many bodies, dealt out over the routes; answers how many came back with which status."""
    dice, app, key = random.Random(seed), api_app(), key_of(office)
    parts, routes, seen = document()["components"]["schemas"], operations(), dict[int, int]()

    async def campaign() -> None:
        caller = actor_from_bearer(office, key)

        async def known(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "jorge.caller": caller}, receive, send)

        for number in range(n):
            method, path, schema = routes[number % len(routes)]
            while "{" in path:
                before, _, rest = path.partition("{")
                path = before + str(dice.choice((1, 2, 3, 0, 10**9, "x"))) + rest.partition("}")[2]
            body, sent = body_of(dice, schema, parts), dice.choice(SENT)
            status, answer = await asked(known, method, path, [(b"content-type", sent.encode())] if sent else [], body)
            assert status < 500, (method, path, body[:500], answer)
            assert status < 400 or set(json.loads(answer)) == {"error"}, (method, path, body[:500], answer)
            seen[status] = seen.get(status, 0) + 1

    asyncio.run(campaign())
    return seen


def test_junk_is_answered_by_every_route_that_takes_a_body(office: Engine):
    seen = send_junk(office, 400, seed=1)
    assert {200, 400, 422} <= seen.keys()


@pytest.mark.long
def test_a_hundred_thousand_junk_bodies_break_no_route(office: Engine):
    seen = send_junk(office, 100_000, seed=2)
    assert {200, 400, 404, 409, 422} <= seen.keys()
