"""Deals over the API: page after page, one, a new one, on to another stage."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query

from engine import commands, views
from engine.access import Actor
from engine.api.bearer import needs
from engine.api.lead_shapes import DealAnswer, DealChange, DealPageAnswer, NewDeal, deal_answer
from engine.api.shapes import ALWAYS, LARGEST_NUMBER, RowId, refusals
from engine.records import Opportunity, Stage
from engine.records.key import KeyScope
from engine.runtime import get_engine
from engine.views.listing import MAX_PAGE

router = APIRouter(prefix="/v1/opportunities", tags=["opportunities"], responses=ALWAYS)
_Reading = Annotated[Actor, Depends(needs(KeyScope.DEALS_READ))]
_Writing = Annotated[Actor, Depends(needs(KeyScope.DEALS_WRITE))]


@router.get("")
async def list_opportunities(
    actor: _Reading,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER, description="The last page's `after`")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    stage: Stage | None = None,
    lead_id: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER)] = None,
) -> DealPageAnswer:
    """The deals this person may see, in the order of their numbers."""
    word = stage.value if stage else None
    page = await to_thread.run_sync(
        lambda: views.deal_page(get_engine(), actor, after=after, limit=limit, stage=word, lead_id=lead_id)
    )
    return DealPageAnswer(opportunities=[deal_answer(deal) for deal in page.deals], after=page.after)


@router.post("", status_code=201, responses=refusals(404, 409))
async def open_opportunity(body: NewDeal, actor: _Writing) -> DealAnswer:
    """Bring a lead into the pipeline."""

    def open_deal() -> Opportunity:
        number = commands.open_deal(get_engine(), actor, body.lead_id, body.stage, body.price_cents)
        return views.deal_record(get_engine(), actor, opportunity_id=number)

    return deal_answer(await to_thread.run_sync(open_deal))


@router.get("/{opportunity_id}", responses=refusals(404))
async def show_opportunity(opportunity_id: RowId, actor: _Reading) -> DealAnswer:
    """One deal."""
    return deal_answer(await to_thread.run_sync(lambda: views.deal_record(get_engine(), actor, opportunity_id=opportunity_id)))


@router.patch("/{opportunity_id}", responses=refusals(404, 409))
async def change_opportunity(opportunity_id: RowId, body: DealChange, actor: _Writing) -> DealAnswer:
    """Change a deal's terms, or move it to another stage."""
    said = body.model_dump(exclude_none=True)
    stage = said.pop("stage", None)

    def move() -> Opportunity:
        if said:
            commands.change_deal(get_engine(), actor, opportunity_id, said)
        if stage:
            commands.move_stage(get_engine(), actor, opportunity_id, stage)
        return views.deal_record(get_engine(), actor, opportunity_id=opportunity_id)

    return deal_answer(await to_thread.run_sync(move))
