"""The pipeline to take away: the deals that pass the filters as CSV and as a typed workbook."""

from typing import Any

from engine.access import Actor, scope_of
from engine.runtime import Engine
from engine.views.pipeline import MAX_ROWS, pipeline, pipeline_deals
from engine.views.table_files import as_csv, as_xlsx

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("Deal", "name"),
    ("Stage", "stage"),
    ("Agent", "assigned_name"),
    ("Source", "source"),
    ("Days in stage", "days_in_stage"),
    ("Expected close", "closes_on"),
    ("First named close", "first_closes_on"),
    ("Times put off", "n_moves"),
    ("Slip", "slip"),
    ("Price", "price_cents"),
    ("Price is", "price_source"),
    ("Rate", "commission_rate"),
    ("Rate is from", "rate_source"),
    ("Gross", "gci_cents"),
    ("Weighted", "weighted_cents"),
    ("Chance to close", "chance"),
    ("Predicted", "predicted_cents"),
)
_MONEY = ("price_source", "commission_rate", "rate_source")  # beside everything in cents


def pipeline_csv(engine: Engine, actor: Actor, **asked: Any) -> bytes:
    """The deals as CSV."""
    return as_csv(*_table(engine, actor, **asked))


def pipeline_xlsx(engine: Engine, actor: Actor, **asked: Any) -> bytes:
    """The same as a workbook."""
    return as_xlsx("Pipeline", *_table(engine, actor, **asked))


def _table(engine: Engine, actor: Actor, **asked: Any) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    sees_money = scope_of(actor).sees_money
    columns = [pair for pair in _COLUMNS if sees_money or not (pair[1].endswith("_cents") or pair[1] in _MONEY)]
    labels = {stage.stage: stage.label for stage in pipeline(engine, actor).stages}
    found = pipeline_deals(engine, actor, **asked, limit=MAX_ROWS)
    rows = [[labels.get(row.stage, row.stage) if name == "stage" else getattr(row, name) for _, name in columns] for row in found]
    return columns, rows
