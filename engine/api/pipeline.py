"""What the pipeline holds and what it will pay, over the API. Money in cents, null for roles that see none."""

from datetime import date, datetime
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends
from pydantic import Field

from engine import views
from engine.access import Actor
from engine.api.bearer import needs
from engine.api.shapes import ALWAYS, Answer
from engine.records import Band
from engine.records.key import KeyScope
from engine.runtime import get_engine

router = APIRouter(prefix="/v1", tags=["pipeline"], responses=ALWAYS)
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
    assumed_cents: int | None


class WeekAnswer(Answer):
    """The open deals that name a closing day in the week beginning that Monday; overdue ones stand in this week."""

    week: date
    n_deals: int
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
    assumed_share: float | None = Field(description="Of the total, how much rests on the default rate")
    by_stage: list[StageAnswer]
    weekly_projection: list[WeekAnswer]
    high_probability_leads: list[LikelyLead]
    top_sources: list[SourceAnswer]
    predicted_vs_actual: AccuracyAnswer


@router.get("/pipeline", operation_id="get_jorge_commission_pipeline")
async def show_pipeline(actor: _Reading) -> PipelineAnswer:
    """Total, weighted, by stage and by week; the likeliest leads, the best sources, and what was expected against what came."""
    found = await to_thread.run_sync(views.commission_pipeline, get_engine(), actor)
    return PipelineAnswer(
        as_of=found.as_of,
        n_open=found.pipeline.n_open,
        total_cents=found.pipeline.gross_cents,
        weighted_cents=found.pipeline.weighted_cents,
        assumed_share=found.pipeline.assumed_share,
        by_stage=[StageAnswer.model_validate(stage) for stage in found.pipeline.stages],
        weekly_projection=[WeekAnswer.model_validate(week) for week in found.weeks],
        high_probability_leads=[LikelyLead.model_validate(lead) for lead in found.high_probability],
        top_sources=[SourceAnswer.model_validate(source) for source in found.sources],
        predicted_vs_actual=AccuracyAnswer.model_validate(found.foretold),
    )
