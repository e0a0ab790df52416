"""What a lead's deal would be about when the team's own sales are known: they stand in for the kind and size of property.

The list price of the property asked about counts most, then sales of as many beds and baths in the ZIP, then the market's median;
the stated budget is weighed in. ZIP is read here alone: it says what homes cost, never when or whether a lead is served.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from engine.records import Market
from engine.scoring.columns import Column, Numbers
from engine.scoring.frame import BATHS, BEDS, ZIP, LeadFrame
from engine.scoring.kernels import Longs
from engine.scoring.price import PROPERTY, PriceColumns, PriceModel, basis_of, blend, price_columns, property_level
from engine.scoring.sales_model import SalesModel, widened

_REACH = 1.2815515655446004  # four fifths of a normal spread lie within so many of it
_DAY_US = 86_400_000_000.0
_Key = tuple[float, ...]
_Said = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Sold:
    """For these rows of a frame: low, middle and high log price that the team's own sales say."""

    rows: Longs
    low: Numbers
    middle: Numbers
    high: Numbers


class SoldHomes:
    """A promoted price model, asked by ZIP, beds and baths. Safe to use from several threads."""

    def __init__(self, model: SalesModel) -> None:
        self.model = model
        self.version = model.version
        self._names = [model.lead_names[asked] for asked in ("zip", "beds", "baths")]
        self._types = {type_.name: type_ for type_ in model.types}
        self._said: dict[_Key, _Said] = {}  # by ZIP, beds and baths: a city has a few hundred of them

    def of(self, frame: LeadFrame) -> Sold:
        """What the sales say of every lead whose ZIP they know and who says how many beds and baths."""
        facts = frame.facts[:, (ZIP, BEDS, BATHS)]
        rows = np.flatnonzero(~np.isnan(facts).any(axis=1) & np.isin(facts[:, 0], self.model.known_zips))
        kept = facts[rows]
        for place, name in enumerate(self._names):
            kept[:, place] = np.clip(kept[:, place], *self.model.edges.get(name, (-np.inf, np.inf)))
        low, middle, high = np.array([self._ask(tuple(key)) for key in kept.tolist()]).reshape(len(rows), 3).T
        days = np.array([frame.at_us / _DAY_US])
        level = self.model.index.at(days)[0] + np.log1p(self.model.adjustment_rate)
        return Sold(rows, *widened(low + level, middle + level, high + level, self.model.widening, self.model.clip))

    def prices(self, model: PriceModel, frame: LeadFrame, market: Market) -> PriceColumns:
        """The estimate of every lead, with the team's own sales where they know the ZIP.

        Alone their interval is the conformal one; blended with a list price or a budget it is that of the weighed spreads.
        """
        columns, sold = price_columns(model, frame, market), self.of(frame)
        if not len(sold.rows):
            return columns
        part = replace(frame, facts=frame.facts[sold.rows])
        case, middle, width = blend(model, part)
        spread = np.maximum((sold.high - sold.low) / 2.0 / _REACH, 1e-3)
        # The blend without what the kind and size of property said, then with what the sales say.
        before = model.spread[1] ** -2.0
        weight = width**-2.0 - before + spread**-2.0
        said = sold.middle - np.log(frame.market_median)
        middle = (middle * width**-2.0 - property_level(model, part) * before + said * spread**-2.0) / weight
        middle, reach, is_alone = middle + np.log(frame.market_median), _REACH / np.sqrt(weight), case == PROPERTY
        columns.low_cents[sold.rows] = _cents(np.where(is_alone, sold.low, middle - reach))
        columns.p50_cents[sold.rows] = _cents(np.where(is_alone, sold.middle, middle))
        columns.high_cents[sold.rows] = _cents(np.where(is_alone, sold.high, middle + reach))
        columns.basis[sold.rows] = case + len(columns.bases)
        return replace(columns, bases=columns.bases + self._bases(market, len(columns.bases)))

    def _ask(self, key: _Key) -> _Said:
        said = self._said.get(key)
        if said is None:
            columns = {
                name: Column(self._types[name], np.array([value]), pl.Series(name, [value]))
                for name, value in zip(self._names, key, strict=True)
            }
            matrix = self.model.encoder.apply(columns, None).astype(np.float32)
            low, middle, high = (float(part[0]) for part in self.model.trees.predict(matrix))
            said = self._said[key] = (low, middle, high)
        return said

    @staticmethod
    def _bases(market: Market, n_cases: int) -> tuple[str, ...]:
        return tuple(basis_of(case, market, has_sales=True) for case in range(n_cases))


def _cents(log_dollars: Numbers) -> Longs:
    """Whole thousands: more figures than that would pretend."""
    cents: Longs = (np.rint(np.exp(log_dollars) / 1000.0) * 100_000.0).astype(np.int64)
    return cents
