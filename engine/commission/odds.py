"""What becomes of a deal in a stage, and when: learned from the office's own stage history, leaning on shipped values while that is short.

A deal's visit to a stage ends well (it closes in the end) or not. Each stage has a share that closes and, for those that close and
those that don't, how long they stay. A deal that has stayed longer than closing deals usually do has worse odds, by Bayes' rule:
odds = share / (1 − share) × P(a closing deal stays this long) / P(a losing deal stays this long). Knows no store, no plan, no price.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

from engine.records import Stage

OPEN_STAGES = (Stage.NEW, Stage.CONTACTED, Stage.APPOINTMENT, Stage.ACTIVE, Stage.OFFER, Stage.UNDER_CONTRACT)
RULES = 1  # raised whenever these rules change, so that a kept forecast says by which ones it was made
PRIOR_DEALS = 20.0  # the shipped share weighs as much as this many ended deals of the office's own
PRIOR_TIMES = 8.0  # the shipped times weigh as much as this many own ones
_EM_ROUNDS = 12
_NORMAL = NormalDist()
_LEAST_SURVIVAL = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A deal's stay in one stage. `ended_on` and `is_won` say how the deal ended, None while it is open."""

    deal_id: int
    stage: Stage
    entered_on: date
    left_on: date | None = None
    ended_on: date | None = None
    is_won: bool | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """How long something takes, in days: the middle and the spread of its logarithm, and how many own cases it rests on."""

    median_days: float
    spread: float
    n: int = 0

    def survival(self, days: float) -> float:
        """The share that takes longer than this."""
        return 1.0 if days <= 0 else _NORMAL.cdf((math.log(self.median_days) - math.log(days)) / self.spread)


@dataclass(frozen=True, slots=True)
class Slip:
    """How many days after its expected date a deal closes: mean and spread, and how many own closings it rests on."""

    mean_days: float
    spread_days: float
    n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOdds:
    """What is known of a stage. The share that closes is a Beta(`wins`, `losses`) distribution, shipped weight included."""

    stage: Stage
    wins: float
    losses: float
    n_won: int
    n_lost: int
    n_open: int
    won_stay: Span
    lost_stay: Span
    to_close: Span  # from entering the stage to the closing, of those that close
    slip: Slip
    source: str

    @property
    def share(self) -> float:
        """The middle estimate of the share of deals entering this stage that close."""
        return self.wins / (self.wins + self.losses)

    def age_ratio(self, days: float) -> float:
        """By how much having stayed this long already multiplies the odds of closing."""
        won, lost = self.won_stay.survival(days), self.lost_stay.survival(days)
        return max(won, _LEAST_SURVIVAL) / max(lost, _LEAST_SURVIVAL)

    def chance(self, days: float) -> float:
        """P(closes) of a deal that has been in this stage for that many days."""
        return with_age(self.share, self.age_ratio(days))

    def interval(self, days: float, level: float = 0.8) -> tuple[float, float]:
        """Where the chance lies with that certainty, given how few or many deals the share rests on (normal in log odds)."""
        middle = math.log(self.wins / self.losses)
        reach = _NORMAL.inv_cdf((1 + level) / 2) * math.sqrt(1 / self.wins + 1 / self.losses)
        low, high = (1 / (1 + math.exp(-(middle + side * reach))) for side in (-1, 1))
        return with_age(low, self.age_ratio(days)), with_age(high, self.age_ratio(days))


@dataclass(frozen=True, slots=True)
class _Shipped:
    """Days as shipped: a closing deal's stay, a losing deal's stay, from entering to closing, and the slip of the expected date."""

    won_stay: Span
    lost_stay: Span
    to_close: Span
    slip: Slip


# Shipped starting values, each outweighed by about ten own deals. Escrow usually takes 30 to 45 days; the earlier stages' times and all
# spreads are this product's own guesses, and are shown as such.
_TIMES: Mapping[Stage, _Shipped] = {
    Stage.NEW: _Shipped(Span(14, 1.2), Span(45, 1.2), Span(120, 0.7), Slip(7, 45)),
    Stage.CONTACTED: _Shipped(Span(21, 1.1), Span(60, 1.1), Span(105, 0.65), Slip(7, 40)),
    Stage.APPOINTMENT: _Shipped(Span(18, 1.0), Span(45, 1.0), Span(90, 0.6), Slip(7, 35)),
    Stage.ACTIVE: _Shipped(Span(35, 0.9), Span(60, 0.9), Span(75, 0.55), Slip(7, 28)),
    Stage.OFFER: _Shipped(Span(8, 0.9), Span(14, 1.0), Span(42, 0.4), Slip(5, 18)),
    Stage.UNDER_CONTRACT: _Shipped(Span(34, 0.4), Span(24, 0.8), Span(34, 0.35), Slip(3, 9)),
}


def with_age(share: float, age_ratio: float) -> float:
    """The share closing once the odds are multiplied."""
    return share * age_ratio / (share * age_ratio + 1.0 - share)


