"""The rows of a file of sales: read, typed and put in order; which are of the same property, and what the usual range of prices is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.scoring.columns import Column, ColumnType, Numbers, read_column, read_time, type_column
from engine.scoring.sales_columns import identifiers, type_sales_column
from engine.scoring.windows import hash_rows

Rows = NDArray[np.int64]
_MIN_ROWS = 100
_ROBUST_SPREADS = 6.0
_BASIC_DATE_TIME = r"^((?:19|20)\d{6})T\d{4,6}Z?$"


@dataclass(frozen=True, slots=True)
class Sales:
    """Sales with a known price, in order of time (without one: in an order that doesn't depend on the file's)."""

    types: tuple[ColumnType, ...]
    columns: Mapping[str, Column]
    log_price: Numbers
    days: Numbers | None
    property_of: Rows  # the same number for sales of the same property
    n_rows_left_out: int

    def __len__(self) -> int:
        return len(self.log_price)


def read_sales(table: pl.DataFrame, *, price: str, time: str | None, exclude: Sequence[str] = ()) -> Sales:
    """Type and read the columns of a frame of text; rows without a price or a time are left out and counted."""
    for name in (price, *([time] if time else []), *exclude):
        if name not in table.columns:
            raise BadInput(f"there is no column '{name}'; there are: {', '.join(table.columns[:40])}", field=name)
    if time:
        # ISO 8601's basic form (20141013T000000), as county offices write it; the day is all a price needs.
        table = table.with_columns(pl.col(time).str.strip_chars().str.replace(_BASIC_DATE_TIME, "${1}"))
    dollars = _prices(table[price])
    days = None if time is None else read_time(table[time])
    known = (dollars > 0) & (True if days is None else ~np.isnan(days))
    hashes = hash_rows(table)
    rows = np.flatnonzero(known)
    rows = rows[np.lexsort((hashes[rows], np.zeros(len(rows)) if days is None else days[rows]))]
    if len(rows) < _MIN_ROWS:
        raise BadInput(f"only {len(rows)} rows have a price: at least {_MIN_ROWS} are needed", field=price)
    types = [type_sales_column(table[name]) for name in table.columns]
    columns = {type_.name: read_column(table[type_.name], type_).take(rows) for type_ in types}
    return Sales(
        tuple(types), columns, np.log(dollars[rows]), None if days is None else days[rows],
        _properties(columns, hash_rows(table.drop(price))[rows], price), int((~known).sum()),
    )  # fmt: skip


def _prices(cells: pl.Series) -> Numbers:
    type_ = type_column(cells)
    if type_.kind != "number":
        raise BadInput(f"'{cells.name}' doesn't hold prices", field=cells.name)
    return np.nan_to_num(read_column(cells, type_).numbers)


def _properties(columns: Mapping[str, Column], hashes: NDArray[np.uint64], price: str) -> Rows:
    """A property is known again by its number, or by saying the same in everything but the price."""
    named = [name for name in identifiers(columns) if name != price and columns[name].type.kind == "number"]
    is_whole = bool(named) and not np.isnan(columns[named[0]].numbers).any()
    return np.unique(columns[named[0]].numbers if is_whole else hashes, return_inverse=True)[1].astype(np.int64)


def usual_range(log_price: Numbers) -> Numbers:
    """The range prices are taken at their word in: six robust spreads around the median."""
    middle = float(np.median(log_price))
    spread = 1.4826 * float(np.median(np.abs(log_price - middle)))
    return middle + _ROBUST_SPREADS * max(spread, 0.05) * np.array([-1.0, 1.0])
