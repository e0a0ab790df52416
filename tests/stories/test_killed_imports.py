"""A killed import is absent, or shown in part and going on; done again or taken up it is whole. Real processes, real SIGKILL."""

import json
import time

import pytest
from sqlalchemy import func, select

from bench.leads_csv import write_leads
from engine.runtime import open_engine
from engine.settings import Settings
from engine.store import leads
from engine.store.batches import N_SHOWN
from engine.store.tables import batches, hidden_keys, lead_keys
from engine.store.tables import leads as lead_table

N_ROWS = 3_000
pytestmark = pytest.mark.slow


def state_of(office):
    engine = open_engine(Settings(home=office.home, _env_file=None))
    try:
        with engine.ledger.read() as connection:
            return leads.n_leads(connection), connection.execute(select(batches.c.state)).scalars().all()
    finally:
        engine.close()


def count(office, table):
    engine = open_engine(Settings(home=office.home, _env_file=None))
    try:
        with engine.ledger.read() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()
    finally:
        engine.close()


def wait_for_progress(office, process, n_done):
    """Until the import's own counter says so, or it is done."""
    engine = open_engine(Settings(home=office.home, _env_file=None))
    try:
        while process.poll() is None:
            with engine.ledger.read() as connection:
                rows = connection.execute(select(batches.c.state, batches.c.n_done)).all()
            if rows and rows[-1].state == "importing" and rows[-1].n_done >= n_done:
                return
            time.sleep(0.005)
    finally:
        engine.close()


@pytest.mark.parametrize("n_done", [pytest.param(1, marks=pytest.mark.long), 1_500, pytest.param(2_500, marks=pytest.mark.long)])
def test_a_killed_import_is_absent_and_done_again_is_whole(office, tmp_path, n_done):
    source = write_leads(tmp_path / "leads.csv", N_ROWS)
    worker = office.spawn("-m", "engine", "import", str(source))
    wait_for_progress(office, worker, n_done)
    worker.kill()
    worker.wait()

    n_visible, states = state_of(office)
    if states != ["done"]:  # the kill came before all were shown
        assert n_visible == 0 or n_visible >= N_SHOWN
        assert states == ["importing"]

    report = json.loads(office.engine("import", str(source)).stdout)
    n_visible, _ = state_of(office)
    assert report["rows"] == N_ROWS == report["create"] + report["update"] + report["unchanged"] + report["rejected"]
    assert n_visible == N_ROWS - report["rejected"] - report["update"] or states == ["done"]
    assert count(office, lead_keys) > n_visible


def test_the_web_process_takes_up_what_a_killed_worker_left(office, tmp_path):
    source = write_leads(tmp_path / "leads.csv", N_ROWS)
    worker = office.spawn("-m", "engine", "import", str(source))
    wait_for_progress(office, worker, 1)
    worker.kill()
    worker.wait()
    office.start_web()
    seen = 0
    for _ in range(1_800):
        n_visible, states = state_of(office)
        if states == ["done"]:
            break
        assert n_visible >= seen  # never less than before, and no part of a part
        assert n_visible == 0 or n_visible >= N_SHOWN
        seen = n_visible
        time.sleep(0.1)
    assert states == ["done"]
    assert n_visible == count(office, lead_table)
    assert count(office, hidden_keys) == 0
