"""What a deal pays: gross commission income (GCI) of a price at a rate. Splits, caps and fees build on it."""

import numpy as np
from numpy.typing import NDArray

from engine.records import CommissionEstimate

DEFAULT_RATE = 0.06  # the configured default until Jorge sets another one; always shown as assumed
_PARTS = 1_000_000


def gci_cents(price_cents: int, rate: float) -> int:
    """Price times rate in whole cents, half a cent rounded up. The rate is exact to a millionth."""
    return share_cents(price_cents, rate)


def share_cents(amount_cents: int, rate: float) -> int:
    """A share of an amount in whole cents, half a cent rounded up. The rate is exact to a millionth, so arrays can do the same."""
    return (amount_cents * round(rate * _PARTS) + _PARTS // 2) // _PARTS


def estimate(price_cents: int, probability: float, *, rate: float, rate_source: str) -> CommissionEstimate:
    """The GCI of a deal at this price, and what it is worth given the odds that it closes."""
    gci = gci_cents(price_cents, rate)
    return CommissionEstimate(
        price_cents=price_cents,
        rate=rate,
        rate_source=rate_source,
        gci_cents=gci,
        expected_cents=round(gci * probability),
    )


def estimate_columns(
    price_cents: NDArray[np.int64], probability: NDArray[np.float64], *, rate: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """GCI and expected GCI of many deals, in cents: each as `estimate` says it of one."""
    gci = (price_cents.astype(np.int64) * round(rate * _PARTS) + _PARTS // 2) // _PARTS
    return gci, np.rint(gci * probability).astype(np.int64)
