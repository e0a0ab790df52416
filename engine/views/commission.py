"""Commission: what deals pay line by line, caps, agreements, and the year's totals. Agents see their own; money by role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from engine.access import Actor, Permission, require, scope_of
from engine.commission.book import Meters, cap_year, plan_on, statement
from engine.commission.files import plan_data, plan_from
from engine.commission.states import agreement_state
from engine.commission.waterfall import cap_of
from engine.errors import NotAllowed, NotFound
from engine.records.deal import Agreement, DealSide, DealTerms, Line, Party, Plan, RateSource, Share, Statement
from engine.runtime import Engine
from engine.store import deals, statements

MAX_ROWS = 20_000
_TEAM_MONEY = ("brokerage_cents", "lead_broker_net_cents", "lead_total_cents", "agent_net_cents", "franchise_cents", "other_cents")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionRow:
    """One deal and what it pays. An agent sees his own net; money is None for those who see none."""

    opportunity_id: int
    lead_id: int
    name: str
    agents: str
    stage: str
    stage_label: str
    standing: str  # pending, closed, settled
    side: str
    price_cents: int | None
    price_source: str
    commission_rate: float
    rate_source: str
    is_assumed: bool
    counts_on: date | None
    plan: str
    gci_cents: int | None
    referral_cents: int | None
    agent_net_cents: int | None
    brokerage_cents: int | None
    lead_broker_net_cents: int | None
    lead_total_cents: int | None
    own_net_cents: int | None
    over_agreed_cents: int | None
    expires_on: date | None  # of its agreement
    agreement_state: str  # "", or as `agreement_state` says


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionPage:
    """A page of deals, and the sums of all that pass the filters (None for those who see no money)."""

    rows: tuple[CommissionRow, ...]
    n_deals: int
    n_unpriced: int
    gci_cents: int | None
    adjusted_gci_cents: int | None
    referral_cents: int | None
    franchise_cents: int | None
    other_cents: int | None
    agent_net_cents: int | None
    brokerage_cents: int | None
    lead_broker_net_cents: int | None
    lead_total_cents: int | None
    own_net_cents: int | None
    assumed_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealCard:
    """One deal: its terms, its statement (kept, or what it would pay), its entries and its way through the stages."""

    row: CommissionRow
    terms: DealTerms
    statement: Statement
    is_settled: bool
    plan: Plan
    entries: tuple[Mapping[str, Any], ...]
    history: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCap:
    """How far an agent's cap is in his present cap year; `cap_cents` is None without one."""

    agent_id: int
    name: str
    year_from: date
    cap_cents: int | None
    used_cents: int  # by settled deals, and what he had paid before this ledger
    pending_cents: int  # by deals that are still to close in this cap year
    left_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """An agreement, its client, and where it stands today."""

    agreement: Agreement
    name: str
    assigned_name: str | None
    state: str
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPaid:
    """What was paid to an agent in a calendar year, reversals taken off."""

    agent_id: int
    name: str
    year: int
    gross_cents: int
    net_cents: int
    n_closed: int
    n_reversed: int


def commission(
    engine: Engine,
    actor: Actor,
    *,
    standing: str | None = None,
    side: str | None = None,
    search: str = "",
    only_assumed: bool = False,
    limit: int = 15,
    offset: int = 0,
) -> CommissionPage:
    """The deals that pass the filters, one page of them, with the sums of all."""
    scope = scope_of(actor)
    filters = {
        "agents": scope.listed,
        "own": scope.own,
        "standing": standing,
        "side": side,
        "search": search.strip().lower() or None,
        "only_assumed": only_assumed,
    }
    on = office_day(engine)
    [sums] = engine.analytics.query("commission_sums", filters)
    rows = engine.analytics.query("commission_deals", filters | {"limit": min(limit, MAX_ROWS), "offset": offset})
    shown: dict[str, Any] = {**sums, **dict.fromkeys(_hidden(actor) & sums.keys())}
    return CommissionPage(**shown, rows=tuple(_row(row, actor, on) for row in rows))


