"""A deal won in GoHighLevel closes here with its statement, like one that is closed on the Commission page.

The sidecar, which brings the news, knows no commission: the web process reads from the audit trail what was closed there.
"""

import logging

from sqlalchemy import func, select

from engine.access import SYSTEM
from engine.commands import closing
from engine.commands.chores import Chore
from engine.errors import BadInput
from engine.records import Stage
from engine.runtime import Engine
from engine.store import ghl_links, opportunities, statements, watermarks
from engine.store.ledger import Txn
from engine.store.tables import audit

log = logging.getLogger(__name__)

MARK = "told_closings"
_LOOKED_AT_ONCE = 500


def mind_closings(engine: Engine) -> None:
    """Once a second: look at what the audit trail says anew, in a thread of its own."""
    with engine.ledger.read() as connection:
        mark = watermarks.read(connection, MARK)
        newest = connection.execute(select(func.max(audit.c.audit_id))).scalar_one() or 0
    if newest > (mark or {}).get("audit_id", 0):
        _chore.begin(engine)


def settle_told(engine: Engine) -> int:
    """Keep the statements of deals that GoHighLevel closed; answers how many. Each once, also after a kill in the middle."""
    n_kept = 0
    while True:
        with engine.ledger.write(at=engine.clock.now(), actor_id=SYSTEM.user_id) as txn:
            after = (watermarks.read(txn.connection, MARK) or {}).get("audit_id", 0)
            asked = select(audit).where(audit.c.audit_id > after).order_by(audit.c.audit_id).limit(_LOOKED_AT_ONCE)
            acts = txn.connection.execute(asked).all()
            if not acts:
                break
            closed = [act.ref for act in acts if act.action == "move_stage" and _is_told(act.detail)]
            n_kept += sum(_settle(txn, number) for number in dict.fromkeys(closed))
            watermarks.keep(txn, MARK, {"audit_id": acts[-1].audit_id})
    if n_kept:
        engine.show_changes()
    return n_kept


def _is_told(detail: dict[str, object]) -> bool:
    return detail.get("by") == "GoHighLevel" and detail.get("to") == Stage.CLOSED.value


def _settle(txn: Txn, opportunity_id: int) -> bool:
    """Keep one deal's statement. What can't be kept as it stands is said on the contact, and the Commission page asks for the rest."""
    found = opportunities.load(txn.connection, [opportunity_id])
    if not found or found[0].stage is not Stage.CLOSED or found[0].closed_on is None:
        return False
    if statements.entries_of(txn.connection, opportunity_id):
        return False  # kept before, or taken back by a person: that stands
    why = "its price isn't known"
    try:
        entry = closing.settle(txn, opportunity_id, found[0].closed_on)
    except BadInput as error:
        entry, why = None, error.message
    if entry is not None:
        txn.audit("close_deal", "opportunities", opportunity_id, {"entry_id": entry, "by": "GoHighLevel"})
        return True
    link = ghl_links.links_of_leads(txn.connection, [found[0].lead_id]).get(found[0].lead_id)
    if link is not None:
        told = f"GoHighLevel has this deal won; no statement is kept yet: {why}. Close it on the Commission page"
        ghl_links.note_problem(txn, link.contact_id, told)
    return False


_chore = Chore("told closings", settle_told, "statements of deals that GoHighLevel closed could not be kept")
