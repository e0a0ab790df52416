"""Training on a team's own sales: any table with a price column. Reads no files; hands back a report and a model.

Odd rows are data: prices far off the others are pulled to the edge of the usual range before they teach, numbers beyond what
nearly all rows say count as the edge, a property sold twice stays in one fold, and the report counts all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from engine.clock import stopwatch
from engine.errors import BadInput
from engine.scoring.columns import Numbers, text_frame
from engine.scoring.encoding import Encoder, fit_encoder
from engine.scoring.market_index import MarketIndex, fit_index, flat_index
from engine.scoring.price_trees import PriceTrees, fit_boosted_price, fit_price_trees
from engine.scoring.sales_columns import edges_of, lead_columns, screen_sales, within_edges
from engine.scoring.sales_model import SalesModel, Widening, widened
from engine.scoring.sales_report import COVERAGE, Report, baselines_of, columns_of, figures_of, index_as_rows, odd_rows, three_of
from engine.scoring.sales_rows import Rows, Sales, read_sales, usual_range

_TEST_SHARE = 0.2
_N_FOLDS = 5
_WINDOW_SHARE, _WINDOW_PARTS = 0.3, 3
_MIN_ROWS_A_THIRD = 150


@dataclass(frozen=True, slots=True)
class SalesResult:
    """What came of a training: the report and the model."""

    report: Report
    model: SalesModel


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
        columns = {name: within_edges(sales.columns[name].take(rows), self.edges) for name in columns_of(self.encoder)}
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
        "excluded": [asdict(each) for each in excluded], "used": list(used), **figures_of(sales.log_price[tested], said),
        "baselines": baselines_of(sales, tested, teach, lead_names), "odd": odd_rows(sales, used),
        "market_index": index_as_rows(final.index),
        "adjustment_rate": adjustment_rate,
    }  # fmt: skip
    zips = sales.columns[lead_names["zip"]].numbers if "zip" in lead_names else np.empty(0)
    model = SalesModel(
        price=price, types=tuple(sales.columns[name].type for name in columns_of(final.encoder)), edges=final.edges,
        encoder=final.encoder, trees=final.trees, index=final.index, widening=widening_of_final, clip=final.clip, lead_names=lead_names,
        known_zips=np.unique(zips[~np.isnan(zips)]), adjustment_rate=adjustment_rate, report=report, trained_at=at,
    )  # fmt: skip
    seconds = round(stopwatch() - began, 2)
    return SalesResult(report | {"seconds": seconds}, replace(model, report=report | {"seconds": seconds}))


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
    said = np.column_stack(widened(*three_of(raw), _earlier_widening(sales, n_train, used, seed, fitted), fitted.clip))
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
        said[predict] = np.column_stack(widened(*three_of(raw[predict]), _widening(raw[train], sales.log_price[train]), clip))
    return np.arange(len(sales)), said, _widening(raw, sales.log_price)


def _widening(said: NDArray[np.float64], log_price: Numbers) -> Widening:
    """Conformalised quantile regression (Romano et al., 2019), by thirds of the market when each has sales enough."""
    low, middle, high = three_of(said)
    miss = np.maximum(low - log_price, log_price - high)
    edges = np.quantile(middle, [1 / 3, 2 / 3]) if len(miss) >= 3 * _MIN_ROWS_A_THIRD else np.empty(0)
    third = np.searchsorted(edges, middle)
    return Widening(edges, np.array([_finite_sample_quantile(miss[third == one]) for one in range(len(edges) + 1)]))


def _finite_sample_quantile(miss: Numbers) -> float:
    rank = min(len(miss), int(np.ceil((len(miss) + 1) * COVERAGE)))
    return float(np.sort(miss)[rank - 1])
