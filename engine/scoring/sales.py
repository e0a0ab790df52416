"""Training on a team's own sales: any table with a price column. Reads no files; hands back a report and a model.

Odd rows are data: prices far off the others are pulled to the edge of the usual range before they teach, numbers beyond what
nearly all rows say count as the edge, a property sold twice stays in one fold, and the report counts all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from engine.clock import stopwatch
from engine.errors import BadInput
from engine.scoring.columns import Column, ColumnType, Numbers, read_column, read_time, text_frame, type_column
from engine.scoring.encoding import Encoder, fit_encoder
from engine.scoring.market_index import MarketIndex, fit_index, flat_index
from engine.scoring.price_trees import PriceTrees, fit_boosted_price, fit_price_trees
from engine.scoring.sales_columns import edges_of, identifiers, lead_columns, screen_sales, type_sales_column, within_edges
from engine.scoring.sales_model import SalesModel, Widening, widened
from engine.scoring.windows import hash_rows

Report = dict[str, Any]
Rows = NDArray[np.int64]
COVERAGE = 0.8
_TEST_SHARE = 0.2
_N_FOLDS = 5
_WINDOW_SHARE, _WINDOW_PARTS = 0.3, 3
_MIN_ROWS = 100
_MIN_ROWS_A_THIRD = 150
_ROBUST_SPREADS = 6.0
_BASIC_DATE_TIME = r"^((?:19|20)\d{6})T\d{4,6}Z?$"


@dataclass(frozen=True, slots=True)
class SalesResult:
    """What came of a training: the report and the model."""

    report: Report
    model: SalesModel


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


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A price model before its interval: all that was learned from some rows."""

    encoder: Encoder
    edges: dict[str, tuple[float, float]]
    trees: PriceTrees
    index: MarketIndex
    clip: Numbers
    left: Numbers  # of each row it learned from: what a model without time that had not seen it leaves unexplained

    def predict(self, sales: Sales, rows: Rows, index: MarketIndex | None = None) -> NDArray[np.float64]:
        """Low, middle and high log price of these rows, one column each; with another index than its own if one is given."""
        columns = {name: within_edges(sales.columns[name].take(rows), self.edges) for name in _columns_of(self.encoder)}
        days = None if sales.days is None else sales.days[rows]
        level = np.zeros(len(rows)) if days is None else (index or self.index).at(days)
        return np.column_stack(self.trees.predict(self.encoder.apply(columns, days).astype(np.float32))) + level[:, None]


def train_sales(
    frame: pl.DataFrame | Mapping[str, Sequence[str | None]],
    *,
    price: str,
    at: datetime,
    time: str | None = None,
    exclude: Sequence[str] = (),
    columns: Literal["all", "lead"] = "all",
    adjustment_rate: float = 0.0,
    seed: int = 0,
) -> SalesResult:
    """Fit prices on sales and report on sales not seen: the later fifth with a `time` column, five folds without.

    `columns="lead"` uses what a lead tells (ZIP, beds, baths) alone; `adjustment_rate` is the team's own correction of the market
    index for prices to come and changes no figure of the report.
    """
    began = stopwatch()
    sales = read_sales(text_frame(frame), price=price, time=time, exclude=exclude)
    teach = np.arange(len(sales)) if sales.days is None else np.arange(len(sales) - round(_TEST_SHARE * len(sales)))
    taught = {name: column.take(teach) for name, column in sales.columns.items()}
    used, excluded = screen_sales(taught, sales.log_price[teach], price=price, time=time, exclude=exclude)
    lead_names = lead_columns(used)
    used = tuple(lead_names.values()) if columns == "lead" else used
    if not used:
        raise BadInput(
            "no column is left that a price could rest on" + (": none says ZIP, beds or baths" if columns == "lead" else "")
        )
    # One thread: on shared cores the solvers' own threads wait for each other far longer than they work.
    with threadpool_limits(limits=1):
        tested, said, widening_of_final = (_folds if sales.days is None else _later_fifth)(sales, used, seed)
        final = _fit(sales, np.arange(len(sales)), used, seed)
    report = {
        "price": price, "time": time, "columns": columns, "rows": len(sales), "rows_left_out": sales.n_rows_left_out,
        "split": {"kind": "folds" if sales.days is None else "temporal", "train": len(teach), "test": len(tested)},
        "excluded": [asdict(each) for each in excluded], "used": list(used), **_figures(sales.log_price[tested], said),
        "baselines": _baselines(sales, tested, teach, lead_names), "odd": _odd(sales, used), "market_index": _index_as_rows(final.index),
        "adjustment_rate": adjustment_rate,
    }  # fmt: skip
    zips = sales.columns[lead_names["zip"]].numbers if "zip" in lead_names else np.empty(0)
    model = SalesModel(
        price=price, types=tuple(sales.columns[name].type for name in _columns_of(final.encoder)), edges=final.edges,
        encoder=final.encoder, trees=final.trees, index=final.index, widening=widening_of_final, clip=final.clip, lead_names=lead_names,
        known_zips=np.unique(zips[~np.isnan(zips)]), adjustment_rate=adjustment_rate, report=report, trained_at=at,
    )  # fmt: skip
    seconds = round(stopwatch() - began, 2)
    return SalesResult(report | {"seconds": seconds}, replace(model, report=report | {"seconds": seconds}))


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


