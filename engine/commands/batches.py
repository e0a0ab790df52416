"""The life of an import: kept file → check → (a person agrees) → import → done. A batch is whole or absent, whatever is killed when."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Literal

from engine import intake
from engine.access import Actor, Permission, require
from engine.commands.effects import EffectSum, checked_choices, told_left_out
from engine.commands.import_undo import take_back, undo_import
from engine.commands.lookalikes import find_lookalikes, note_people
from engine.commands.planning import Planner
from engine.commands.results import ImportResults, score_file
from engine.commands.taking_in import Intake, show, show_rest
from engine.commands.uploads import Upload, header_hash, upload_path
from engine.errors import Conflict, JorgeError
from engine.runtime import Engine
from engine.settings import ROOT, child_environment
from engine.store import batches, import_choices
from engine.store.batches import Batch
from engine.store.import_choices import Choices, Sender
from engine.store.ledger import Txn

log = logging.getLogger(__name__)

Purpose = Literal["ledger", "score"]
_LEASE = timedelta(seconds=30)  # of real time: a worker that is silent for so long was killed
_MAX_ATTEMPTS = 3
_MAX_WORKERS = 1  # a second core stays free for the pages
_workers: list[tuple[int, subprocess.Popen[bytes]]] = []
_minding = threading.Lock()


def start_batch(
    engine: Engine,
    actor: Actor,
    *,
    upload: Upload,
    mapping: Mapping[str, str | None],
    purpose: Purpose = "ledger",
    check_first: bool = True,
    choices: Choices | None = None,
) -> int:
    """Queue a kept file: to be checked and then wait for a person's word, or to be done at once. Answers the batch's number."""
    require(actor, Permission.IMPORT)
    path, at = upload_path(engine, upload.file_hash), engine.clock.now()
    choices = checked_choices(choices or Choices())
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        batch_id = batches.create(
            txn,
            file_name=upload.file_name,
            file_hash=upload.file_hash,
            fingerprint=intake.fingerprint(path, mapping),
            purpose=purpose,
            state="queued" if check_first else "agreed",
            mapping={column: field for column, field in mapping.items() if field},
        )
        import_choices.keep(txn, batch_id, choices)
        txn.audit("start_batch", "batches", batch_id, {"file_name": upload.file_name, "purpose": purpose})
    engine.show_changes()
    _start_worker(engine)
    return batch_id


def agree_to_batch(engine: Engine, actor: Actor, batch_id: int, *, joins: Mapping[int, int] | None = None) -> None:
    """A person has seen what the import would do and wants it. `joins` (line → lead) are rows he joined to somebody like them."""
    require(actor, Permission.IMPORT)
    if joins:
        with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
            import_choices.keep(txn, batch_id, replace(import_choices.load(txn.connection, batch_id), joins=dict(joins)))
    _move(engine, actor, batch_id, from_states=("checked",), to_state="agreed")
    _start_worker(engine)


def cancel_batch(engine: Engine, actor: Actor, batch_id: int) -> None:
    """Drop an import that has not changed anything yet."""
    _move(engine, actor, batch_id, from_states=("queued", "checking", "checked", "agreed", "failed"), to_state="cancelled")


def repeat_batch(engine: Engine, actor: Actor, batch_id: int, *, purpose: Purpose | None = None) -> int:
    """Begin again with the same file and columns: after a failure, or only to score what was checked. Answers the new batch."""
    with engine.ledger.read() as connection:
        batch = batches.load(connection, batch_id)
        choices = replace(import_choices.load(connection, batch_id), joins={})
    if batch.state not in ("done", "cancelled"):
        cancel_batch(engine, actor, batch_id)
    upload = Upload(
        file_hash=batch.file_hash, file_name=batch.file_name, n_bytes=upload_path(engine, batch.file_hash).stat().st_size
    )
    return start_batch(
        engine,
        actor,
        upload=upload,
        mapping=batch.mapping,
        purpose=purpose or _purpose_of(batch),
        check_first=purpose != "score",
        choices=choices,
    )


def _purpose_of(batch: Batch) -> Purpose:
    return "score" if batch.purpose == "score" else "ledger"


def undo_batch(engine: Engine, actor: Actor, batch_id: int) -> None:
    """Begin to take an import back, and see to it that a worker does."""
    undo_import(engine, actor, batch_id)
    _start_worker(engine)


def _move(engine: Engine, actor: Actor, batch_id: int, *, from_states: tuple[str, ...], to_state: str) -> None:
    require(actor, Permission.IMPORT)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        if not batches.move(txn, batch_id, from_states=from_states, to_state=to_state):
            raise Conflict("This import has moved on meanwhile; look at it again")
        txn.audit(f"batch_{to_state}", "batches", batch_id, {})
    engine.show_changes()


def work_on_batch(engine: Engine, batch_id: int, *, say: Callable[[int], None] = lambda n_rows: None) -> Batch:
    """Do what the batch waits for: check it, or import it. Safe to call again after a crash; one worker at a time by lease."""
    with engine.ledger.write(at=engine.clock.now()) as txn:
        batch = batches.take_lease(txn, batch_id, until=_lease_end(engine), max_attempts=_MAX_ATTEMPTS)
    if batch is None:
        raise Conflict(f"Import {batch_id} is being worked on elsewhere, or has nothing to do")
    if batch.state == "undoing":
        return _undo(engine, batch, say)
    try:
        _work(engine, batch, say)
    except JorgeError as error:
        _fail(engine, batch_id, error.message)
        raise
    except Exception:
        _fail(engine, batch_id, "Something unexpected went wrong; nothing of this file was taken in. The log says more")
        raise
    with engine.ledger.read() as connection:
        return batches.load(connection, batch_id)


def _undo(engine: Engine, batch: Batch, say: Callable[[int], None]) -> Batch:
    def progress(n_done: int) -> None:
        say(n_done)
        with engine.ledger.write(at=engine.clock.now()) as txn:
            batches.tell_progress(txn, batch.batch_id, n_done=n_done, until=_lease_end(engine))

    try:
        take_back(engine, batch, progress)
        with engine.ledger.write(at=engine.clock.now(), actor_id=batch.created_by) as txn:
            batches.finish_undo(txn, batch.batch_id)
    except Exception as error:
        said = error.message if isinstance(error, JorgeError) else "Something unexpected went wrong. The log says more"
        with engine.ledger.write(at=engine.clock.now()) as txn:
            batches.stop_undo(txn, batch.batch_id, f"Taken back only in part: {said}")
        raise
    engine.show_changes()
    with engine.ledger.read() as connection:
        return batches.load(connection, batch.batch_id)


def _work(engine: Engine, batch: Batch, say: Callable[[int], None]) -> None:
    def progress(n_done: int) -> None:
        say(n_done)
        with engine.ledger.write(at=engine.clock.now()) as txn:
            batches.tell_progress(txn, batch.batch_id, n_done=n_done, until=_lease_end(engine))

    with engine.ledger.read() as connection:
        choices = import_choices.load(connection, batch.batch_id)
        is_half_shown = batches.is_half_shown(connection, batch.batch_id)
    if is_half_shown:
        _show_rest(engine, batch, 0)
        return
    table = intake.open_table(upload_path(engine, batch.file_hash))
    for _ in range(_MAX_ATTEMPTS):
        _discard(engine, batch.batch_id)  # what an interrupted attempt left; it was never shown
        with Planner(engine, table, batch.mapping, at=batch.created_at, choices=choices) as planner:
            if batch.state == "checking" or batch.purpose == "score":
                _check(engine, batch, table, planner, choices, progress)
            elif not _import(engine, batch, table, planner, choices, say):
                continue
        if batch.purpose == "score" and batch.state != "checking":
            _score_only(engine, batch)
        return
    raise Conflict("People of this file kept coming in by another way while it was taken in; nothing of it was. Try it again")


def _discard(engine: Engine, batch_id: int) -> None:
    """Take away what is hidden of an import, a little at a time: others write meanwhile."""
    n_removed = 1
    while n_removed:
        with engine.ledger.write(at=engine.clock.now()) as txn:
            n_removed = batches.discard(txn, batch_id)


def _check(
    engine: Engine, batch: Batch, table: intake.TableFile, planner: Planner, choices: Choices, progress: Callable[[int], None]
) -> None:
    """Note what an import would do: counts, rejected rows and their reasons, what it would add, who is like whom."""
    is_asked = batch.state == "checking"
    effect = EffectSum(engine, batch.created_at)
    for stretch in planner:
        if is_asked:
            effect.take(stretch)
            note_people(planner.index, stretch)
        if stretch.rejections:
            with engine.ledger.write(at=engine.clock.now()) as txn:
                batches.keep_rejections(txn, batch.batch_id, stretch.rejections)
        progress(planner.counts.n_rows)
    told, alike = (asdict(effect.told()), find_lookalikes(engine, planner.index)) if is_asked else (None, [])
    with engine.ledger.write(at=engine.clock.now()) as txn:
        _keep_findings(txn, batch, table, planner, choices, told)
        if is_asked:
            import_choices.keep_lookalikes(txn, batch.batch_id, alike)
            batches.move(txn, batch.batch_id, from_states=("checking",), to_state="checked")


def _keep_findings(
    txn: Txn, batch: Batch, table: intake.TableFile, planner: Planner, choices: Choices, effect: Mapping[str, object] | None = None
) -> None:
    """Note what the file looks like and what became of its rows, and remember what was chosen for its sender."""
    report: dict[str, object] = {
        "dialect": asdict(table.dialect),
        "header_row": table.header_row,
        "columns": list(table.columns),
        "left_out": told_left_out(table),
    }
    batches.keep_counts(txn, batch.batch_id, planner.counts, {**batch.report, **report, **({"effect": effect} if effect else {})})
    sender = Sender(
        mapping=batch.mapping, policy=choices.policy, date_order=choices.date_order, file_name=batch.file_name, n_used=1
    )
    import_choices.remember(txn, header_hash(table.columns), sender)


def _lease_end(engine: Engine) -> datetime:
    return engine.clock.now() + _LEASE * engine.clock.speed


def _score_only(engine: Engine, batch: Batch) -> None:
    """Write the scored file; the ledger learns nothing of the people in it."""
    source, target = upload_path(engine, batch.file_hash), engine.settings.scored_path(batch.batch_id)
    score_file(engine, source, target, mapping=batch.mapping, at=engine.clock.now())
    with engine.ledger.write(at=engine.clock.now(), actor_id=batch.created_by) as txn:
        batches.finish(txn, batch.batch_id)


def _import(
    engine: Engine, batch: Batch, table: intake.TableFile, planner: Planner, choices: Choices, say: Callable[[int], None]
) -> bool:
    """Bring the file in: hidden rows first, in short transactions, then shown. False: it has to be planned anew."""

    def tell(txn: Txn) -> None:
        batches.tell_progress(txn, batch.batch_id, n_done=planner.counts.n_rows, until=_lease_end(engine))

    at = engine.clock.now()
    results = ImportResults(engine.settings.scored_path(batch.batch_id), table.columns)
    try:
        taking = Intake(engine, batch, planner, results, at)
        for stretch in planner:
            taking.take(stretch, tell)
            say(planner.counts.n_rows)
        taking.finish()
    finally:
        results.close()
    with engine.ledger.write(at=engine.clock.now()) as txn:
        _keep_findings(txn, batch, table, planner, choices)
    return _reveal(engine, batch, planner, taking)


def _reveal(engine: Engine, batch: Batch, planner: Planner, taking: Intake) -> bool:
    """Show all of it, the first of it only if nobody in it came in by another way meanwhile. False: nothing is shown."""
    last_id = show(engine, batch, planner, taking.changed_scores, engine.clock.now())
    if last_id:
        _show_rest(engine, batch, last_id)
    engine.show_changes()
    return last_id is not None


def _show_rest(engine: Engine, batch: Batch, after_id: int) -> None:
    show_rest(engine, batch, after_id, lambda txn: batches.keep_lease(txn, batch.batch_id, until=_lease_end(engine)))
    engine.show_changes()


def _fail(engine: Engine, batch_id: int, message: str) -> None:
    with engine.ledger.read() as connection:
        if batches.is_half_shown(connection, batch_id):
            return  # it only goes forward: once the lease has run out the next worker goes on
    _discard(engine, batch_id)
    with engine.ledger.write(at=engine.clock.now()) as txn:
        batches.fail(txn, batch_id, message)


def mind_batches(engine: Engine) -> None:
    """Give every import that waits for work a worker. The web process calls it again and again; leases keep a second worker out."""
    with engine.ledger.read() as connection:
        due = [batch.batch_id for batch in batches.due(connection, engine.clock.now())]
    with _minding:
        _workers[:] = [(batch_id, worker) for batch_id, worker in _workers if worker.poll() is None]
        busy = {batch_id for batch_id, _ in _workers}
        free = [batch_id for batch_id in due if batch_id not in busy][: _MAX_WORKERS - len(busy)]
        _workers.extend((batch_id, spawn_worker(engine, batch_id)) for batch_id in free)


def _start_worker(engine: Engine) -> None:
    if engine.bus:  # elsewhere the web process's next look finds the import
        mind_batches(engine)


def spawn_worker(engine: Engine, batch_id: int) -> subprocess.Popen[bytes]:
    """Work on a batch in a process of its own: the pages stay quick, and a file that breaks something breaks only that."""
    environment = child_environment(JORGE_HOME=str(engine.settings.home.resolve()))
    return subprocess.Popen([sys.executable, "-m", "engine", "work", str(batch_id)], cwd=ROOT, env=environment)  # noqa: S603
