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
from engine.scoring.wording import value_words

N_SUGGESTIONS = 3
MOST_STEPS = 3  # more at once is no advice
_WIDE_BUDGET = 0.2
_KNOWN = "known"  # a way to reach the lead that he has not given yet: only that there is one counts


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do or learn: which feature it is about, what has to come of it, and the words for that."""

    feature: str
    value: float | str
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
    scorer = scorer.for_lead(lead, market=market, at=at)
    bands = bands or scorer.bands
    row, now = _probabilities(scorer, [lead], market, at)
    place = int(bands.places(now)[0])
    steps = [] if lead.is_do_not_contact or BAND_AT[place] is Band.HOT else feasible_steps(lead, row[0], market)
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


def feasible_steps(lead: Lead, row: Floats, market: Market) -> list[Step]:
    """What can be done or learnt about this lead, given what is known already."""
    makers = (_area, _timeline, _financing, _budget, _narrower, _contact, _reply, _proof, _appointment)
    return [step for make in makers for step in make(lead, row, market)]


def changed(lead: Lead, steps: Iterable[Step], at: datetime) -> Lead:
    """The lead as he would stand at `at` after these steps."""
    for step in steps:
        lead = _APPLY[step.feature](lead, step.value, at)
    return lead


def _probabilities(scorer: Scorer, leads: Sequence[Lead], market: Market, at: datetime) -> tuple[Floats, Floats]:
    matrix = features_of(frame_of(leads, market=market, at=at, vocabulary=scorer.bundle.vocabulary))
    return matrix, scorer.chances(leads, matrix, market=market, at=at)


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
    _, probability = _probabilities(scorer, [changed(lead, some, at) for some in sets], market, at)
    scores = scores_of(probability, *scorer.scale)
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


def _area(lead: Lead, _row: Floats, _market: Market) -> list[Step]:
    """How precise, never which: an area outside the service area is nothing to talk a lead out of."""
    if lead.location_specificity >= 3 or lead.in_service_area is False:
        return []
    return [Step("location_specificity", value, "one that we serve", 1) for value in _feasible("location_specificity")]


def _timeline(lead: Lead, _row: Floats, _market: Market) -> list[Step]:
    if lead.timeline_days is not None:
        return []
    return [Step("timeline_stated_days", days, f"within {days:.0f} days", 1) for days in _feasible("timeline_stated_days")]


def _financing(lead: Lead, _row: Floats, _market: Market) -> list[Step]:
    if lead.financing in (Financing.PRE_APPROVED, Financing.CASH):
        return []
    effort = 1 if lead.financing is None else 3
    return [Step("financing_status", word, str(word).replace("_", "-"), effort) for word in _feasible("financing_status")]


def _budget(lead: Lead, _row: Floats, market: Market) -> list[Step]:
    """A clear budget about the price of the property asked about, else about the market's median."""
    if lead.budget_low_cents is not None or lead.budget_high_cents is not None:
        return []
    middle = lead.listing_price_cents or market.median_price_cents
    return [_clear_budget("budget_to_market_ratio", middle * float(ratio)) for ratio in _feasible("budget_to_market_ratio")]


def _narrower(_lead: Lead, row: Floats, _market: Market) -> list[Step]:
    if not row[COLUMN["budget_specificity"]] > _WIDE_BUDGET:
        return []
    return [_clear_budget("budget_specificity", float(row[COLUMN["budget_midpoint"]]) * 100)]


def _clear_budget(feature: str, cents: float) -> Step:
    said, _ = value_words(COLUMN["budget_midpoint"], cents / 100, {})
    return Step(feature, round(cents), f"about {said}", 1)


def _contact(lead: Lead, _row: Floats, _market: Market) -> list[Step]:
    lacking = [name for name, value in (("phone", lead.phone), ("e-mail", lead.email)) if value is None]
    outcome = f"a valid {' and a valid '.join(lacking)}"
    return [Step("contactability", both, outcome, 1) for both in _feasible("contactability") if lacking]


