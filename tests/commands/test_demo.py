"""The demo: what it tells to sign in with works, and something happens."""

import random
from importlib import import_module

import pytest

from engine.commands import people
from engine.errors import ConfigurationError
from engine.settings import Settings
from engine.store import leads

demo = import_module("engine.commands.demo")  # the package's own `demo` is the function


def test_the_demo_tells_a_name_and_a_password_that_open_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(demo, "HOME", tmp_path / "demo")
    monkeypatch.setattr(demo.subprocess, "run", lambda *asked, **how: type("Done", (), {"returncode": 0}))
    demo.demo(Settings(home=tmp_path, _env_file=None))
    told = capsys.readouterr().out
    engine = demo.open_engine(Settings(home=tmp_path / "demo", _env_file=None))
    try:
        username, password = (word for word in told.split("Sign in as")[1].split() if word != "with")
        assert people.sign_in(engine, username, password, "127.0.0.1").user.name == "Jorge"
    finally:
        engine.close()


def test_something_happens_each_time_and_the_same_chance_gives_the_same(office):
    chance = random.Random(7)
    happened = [demo.happen(office, chance) for _ in range(20)]
    assert set(happened) == {"lead", "answer", "touch", "deal"}
    with office.ledger.read() as connection:
        assert leads.n_leads(connection) == happened.count("lead")


def test_neither_demo_nor_its_traffic_touches_a_live_folder(tmp_path):
    with pytest.raises(ConfigurationError, match="own folder"):
        demo.demo_traffic(Settings(home=tmp_path, _env_file=None))
    live = Settings(home=tmp_path, env="production", secret_key="k" * 40, _env_file=None)
    with pytest.raises(ConfigurationError, match="production"):
        demo.demo(live)
