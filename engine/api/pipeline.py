"""What the pipeline holds and what it will pay, over the API. Money in cents, null for roles that see none."""

from datetime import date, datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field

from engine import commands, views
from engine.access import Actor
from engine.api.bearer import needs
from engine.api.shapes import ALWAYS, Answer, refusals
from engine.records import Band
from engine.records.key import KeyScope
from engine.runtime import get_engine

router = APIRouter(prefix="/v1", tags=["pipeline"], responses={**ALWAYS, **refusals(404)})
_Reading = Annotated[Actor, Depends(needs(KeyScope.DEALS_READ))]


class StageAnswer(Answer):
    """One stage. Weighted is gross times the stage's win rate; assumed is the part that rests on the default rate."""

    stage: str
    label: str
    win_rate: float
    is_open: bool
    n_deals: int
    gross_cents: int | None
    weighted_cents: int | None
    predicted_cents: int | None = Field(description="Each deal's GCI times its own chance to close, its days in the stage counted")
    assumed_cents: int | None


class WeekAnswer(Answer):
    """GCI of the week beginning that Monday as the forecast draws it, closings included; and the open deals that name a day in it."""

    week: date
    p10_cents: int | None = Field(description="One time in ten less than this")
    p50_cents: int | None
    p90_cents: int | None = Field(description="One time in ten more than this")
    expected_cents: int | None = Field(description="The mean: each open deal's GCI times its chance to close in this week")
    n_deals: int = Field(description="Open deals that name a closing day in this week; overdue ones stand in the present week")
    gross_cents: int | None
    weighted_cents: int | None


class LikelyLead(Answer):
    """One of the leads most likely to close."""

    lead_id: int
    name: str
    band: Band | None
    score: int | None
    probability: float | None
    stage: str | None
    expected_cents: int | None


class SourceAnswer(Answer):
    """What one source brought; null is a source that nobody said."""

    source: str | None
    n_leads: int
    n_hot: int
    expected_cents: int | None
    n_closed: int
    closed_cents: int | None
    n_pending: int
    pending_cents: int | None
    pending_low_cents: int | None = Field(
        description="What will come of the pending: 9 times in 10 more than this, if the odds hold"
    )
    pending_high_cents: int | None = Field(description="9 times in 10 less than this")
    spend_cents: int | None = Field(description="Null: no spend known")
    returned: float | None = Field(description="Return on spend: closed GCI for each dollar spent; null without spend")


class AccuracyAnswer(Answer):
    """Of ended deals that were scored before: what was expected of them, and what they paid."""

    n_deals: int
    expected_cents: int | None
    paid_cents: int | None


class PipelineAnswer(Answer):
    """Jorge's commission pipeline in one answer."""

    as_of: datetime
    n_open: int
    total_cents: int | None = Field(description="GCI of the open deals, before splits and fees")
    weighted_cents: int | None
    predicted_cents: int | None
    assumed_share: float | None = Field(description="Of the total, how much rests on the default rate")
    by_stage: list[StageAnswer]
    weekly_projection: list[WeekAnswer]
    high_probability_leads: list[LikelyLead]
    top_sources: list[SourceAnswer]
    predicted_vs_actual: AccuracyAnswer


class SpreadAnswer(Answer):
    """What a stretch of time pays, in cents: one time in ten less than P10, as often less as more than P50, one in ten more than P90."""

    p10: int
    p50: int
    p90: int
    mean: int


class PeriodAnswer(Answer):
    """A week, month or quarter. GCI before splits and fees, net what is left to the office."""

    model_config = ConfigDict(extra="allow")

    begins_on: date
    ends_on: date
    gci: SpreadAnswer
    net: SpreadAnswer


class GoalAnswer(Answer):
    """The year's goal and the chance to reach it; null without one."""

    amount_cents: int | None
    probability: float | None


class ForecastAnswer(Answer):
    """What the open deals and what follows them will pay: simulated through the office's own splits and caps."""

    model_config = ConfigDict(extra="allow")

    as_of: date
    seed: int
    simulations: int
    weeks: list[PeriodAnswer]
    months: list[PeriodAnswer]
    quarters: list[PeriodAnswer]
    goal: GoalAnswer
    assumed_share: float | None = Field(description="How much of it rests on the default rate")
    backtest: dict[str, Any] = Field(description="How often past forecasts held what came")
    bridge: dict[str, Any] | None = Field(default=None, description="What moved it since a day; the bars add up to the cent")


@router.get("/commission/forecast")
async def show_forecast(
    actor: _Reading,
    as_of: Annotated[date | None, Query(description="A past day, from the facts frozen then")] = None,
    since: Annotated[date | None, Query(description="Tell what moved the year's expected GCI from this day on")] = None,
) -> ForecastAnswer:
    """P10, P50 and P90 by week, month and quarter; with `since`, the bridge from that day."""
    told = await to_thread.run_sync(lambda: commands.forecast(get_engine(), actor, as_of, since=since))
    return ForecastAnswer.model_validate(told)


@router.get("/pipeline", operation_id="get_jorge_commission_pipeline")
async def show_pipeline(actor: _Reading) -> PipelineAnswer:
    """Total, weighted, by stage and by week; the likeliest leads, the best sources, and what was expected against what came."""
    found = await to_thread.run_sync(views.commission_pipeline, get_engine(), actor)
    return PipelineAnswer(
        as_of=found.as_of,
        n_open=found.pipeline.n_open,
        total_cents=found.pipeline.gross_cents,
        weighted_cents=found.pipeline.weighted_cents,
        predicted_cents=found.pipeline.predicted_cents,
        assumed_share=found.pipeline.assumed_share,
        by_stage=[StageAnswer.model_validate(stage) for stage in found.pipeline.stages],
        weekly_projection=[WeekAnswer.model_validate(week) for week in found.weeks],
        high_probability_leads=[LikelyLead.model_validate(lead) for lead in found.high_probability],
        top_sources=[SourceAnswer.model_validate(source) for source in found.sources],
        predicted_vs_actual=AccuracyAnswer.model_validate(found.foretold),
    )
