"""Which columns of a history a model may use. Every exclusion has a reason in words; the guard looks at training rows only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.scoring import denylist
from engine.scoring.columns import Column, Numbers

LEAK_AUC = 0.95
_PURE = 0.98
_STANDS_OUT_AUC = 0.75
_STANDS_OUT_BY = 0.10
_MIN_ROWS = 30
_MIN_FILLED = 8  # few, but chance is ruled out beside it


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A column that is left out, and why."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Screening:
    """What may be used; of `filled_only` columns only whether they are filled in."""

    used: tuple[str, ...]
    filled_only: frozenset[str]
    excluded: tuple[Exclusion, ...]
    single_auc: dict[str, float]


def screen(
    columns: Mapping[str, Column],
    outcome: NDArray[np.float64],
    *,
    time: str | None,
    exclude: Sequence[str],
    row_days: Numbers | None,
) -> Screening:
    """Judge every column on these training rows, in their order of time when there is one."""
    reasons: dict[str, str] = {}
    places: set[str] = set()
    strength: dict[str, float] = {}
    for name, column in columns.items():
        reason = _reason_by_name(name, column, time, exclude) or _reason_by_shape(column, is_time=name == time)
        if reason is None and name != time:
            strength[name] = single_column_auc(column, outcome)
            reason = _reason_by_outcome(column, outcome, strength[name], row_days)
        if reason is None and name != time and denylist.is_place(name):
            places.add(name)
            reason = "says where somebody lives: only whether it is filled in is used, never which place"
        if reason is not None:
            reasons[name] = reason
    reasons |= _stand_outs({name: auc for name, auc in strength.items() if name not in reasons})
    used = tuple(name for name in columns if name not in reasons or name in places)
    return Screening(used, frozenset(places), tuple(Exclusion(*pair) for pair in reasons.items()), strength)


def single_column_auc(column: Column, outcome: NDArray[np.float64]) -> float:
    """How well this column alone ranks the outcome on rows its rates were not taken from: the better of both halves."""
    codes = _codes(column)
    half = len(outcome) // 2
    early, late = np.arange(half), np.arange(half, len(outcome))
    aucs = [auc(_rates(codes[a], outcome[a], codes[b]), outcome[b]) for a, b in ((early, late), (late, early))]
    return max(aucs)


def auc(score: Numbers, outcome: NDArray[np.float64]) -> float:
    """Area under the ROC curve (a half for one class only)."""
    n_yes = float(outcome.sum())
    n_no = len(outcome) - n_yes
    if n_yes == 0 or n_no == 0:
        return 0.5
    _, place, n_same = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(n_same) - (n_same - 1) / 2)[place]
    return float((rank[outcome > 0].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * n_no))


def _reason_by_name(name: str, column: Column, time: str | None, exclude: Sequence[str]) -> str | None:
    if name in exclude:
        return "left out by request"
    trait = denylist.protected_trait(name)
    if trait is None and column.type.kind == "category":
        counts = column.levels.drop_nulls().str.to_lowercase().value_counts(sort=True).head(40)
        frequent = counts.filter(pl.col("count") >= 0.002 * max(1, len(column.levels)))
        trait = denylist.protected_values(frequent[column.levels.name].to_list())
    if trait is not None:
        return f"protected trait: {trait}"
    if denylist.is_identity(name):
        return "names or reaches a person: nothing to learn from, and a name can stand for origin"
    if name != time and denylist.is_known_after_contact(name):
        return "known only after contact: filled in or overwritten once somebody has worked the lead"
    return None


def _reason_by_shape(column: Column, *, is_time: bool) -> str | None:
    if column.type.kind == "empty":
        return "is empty"
    known = ~column.is_missing
    n_known = int(known.sum())
    if is_time or n_known == 0:
        return None if is_time else "is empty in the training rows"
    values = column.numbers[known] if column.type.kind in {"number", "date"} else column.levels.drop_nulls().to_numpy()
    n_distinct = len(np.unique(values))
    if n_distinct == 1 and n_known == len(known):
        return "is constant"
    if column.type.kind == "category":
        return _reason_by_levels(n_distinct, n_known)
    is_counter = column.type.kind == "number" and _is_running_number(values, n_distinct)
    return "is an identifier: a running number" if is_counter else None


def _reason_by_levels(n_distinct: int, n_known: int) -> str | None:
    if n_distinct > 0.9 * n_known and n_known >= _MIN_ROWS:
        return "is an identifier: nearly every row has its own value"
    if n_distinct > 0.3 * n_known and n_known >= 100:
        return f"has too many levels: {n_distinct} in {n_known} rows"
    return None


def _is_running_number(values: NDArray[np.float64], n_distinct: int) -> bool:
    """Whole numbers, one a row, too dense to be all different by chance, or counting up or down: a counter, not a quantity."""
    n_rows = len(values)
    if n_distinct < n_rows or n_rows < _MIN_ROWS or not bool(np.all(values == np.floor(values))):
        return False
    steps = np.diff(values)
    span = float(values.max() - values.min()) + 1.0
    return bool(np.all(steps > 0) or np.all(steps < 0)) or n_rows * n_rows / (2 * span) > 20


def _reason_by_outcome(column: Column, outcome: NDArray[np.float64], single_auc: float, row_days: Numbers | None) -> str | None:
    if single_auc > LEAK_AUC:
        return f"leakage guard: alone it ranks the outcome almost perfectly (AUC {single_auc:.3f} on held-out rows)"
    filled = _filled_for_one_class(column.is_missing, outcome)
    if filled is not None:
        return filled
    if _decides(column, outcome):
        return "leakage guard: its values all but name the outcome for both classes, as only a note made afterwards does"
    if column.type.kind == "date" and row_days is not None:
        later = column.numbers > row_days + 1.0
        share = float(later.sum() / max(1, (~np.isnan(column.numbers)).sum()))
        if share > 0.02:
            return f"leakage guard: {share:.0%} of its dates lie after the row's own time"
    return None


def _filled_for_one_class(is_missing: NDArray[np.bool_], outcome: NDArray[np.float64]) -> str | None:
    """Columns that are filled (or empty) for one class only: written at or after the outcome."""
    from scipy.stats import binom

    for word, state in (("filled in", ~is_missing), ("empty", is_missing)):
        n_rows = int(state.sum())
        for label, is_class in (("positive", outcome > 0), ("negative", outcome == 0)):
            rate, n_class = float(is_class.mean()), int((state & is_class).sum())
            # 98 % means little where 95 % of all rows are of that class, and chance must be ruled out.
            is_pure = n_rows >= _MIN_FILLED and n_class >= _PURE * n_rows and rate <= 0.9
            if is_pure and float(binom.sf(n_class - 1, n_rows, rate)) < 1e-6:
                return f"leakage guard: where it is {word}, {n_class / n_rows:.0%} of the rows are {label}"
    return None


def _decides(column: Column, outcome: NDArray[np.float64]) -> bool:
    """Whether near-certain values on both sides hold much of both classes."""
    if column.type.kind != "category":
        return False
    codes = _codes(column)
    n_rows = np.bincount(codes)
    n_yes = np.bincount(codes, outcome)
    share = n_yes / np.maximum(n_rows, 1)
    is_big = n_rows >= _MIN_ROWS
    yes_held = n_yes[is_big & (share >= 0.95)].sum() / max(1.0, outcome.sum())
    no_held = (n_rows - n_yes)[is_big & (share <= 0.05)].sum() / max(1.0, (1 - outcome).sum())
    return bool(yes_held >= 0.4 and no_held >= 0.4)


def _stand_outs(strength: Mapping[str, float]) -> dict[str, str]:
    """Columns whose name may mean "after contact" and that beat every other column by far."""
    reasons = {}
    for name, value in strength.items():
        best_other = max(
            (auc_ for other, auc_ in strength.items() if other != name and not denylist.may_be_known_after_contact(other)),
            default=0.5,
        )
        if denylist.may_be_known_after_contact(name) and value >= _STANDS_OUT_AUC and value >= best_other + _STANDS_OUT_BY:
            reasons[name] = (
                f"leakage guard: named like a result of contact and far stronger than any other column (AUC {value:.3f})"
            )
    return reasons


def _codes(column: Column) -> NDArray[np.int64]:
    """Each row's value as a small whole number: levels, or one of twenty ranges; missing is one of its own."""
    if column.type.kind == "text":
        return _binned(column.levels.str.len_chars().cast(pl.Float64).fill_null(0.0).to_numpy())
    if column.type.kind in {"number", "date"}:
        return _binned(column.numbers)
    return np.unique(column.levels.fill_null("").to_numpy().astype(str), return_inverse=True)[1].astype(np.int64)


def _binned(numbers: Numbers) -> NDArray[np.int64]:
    known = numbers[~np.isnan(numbers)]
    edges = np.unique(np.quantile(known, np.linspace(0.05, 0.95, 19))) if len(known) else np.empty(0)
    return np.where(np.isnan(numbers), 0, np.searchsorted(edges, numbers, side="left") + 1).astype(np.int64)


def _rates(codes: NDArray[np.int64], outcome: NDArray[np.float64], of: NDArray[np.int64]) -> Numbers:
    size = int(max(codes.max(initial=0), of.max(initial=0))) + 1
    n_rows = np.bincount(codes, minlength=size)
    n_yes = np.bincount(codes, outcome, minlength=size)
    rates: Numbers = (n_yes + 5.0 * outcome.mean()) / (n_rows + 5.0)
    return rates[of]
