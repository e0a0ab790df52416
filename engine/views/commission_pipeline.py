"""Jorge's commission pipeline in one answer, for other programs: what stands where, when it would pay, and how sure that has been."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.access import Actor, scope_of
from engine.runtime import Engine
from engine.store import scores
from engine.views.forecast import office_outlook
from engine.views.pipeline import Pipeline, pipeline
from engine.views.sources import sources_page

_N_LEADS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOfDeals:
    """What a week from `week` (a Monday) on will bring, as the forecast draws it; beside it the open deals that name a day in it."""

    week: date
    p10_cents: int | None = None  # GCI, what has closed in the week included
    p50_cents: int | None = None
    p90_cents: int | None = None
    expected_cents: int | None = None  # the mean: every open deal's GCI times its chance to close in this week
    n_deals: int
    gross_cents: int | None
    weighted_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyLead:
    """One of the leads most likely to close."""

    lead_id: int
    name: str
    band: str
    score: int
    probability: float
    stage: str | None
    expected_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOfLeads:
    """What one source brought. `expected_cents` is the sum of the leads' expected commission."""

    source: str | None
    n_leads: int
    n_hot: int
    expected_cents: int | None
    n_closed: int
    closed_cents: int | None
    n_pending: int
    pending_cents: int | None
    pending_low_cents: int | None  # what will come of it, 8 times in 10, if the odds hold
    pending_high_cents: int | None
    spend_cents: int | None  # None: no spend known
    returned: float | None  # closed GCI for each dollar spent


@dataclass(frozen=True, slots=True, kw_only=True)
class ForetoldMoney:
    """Of the deals that have ended and were scored before: what the first score expected of them, and what they paid."""

    n_deals: int
    expected_cents: int | None
    paid_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionPipeline:
    """Everything in one answer. Money is None for those who may not see it."""

    as_of: datetime
    pipeline: Pipeline
    weeks: tuple[WeekOfDeals, ...]
    high_probability: tuple[LikelyLead, ...]
    sources: tuple[SourceOfLeads, ...]
    foretold: ForetoldMoney


def commission_pipeline(engine: Engine, actor: Actor) -> CommissionPipeline:
    """The pipeline with its weekly projection, the likeliest leads, the best sources, and what was expected against what came."""
    scope, at = scope_of(actor), engine.clock.now()
    today = at.astimezone(ZoneInfo(engine.preferences.market.time_zone)).date()
    asked = {"agents": scope.listed}
    engine.show_changes()  # a program that has just written expects to read it
    with engine.ledger.read() as connection:
        n_ended, expected, paid = scores.foretold_money(connection, scope.agents)
    found = CommissionPipeline(
        as_of=at,
        pipeline=pipeline(engine, actor),
        weeks=_weeks(engine, actor, engine.analytics.query("weekly_projection", {**asked, "today": today})),
        high_probability=tuple(
            LikelyLead(**row) for row in engine.analytics.query("likeliest_leads", {**asked, "limit": _N_LEADS})
        ),
        sources=_sources(engine, actor, asked),
        foretold=ForetoldMoney(n_deals=n_ended, expected_cents=expected, paid_cents=paid),
    )
    return found if scope.sees_money else _without_money(found)


def _weeks(engine: Engine, actor: Actor, named: list[dict[str, Any]]) -> tuple[WeekOfDeals, ...]:
    """The forecast's weeks, with the deals that name a closing day in each."""
    by_week = {row["week"]: row for row in named}
    if not scope_of(actor).sees_money:
        return tuple(WeekOfDeals(**row) for row in named)
    return tuple(
        WeekOfDeals(
            p10_cents=one.gci.p10,
            p50_cents=one.gci.p50,
            p90_cents=one.gci.p90,
            expected_cents=one.gci.mean,
            **by_week.get(
                one.period.begins_on,
                {"week": one.period.begins_on, "n_deals": 0, "gross_cents": 0, "weighted_cents": 0},
            ),
        )
        for one in office_outlook(engine, actor).simulation.ranges("weeks")
    )


def _sources(engine: Engine, actor: Actor, asked: dict[str, list[int] | None]) -> tuple[SourceOfLeads, ...]:
    """The sources with the most leads first, each with what it returned."""
    returns = {row.source: row for row in sources_page(engine, actor).sources}
    names = (
        "n_closed",
        "closed_cents",
        "n_pending",
        "pending_cents",
        "pending_low_cents",
        "pending_high_cents",
        "spend_cents",
        "returned",
    )
    rows = engine.analytics.query("sources", asked)
    return tuple(SourceOfLeads(**row, **{name: getattr(returns[row["source"]], name) for name in names}) for row in rows)


def _without_money(found: CommissionPipeline) -> CommissionPipeline:
    return replace(
        found,
        weeks=tuple(replace(one, gross_cents=None, weighted_cents=None) for one in found.weeks),
        high_probability=tuple(replace(one, expected_cents=None) for one in found.high_probability),
        sources=tuple(replace(one, expected_cents=None) for one in found.sources),
        foretold=replace(found.foretold, expected_cents=None, paid_cents=None),
    )
