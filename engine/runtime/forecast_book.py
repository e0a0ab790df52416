"""A forecast's facts: the book of open deals as the ledger has it now, or had it on a past day, and what the odds are learned from.

Decides nothing about how often a book is made or kept: that is `engine.runtime.forecasts`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.commission.book import NO_PLAN, Meters, Settled, plan_on, statements
from engine.commission.forecast import Book, Paid
from engine.commission.forecast_layout import OpenDeal
from engine.commission.odds import OPEN_STAGES, Visit, learn_odds
from engine.records import Stage
from engine.records.deal import DealTerms, Plan, RateSource, Share, Statement
from engine.store import deals, people
from engine.store import forecasts as kept
from engine.store import preferences as settings_kept
from engine.store import statements as entries_kept

# How wide a price is, as the spread of its logarithm, by where it is from. Shipped starting values; a model's estimate brings its own.
PRICE_SPREADS = {"sold": 0.0, "contract": 0.01, "listing": 0.04, "list": 0.04, "stated": 0.06}
_UNSURE_SPREAD = 0.2
_P90_IN_SPREADS = 1.2816


@dataclass
class StageHistory:
    """Every deal's stays in stages, kept in memory: a look reads what moved since the last one. For one thread at a time."""

    zone: ZoneInfo
    _seen: kept.Moves = field(default_factory=lambda: kept.Moves(0, 0))
    _steps: dict[int, list[tuple[str, date]]] = field(default_factory=dict)
    _visits: dict[int, tuple[date | None, tuple[Visit, ...]]] = field(default_factory=dict)

    def visits(self, connection: Connection) -> list[Visit]:
        """The stays in the office's days, as the ledger has them now."""
        self._follow(connection)
        closed_on = kept.closing_days(connection)
        for deal_id, steps in self._steps.items():
            known = self._visits.get(deal_id)
            if known is None or known[0] != closed_on.get(deal_id):
                self._visits[deal_id] = (closed_on.get(deal_id), tuple(kept.visits_of(deal_id, steps, closed_on.get(deal_id))))
        return [visit for deal_id in self._steps for visit in self._visits[deal_id][1]]

    def _follow(self, connection: Connection) -> None:
        now = kept.moves(connection)
        if now == self._seen:
            return
        moved = kept.moved_since(connection, self._seen.newest)
        if not self._steps or self._seen.n + sum(moved.values()) != now.n:  # moves were taken back: from the beginning
            self._steps, self._visits = kept.load_steps(connection, self.zone), {}
        else:
            self._steps |= kept.load_steps(connection, self.zone, sorted(moved))
            for deal_id in moved:
                self._visits.pop(deal_id, None)
        self._seen = now


def load_book(connection: Connection, history: StageHistory, as_of: date, at: datetime) -> Book:
    """The book at the start of `as_of`, from the ledger as it stands. Of a past day, prices, rates and expected dates are today's."""
    plans = entries_kept.load_plans(connection)
    agents = entries_kept.load_agent_terms(connection)
    whom = lead_broker(connection, plans, as_of)
    terms = {deal.deal_id: deal for deal in deals.open_terms(connection)}
    visits, zone = history.visits(connection), history.zone
    stood = _stages_on(visits, as_of)
    is_past = as_of < at.astimezone(zone).date()
    lost = _ended_since(connection, visits, terms, as_of) if is_past else {}
    paid, settled = _paid(connection, terms, plans, as_of, whom)
    meters = Meters(agents)
    for entry in settled:
        meters.add(entry.used, entry.closed_on)
    owners = {share.agent for deal in terms.values() for share in deal.shares} | {whom, *(agent.agent for agent in agents)}
    facts = kept.load_facts(connection)
    known = [
        _open_deal(_with_agent(deal, whom), stood.get(deal.deal_id), facts[deal.deal_id], as_of, zone, is_past=is_past)
        for deal in sorted({**terms, **lost}.values(), key=lambda deal: deal.deal_id)
        if deal.deal_id in facts and facts[deal.deal_id].opened_at.astimezone(zone).date() <= as_of
    ]
    slips = [(actual - expected).days for expected, actual in kept.load_slips(connection) if actual < as_of]
    return Book(
        as_of=as_of,
        deals=tuple(deal for deal in known if deal),
        paid=paid,
        odds=learn_odds(visits, kept.load_win_rates(connection), {Stage.UNDER_CONTRACT: slips}, as_of),
        plans=tuple(plans),
        agents=tuple(agents),
        usage=tuple((agent, meter, cents) for (agent, meter), cents in meters.usage(owners, as_of).items()),
        whom=whom,
        goal_cents=goal_cents(connection, as_of.year, at),
    )


def lead_broker(connection: Connection, plans: Sequence[Plan], on: date) -> str:
    """Whose net the office's forecast shows: the plan's lead broker, else the owner of the account opened first."""
    named = plan_on(plans, on).lead_broker
    if named:
        return named
    return str(people.first_owner(connection))


def goal_cents(connection: Connection, year: int, at: datetime) -> int | None:
    """The GCI to reach in a year; None while nobody has set one."""
    goals: Mapping[str, int] = settings_kept.get_setting(connection, "goals", at) or {}
    return goals.get(str(year))