def deal_card(engine: Engine, actor: Actor, *, opportunity_id: int) -> DealCard:
    """One deal line by line; raises `NotFound` for a lost, unknown or another agent's one, `NotAllowed` without a right to money."""
    scope = scope_of(actor)
    if not scope.sees_money:
        raise NotAllowed("Your role sees no money")
    asked = {"agents": scope.listed, "own": scope.own, "opportunity_id": opportunity_id}
    found = engine.analytics.query("deal_row", asked)
    with engine.ledger.read() as connection:
        terms = deals.load_terms(connection, [opportunity_id])
        if not found or not terms:
            raise NotFound("There is no such deal, or it is another agent's")
        entries = statements.entries_of(connection, opportunity_id)
        standing = statements.standing_entry(connection, opportunity_id)
        plans, agents = statements.load_plans(connection), statements.load_agent_terms(connection)
        history = deals.stage_history(connection, [opportunity_id])
    told = standing["statement"] if standing else _projected(engine, terms[0], plans, Meters(agents), found[0])
    plan = next((plan for plan in plans if plan.plan_id == told.plan_id), plan_on(plans, found[0]["taken_on"]))
    return DealCard(
        row=_row(found[0], actor, office_day(engine)),
        terms=terms[0],
        statement=_own_part(told, scope.own),
        is_settled=standing is not None,
        plan=plan,
        entries=tuple({**entry, "statement": _own_part(entry["statement"], scope.own)} for entry in entries),
        history=tuple(history),
    )


def agent_caps(engine: Engine, actor: Actor) -> tuple[AgentCap, ...]:
    """Each agent's cap in his present cap year, the fullest first; an agent sees his own."""
    scope = scope_of(actor)
    if not scope.sees_money:
        return ()
    on = office_day(engine)
    with engine.ledger.read() as connection:
        terms = {found.agent: found for found in statements.load_agent_terms(connection)}
        plan = plan_on(statements.load_plans(connection), on)
    names = {str(row["user_id"]): row["name"] for row in engine.analytics.query("people", {})}
    meters: dict[str, list[dict[str, Any]]] = {agent: [] for agent in terms if scope.includes(agent)}
    for row in engine.analytics.query("cap_meters", {"agents": scope.listed}):
        meters.setdefault(row["agent"], []).append(row)
    found = [_cap(agent, rows, terms.get(agent), plan, names, on) for agent, rows in meters.items() if agent in names]
    return tuple(sorted(found, key=lambda cap: (-cap.used_cents, cap.name)))


def agreements(engine: Engine, actor: Actor, *, limit: int = 200) -> tuple[AgreementRow, ...]:
    """The agreements with clients, the soonest to expire first."""
    scope, on = scope_of(actor), office_day(engine)
    rows = engine.analytics.query("agreement_rows", {"agents": scope.listed, "today": on, "limit": limit})
    return tuple(_agreement_row(row, on, sees_money=scope.sees_money) for row in rows)


def paid_by_year(engine: Engine, actor: Actor) -> tuple[YearPaid, ...]:
    """What was paid to each agent by calendar year (the 1099's total); an agent sees his own."""
    scope = scope_of(actor)
    if not scope.sees_money:
        return ()
    return tuple(YearPaid(**row) for row in engine.analytics.query("paid_by_year", {"agents": scope.listed}))


def plans(engine: Engine, actor: Actor) -> tuple[Plan, ...]:
    """Every plan the office has set, the one that holds today first, then the newest."""
    require(actor, Permission.SEE_TEAM_MONEY)
    with engine.ledger.read() as connection:
        kept = statements.load_plans(connection)
    now = plan_on(kept, office_day(engine))
    return (now, *(plan for plan in reversed(kept) if plan != now))


def plan_as_data(engine: Engine, actor: Actor, *, plan: Plan) -> dict[str, Any]:
    """A plan as it is edited: the data of a plan file."""
    return plan_data(plan)


def preview_plan(engine: Engine, actor: Actor, *, data: Mapping[str, object], price_cents: int, rate: float) -> Statement:
    """What one agent's first deal of a cap year would pay under a plan that is being edited; raises `BadInput` with the field."""
    example = DealTerms(
        name="Example", side=DealSide.BUYER, estimated_price_cents=price_cents, rate=rate, rate_source=RateSource.MANUAL,
        shares=(Share(agent="agent", name="Agent"),),
    )  # fmt: skip
    return statement(plan_from(data), example, Meters(), office_day(engine))


def office_day(engine: Engine) -> date:
    """The day it is in the office."""
    return engine.clock.now().astimezone(ZoneInfo(engine.preferences.market.time_zone)).date()


