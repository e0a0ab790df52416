"""GCI: price times rate, to the cent."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.commission.plan import estimate, gci_cents


def test_six_percent_of_525_thousand_is_31_500_dollars():
    assert gci_cents(52_500_000, 0.06) == 3_150_000


def test_half_a_cent_is_rounded_up():
    assert gci_cents(25, 0.02) == 1  # 0.5 cents
    assert gci_cents(24, 0.02) == 0  # 0.48 cents


def test_an_expected_commission_is_the_gci_times_the_odds_and_says_what_it_rests_on():
    found = estimate(52_500_000, 0.1, rate=0.06, rate_source="default")
    assert (found.gci_cents, found.expected_cents, found.is_assumed) == (3_150_000, 315_000, True)


@given(price=st.integers(0, 10**12), parts=st.integers(0, 150_000))
def test_gci_is_within_half_a_cent_of_the_exact_product(price, parts):
    exact = Fraction(price) * Fraction(parts, 1_000_000)
    assert abs(gci_cents(price, parts / 1_000_000) - exact) <= Fraction(1, 2)
