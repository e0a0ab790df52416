"""Training and evaluating on a team's own history: any table with an outcome column. Reads no files; hands back a report and a model."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from engine.clock import stopwatch
from engine.errors import BadInput
from engine.scoring import contest
from engine.scoring.columns import Numbers, text_frame
from engine.scoring.contest import Outing, Recipe, Verdict
from engine.scoring.drift import reference_of
from engine.scoring.encoding import fit_encoder
from engine.scoring.evidence import gather
from engine.scoring.history_model import HistoryModel
from engine.scoring.report import figures_as_dict, has_skill, measure, reliability, row_losses
from engine.scoring.screening import Exclusion, Screening, screen
from engine.scoring.selective import TARGET, Promise, confidence, keep_promise
from engine.scoring.takings import Taking
from engine.scoring.windows import History, Plan, hash_rows, plan_windows, read_history

Report = dict[str, Any]
_MIN_UNSEEN = 30
_ROWS_EXPLAINED = 2_000  # enough to tell what moves a model


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What came of a training: the report, and the model if there is skill."""

    report: Report
    model: HistoryModel | None

    def save(self, models_dir: Path) -> str | None:
        """Keep the model and return its version; without skill there is nothing to keep."""
        return self.model.save(models_dir) if self.model is not None else None


def train_frame(
    frame: pl.DataFrame | Mapping[str, Sequence[str | None]],
    *,
    outcome: str,
    at: datetime,
    time: str | None = None,
    positive: str | None = None,
    exclude: Sequence[str] = (),
    retrain_every: int | None = None,
    seed: int = 0,
    takings: Mapping[str, Taking] | None = None,
) -> TrainResult:
    """Screen the columns, let the candidates compete, and report on rows that none of it has seen.

    `time` names a column of dates or running numbers, or is "row" for the file's own order; `retrain_every` implies the latter.
    `takings` says which columns are fields of our leads: the published rates of sources rest on it, and scoring the ledger's leads.
    """
    began = stopwatch()
    table = text_frame(frame)
    time = time or ("row" if retrain_every else None)
    _check_names(table, exclude, retrain_every)
    history = read_history(table, outcome=outcome, time=time, positive=positive)
    plan = plan_windows(history, is_temporal=time is not None, retrain_every=retrain_every, seed=seed)
    takings = takings or {}
    recipe = recipe_of(history, plan, outcome=outcome, time=time, exclude=exclude, seed=seed, takings=takings)
    facts = _facts(history, plan, outcome, time)
    if not recipe.screening.used or _is_hollow(history, recipe):
        return TrainResult(_report_without_model(facts, history, plan, recipe, stopwatch() - began), None)
    # One thread: on shared cores the solvers' own threads wait for each other twenty times longer than they work.
    with threadpool_limits(limits=1):
        report, name, verdict, tuned = _contested(facts, history, plan, recipe)
        model = _final(history, plan, tuned, name, verdict, outcome, at, report, takings) if report["skill"] else None
    return TrainResult(report | {"seconds": round(stopwatch() - began, 2)}, model)


def evaluate_frame(
    frame: pl.DataFrame | Mapping[str, Sequence[str | None]],
    *,
    outcome: str,
    model: HistoryModel,
    version: str,
    time: str | None = None,
    positive: str | None = None,
) -> Report:
    """The same figures of a history's model on a labelled table.

    Rows it learned from are left out; if it learned from all of them, the figures of its own held-out rows are repeated.
    """
    began = stopwatch()
    table = text_frame(frame)
    history = read_history(table, outcome=outcome, time=time, positive=positive)
    is_new = ~np.isin(history.row_hashes, model.row_hashes)
    head = {
        "model_version": version,
        "rows": len(is_new),
        "positives": int(history.outcome.sum()),
        "rows_seen_in_training": int((~is_new).sum()),
    }
    if int(is_new.sum()) == 0:
        note = "the model learned from every row of this table; these are the figures of the rows held out while it was chosen"
        return {**model.report, **head, "note": note, "seconds": round(stopwatch() - began, 2)}
    came = history.outcome[is_new]
    if len(came) < _MIN_UNSEEN or not 0 < came.mean() < 1:
        raise BadInput(
            f"only {len(came)} rows with an outcome are new to the model: at least {_MIN_UNSEEN}, with both outcomes, are needed"
        )
    positions = {value: place for place, value in enumerate(hash_rows(table).tolist())}
    said = model.predict(table)[[positions[value] for value in history.row_hashes[is_new].tolist()]]
    is_auto = confidence(said) >= (model.threshold if model.threshold is not None else 2.0)
    promise = keep_promise(said, came, is_auto, model.threshold)
    figures = figures_as_dict(measure(said, came))
    champion = {"name": model.model.name, **figures, "selective": _selective(promise)}
    return {
        **head, "outcome": outcome, "split": {"kind": "evaluation", "train": len(model.row_hashes), "test": len(came)},
        "excluded": model.report["excluded"], "models": {model.model.name: figures}, "champion": champion,
        "constant": _constant(came, None), "skill": has_skill(said, came), "reliability": reliability(said, came),
        "seconds": round(stopwatch() - began, 2),
    }  # fmt: skip