def _reply(lead: Lead, row: Floats, _market: Market) -> list[Step]:
    if _out_of_reach(lead):
        return []
    answers = row[COLUMN["lead_reply_minutes"]]
    return [
        Step("lead_reply_minutes", most, "an answer within the hour", 2)
        for most in _feasible("lead_reply_minutes")
        if not answers <= float(most)
    ]


def _proof(lead: Lead, _row: Floats, _market: Market) -> list[Step]:
    return [Step("has_proof_of_funds", yes, "shown", 3) for yes in _feasible("has_proof_of_funds") if not lead.has_proof_of_funds]


def _appointment(lead: Lead, row: Floats, _market: Market) -> list[Step]:
    """Nobody comes who has never answered: for such a lead the appointment brings an answer with it."""
    if row[COLUMN["appointments_kept"]] >= 1 or _out_of_reach(lead):
        return []
    is_silent = bool(np.isnan(row[COLUMN["hours_since_last_inbound"]]))
    return [Step("appointments_kept", kept, "kept", 4 if is_silent else 3) for kept in _feasible("appointments_kept")]


def _out_of_reach(lead: Lead) -> bool:
    return lead.phone is None and lead.email is None


def _name_area(lead: Lead, specificity: float | str, _at: datetime) -> Lead:
    return replace(lead, location_specificity=int(specificity), in_service_area=True)


def _state_timeline(lead: Lead, days: float | str, _at: datetime) -> Lead:
    return replace(lead, timeline_days=int(days))


def _state_financing(lead: Lead, status: float | str, _at: datetime) -> Lead:
    return replace(lead, financing=Financing(str(status)))


def _name_budget(lead: Lead, middle_cents: float | str, _at: datetime) -> Lead:
    half = float(_feasible("budget_specificity")[0]) / 2
    low, high = (round(float(middle_cents) * (1 + side)) for side in (-half, half))
    return replace(lead, budget_low_cents=low, budget_high_cents=high)


def _complete_contact(lead: Lead, _both: float | str, _at: datetime) -> Lead:
    return replace(lead, phone=lead.phone or _KNOWN, email=lead.email or _KNOWN)


def _answer(lead: Lead, minutes: float | str, at: datetime) -> Lead:
    """We turned to the lead within the last hour, and he has answered now. What he said is left open."""
    channel = Channel.EMAIL if lead.phone is None else Channel.CALL
    since = at - timedelta(minutes=float(minutes))
    asked_at = min(max(since, lead.created_at or since), at)
    seq = _next_seq(lead)
    asked = Interaction(at=asked_at, channel=channel, direction=Direction.OUTBOUND, seq=seq)
    answer = Interaction(at=at, channel=channel, direction=Direction.INBOUND, seq=seq + 1)
    return replace(lead, interactions=(*lead.interactions, asked, answer))


def _show_proof(lead: Lead, _yes: float | str, _at: datetime) -> Lead:
    return replace(lead, has_proof_of_funds=True)


def _meet(lead: Lead, _kept: float | str, at: datetime) -> Lead:
    talks = [event for event in lead.interactions if event.channel not in (Channel.NOTE, Channel.APPOINTMENT) and event.at <= at]
    if not any(event.direction is Direction.INBOUND and not event.is_automated for event in talks):
        lead = _answer(lead, _feasible("lead_reply_minutes")[0], at)
    met = Interaction(at=at, channel=Channel.APPOINTMENT, direction=Direction.OUTBOUND, seq=_next_seq(lead), was_kept=True)
    return replace(lead, interactions=(*lead.interactions, met))


def _next_seq(lead: Lead) -> int:
    return 1 + max((event.seq for event in lead.interactions), default=0)


_APPLY: dict[str, Callable[[Lead, float | str, datetime], Lead]] = {
    "location_specificity": _name_area,
    "timeline_stated_days": _state_timeline,
    "financing_status": _state_financing,
    "budget_to_market_ratio": _name_budget,
    "budget_specificity": _name_budget,
    "contactability": _complete_contact,
    "lead_reply_minutes": _answer,
    "has_proof_of_funds": _show_proof,
    "appointments_kept": _meet,
}
