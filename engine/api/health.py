"""Is the web process alive, and is it ready for people? For supervisors and load balancers; tells nothing about the office."""

from anyio import to_thread
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from engine.api.shapes import Answer
from engine.errors import JorgeError
from engine.runtime import get_engine

router = APIRouter(prefix="/health", tags=["health"])


class LiveAnswer(Answer):
    """The process answers."""

    status: str = Field(examples=["live"])


class ReadyAnswer(Answer):
    """Whether every part can do its work; `missing` says which can't, and why."""

    status: str = Field(description="ready or waiting", examples=["ready"])
    missing: dict[str, str]


@router.get("/live")
async def show_live() -> LiveAnswer:
    """The process answers."""
    return LiveAnswer(status="live")


@router.get("/ready", response_model=ReadyAnswer, responses={503: {"model": ReadyAnswer, "description": "Not ready, and why"}})
async def show_ready() -> JSONResponse:
    """Whether every part can do its work; 503 with the parts that can't."""
    missing = await to_thread.run_sync(missing_parts)
    return JSONResponse({"status": "waiting" if missing else "ready", "missing": missing}, status_code=503 if missing else 200)


def missing_parts() -> dict[str, str]:
    """What is not ready, by part, in words."""
    try:
        engine = get_engine()
    except JorgeError as error:
        return {"engine": error.message}
    missing = {}
    for part, look in (("ledger", _read_ledger), ("analytics", lambda: engine.analytics), ("model", lambda: engine.scorer)):
        try:
            look()
        except JorgeError as error:
            missing[part] = error.message
    return missing


def _read_ledger() -> None:
    with get_engine().ledger.read():
        pass
