"""What share of a commission counts in a person's queue: what stays in the house, or an agent's own. Kept while nothing moves it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cachetools import LRUCache

from engine.access import Actor, scope_of
from engine.commission.book import plan_on
from engine.commission.net_share import NetShare, net_shares
from engine.runtime import Engine
from engine.store import people, statements

_kept: LRUCache[tuple[object, ...], tuple[NetShare, ...]] = LRUCache(64)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetShares:
    """The shares, the plan they are under, and whether they are an agent's own."""

    rows: tuple[NetShare, ...]
    plan: str
    is_own: bool


def net_shares_of(engine: Engine, actor: Actor) -> NetShares:
    """The shares that this person's queue is ranked by: what he keeps as an agent, else what stays in the house."""
    preferences, own = engine.preferences, scope_of(actor).own
    on = engine.clock.now().astimezone(ZoneInfo(preferences.market.time_zone)).date()
    with engine.ledger.read() as connection:
        plans, agents = tuple(statements.load_plans(connection)), tuple(statements.load_agent_terms(connection))
        workers = tuple(people.names(connection, only_active=True))
        meters = tuple(
            (row["agent"], row["meter"], row["cents"], row["counts_on"]) for row in engine.analytics.query("settled_meters")
        )
    price, rate = preferences.market.median_price_cents, preferences.commission_rate
    key = (own, on, plans, agents, workers, meters, price, rate)
    rows = _kept.get(key)
    if rows is None:
        rows = net_shares(plans, agents, meters, workers, own=own, price_cents=price, rate=rate, on=on)
        _kept[key] = rows
    return NetShares(rows=rows, plan=plan_on(plans, on).name, is_own=own is not None)
