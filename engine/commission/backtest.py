"""Did past forecasts hold? Coverage of the bands and bias of the means, judged against what they would be if the odds were right.

A band of a lumpy amount holds more than 80 % even when it is right (a week in which nothing is likely to close has the band 0 to 0), so
each forecast says itself how much of it lies in its band, and the outcomes are judged against that.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

HORIZONS = (7, 28, 91)  # days
FEWEST_WINDOWS = 8
FALSE_ALARM = 0.005  # of each test, were the odds right; three horizons with two tests each make about 3 in 100 together
_BIAS_LIMIT = 2.81  # standard errors that right odds exceed 5 times in 1,000


class Health(StrEnum):
    """What a back-test says."""

    NOT_ENOUGH = "not_enough"
    HOLDS = "holds"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Window:
    """What one night said of the days after it, and what came of the deals known that night. Cents; `inside` is a share."""

    as_of: date
    days: int
    p10: int
    p50: int
    p90: int
    mean: int
    spread: int
    inside: float
    came: int

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return self.as_of + timedelta(days=self.days - 1)

    @property
    def is_inside(self) -> bool:
        """Whether what came lies in the band."""
        return self.p10 <= self.came <= self.p90


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The back-test of one horizon, on windows that don't overlap. `low` and `high`: the coverage that right odds would stay within."""

    days: int
    n: int
    n_inside: int
    coverage: float | None
    expected: float | None
    low: float | None
    high: float | None
    said_cents: int
    came_cents: int
    bias: float | None  # (came − said) / said: under 0 the forecasts were too rosy
    bias_errors: float | None  # the same in standard errors
    health: Health
    sentence: str
    windows: tuple[Window, ...] = ()  # those it was judged by, the oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """All horizons; the first one's figures (weeks) stand for the whole, the alarm is any horizon's."""

    bands: tuple[Band, ...]
    n_weeks: int

    @property
    def health(self) -> Health:
        """Alarm if any horizon has one; not enough while none has enough."""
        found = {band.health for band in self.bands}
        return next(state for state in (Health.ALARM, Health.HOLDS, Health.NOT_ENOUGH) if state in found)

    @property
    def sentence(self) -> str:
        """What to say of it in one sentence: the worst news, else the week's."""
        return next((band.sentence for band in self.bands if band.health is self.health), "")


def backtest(windows: Sequence[Window]) -> Backtest:
    """Judge the windows that are over. Nights may be missing; windows of one horizon that overlap count once."""
    bands = tuple(_judge(days, apart([window for window in windows if window.days == days])) for days in HORIZONS)
    return Backtest(bands=bands, n_weeks=bands[0].n)


def apart(windows: Sequence[Window]) -> list[Window]:
    """The windows from the first on, those left out that begin before the one before has ended."""
    kept: list[Window] = []
    for window in sorted(windows, key=lambda one: one.as_of):
        if not kept or window.as_of > kept[-1].ends_on:
            kept.append(window)
    return kept


def likely_counts(shares: Sequence[float], tail: float = FALSE_ALARM / 2) -> tuple[int, int]:
    """Between how many windows lie inside if each does so with its own share: all but `tail` on either side (Poisson binomial)."""
    chances = [1.0]
    for share in shares:
        stay, step = [chance * (1 - share) for chance in chances], [chance * share for chance in chances]
        chances = [a + b for a, b in zip([*stay, 0.0], [0.0, *step], strict=True)]
    below, low, high = 0.0, 0, len(shares)
    for count, chance in enumerate(chances):
        if below + chance < tail:
            low = count + 1
        if below < 1 - tail:
            high = count
        below += chance
    return min(low, len(shares)), high


def _judge(days: int, windows: Sequence[Window]) -> Band:
    n, n_inside = len(windows), sum(window.is_inside for window in windows)
    said, came = sum(window.mean for window in windows), sum(window.came for window in windows)
    error = math.sqrt(sum(window.spread**2 for window in windows))
    bias, errors = (came - said) / said if said else None, (came - said) / error if error else None
    low, high = likely_counts([window.inside for window in windows])
    health = _health(n, n_inside, low, high, errors)
    return Band(
        days=days,
        n=n,
        n_inside=n_inside,
        coverage=n_inside / n if n else None,
        expected=sum(window.inside for window in windows) / n if n else None,
        low=low / n if n else None,
        high=high / n if n else None,
        said_cents=said,
        came_cents=came,
        bias=bias,
        bias_errors=errors,
        health=health,
        sentence=_sentence(days, n, n_inside, low, high, bias, health),
        windows=tuple(windows),
    )


def _health(n: int, n_inside: int, low: int, high: int, errors: float | None) -> Health:
    if n < FEWEST_WINDOWS:
        return Health.NOT_ENOUGH
    is_off = not low <= n_inside <= high or (errors is not None and abs(errors) > _BIAS_LIMIT)
    return Health.ALARM if is_off else Health.HOLDS


def _sentence(days: int, n: int, n_inside: int, low: int, high: int, bias: float | None, health: Health) -> str:
    windows = {7: "week", 28: "four-week window", 91: "quarter"}.get(days, f"{days}-day window")
    if health is Health.NOT_ENOUGH:
        return f"Not enough yet: {n} of the {FEWEST_WINDOWS} past {windows}s needed to judge"
    told = f"{n_inside} of {n} past {windows}s lay in the band; right odds put {low} to {high} there"
    if health is Health.HOLDS or bias is None:
        return told
    way = "less came than was said: the odds are too rosy" if bias < 0 else "more came than was said: the odds are too cautious"
    return f"{told}; in all {abs(bias):.0%} {way}"
