"""Every lead is scored anew after the office changed what scores rest on: step by step in the web process, where it left off if killed."""

import logging

from engine.access import SYSTEM
from engine.clock import stopwatch
from engine.commands.chores import Chore
from engine.commands.scoring import rescore_leads
from engine.runtime import Engine
from engine.store import leads, watermarks
from engine.store.ledger import Txn

log = logging.getLogger(__name__)

MARK = "rescoring"
_CHUNK = 200  # leads scored in one go: about a quarter of a second
_REST_S = 30.0  # after a failure, so that a missing model doesn't fill the log
_failed_at: list[float] = []


def want_rescoring(txn: Txn) -> None:
    """From now on every lead is to be scored anew, beginning with the first; what runs already begins again."""
    watermarks.keep(txn, MARK, {"wanted_at": txn.at.isoformat(), "after": 0, "is_done": False})


def mind_rescoring(engine: Engine) -> None:
    """Once a second: go on with what is wanted, in a thread of its own."""
    if _chore.is_running or (_failed_at and stopwatch() - _failed_at[-1] < _REST_S):
        return
    with engine.ledger.read() as connection:
        mark = watermarks.read(connection, MARK)
    if mark is not None and not mark["is_done"]:
        _chore.begin(engine)


def rescore_wanted(engine: Engine) -> int:
    """Score the leads that are still to be scored anew; answers how many. Twice harms nothing, and killed it goes on later."""
    n_scored = 0
    while True:
        with engine.ledger.read() as connection:
            mark = watermarks.read(connection, MARK)
            if mark is None or mark["is_done"]:
                return n_scored
            ids = leads.visible_ids(connection, mark["after"], _CHUNK)
        n_scored += rescore_leads(engine, SYSTEM, ids) if ids else 0
        with engine.ledger.write(at=engine.clock.now()) as txn:
            if watermarks.read(txn.connection, MARK) == mark:  # else something changed again meanwhile: from the beginning
                watermarks.keep(txn, MARK, mark | ({"after": ids[-1]} if ids else {"is_done": True}))
                if not ids:
                    txn.emit("leads_rescored", "settings", 0)


def _rescore_until_done(engine: Engine) -> None:
    rescore_wanted(engine)
    _failed_at.clear()


_chore = Chore("rescoring", _rescore_until_done, "leads could not be scored anew", lambda _engine: _failed_at.append(stopwatch()))
