"""The rows of a history in their order, and which of them may teach about which: windows in time, or folds. Decides no model."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.scoring.columns import Column, ColumnType, Numbers, read_column, read_outcome, read_time, type_column

ROW_ORDER = "row"  # the word for "the file's order is the order of time"
_TEST_SHARE = 0.2
_MAX_SHIFT = 0.05
_EARLIER_AT = (0.4, 0.6, 0.8)  # of the training rows: where the windows before the test begin
_N_FOLDS = 5
_N_EARLIER_BLOCKS = 4
_BLOCKS_REMEMBERED = 20  # who retrains every N rows says that the past fades; older rows only cost time
_MIN_OF_A_CLASS = 5
LEAST_ROWS, LEAST_OF_EACH = 20, 5  # of a history: one of each outcome in every fold

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class History:
    """Rows with a known outcome, in order of time (without one: in an order that doesn't depend on the file's)."""

    types: tuple[ColumnType, ...]
    columns: Mapping[str, Column]
    outcome: Numbers
    moments: Numbers | None  # what the rows are ordered by, if it is a column
    row_days: Numbers | None  # when each row came about, if that is known as a date
    row_hashes: NDArray[np.uint64]
    n_without_outcome: int
    n_without_time: int

    def take(self, rows: Rows) -> dict[str, Column]:
        """The columns of these rows only."""
        return {name: column.take(rows) for name, column in self.columns.items()}


@dataclass(frozen=True, slots=True)
class Window:
    """Rows to predict, and the rows that may teach about them. Test windows give the figures, the others every choice."""

    train: Rows
    predict: Rows
    is_test: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All windows of a history."""

    kind: Literal["temporal", "folds"]
    windows: tuple[Window, ...]
    n_train: int
    n_test: int
    n_remembered: int  # how many of the newest rows the model that is kept learns from


def read_history(frame: pl.DataFrame, *, outcome: str, time: str | None, positive: str | None) -> History:
    """Type and read the columns of a frame of text, and put its rows in order."""
    for name in (outcome, *([time] if time else [])):
        if name not in frame.columns and not is_row_order(name, frame):
            raise BadInput(f"there is no column '{name}'; there are: {', '.join(frame.columns[:40])}", field=name)
    result = read_outcome(frame[outcome], positive)
    moment = read_time(frame[time]) if time is not None and time in frame.columns else None
    hashes = hash_rows(frame)
    known = ~np.isnan(result) & (~np.isnan(moment) if moment is not None else True)
    rows = _ordered(np.flatnonzero(known), moment, hashes, keeps_file_order=time is not None and moment is None)
    types = tuple(type_column(frame[name]) for name in frame.columns if name != outcome)
    columns = {type_.name: read_column(frame[type_.name], type_).take(rows) for type_ in types}
    is_dated = time in columns and columns[str(time)].type.kind == "date"
    return History(
        types, columns, result[rows], moment[rows] if moment is not None else None,
        columns[str(time)].numbers if is_dated else None, hashes[rows],
        int(np.isnan(result).sum()), int(np.isnan(moment).sum()) if moment is not None else 0,
    )  # fmt: skip


def is_row_order(time: str | None, frame: pl.DataFrame) -> bool:
    """Whether `time` is the word for the file's own order rather than a column."""
    return time == ROW_ORDER and ROW_ORDER not in frame.columns


def plan_windows(history: History, *, is_temporal: bool, retrain_every: int | None, seed: int) -> Plan:
    """The last fifth in time is the test, earlier windows make the choices; without a time, five stratified folds."""
    outcome = history.outcome
    n_rows, n_yes = len(outcome), int(outcome.sum())
    if n_rows < LEAST_ROWS or min(n_yes, n_rows - n_yes) < LEAST_OF_EACH:
        raise BadInput(
            f"{n_rows} rows, {n_yes} of them positive, are too few to learn from: "
            f"at least {LEAST_ROWS} rows and {LEAST_OF_EACH} of each outcome are needed"
        )
    if not is_temporal:
        return _folds(outcome, seed)
    n_train = _cut_between_moments(n_rows - round(_TEST_SHARE * n_rows), history.moments)
    tests = _blocks(n_train, n_rows, retrain_every or n_rows)
    if retrain_every:
        first = max(n_train // 2, n_train - _N_EARLIER_BLOCKS * retrain_every)
        earlier = _blocks(first, n_train, retrain_every)
    else:
        edges = [int(share * n_train) for share in _EARLIER_AT] + [n_train]
        earlier = list(pairwise(edges))
    reach = _BLOCKS_REMEMBERED * retrain_every if retrain_every else n_rows
    windows = [
        Window(np.arange(max(0, start - reach), start), np.arange(start, stop), start >= n_train) for start, stop in earlier + tests
    ]
    usable = tuple(window for window in windows if window.is_test or has_both(outcome[window.train]))
    if usable[0].is_test or not has_both(outcome[usable[0].train]):
        raise BadInput("the earlier rows hold too few of one outcome to learn from")
    return Plan("temporal", usable, n_train, n_rows - n_train, min(n_rows, reach))


def hash_rows(frame: pl.DataFrame) -> NDArray[np.uint64]:
    """A number that names each row by its content, the same on every machine and in any order of columns."""
    names = sorted(frame.columns)
    joined = frame.select(pl.concat_str([pl.col(name).fill_null("") for name in names], separator="\x1f"))
    digests = [hashlib.blake2b(text.encode(), digest_size=8).digest() for text in joined.to_series().to_list()]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def _ordered(rows: Rows, moment: Numbers | None, hashes: NDArray[np.uint64], *, keeps_file_order: bool) -> Rows:
    if keeps_file_order:
        return rows
    # Rows of the same moment are put in an order that their content gives, so that the file's own order changes nothing.
    order = np.lexsort((hashes[rows], moment[rows])) if moment is not None else np.argsort(hashes[rows], kind="stable")
    return rows[order]


def _cut_between_moments(cut: int, moments: Numbers | None) -> int:
    """Move the cut to the nearer edge of its moment: no day is half learned and half tested, unless it is a long one."""
    if moments is None:
        return cut
    edges = [int(np.searchsorted(moments, moments[cut], side=side)) for side in ("left", "right")]
    nearest = min(edges, key=lambda edge: abs(edge - cut))
    return nearest if abs(nearest - cut) <= _MAX_SHIFT * len(moments) else cut


def _blocks(start: int, stop: int, size: int) -> list[tuple[int, int]]:
    return [(at, min(at + size, stop)) for at in range(start, stop, size)]


def has_both(outcome: Numbers) -> bool:
    """Whether rows of both outcomes are there to learn from."""
    n_yes = int(outcome.sum())
    return min(n_yes, len(outcome) - n_yes) >= _MIN_OF_A_CLASS


def _folds(outcome: Numbers, seed: int) -> Plan:
    from sklearn.model_selection import StratifiedKFold

    splits: Sequence[tuple[Rows, Rows]] = list(
        StratifiedKFold(_N_FOLDS, shuffle=True, random_state=seed).split(np.zeros(len(outcome)), outcome)
    )
    windows = tuple(Window(train, predict, is_test=True) for train, predict in splits)
    return Plan("folds", windows, len(outcome) - len(outcome) // _N_FOLDS, len(outcome), len(outcome))
