"""Follow-up over the API: the sequences with what each step brought, and who is on them: put on, stood still, let go on, taken off."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field, StrictBool

from engine import views
from engine.access import Actor
from engine.api.bearer import needs
from engine.api.shapes import ALWAYS, LARGEST_NUMBER, Answer, RowId, Shape, refusals
from engine.commands import follow_up
from engine.errors import Conflict
from engine.records.follow_up import StepKind
from engine.records.key import KeyScope
from engine.runtime import get_engine
from engine.views import enrolments, sequences
from engine.views.listing import MAX_PAGE

router = APIRouter(prefix="/v1/sequences", tags=["sequences"], responses=ALWAYS)
_Caller = Annotated[Actor, Depends(needs(KeyScope.SEQUENCES))]


class EnrolmentState(StrEnum):
    """Where a lead stands on a sequence."""

    ACTIVE = "active"
    PAUSED = "paused"
    HELD_OUT = "held_out"  # drawn to be left alone, to measure what the sequence brings
    FINISHED = "finished"
    STOPPED = "stopped"


class SequenceAnswer(Answer):
    """A sequence, and how many leads stand where on it, in the whole office."""

    sequence_id: int
    name: str = Field(examples=["Mandatory follow-up"])
    is_active: bool = Field(description="Whether it sends; if not, everything of it is held")
    version: int
    n_by_state: dict[str, int] = Field(examples=[{"active": 12, "paused": 3, "finished": 40}])
    n_on_older_version: int
    hold_out_rate: float = Field(description="The share of leads drawn to be left alone")
    created_at: datetime


class SequenceListAnswer(Answer):
    """All of them, by name."""

    sequences: list[SequenceAnswer]


class StepAnswer(Answer):
    """A step of the newest version, and what became of it there."""

    number: int
    day: int = Field(description="Of the lead's own days after he was enrolled")
    kind: StepKind
    subject: str
    body: str = Field(description="With placeholders in double braces")
    n_planned: int
    n_sent: int
    n_delivered: int
    n_failed: int
    n_replied: int
    n_opted_out: int
    n_appointments: int


class SequenceSheetAnswer(SequenceAnswer):
    """One sequence with its steps."""

    steps: list[StepAnswer]


class SequenceChange(Shape):
    """Switch it on or off. Plans are written on the page, where their words are checked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"is_active": False}]})

    is_active: StrictBool


class EnrolmentAnswer(Answer):
    """A lead on one version of a sequence."""

    enrolment_id: int
    sequence_id: int
    version: int
    lead_id: int
    state: EnrolmentState
    how: str = Field(description="How he came on it", examples=["hand"])
    started_at: datetime
    paused_at: datetime | None
    ended_at: datetime | None
    end_reason: str


class EnrolmentPageAnswer(Answer):
    """A page of enrolments. Ask for the next one with `?after=`; null at the end."""

    enrolments: list[EnrolmentAnswer]
    after: int | None


class NewEnrolment(Shape):
    """Whom to put on the sequence."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lead_id": 12}]})

    lead_id: Annotated[int, Field(ge=1, le=LARGEST_NUMBER, strict=True)]


class EnrolmentChange(Shape):
    """`paused` and `active` hold for everything that would be sent to the lead by itself; `stopped` ends this enrolment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "paused"}]})

    state: Literal["active", "paused", "stopped"]


@router.get("")
async def list_sequences(actor: _Caller) -> SequenceListAnswer:
    """Every sequence."""
    cards = await to_thread.run_sync(lambda: sequences.sequence_list(get_engine(), actor))
    return SequenceListAnswer(sequences=[SequenceAnswer(**_told(card)) for card in cards])


@router.get("/{sequence_id}", responses=refusals(404))
async def show_sequence(sequence_id: RowId, actor: _Caller) -> SequenceSheetAnswer:
    """One sequence with the steps of its newest version."""
    return await to_thread.run_sync(lambda: _sheet(actor, sequence_id))


@router.patch("/{sequence_id}", responses=refusals(404))
async def switch_sequence(sequence_id: RowId, body: SequenceChange, actor: _Caller) -> SequenceSheetAnswer:
    """Let a sequence send, or hold everything of it."""

    def switch() -> SequenceSheetAnswer:
        follow_up.switch_sequence(get_engine(), actor, sequence_id, is_on=body.is_active)
        return _sheet(actor, sequence_id)

    return await to_thread.run_sync(switch)


