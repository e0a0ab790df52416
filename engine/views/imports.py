"""Imports: what came in, how far it is, what became of each row."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path

from engine import intake
from engine.access import Actor, Permission, require
from engine.errors import NotFound
from engine.records import Rejection
from engine.runtime import Engine
from engine.store import batches, people
from engine.store.batches import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCard:
    """One import as its page shows it. `state` is one of queued, checking, checked, agreed, importing, done, failed, cancelled."""

    batch: Batch
    created_by_name: str
    rejections: tuple[Rejection, ...]  # the first ones; the rest are in the file to download
    n_merged_in_file: int
    has_scored_file: bool


def field_labels() -> dict[str, str]:
    """The lead fields a column can feed: name → label, as a person picks one."""
    return {spec.name: spec.label for spec in intake.FIELDS}


def batch_list(engine: Engine, actor: Actor, *, limit: int = 20) -> tuple[Batch, ...]:
    """The newest imports."""
    require(actor, Permission.IMPORT)
    with engine.ledger.read() as connection:
        return tuple(batches.list_batches(connection, limit=limit))


def batch_card(engine: Engine, actor: Actor, *, batch_id: int, n_rejections: int = 50) -> BatchCard:
    """One import with its first rejected rows; raises `NotFound`."""
    require(actor, Permission.IMPORT)
    with engine.ledger.read() as connection:
        batch = batches.load(connection, batch_id)
        rejections = tuple(rejection for rejection, _ in islice(batches.iter_rejections(connection, batch_id), n_rejections))
        n_merged = batches.n_merged_in_file(connection, batch_id)
        names = people.names(connection)
    return BatchCard(
        batch=batch,
        created_by_name=names.get(batch.created_by, "Command line"),
        rejections=rejections,
        n_merged_in_file=n_merged,
        has_scored_file=engine.settings.scored_path(batch_id).is_file(),
    )


def scored_file(engine: Engine, actor: Actor, *, batch_id: int) -> Path:
    """The scored file of an import; raises `NotFound` while there is none on this machine."""
    batch_card(engine, actor, batch_id=batch_id, n_rejections=0)
    path = engine.settings.scored_path(batch_id)
    if not path.is_file():
        raise NotFound("This import has no scored file here")
    return path


def rejected_rows(engine: Engine, actor: Actor, *, batch_id: int) -> Iterator[str]:
    """The rejected rows as a CSV, piece by piece: the columns as they came, then the line and `error_reason`."""
    card = batch_card(engine, actor, batch_id=batch_id, n_rejections=0)
    columns = [str(name) for name in card.batch.report.get("columns", [])]
    yield _csv_line([*columns, "line", "error_reason"])
    with engine.ledger.read() as connection:
        for rejection, cells in batches.iter_rejections(connection, batch_id):
            padded = [*cells, *[""] * (len(columns) - len(cells))]
            yield _csv_line([*padded, str(rejection.line), f"{rejection.column}: {rejection.reason}"])


def _csv_line(cells: list[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow(map(intake.safe_cell, cells))
    return line.getvalue()


__all__ = ["Batch", "BatchCard", "batch_card", "batch_list", "field_labels", "rejected_rows"]
