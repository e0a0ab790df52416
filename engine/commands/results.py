"""Scored files: every row of the file that came in, in order, with its own columns and what the model says of it."""

import csv
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import intake
from engine.commands.planning import Outcome, Stretch
from engine.commands.scoring import with_commission
from engine.errors import BadInput
from engine.records import Score
from engine.runtime import Engine
from engine.scoring import registry
from engine.scoring.scorer import Scorer

if TYPE_CHECKING:
    from engine.commands.own_files import OwnFile

RESULT_COLUMNS = (
    "probability",
    "score",
    "band",
    "confidence",
    "price_p50",
    "commission_expected",
    "reason_1",
    "reason_2",
    "reason_3",
    "reason_against_1",
    "reason_against_2",
    "status",
    "error",
)
_CHUNK = 4_000
_N_FOR, _N_AGAINST = 3, 2
_UNSCORED = ("",) * (len(RESULT_COLUMNS) - 2)
_STATUS = {"create": "created", "update": "updated"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFile:
    """What scoring a file came to."""

    n_rows: int
    n_scored: int
    n_rejected: int
    model_version: str
    passed_over: str = ""  # the promoted model that could not read this file, and why


def score_file(
    engine: Engine,
    source: Path,
    target: Path,
    *,
    mapping: Mapping[str, str | None] | None,
    at: datetime,
    progress: Callable[[int], None] = lambda n_rows: None,
) -> ScoredFile:
    """Score a file without storing anything; the result appears under its name only when it is whole."""
    table = intake.open_table(source)
    n_scored = n_rejected = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".part")
    with partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*_own_names(table.columns), *RESULT_COLUMNS])
        market = engine.preferences.market
        chosen = mapping if mapping is not None else guess(table)
        scorer, own, passed_over = _chosen(engine, table.columns, chosen)
        readings = intake.read_leads(table, chosen, market=market, at=at)
        for chunk in _chunks(readings):
            rows = list(zip(chunk, own.score(engine, chunk, at), strict=True)) if own else _scored(engine, scorer, chunk, at)
            writer.writerows(_scored_row(row, score) for row, score in rows)
            n_good = sum(score is not None for _, score in rows)
            n_scored, n_rejected = n_scored + n_good, n_rejected + len(rows) - n_good
            progress(n_scored + n_rejected)
    partial.replace(target)
    return ScoredFile(
        n_rows=n_scored + n_rejected,
        n_scored=n_scored,
        n_rejected=n_rejected,
        model_version=scorer.version,
        passed_over=passed_over,
    )


def guess(table: intake.TableFile) -> dict[str, str | None]:
    """The mapping a file's headers and values suggest."""
    return intake.mapping_of(intake.guess_mapping(table.columns, [row.cells for row in table.sample]))


class ImportResults:
    """The scored file beside an import: the file's rows, each with the score of the lead it became, written as they are decided.

    Whose score changes further below is mended once the whole file is known.
    """

    def __init__(self, target: Path, columns: Sequence[str]) -> None:
        self._target, self._partial = target, target.with_name(target.name + ".part")
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = self._partial.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file)
        self._writer.writerow([*_own_names(columns), *RESULT_COLUMNS])
        self._refs = array("q", [0])  # whom each row became: a lead's number, or less than 0 somebody new by his place; 0 nobody

    def add(self, stretch: Stretch, cells: Mapping[int, Sequence[Any]]) -> None:
        """The rows of a stretch. `cells` are the result columns by what `code_of` says of an outcome."""
        errors = {rejection.line: rejection.reason for rejection, _ in stretch.rejections}
        for row, outcome in zip(stretch.rows, stretch.outcomes, strict=True):
            code = code_of(outcome)
            status = _STATUS.get(outcome.kind, outcome.kind)
            self._writer.writerow([*_safe(row.cells), *cells.get(code, _UNSCORED), status, errors.get(row.line, "")])
            self._refs.append(code)

    def finish(self, later: Mapping[int, Sequence[Any]]) -> None:
        """All rows are written; those of whom more is known now, by `code_of`, get that."""
        self._file.close()
        if later:
            mended = self._target.with_name(self._target.name + ".mended")
            with self._partial.open(newline="", encoding="utf-8") as read, mended.open("w", newline="", encoding="utf-8") as write:
                writer = csv.writer(write)
                for row, code in zip(csv.reader(read), self._refs, strict=True):
                    n_own = len(row) - len(RESULT_COLUMNS)
                    writer.writerow([*row[:n_own], *later[code], *row[-2:]] if code in later else row)
            mended.replace(self._partial)
        self._partial.replace(self._target)

    def close(self) -> None:
        """Leave nothing half-written behind."""
        self._file.close()
        self._partial.unlink(missing_ok=True)


