"""What every request passes: its number, size, pace and place; and that nothing personal reaches the log."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from engine import commands, logs, runtime
from engine.access import SYSTEM
from engine.api.desk import Desk
from engine.api.rates import Rates
from engine.errors import BadInput
from engine.logs import JsonLines, ReadableLines, redacted
from engine.records.key import KeyScope
from engine.runtime import Engine
from tests.api.rest import BODY, PASSWORD, Api, api, opened, person


@pytest.fixture(scope="module")
def office(api_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from opened(api_home, tmp_path_factory.mktemp("door"))


def with_settings(engine: Engine, monkeypatch: pytest.MonkeyPatch, **changed: object) -> None:
    monkeypatch.setattr(engine, "settings", engine.settings.model_copy(update=changed))


def test_a_requests_number_is_taken_over_or_made_up(office: Engine):
    with Api(office) as client:
        assert client.get("/health/live", headers={"X-Request-Id": "abc-123"}).headers["x-request-id"] == "abc-123"
        made = [client.get("/health/live", headers={"X-Request-Id": "bad number\t" * 9}).headers["x-request-id"] for _ in range(2)]
    assert len(set(made)) == 2
    assert all(len(number) == 16 for number in made)


def test_over_the_pace_one_is_told_when_to_come_back_and_others_are_not_held_up(office: Engine, monkeypatch: pytest.MonkeyPatch):
    with_settings(office, monkeypatch, api_rate="3/minute")
    one, other = api(office), api(office, "maria")
    answers = [one.get("/v1/auth/me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [int(answer.headers["ratelimit-remaining"]) for answer in answers] == [2, 1, 0, 0]
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {"3"}
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert answers[3].json()["error"]["code"] == "too_many_requests"
    assert other.get("/v1/auth/me").status_code == 200
    assert one.get("/health/live").status_code == 200


def test_guessing_tokens_is_counted_by_address(office: Engine, monkeypatch: pytest.MonkeyPatch):
    with_settings(office, monkeypatch, api_rate="3/minute")
    stranger = Api(office)
    answers = [
        stranger.get("/v1/auth/me", headers={"Authorization": f"Bearer jk_guess{number}"}).status_code for number in range(4)
    ]
    assert answers == [401, 401, 401, 429]


def test_without_redis_this_process_counts_and_says_so_once(caplog: pytest.LogCaptureFixture):
    from limits import parse

    async def ask() -> list[bool]:
        rates = Rates("redis://127.0.0.1:1/0")
        return [(await rates.count(parse("2/minute"), "somebody")).is_allowed for _ in range(3)]

    assert asyncio.run(ask()) == [True, True, False]
    assert sum("Redis did not answer" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_refused_announced_or_not(office: Engine, announced: bool):
    owner, large = api(office), b" " * (1_048_576 + 1)
    sent = large if announced else (large[start : start + 65_536] for start in range(0, len(large), 65_536))
    answer = owner.post("/v1/leads", content=sent, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_more_at_once_than_can_be_answered_is_told_so_at_once(office: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(office, "settings", office.settings.model_copy(update={"api_at_once": 0}))
    with Api(office) as client:
        answer = client.get("/v1/leads")
        assert (answer.status_code, answer.headers["retry-after"], answer.json()["error"]["code"]) == (503, "1", "busy")
        assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/v1/nothing", 404, "not_found"), ("PUT", "/v1/leads", 405, "wrong_method"), ("GET", "/v1/leads/0", 422, "bad_input")],
)
def test_every_refusal_has_the_one_shape(office: Engine, method: str, path: str, status: int, code: str):
    answer = api(office).request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert set(answer.json()) == {"error"}


def test_other_sites_pages_may_call_only_if_named(office: Engine, monkeypatch: pytest.MonkeyPatch):
    with_settings(office, monkeypatch, cors_origins="https://crm.example.com")
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    client = Api(office)
    named = client.options("/v1/leads", headers={"Origin": "https://crm.example.com", **asked})
    other = client.options("/v1/leads", headers={"Origin": "https://evil.example", **asked})
    assert named.headers["access-control-allow-origin"] == "https://crm.example.com"
    assert "access-control-allow-origin" not in other.headers
    assert "access-control-allow-credentials" not in named.headers


def test_an_unforeseen_error_is_told_without_its_text(office: Engine, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Zebulon Canary owes 909-555-0199")

    monkeypatch.setattr("engine.views.lead_record", broken)
    answer = api(office).get("/v1/leads/1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "error")
    assert "Canary" not in answer.text


@pytest.mark.parametrize("form", [JsonLines, ReadableLines])
def test_nothing_personal_that_passes_through_the_api_reaches_the_log(
    office: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, form: type[logging.Formatter]
):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(form())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx2")  # the test's own client
    canary = {
        "name": "Zebulon Canary",
        "phone": "(909) 555-0199",
        "email": "zebulon@canary.example",
        "notes": "Zebulon drinks birdbath water",
    }
    key = commands.issue_key(office, SYSTEM, user_id=1, name="canary", scopes=list(KeyScope)).secret
    with Api(office, key) as client:
        lead = client.post("/v1/leads", json=canary).json()
        client.patch(f"/v1/leads/{lead['lead_id']}", json={"phone": "Zebulon", "notes": "birdbath"})
        client.patch(f"/v1/leads/{lead['lead_id']}", json={"email": {"Zebulon": "birdbath"}})
        client.post("/v1/ml/score", json={"lead_id": "zebulon@canary.example", "lead_data": canary})
        client.get("/v1/ml/score/zebulon@canary.example")
        client.get("/v1/leads", params={"search": "zebulon canary"})
        client.post(
            "/v1/batches",
            files={"file": ("Zebulon.csv", b"Name,Phone\nZebulon Canary,9095550199\n", "text/csv")},
            data={"check_first": "true"},
        )
        client.post("/v1/auth/token", json={"username": "zebulon@canary.example", "password": "birdbath water"})
        monkeypatch.setattr("engine.views.lead_record", lambda *_, **__: 1 / int(canary["name"]))
        assert client.get(f"/v1/leads/{lead['lead_id']}").status_code == 500
    text = written.getvalue()
    assert "/v1/leads/{lead_id}" in text  # it did log
    for secret in ("zebulon", "canary.example", "5550199", "555-0199", "birdbath", key, key[3:20]):
        assert secret.lower() not in text.lower(), secret


def test_a_line_of_the_log_is_json_with_the_requests_number():
    record = logging.LogRecord("x", logging.INFO, "", 1, "told %s", ("+1 909 555 0123",), None)
    token = logs.request_id.set("r-1")
    line = json.loads(JsonLines().format(record))
    logs.request_id.reset(token)
    assert (line["message"], line["request_id"], line["level"]) == ("told ‹phone›", "r-1", "info")


@pytest.mark.parametrize(
    "plain",
    [
        "2026-11-22 19:17:16,123",
        "seq=1763838000123456",
        "12,345,678 rows",
        "POST /v1/ml/score 200 3.2 ms for key:12",
        "sqlite 3.53.4",
        "127.0.0.1",
    ],
)
def test_what_is_nobodys_stays_readable(plain: str):
    assert redacted(plain) == plain


def test_metrics_are_for_this_machine_or_a_key_that_may_and_tell_real_figures(office: Engine):
    api(office).post("/v1/ml/score", json=BODY)
    passed_on = {"X-Forwarded-For": "203.0.113.9"}
    stranger = Api(office)  # the test's client is called "testclient": not this machine's address
    assert stranger.get("/metrics").status_code == 401
    assert api(office, "owner", KeyScope.SCORE).get("/metrics", headers=passed_on).status_code == 403
    text = api(office, "owner", KeyScope.METRICS).get("/metrics", headers=passed_on).text
    found = {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}
    with office.ledger.read() as connection:
        from engine.store.leads import n_leads

        assert found["jorge_leads"] == n_leads(connection)
    assert found["jorge_prediction_seconds_count"] >= 1
    assert found["jorge_score_cache_asked_total"] == office.score_cache.n_asked
    assert {name for name in found if not name.startswith("jorge_")} == set()


def test_ready_says_which_part_is_not_and_why(office: Engine, monkeypatch: pytest.MonkeyPatch):
    from engine.errors import StoreUnavailable

    class Closed:
        def read(self) -> object:
            raise StoreUnavailable("The ledger can't be used: disk full")

    with Api(office) as client:
        assert client.get("/health/ready").json() == {"status": "ready", "missing": {}}
        monkeypatch.setattr(office, "ledger", Closed())
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["missing"]) == (503, {"ledger": "The ledger can't be used: disk full"})


def test_requests_that_wait_together_are_one_transaction_and_each_gets_his_own_answer(
    office: Engine, monkeypatch: pytest.MonkeyPatch
):
    owner, n_writes = person(office, "owner"), 0
    real = office.ledger.write

    def counted(**given: object):
        nonlocal n_writes
        n_writes += 1
        return real(**given)  # type: ignore[arg-type]

    async def ask() -> list[object]:
        desk = Desk(lambda: office)
        good = [desk.score(owner, {"external_id": f"d{number}", "name": f"De Sk {number}"}) for number in range(20)]
        return await asyncio.gather(*good, desk.score(owner, {}), return_exceptions=True)

    monkeypatch.setattr(office.ledger, "write", counted)
    *good, bad = asyncio.run(ask())
    assert isinstance(bad, BadInput)
    assert [told.taken.lead.name for told in good] == [f"De Sk {number}" for number in range(20)]
    assert n_writes == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def junk(office: Engine, path: str, content: bytes, method: str = "POST") -> None:
    answer = _client(office).request(method, path, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500, (path, content[:200])
    if answer.status_code >= 400:
        assert set(answer.json()) == {"error"}


_clients: dict[int, Api] = {}


def _client(office: Engine) -> Api:
    if id(office) not in _clients:
        _clients[id(office)] = api(office)
        _clients[id(office)].__enter__()
    return _clients[id(office)]


PATHS = [
    ("POST", "/v1/ml/score"),
    ("POST", "/v1/ml/batch"),
    ("POST", "/v1/leads"),
    ("PATCH", "/v1/leads/1"),
    ("POST", "/v1/opportunities"),
    ("POST", "/v1/auth/refresh"),
]
FEW = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@given(asked=st.sampled_from(PATHS), content=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=60, **FEW)
def test_junk_is_refused_and_breaks_nothing(office: Engine, asked: tuple[str, str], content: bytes):
    junk(office, asked[1], content, asked[0])


@given(
    data=st.dictionaries(
        st.sampled_from(
            [
                "name",
                "phone",
                "email",
                "budget_range",
                "timeline",
                "beds",
                "tags",
                "notes",
                "message",
                "interaction_history",
                "created_at",
                "extra",
                "x\u0000y",
            ]
        ),
        JSON,
    )
)
@settings(max_examples=60, **FEW)
def test_whatever_is_said_of_a_lead_is_scored_or_refused(office: Engine, data: dict[str, object]):
    junk(office, "/v1/ml/score", json.dumps({"lead_id": "junk", "lead_data": data}).encode())


@pytest.mark.parametrize(
    "content",
    [
        b'{"lead_id":"\\ud800","lead_data":{}}',
        b'{"lead_id":"a\\u0000b","lead_data":{}}',
        b'{"lead_id":"a","lead_data":{"name":"\\ud800"}}',
        b'{"lead_id":"a","lead_data":{"\\ud800":1}}',
        b"[" * 20_000,
        b'{"a":' * 5_000,
        b'{"lead_id":"a","lead_data":{"beds":1e999}}',
        b'{"lead_id":"a","lead_data":{"beds":' + b"9" * 5_000 + b"}}",
        b'{"lead_id":"a","lead_data":{"x":NaN}}',
        b'{"lead_id":"a","lead_data":{"extra":{"x":' + b"[" * 900 + b"]" * 900 + b"}}}"],
    ids=range(10),
)  # fmt: skip
def test_what_breaks_careless_programs_is_answered(office: Engine, content: bytes):
    junk(office, "/v1/ml/score", content)


def test_a_flood_of_wrong_sign_ins_does_not_hold_up_others(office: Engine):
    client = api(office)
    assert client.post("/v1/auth/token", json={"username": "maria", "password": PASSWORD}).status_code == 200
    assert runtime.get_engine() is office
