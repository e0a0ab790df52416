"""An office for the tests of commands: a real ledger in a temporary folder and a clock that the test moves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.clock import FixedClock
from engine.commands import people
from engine.runtime import Engine, open_engine
from engine.settings import Settings

START = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
PASSWORD = "blue-door-84-maple"


def open_office(home: Path, at: datetime = START) -> Engine:
    """An engine on that folder, whose clock stands at `at`."""
    engine = open_engine(Settings(home=home, _env_file=None))
    engine.clock = FixedClock(at)
    return engine


def later(engine: Engine, **passed: float) -> None:
    """Let time pass."""
    engine.clock = FixedClock(engine.clock.now() + timedelta(**passed))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Engine]:
    """An office with its owner, whose password is `PASSWORD`."""
    engine = open_office(tmp_path)
    people.ensure_owner(engine, PASSWORD)
    yield engine
    engine.close()
