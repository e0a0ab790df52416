"""What of a deal's commission stays with whoever ranks the queue, by who works the lead and where he came from. A pure rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from engine.commission.book import Meters, plan_on, statement
from engine.records import Source
from engine.records.deal import AgentTerms, DealTerms, Plan, Share, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class NetShare:
    """A share of the GCI, 0 to 1, for one person's leads (0: nobody's) of one source (empty: any that isn't named)."""

    worker: int
    source: str
    share: float


def net_shares(
    plans: Sequence[Plan],
    agents: Sequence[AgentTerms],
    settled: Iterable[tuple[str, str, int, date]],
    workers: Iterable[int],
    *,
    own: int | None,
    price_cents: int,
    rate: float,
    on: date,
) -> tuple[NetShare, ...]:
    """The shares under the plan that holds on a day, with caps as full as they are, at the market's middle price.

    `settled`: (agent, meter, cents, day) of closed deals. `own`: an agent's number, for what he himself keeps of his deals and of those
    he would take; None: what stays in the house (agents, lead broker, and the brokerage where it is his), after referrals and fees.
    """
    meters = Meters(agents)
    for agent, meter, cents, day in settled:
        meters.add([(agent, meter, cents)], day)
    plan = plan_on(plans, on)
    sources = sorted({source for step in plan.steps for source, _ in step.rate_by_source})

    def share(worker: int, source: Source | None) -> float:
        doer = str(worker or own or plan.lead_broker or "nobody")
        deal = DealTerms(estimated_price_cents=price_cents, rate=rate, source=source, shares=(Share(agent=doer),))
        return _kept_share(plan, statement(plan, deal, meters, on), is_house=own is None)

    return tuple(
        NetShare(worker=worker, source=source.value if source else "", share=share(worker, source))
        for worker in sorted({0, *workers})
        for source in (None, *sources)
    )


def _kept_share(plan: Plan, paid: Statement, *, is_house: bool) -> float:
    if not paid.side_gci_cents:
        return 1.0
    kept = paid.agent_net_cents
    if is_house:
        kept += paid.lead_broker_net_cents + (paid.brokerage_cents if plan.lead_broker_owns_brokerage else 0)
    return max(0.0, min(1.0, kept / paid.side_gci_cents))
