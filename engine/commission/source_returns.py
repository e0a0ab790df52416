"""What a source has returned and may yet return for what it cost. Pure figures; knows no store.

The range of what is pending is that of deals closing or not by their own odds, drawn with a fixed seed: each as often as its chance says,
one independent of the other. How sure the odds themselves are is told on the Forecast page, not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

N_DRAWS = 4_000
MOST_DRAWN = 400  # of more deals the sum is as good as normal
_SEED = 20_260_301
_P90 = 1.2816
ENOUGH_LEADS = 20  # below that a share of leads says nothing that a person should act on
ENOUGH_STAYS = 5


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `n` with Wilson's 90 % interval; `rate` is None while `n` is under `needed`."""

    n_hits: int
    n: int
    needed: int
    rate: float | None
    low: float | None
    high: float | None


def share(n_hits: int, n: int, needed: int = ENOUGH_LEADS) -> Share:
    """A share with its interval, or that there is not enough to say one."""
    if n < max(1, needed):
        return Share(n_hits, n, needed, None, None, None)
    z, rate = 1.6449, n_hits / n
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Share(n_hits, n, needed, rate, max(0.0, middle - half), min(1.0, middle + half))


def pending_range(deals: Sequence[tuple[float, float]]) -> tuple[int, int, int]:
    """P10, mean and P90 in cents of what pending deals, as (GCI in cents, chance), will bring."""
    if not deals:
        return 0, 0, 0
    cents, chance = np.array(deals, np.float64).T
    mean = float(cents @ chance)
    if len(deals) > MOST_DRAWN:
        reach = _P90 * float(np.sqrt((cents**2) @ (chance * (1 - chance))))
        return round(max(0.0, mean - reach)), round(mean), round(mean + reach)
    drawn = (np.random.default_rng(_SEED).random((N_DRAWS, len(deals))) < chance) @ cents
    low, high = np.quantile(drawn, (0.1, 0.9), method="nearest")
    return round(low), round(mean), round(high)


def returned(gci_cents: int, spend_cents: int | None) -> float | None:
    """GCI for each dollar spent; None where nothing was."""
    return gci_cents / spend_cents if spend_cents else None
