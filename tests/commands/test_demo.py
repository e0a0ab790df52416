"""The demo: what it tells to sign in with works, and something happens."""

import random
from datetime import datetime
from importlib import import_module

import pytest

from engine.access import SYSTEM
from engine.commands import demo_follow_up, people
from engine.commands.intake import take_lead
from engine.errors import ConfigurationError
from engine.settings import Settings
from engine.store import leads
from engine.views.outbox import lead_follow_up

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


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        ("2026-11-22T21:00Z", "2026-11-21T18:20:00Zx10"),  # a Sunday: Saturday morning
        ("2026-11-27T05:00Z", "2026-11-25T18:20:00Zx10"),  # the night after Thanksgiving: the Wednesday before
        ("2026-11-24T17:00Z", "2026-11-23T18:20:00Zx10"),  # nine in the morning: yesterday
        ("2026-11-24T19:00Z", "2026-11-24T18:20:00Zx10"),
    ],
)
def test_the_demo_begins_on_a_working_morning_whatever_the_hour(now, begins):
    assert demo_follow_up.demo_clock(datetime.fromisoformat(now)) == begins


def test_the_demos_follow_up_is_marked_synthetic_and_begins_with_a_text(office):
    lead_id = take_lead(office, SYSTEM, {"name": "Ana Abbott", "phone": "(909) 555-0123", "email": "ana@example.com"})
    demo_follow_up.seed_follow_up(office, "http://127.0.0.1:8501")
    assert demo_follow_up.begin_one(office, random.Random(1)) is None  # the only lead waits on the shipped sequence
    other = take_lead(office, SYSTEM, {"name": "Ben Brandt", "phone": "(909) 555-0124"})
    assert demo_follow_up.begin_one(office, random.Random(1)) == other
    story = lead_follow_up(office, SYSTEM, other)
    assert [step.kind for step in story.steps] == ["sms", "call_task", "email"]
    assert "synthetic" in story.steps[0].sequence_name
    assert all("nobody real" in one.evidence for one in story.consents)
    assert lead_follow_up(office, SYSTEM, lead_id).steps[0].sequence_name == "3-7-14-30 follow-up"
