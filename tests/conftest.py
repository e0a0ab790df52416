"""For all tests: the stories, which wait for whole programs, go first, so that no worker is left alone with them at the end."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories first, then the pages, the rest as it stands."""
    items.sort(key=lambda item: 0 if "stories" in item.path.parts else 1 if "pages" in item.path.parts else 2)
