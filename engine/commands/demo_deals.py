"""The demo's deals: agents, a plan, agreements, a closing and a reversal, so that the Commission page has something to show. Synthetic."""

from datetime import timedelta

from engine.access import SYSTEM, Role
from engine.commands.deals import change_deal, close_deal, record_agreement, reverse_deal, set_deal_agents, today
from engine.commands.leads import assign_lead, open_deal
from engine.commands.people import add_user, user_called
from engine.commands.plans import example_plans, set_agent_terms, set_plan, set_spend
from engine.commission.files import plan_data
from engine.records import Stage
from engine.records.deal import AgentTerms, Agreement, DealSide
from engine.runtime import Engine
from engine.store import leads

_AGENTS = (("ana", "Ana Synthetic"), ("ben", "Ben Synthetic"))
_PRICES = (52_500_000, 61_000_000, 44_900_000, 73_000_000, 58_000_000, 39_500_000, 66_250_000, 81_000_000)
_SPEND = (("portal", 180_000), ("ppc", 95_000), ("paid_social", 60_000))


def seed_deals(engine: Engine, password: str) -> None:
    """Eight deals of synthetic leads: most pending, some agreed, one closed, one closed and reversed."""
    on = today(engine)
    for username, name in _AGENTS:
        add_user(engine, SYSTEM, username=username, name=name, role=Role.AGENT, password=password)
    agents = [user_called(engine, username).user_id for username, _ in _AGENTS]
    set_plan(engine, SYSTEM, plan_data(example_plans()["exp-team"]), on.replace(month=1, day=1))
    opening = AgentTerms(
        agent=str(agents[0]),
        anniversary_on=on.replace(month=1, day=1),
        opening_used_cents=1_150_000,
        opening_on=on.replace(month=1, day=1),
    )
    set_agent_terms(engine, SYSTEM, agents[0], opening)
    for source, cents in _SPEND:
        set_spend(engine, SYSTEM, source, on, cents)
    with engine.ledger.read() as connection:
        chosen = leads.visible_ids(connection)[-len(_PRICES) :]
    deals = [_open(engine, lead_id, place, agents) for place, lead_id in enumerate(chosen)]
    for place in (4, 5):
        if place < len(deals):
            close_deal(engine, SYSTEM, deals[place], sold_price_cents=_PRICES[place] + 500_000, closed_on=on)
    if len(deals) > 5:
        reverse_deal(engine, SYSTEM, deals[5], "The buyer's loan was refused after closing was reported (synthetic)")


def _open(engine: Engine, lead_id: int, place: int, agents: list[int]) -> int:
    on, price = today(engine), _PRICES[place]
    stage = Stage.UNDER_CONTRACT if place % 2 == 0 else Stage.OFFER
    assign_lead(engine, SYSTEM, lead_id, agents[place % 2])
    deal = open_deal(engine, SYSTEM, lead_id, stage, price)
    shares = [(agents[0], 0.5), (agents[1], 0.5)] if place == 3 else [(agents[place % 2], 1.0)]
    set_deal_agents(engine, SYSTEM, deal, shares)
    terms: dict[str, object] = {"state": "CA", "closes_on": on + timedelta(days=9 * (place + 1))}
    if place == 2:
        terms |= {"referral_to": "Desert Homes (synthetic)", "referral_rate": 0.25}
    change_deal(engine, SYSTEM, deal, terms)
    if place % 3 == 0:
        signed = on - timedelta(days=80 if place == 0 else 20)
        side = DealSide.LISTING if place == 3 else DealSide.BUYER
        record_agreement(
            engine,
            SYSTEM,
            Agreement(
                lead_id=lead_id,
                opportunity_id=deal,
                side=side,
                state="CA",
                signed_on=signed,
                expires_on=signed + timedelta(days=88),
                rate=0.025,
                note="synthetic",
            ),
        )
    return deal
