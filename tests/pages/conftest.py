"""A small office in a throw-away folder, and pages opened in it as one of its people."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine import commands, runtime
from engine.access import SYSTEM, Actor, Role
from engine.commands import people, sessions
from engine.records import Stage
from engine.runtime import Engine, open_engine
from engine.settings import ROOT, Settings

CLOCK = "2026-03-02T18:00:00Z"  # a Monday, 10 in the morning at the office
HOSTILE = "<img src=x onerror=alert(1)> *Ana* $x$ [a](b)"

LEADS = [
    {
        "name": "Ana Rivera",
        "phone": "(909) 555-0101",
        "email": "ana@example.com",
        "source": "referral",
        "created_at": "2026-03-02T17:54:00Z",
        "budget": "500k-750k",
        "financing": "pre-approved",
        "timeline": "ASAP",
        "city": "Upland",
    },
    {
        "name": "Ben Ortiz",
        "phone": "(909) 555-0102",
        "source": "facebook",
        "created_at": "2026-01-10T17:00:00Z",
        "city": "Ontario",
        "do_not_contact": "yes",
    },
    {"name": HOSTILE, "email": "hostile@example.com", "source": "zillow", "created_at": "2026-02-01T17:00:00Z", "notes": HOSTILE},
    {"name": "Cora Under", "phone": "(909) 555-0104", "created_at": "2026-02-20T17:00:00Z", "source": "open house"},
]
PEOPLE = {"maria": Role.AGENT, "rita": Role.READ_ONLY, "lea": Role.TEAM_LEADER, "amir": Role.ASSISTANT}


def settings(home: Path) -> Settings:
    return Settings(home=home, models=ROOT / "models", clock=CLOCK, _env_file=None)


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with people and nothing else."""
    home = tmp_path_factory.mktemp("empty")
    engine = open_engine(settings(home))
    people.ensure_owner(engine, "blue-door-84-maple")
    for username, role in PEOPLE.items():
        people.add_user(engine, SYSTEM, username=username, name=username.capitalize(), role=role, password="blue-door-84-maple")
    engine.close()
    return home


@pytest.fixture(scope="session")
def busy_home(tmp_path_factory: pytest.TempPathFactory, empty_home: Path) -> Path:
    """The same with four leads and one deal under contract."""
    home = tmp_path_factory.mktemp("busy") / "home"
    shutil.copytree(empty_home, home)
    engine = open_engine(settings(home))
    ids = [commands.take_lead(engine, SYSTEM, payload) for payload in LEADS]
    commands.open_deal(engine, SYSTEM, ids[3], Stage.UNDER_CONTRACT, price_cents=50_000_000)
    engine.close()
    return home


def running(home: Path, folder: Path) -> Iterator[Engine]:
    shutil.copytree(home, folder / "home")
    st.cache_data.clear()
    yield runtime.start(settings(folder / "home"))
    runtime.stop()


@pytest.fixture
def office(busy_home: Path, tmp_path: Path) -> Iterator[Engine]:
    """The busy office, with the analytical store open."""
    yield from running(busy_home, tmp_path)


@pytest.fixture
def empty_office(empty_home: Path, tmp_path: Path) -> Iterator[Engine]:
    """The office on its first day."""
    yield from running(empty_home, tmp_path)


def person(engine: Engine, username: str) -> Actor:
    [user] = [user for user in people.list_users(engine, SYSTEM) if user.username == username]
    return Actor(user.user_id, user.username, user.name, user.role)


@pytest.fixture
def visit() -> Callable[..., AppTest]:
    """Open a page as somebody: `visit(office, "inbox", "maria", band="hot")`."""

    def open_page(engine: Engine, name: str = "home", username: str = "owner", /, **asked: str) -> AppTest:
        token = sessions.start_session(engine, person(engine, username))
        browser = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=180)
        browser.user = {"session": sessions.session_id_of(token)}
        browser.run()
        if name != "home":
            browser.switch_page(f"{name}.py")
            browser.query_params.update(asked)
            browser.run()
        assert not browser.exception
        return browser

    return open_page


def seen(browser: AppTest) -> str:
    """Everything on the page as text: marks, labels, messages."""
    kinds = ("html", "markdown", "caption", "error", "warning", "success", "button", "page_link", "toast")
    return "\n".join(_text(element) for kind in kinds for element in browser.get(kind))


def _text(element: object) -> str:
    shown = str(getattr(element, "value", None) or getattr(element, "body", None) or "")
    return "" if "<style>" in shown else shown + str(getattr(element, "label", ""))
