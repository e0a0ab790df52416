"""Training on a team's own history and its own sales, and measuring a model on a labelled file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import polars as pl

from engine import intake
from engine.clock import clock_from
from engine.errors import BadInput
from engine.settings import Settings


def train(
    settings: Settings,
    path: Path,
    *,
    outcome: str,
    time: str | None,
    positive: str | None,
    exclude: Sequence[str],
    retrain_every: int | None,
    promote: bool,
) -> dict[str, object]:
    """Train candidates on a labelled file; answers the report. Keeps the model when it has skill, and promotes it if asked."""
    from engine.scoring import history, history_model  # brings scikit-learn with it, which scoring doesn't need

    at = clock_from(settings.clock, settings.home).now()
    result = history.train_frame(
        _frame(path), outcome=outcome, at=at, time=time, positive=positive, exclude=exclude, retrain_every=retrain_every
    )
    version = result.save(settings.models)
    if version is None:
        return result.report
    if promote:
        history_model.promote_history(settings.models, version)
    return {**result.report, "model_version": version, "promoted": promote}


def evaluate(
    settings: Settings, path: Path, *, outcome: str, time: str | None, positive: str | None, model: str | None
) -> dict[str, object]:
    """Score a labelled file with a model and report the same figures."""
    from engine.scoring import history

    return history.evaluate_frame(
        _frame(path), outcome=outcome, time=time, positive=positive, models_dir=settings.models, model_version=model
    )


def prices(
    settings: Settings,
    path: Path,
    *,
    price: str,
    time: str | None,
    exclude: Sequence[str],
    columns: Literal["all", "lead"],
    adjustment_rate: float,
    promote: bool,
) -> dict[str, object]:
    """Train a price model on a file of sales; answers the report. Keeps the model, and lets it price leads if asked."""
    from engine.scoring import sales, sales_model

    if promote and columns != "lead":
        raise BadInput("leads tell ZIP, beds and baths only: a model to promote is trained with --columns lead")
    at = clock_from(settings.clock, settings.home).now()
    result = sales.train_sales(
        _frame(path), price=price, at=at, time=time, exclude=exclude, columns=columns, adjustment_rate=adjustment_rate
    )
    version = result.model.save(settings.models)
    if promote:
        sales_model.promote_sales(settings.models, version)
    return {**result.report, "model_version": version, "promoted": promote}


def _frame(path: Path) -> pl.DataFrame:
    """A file as a table of texts, read as imports read it."""
    table = intake.open_table(path)
    width = len(table.columns)
    rows = [(*row.cells[:width], *[""] * (width - len(row.cells))) for row in table.rows()]
    return pl.DataFrame(rows, schema=dict.fromkeys(table.columns, pl.String), orient="row")
