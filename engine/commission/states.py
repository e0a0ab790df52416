"""What a state asks of agreements and of standing for both sides: dated data with its source. A broker confirms the law; we only remind."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from engine.commission.plan import share_cents
from engine.records.deal import Agreement, DealSide, DealTerms, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class StateProfile:
    """One state's rules from a day on."""

    state: str
    name: str
    valid_from: date
    buyer_agreement_months: int | None  # the longest a buyer agreement with a person may run
    showing_only_days: int | None
    permits_both_sides: bool
    both_sides_note: str
    source: str


PROFILES = (
    StateProfile(
        state="CA",
        name="California",
        valid_from=date(2025, 1, 1),
        buyer_agreement_months=3,
        showing_only_days=None,
        permits_both_sides=True,
        both_sides_note="dual agency, with both clients' written consent",
        source="AB 2992 (2024), in force January 1, 2025; dual agency: Civil Code 2079.13 and following",
    ),
    StateProfile(
        state="TX",
        name="Texas",
        valid_from=date(2026, 1, 1),
        buyer_agreement_months=None,
        showing_only_days=14,
        permits_both_sides=True,
        both_sides_note="only as an intermediary, with both clients' written consent",
        source="SB 1968 (2025), in force January 1, 2026; intermediaries: Occupations Code 1101.559",
    ),
)
NATIONAL = (
    "NAR settlement, in force August 17, 2024: pay is stated in the buyer agreement and no more may be received from any source"
)
_SOON = timedelta(days=14)


def profile_of(state: str, on: date) -> StateProfile | None:
    """The state's profile on a day; None when none is shipped or it wasn't in force yet."""
    found = [profile for profile in PROFILES if profile.state == state.upper() and profile.valid_from <= on]
    return max(found, key=lambda profile: profile.valid_from, default=None)


def agreement_problems(agreement: Agreement) -> list[str]:
    """What the state's profile or plain sense says against an agreement, in sentences; none when it may be recorded."""
    found = []
    if agreement.expires_on < agreement.signed_on:
        found.append("It expires before it is signed")
    if (agreement.rate is None) == (agreement.flat_cents is None):
        found.append("State the pay as either a rate or an amount, not a range and not open-ended")
    profile = profile_of(agreement.state, agreement.signed_on)
    if profile is None or agreement.side is DealSide.LISTING:
        return found
    longest = profile.buyer_agreement_months
    if longest and not agreement.is_entity and agreement.expires_on > add_months(agreement.signed_on, longest):
        found.append(f"In {profile.name} a buyer agreement with a person runs {longest} months at most ({profile.source})")
    days = profile.showing_only_days
    if agreement.is_showing_only and days and agreement.expires_on > agreement.signed_on + timedelta(days=days):
        found.append(f"In {profile.name} a showing-only agreement runs {days} days at most ({profile.source})")
    return found


def side_problem(side: DealSide, state: str, on: date) -> str:
    """Why the office may not stand for both sides there; empty when it may."""
    if side is not DealSide.BOTH:
        return ""
    profile = profile_of(state, on)
    if profile is None:
        return f"No profile of {state or 'this state'} says that one office may stand for both sides"
    return "" if profile.permits_both_sides else f"In {profile.name} one office may not stand for both sides"


def agreement_state(agreement: Agreement, on: date) -> str:
    """Where an agreement stands on a day: `ended`, `expired`, `soon` (14 days or less), `running`, or `ahead` of its signing."""
    if agreement.ended_on and agreement.ended_on <= on:
        return "ended"
    if agreement.expires_on < on:
        return "expired"
    if agreement.signed_on > on:
        return "ahead"
    return "soon" if agreement.expires_on - on <= _SOON else "running"


def agreed_cents(agreement: Agreement, price_cents: int) -> int:
    """The most that may be received under an agreement at this price, from all payers together."""
    return agreement.flat_cents if agreement.flat_cents is not None else share_cents(price_cents, agreement.rate or 0.0)


def over_agreed_cents(deal: DealTerms, statement: Statement) -> int:
    """By how much a deal's pay is over what was agreed with the client; 0 when it isn't, or nothing was agreed."""
    agreement = deal.agreement
    if agreement is None or statement.is_reversal:
        return 0
    received = statement.side_gci_cents
    if deal.side is DealSide.BOTH and agreement.side is not DealSide.BOTH and deal.flat_cents is None:
        rate = deal.buyer_rate if agreement.side is DealSide.BUYER else deal.rate
        received = share_cents(deal.price_cents or 0, rate)
    return max(0, received - agreed_cents(agreement, deal.price_cents or 0))


def add_months(on: date, months: int) -> date:
    """The same day so many months later, or that month's last."""
    year, month = divmod(on.month - 1 + months, 12)
    year, month = on.year + year, month + 1
    return date(year, month, min(on.day, calendar.monthrange(year, month)[1]))