def _fit(sales: Sales, rows: Rows, used: Sequence[str], seed: int, *, index: MarketIndex | None = None) -> _Fitted:
    """Fit on these rows; without dates there is no index, and one that is given is taken as it is."""
    taken = {name: sales.columns[name].take(rows) for name in used}
    edges = edges_of(taken, used)
    taken = {name: within_edges(column, edges) for name, column in taken.items()}
    encoder = fit_encoder(list(taken.values()), filled_only=frozenset(), has_row_days=sales.days is not None, time=None)
    days = np.zeros(len(rows)) if sales.days is None else sales.days[rows]
    matrix = encoder.apply(taken, None if sales.days is None else days).astype(np.float32)
    target = np.clip(sales.log_price[rows], *usual_range(sales.log_price[rows]))
    left = np.empty(0)
    if index is None and sales.days is not None:
        left = target - _out_of_fold(matrix, target, sales.property_of[rows], seed)
    index = index or (fit_index(left, days) if len(left) else flat_index())
    trees = fit_price_trees(matrix, target - index.at(days), seed=seed)
    return _Fitted(encoder, edges, trees, index, np.array([target.min(), target.max()]), left)


def usual_range(log_price: Numbers) -> Numbers:
    """The range prices are taken at their word in: six robust spreads around the median."""
    middle = float(np.median(log_price))
    spread = 1.4826 * float(np.median(np.abs(log_price - middle)))
    return middle + _ROBUST_SPREADS * max(spread, 0.05) * np.array([-1.0, 1.0])


def _out_of_fold(matrix: NDArray[np.float32], target: Numbers, property_of: Rows, seed: int) -> Numbers:
    """What small trees without time say of sales they haven't seen: the rest is what the market did."""
    said = np.empty(len(target))
    for train, predict in _splits(property_of, seed):
        trees = fit_boosted_price(matrix[train], target[train], seed=seed, loss="squared_error", n_rounds=150)
        said[predict] = trees.predict(matrix[predict])
    return said


def _splits(property_of: Rows, seed: int) -> list[tuple[Rows, Rows]]:
    """Five folds by property, so that a home's first sale never gives away its second."""
    order = np.random.default_rng(seed).permutation(int(property_of.max()) + 1)
    fold = (order % _N_FOLDS)[property_of]
    return [(np.flatnonzero(fold != one), np.flatnonzero(fold == one)) for one in range(_N_FOLDS)]


def _later_fifth(sales: Sales, used: Sequence[str], seed: int) -> tuple[Rows, NDArray[np.float64], Widening]:
    """The test's rows, what was said of them with an interval set on the window before, and the final model's interval."""
    n_train = len(sales) - round(_TEST_SHARE * len(sales))
    test = np.arange(n_train, len(sales))
    fitted = _fit(sales, np.arange(n_train), used, seed)
    raw = fitted.predict(sales, test)
    said = np.column_stack(widened(*_three(raw), _earlier_widening(sales, n_train, used, seed, fitted), fitted.clip))
    return test, said, _widening(raw, sales.log_price[test])


def _earlier_widening(sales: Sales, n_train: int, used: Sequence[str], seed: int, fitted: _Fitted) -> Widening:
    """How far prices fell from what would have been said in the window before the test.

    Each third of the window is said by trees that know the other two, so that they know nearly as much as the ones being judged
    (trees of the earlier rows alone err more: the interval then held 82.6 % of King County's prices instead of 80); the index is
    the one known when the window began. Three tenths of the rows reach over more than one season.
    """
    if sales.days is None:
        raise BadInput("sales without dates have no later window")
    window = np.arange(n_train - round(_WINDOW_SHARE * n_train), n_train)
    index_then = fit_index(fitted.left[: window[0]], sales.days[: window[0]])
    part = sales.property_of[window] % _WINDOW_PARTS
    raw = np.empty((len(window), 3))
    for one in range(_WINDOW_PARTS):
        mine = window[part == one]
        known = np.setdiff1d(np.arange(n_train), mine)
        raw[part == one] = _fit(sales, known, used, seed, index=fitted.index).predict(sales, mine, index_then)
    return _widening(raw, sales.log_price[window])


def _three(said: NDArray[np.float64]) -> tuple[Numbers, Numbers, Numbers]:
    return said[:, 0], said[:, 1], said[:, 2]


def _folds(sales: Sales, used: Sequence[str], seed: int) -> tuple[Rows, NDArray[np.float64], Widening]:
    """Each fold said by the others' model, its interval set by how far the other folds' prices fell from theirs."""
    raw, clips = np.empty((len(sales), 3)), []
    splits = _splits(sales.property_of, seed)
    for train, predict in splits:
        fitted = _fit(sales, train, used, seed)
        raw[predict] = fitted.predict(sales, predict)
        clips.append(fitted.clip)
    said = np.empty_like(raw)
    for (train, predict), clip in zip(splits, clips, strict=True):
        said[predict] = np.column_stack(widened(*_three(raw[predict]), _widening(raw[train], sales.log_price[train]), clip))
    return np.arange(len(sales)), said, _widening(raw, sales.log_price)


