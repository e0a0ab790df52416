"""Files to take away: the rejected and the scored rows of an import. Behind the gate, by the person's own rights."""

from collections.abc import Iterator
from itertools import chain, islice

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, StreamingResponse

from engine import views
from engine.access import Actor
from engine.api.gate import session_behind
from engine.errors import SignInRefused
from engine.runtime import get_engine

router = APIRouter(prefix="/batches/{batch_id}")

_CSV = "text/csv; charset=utf-8"
_ROWS_A_PIECE = 500


@router.get("/rejected.csv")
async def rejected_rows(request: Request, batch_id: int) -> StreamingResponse:
    """The rows that were not taken in, as they came, with the reason."""
    rows = pieces(views.rejected_rows(get_engine(), await _actor(request), batch_id=batch_id))
    # The first piece is read before the answer begins, so that a refusal is still an error and not a broken file.
    first = await to_thread.run_sync(next, rows, "")
    named = {"Content-Disposition": f'attachment; filename="import-{batch_id}-rejected.csv"'}
    return StreamingResponse(chain([first], rows), media_type=_CSV, headers=named)


@router.get("/scored.csv")
async def scored_rows(request: Request, batch_id: int) -> FileResponse:
    """Every row of the file with its score and its reasons."""
    actor = await _actor(request)
    path = await to_thread.run_sync(lambda: views.scored_file(get_engine(), actor, batch_id=batch_id))
    return FileResponse(path, media_type=_CSV, filename=f"import-{batch_id}-scored.csv")


async def _actor(request: Request) -> Actor:
    session = await session_behind(request.scope)
    if session is None or session.must_change_password:
        raise SignInRefused("Please sign in")
    return session.actor


def pieces(lines: Iterator[str]) -> Iterator[str]:
    """The lines in pieces worth sending."""
    while piece := "".join(islice(lines, _ROWS_A_PIECE)):
        yield piece
