"""How the level of prices moved month by month, as the sales themselves tell it: data beside the price model, never inside its trees."""

from dataclasses import dataclass

import numpy as np

from engine.scoring.columns import Numbers

MONTH_DAYS = 30.4375
DAMPING = 0.8  # of last month's trend, how much is left after another month: no market rises for ever
_TREND_SPREAD = 0.015  # most months a market moves by less than a per cent and a half ...
_TURN_SPREAD = 0.0075  # ... and its pace changes by about half of that
_MIN_SALES_A_MONTH = 5


@dataclass(frozen=True, slots=True)
class MarketIndex:
    """The log level of prices at the middle of each month (months end with the last sale), and the trend at its end."""

    days: Numbers  # since 1970
    levels: Numbers
    trend: Numbers  # one value: log change a month, at the last level

    def at(self, days: Numbers) -> Numbers:
        """The level on these days: between the months, and forward from the last with the trend fading. NaN days take the last."""
        when = np.where(np.isnan(days), self.days[-1], days)
        ahead = np.maximum(0.0, when - self.days[-1]) / MONTH_DAYS
        level: Numbers = np.interp(when, self.days, self.levels)
        moved: Numbers = level + float(self.trend[0]) * DAMPING * (1.0 - DAMPING**ahead) / (1.0 - DAMPING)
        return moved


def flat_index() -> MarketIndex:
    """No movement: for sales without dates."""
    return MarketIndex(np.zeros(1), np.zeros(1), np.zeros(1))


def fit_index(left: Numbers, days: Numbers) -> MarketIndex:
    """From what a model without time left unexplained of each sale: the month's median, smoothed by how sure it is."""
    month = np.floor((days.max() - days) / MONTH_DAYS).astype(np.int64)
    n_months = int(month.max()) + 1
    level, weight = np.zeros(n_months), np.zeros(n_months)
    for place in range(n_months):
        mine = left[month == n_months - 1 - place]
        if len(mine) >= _MIN_SALES_A_MONTH:
            # The median's standard error; the floor keeps a month of equal leftovers from outweighing all others.
            spread = max(1.2533 * float(mine.std()) / np.sqrt(len(mine)), 1e-3)
            level[place], weight[place] = float(np.median(mine)), spread**-2
    smooth = _smooth(level, weight)
    middle = days.max() - MONTH_DAYS * (np.arange(n_months)[::-1] + 0.5)
    trend = smooth[-1] - smooth[-2] if n_months > 1 else 0.0
    return MarketIndex(middle, smooth, np.array([trend]))


def _smooth(level: Numbers, weight: Numbers) -> Numbers:
    """Weighted least squares with a price on movement and on changes of pace: thin months lean on their neighbours."""
    n_months = len(level)
    one, two = np.diff(np.eye(n_months), axis=0), np.diff(np.eye(n_months), n=2, axis=0)
    system = np.diag(weight) + one.T @ one / _TREND_SPREAD**2 + two.T @ two / _TURN_SPREAD**2 + 1e-6 * np.eye(n_months)
    solved: Numbers = np.linalg.solve(system, weight * level).astype(np.float64)
    return solved
