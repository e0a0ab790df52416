"""Who gets a lead: the office's rules in their order, each person's turn, capacity and absence. Every answer says why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from engine.records import Lead
from engine.records.inbox import RoutingPlan, RoutingRule, RoutingShare, RoutingStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What routing knows of a person at a moment."""

    name: str
    n_open: int = 0  # leads with him that nobody has finished
    is_absent: bool = False
    is_disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who gets the lead (None: nobody), by which rule, every step on the way, and the turns after it."""

    user_id: int | None
    rule: str
    steps: tuple[RoutingStep, ...]
    turns: Mapping[int, float] = field(default_factory=dict)


def choose(
    plan: RoutingPlan,
    lead: Lead,
    *,
    price_cents: int | None,
    desks: Mapping[int, Desk],
    turns: Mapping[str, Mapping[int, float]],
    leaving_out: Collection[int] = (),
) -> Choice:
    """Go through the rules: the first that fits and has somebody free takes the lead. `leaving_out`: who had him already."""
    steps: list[RoutingStep] = []
    for rule in plan.rules:
        misfit = why_not(rule, lead, price_cents)
        steps.append(RoutingStep(rule=rule.name, has_matched=not misfit, why=misfit or _why(rule)))
        if misfit:
            continue
        free = [share for share in rule.shares if _is_free(plan, rule, share, desks, leaving_out, steps)]
        if not free:
            steps.append(RoutingStep(rule=rule.name, has_matched=False, why="Nobody of this rule is free"))
            continue
        user_id, after = take_turn(free, turns.get(rule.name, {}))
        steps.append(RoutingStep(rule=rule.name, has_matched=True, why=f"{desks[user_id].name}'s turn"))
        return Choice(user_id=user_id, rule=rule.name, steps=tuple(steps), turns=after)
    return Choice(user_id=None, rule="", steps=(*steps, RoutingStep(rule="", has_matched=False, why="Left for anybody to claim")))


def why_not(rule: RoutingRule, lead: Lead, price_cents: int | None) -> str:
    """Why the rule doesn't fit the lead; empty when it does. What a rule asks for and nobody knows of the lead doesn't fit."""
    if not rule.is_on:
        return "Switched off"
    if rule.sources and lead.source not in rule.sources:
        asked = ", ".join(source.value.replace("_", " ") for source in rule.sources)
        return f"Source is {lead.source.value.replace('_', ' ') if lead.source else 'unknown'}, not {asked}"
    return _wrong_place(rule, lead) or _wrong_price(rule, price_cents)


def take_turn(shares: Collection[RoutingShare], turns: Mapping[int, float]) -> tuple[int, dict[int, float]]:
    """Smooth weighted round-robin (as in nginx): everybody gains his weight, the richest is served and pays the sum of the weights.

    Over any run with the same people each gets his share to within one lead, and nobody gets his all in one go.
    """
    gained = {share.user_id: turns.get(share.user_id, 0.0) + share.weight for share in shares}
    chosen = max(gained, key=lambda user_id: (gained[user_id], -user_id))
    gained[chosen] -= sum(share.weight for share in shares)
    return chosen, {**turns, **gained}


def _wrong_place(rule: RoutingRule, lead: Lead) -> str:
    if not (rule.cities or rule.zip_prefixes):
        return ""
    cities = {city.casefold() for city in rule.cities}
    if lead.city.casefold() in cities or (lead.zip_code and lead.zip_code.startswith(rule.zip_prefixes or ("-",))):
        return ""
    where = " ".join(part for part in (lead.city, lead.zip_code) if part) or "unknown"
    return f"Place is {where}, not {', '.join((*rule.cities, *(f'{prefix}…' for prefix in rule.zip_prefixes)))}"


def _wrong_price(rule: RoutingRule, price_cents: int | None) -> str:
    low, high = rule.price_from_cents, rule.price_below_cents
    if low is None and high is None:
        return ""
    if price_cents is None:
        return "Price is unknown"
    if low is not None and price_cents < low:
        return f"Price is ${price_cents // 100:,}, below ${low // 100:,}"
    return f"Price is ${price_cents // 100:,}, not below ${high // 100:,}" if high is not None and price_cents >= high else ""


def _why(rule: RoutingRule) -> str:
    asked = []
    if rule.sources:
        asked.append("source")
    if rule.cities or rule.zip_prefixes:
        asked.append("place")
    if rule.price_from_cents is not None or rule.price_below_cents is not None:
        asked.append("price")
    return f"Fits by {' and '.join(asked)}" if asked else "Takes every lead"


def _is_free(
    plan: RoutingPlan,
    rule: RoutingRule,
    share: RoutingShare,
    desks: Mapping[int, Desk],
    leaving_out: Collection[int],
    steps: list[RoutingStep],
) -> bool:
    """Whether this person can take one more now; when not, a step says why."""
    desk = desks.get(share.user_id)
    most = plan.capacity.get(share.user_id)
    if desk is None or desk.is_disabled:
        why = "has no account that is open" if desk else "is not here any more"
    elif share.weight <= 0:
        why = "has weight 0"
    elif share.user_id in leaving_out:
        why = "had this lead already"
    elif desk.is_absent:
        why = "is absent"
    elif most is not None and desk.n_open >= most:
        why = f"has {desk.n_open:,} open leads, the most is {most:,}"
    else:
        return True
    steps.append(RoutingStep(rule=rule.name, has_matched=False, why=f"{desk.name if desk else f'Person {share.user_id}'} {why}"))
    return False
