"""For all tests: the longest files go first, so that no worker is left alone with one at the end; ledgers and passwords are quick.

Hypothesis tries the same cases on every run and never minds how long one takes: a version passes or it doesn't. For new cases:
`python -m pytest --hypothesis-profile search`.
"""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from engine.store import schema_versions
from tests import short_cuts

settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, max_examples=1_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# In the order of what they cost, measured in CPU seconds; each of the rest takes a twentieth of a worker's time or less.
LONGEST = (
    "stories/test_cold_server.py",
    "stories/test_first_light.py",
    "stories/test_killed_imports.py",
    "pages/test_browser.py",
    "scoring/test_sales.py",
    "scoring/test_history.py",
    "scoring/test_sales_model.py",
    "pages/test_inbox.py",
    "pages/test_follow_up.py",
    "pages/test_shell.py",
    "delivery/test_kills.py",
    "delivery/test_faults.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, the rest as it stands; `tests.check` tells the workers to keep to it."""
    items.sort(key=lambda item: _place("/".join(item.path.parts[-2:])))


def pytest_collection_finish() -> None:
    """What is imported by now stays: a garbage collection needn't look at a gigabyte of it again and again."""
    gc.collect()
    gc.freeze()


def _place(file: str) -> int:
    return LONGEST.index(file) if file in LONGEST else len(LONGEST)


@pytest.fixture(scope="session", autouse=True)
def short_cuts_taken() -> Iterator[None]:
    """See `tests/short_cuts.py`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema_versions, "upgrade", short_cuts.migrate_like_the_first)
        short_cuts.hash_quickly(patch)
        yield


@pytest.fixture
def real_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the migrations themselves: each ledger is made by them."""
    monkeypatch.setattr(schema_versions, "upgrade", short_cuts.MIGRATE)