def _stages_on(visits: Sequence[Visit], as_of: date) -> dict[int, Visit]:
    """The stay in which each deal was at the start of a day; deals that had ended or not begun are not among them."""
    found: dict[int, Visit] = {}
    for visit in visits:
        is_there = visit.entered_on <= as_of and (visit.left_on is None or visit.left_on >= as_of)
        if is_there and (visit.ended_on is None or visit.ended_on >= as_of):
            found.setdefault(visit.deal_id, visit)
    return found


def _ended_since(
    connection: Connection, visits: Sequence[Visit], terms: Mapping[int, DealTerms], as_of: date
) -> dict[int, DealTerms]:
    """The deals that have been lost since a past day, which `open_terms` leaves out."""
    ids = {visit.deal_id for visit in visits if visit.is_won is False and visit.ended_on and visit.ended_on >= as_of}
    return {deal.deal_id: deal for deal in deals.load_terms(connection, sorted(ids - terms.keys()))}


def _open_deal(
    terms: DealTerms, stood: Visit | None, facts: kept.DealFacts, as_of: date, zone: ZoneInfo, *, is_past: bool
) -> OpenDeal | None:
    """A deal as it was open at the start of a day; None if it wasn't."""
    if is_past:
        if stood is None or (terms.closed_on and terms.closed_on < as_of):
            return None
        stage, since = stood.stage, stood.entered_on
        terms = replace(terms, closed_on=None, sold_price_cents=None, stage=stage)
    elif terms.stage in OPEN_STAGES:
        stage, since = terms.stage, facts.stage_since.astimezone(zone).date()
    else:
        return None
    return OpenDeal(terms=terms, stage=stage, days_in_stage=max(0, (as_of - since).days), price_spread=_price_spread(terms, facts))


def _price_spread(terms: DealTerms, facts: kept.DealFacts) -> float:
    """How wide the price is: a contract's hardly, an estimate's as wide as the model says."""
    if terms.sold_price_cents is not None or terms.contract_price_cents is not None:
        return PRICE_SPREADS["contract"]
    if facts.price_source == "estimate" and facts.price_low_cents and facts.price_high_cents:
        return round(math.log(facts.price_high_cents / facts.price_low_cents) / (2 * _P90_IN_SPREADS), 4)
    return PRICE_SPREADS.get(facts.price_source, _UNSURE_SPREAD)


def _with_agent(deal: DealTerms, whom: str) -> DealTerms:
    """A deal that nobody has taken counts as the lead broker's own."""
    return deal if deal.shares else replace(deal, shares=(Share(agent=whom),))


def _paid(
    connection: Connection, terms: Mapping[int, DealTerms], plans: Sequence[Plan], as_of: date, whom: str
) -> tuple[tuple[Paid, ...], list[Settled]]:
    """What closed before a day, by its kept statements; closings that came without one (imports) are settled now, after those."""
    by_id = {plan.plan_id: plan for plan in plans}
    entries = [entry for entry in entries_kept.all_entries(connection) if entry["closed_on"] < as_of]
    settled = entries_kept.settled(entries)
    since = date(as_of.year - 1, 1, 1)
    found = [
        _paid_by(entry["closed_on"], entries_kept.as_statement(entry), by_id, whom, terms.get(entry["opportunity_id"]))
        for entry in entries
        if entry["closed_on"] >= since
    ]
    stated = {entry["opportunity_id"] for entry in entries}
    loose = [
        _with_agent(deal, whom)
        for deal in terms.values()
        if deal.closed_on and deal.closed_on < as_of and deal.deal_id not in stated and deal.price_cents is not None
    ]
    for deal, statement in zip(loose, _settled_now(tuple(plans), tuple(loose), tuple(settled)), strict=True):
        assert deal.closed_on is not None  # chosen so above
        settled.append(Settled(closed_on=deal.closed_on, used=statement.used))
        if deal.closed_on >= since:
            found.append(_paid_by(deal.closed_on, statement, by_id, whom, deal))
    return tuple(sorted(found, key=lambda paid: (paid.closed_on, paid.deal_id))), settled


@lru_cache(maxsize=4)
def _settled_now(plans: tuple[Plan, ...], loose: tuple[DealTerms, ...], settled: tuple[Settled, ...]) -> tuple[Statement, ...]:
    """The statements of closings that came without one: thousands after an import, and the same until one of them changes."""
    return tuple(statements(plans, loose, settled=settled))


def _paid_by(closed_on: date, statement: Statement, plans: Mapping[int, Plan], whom: str, terms: DealTerms | None) -> Paid:
    plan = plans.get(statement.plan_id, NO_PLAN)
    nets = [(pay.agent if pay.agent != "agent" else whom, pay.net_cents) for pay in statement.pays]
    lead = statement.lead_broker_net_cents + (statement.brokerage_cents if plan.lead_broker_owns_brokerage else 0)
    return Paid(
        deal_id=statement.deal_id,
        closed_on=closed_on,
        gci_cents=statement.side_gci_cents,
        nets=(*nets, *(((plan.lead_broker, lead),) if plan.lead_broker and lead else ())),
        worked_by=tuple(agent for agent, _ in nets),
        is_assumed=terms is not None and terms.rate_source is RateSource.DEFAULT,
    )
