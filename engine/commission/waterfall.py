"""What a deal pays to whom: GCI, then a plan's steps in the plan's own order. Exact integer cents; a pure function of facts.

Every step takes money from *streams*: each agent's part of the deal, and the lead broker's part once a team split has made one. A
team split before the broker split lets both parts pay the brokerage; after it, the brokerage is paid first. What a step takes is
rounded to the cent, half a cent up, and never more than there is; so lines always add up to the GCI.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.commission.plan import gci_cents, share_cents
from engine.records.deal import (
    AgentPay,
    Basis,
    CapCount,
    CapState,
    DealSide,
    DealTerms,
    FeePer,
    Line,
    Party,
    Plan,
    PlanStep,
    ReferralBasis,
    RuleKind,
    Share,
    Statement,
)

CAP = "cap"  # the meter of the broker split; every other meter is called like its step's rule
CapUsage = Mapping[tuple[str, str], int]  # (agent, meter) → cents in the agent's present cap year
_OFF_THE_TOP = (RuleKind.REFERRAL, RuleKind.FRANCHISE)
_PARTS = 1_000_000


@dataclass(slots=True)
class _Stream:
    """Money on its way to one agent, or to the lead broker."""

    owner: str
    weight: int  # his part of the deal, in parts of `_Flow.weights`; 0 for the lead broker's stream
    is_lead: bool
    cap_cents: int | None
    gci: int
    adjusted: int
    left: int
    gross: int = 0


class _Flow:
    """One deal on its way through the steps: the pool, then the streams, the lines written and the meters moved."""

    def __init__(self, plan: Plan, deal: DealTerms, usage: CapUsage, gci: int) -> None:
        self.plan, self.deal = plan, deal
        self.before = usage
        self.added: dict[tuple[str, str], int] = {}
        self.lines: list[Line] = []
        self.pool = _Stream("", 0, False, None, gci, gci, gci, gci)
        self.streams: list[_Stream] = []
        self.rounding = 0
        self.shares = deal.shares or (Share(agent=plan.lead_broker or "agent"),)
        self.weights = [round(share.rate * _PARTS) for share in self.shares]

    def used(self, agent: str, meter: str) -> int:
        """What the agent's meter shows now, this deal included."""
        key = (agent, meter)
        return self.before.get(key, 0) + self.added.get(key, 0)

    def add(self, agent: str, meter: str, cents: int) -> None:
        """Move an agent's meter on."""
        if cents:
            self.added[(agent, meter)] = self.added.get((agent, meter), 0) + cents


def waterfall(plan: Plan, deal: DealTerms, usage: CapUsage | None = None) -> Statement:
    """The statement of one deal, given what its agents' meters show before it (`CapUsage`, empty at the start of a cap year).

    A deal without a known price and flat amount pays nothing. Meters after the deal are `usage` plus the statement's `used`.
    """
    gci_lines = side_gci(deal)
    gci = sum(line.amount_cents for line in gci_lines)
    flow = _Flow(plan, deal, usage or {}, gci)
    for step in ordered_steps(plan):
        if not flow.streams and (step.kind not in _OFF_THE_TOP or step.cap_cents is not None):
            _divide(flow)
        _STEPS[step.kind](flow, step)
    if not flow.streams:
        _divide(flow)
    return _settle(flow, gci_lines, gci)


def side_gci(deal: DealTerms) -> tuple[Line, ...]:
    """How the side's GCI is made up: price times rate (or flat) for each side, plus bonuses, less concessions; never under zero."""
    price = deal.price_cents or 0
    sides = [("Buyer side" if deal.side is DealSide.BUYER else "Listing side", deal.rate)]
    sides += [("Buyer side", deal.buyer_rate)] if deal.side is DealSide.BOTH else []
    if deal.flat_cents is not None:
        lines = [
            Line(rule="Flat commission", basis_cents=price, flat_cents=deal.flat_cents, amount_cents=deal.flat_cents, to=Party.GCI)
        ]
    else:
        lines = [
            Line(rule=name, basis_cents=price, rate=rate, amount_cents=gci_cents(price, rate), to=Party.GCI) for name, rate in sides
        ]
    for rule, cents in (("Bonus", deal.bonus_cents), ("Concession", -min(deal.concession_cents, _total(lines) + deal.bonus_cents))):
        if cents:
            lines.append(Line(rule=rule, basis_cents=price, flat_cents=cents, amount_cents=cents, to=Party.GCI))
    return tuple(lines)


