"""The sidecar's ticks: none takes the others with it, a clock that jumps stops sending, a hang ends in a fresh start."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import FixedClock, stopwatch
from engine.errors import JorgeError
from engine.jobs import Tick, begin_watchdog, open_sidecar
from engine.jobs.guard import ClockGuard
from engine.settings import Settings
from engine.store import enrolments, feed
from tests.delivery.world import NOON


@pytest.fixture
def sidecar(tmp_path: Path):
    opened = open_sidecar(Settings(home=tmp_path, _env_file=None))
    opened.clock = FixedClock(NOON)
    yield opened
    opened.close()


def beats(sidecar):
    with sidecar.ledger.read() as connection:
        return {beat.name: beat for beat in feed.load_heartbeats(connection)}


def test_every_tick_runs_on_an_empty_office_and_leaves_a_sign_of_life(sidecar):
    assert all(sidecar.run(tick) for tick in sidecar.ticks())
    assert set(beats(sidecar)) >= {"sidecar", "deliver", "reconcile", "sweep", "sync_in", "sync_out", "enrol", "backup"}
    assert all(beat.is_ok for beat in beats(sidecar).values())


def test_a_tick_that_breaks_says_so_and_the_next_one_comes(sidecar):
    def fail(_stop):
        raise ZeroDivisionError("with a phone number in it")

    assert not sidecar.run(Tick("deliver", 1, 1, fail))
    assert beats(sidecar)["deliver"].message == "ZeroDivisionError: the log says more"

    def refuse(_stop):
        raise JorgeError("No room on the disk")

    assert not sidecar.run(Tick("deliver", 1, 1, refuse))
    assert beats(sidecar)["deliver"].message == "No room on the disk"
    assert sidecar.run(next(tick for tick in sidecar.ticks() if tick.name == "deliver"))
    assert beats(sidecar)["deliver"].is_ok


def test_a_tick_is_told_when_its_time_is_up(sidecar):
    asked = []
    sidecar.run(Tick("long", 1, -1, lambda stop: asked.append(stop())))
    assert asked == [True]
    assert "longer than it may" in beats(sidecar)["long"].message


def test_a_new_ledger_gets_the_shipped_sequence_once(sidecar, tmp_path):
    open_sidecar(Settings(home=tmp_path, _env_file=None)).close()
    with sidecar.ledger.read() as connection:
        [only] = enrolments.all_sequences(connection)
    assert only.name == "3-7-14-30 follow-up"


def test_the_nightly_copy_is_made_and_old_ones_go(sidecar, tmp_path):
    sidecar.back_up()
    sidecar.clock = FixedClock(NOON + timedelta(days=36))
    sidecar.back_up()
    assert len(list((tmp_path / "backups").glob("*.sqlite3"))) == 1


def test_a_steady_clock_is_believed():
    guard = ClockGuard()
    assert [guard.look(NOON + timedelta(seconds=n), float(n)) for n in range(0, 100, 2)] == [""] * 50


def test_a_clock_set_back_stops_sending_until_it_has_caught_up():
    guard = ClockGuard()
    guard.look(NOON, 0)
    assert "set back" in guard.look(NOON - timedelta(seconds=30), 2)
    assert "set back" in guard.look(NOON - timedelta(seconds=10), 22)
    assert guard.look(NOON, 32) == ""


def test_a_clock_that_jumps_forward_is_not_believed_for_ten_minutes():
    guard = ClockGuard()
    guard.look(NOON, 0)
    assert "jumped" in guard.look(NOON + timedelta(hours=5), 2)
    assert "jumped" in guard.look(NOON + timedelta(hours=5, minutes=9), 542)
    assert guard.look(NOON + timedelta(hours=5, minutes=10), 604) == ""


def test_a_fast_clock_of_development_is_no_jump():
    guard = ClockGuard(speed=3600)
    assert [guard.look(NOON + timedelta(hours=n), float(n)) for n in range(50)] == [""] * 50


def test_after_a_restart_a_clock_behind_the_last_sign_of_life_stops_sending():
    assert "set back" in ClockGuard(highest=NOON).look(NOON - timedelta(minutes=1), 0)


def test_a_sidecar_that_hangs_is_started_again_and_a_living_one_is_left_alone():
    stopping, acted = threading.Event(), threading.Event()
    begin_watchdog(stopwatch, stopping, silence_s=0.2, act=acted.set)
    time.sleep(0.5)
    assert not acted.is_set()
    stopping.set()
    hung_since = stopwatch()
    begin_watchdog(lambda: hung_since, threading.Event(), silence_s=0.2, act=acted.set)
    assert acted.wait(60)
