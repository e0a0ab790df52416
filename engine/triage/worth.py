"""What acting now is worth: probability times expected commission, times what waiting has left of the chance, a minute of work.

The product itself is reckoned where the leads are (queries of the inbox); here stand its figures and where each is from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

# A lead that wrote is in one of these classes by how long he waits, in minutes: up to 5, 60, a day, a week, longer.
EDGES_MINUTES = (5.0, 60.0, 1_440.0, 10_080.0)
CLASSES = ("within 5 minutes", "within the hour", "within the day", "within the week", "later")

# Firms that tried within the hour were nearly 7 times as likely to qualify a lead as those that tried an hour later, and more than 60
# times as likely as those that took a day (Oldroyd, McElheran, Elkington: The Short Life of Online Sales Leads, Harvard Business
# Review, March 2011). It compares firms of all trades and qualifying rather than closing, so only the square root of its ratios is
# taken over: 1/√7 and 1/√60. It says nothing of five minutes against an hour, so neither does this.
PRIOR = (1.0, 1.0, 1 / sqrt(7), 1 / sqrt(60), 1 / sqrt(60))
PRIOR_SOURCE = "shipped: HBR 2011 (other trades; square root of its ratios)"
N_ENOUGH = 200  # own answered leads before their curve is used at all …
_PRIOR_WEIGHT = 30.0  # … and even then each class begins with as many leads that behave as the shipped curve says

# Somebody who was just called gains nothing from another call; the office's own first follow-up stands at day 3 (3-7-14-30).
REST_DAYS = 3.0

# Minutes of work, shipped starting values: what a person spends including looking at the lead and writing it down.
MINUTES = {"call": 8.0, "text": 3.0, "email": 5.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One class of answers: of how many leads answered so, how many were heard from afterwards, with a 90 % interval."""

    label: str
    n_answered: int
    n_reached: int
    low: float | None
    high: float | None
    left: float  # what waiting so long leaves of the chance, against an answer within five minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseCurve:
    """How the chance to be heard falls with waiting, and whose leads say so."""

    points: tuple[CurvePoint, ...]
    source: str
    is_own: bool
    n_answered: int

    @property
    def left(self) -> tuple[float, ...]:
        """What is left of the chance, class by class."""
        return tuple(point.left for point in self.points)


def response_curve(counts: Sequence[tuple[int, int]]) -> ResponseCurve:
    """The curve from (answered, reached) of each class: the office's own from `N_ENOUGH` answers on, the shipped one before.

    Own classes are drawn towards the shipped curve by `_PRIOR_WEIGHT` leads, and never rise with waiting (pooled where they would).
    """
    n_answered = sum(answered for answered, _ in counts)
    is_own = n_answered >= N_ENOUGH
    left = _own_left(counts) if is_own else PRIOR
    points = tuple(
        CurvePoint(label=label, n_answered=answered, n_reached=reached, **_interval(reached, answered), left=kept)
        for label, (answered, reached), kept in zip(CLASSES, counts, left, strict=True)
    )
    source = f"your own {n_answered:,} answered leads" if is_own else PRIOR_SOURCE
    return ResponseCurve(points=points, source=source, is_own=is_own, n_answered=n_answered)


def worth_figures(
    curve: ResponseCurve,
    minutes: Mapping[str, float],
    net_shares: Sequence[tuple[int, str, float]] = ((0, "", 1.0),),
    taker: int = 0,
) -> dict[str, Any]:
    """The figures that the inbox's queries take in, by their names there.

    `net_shares`: (worker, source, share of the commission); `taker`: whose share counts for leads nobody has.
    """
    edges = {f"edge_{number}": edge for number, edge in enumerate(EDGES_MINUTES)}
    left = {f"left_{number}": kept for number, kept in enumerate(curve.left)}
    work = {f"{name}_minutes": float(minutes.get(name, shipped)) for name, shipped in MINUTES.items()}
    shares = [{"worker": worker, "share_source": source, "share": share} for worker, source, share in net_shares]
    return edges | left | work | {"rest_days": REST_DAYS, "taker": taker, "net_shares": shares}


def _own_left(counts: Sequence[tuple[int, int]]) -> tuple[float, ...]:
    base = max(1e-9, _rate(*counts[0]) if counts[0][0] else sum(hit for _, hit in counts) / max(1, sum(n for n, _ in counts)))
    drawn = [(reached + _PRIOR_WEIGHT * min(1.0, base * kept)) for (_, reached), kept in zip(counts, PRIOR, strict=True)]
    blocks: list[list[float]] = []  # hits, leads, classes: pooled until no later class stands above an earlier one
    for hits, (answered, _) in zip(drawn, counts, strict=True):
        blocks.append([hits, answered + _PRIOR_WEIGHT, 1])
        while len(blocks) > 1 and blocks[-1][0] / blocks[-1][1] > blocks[-2][0] / blocks[-2][1]:
            last = blocks.pop()
            blocks[-1] = [mine + its for mine, its in zip(blocks[-1], last, strict=True)]
    rates = [hits / leads for hits, leads, n in blocks for _ in range(int(n))]
    return tuple(rate / rates[0] for rate in rates) if rates[0] else PRIOR


def _rate(answered: int, reached: int) -> float:
    return reached / answered


def _interval(reached: int, answered: int) -> dict[str, Any]:
    """Wilson's 90 % interval of a share; nothing to say of no leads."""
    if not answered:
        return {"low": None, "high": None}
    z, share = 1.6449, reached / answered
    middle = (share + z * z / (2 * answered)) / (1 + z * z / answered)
    half = z * sqrt(share * (1 - share) / answered + z * z / (4 * answered * answered)) / (1 + z * z / answered)
    return {"low": max(0.0, middle - half), "high": min(1.0, middle + half)}
