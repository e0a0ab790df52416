"""Processes that are killed at any moment: every message arrives once all the same. Real processes, real SIGKILL, the real client."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.clock import clock_from
from engine.records.follow_up import StepState
from engine.store import steps
from tests.delivery import chaos, world

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("place", ["claimed", "sending", "sent", "looked"])
def test_who_takes_a_killed_workers_seat_goes_on_at_once_and_leaves_one_delivery(tmp_path: Path, place: str):
    clock = clock_from(chaos.CLOCK, tmp_path)
    ledger = world.open_ledger(tmp_path)
    world.set_up(ledger, clock.now())
    world.begin(ledger, world.plan_of(world.text(1)), world.take_in(ledger, [world.person(1)], clock.now()), clock.now())
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    with chaos.double_of(clock, tmp_path) as double:
        if place in ("looked", "reconciled"):
            double.double.script.faults = [chaos_fault("timeout")]
        command = [sys.executable, "-m", "tests.delivery.worker", url, double.url, str(tmp_path), chaos.CLOCK]
        doomed = subprocess.Popen([*command, place, "1"], cwd=chaos.ROOT, stdout=subprocess.DEVNULL)
        assert doomed.wait(120) == -signal.SIGKILL
        survivor = subprocess.Popen(command, cwd=chaos.ROOT, stdout=subprocess.DEVNULL)
        try:
            step = _ended(ledger)
        finally:
            survivor.kill()
            survivor.wait()
        assert step.state is StepState.SENT
        assert len(double.double.state.deliveries()) == 1
    ledger.close()


def chaos_fault(name):
    from engine.ghl.double_faults import Fault

    return Fault(name=name)


def _ended(ledger):
    for _ in range(2_400):
        with ledger.read() as connection:
            [step] = steps.of_enrolment(connection, 1)
        if step.state not in (StepState.PENDING, StepState.LEASED, StepState.SENDING, StepState.UNKNOWN):
            return step
        time.sleep(0.05)
    pytest.fail(f"it never ended: {step}")


def test_a_campaign_of_kills_and_faults_delivers_each_step_once(tmp_path: Path, url: str):
    outcome = chaos.campaign(tmp_path, url, n_contacts=10, n_kills=5, seed=7, patience_s=240)
    assert outcome.problems == []
    assert outcome.kills.total() >= 3
    assert max(outcome.deliveries.values()) == 1