def _widening(said: NDArray[np.float64], log_price: Numbers) -> Widening:
    """Conformalised quantile regression (Romano et al., 2019), by thirds of the market when each has sales enough."""
    low, middle, high = _three(said)
    miss = np.maximum(low - log_price, log_price - high)
    edges = np.quantile(middle, [1 / 3, 2 / 3]) if len(miss) >= 3 * _MIN_ROWS_A_THIRD else np.empty(0)
    third = np.searchsorted(edges, middle)
    return Widening(edges, np.array([_finite_sample_quantile(miss[third == one]) for one in range(len(edges) + 1)]))


def _finite_sample_quantile(miss: Numbers) -> float:
    rank = min(len(miss), int(np.ceil((len(miss) + 1) * COVERAGE)))
    return float(np.sort(miss)[rank - 1])


def _figures(log_price: Numbers, said: NDArray[np.float64]) -> Report:
    low, middle, high = _three(said)
    error = np.abs(np.expm1(middle - log_price))
    is_inside = (low <= log_price) & (log_price <= high)
    edges = np.quantile(middle, [1 / 3, 2 / 3])
    third = np.searchsorted(edges, middle)
    return {
        "median_ape": _per_cent(np.median(error)), "mean_ape": _per_cent(error.mean()), "within_10": round(float((error <= 0.1).mean()), 4),
        "bias": _per_cent(np.median(np.expm1(middle - log_price))),
        "interval": {
            "target": COVERAGE, "coverage": round(float(is_inside.mean()), 4),
            "median_width": round(float(np.median(np.exp(high - middle) - np.exp(low - middle))), 4),
            "mean_width": round(float(np.mean(np.exp(high - middle) - np.exp(low - middle))), 4),
            "coverage_by_third": [round(float(is_inside[third == one].mean()), 4) for one in range(3) if (third == one).any()],
        },
    }  # fmt: skip


def _baselines(sales: Sales, tested: Rows, teach: Rows, lead_names: Mapping[str, str]) -> Report:
    """Median errors of what needs no model. In folds they are medians of all rows: in their favour."""
    known = sales.log_price
    spot = np.full(len(tested), np.median(known[teach]))
    baselines = {"global_median": _per_cent(np.median(np.abs(np.expm1(spot - known[tested]))))}
    if {"zip", "beds"} <= set(lead_names):
        keys = pl.DataFrame({asked: _as_text(sales.columns[lead_names[asked]]) for asked in ("zip", "beds")}).with_columns(
            price=known
        )
        taught = keys[teach]
        both = taught.group_by("zip", "beds").agg(pl.col("price").median().alias("both"), pl.len()).filter(pl.col("len") >= 5)
        alone = taught.group_by("zip").agg(pl.col("price").median().alias("alone"))
        joined = keys[tested].join(both, on=["zip", "beds"], how="left", maintain_order="left")
        joined = joined.join(alone, on="zip", how="left", maintain_order="left")
        guess = joined.select(pl.coalesce("both", "alone").fill_null(float(np.median(known[teach])))).to_series().to_numpy()
        baselines["zip_beds_median"] = _per_cent(np.median(np.abs(np.expm1(guess - known[tested]))))
    return baselines


def _as_text(column: Column) -> pl.Series:
    is_number = column.type.kind in {"number", "date"}
    return pl.Series(column.name, column.numbers).cast(pl.String) if is_number else column.levels


def _odd(sales: Sales, used: Sequence[str]) -> Report:
    """What was out of the ordinary, and how much of it."""
    low, high = usual_range(sales.log_price)
    edges = edges_of(sales.columns, used)
    beyond = {
        name: int(((sales.columns[name].numbers < pair[0]) | (sales.columns[name].numbers > pair[1])).sum())
        for name, pair in edges.items()
    }
    return {
        "prices_below_usual": int((sales.log_price < low).sum()), "prices_above_usual": int((sales.log_price > high).sum()),
        "usual_prices": [round(float(np.exp(low))), round(float(np.exp(high)))],
        "sales_of_a_property_sold_before": len(sales) - len(np.unique(sales.property_of)),
        "numbers_beyond_the_usual": {name: count for name, count in beyond.items() if count},
    }  # fmt: skip


def _index_as_rows(index: MarketIndex) -> list[dict[str, str | float]]:
    """The index as a person reads it: the last month is 1."""
    days = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=float(day)) for day in index.days]
    levels = np.exp(index.levels - index.levels[-1])
    return [
        {"middle_of_month": f"{day:%Y-%m-%d}", "level": round(float(level), 4)} for day, level in zip(days, levels, strict=True)
    ]


def _columns_of(encoder: Encoder) -> list[str]:
    return list(dict.fromkeys(feature.column for feature in encoder.features))


def _per_cent(share: Any) -> float:
    return round(100 * float(share), 3)
