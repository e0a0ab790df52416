"""Taking back what was done in the queue: within twenty seconds, exactly, and never over somebody else's change."""

from collections.abc import Sequence

from engine.access import Actor, Permission, require
from engine.commands.leads import change
from engine.commands.scoring import score_leads
from engine.delivery.outcomes import take_back_suppression
from engine.errors import Conflict, NotFound
from engine.runtime import Engine
from engine.store import happenings, leads, people, scores, triage, undo
from engine.store.inbox_tables import dispositions
from engine.store.ledger import Txn
from engine.store.tables import scores as score_table
from engine.store.undo import ChangedRow


def undo_action(engine: Engine, actor: Actor, action_id: int) -> str:
    """Put everything the action changed back as it was; answers the sentence to tell.

    Raises `Conflict` when it was taken back already, when its time is over, or when somebody changed a row since: then nothing moves.
    A score that was made anew meanwhile is no obstacle: it is reckoned again from what the lead is then.
    """
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        action = undo.load_action(txn.connection, action_id)
        if action is None or action.actor_id != actor.user_id:
            raise NotFound("There is nothing of yours to take back")
        if action.undone_at is not None:
            raise Conflict("This was taken back already")
        if txn.at > action.undo_until:
            raise Conflict(f"It can be taken back for {undo.UNDO_FOR.seconds} seconds only")
        _put_back(engine, txn, undo.changed_rows(txn.connection, action_id))
        undo.mark_undone(txn, action_id)
        txn.audit("undo", "actions", action_id, {"kind": action.kind})
    engine.show_changes()
    return f"Taken back: {action.told}"


def _put_back(engine: Engine, txn: Txn, rows: Sequence[ChangedRow]) -> None:
    changed = [row for row in rows if not undo.is_as_left(txn.connection, row)]
    foreign = [row for row in changed if row.table is not score_table]
    if foreign:
        raise Conflict(_who(txn, foreign[0].lead_id))
    rescored = {row.lead_id for row in changed}
    exact = [row for row in rows if row.table is not score_table or row.lead_id not in rescored]
    undo.put_back(txn, exact)
    for row in exact:
        address = row.after["address"] if row.table is dispositions and row.after else ""
        if address and not triage.is_bad_number(txn.connection, address):
            take_back_suppression(txn, address)
    if rescored:
        undo.drop_made(txn, [row for row in rows if row.table is score_table and row.lead_id in rescored])
        found = leads.load_leads(txn.connection, sorted(rescored))
        scores.save_scores(txn, score_leads(engine, found, txn.at))


def _who(txn: Txn, lead_id: int) -> str:
    found = leads.load_leads(txn.connection, [lead_id])
    name = found[0].name if found else "The lead"
    last = happenings.last_change(txn.connection, lead_id)
    if last is None or last.actor_id == txn.actor_id:
        return f"{name} was changed since; nothing was taken back"
    who = people.names(txn.connection).get(last.actor_id, "The command center")
    return f"{who} changed {name} since; nothing was taken back"
