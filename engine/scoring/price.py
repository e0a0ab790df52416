"""What the deal would be about: list price of the property asked about, stated budget, kind and size of property, market's median.

Each says something about the log of the price with its own spread; they are weighed by precision. The 80 % interval is conformal:
its width comes from leads held out. Without a team's own closings the spreads come from synthetic leads, and the basis says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit

from engine.errors import ModelUnusable
from engine.records import Market, PriceEstimate
from engine.scoring.frame import BATHS, BEDS, BUDGET_HIGH, BUDGET_LOW, KIND, LISTING, LeadFrame
from engine.scoring.kernels import Floats, Longs

N_KINDS = 7
COVERAGE = 0.8
_MIN_PER_CASE = 200  # cases seen less often take the pooled width
_RIDGE = 5.0
_LISTING, _BUDGET, PROPERTY = 1, 2, 4
_N_CASES = 8


@dataclass(frozen=True, slots=True)
class PriceModel:
    """All in logs over the market's median. A case is which of list price (1), budget (2), property (4) are known."""

    coefficients: Floats
    spread: Floats  # of the price: nothing known of the property, something known
    listing: Floats  # shift and spread of the list price against the price
    budget: Floats  # the same of the budget
    width_low: Floats  # conformal, by case, in spreads
    width_high: Floats
    clip: Floats  # the range of the training prices


def fit_price(frame: LeadFrame, price_dollars: Floats) -> PriceModel:
    """Fit on one half of the leads, set the interval's width on the other."""
    target = np.log(price_dollars / frame.market_median)
    is_fit = np.arange(len(frame)) % 2 == 0
    design = _design(frame)
    inner = design[is_fit]
    penalty = _RIDGE * np.eye(design.shape[1])
    penalty[0, 0] = 1e-9
    coefficients = np.linalg.solve(inner.T @ inner + penalty, inner.T @ target[is_fit])
    left = target - design @ coefficients
    case, listing, budget = _case(frame), _listing(frame), _budget(frame)
    has_property = case & PROPERTY > 0
    spread = np.array([np.std(left[is_fit & ~has_property]), np.std(left[is_fit & has_property])])
    of_listing, of_budget = (_shift_and_spread(said[is_fit] - target[is_fit]) for said in (listing, budget))
    clip = np.array([target.min(), target.max()])
    free = PriceModel(coefficients, spread, of_listing, of_budget, np.zeros(8), np.zeros(8), clip)
    _, middle, width = blend(free, frame)
    miss = ((target - middle) / width)[~is_fit]
    low, high = _widths(miss, case[~is_fit])
    return PriceModel(coefficients, spread, of_listing, of_budget, low, high, clip)


@dataclass(frozen=True, slots=True)
class PriceColumns:
    """The estimates of many leads: cents, and which of the texts in `bases` says what each rests on."""

    low_cents: Longs
    p50_cents: Longs
    high_cents: Longs
    basis: Longs
    bases: tuple[str, ...]


def price_columns(model: PriceModel, frame: LeadFrame, market: Market) -> PriceColumns:
    """The estimate of every lead of the frame, as columns."""
    case, middle, width = blend(model, frame)
    bounds = np.clip(
        np.stack([middle + width * model.width_low[case], middle, middle + width * model.width_high[case]]), *model.clip
    )
    dollars = np.rint(np.exp(bounds) * frame.market_median / 1000.0) * 1000.0
    low, p50, high = (dollars * 100).astype(np.int64)
    return PriceColumns(low, p50, high, case, tuple(basis_of(one, market) for one in range(_N_CASES)))


def prices_of(model: PriceModel, frame: LeadFrame, market: Market) -> list[PriceEstimate]:
    """The estimate of every lead of the frame."""
    return estimates_of(price_columns(model, frame, market))


def estimates_of(columns: PriceColumns) -> list[PriceEstimate]:
    """The estimates as records."""
    rows = zip(
        columns.low_cents.tolist(), columns.p50_cents.tolist(), columns.high_cents.tolist(), columns.basis.tolist(), strict=True
    )
    return [
        PriceEstimate(low_cents=low, p50_cents=p50, high_cents=high, basis=columns.bases[basis]) for low, p50, high, basis in rows
    ]


def price_to_arrays(model: PriceModel) -> dict[str, np.ndarray]:
    """What a model file keeps of the price model."""
    return {f"price_{name}": getattr(model, name) for name in PriceModel.__slots__}


def price_from_arrays(arrays: Mapping[str, np.ndarray]) -> PriceModel:
    """The price model that `price_to_arrays` wrote."""
    try:
        return PriceModel(**{name: np.asarray(arrays[f"price_{name}"], np.float64) for name in PriceModel.__slots__})
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusable(f"The model file lacks a part of its price model: {error}") from error


def property_level(model: PriceModel, frame: LeadFrame) -> Floats:
    """What the kind and size of property alone say, in logs over the market's median."""
    level: Floats = _design(frame) @ model.coefficients
    return level


def _design(frame: LeadFrame) -> Floats:
    """Intercept, kinds, and beds and baths around the usual with whether they are known."""
    kind, beds, baths = frame.facts[:, KIND], frame.facts[:, BEDS], frame.facts[:, BATHS]
    columns = [np.ones(len(frame)), *(kind == code for code in range(N_KINDS))]
    columns += [np.nan_to_num(beds - 3.0), ~np.isnan(beds), np.nan_to_num(baths - 2.0), ~np.isnan(baths)]
    return np.column_stack(columns).astype(np.float64)