def _projected(engine: Engine, terms: DealTerms, plans: Sequence[Plan], meters: Meters, row: Mapping[str, Any]) -> Statement:
    """What a deal would pay after all that closed and the pending deals before it: the same as the store's sums rest on."""
    plan = plan_on(plans, row["taken_on"])
    agents = [share.agent for share in terms.shares] + [plan.lead_broker or "lead broker"]
    asked = {"agents": agents, "counts_on": row["counts_on"], "opportunity_id": terms.deal_id}
    for used in engine.analytics.query("deal_usage", asked):
        meters.add([(used["agent"], used["meter"], used["cents"])], used["counts_on"])
    return statement(plan, terms, meters, row["taken_on"])


def _own_part(told: Statement, agent_id: int | None) -> Statement:
    """What an agent may see of a statement: how the GCI is made up, and his own lines. Sums of the others are left at 0."""
    if agent_id is None:
        return told
    own = str(agent_id)
    pays = tuple(pay for pay in told.pays if pay.agent == own)
    return replace(
        told,
        lines=tuple(line for line in told.lines if _is_own(line, own)),
        pays=pays,
        caps=tuple(cap for cap in told.caps if cap.agent == own),
        agent_net_cents=sum(pay.net_cents for pay in pays),
        lead_broker_net_cents=0,
        brokerage_cents=sum(line.amount_cents for line in told.lines if line.to is Party.BROKERAGE and _is_own(line, own)),
    )


def _is_own(line: Line, agent: str) -> bool:
    """Lines taken from the whole deal concern every agent of it."""
    return line.agent in ("", agent)


def _row(row: Mapping[str, Any], actor: Actor, on: date) -> CommissionRow:
    hidden = _hidden(actor)
    shown = {name: row[name] for name in CommissionRow.__dataclass_fields__ if name in row}
    for name in shown:
        if name in hidden:
            shown[name] = None
    shown["agents"] = row["agents"] or ""
    return CommissionRow(**shown, agreement_state=_standing_of(row, on))


def _hidden(actor: Actor) -> set[str]:
    """The figures this person may not see."""
    if not scope_of(actor).sees_money:
        return {
            name for name in CommissionPage.__dataclass_fields__ | CommissionRow.__dataclass_fields__ if name.endswith("_cents")
        }
    return set() if actor.may(Permission.SEE_TEAM_MONEY) else set(_TEAM_MONEY)


def _standing_of(row: Mapping[str, Any], on: date) -> str:
    if row["expires_on"] is None:
        return ""
    dates = {name: row[name] for name in ("signed_on", "expires_on", "ended_on")}
    return agreement_state(Agreement(side=DealSide.BUYER, state="", **dates), on)


def _cap(agent: str, rows: Sequence[Mapping[str, Any]], terms: Any, plan: Plan, names: Mapping[str, str], on: date) -> AgentCap:
    anniversary = terms.anniversary_on if terms else None
    begins = cap_year(anniversary, on)
    opening_on = terms.opening_on if terms and terms.opening_on and cap_year(anniversary, terms.opening_on) == begins else None
    counted = [
        row
        for row in rows
        if cap_year(anniversary, row["counts_on"]) == begins and (opening_on is None or row["counts_on"] >= opening_on)
    ]
    used = sum(row["cents"] for row in counted if row["is_settled"]) + (terms.opening_used_cents if opening_on else 0)
    cap = terms.cap_cents if terms and terms.cap_cents is not None else cap_of(plan)
    return AgentCap(
        agent_id=int(agent),
        name=names[agent],
        year_from=begins,
        cap_cents=cap,
        used_cents=used,
        pending_cents=sum(row["cents"] for row in counted if not row["is_settled"]),
        left_cents=None if cap is None else max(0, cap - used),
    )


def _agreement_row(row: Mapping[str, Any], on: date, *, sees_money: bool) -> AgreementRow:
    facts = {name: row[name] for name in Agreement.__dataclass_fields__ if name in row}
    if not sees_money:
        facts |= {"rate": None, "flat_cents": None}
    agreement = Agreement(**{**facts, "side": DealSide(row["side"])})
    return AgreementRow(
        agreement=agreement,
        name=row["name"],
        assigned_name=row["assigned_name"],
        state=agreement_state(agreement, on),
        days_left=(agreement.expires_on - on).days,
    )