def _contested(facts: Report, history: History, plan: Plan, recipe: Recipe) -> tuple[Report, str, Verdict, Recipe]:
    tuned = contest.tune(history, plan, recipe)
    outings = contest.run(history, plan, tuned)
    name = contest.choose_champion([outing for outing in outings if not outing.window.is_test] or outings)
    verdict = contest.judge(outings, plan, contest.choose_champion)
    return _report(facts, history, plan, tuned, outings, name, verdict), name, verdict, tuned


def _check_names(table: pl.DataFrame, exclude: Sequence[str], retrain_every: int | None) -> None:
    unknown = [name for name in exclude if name not in table.columns]
    if unknown:
        raise BadInput(f"there is no column '{unknown[0]}' to exclude", field=unknown[0])
    if retrain_every is not None and retrain_every < 1:
        raise BadInput("retraining must be every 1 row or more", field="retrain_every")


def _screened(history: History, plan: Plan, outcome: str, time: str | None, exclude: Sequence[str]) -> Screening:
    """The guard looks at training rows only; with folds, every row trains."""
    rows = np.arange(plan.n_train if plan.kind == "temporal" else len(history.outcome))
    days = None if history.row_days is None else history.row_days[rows]
    found = screen(history.take(rows), history.outcome[rows], time=time, exclude=exclude, row_days=days)
    return Screening(
        found.used, found.filled_only, (Exclusion(outcome, "is the outcome itself"), *found.excluded), found.single_auc
    )


def recipe_of(
    history: History,
    plan: Plan,
    *,
    outcome: str,
    time: str | None,
    exclude: Sequence[str],
    seed: int,
    takings: Mapping[str, Taking],
) -> Recipe:
    """What is fitted: the columns that pass the guard; for a small history with what the published rates need."""
    screening = _screened(history, plan, outcome, time, exclude)
    named = {name: takings[name] for name in screening.used if name in takings and history.columns[name].type.kind == "category"}
    sources = {name: taking.meanings for name, taking in named.items() if taking.field == "source" and taking.meanings}
    agent = next((name for name, taking in named.items() if taking.field == "assigned_to"), None)
    is_small = len(history.outcome) <= contest.SMALL
    return Recipe(screening, time, seed, is_small=is_small, sources=sources, agent=agent)


def _is_hollow(history: History, recipe: Recipe) -> bool:
    """Whether the columns that are left give not one feature."""
    used = [history.columns[name] for name in recipe.screening.used]
    encoder = fit_encoder(
        used, filled_only=recipe.screening.filled_only, has_row_days=history.row_days is not None, time=recipe.time
    )
    return not encoder.features


def _facts(history: History, plan: Plan, outcome: str, time: str | None) -> Report:
    return {
        "rows": len(history.outcome), "positives": int(history.outcome.sum()), "outcome": outcome, "time": time,
        "rows_without_outcome": history.n_without_outcome, "rows_without_time": history.n_without_time,
        "split": {"kind": plan.kind, "train": plan.n_train, "test": plan.n_test},
    }  # fmt: skip


def _report(
    facts: Report, history: History, plan: Plan, recipe: Recipe, outings: Sequence[Outing], name: str, verdict: Verdict
) -> Report:
    said, came = verdict.probability, verdict.outcome
    figures = figures_as_dict(measure(said, came))
    models = {}
    for each in outings[0].raw:
        judged = contest.judge(outings, plan, lambda _, each=each: each)  # type: ignore[misc]
        models[each] = figures_as_dict(measure(judged.probability, judged.outcome))
    promise = keep_promise(said, came, verdict.is_auto, verdict.threshold)
    champion = {"name": name, **figures, "selective": _selective(promise)}
    constant = _constant(came, _train_rate(history, plan))
    skill = has_skill(said, came) and figures["log_loss"] < constant["log_loss"]
    brier_constant = float(came.mean() * (1 - came.mean()))
    brier_skill = round(1 - figures["brier"] / brier_constant, 6) if brier_constant > 0 else 0.0
    return facts | {
        "excluded": [asdict(each) for each in recipe.screening.excluded], "used": list(recipe.screening.used), "models": models,
        "champion": champion | {"brier_skill": brier_skill}, "constant": constant, "skill": skill,
        "half_life_share": recipe.half_life, "reliability": reliability(said, came),
    }  # fmt: skip


