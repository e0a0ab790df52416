"""A ledger, a clock that is moved, and GoHighLevel's double on a port of this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.ghl.client import GhlClient
from engine.ghl.double import Double
from engine.ghl.double_server import DoubleServer
from engine.ghl.double_state import State
from engine.store.ledger import Ledger
from tests.delivery import world
from tests.delivery.world import MovedClock
from tests.store.conftest import postgresql, url

__all__ = ["postgresql", "url"]


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: MovedClock) -> Iterator[Ledger]:
    opened = world.open_ledger(tmp_path)
    world.set_up(opened, clock.now())
    yield opened
    opened.close()


@pytest.fixture
def double(clock: MovedClock) -> Iterator[DoubleServer]:
    server = DoubleServer(Double(state=State(clock=clock), limit=100_000))
    server.start()
    yield server
    server.stop()
    server.double.state.close()


@pytest.fixture
def ghl(double: DoubleServer, clock: MovedClock) -> Iterator[GhlClient]:
    opened = world.client(double.url, clock)
    yield opened
    opened.close()
