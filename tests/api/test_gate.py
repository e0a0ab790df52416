"""Nothing is shown, and no page's script runs, for a browser that isn't signed in."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from engine.access import SYSTEM
from engine.api.cookies import cookie_name, own_path
from engine.commands import people
from engine.runtime import Engine
from engine.settings import ROOT, Settings
from tests.api.conftest import PASSWORD, SECRET, Server, drain, prepared

PAGES = sorted({"", "pipeline", "shell", "import", "inbox", "lead?id=1"} | {path.stem for path in (ROOT / "pages").glob("*.py")})


@pytest.fixture
def cold(tmp_path: Path) -> Iterator[Server]:
    """A web process that nobody has visited yet."""
    running = prepared(tmp_path)
    running.start()
    yield running
    running.stop()


def stream(server: Server, client: httpx.Client | None = None, **headers: str) -> ClientConnection:
    """Streamlit's own WebSocket, as a browser opens it."""
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())} if client else {}
    address = f"{server.url.replace('http', 'ws')}/_stcore/stream"
    return connect(address, subprotocols=["streamlit"], additional_headers={"Origin": server.url, **cookie, **headers})


def run_page(socket: ClientConnection) -> None:
    """What a browser sends to have the page's script run."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    socket.send(message.SerializeToString())


def wait_for_run(server: Server, n_before: int) -> dict[str, str]:
    """The person whom the page's next run was for."""
    for _ in range(600):
        if len(server.runs) > n_before:
            return json.loads(server.runs[-1])
        time.sleep(0.1)
    return pytest.fail("the page's script did not run")


def test_a_cold_server_shows_a_stranger_nothing_whatever_is_asked_first(cold: Server):
    with cold.browser() as stranger:
        for page in PAGES:
            answer = stranger.get(f"/{page}")
            assert (answer.status_code, SECRET in answer.text) == (303, False)
            assert answer.headers["location"].startswith("/auth/sign-in")
        with pytest.raises(InvalidStatus) as refused:
            stream(cold)
        assert refused.value.response.status_code == 403
        uploaded = stranger.put("/_stcore/upload_file/some-session/some-file", files={"file": b"a,b"})
        assert uploaded.status_code == 401
    assert cold.runs == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_stcore/host-config"),
        ("GET", "/_stcore/metrics"),
        ("GET", "/_stcore/agent/openapi.json"),
        ("POST", "/_stcore/agent/interact"),
        ("POST", "/_stcore/agent/mcp"),
        ("GET", "/media/abc.png"),
        ("GET", "/component/some/index.html"),
        ("GET", "/static/js/index.js"),
        ("GET", "/download/batches/1/rejected.csv"),
        ("POST", "/"),
        ("DELETE", "/_stcore/upload_file/a/b"),
    ],
)
def test_what_is_not_a_page_is_refused_with_401(server: Server, method: str, path: str):
    with server.browser() as stranger:
        answer = stranger.request(method, path)
    assert answer.status_code == 401
    assert answer.json() == {"error": {"code": "signed_out", "message": "Please sign in"}}


@pytest.mark.parametrize(
    "path", ["/auth/../pipeline", "/auth/%2e%2e/pipeline", "/api/..%2fpipeline", "//auth/x", "/AUTH/x", "/auth", "/api"]
)
def test_no_spelling_of_an_open_path_reaches_a_page(server: Server, path: str):
    with server.browser() as stranger:
        answer = stranger.send(httpx.Request("GET", server.url + path, extensions={"target": path.encode()}))
    assert answer.status_code in {303, 400, 404}
    assert '<div id="root">' not in answer.text


def test_open_paths_answer_for_themselves_and_never_with_streamlits_shell(server: Server):
    with server.browser() as stranger:
        assert stranger.get("/_stcore/health").status_code == 200
        assert stranger.get("/api/health/live").json() == {"status": "live"}
        assert stranger.get("/api/v1/nothing-here").json()["error"]["code"] == "not_found"
        assert stranger.get("/auth/nothing-here").status_code == 404
        assert "root" not in stranger.get("/auth/nothing-here").text


def test_the_page_learns_from_the_gate_who_is_there_and_from_nobody_else(server: Server):
    lie = {"X-Jorge-Role": "owner", "X-Jorge-User-Id": "1", "x-jorge-session": "f" * 64}
    n_before = len(server.runs)
    with server.signed_in("maria") as maria, stream(server, maria, **lie) as socket:
        assert "root" in maria.get("/pipeline", headers=lie).text
        run_page(socket)
        user = wait_for_run(server, n_before)
    assert (user["username"], user["role"]) == ("maria", "agent")
    assert user["session"] != lie["x-jorge-session"]


def test_an_open_page_runs_no_more_once_its_session_has_ended(server: Server):
    with server.signed_in("maria") as maria, stream(server, maria) as socket:
        n_before = len(server.runs)
        run_page(socket)
        wait_for_run(server, n_before)
        n_before = len(server.runs)
        assert maria.post("/auth/sign-out").status_code == 303
        run_page(socket)
        with pytest.raises(ConnectionClosed) as closed:
            drain(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
    assert len(server.runs) == n_before


def test_a_person_disabled_by_another_process_is_soon_out(server: Server, office: Engine):
    user = people.add_user(office, SYSTEM, username="leaver", name="Lee Aver", role=people.Role.AGENT, password=PASSWORD).user
    with server.signed_in("leaver") as leaver:
        assert leaver.get("/").status_code == 200
        people.disable_user(office, SYSTEM, user.user_id)
        for _ in range(600):
            if leaver.get("/").status_code == 303:
                break
            time.sleep(0.1)
        assert leaver.get("/").status_code == 303
        assert leaver.get("/_stcore/host-config").status_code == 401


def test_a_foreign_page_cannot_open_streamlits_socket(server: Server):
    with server.signed_in() as owner, pytest.raises(InvalidStatus) as refused:
        stream(server, owner, Origin="https://evil.example")
    assert refused.value.response.status_code == 403


def test_every_answer_forbids_guessing_framing_and_keeping(server: Server):
    with server.signed_in() as owner:
        for path in ("/", "/auth/sign-out", "/api/health/live", "/nothing", "/_stcore/host-config"):
            headers = owner.get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert "frame-ancestors" in headers["content-security-policy"]
            assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/inbox", "/lead?id=3&tab=why", "/pipeline#won"])
def test_own_paths_are_returned_to(path: str):
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/a\nb",
        "/auth/sign-out",
        "evil.example",
        " /x",
    ],
)
def test_everything_else_leads_to_the_start_page(path: str | None):
    assert own_path(path) == "/"


def test_the_production_cookie_is_bound_to_https_and_host():
    production = Settings(env="production", secret_key="k" * 40, _env_file=None)
    assert cookie_name(production) == "__Host-jorge_session"


def test_a_keep_alive_request_is_measured(server: Server, record_property):
    with server.browser() as stranger:
        took = []
        for _ in range(200):
            began = time.perf_counter()
            stranger.get("/api/health/live")
            took.append((time.perf_counter() - began) * 1000)
    record_property("keep_alive_p50_ms", round(sorted(took)[100], 2))
    print(f"keep-alive p50 {sorted(took)[100]:.2f} ms, p99 {sorted(took)[198]:.2f} ms")