@router.get("/{sequence_id}/enrolments", responses=refusals(404))
async def list_enrolments(
    sequence_id: RowId,
    actor: _Caller,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER, description="The last page's `after`")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    state: EnrolmentState | None = None,
    lead_id: Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER)] = None,
) -> EnrolmentPageAnswer:
    """Who is or was on it, of the leads this person may see, in the order of their numbers."""
    word = state.value if state else None
    page = await to_thread.run_sync(
        lambda: enrolments.enrolment_page(
            get_engine(), actor, sequence_id=sequence_id, after=after, limit=limit, state=word, lead_id=lead_id
        )
    )
    return EnrolmentPageAnswer(enrolments=[EnrolmentAnswer.model_validate(one) for one in page.enrolments], after=page.after)


@router.post("/{sequence_id}/enrolments", status_code=201, responses=refusals(404, 409))
async def enrol_lead(sequence_id: RowId, body: NewEnrolment, actor: _Caller) -> EnrolmentAnswer:
    """Put a lead on a sequence; every message still passes the gate before it goes."""
    return await to_thread.run_sync(lambda: _enrol(actor, sequence_id, body.lead_id))


@router.patch("/{sequence_id}/enrolments/{enrolment_id}", responses=refusals(404, 409))
async def change_enrolment(sequence_id: RowId, enrolment_id: RowId, body: EnrolmentChange, actor: _Caller) -> EnrolmentAnswer:
    """Stand a lead's automation still, let it go on, or take him off this sequence."""
    return await to_thread.run_sync(lambda: _change(actor, sequence_id, enrolment_id, body.state))


def _enrol(actor: Actor, sequence_id: int, lead_id: int) -> EnrolmentAnswer:
    engine = get_engine()
    views.lead_record(engine, actor, lead_id=lead_id)  # or there is no such lead for this person
    refused = follow_up.enrol_leads(engine, actor, sequence_id, [lead_id])
    if lead_id in refused:
        raise Conflict(refused[lead_id])
    running = enrolments.enrolment_page(engine, actor, sequence_id=sequence_id, lead_id=lead_id, limit=MAX_PAGE).enrolments
    return EnrolmentAnswer.model_validate(running[-1])


def _change(actor: Actor, sequence_id: int, enrolment_id: int, wanted: str) -> EnrolmentAnswer:
    engine = get_engine()
    enrolment = enrolments.enrolment_record(engine, actor, sequence_id=sequence_id, enrolment_id=enrolment_id)
    if enrolment.ended_at is not None:
        raise Conflict("This enrolment has ended")
    if wanted == "stopped":
        follow_up.stop_enrolment(engine, actor, enrolment_id)
    elif wanted == "paused":
        follow_up.pause_lead(engine, actor, enrolment.lead_id)
    else:
        follow_up.resume_lead(engine, actor, enrolment.lead_id)
    changed = enrolments.enrolment_record(engine, actor, sequence_id=sequence_id, enrolment_id=enrolment_id)
    return EnrolmentAnswer.model_validate(changed)


def _told(card: sequences.SequenceCard) -> dict[str, object]:
    one = card.sequence
    told = {name: getattr(one, name) for name in ("sequence_id", "name", "is_active", "version", "hold_out_rate", "created_at")}
    return told | {"n_by_state": dict(card.counts), "n_on_older_version": card.n_on_older}


def _sheet(actor: Actor, sequence_id: int) -> SequenceSheetAnswer:
    sheet = sequences.sequence_sheet(get_engine(), actor, sequence_id)
    version = sheet.card.sequence.version
    counts = {one.counts.step_no: one.counts for one in sheet.figures if one.counts.version == version}
    named = [name for name in StepAnswer.model_fields if name.startswith("n_")]
    steps = []
    for step in sheet.plan.sequence.steps:
        words, figures = sheet.plan.template(step.number), counts.get(step.number)
        steps.append(
            StepAnswer(
                number=step.number,
                day=step.day,
                kind=step.kind,
                subject=words.subject,
                body=words.body,
                **{name: getattr(figures, name) if figures else 0 for name in named},
            )
        )
    return SequenceSheetAnswer(**_told(sheet.card), steps=steps)
