"""Training on a team's own history and its own sales, and measuring a model on a labelled file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import polars as pl

from engine import intake
from engine.access import SYSTEM
from engine.clock import clock_from
from engine.commands.models import promote_model
from engine.commands.own_columns import takings_of
from engine.errors import BadInput, ModelUnusable
from engine.runtime import open_engine
from engine.scoring import registry
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
    from engine.scoring import history  # brings scikit-learn with it, which scoring doesn't need

    at, frame = clock_from(settings.clock, settings.home).now(), _frame(path)
    result = history.train_frame(
        frame, outcome=outcome, at=at, time=time, positive=positive, exclude=exclude, retrain_every=retrain_every,
        takings=takings_of(frame, at),
    )  # fmt: skip
    version = result.save(settings.own_models)
    if version is None:
        return {**result.report, "promoted": False}
    if promote:
        engine = open_engine(settings)
        try:
            promote_model(engine, SYSTEM, version)
        finally:
            engine.close()
    return {**result.report, "model_version": version, "promoted": promote}


def evaluate(
    settings: Settings, path: Path, *, outcome: str, time: str | None, positive: str | None, model: str | None
) -> dict[str, object]:
    """Score a labelled file with a model (the promoted one, unless a version is named) and report the same figures."""
    from engine.scoring import history

    version = model or _promoted(settings)
    own = registry.load_own(settings.own_models, version)
    return history.evaluate_frame(_frame(path), outcome=outcome, time=time, positive=positive, model=own, version=version)


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
    version = result.model.save(settings.own_models)
    if promote:
        sales_model.promote_sales(settings.own_models, version)
    return {**result.report, "model_version": version, "promoted": promote}


def _promoted(settings: Settings) -> str:
    engine = open_engine(settings)
    try:
        found = engine.champion.promoted(engine.clock.now())
    finally:
        engine.close()
    if found is None:
        raise ModelUnusable("No model of a team's own history has been promoted yet: use `train … --promote`")
    return found.version


def _frame(path: Path) -> pl.DataFrame:
    """A file as a table of texts, read as imports read it."""
    table = intake.open_table(path)
    width = len(table.columns)
    rows = [(*row.cells[:width], *[""] * (width - len(row.cells))) for row in table.rows()]
    return pl.DataFrame(rows, schema=dict.fromkeys(table.columns, pl.String), orient="row")
