"""A file on this machine, from the command line: score it, import it, or say what an import would do."""

import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from engine import intake
from engine.access import SYSTEM, Actor
from engine.clock import stopwatch
from engine.commands import batches, import_undo, results
from engine.commands.effects import EffectSum, checked_choices, told_left_out
from engine.commands.lookalikes import as_data, find_lookalikes, note_people
from engine.commands.planning import Planner
from engine.commands.uploads import Upload, choose_sheet, keep_upload, upload_path
from engine.errors import BadInput
from engine.runtime import Engine, open_engine
from engine.scoring import registry
from engine.scoring.scorer import Scorer
from engine.settings import Settings
from engine.store.import_choices import Choices


def checked_mapping(mapping: object) -> dict[str, str]:
    """A mapping from outside, if it is one: column → field name; raises `BadInput` naming what is wrong."""
    if not isinstance(mapping, dict) or not all(isinstance(value, str) for value in mapping.values()):
        raise BadInput('A mapping is a JSON object of column names to field names, e.g. {"Cell": "phone"}')
    known = set(intake.SPECS)
    unknown = sorted(set(mapping.values()) - known)
    if unknown:
        raise BadInput(f"There is no field {unknown[0]!r}; there are {', '.join(sorted(known))}", field="mapping")
    return {str(column): field for column, field in mapping.items()}


def choices_of(on_match: str, date_order: str) -> Choices:
    """Choices as a command line states them: `overwrite`, or `email=overwrite,budget=keep`; raises `BadInput` when they are none."""
    parts = [part.strip().partition("=") for part in on_match.split(",") if part.strip()]
    return checked_choices(
        Choices(policy={name if mark else "*": chosen if mark else name for name, mark, chosen in parts}, date_order=date_order)
    )


def score_to_file(
    settings: Settings,
    source: Path,
    target: Path,
    *,
    mapping: Mapping[str, str | None] | None,
    model: str | None,
    progress: Callable[[int], None],
) -> dict[str, object]:
    """Score a file into another; answers the summary that scripts read."""
    begun = stopwatch()
    engine = open_engine(settings)
    try:
        if model:
            engine.champion.pinned = _asked_for(settings, model)
        done = results.score_file(engine, source, target, mapping=mapping, at=engine.clock.now(), progress=progress)
    finally:
        engine.close()
    seconds = stopwatch() - begun
    return {
        "rows": done.n_rows,
        "scored": done.n_scored,
        "rejected": done.n_rejected,
        "seconds": round(seconds, 3),
        "rows_per_second": round(done.n_rows / seconds),
        "peak_rss_mib": _peak_mib(),
        "model_version": done.model_version,
        **({"passed_over": done.passed_over} if done.passed_over else {}),
    }


def _asked_for(settings: Settings, version: str) -> Scorer:
    """The scorer with a model asked for by name, shipped or the team's own."""
    if not registry.is_own(version):
        return Scorer(registry.load_version(settings.models, version, settings.own_models))
    from engine.scoring.own_scorer import OwnScorer

    bundle = registry.load_champion(settings.models, settings.own_models)
    return OwnScorer(bundle, version, registry.load_own(settings.own_models, version), is_for_all=True)


def import_file(
    engine: Engine,
    actor: Actor,
    path: Path,
    mapping: Mapping[str, str | None] | None,
    *,
    choices: Choices | None = None,
    sheet: str = "",
    say: Callable[[int], None],
) -> dict[str, object]:
    """Import a file now, in this process; answers the batch and its counts. `sheet` names one of a workbook's."""
    upload = _kept(engine, actor, path, sheet)
    chosen = mapping if mapping is not None else results.guess(intake.open_table(upload_path(engine, upload.file_hash)))
    batch_id = batches.start_batch(engine, actor, upload=upload, mapping=chosen, check_first=False, choices=choices)
    batch = batches.work_on_batch(engine, batch_id, say=say)
    return {
        "batch": batch_id,
        "state": batch.state,
        "rows": batch.n_rows,
        "create": batch.n_created,
        "update": batch.n_updated,
        "unchanged": batch.n_unchanged,
        "rejected": batch.n_rejected,
    }


def _kept(engine: Engine, actor: Actor, path: Path, sheet: str) -> Upload:
    with path.open("rb") as file:
        upload = keep_upload(engine, actor, path.name, file)
    return choose_sheet(engine, actor, upload, sheet) if sheet else upload


def undo_import_now(
    engine: Engine, actor: Actor, batch_id: int, *, dry_run: bool = False, say: Callable[[int], None]
) -> dict[str, object]:
    """Take an import back in this process, or only say what that would do; answers counts and the leads left as they are."""
    if dry_run:
        plan = import_undo.plan_undo(engine, actor, batch_id)
    else:
        import_undo.undo_import(engine, actor, batch_id)
        batches.work_on_batch(engine, batch_id, say=say)
        plan = import_undo.undone(engine, actor, batch_id)
    return {
        "batch": batch_id,
        "removed": plan.n_remove,
        "restored": plan.n_restore,
        "kept": [{"lead_id": lead.lead_id, "name": lead.name, "reason": lead.reason} for lead in plan.kept],
    }


def dry_run(
    engine: Engine, path: Path, mapping: Mapping[str, str | None] | None, choices: Choices | None = None, *, sheet: str = ""
) -> dict[str, object]:
    """What an import would do, without doing it: dialect, mapping with confidence, counts and rejected rows."""
    table = intake.open_table(upload_path(engine, _kept(engine, SYSTEM, path, sheet).file_hash) if sheet else path)
    guesses = intake.guess_mapping(table.columns, [row.cells for row in table.sample])
    chosen = mapping if mapping is not None else intake.mapping_of(guesses)
    choices, at = checked_choices(choices or Choices()), engine.clock.now()
    rejected: list[dict[str, object]] = []
    effect = EffectSum(engine, at)
    with Planner(engine, table, chosen, at=at, choices=choices) as planner:
        for stretch in planner:
            rejected += [{"line": one.line, "column": one.column, "reason": one.reason} for one, _ in stretch.rejections]
            effect.take(stretch)
            note_people(planner.index, stretch)
        counts, alike = planner.counts, find_lookalikes(engine, planner.index)
    return {
        "dialect": asdict(table.dialect),
        "header_row": table.header_row,
        "columns": list(table.columns),
        "rows": counts.n_rows,
        "mapping": {
            name: {"field": field, "confidence": 1.0 if mapping is not None else round(guesses[name].confidence, 3)}
            for name, field in chosen.items()
            if field
        },
        "create": counts.n_created,
        "update": counts.n_updated,
        "unchanged": counts.n_unchanged,
        "rejected": rejected,
        "policy": dict(choices.policy) or {"*": "fill"},
        "date_order": choices.date_order or intake.date_order_of(table, chosen),
        "fuzzy": as_data(alike),
        "effect": asdict(effect.told()),
        "left_out": told_left_out(table),
    }


def _peak_mib() -> int:
    """The most memory this process has held. Linux counts in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (2**20 if sys.platform == "darwin" else 2**10)
