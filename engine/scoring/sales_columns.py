"""Columns of a table of sales: which of them a price may rest on, and which tell what a lead tells (ZIP, beds, baths)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl

from engine.scoring import denylist
from engine.scoring.columns import Column, ColumnType, Numbers, type_column
from engine.scoring.screening import Exclusion

_ID_WORDS = frozenset({"id", "ids", "mls", "apn", "parcel", "pid", "key", "no", "number", "index", "record", "unnamed", "order"})
# Of a sale a row is a property, not a person: its age is the building's, its family room a room.
_TRAITS_OF_PROPERTIES = frozenset({"age", "familial status"})
_EDGES = (0.0005, 0.9995)
_SAME = 0.01  # two prices within one per cent are the same price
_MOSTLY = 0.5
_ENOUGH_ROWS = 2_000
_UNIT_PRICE_WORDS = frozenset({"price", "per", "ppsf", "psf", "value", "cost", "rate"})
_LEAD_WORDS = {
    "zip": frozenset({"zip", "zipcode", "postal", "postcode", "postalcode"}),
    "beds": frozenset({"bed", "beds", "bedroom", "bedrooms", "br"}),
    "baths": frozenset({"bath", "baths", "bathroom", "bathrooms", "ba"}),
}


def type_sales_column(cells: pl.Series) -> ColumnType:
    """As in any history, except that a ZIP code with a leading zero is a number too: neighbours have neighbouring ones."""
    type_ = type_column(cells)
    if type_.kind == "category" and denylist.is_place(cells.name):
        filled = cells.drop_nulls().str.strip_chars()
        filled = filled.filter(filled != "")
        if len(filled) and filled.str.contains(r"^\d{3,9}$").all():
            return replace(type_, kind="number")
    return type_


def screen_sales(
    columns: Mapping[str, Column], log_price: Numbers, *, price: str, time: str | None, exclude: Sequence[str]
) -> tuple[tuple[str, ...], list[Exclusion]]:
    """The columns that may be used, and each other with its reason. Judged on training rows only.

    Unlike a lead's priority, a price may rest on the place: where a home stands is most of what it is worth, an appraiser
    uses the same, and nobody is served sooner or later for it.
    """
    reasons = {price: "is the price itself"}
    if time is not None and time in columns:
        reasons[time] = "orders the sales in time"
    for name, column in columns.items():
        reason = None if name in reasons else _reason(name, column, exclude)
        if reason is not None:
            reasons[name] = reason
    reasons |= _leaks({name: column for name, column in columns.items() if name not in reasons}, log_price)
    return tuple(name for name in columns if name not in reasons), [Exclusion(*pair) for pair in reasons.items()]


def lead_columns(names: Sequence[str]) -> dict[str, str]:
    """Which column says what a lead says: 'zip', 'beds' and 'baths', as far as the headers name them."""
    found: dict[str, str] = {}
    for asked, words in _LEAD_WORDS.items():
        named = [name for name in names if words & set(denylist.words_of(name))]
        if named:
            found[asked] = min(named, key=lambda name: len(denylist.words_of(name)))
    return found


def identifiers(columns: Mapping[str, Column]) -> list[str]:
    """Columns that name a row or a property rather than say something of it."""
    return [name for name, column in columns.items() if _is_identifier(name, column)]


def edges_of(columns: Mapping[str, Column], used: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The range in which each number is taken at its word: beyond it (a typo of 33 bedrooms) it counts as the edge."""
    edges = {}
    for name in used:
        column = columns[name]
        if column.type.kind == "number" and not column.is_missing.all():
            low, high = np.nanquantile(column.numbers, _EDGES, method="nearest")
            edges[name] = (float(low), float(high))
    return edges


def within_edges(column: Column, edges: Mapping[str, tuple[float, float]]) -> Column:
    """The column with its numbers kept inside their range."""
    return replace(column, numbers=np.clip(column.numbers, *edges[column.name])) if column.name in edges else column


def _reason(name: str, column: Column, exclude: Sequence[str]) -> str | None:
    trait = denylist.protected_trait(name)
    said = (
        column.levels.drop_nulls().str.to_lowercase().unique() if column.type.kind == "category" else pl.Series([], dtype=pl.String)
    )
    if trait in _TRAITS_OF_PROPERTIES:
        trait = None
    if trait is None and 0 < len(said) <= 60:
        trait = denylist.protected_values(said.to_list())
    checks = (
        (name in exclude, "left out by request"),
        (trait is not None, f"protected trait: {trait}"),
        (denylist.is_identity(name), "names a person or says how to reach him"),
        (denylist.is_known_after_contact(name), "leakage guard: known only once the sale is made"),
        (column.type.kind == "empty", "is empty"),
        (_is_constant(column), "says the same in every row"),
        (_is_identifier(name, column), "names the row or the property, it says nothing of it"),
    )
    return next((reason for holds, reason in checks if holds), None)


def _is_constant(column: Column) -> bool:
    if column.type.kind in {"number", "date"}:
        known = column.numbers[~np.isnan(column.numbers)]
        return len(np.unique(known)) <= 1 and len(known) == len(column.numbers)
    return column.levels.n_unique() <= 1


def _is_identifier(name: str, column: Column) -> bool:
    if column.type.kind == "category":
        known = column.levels.drop_nulls()
        return len(known) >= 50 and known.n_unique() > _MOSTLY * len(known)
    if column.type.kind != "number":
        return False
    numbers = column.numbers[~np.isnan(column.numbers)]
    if len(numbers) < 50 or not bool(np.all(numbers == np.floor(numbers))):
        return False
    counts_up = bool(np.all(np.diff(numbers) > 0))
    is_dense = len(np.unique(numbers)) > 0.8 * len(numbers)
    return (is_dense and bool(_ID_WORDS & set(denylist.words_of(name)))) or counts_up


def _leaks(columns: Mapping[str, Column], log_price: Numbers) -> dict[str, str]:
    """Columns that are the price in other words: alone, or as a price per unit beside the units."""
    every = max(1, len(log_price) // _ENOUGH_ROWS)
    price = log_price[::every]
    numbers = {name: column.numbers[::every] for name, column in columns.items() if column.type.kind == "number"}
    logs = {name: np.log(np.where(values > 0, values, np.nan)) for name, values in numbers.items()}
    reasons = {name: "leakage guard: it is the price in most rows" for name, own in logs.items() if _is_same(own, price)}
    for name, other in combinations([name for name in logs if name not in reasons], 2):
        if _is_same(logs[name] + logs[other], price):
            # Units (square feet) tell nothing of a price on their own; the price per unit does. Names say which is which, else
            # what was worked out stands behind what it was worked out from.
            is_first = bool(_UNIT_PRICE_WORDS & set(denylist.words_of(name)) - set(denylist.words_of(other)))
            leak, units = (name, other) if is_first else (other, name)
            reasons[leak] = f"leakage guard: times '{units}' it is the price"
    return reasons


def _is_same(log_value: Numbers, log_price: Numbers) -> bool:
    known = ~np.isnan(log_value)
    near = np.abs(log_value[known] - log_price[known]) < _SAME
    return bool(known.sum() >= 30 and near.mean() > 0.9)
