"""Leads over the API: page after page, one, a new one, what changed."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query

from engine import commands, intake, views
from engine.access import Actor
from engine.api.bearer import needs
from engine.api.lead_shapes import LeadAnswer, LeadChange, LeadPageAnswer, NewLead, lead_answer
from engine.api.shapes import ALWAYS, LARGEST_NUMBER, RowId, ShortText, refusals
from engine.records import Band, Source, Stage
from engine.records.key import KeyScope
from engine.runtime import get_engine
from engine.views.listing import MAX_PAGE

router = APIRouter(prefix="/v1/leads", tags=["leads"], responses=ALWAYS)
_Reading = Annotated[Actor, Depends(needs(KeyScope.LEADS_READ))]
_Writing = Annotated[Actor, Depends(needs(KeyScope.LEADS_WRITE))]


@router.get("")
async def list_leads(
    actor: _Reading,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER, description="The last page's `after`")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    band: Band | None = None,
    source: Source | None = None,
    stage: Stage | None = None,
    search: ShortText | None = None,
) -> LeadPageAnswer:
    """The leads this person may see, in the order of their numbers."""

    def read() -> views.LeadPage:
        filters = {"band": band, "source": source, "stage": stage}
        words = {name: value.value if value else None for name, value in filters.items()}
        return views.lead_page(get_engine(), actor, after=after, limit=limit, search=search or "", **words)

    page = await to_thread.run_sync(read)
    return LeadPageAnswer(leads=[lead_answer(record) for record in page.leads], after=page.after)


@router.post("", status_code=201, responses=refusals(404))
async def add_lead(body: NewLead, actor: _Writing) -> LeadAnswer:
    """Add a lead, or complete the one with the same phone or e-mail. He is scored at once."""
    payload = intake.payload_of_record(body.model_dump(exclude_none=True))

    def take() -> views.LeadRecord:
        lead_id = commands.take_lead(get_engine(), actor, payload)
        return views.lead_record(get_engine(), actor, lead_id=lead_id)

    return lead_answer(await to_thread.run_sync(take))


@router.get("/{lead_id}", responses=refusals(404))
async def show_lead(lead_id: RowId, actor: _Reading) -> LeadAnswer:
    """One lead with his current score."""
    return lead_answer(await to_thread.run_sync(lambda: views.lead_record(get_engine(), actor, lead_id=lead_id)))


@router.patch("/{lead_id}", responses=refusals(404, 409))
async def change_lead(lead_id: RowId, body: LeadChange, actor: _Writing) -> LeadAnswer:
    """Replace what is named; null clears it. He is scored anew."""
    said = body.model_dump(exclude_unset=True)

    def change() -> views.LeadRecord:
        commands.change_lead(get_engine(), actor, lead_id, said)
        return views.lead_record(get_engine(), actor, lead_id=lead_id)

    return lead_answer(await to_thread.run_sync(change))
