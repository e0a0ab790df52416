"""How far a model can be believed, as tables made from leads it has not seen: calibration, lift, promise, confidence, effects, prices."""

from collections.abc import Sequence

import numpy as np

from engine.records import PriceEstimate
from engine.scoring.features import FEATURES
from engine.scoring.kernels import Floats

Row = dict[str, float | int | str]
Tables = dict[str, list[Row]]

RELIABILITY_EDGES = (0.0, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
CONFIDENCE_EDGES = (0.0, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0)
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
TARGET = 0.95  # of the bands given without a person, at least this share is to be right
_DOUBT = 0.10  # the promise's bound holds nine times in ten


def reliability(said: Floats, came: np.ndarray, edges: Sequence[float]) -> list[Row]:
    """In each range of what was said: how many, what was said on average, and what came, with its own 90 % range."""
    rows: list[Row] = []
    place = np.digitize(said, edges[1:-1])
    for one, low in enumerate(edges[:-1]):
        mine = place == one
        n, n_came = int(mine.sum()), int(came[mine].sum())
        if n:
            bounds = _binomial_range(n_came, n)
            rows.append(
                {"low": low, "high": edges[one + 1], "n": n, "said": _round(said[mine].mean()), "came": _round(n_came / n),
                 "came_low": bounds[0], "came_high": bounds[1], "n_came": n_came}
            )  # fmt: skip
    return rows


def lift_by_decile(probability: Floats, closed: np.ndarray) -> list[Row]:
    """Tenths of the leads, the most likely first: how often they close against all leads, and which share of all closings they hold."""
    parts = np.array_split(np.argsort(-probability, kind="stable"), 10)
    rate, total = float(closed.mean()), max(1, int(closed.sum()))
    return [
        {"decile": place + 1, "n": len(part), "rate": _round(closed[part].mean()), "lift": round(float(closed[part].mean()) / rate, 2),
         "share_of_closings": _round(closed[part].sum() / total)}
        for place, part in enumerate(parts)
    ]  # fmt: skip


def selective(confidence: Floats, band: np.ndarray, true_band: np.ndarray) -> list[Row]:
    """From each confidence up: how many leads that is, how many bands are right, and what calling them all cold would score."""
    rows: list[Row] = []
    for threshold in THRESHOLDS:
        kept = confidence >= threshold
        if kept.any():
            right, constant = float(np.mean(band[kept] == true_band[kept])), float(np.mean(true_band[kept] == 0))
            rows.append(
                {"threshold": threshold, "n": int(kept.sum()), "coverage": _round(kept.mean()), "right": _round(right),
                 "constant": _round(constant),
                 "hot_found": _round(np.mean(kept[true_band == 2] & (band[true_band == 2] == 2)))}
            )  # fmt: skip
    return rows


def likelier_right(said: Floats, came: np.ndarray) -> list[Row]:
    """From each sureness up: how many deals that is, how often the likelier outcome came, and how often the commoner one did."""
    sure, right = np.maximum(said, 1.0 - said), (said > 0.5) == came
    rows: list[Row] = []
    for threshold in THRESHOLDS:
        kept = sure >= threshold
        if kept.any():
            share = float(came[kept].mean())
            rows.append(
                {"threshold": threshold, "n": int(kept.sum()), "coverage": _round(kept.mean()), "right": _round(right[kept].mean()),
                 "constant": _round(max(share, 1.0 - share))}
            )  # fmt: skip
    return rows


def promise_threshold(confidence: Floats, is_right: np.ndarray) -> float | None:
    """The lowest confidence from which bands may stand alone: going down from the surest, the bound on errors stays within the target."""
    from scipy.stats import beta

    chosen: float | None = None
    for threshold in np.arange(0.99, 0.49, -0.01):
        kept = confidence >= threshold
        n, n_wrong = int(kept.sum()), int((kept & ~is_right).sum())
        if n == 0:
            continue
        most = 1.0 if n_wrong >= n else float(beta.ppf(1 - _DOUBT, n_wrong + 1, n - n_wrong))
        if most > 1 - TARGET:
            break
        chosen = round(float(threshold), 2)
    return chosen


def effects_by_feature(importance: Floats) -> list[Row]:
    """Each feature's share of everything that moved the leads, the strongest first."""
    order = np.argsort(-importance, kind="stable").tolist()
    return [
        {"feature": FEATURES[place].name, "group": FEATURES[place].group, "share": _round(importance[place])} for place in order
    ]


def price_coverage(prices: Sequence[PriceEstimate], sold_dollars: Floats) -> list[Row]:
    """By what the estimate rests on: how many, how often the 80 % interval held the price, and how far off its middle was."""
    held = np.array([one.low_cents <= sold * 100 <= one.high_cents for one, sold in zip(prices, sold_dollars, strict=True)])
    off = np.array([abs(one.p50_cents / 100 / sold - 1.0) for one, sold in zip(prices, sold_dollars, strict=True)])
    basis = np.array([_plain_basis(one.basis) for one in prices])
    rows: list[Row] = []
    for said in sorted(set(basis.tolist()), key=lambda one: -int((basis == one).sum())):
        mine = basis == said
        rows.append({"basis": said, "n": int(mine.sum()), "held": _round(held[mine].mean()), "off": _round(np.median(off[mine]))})
    return rows


def _plain_basis(basis: str) -> str:
    """The basis without the market's own name and figure."""
    known = basis.split(" and the median price", maxsplit=1)[0]
    return "the market's median alone" if known == basis else known


def _binomial_range(n_came: int, n: int) -> tuple[float, float]:
    """Clopper and Pearson's 90 % range of a share."""
    from scipy.stats import beta

    low = 0.0 if n_came == 0 else float(beta.ppf(0.05, n_came, n - n_came + 1))
    high = 1.0 if n_came == n else float(beta.ppf(0.95, n_came + 1, n - n_came))
    return _round(low), _round(high)


def _round(value: float | np.floating) -> float:
    return round(float(value), 5)
