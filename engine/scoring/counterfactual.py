"""What would change the band: the smallest things an agent can do or learn, each tried on the lead himself and scored by the model.

Only features with an `action` in the registry are touched, and only towards their feasible values: never the source, never rooms,
never anything about who the lead is. It says what the model would say then, not that doing so makes anybody buy.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

import numpy as np

from engine.records import Band, Channel, Direction, Financing, Interaction, Lead, Market
from engine.scoring.features import COLUMN, FEATURES
from engine.scoring.frame import features_of, frame_of
from engine.scoring.kernels import Floats
from engine.scoring.scale import BAND_AT, Bands, scores_of
from engine.scoring.scorer import Scorer

N_SUGGESTIONS = 3
MOST_STEPS = 3  # more at once is no advice
_WIDE_BUDGET = 0.2
_KNOWN = "known"  # a way to reach the lead that he has not given yet: only that there is one counts


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do or learn: which feature it is about, the lead as he would then stand, and the words for it."""

    feature: str
    apply: Callable[[Lead], Lead]
    outcome: str
    effort: int  # 1 a question, 2 a call that is answered, 3 something the lead has to do

    @property
    def text(self) -> str:
        """What to do, and what has to come of it."""
        return f"{FEATURES[COLUMN[self.feature]].action} ({self.outcome})"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Steps that together lead to a probability, as the model gives it to the lead with those changes."""

    steps: tuple[Step, ...]
    text: str
    probability: float
    score: int
    band: Band

    @property
    def features(self) -> tuple[str, ...]:
        """What it is about, by the registry's names."""
        return tuple(step.feature for step in self.steps)


@dataclass(frozen=True, slots=True)
class Help:
    """What would lift a lead into a higher band, the smallest change first; where nothing would, what would help most."""

    probability: float
    band: Band
    suggestions: tuple[Suggestion, ...]
    most_helpful: Suggestion | None


def what_would_help(scorer: Scorer, lead: Lead, *, market: Market, at: datetime, bands: Bands | None = None) -> Help:
    """Try every feasible step on the lead, then pairs and threes, and keep the smallest that reach a higher band."""
    bands = bands or scorer.bundle.bands
    row, now = _probabilities(scorer, [lead], market, at)
    place = int(bands.places(now)[0])
    steps = [] if lead.is_do_not_contact or BAND_AT[place] is Band.HOT else feasible_steps(lead, row[0], market, at)
    found: list[Suggestion] = []
    singles: list[Suggestion] = []
    for size in range(1, MOST_STEPS + 1):
        tried = _tried(scorer, lead, _sets(steps, size, found), market, at, bands)
        singles = singles or tried
        found += _least([one for one in tried if BAND_AT.index(one.band) > place])
        if len(found) >= N_SUGGESTIONS:
            break
    best = max(singles, key=lambda one: one.probability, default=None)
    helps = best is not None and best.probability > float(now[0])
    return Help(float(now[0]), BAND_AT[place], tuple(found[:N_SUGGESTIONS]), best if helps and not found else None)


def feasible_steps(lead: Lead, row: Floats, market: Market, at: datetime) -> list[Step]:
    """What can be done or learnt about this lead, given what is known already."""
    makers = (_area, _timeline, _financing, _budget, _narrower, _contact, _reply, _proof, _appointment)
    return [step for make in makers for step in make(lead, row, market, at)]


def changed(lead: Lead, steps: Iterable[Step]) -> Lead:
    """The lead as he would stand after these steps."""
    for step in steps:
        lead = step.apply(lead)
    return lead


def _probabilities(scorer: Scorer, leads: Sequence[Lead], market: Market, at: datetime) -> tuple[Floats, Floats]:
    matrix = features_of(frame_of(leads, market=market, at=at, vocabulary=scorer.bundle.vocabulary))
    return matrix, scorer.probabilities(matrix)


def _sets(steps: Sequence[Step], size: int, found: Sequence[Suggestion]) -> list[tuple[Step, ...]]:
    """Steps about different things; none that only adds to what was found to be enough."""
    enough = [set(one.features) for one in found]
    sets = []
    for some in combinations(steps, size):
        features = {step.feature for step in some}
        if len(features) == size and not any(known <= features for known in enough):
            sets.append(some)
    return sets


def _tried(
    scorer: Scorer, lead: Lead, sets: Sequence[tuple[Step, ...]], market: Market, at: datetime, bands: Bands
) -> list[Suggestion]:
    if not sets:
        return []
    _, probability = _probabilities(scorer, [changed(lead, some) for some in sets], market, at)
    scores = scores_of(probability, scorer.bundle.scale_probability, scorer.bundle.scale_score)
    places = bands.places(probability)
    return [
        Suggestion(some, _sentence(some), float(p), int(score), BAND_AT[place])
        for some, p, score, place in zip(sets, probability, scores, places, strict=True)
    ]


def _least(enough: Sequence[Suggestion]) -> list[Suggestion]:
    """The least effort first, then the most that comes of it; of several values of the same thing, the easiest."""
    easiest: dict[frozenset[str], Suggestion] = {}
    for one in enough:
        easiest.setdefault(frozenset(one.features), one)
    return sorted(easiest.values(), key=lambda one: (sum(step.effort for step in one.steps), -one.probability, one.features))


def _sentence(steps: Sequence[Step]) -> str:
    parts = [step.text for step in steps]
    said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return said[:1].upper() + said[1:]


def _feasible(feature: str) -> tuple[float | str, ...]:
    return FEATURES[COLUMN[feature]].feasible