def _listing(frame: LeadFrame) -> Floats:
    return _log_over_median(frame.facts[:, LISTING], frame)


def _budget(frame: LeadFrame) -> Floats:
    low, high = frame.facts[:, BUDGET_LOW], frame.facts[:, BUDGET_HIGH]
    low, high = np.where(np.isnan(low), high, low), np.where(np.isnan(high), low, high)
    return _log_over_median((low + high) / 2.0, frame)


def _log_over_median(dollars: Floats, frame: LeadFrame) -> Floats:
    said: Floats = np.log(np.where(dollars > 0.0, dollars, np.nan) / frame.market_median)
    return said


def _case(frame: LeadFrame) -> np.ndarray:
    has_property = ~np.isnan(frame.facts[:, (KIND, BEDS, BATHS)]).all(axis=1)
    case: np.ndarray = _LISTING * ~np.isnan(_listing(frame)) + _BUDGET * ~np.isnan(_budget(frame)) + PROPERTY * has_property
    return case


def blend(model: PriceModel, frame: LeadFrame) -> tuple[np.ndarray, Floats, Floats]:
    """Case, middle and spread of the log price: what is known, weighed by how closely it goes along with prices."""
    case, middle, width = np.empty(len(frame), np.int64), np.empty(len(frame)), np.empty(len(frame))
    _weigh(frame.facts, frame.market_median, model.coefficients, model.spread, model.listing, model.budget, case, middle, width)
    return case, middle, width


@njit(nogil=True, cache=True)
def _weigh(  # noqa: PLR0917  (compiled: takes its arrays one by one)
    facts: Floats,
    median: float,
    coefficients: Floats,
    spread: Floats,
    of_listing: Floats,
    of_budget: Floats,
    case: Longs,
    middle: Floats,
    width: Floats,
) -> None:
    for row in range(facts.shape[0]):
        fact = facts[row]
        known, expected = 0, coefficients[0]
        if not np.isnan(fact[KIND]):
            known = PROPERTY
            expected += coefficients[1 + min(int(fact[KIND]), N_KINDS - 1)]
        if not np.isnan(fact[BEDS]):
            known = PROPERTY
            expected += coefficients[1 + N_KINDS] * (fact[BEDS] - 3.0) + coefficients[2 + N_KINDS]
        if not np.isnan(fact[BATHS]):
            known = PROPERTY
            expected += coefficients[3 + N_KINDS] * (fact[BATHS] - 2.0) + coefficients[4 + N_KINDS]
        weight = 1.0 / spread[1 if known > 0 else 0] ** 2
        total = expected * weight
        low = fact[BUDGET_HIGH] if np.isnan(fact[BUDGET_LOW]) else fact[BUDGET_LOW]
        high = fact[BUDGET_LOW] if np.isnan(fact[BUDGET_HIGH]) else fact[BUDGET_HIGH]
        if fact[LISTING] > 0.0:
            known += _LISTING
            total += (np.log(fact[LISTING] / median) - of_listing[0]) / of_listing[1] ** 2
            weight += 1.0 / of_listing[1] ** 2
        if low + high > 0.0:
            known += _BUDGET
            total += (np.log((low + high) / 2.0 / median) - of_budget[0]) / of_budget[1] ** 2
            weight += 1.0 / of_budget[1] ** 2
        case[row], middle[row], width[row] = known, total / weight, 1.0 / np.sqrt(weight)


def _shift_and_spread(difference: Floats) -> Floats:
    return np.array([np.nanmean(difference), np.nanstd(difference)])


def _widths(miss: Floats, case: np.ndarray) -> tuple[Floats, Floats]:
    """Conformal bounds by case: the finite-sample quantiles of how far prices fell from the middle."""
    low, high = np.empty(8), np.empty(8)
    for one in range(8):
        mine = miss[case == one]
        mine = mine if len(mine) >= _MIN_PER_CASE else miss
        reach = (1.0 - COVERAGE) / 2.0
        low[one] = np.quantile(mine, reach, method="lower")
        high[one] = np.quantile(mine, 1.0 - reach, method="higher")
    return low, high


@lru_cache(maxsize=256)  # a single lead would else word all eight cases, for one
def basis_of(case: int, market: Market, *, has_sales: bool = False) -> str:
    """What an estimate rests on, in words; with sales, the team's own stand in for the kind and size of property and the median."""
    median = f"the median price of {market.name} (${market.median_price_cents / 100:,.0f})"
    parts = [
        text
        for bit, text in (
            (_LISTING, "the list price of the property asked about"),
            (_BUDGET, "the stated budget"),
            (
                PROPERTY,
                "the team's own sales of as many beds and baths in the ZIP" if has_sales else "the kind and size of property",
            ),
        )
        if case & bit
    ]
    if has_sales:
        return " and ".join([", ".join(parts[:-1]), parts[-1]]) if parts[1:] else "".join(parts)
    if not parts:
        return f"{median} alone: the lead has said nothing about price"
    return ", ".join(parts) + f" and {median}"
