"""Leads that another process changed are scored here: the sidecar takes in contacts and messages, but holds no model."""

import logging

from sqlalchemy import Connection, select

from engine.access import SYSTEM
from engine.commands.chores import Chore
from engine.commands.scoring import rescore_leads
from engine.runtime import Engine
from engine.store import feed, scores, watermarks
from engine.store.tables import leads
from engine.store.tables import scores as score_rows

log = logging.getLogger(__name__)

_MARK = "scoring_follows"
_PAGE = 1_000  # changes looked at in one go
_CHUNK = 200  # leads scored in one go: about a quarter of a second


def mind_scores(engine: Engine) -> None:
    """Once a second: see to it that leads which others changed get their score, in a thread of their own."""
    with engine.ledger.read() as connection:
        mark = watermarks.read(connection, _MARK)
        is_behind = mark is None or mark["seq"] < feed.last_seq(connection)
    if is_behind:
        _chore.begin(engine)


def follow_changes(engine: Engine) -> int:
    """Score the leads that changed after their last score, up to the end of the feed; answers how many.

    Killed in between, the next look begins again where the last one had kept its place; scoring twice harms nothing.
    """
    n_scored = 0
    while True:
        with engine.ledger.read() as connection:
            mark = watermarks.read(connection, _MARK)
            page = [] if mark is None else feed.changes_since(connection, mark["seq"], _PAGE)
            seq = page[-1].seq if page else feed.last_seq(connection)
            stale = _stale(connection, page) if mark is not None else _never_scored(connection)
        for start in range(0, len(stale), _CHUNK):
            n_scored += rescore_leads(engine, SYSTEM, stale[start : start + _CHUNK])
        if mark is None or seq > mark["seq"]:
            with engine.ledger.write(at=engine.clock.now()) as txn:
                watermarks.keep(txn, _MARK, {"seq": seq})
        if len(page) < _PAGE:
            return n_scored


def _stale(connection: Connection, page: list[feed.Change]) -> list[int]:
    changed = {change.ref: change.at for change in page if (change.event_type, change.kind) == ("lead_changed", "leads")}
    current = scores.current(connection, list(changed))
    stale = [lead_id for lead_id, at in changed.items() if lead_id not in current or current[lead_id].scored_at < at]
    visible = select(leads.c.lead_id).where(leads.c.lead_id.in_(stale), leads.c.is_visible).order_by(leads.c.lead_id)
    return list(connection.execute(visible).scalars())


def _never_scored(connection: Connection) -> list[int]:
    """The first time: whoever has no score at all."""
    has_score = select(score_rows.c.lead_id).where(score_rows.c.lead_id == leads.c.lead_id).exists()
    return list(
        connection.execute(select(leads.c.lead_id).where(leads.c.is_visible, ~has_score).order_by(leads.c.lead_id)).scalars()
    )


_chore = Chore("scoring-follows", follow_changes, "changed leads could not be scored")