def ordered_steps(plan: Plan) -> tuple[PlanStep, ...]:
    """The plan's steps; referrals stand first and after-split referrals behind the last split where the plan names no place for them."""
    steps = list(plan.steps)
    if not any(step.kind is RuleKind.REFERRAL for step in steps):
        steps.insert(0, PlanStep(kind=RuleKind.REFERRAL, rule="Referral fee", to=Party.REFERRAL, basis=Basis.GCI))
    if not any(step.kind is RuleKind.REFERRAL_AFTER_SPLIT for step in steps):
        splits = [place for place, step in enumerate(steps) if step.kind in (RuleKind.TEAM_SPLIT, RuleKind.BROKER_SPLIT)]
        late = PlanStep(kind=RuleKind.REFERRAL_AFTER_SPLIT, rule="Referral fee after split", to=Party.REFERRAL)
        steps.insert(splits[-1] + 1 if splits else len(steps), late)
    return tuple(steps)


def cap_of(plan: Plan, share: Share | None = None) -> int | None:
    """The cap that holds for an agent under a plan; None when there is none."""
    own = share.cap_cents if share else None
    return own if own is not None else next((step.cap_cents for step in plan.steps if step.kind is RuleKind.BROKER_SPLIT), None)


def _referral(flow: _Flow, step: PlanStep) -> None:
    """Off the top: by the deal's own terms, else the step's rate for where the lead came from. What is left is adjusted GCI."""
    terms = flow.deal.referral
    if terms is None:
        rate, flat, to = _rate_for(step, flow.deal), None, ""
    elif terms.basis is ReferralBasis.GCI:
        rate, flat, to = terms.rate, terms.flat_cents, terms.to
    else:
        return
    for stream in flow.streams or [flow.pool]:
        basis = stream.gci if terms else _basis(stream, step.basis)
        taken = _take(flow, stream, step, basis, rate=rate, flat=_part(flow, stream, flat), note=f"to {to}" if to else "")
        stream.adjusted = max(0, stream.adjusted - taken)


def _referral_after_split(flow: _Flow, step: PlanStep) -> None:
    """A referral agreed as a share of what the agent has left, which can be half of one agreed on GCI."""
    terms = flow.deal.referral
    if terms is None or terms.basis is not ReferralBasis.AFTER_SPLIT:
        return
    for stream in _agents(flow):
        _take(flow, stream, step, stream.left, rate=terms.rate, flat=_part(flow, stream, terms.flat_cents), note=f"to {terms.to}")


def _franchise(flow: _Flow, step: PlanStep) -> None:
    for stream in flow.streams or [flow.pool]:
        _take(
            flow,
            stream,
            step,
            _basis(stream, step.basis),
            rate=_rate_for(step, flow.deal),
            flat=_part(flow, stream, step.flat_cents),
        )


def _team_split(flow: _Flow, step: PlanStep) -> None:
    """Each agent's part to the lead broker; the lead broker's own deals pay none. What moves takes its share of the bases with it."""
    rate, owner = _rate_for(step, flow.deal), flow.plan.lead_broker or "lead broker"
    payers = [stream for stream in _agents(flow) if stream.owner != owner]
    if not rate or not payers:
        return
    lead = next((stream for stream in flow.streams if stream.is_lead), None)
    if lead is None:
        lead = _Stream(owner, 0, True, cap_of(flow.plan), 0, 0, 0)
        flow.streams.append(lead)
    for stream in payers:
        lead.left += _take(flow, stream, step, _basis(stream, step.basis), rate=rate)
        for name in ("gci", "adjusted"):
            moved = share_cents(getattr(stream, name), rate)
            setattr(stream, name, getattr(stream, name) - moved)
            setattr(lead, name, getattr(lead, name) + moved)


