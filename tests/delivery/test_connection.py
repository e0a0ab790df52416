"""One budget and one token for all processes, kept in the ledger; a configured installation speaks, another one is a dry run."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from engine.clock import FixedClock, SystemClock
from engine.delivery.connection import SharedBudget, open_provider, tokens_of
from engine.errors import ConfigurationError, ProviderThrottled, ProviderUnauthorised
from engine.ghl.client import GhlClient
from engine.ghl.double import Double
from engine.ghl.double_state import CLIENT_ID, CLIENT_SECRET, LOCATION, PRIVATE_TOKEN, State
from engine.ghl.dry_run import DryRun
from engine.ghl.limiter import Urgency, grant
from engine.settings import Settings
from engine.store.ledger import Ledger
from tests.ghl.conftest import ANA, AT

URL = "http://127.0.0.1:8599"


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"


@pytest.fixture
def ledgers(address: str):
    """Two processes' views of one ledger."""
    first, second = Ledger.open(address), Ledger.open(address)
    first.migrate()
    yield first, second
    first.close()
    second.close()


@pytest.fixture
def double():
    made = Double(state=State(clock=FixedClock(AT)), limit=100_000)
    yield made
    made.state.close()


def app(tmp_path: Path, **told) -> Settings:
    names = {"ghl_client_id": CLIENT_ID, "ghl_client_secret": CLIENT_SECRET, "ghl_location_id": LOCATION, "ghl_base_url": URL}
    return Settings(home=tmp_path, _env_file=None, **names | {"secret_key": "k" * 40} | told)


def test_two_processes_share_one_budget(ledgers):
    stores = [SharedBudget(ledger) for ledger in ledgers]
    n_granted = sum(
        store.change(AT, lambda budget, at: grant(budget, at, Urgency.SEND)) == 0 for _ in range(40) for store in stores
    )
    assert n_granted == 30  # 0.3 of 100, however many ask


def test_a_request_waits_a_moment_for_its_turn_but_not_long(ledgers, double, tmp_path):
    settings = Settings(home=tmp_path, ghl_token=PRIVATE_TOKEN, ghl_location_id=LOCATION, ghl_base_url=URL, _env_file=None)
    clock, naps = FixedClock(AT), []
    client = open_provider(settings, ledgers[0], clock, transport=double.transport())
    client._wire._sleep = naps.append  # time stands still here, so waiting never helps
    for _ in range(30):
        client.pipelines()
    with pytest.raises(ProviderThrottled):
        client.pipelines()
    assert 0 < sum(naps) <= 2.0


def test_without_a_token_it_is_a_dry_run(ledgers, tmp_path):
    provider = open_provider(Settings(home=tmp_path, _env_file=None), ledgers[0], SystemClock())
    assert isinstance(provider, DryRun)
    assert not provider.is_live


def connect(ledger: Ledger, double: Double, settings: Settings, clock) -> tuple[GhlClient, object]:
    tokens = tokens_of(settings, ledger, clock, transport=double.transport())
    return open_provider(settings, ledger, clock, transport=double.transport()), tokens


def test_a_token_that_ran_out_is_renewed_once_by_however_many_ask(ledgers, double, tmp_path):
    settings = app(tmp_path)
    _, tokens = connect(ledgers[0], double, settings, double.state.clock)
    tokens.exchange("code", "http://127.0.0.1/back")
    later = FixedClock(AT + timedelta(days=2))
    double.state.clock = later
    clients = [connect(ledger, double, settings, later)[0] for ledger in ledgers for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda client: client.upsert_contact(ANA).contact_id, clients))
    assert len(set(found)) == 1
    assert (
        len([path for _, path, status in double.log if path == "/oauth/token" and status == 200]) == 2
    )  # the first, and one renewal


def test_a_refused_token_is_renewed_and_the_request_made_once_more(ledgers, double, tmp_path):
    settings = app(tmp_path)
    client, tokens = connect(ledgers[0], double, settings, double.state.clock)
    tokens.exchange("code", "http://127.0.0.1/back")
    for token in list(double.state.kinds["access"]):
        double.state.drop("access", token)  # revoked there before its time
    assert client.upsert_contact(ANA).contact_id
    assert [status for _, path, status in double.log if path == "/contacts/upsert"] == [401, 200]


def test_a_renewal_that_was_killed_is_taken_over_when_its_lease_ends(ledgers, double, tmp_path):
    settings = app(tmp_path)
    _, tokens = connect(ledgers[0], double, settings, double.state.clock)
    tokens.exchange("code", "http://127.0.0.1/back")
    assert tokens._store.lease("somebody who was killed", AT, AT + timedelta(seconds=25))
    assert not tokens._store.lease("another", AT + timedelta(seconds=24), AT + timedelta(seconds=60))
    assert tokens._store.lease("another", AT + timedelta(seconds=26), AT + timedelta(seconds=60))


def test_tokens_lie_sealed_in_the_ledger_and_out_of_logs(ledgers, double, tmp_path, caplog):
    settings = app(tmp_path)
    with caplog.at_level(logging.DEBUG):
        _, tokens = connect(ledgers[0], double, settings, double.state.clock)
        tokens.exchange("code", "http://127.0.0.1/back")
    access = tokens.token()
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.sqlite3*"))
    assert access.encode() not in raw
    assert access not in caplog.text
    assert CLIENT_SECRET not in repr(settings) + repr(tokens._app)
    other = app(tmp_path, secret_key="o" * 40)
    with pytest.raises(ConfigurationError, match="JORGE_SECRET_KEY"):
        tokens_of(other, ledgers[0], double.state.clock, transport=double.transport()).token()


def test_an_app_that_was_never_connected_says_so(ledgers, double, tmp_path):
    client, _ = connect(ledgers[0], double, app(tmp_path), double.state.clock)
    with pytest.raises(ProviderUnauthorised, match="not connected"):
        client.pipelines()


def test_no_other_host_gets_a_token(ledgers, tmp_path):
    asked = []
    transport = httpx.MockTransport(lambda request: asked.append(request) or httpx.Response(200, content=json.dumps({})))
    settings = Settings(home=tmp_path, ghl_token="t", ghl_location_id="l", ghl_base_url="https://evil.example", _env_file=None)
    with pytest.raises(ConfigurationError, match="JORGE_GHL_BASE_URL"):
        open_provider(settings, ledgers[0], SystemClock(), transport=transport)
    assert asked == []
