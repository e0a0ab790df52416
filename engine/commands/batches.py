"""The life of an import: kept file → check → (a person agrees) → import → done. A batch is whole or absent, whatever is killed when."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from engine import intake
from engine.access import Actor, Permission, require
from engine.commands.effects import checked_choices, effect_of, told_left_out
from engine.commands.import_undo import take_back, undo_import
from engine.commands.leads import deal_of
from engine.commands.lookalikes import find_lookalikes
from engine.commands.planning import Plan, plan_import
from engine.commands.results import score_file, write_scored_file
from engine.commands.scoring import score_leads
from engine.commands.uploads import Upload, header_hash, upload_path
from engine.delivery.consenting import consents_of_import
from engine.errors import Conflict, JorgeError
from engine.records import Lead, Opportunity, Score
from engine.runtime import Engine
from engine.settings import ROOT, child_environment
from engine.store import batches, consents, import_choices, import_undos, leads, opportunities, scores, undo
from engine.store.batches import Batch
from engine.store.import_choices import Choices, Lookalike, Sender
from engine.store.ledger import Txn

log = logging.getLogger(__name__)

Purpose = Literal["ledger", "score"]
_CHUNK = 500  # rows a transaction: long ones would keep other writers waiting
_LEASE = timedelta(seconds=30)  # of real time: a worker that is silent for so long was killed
_MAX_ATTEMPTS = 3
_MAX_WORKERS = 1  # a second core stays free for the pages
_workers: list[tuple[int, subprocess.Popen[bytes]]] = []
_minding = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of a file's rows; the four parts add up to `n_rows`."""

    n_rows: int
    n_created: int
    n_updated: int
    n_unchanged: int
    n_rejected: int


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

    table = intake.open_table(upload_path(engine, batch.file_hash))
    with engine.ledger.read() as connection:
        choices = import_choices.load(connection, batch.batch_id)
    for _ in range(_MAX_ATTEMPTS):
        _discard(engine, batch)  # what an interrupted attempt left; it was never shown
        plan = plan_import(engine, table, batch.mapping, at=batch.created_at, choices=choices, progress=progress)
        _keep_findings(engine, batch, table, plan, choices)
        if batch.state == "checking":
            return
        if batch.purpose == "score":
            _score_only(engine, batch)
            return
        if _import(engine, batch, plan):
            return
    raise Conflict("People of this file kept coming in by another way while it was taken in; nothing of it was. Try it again")


def _discard(engine: Engine, batch: Batch) -> None:
    with engine.ledger.write(at=engine.clock.now()) as txn:
        batches.discard(txn, batch.batch_id)


def _keep_findings(engine: Engine, batch: Batch, table: intake.TableFile, plan: Plan, choices: Choices) -> None:
    """Note what the check found: counts, rejected rows and their reasons, what the import would add, who is like whom."""
    counts = counts_of(plan)
    report: dict[str, object] = {
        "dialect": asdict(table.dialect),
        "header_row": table.header_row,
        "columns": list(table.columns),
        "left_out": told_left_out(table),
    }
    alike: list[Lookalike] = []
    if batch.state == "checking":
        report["effect"], alike = asdict(effect_of(engine, plan, batch.created_at)), find_lookalikes(engine, plan)
    sender = Sender(
        mapping=batch.mapping, policy=choices.policy, date_order=choices.date_order, file_name=batch.file_name, n_used=1
    )
    with engine.ledger.write(at=engine.clock.now()) as txn:
        batches.keep_rejections(txn, batch.batch_id, plan.rejections)
        batches.keep_counts(txn, batch.batch_id, counts, report if batch.state == "checking" else {**batch.report, **report})
        import_choices.remember(txn, header_hash(table.columns), sender)
        if alike:
            import_choices.keep_lookalikes(txn, batch.batch_id, alike)
        if batch.state == "checking":
            batches.move(txn, batch.batch_id, from_states=("checking",), to_state="checked")


def _lease_end(engine: Engine) -> datetime:
    return engine.clock.now() + _LEASE * engine.clock.speed


def counts_of(plan: Plan) -> Counts:
    """The plan's rows by outcome."""
    return Counts(
        n_rows=len(plan.outcomes),
        n_created=plan.count("create"),
        n_updated=plan.count("update"),
        n_unchanged=plan.count("unchanged"),
        n_rejected=plan.count("rejected"),
    )


def _score_only(engine: Engine, batch: Batch) -> None:
    """Write the scored file; the ledger learns nothing of the people in it."""
    source, target = upload_path(engine, batch.file_hash), engine.settings.scored_path(batch.batch_id)
    score_file(engine, source, target, mapping=batch.mapping, at=engine.clock.now())
    with engine.ledger.write(at=engine.clock.now(), actor_id=batch.created_by) as txn:
        batches.finish(txn, batch.batch_id)


