"""What a report on prices says: figures on rows not seen, simple answers beside them, odd rows, the market's index."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.scoring.columns import Column, Numbers
from engine.scoring.encoding import Encoder
from engine.scoring.market_index import MarketIndex
from engine.scoring.sales_columns import edges_of
from engine.scoring.sales_rows import Rows, Sales, usual_range

Report = dict[str, Any]
COVERAGE = 0.8


def figures_of(log_price: Numbers, said: NDArray[np.float64]) -> Report:
    """How far off the prices were, how often the interval held them, and in which third of the market."""
    low, middle, high = three_of(said)
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


def baselines_of(sales: Sales, tested: Rows, teach: Rows, lead_names: Mapping[str, str]) -> Report:
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


def odd_rows(sales: Sales, used: Sequence[str]) -> Report:
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


def index_as_rows(index: MarketIndex) -> list[dict[str, str | float]]:
    """The index as a person reads it: the last month is 1."""
    days = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=float(day)) for day in index.days]
    levels = np.exp(index.levels - index.levels[-1])
    return [
        {"middle_of_month": f"{day:%Y-%m-%d}", "level": round(float(level), 4)} for day, level in zip(days, levels, strict=True)
    ]


def columns_of(encoder: Encoder) -> list[str]:
    """The columns that a recipe reads, each once."""
    return list(dict.fromkeys(feature.column for feature in encoder.features))


def _per_cent(share: Any) -> float:
    return round(100 * float(share), 3)


def three_of(said: NDArray[np.float64]) -> tuple[Numbers, Numbers, Numbers]:
    """Low, middle and high of each row."""
    return said[:, 0], said[:, 1], said[:, 2]