def code_of(outcome: Outcome) -> int:
    """Whom a row became, as one number: a lead's, or less than 0 the file's own new people by place; 0 nobody."""
    if outcome.kind == "rejected":
        return 0
    return outcome.ref if outcome.in_ledger else -1 - outcome.ref


def _safe(cells: Sequence[str]) -> list[str]:
    return [intake.safe_cell(cell) for cell in cells]


def result_cells(score: Score | None) -> list[Any]:
    """A score as the result columns before status and error; empty for a row that has none."""
    if score is None:
        return list(_UNSCORED)
    return [
        f"{score.probability:.6f}",
        score.score,
        score.band.value,
        f"{score.confidence:.4f}",
        score.price.p50_cents / 100 if score.price else "",
        score.commission.expected_cents / 100 if score.commission else "",
        *_texts(score.reasons_for, _N_FOR),
        *_texts(score.reasons_against, _N_AGAINST),
    ]


def _scored(
    engine: Engine, scorer: Scorer, chunk: Sequence[intake.RowReading], at: datetime
) -> list[tuple[intake.RowReading, Score | None]]:
    leads, preferences = [row.reading.lead for row in chunk if row.reading.lead], engine.preferences
    scores = iter(scorer.score(leads, market=preferences.market, at=at, bands=preferences.bands))
    return [(row, with_commission(next(scores), preferences.commission_rate) if row.reading.lead else None) for row in chunk]


def _chosen(engine: Engine, columns: Sequence[str], mapping: Mapping[str, str | None]) -> tuple[Scorer, "OwnFile | None", str]:
    """What scores this file, all of it by one model: the team's own where it can read the file, else the shipped one, and why.

    A model asked for by name isn't passed over: then a lacking column is an error.
    """
    scorer = engine.scorer
    if not registry.is_own(scorer.version):
        return scorer, None, ""
    from engine.commands.own_files import missing_columns, own_file
    from engine.scoring.own_scorer import OwnScorer

    assert isinstance(scorer, OwnScorer)
    missing = missing_columns(scorer, columns, mapping)
    if not missing:
        return scorer, own_file(scorer, columns), ""
    lacks = (
        f"{scorer.version} needs {'the column' if len(missing) == 1 else 'the columns'} {', '.join(repr(name) for name in missing)}"
    )
    if engine.champion.pinned is not None:
        raise BadInput(f"{lacks}, which this file doesn't have", field=missing[0])
    return Scorer(scorer.bundle), None, f"{lacks}; {scorer.bundle.version} scored this file instead"


def _scored_row(row: intake.RowReading, score: Score | None) -> list[Any]:
    status = "rejected" if score is None else "scored"
    error = "; ".join(f"{problem.column}: {problem.reason}" for problem in row.reading.problems) if score is None else ""
    return [*_safe(row.cells), *result_cells(score), status, error]


def _own_names(columns: Iterable[str]) -> list[str]:
    """The file's own column names; one that is called like a result column keeps its place under another name."""
    return [f"{intake.safe_cell(name)} (file)" if name in RESULT_COLUMNS else intake.safe_cell(name) for name in columns]


def _texts(reasons: Sequence[Any], n: int) -> list[str]:
    texts = [reason.text for reason in reasons[:n]]
    return texts + [""] * (n - len(texts))


def _chunks(readings: Iterable[intake.RowReading]) -> Iterable[list[intake.RowReading]]:
    chunk: list[intake.RowReading] = []
    for reading in readings:
        chunk.append(reading)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
