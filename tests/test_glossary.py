"""Every table and record has its entry in the glossary."""

import dataclasses
import enum
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

from engine import records
from engine.store.tables import metadata

GLOSSARY = (Path(__file__).resolve().parent.parent / "docs" / "glossary.md").read_text(encoding="utf-8")
MODULES = [importlib.import_module(f"engine.records.{found.name}") for found in pkgutil.iter_modules(records.__path__)]
RECORDS = [
    name
    for module in MODULES
    for name, found in vars(module).items()
    if inspect.isclass(found)
    and found.__module__ == module.__name__
    and (dataclasses.is_dataclass(found) or issubclass(found, enum.Enum))
]


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_table_is_explained(table):
    assert f"`{table}`" in GLOSSARY


@pytest.mark.parametrize("record", sorted(RECORDS))
def test_every_record_is_explained(record):
    assert f"**{record}**" in GLOSSARY