def _import(engine: Engine, batch: Batch, plan: Plan) -> bool:
    """Bring the plan in: hidden rows first, in short transactions, then everything shown at once. False: it has to be planned anew."""
    at = engine.clock.now()
    ids: list[int] = []
    new_scores: list[Score] = []
    for start in range(0, len(plan.created), _CHUNK):
        chunk = plan.created[start : start + _CHUNK]
        scored = score_leads(engine, chunk, at)
        with engine.ledger.write(at=at, actor_id=batch.created_by) as txn:
            new_ids = leads.insert_leads(txn, chunk, batch_id=batch.batch_id, at=at, is_visible=False)
            named = [_named(score, lead_id) for score, lead_id in zip(scored, new_ids, strict=True)]
            scores.save_scores(txn, named)
            opportunities.insert_opportunities(txn, _deals(engine, chunk, named, at))
            batches.tell_progress(txn, batch.batch_id, n_done=start + len(chunk), until=_lease_end(engine))
        ids += new_ids
        new_scores += named
    changed = list(plan.changed.values())
    changed_scores = score_leads(engine, changed, at)
    known = _known_scores(engine, plan) | {score.lead_id: score for score in changed_scores}
    write_scored_file(engine, batch, plan, new_scores, known)
    return _reveal(engine, batch, plan, ids, changed_scores)


def _known_scores(engine: Engine, plan: Plan) -> dict[int, Score]:
    """The scores of leads that the file names and leaves as they are."""
    same = sorted({outcome.ref for outcome in plan.outcomes if outcome.in_ledger} - plan.changed.keys())
    with engine.ledger.read() as connection:
        return scores.current(connection, same)


def _reveal(engine: Engine, batch: Batch, plan: Plan, ids: list[int], changed_scores: list[Score]) -> bool:
    """One transaction makes all of it visible. False, and nothing shown, if somebody in it came in by another way meanwhile."""
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=batch.created_by) as txn:
        if batches.reveal(txn, batch.batch_id):
            return False
        _change_known(engine, txn, batch, plan, changed_scores)
        batches.keep_merges(txn, batch.batch_id, plan.merges, ids)
        people = [*zip(ids, plan.created, strict=True), *plan.changed.items()]
        brought_by = f"import {batch.batch_id}, {batch.file_name}"
        consents.add_consents(txn, consents_of_import(people, brought_by=brought_by, at=at))
        batches.keep_counts(txn, batch.batch_id, counts_of(plan), None)
        batches.finish(txn, batch.batch_id)
        txn.audit("import", "batches", batch.batch_id, {"n_created": len(ids), "n_updated": len(plan.changed)})
    engine.show_changes()
    return True


def _change_known(engine: Engine, txn: Txn, batch: Batch, plan: Plan, changed_scores: list[Score]) -> None:
    """Write what the file adds to leads that were there already, and keep what it changed for an exact undo."""
    if not plan.changes:
        return
    with undo.recorded(txn, undo.OF_IMPORT, f"Import {batch.batch_id}", sorted(plan.changes)) as recording:
        leads.update_leads(txn, {lead_id: (plan.changed[lead_id], changes) for lead_id, changes in plan.changes.items()})
        _keep_deals(engine, txn, plan, changed_scores)
        scores.save_scores(txn, changed_scores)
    import_undos.keep_action(txn, batch.batch_id, recording.action_id)


def _named(score: Score, lead_id: int) -> Score:
    return replace(score, lead_id=lead_id)


def _deals(engine: Engine, leads: Sequence[Lead], scores: Sequence[Score], at: datetime) -> list[Opportunity]:
    """The deals that the file speaks of."""
    rate = engine.preferences.commission_rate
    return [
        deal_of(replace(lead, lead_id=score.lead_id), lead.deal, score, rate=rate, at=at)
        for lead, score in zip(leads, scores, strict=True)
        if lead.deal
    ]


def _keep_deals(engine: Engine, txn: Txn, plan: Plan, changed_scores: Sequence[Score]) -> None:
    """What the file says of the deals of people who were there already: new deals are opened, blanks of known ones filled."""
    speaking = {lead_id: plan.changed[lead_id] for lead_id, changes in plan.changes.items() if "deal" in changes}
    known = opportunities.of_leads(txn.connection, sorted(speaking))
    for deal in known:
        stated = speaking[deal.lead_id].deal
        if stated and deal.closes_on is None and deal.closed_on is None:
            opportunities.update_opportunity(txn, deal.opportunity_id, {"closes_on": stated.closes_on})
    new = speaking.keys() - {deal.lead_id for deal in known}
    scores = [score for score in changed_scores if score.lead_id in new]
    opportunities.insert_opportunities(txn, _deals(engine, [speaking[score.lead_id] for score in scores], scores, txn.at))


def _fail(engine: Engine, batch_id: int, message: str) -> None:
    with engine.ledger.write(at=engine.clock.now()) as txn:
        batches.discard(txn, batch_id)
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