def _broker_split(flow: _Flow, step: PlanStep) -> None:
    """To the brokerage, by each stream's owner, until his cap: counted in what was paid, or in gross commission."""
    for stream in flow.streams:
        basis, rate = _basis(stream, step.basis), _rate_for(step, flow.deal)
        shown = flow.before.get((stream.owner, CAP), 0)
        rate = next((tier.rate for tier in reversed(step.tiers) if shown >= tier.from_cents), rate)
        room = None if stream.cap_cents is None else max(0, stream.cap_cents - flow.used(stream.owner, CAP))
        if step.cap_counts is CapCount.GROSS:
            counted = basis if room is None else min(basis, room)
            _take(flow, stream, step, basis, rate=rate, at_most=share_cents(counted, rate))
            flow.add(stream.owner, CAP, basis)
        else:
            flow.add(stream.owner, CAP, _take(flow, stream, step, basis, rate=rate, at_most=room))


def _post_cap_fee(flow: _Flow, step: PlanStep) -> None:
    """The fee of an agent whose cap was reached before this deal; less once a year's worth of it was paid."""
    for stream in _agents(flow):
        if stream.cap_cents is None or flow.before.get((stream.owner, CAP), 0) < stream.cap_cents:
            continue
        flat = step.flat_cents
        if step.reduced_after_cents is not None and flow.used(stream.owner, step.rule) >= step.reduced_after_cents:
            flat = step.reduced_flat_cents
        _charge(flow, stream, step, flat)


def _fee(flow: _Flow, step: PlanStep) -> None:
    for stream in _agents(flow):
        _charge(flow, stream, step, step.flat_cents)


_STEPS = {
    RuleKind.REFERRAL: _referral,
    RuleKind.REFERRAL_AFTER_SPLIT: _referral_after_split,
    RuleKind.FRANCHISE: _franchise,
    RuleKind.TEAM_SPLIT: _team_split,
    RuleKind.BROKER_SPLIT: _broker_split,
    RuleKind.POST_CAP_FEE: _post_cap_fee,
    RuleKind.FEE: _fee,
}


