"""Taking an import back: what it brought goes, what it overwrote comes back, and whoever was worked on since stays as he is."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.access import Actor, Permission, require
from engine.commands.scoring import score_leads
from engine.errors import Conflict
from engine.runtime import Engine
from engine.store import batches, import_undos, leads, people, scores, undo
from engine.store.batches import Batch
from engine.store.ledger import Txn
from engine.store.tables import scores as score_table
from engine.store.undo import ChangedRow

_CHUNK = 500  # leads a transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLead:
    """A lead that an undo leaves alone, and why."""

    lead_id: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """What taking an import back would do, or did."""

    n_remove: int
    n_restore: int
    kept: tuple[KeptLead, ...]


def plan_undo(engine: Engine, actor: Actor, batch_id: int) -> UndoPlan:
    """What taking this import back would do now; raises `Conflict` where there is nothing to take back."""
    require(actor, Permission.IMPORT)
    with engine.ledger.read() as connection:
        _require_done(batches.load(connection, batch_id))
        names = people.names(connection)
        new = import_undos.brought(connection, batch_id, limit=10_000_000)
        worked_on = import_undos.worked_on(connection, batch_id, new)
        rows = _rows_by_lead(undo.changed_rows(connection, import_undos.action_of(connection, batch_id) or 0))
        edited = {lead_id: "its fields were changed since" for lead_id, own in rows.items() if not _is_as_left(connection, own)}
        reasons = {lead_id: _reason(names, *last) for lead_id, last in worked_on.items()} | edited
        kept = _named(engine, reasons)
    return UndoPlan(n_remove=len(new) - len(worked_on), n_restore=len(rows) - len(edited), kept=kept)


def undo_import(engine: Engine, actor: Actor, batch_id: int) -> None:
    """Begin to take an import back; a worker does it, and goes on after a crash. Look at it by `undone`."""
    require(actor, Permission.IMPORT)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        _require_done(batches.load(txn.connection, batch_id))
        if not batches.move(txn, batch_id, from_states=("done",), to_state="undoing"):
            raise Conflict("This import has moved on meanwhile; look at it again")
        import_undos.begin(txn, batch_id)
        txn.audit("undo_import", "batches", batch_id, {})
    engine.show_changes()


def undone(engine: Engine, actor: Actor, batch_id: int) -> UndoPlan:
    """What taking an import back did so far."""
    require(actor, Permission.IMPORT)
    with engine.ledger.read() as connection:
        found = import_undos.load_undo(connection, batch_id)
        kept = dict(import_undos.keepings(connection, batch_id))
    if found is None:
        raise Conflict("This import was not taken back")
    return UndoPlan(n_remove=found.n_removed, n_restore=found.n_restored, kept=_named(engine, kept))


def take_back(engine: Engine, batch: Batch, say: Callable[[int], None]) -> None:
    """Do the undo of a batch in short transactions, each whole; called again after a crash it goes on where it was."""
    with engine.ledger.read() as connection:
        begun = import_undos.load_undo(connection, batch.batch_id)
        names = people.names(connection)
    if begun is None:
        raise Conflict("This import is not being taken back")
    n_done, last = 0, 0
    while True:
        with engine.ledger.write(at=begun.at, actor_id=begun.actor_id) as txn:
            ids = import_undos.brought(txn.connection, batch.batch_id, after_id=last, limit=_CHUNK)
            _remove(txn, batch.batch_id, ids, names)
        if not ids:
            break
        n_done, last = n_done + len(ids), ids[-1]
        say(n_done)
    _restore_all(engine, batch, begun.at, begun.actor_id, lambda n: say(n_done + n))


def _remove(txn: Txn, batch_id: int, ids: Sequence[int], names: dict[int, str]) -> None:
    worked_on = import_undos.worked_on(txn.connection, batch_id, ids)
    for lead_id, last in worked_on.items():
        import_undos.keep_lead(txn, batch_id, lead_id, _reason(names, *last))
    gone = [lead_id for lead_id in ids if lead_id not in worked_on]
    leads.remove_leads(txn, gone)
    import_undos.count(txn, batch_id, n_removed=len(gone))


def _restore_all(engine: Engine, batch: Batch, at: datetime, actor_id: int, say: Callable[[int], None]) -> None:
    with engine.ledger.read() as connection:
        action_id = import_undos.action_of(connection, batch.batch_id) or 0
        rows = _rows_by_lead(undo.changed_rows(connection, action_id))
    ids = sorted(rows)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        with engine.ledger.write(at=at, actor_id=actor_id) as txn:
            restored = [lead_id for lead_id in chunk if _restore(txn, batch.batch_id, lead_id, rows[lead_id])]
            import_undos.count(txn, batch.batch_id, n_restored=len(restored))
            undo.forget_rows(txn, action_id, chunk)
            known = leads.load_leads(txn.connection, restored)
            scores.save_scores(txn, score_leads(engine, known, engine.clock.now()))
        say(start + len(chunk))


def _restore(txn: Txn, batch_id: int, lead_id: int, rows: list[ChangedRow]) -> bool:
    """Put one lead's rows back, scores apart: those are made anew. False, with a note, when somebody changed one since."""
    if not _is_as_left(txn.connection, rows):
        import_undos.keep_lead(txn, batch_id, lead_id, "its fields were changed since")
        return False
    undo.put_back(txn, [row for row in rows if row.table is not score_table])
    return True


def _is_as_left(connection: object, rows: Sequence[ChangedRow]) -> bool:
    return all(undo.is_as_left(connection, row) for row in rows if row.table is not score_table)  # type: ignore[arg-type]


def _rows_by_lead(rows: Sequence[ChangedRow]) -> dict[int, list[ChangedRow]]:
    found: defaultdict[int, list[ChangedRow]] = defaultdict(list)
    for row in rows:
        found[row.lead_id].append(row)
    return dict(found)


def _require_done(batch: Batch) -> None:
    if batch.state == "undone":
        raise Conflict("This import was taken back already")
    if batch.state == "undoing":
        raise Conflict("This import is being taken back right now")
    if batch.state != "done" or batch.purpose != "ledger":
        raise Conflict("Only an import that is done can be taken back")


def _reason(names: dict[int, str], at: datetime, actor_id: int) -> str:
    return f"worked on since by {names.get(actor_id, 'the command center')}, last on {at:%Y-%m-%d}"


def _named(engine: Engine, reasons: dict[int, str]) -> tuple[KeptLead, ...]:
    with engine.ledger.read() as connection:
        found = {lead.lead_id: lead.name for lead in leads.load_leads(connection, sorted(reasons))}
    return tuple(
        KeptLead(lead_id=lead_id, name=found.get(lead_id, "(gone)"), reason=reasons[lead_id]) for lead_id in sorted(reasons)
    )
