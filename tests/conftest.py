"""For all tests: the longest files go first, so that no worker is left alone with one at the end; ledgers and passwords are quick."""

from collections.abc import Iterator

import pytest

from engine.store import schema_versions
from tests import short_cuts


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories first, then the pages, the rest as it stands."""
    items.sort(key=lambda item: 0 if "stories" in item.path.parts else 1 if "pages" in item.path.parts else 2)


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