def _divide(flow: _Flow) -> None:
    """The pool becomes one stream an agent, rounded down; the cents that are over go to the first agent on a line of their own."""
    pool, whole = flow.pool, sum(flow.weights) or 1
    for share, weight in zip(flow.shares, flow.weights, strict=True):
        gci, adjusted, left = (amount * weight // whole for amount in (pool.gci, pool.adjusted, pool.left))
        flow.streams.append(_Stream(share.agent, weight, False, cap_of(flow.plan, share), gci, adjusted, left, gci))
    flow.streams[0].gross += pool.gci - sum(stream.gci for stream in flow.streams)
    flow.rounding = pool.left - sum(stream.left for stream in flow.streams)


def _charge(flow: _Flow, stream: _Stream, step: PlanStep, flat: int | None) -> None:
    """A fee: flat (shared by the deal's agents, or each in full), or a rate; at most what is left of its own annual cap."""
    basis = _basis(stream, step.basis)
    flat = _part(flow, stream, flat) if step.per is FeePer.TRANSACTION else flat
    at_most = share_cents(basis, step.rate_if_less) if step.rate_if_less is not None else None
    _take(flow, stream, step, basis, rate=_rate_for(step, flow.deal), flat=flat, at_most=at_most)


def _take(
    flow: _Flow,
    stream: _Stream,
    step: PlanStep,
    basis: int,
    *,
    rate: float,
    flat: int | None = None,
    at_most: int | None = None,
    note: str = "",
) -> int:
    """Take rate times basis (or the flat amount) from a stream, within its limits, and write the line; answers what was taken."""
    due = flat if flat is not None else share_cents(basis, rate)
    annual = None
    if step.cap_cents is not None and step.kind is not RuleKind.BROKER_SPLIT:
        annual = max(0, step.cap_cents - flow.used(stream.owner, step.rule))
    amount = min(limit for limit in (due, at_most, annual, stream.left) if limit is not None)
    if not due:
        return 0
    stream.left -= amount
    if step.kind not in (RuleKind.BROKER_SPLIT, RuleKind.TEAM_SPLIT):
        flow.add(stream.owner, step.rule, amount)
    why = _why_less(due, amount, at_most, annual, stream.left) or note
    line = Line(
        rule=step.rule,
        basis_cents=basis,
        rate=None if flat is not None else rate,
        flat_cents=flat,
        amount_cents=amount,
        to=step.to,
        agent=stream.owner,
        note=why,
    )
    flow.lines.append(line)
    if stream.is_lead and amount:
        flow.lines.append(replace(line, amount_cents=-amount, to=Party.LEAD_BROKER, note="paid out of the lead broker's part"))
    return amount


def _why_less(due: int, amount: int, at_most: int | None, annual: int | None, left: int) -> str:
    """Why a line isn't its rate times its basis."""
    if amount == due:
        return ""
    if annual is not None and amount == annual:
        return "the yearly cap of this fee is reached"
    if at_most is not None and amount == at_most:
        return "limited by the cap" if left or amount else "the cap is reached"
    return "limited to what is left of the deal"


def _agents(flow: _Flow) -> list[_Stream]:
    return [stream for stream in flow.streams if not stream.is_lead]


def _part(flow: _Flow, stream: _Stream, flat: int | None) -> int | None:
    """This stream's part of a flat amount of the whole deal; the first agent pays the cents that don't divide."""
    if flat is None or stream is flow.pool:
        return flat
    whole = sum(flow.weights) or 1
    if stream is not flow.streams[0]:
        return flat * stream.weight // whole
    return flat - sum(flat * weight // whole for weight in flow.weights[1:])


def _basis(stream: _Stream, basis: Basis) -> int:
    if basis is Basis.GCI:
        return stream.gci
    return stream.adjusted if basis is Basis.ADJUSTED_GCI else stream.left


def _rate_for(step: PlanStep, deal: DealTerms) -> float:
    return next((rate for source, rate in step.rate_by_source if source is deal.source), step.rate)


def _settle(flow: _Flow, gci_lines: tuple[Line, ...], gci: int) -> Statement:
    """The last lines (rounding, each agent's net) and the sums."""
    first = flow.shares[0].agent
    if flow.rounding:
        flow.lines.append(_to_agent("Rounding", flow.pool.left, flow.rounding, first))
    for stream in _agents(flow):
        flow.lines.append(_to_agent("Agent net", stream.left, stream.left, stream.owner))
    paid = dict.fromkeys(Party, 0)
    for line in flow.lines:
        paid[line.to] += line.amount_cents
    nets = [stream.left + (flow.rounding if place == 0 else 0) for place, stream in enumerate(_agents(flow))]
    return Statement(
        deal_id=flow.deal.deal_id,
        deal=flow.deal.name,
        plan_id=flow.plan.plan_id,
        plan=flow.plan.name,
        gci_lines=gci_lines,
        side_gci_cents=gci,
        adjusted_gci_cents=gci - paid[Party.REFERRAL],
        lines=tuple(flow.lines),
        pays=tuple(
            AgentPay(agent=share.agent, name=share.name or share.agent, gross_cents=stream.gross, net_cents=net)
            for share, stream, net in zip(flow.shares, _agents(flow), nets, strict=True)
        ),
        agent_net_cents=paid[Party.AGENT],
        brokerage_cents=paid[Party.BROKERAGE],
        lead_broker_net_cents=paid[Party.LEAD_BROKER],
        referral_cents=paid[Party.REFERRAL],
        franchise_cents=paid[Party.FRANCHISE],
        other_cents=paid[Party.OTHER],
        caps=tuple(_cap_state(flow, stream) for stream in flow.streams),
        used=tuple((agent, meter, cents) for (agent, meter), cents in flow.added.items()),
    )


def _to_agent(rule: str, basis: int, amount: int, agent: str) -> Line:
    return Line(rule=rule, basis_cents=basis, flat_cents=amount, amount_cents=amount, to=Party.AGENT, agent=agent)


def _cap_state(flow: _Flow, stream: _Stream) -> CapState:
    used, cap = flow.used(stream.owner, CAP), stream.cap_cents
    if cap is None:
        return CapState(agent=stream.owner, used_cents=used, left_cents=None)
    return CapState(agent=stream.owner, used_cents=min(used, cap), left_cents=max(0, cap - used))


def _total(lines: list[Line]) -> int:
    return sum(line.amount_cents for line in lines)
