"""Imports over the API: a file comes in, is kept on disk, and is worked off in the background; progress, rejected rows, undo."""

from datetime import datetime
from itertools import chain
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import Field

from engine import commands, intake, views
from engine.access import Actor, scope_of
from engine.api.bearer import needs
from engine.api.downloads import pieces
from engine.api.shapes import ALWAYS, Answer, RowId, refusals
from engine.errors import BadInput, NotFound
from engine.records.key import KeyScope
from engine.runtime import get_engine

router = APIRouter(prefix="/v1/batches", tags=["batches"], responses=ALWAYS)
_Importing = Annotated[Actor, Depends(needs(KeyScope.BATCHES))]
_OPEN_STATES = {"queued", "checking", "checked", "agreed", "failed"}


class BatchProgress(Answer):
    """An import: how far it is, and what its rows became. The four parts add up to `n_rows` once that is known."""

    batch_id: int
    file_name: str
    purpose: str = Field(description="ledger: taken in; score: only scored", examples=["ledger"])
    state: str = Field(
        description="queued, checking, checked, agreed, importing, done, failed, cancelled, undoing or undone", examples=["done"]
    )
    n_rows: int | None
    n_done: int
    n_created: int
    n_updated: int
    n_unchanged: int
    n_rejected: int
    message: str = Field(description="Why it failed, if it did")
    created_at: datetime
    finished_at: datetime | None


@router.post("", status_code=202)
async def import_file(
    actor: _Importing,
    file: Annotated[UploadFile, File(description="A table of leads: CSV, or an Excel workbook")],
    purpose: Annotated[Literal["ledger", "score"], Form()] = "ledger",
    check_first: Annotated[bool, Form(description="Only check; a person agrees on the Import page")] = False,
    sheet: Annotated[str, Form(description="Of a workbook; by default the first sheet that looks like a table")] = "",
) -> BatchProgress:
    """Take a file in. Its columns are recognised as on the Import page; the answer says where to look how far it is."""

    def begin() -> views.Batch:
        engine = get_engine()
        upload = commands.keep_upload(engine, actor, file.filename or "upload.csv", file.file)
        upload = commands.choose_sheet(engine, actor, upload, sheet) if sheet else upload
        preview = commands.preview_upload(engine, actor, upload)
        mapping = intake.mapping_of(preview.guesses)
        if not any(mapping.values()):
            raise BadInput("No column of this file says anything about a lead", field="file")
        batch_id = commands.start_batch(engine, actor, upload=upload, mapping=mapping, purpose=purpose, check_first=check_first)
        return _own(actor, batch_id)

    return BatchProgress.model_validate(await to_thread.run_sync(begin))


@router.get("")
async def list_batches(actor: _Importing) -> list[BatchProgress]:
    """The newest imports."""
    found = await to_thread.run_sync(lambda: views.batch_list(get_engine(), actor, limit=50))
    scope = scope_of(actor)
    return [BatchProgress.model_validate(batch) for batch in found if scope.includes(batch.created_by)]


@router.get("/{batch_id}", responses=refusals(404))
async def show_batch(batch_id: RowId, actor: _Importing) -> BatchProgress:
    """How far an import is."""
    return BatchProgress.model_validate(await to_thread.run_sync(_own, actor, batch_id))


@router.get(
    "/{batch_id}/rejected.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **refusals(404)},
)
async def show_rejected(batch_id: RowId, actor: _Importing) -> StreamingResponse:
    """The rows that were not taken in, as they came, with line and reason."""
    await to_thread.run_sync(_own, actor, batch_id)
    rows = pieces(views.rejected_rows(get_engine(), actor, batch_id=batch_id))
    # The first piece is read before the answer begins, so that a refusal is still an error and not a broken file.
    first = await to_thread.run_sync(next, rows, "")
    named = {"Content-Disposition": f'attachment; filename="import-{batch_id}-rejected.csv"'}
    return StreamingResponse(chain([first], rows), media_type="text/csv; charset=utf-8", headers=named)


@router.delete("/{batch_id}", responses=refusals(404, 409))
async def undo_batch(batch_id: RowId, actor: _Importing) -> BatchProgress:
    """Take an import back exactly, in the background, or drop one that has changed nothing yet. Doing it twice is doing it once."""

    def undo() -> views.Batch:
        engine = get_engine()
        batch = _own(actor, batch_id)
        if batch.state in _OPEN_STATES:
            commands.cancel_batch(engine, actor, batch_id)
        elif batch.state not in {"cancelled", "undoing", "undone"}:
            commands.undo_import(engine, actor, batch_id)
        return _own(actor, batch_id)

    return BatchProgress.model_validate(await to_thread.run_sync(undo))


def _own(actor: Actor, batch_id: int) -> views.Batch:
    """An import that this person may look at: an agent only at his own, a team leader at his team's."""
    batch = views.batch_card(get_engine(), actor, batch_id=batch_id, n_rejections=0).batch
    if not scope_of(actor).includes(batch.created_by):
        raise NotFound(f"There is no import {batch_id}")
    return batch
