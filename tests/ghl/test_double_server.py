"""The double as a process: real silence and broken connections, nothing lost by a kill, and webhooks that verify."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from engine.clock import SystemClock
from engine.ghl import webhooks
from engine.ghl.client import GhlClient
from engine.ghl.double import Double
from engine.ghl.double_faults import Fault
from engine.ghl.double_server import DoubleServer
from engine.ghl.double_state import LOCATION, PRIVATE_TOKEN, State
from engine.ghl.oauth import PrivateToken
from engine.ghl.wire import Wire
from engine.records.follow_up import Outgoing, SendState, StepKind
from engine.settings import ROOT
from tests.ghl.conftest import ANA, wide_budget


def client_at(url: str) -> GhlClient:
    wire = Wire(
        PrivateToken(PRIVATE_TOKEN),
        wide_budget(),
        SystemClock(),
        base_url=url,
        timeout=httpx.Timeout(0.5),
        longest_body_seconds=0.3,
    )
    return GhlClient(wire, LOCATION, SystemClock())


@pytest.fixture
def server():
    made = DoubleServer(Double(state=State(), limit=100_000))
    made.start()
    yield made
    made.stop()
    made.double.state.close()


@pytest.mark.parametrize(
    ("name", "n_sent"), [("timeout", 0), ("timeout_sent", 1), ("reset", 0), ("reset_sent", 1), ("drip_sent", 1), ("redirect", 0)]
)
def test_a_fault_on_a_real_socket_leaves_the_outcome_unknown(server, name, n_sent):
    client = client_at(server.url)
    ana = client.upsert_contact(ANA).contact_id
    server.double.script.faults = [Fault(name=name)]
    result = client.send(Outgoing(kind=StepKind.SMS, contact_id=ana, body="Hi"))
    assert (result.state, len(server.double.state.deliveries())) == (SendState.UNKNOWN, n_sent)
    client.close()


def test_nobody_at_home_is_surely_not_sent(server):
    client = client_at(server.url)
    ana = client.upsert_contact(ANA).contact_id
    server.stop()
    client.close()
    late = client_at(server.url)
    assert late.send(Outgoing(kind=StepKind.SMS, contact_id=ana, body="Hi")).state is SendState.NOT_SENT


def test_a_kill_loses_no_delivery(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from engine.ghl.double import Double; from engine.ghl.double_server import DoubleServer;"
        "from engine.ghl.double_state import State; import time;"
        "s = DoubleServer(Double(state=State(path=Path(sys.argv[1])), limit=100000)); s.start(); print(s.url, flush=True); time.sleep(60)"
    )
    path = tmp_path / "double.sqlite3"
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        client = client_at(process.stdout.readline().strip())
        ana = client.upsert_contact(ANA).contact_id
        for n in range(20):
            client.send(Outgoing(kind=StepKind.SMS, contact_id=ana, body=f"message {n}"))
        client.close()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    again = State(path=path)
    assert [row["body"] for row in again.deliveries()] == [f"message {n}" for n in range(20)]
    assert list(again.kinds["contacts"]) == [ana]
    again.close()


def test_its_webhooks_arrive_signed_and_are_sent_again_after_a_429():
    received, answers = [], iter([429, 200])

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append((self.rfile.read(int(self.headers["content-length"])), dict(self.headers.items())))
            self.send_response(next(answers, 200))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *told):
            pass

    endpoint = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = Thread(target=endpoint.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    made = DoubleServer(Double(state=State()), webhook_url=f"http://127.0.0.1:{endpoint.server_address[1]}")
    made.start()
    try:
        httpx.post(f"{made.url}/_double/contacts", json=ANA).raise_for_status()
        deadline = datetime.now(UTC) + timedelta(seconds=60)
        while len(received) < 2 and datetime.now(UTC) < deadline:
            thread.join(0.05)
    finally:
        made.stop()
        endpoint.shutdown()
        endpoint.server_close()
        made.double.state.close()
    (first, headers), (second, _) = received
    assert first == second
    assert webhooks.is_signed(first, headers, webhooks.keys_from([made.double.state.public_key]))
    assert webhooks.parse(first).contact.first_name == "Ana"


def test_its_doors_steer_it_and_refuse_nonsense(server):
    with httpx.Client(base_url=server.url) as http:
        contact = http.post("/_double/contacts", json=ANA).json()
        assert http.post("/_double/inbound", json={"contactId": contact["id"], "body": "Hello"}).is_success
        assert http.post("/_double/inbound", json={"contactId": "nobody", "body": "Hello"}).status_code == 404
        assert http.post("/_double/faults", json={"script": [{"name": "nonsense"}]}).status_code == 422
        assert http.post("/_double/faults", json={"chaos": {"rate": 0.5, "names": ["500_sent"], "seed": 3}}).is_success
        assert http.post("/_double/clock", json={"advance_seconds": 3600}).is_success
        assert http.get("/_double/nonsense").status_code == 404
        assert http.get("/_double/log").json() == {"requests": []}