def _report_without_model(facts: Report, history: History, plan: Plan, recipe: Recipe, seconds: float) -> Report:
    """No column is left: the constant answer is all there is."""
    came = history.outcome[plan.n_train :] if plan.kind == "temporal" else history.outcome
    rate = _train_rate(history, plan)
    said: Numbers = np.full(len(came), min(max(rate, 1e-4), 1 - 1e-4))
    promise = keep_promise(said, came, np.zeros(len(came), dtype=np.bool_), None)
    champion = {"name": "constant", **figures_as_dict(measure(said, came)), "selective": _selective(promise)}
    return facts | {
        "excluded": [asdict(each) for each in recipe.screening.excluded], "used": [], "models": {}, "champion": champion,
        "constant": _constant(came, rate), "skill": False, "seconds": round(seconds, 2),
    }  # fmt: skip


def _selective(promise: Promise) -> Report:
    rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(promise).items()}
    return rounded | {"target": TARGET}


def _constant(came: Numbers, train_rate: float | None) -> Report:
    """The best constant answer, known only in hindsight, and the one that could have been given before."""
    rate = float(came.mean())
    constant = {"log_loss": round(float(row_losses(rate, came).mean()), 6), "accuracy": round(max(rate, 1 - rate), 6)}
    return (
        constant
        if train_rate is None
        else constant | {"log_loss_of_training_rate": round(float(row_losses(train_rate, came).mean()), 6)}
    )


def _train_rate(history: History, plan: Plan) -> float:
    return float(history.outcome[: plan.n_train].mean() if plan.kind == "temporal" else history.outcome.mean())


def _final(  # noqa: PLR0917  (all that a contest found)
    history: History,
    plan: Plan,
    recipe: Recipe,
    name: str,
    verdict: Verdict,
    outcome: str,
    at: datetime,
    report: Report,
    takings: Mapping[str, Taking],
) -> HistoryModel:
    """The champion fitted on every row, as it will score the leads to come; its evidence is what it said of rows held out."""
    rows = np.arange(len(history.outcome))[-plan.n_remembered :]
    fitted = contest.fit(history, rows, contest.tune_on(history, rows, recipe) if plan.kind == "folds" else recipe)
    needed = {feature.column for feature in fitted.encoder.features} | ({recipe.time} if history.row_days is not None else set())
    types = tuple(type_ for type_ in history.types if type_.name in needed)
    taken = history.take(rows)
    filled = {name: round(1.0 - float(taken[name].is_missing.mean()), 6) for name in sorted(name for name in needed if name)}
    matrix, champion = contest.matrix_of(history, rows, fitted.encoder), contest.pick(fitted, name)
    importance = np.abs(champion.effects(matrix[-_ROWS_EXPLAINED:])).mean(axis=0)
    model = HistoryModel(
        types=types, time=recipe.time if history.row_days is not None else None, outcome=outcome, encoder=fitted.encoder,
        model=champion, calibrator=verdict.calibrator, threshold=verdict.threshold,
        row_hashes=np.sort(history.row_hashes), report=report, trained_at=at,
        evidence=gather(verdict.probability, verdict.outcome, importance), base_rate=float(history.outcome[rows].mean()),
        least_known=0.0, reference=reference_of(matrix.astype(np.float64)),
        takings={name: taking for name, taking in takings.items() if name in needed}, filled=filled,
    )  # fmt: skip
    return replace(model, least_known=_least_known(model, history, rows))


def _least_known(model: HistoryModel, history: History, rows: NDArray[np.int64]) -> float:
    """What nineteen of twenty of these rows say at least of what moves the model, as a share."""
    weights, columns = model.weights, history.take(rows)
    known = sum((weight * ~columns[name].is_missing for name, weight in weights.items()), np.zeros(len(rows)))
    return float(np.quantile(known / (sum(weights.values()) or 1.0), 0.05))
