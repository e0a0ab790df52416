"""Many deals through the waterfall: caps and yearly fees fill up in the order of closing days, each agent's from his own anniversary."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from engine.commission.waterfall import CAP, CapUsage, waterfall
from engine.records.deal import AgentTerms, DealTerms, Line, Party, Plan, RuleKind, Share, Statement

NO_PLAN = Plan(name="Everything to the agent", steps=(), source="shipped: holds until you choose a plan")
_NEVER = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a closed deal (or a reversal, in negative amounts) added to its agents' meters, and when."""

    closed_on: date
    used: tuple[tuple[str, str, int], ...]


class Meters:
    """What each agent has paid so far in each of his cap years."""

    def __init__(self, agents: Iterable[AgentTerms] = ()) -> None:
        self._terms = {terms.agent: terms for terms in agents}
        self._used: defaultdict[tuple[str, date], dict[str, int]] = defaultdict(dict)
        for terms in self._terms.values():
            if terms.opening_on and terms.opening_used_cents:
                self._used[(terms.agent, self._year(terms.agent, terms.opening_on))][CAP] = terms.opening_used_cents

    def usage(self, agents: Iterable[str], on: date) -> CapUsage:
        """What these agents' meters show on a day, as the waterfall reads it."""
        meters = ((agent, self._used.get((agent, self._year(agent, on)), {})) for agent in set(agents))
        return {(agent, meter): cents for agent, used in meters for meter, cents in used.items()}

    def add(self, used: Iterable[tuple[str, str, int]], on: date) -> None:
        """Move meters on by what a deal that closes on this day adds; what an opening amount already holds isn't counted again."""
        for agent, meter, cents in used:
            opening = self._opening(agent)
            year = self._year(agent, on)
            if meter == CAP and opening and on < opening and year == self._year(agent, opening):
                continue
            shown = self._used[(agent, year)]
            shown[meter] = shown.get(meter, 0) + cents

    def cap_cents(self, agent: str) -> int | None:
        """The agent's own cap, if he has one."""
        terms = self._terms.get(agent)
        return terms.cap_cents if terms else None

    def _opening(self, agent: str) -> date | None:
        terms = self._terms.get(agent)
        return terms.opening_on if terms else None

    def _year(self, agent: str, on: date) -> date:
        terms = self._terms.get(agent)
        return cap_year(terms.anniversary_on if terms else None, on)


def cap_year(anniversary_on: date | None, on: date) -> date:
    """The day on which the cap year that `on` falls into began; calendar years without an anniversary."""
    if anniversary_on is None:
        return date(on.year, 1, 1)
    begins = _in_year(anniversary_on, on.year)
    return begins if begins <= on else _in_year(anniversary_on, on.year - 1)


def plan_on(plans: Sequence[Plan], on: date | None) -> Plan:
    """The plan that holds on a day: the one that became effective last, of those the one set last; `NO_PLAN` before the first.

    A deal without a day is taken to close after every plan's first day.
    """
    began = [plan for plan in plans if plan.effective_on is None or on is None or plan.effective_on <= on]
    return max(began, key=lambda plan: (plan.effective_on or date.min, plan.plan_id), default=NO_PLAN)


def statements(
    plans: Sequence[Plan], deals: Sequence[DealTerms], *, agents: Sequence[AgentTerms] = (), settled: Iterable[Settled] = ()
) -> list[Statement]:
    """The statement of each deal, in the order given. Settled deals count first; then the others in the order of their closing days.

    A deal without a day comes last, in the cap year of the latest day known; one whose day has passed counts as of that latest day.
    """
    entries = list(settled)
    meters, days = Meters(agents), closing_days(deals, entries)
    for entry in entries:
        meters.add(entry.used, entry.closed_on)
    places = sorted(range(len(deals)), key=lambda place: (deals[place].counts_on or _NEVER, deals[place].deal_id, place))
    found: dict[int, Statement] = {}
    for place in places:
        on = days[place]
        plan = plan_on(plans, on if on > date.min else None)
        found[place] = statement(plan, deals[place], meters, on)
        meters.add(found[place].used, on)
    return [found[place] for place in range(len(deals))]


def closing_days(deals: Sequence[DealTerms], settled: Iterable[Settled] = ()) -> list[date]:
    """The day as of which each deal counts: when it closed, else its expected day, but not before the latest day known to have come."""
    known = [day for deal in deals if (day := _known_day(deal))]
    latest = max([date.min, *(entry.closed_on for entry in settled), *known])
    return [deal.closed_on or max(deal.counts_on or latest, latest) for deal in deals]


def statement(plan: Plan, deal: DealTerms, meters: Meters, on: date) -> Statement:
    """One deal's statement as of a day, with its agents' own caps; moves no meter."""
    shares = tuple(_with_cap(share, meters) for share in deal.shares)
    owners = [share.agent for share in shares] + [plan.lead_broker or "lead broker"]
    return waterfall(plan, replace(deal, shares=shares), meters.usage(owners, on))