def learn_odds(
    visits: Iterable[Visit],
    win_rates: Mapping[Stage, tuple[float, str]],
    slips: Mapping[Stage, Sequence[int]],
    as_of: date,
) -> dict[Stage, StageOdds]:
    """What the history up to `as_of` says of each open stage.

    `win_rates`: the office's stage table (rate, where from), the starting value. `slips`: days from expected to actual closing.
    Only what was known on that day counts: a deal that ended later is still open.
    """
    known = [_as_known(visit, as_of) for visit in visits if visit.entered_on <= as_of]
    return {
        stage: _learn_stage(
            stage, [visit for visit in known if visit.stage is stage], win_rates[stage], slips.get(stage, ()), as_of
        )
        for stage in OPEN_STAGES
    }


def _as_known(visit: Visit, as_of: date) -> Visit:
    left = visit.left_on if visit.left_on and visit.left_on <= as_of else None
    is_over = visit.ended_on is not None and visit.ended_on <= as_of
    return Visit(
        deal_id=visit.deal_id,
        stage=visit.stage,
        entered_on=visit.entered_on,
        left_on=left,
        ended_on=visit.ended_on if is_over else None,
        is_won=visit.is_won if is_over else None,
    )


def _learn_stage(
    stage: Stage, visits: Sequence[Visit], win_rate: tuple[float, str], slips: Sequence[int], as_of: date
) -> StageOdds:
    shipped, (rate, origin) = _TIMES[stage], win_rate
    won = [visit for visit in visits if visit.is_won]
    lost = [visit for visit in visits if visit.is_won is False]
    unended = [visit for visit in visits if visit.is_won is None]
    won_stay, lost_stay = _learn_span(shipped.won_stay, map(_stay, won)), _learn_span(shipped.lost_stay, map(_stay, lost))
    rate = min(max(rate, 0.001), 0.999)
    share = _share_with_open(rate, len(won), len(lost), [_age(visit, as_of) for visit in unended], won_stay, lost_stay)
    n_ended = len(won) + len(lost)
    told = f"{len(won)} of {n_ended} ended deals closed; starting value {rate:.0%} ({origin})" if n_ended else origin
    return StageOdds(
        stage=stage,
        wins=(PRIOR_DEALS + n_ended) * share,
        losses=(PRIOR_DEALS + n_ended) * (1 - share),
        n_won=len(won),
        n_lost=len(lost),
        n_open=len(unended),
        won_stay=won_stay,
        lost_stay=lost_stay,
        to_close=_learn_span(shipped.to_close, ((visit.ended_on - visit.entered_on).days for visit in won if visit.ended_on)),
        slip=_learn_slip(shipped.slip, slips),
        source=told,
    )


def _stay(visit: Visit) -> int:
    until = visit.left_on or visit.ended_on or visit.entered_on
    return (until - visit.entered_on).days


def _age(visit: Visit, as_of: date) -> int:
    return ((visit.left_on or as_of) - visit.entered_on).days


def _share_with_open(rate: float, n_won: int, n_lost: int, ages: Sequence[int], won_stay: Span, lost_stay: Span) -> float:
    """The share that closes, deals that are still open counted by their own chance (expectation maximisation).

    Without them a young office looks too good or too bad, because deals that are lost end at another pace than those that close.
    """
    ratios = [max(won_stay.survival(age), _LEAST_SURVIVAL) / max(lost_stay.survival(age), _LEAST_SURVIVAL) for age in ages]
    weight = PRIOR_DEALS + n_won + n_lost + len(ages)
    share = rate
    for _ in range(_EM_ROUNDS):
        share = (PRIOR_DEALS * rate + n_won + sum(with_age(share, ratio) for ratio in ratios)) / weight
    return share


def _learn_span(shipped: Span, days: Iterable[int]) -> Span:
    """The shipped span drawn towards the own times: means of logarithms, weighted by how many there are."""
    logs = [math.log(max(own, 1)) for own in days]
    weight, start = PRIOR_TIMES + len(logs), math.log(shipped.median_days)
    middle = (PRIOR_TIMES * start + sum(logs)) / weight
    off = PRIOR_TIMES * (shipped.spread**2 + (start - middle) ** 2) + sum((own - middle) ** 2 for own in logs)
    return Span(round(math.exp(middle), 6), round(math.sqrt(off / weight), 6), len(logs))


def _learn_slip(shipped: Slip, days: Sequence[int]) -> Slip:
    weight = PRIOR_TIMES + len(days)
    mean = (PRIOR_TIMES * shipped.mean_days + sum(days)) / weight
    off = PRIOR_TIMES * (shipped.spread_days**2 + (shipped.mean_days - mean) ** 2) + sum((own - mean) ** 2 for own in days)
    return Slip(round(mean, 6), round(math.sqrt(off / weight), 6), len(days))
