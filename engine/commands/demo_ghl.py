"""The demo's GoHighLevel: a double on this machine with made-up contacts, so that sending and synchronising can be watched."""

import logging
import random
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from engine.clock import Clock, clock_from
from engine.errors import ConfigurationError
from engine.ghl.double_people import add
from engine.ghl.double_server import run
from engine.ghl.double_state import LOCATION, PRIVATE_TOKEN, State
from engine.settings import Settings

log = logging.getLogger(__name__)

_PORT_ABOVE = 98  # the double listens on the web process's port plus this: 8599 beside 8501
_N_CONTACTS = 40
_LIST_LAG_S = 3.0  # as live: "updates may take a few seconds"


def double_environment(home: Path, port: int) -> dict[str, str]:
    """Settings with which every process of the demo speaks to the double, whatever real account `.env` names."""
    return {
        "JORGE_GHL_TOKEN": PRIVATE_TOKEN,
        "JORGE_GHL_LOCATION_ID": LOCATION,
        "JORGE_GHL_BASE_URL": f"http://127.0.0.1:{port + _PORT_ABOVE}",
        "JORGE_GHL_WEBHOOK_KEYS": str(_key_path(home)),
        "JORGE_GHL_CLIENT_ID": "",
        "JORGE_GHL_CLIENT_SECRET": "",
    }


def furnish_double(home: Path, names: tuple[tuple[str, ...], tuple[str, ...]], clock: Clock) -> None:
    """Give the double its made-up contacts and write its public key, before anybody starts."""
    state, chance = State(path=_state_path(home), clock=clock), random.Random(11)
    try:
        state.begin()
        for n in range(_N_CONTACTS):
            first, last = chance.choice(names[0]), chance.choice(names[1])
            fields = {"firstName": first, "lastName": last, "email": f"{first}.{last}.{n}@example.org".lower()}
            fields |= {"phone": f"+1909555{100 + n:04d}", "source": chance.choice(("Zillow", "Facebook", "Open house"))}
            add(state, fields | {"tags": ["synthetic demo lead"], "city": chance.choice(("Upland", "Ontario", "Rancho Cucamonga"))})
        state.commit()
        state.take_events()
        _key_path(home).write_text(state.public_key, encoding="ascii")
    finally:
        state.close()


def serve_double(settings: Settings, *, port: int | None, with_webhooks: bool, list_lag_seconds: float = _LIST_LAG_S) -> None:
    """Be the double until stopped, on the port that JORGE_GHL_BASE_URL names unless another is given."""
    asked = port or urlsplit(settings.ghl_base_url).port
    if asked is None:
        raise ConfigurationError("Name a port: JORGE_GHL_BASE_URL is no double on this machine")
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    run(
        port=asked,
        state_path=_state_path(settings.home),
        webhook_url=f"http://127.0.0.1:{settings.port}/api/webhooks/ghl" if with_webhooks else "",
        list_lag_seconds=list_lag_seconds,
        clock=clock_from(settings.clock, settings.home),
    )


def happen_there(base_url: str, chance: random.Random, answers: tuple[str, ...]) -> bool:
    """One of the double's contacts writes; says whether one did."""
    with httpx.Client(base_url=base_url, timeout=5.0, trust_env=False) as http:
        try:
            contacts = http.get("/_double/contacts").json()["contacts"]
            if not contacts:
                return False
            told = {"contactId": chance.choice(contacts)["id"], "body": chance.choice(answers)}
            return http.post("/_double/inbound", json=told).is_success
        except httpx.HTTPError as error:
            log.warning("the demo's GoHighLevel does not answer: %s", type(error).__name__)
            return False


def _state_path(home: Path) -> Path:
    return home / "ghl-double.sqlite3"


def _key_path(home: Path) -> Path:
    return home / "ghl-double.pem"