def telling_usage(plan: Plan, deal: DealTerms, meters: Meters, on: date) -> object:
    """Of what the deal's people have paid so far, as much as the plan can tell apart: beyond its last threshold a meter says nothing more.

    Two states of the meters with the same answer give the same lines, apart from the caps shown.
    """
    owners = {*(share.agent for share in deal.shares), plan.lead_broker or "lead broker"}
    limits = plan_limits(plan)
    own = max([limits.get(CAP, 0), *(share.cap_cents or 0 for share in deal.shares)])
    caps = {owner: max(own, meters.cap_cents(owner) or 0) for owner in owners}
    usage = meters.usage(owners, on)
    told = ((key, min(cents, caps[key[0]] if key[1] == CAP else limits.get(key[1], 0))) for key, cents in usage.items())
    return plan.plan_id, tuple(sorted(one for one in told if one[1]))


@lru_cache(maxsize=64)
def plan_limits(plan: Plan) -> Mapping[str, int]:
    """The last amount at which each meter still changes what the plan takes; meters that change nothing are left out."""
    found: dict[str, int] = {}
    for step in plan.steps:
        meter = CAP if step.kind is RuleKind.BROKER_SPLIT else step.rule
        amounts = (step.cap_cents, step.reduced_after_cents, *(tier.from_cents for tier in step.tiers))
        found[meter] = max(found.get(meter, 0), *(amount or 0 for amount in amounts))
    return found


def reversed_statement(taken_back: Statement) -> Statement:
    """The entry that takes a statement back: every amount negative, caps given back; nothing of the first one is changed."""
    less = replace(
        taken_back,
        gci_lines=tuple(_negative(line) for line in taken_back.gci_lines),
        lines=tuple(_negative(line) for line in taken_back.lines),
        pays=tuple(replace(pay, gross_cents=-pay.gross_cents, net_cents=-pay.net_cents) for pay in taken_back.pays),
        used=tuple((agent, meter, -cents) for agent, meter, cents in taken_back.used),
        caps=(),
        is_reversal=True,
    )
    sums = ("side_gci", "adjusted_gci", "agent_net", "brokerage", "lead_broker_net", "referral", "franchise", "other")
    return replace(less, **{f"{name}_cents": -getattr(taken_back, f"{name}_cents") for name in sums})


def lead_broker_total_cents(plan: Plan, statement: Statement) -> int:
    """What the lead broker has of a deal in all: from team splits, from his own part as an agent, and the brokerage's if it is his."""
    own = statement.net_of(plan.lead_broker) if plan.lead_broker else 0
    return statement.lead_broker_net_cents + own + (statement.brokerage_cents if plan.lead_broker_owns_brokerage else 0)


def statement_json(statement: Statement) -> Mapping[str, object]:
    """A statement as scripts read it (the outside interface); `lines` add up to `side_gci_cents`."""
    first = statement.caps[0] if statement.caps else None
    return {
        "deal": statement.deal,
        "plan": statement.plan,
        "side_gci_cents": statement.side_gci_cents,
        "adjusted_gci_cents": statement.adjusted_gci_cents,
        "gci_lines": [line_json(line) for line in statement.gci_lines],
        "lines": [line_json(line) for line in statement.lines],
        "agents": [{"agent": pay.name, "gross_cents": pay.gross_cents, "net_cents": pay.net_cents} for pay in statement.pays],
        "agent_net_cents": statement.agent_net_cents,
        "brokerage_cents": statement.brokerage_cents,
        "lead_broker_net_cents": statement.lead_broker_net_cents,
        "referral_cents": statement.referral_cents,
        "franchise_cents": statement.franchise_cents,
        "other_cents": statement.other_cents,
        "cap": {"agent": first.agent, "used_cents": first.used_cents, "left_cents": first.left_cents} if first else None,
        "caps": [{"agent": cap.agent, "used_cents": cap.used_cents, "left_cents": cap.left_cents} for cap in statement.caps],
    }


def line_json(line: Line) -> Mapping[str, object]:
    """One line: its rule, its basis, its rate or flat amount, what that came to, and to whom."""
    how: dict[str, object] = {"flat_cents": line.flat_cents} if line.rate is None else {"rate": line.rate}
    shown: dict[str, object] = {"rule": line.rule, "basis_cents": line.basis_cents, **how, "amount_cents": line.amount_cents}
    shown["to"] = line.agent if line.to is Party.AGENT else line.to.value
    if line.agent and line.to is not Party.AGENT:
        shown["from"] = line.agent
    return {**shown, "note": line.note} if line.note else shown


def _known_day(deal: DealTerms) -> date | None:
    """A day that this deal shows to have come: when it closed, else when it was opened."""
    return deal.closed_on or (deal.opened_at.date() if deal.opened_at else None)


def _with_cap(share: Share, meters: Meters) -> Share:
    own = meters.cap_cents(share.agent)
    return share if own is None else replace(share, cap_cents=own)


def _negative(line: Line) -> Line:
    return replace(line, amount_cents=-line.amount_cents, note="; ".join(part for part in ("taken back", line.note) if part))


def _in_year(anniversary_on: date, year: int) -> date:
    try:
        return anniversary_on.replace(year=year)
    except ValueError:  # February 29 in a year that has none
        return date(year, 2, 28)