def _area(lead: Lead, _row: Floats, _market: Market, _at: datetime) -> list[Step]:
    """How precise, never which: an area outside the service area is nothing to talk a lead out of."""
    if lead.location_specificity >= 3 or lead.in_service_area is False:
        return []

    def step(specificity: int) -> Step:
        def name(who: Lead) -> Lead:
            return replace(who, location_specificity=specificity, in_service_area=True)

        return Step("location_specificity", name, "one that we serve", 1)

    return [step(int(value)) for value in _feasible("location_specificity")]


def _timeline(lead: Lead, _row: Floats, _market: Market, _at: datetime) -> list[Step]:
    if lead.timeline_days is not None:
        return []

    def step(days: int) -> Step:
        return Step("timeline_stated_days", lambda who: replace(who, timeline_days=days), f"within {days} days", 1)

    return [step(int(value)) for value in _feasible("timeline_stated_days")]


def _financing(lead: Lead, _row: Floats, _market: Market, _at: datetime) -> list[Step]:
    if lead.financing in (Financing.PRE_APPROVED, Financing.CASH):
        return []
    effort = 1 if lead.financing is None else 3

    def step(status: Financing) -> Step:
        return Step("financing_status", lambda who: replace(who, financing=status), status.value.replace("_", "-"), effort)

    return [step(Financing(str(value))) for value in _feasible("financing_status")]


def _budget(lead: Lead, _row: Floats, market: Market, _at: datetime) -> list[Step]:
    """A clear budget about the price of the property asked about, else about the market's median."""
    if lead.budget_low_cents is not None or lead.budget_high_cents is not None:
        return []
    middle = lead.listing_price_cents or market.median_price_cents

    def step(ratio: float) -> Step:
        cents = round(middle * ratio)
        return Step("budget_to_market_ratio", lambda who: _with_budget(who, cents), f"about ${cents / 100_000:,.0f}k", 1)

    return [step(float(value)) for value in _feasible("budget_to_market_ratio")]


def _narrower(_lead: Lead, row: Floats, _market: Market, _at: datetime) -> list[Step]:
    if not row[COLUMN["budget_specificity"]] > _WIDE_BUDGET:
        return []
    cents = round(float(row[COLUMN["budget_midpoint"]]) * 100)
    return [Step("budget_specificity", lambda who: _with_budget(who, cents), f"about ${cents / 100_000:,.0f}k", 1)]


def _with_budget(lead: Lead, middle_cents: int) -> Lead:
    half = float(_feasible("budget_specificity")[0]) / 2
    low, high = round(middle_cents * (1 - half)), round(middle_cents * (1 + half))
    return replace(lead, budget_low_cents=low, budget_high_cents=high)


def _contact(lead: Lead, _row: Floats, _market: Market, _at: datetime) -> list[Step]:
    lacking = [name for name, value in (("phone", lead.phone), ("e-mail", lead.email)) if value is None]
    if not lacking:
        return []

    def complete(who: Lead) -> Lead:
        return replace(who, phone=who.phone or _KNOWN, email=who.email or _KNOWN)

    return [Step("contactability", complete, f"a valid {' and a valid '.join(lacking)}", 1)]


def _reply(lead: Lead, row: Floats, _market: Market, at: datetime) -> list[Step]:
    most = float(_feasible("lead_reply_minutes")[0])
    if (lead.phone is None and lead.email is None) or row[COLUMN["lead_reply_minutes"]] <= most:
        return []
    return [Step("lead_reply_minutes", lambda who: _answered(who, most, at), "an answer within the hour", 2)]


def _answered(lead: Lead, minutes: float, at: datetime) -> Lead:
    """We turned to the lead within the last hour, and he has answered now. What he said is left open."""
    channel = Channel.EMAIL if lead.phone is None else Channel.CALL
    asked_at = max(at - timedelta(minutes=minutes), lead.created_at or at - timedelta(minutes=minutes))
    seq = 1 + max((event.seq for event in lead.interactions), default=0)
    asked = Interaction(at=min(asked_at, at), channel=channel, direction=Direction.OUTBOUND, seq=seq)
    answer = Interaction(at=at, channel=channel, direction=Direction.INBOUND, seq=seq + 1)
    return replace(lead, interactions=(*lead.interactions, asked, answer))


def _proof(lead: Lead, _row: Floats, _market: Market, _at: datetime) -> list[Step]:
    if lead.has_proof_of_funds:
        return []
    return [Step("has_proof_of_funds", lambda who: replace(who, has_proof_of_funds=True), "shown", 3)]


def _appointment(lead: Lead, row: Floats, _market: Market, at: datetime) -> list[Step]:
    """Nobody comes who has never answered: for such a lead the appointment brings an answer with it."""
    if row[COLUMN["appointments_kept"]] >= 1 or (lead.phone is None and lead.email is None):
        return []
    is_silent = bool(np.isnan(row[COLUMN["hours_since_last_inbound"]]))
    minutes = float(_feasible("lead_reply_minutes")[0])

    def meet(who: Lead) -> Lead:
        heard = not is_silent or any(event.direction is Direction.INBOUND and event.at == at for event in who.interactions)
        who = who if heard else _answered(who, minutes, at)
        seq = 1 + max((event.seq for event in who.interactions), default=0)
        met = Interaction(at=at, channel=Channel.APPOINTMENT, direction=Direction.OUTBOUND, seq=seq, was_kept=True)
        return replace(who, interactions=(*who.interactions, met))

    return [Step("appointments_kept", meet, "kept", 3 if not is_silent else 4)]
