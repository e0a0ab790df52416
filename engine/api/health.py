"""Is the web process alive, and is it ready for people? For supervisors and load balancers; tells nothing about the office."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from engine.errors import JorgeError
from engine.runtime import get_engine

router = APIRouter(prefix="/health")


@router.get("/live")
async def show_live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/ready")
def show_ready() -> JSONResponse:
    """Whether every part can do its work; 503 with the parts that can't."""
    missing = missing_parts()
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
