"""Taking a file in: stretch by stretch into hidden rows, then shown. From the first shown row on an import only goes forward."""

import time
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from engine.commands.leads import deal_at
from engine.commands.planning import Planner, Stretch
from engine.commands.results import ImportResults, result_cells
from engine.commands.scoring import score_leads
from engine.commands.stored_scores import StoredScores, keep_scores, score_to_store
from engine.delivery.consenting import consents_of_import
from engine.records import Lead, Opportunity, Score
from engine.runtime import Engine
from engine.store import batches, consents, import_undos, leads, opportunities, scores, undo
from engine.store.batches import Batch
from engine.store.ledger import Txn

_BREATH_S = 0.005  # between transactions that follow one another at once: others write meanwhile


class Intake:
    """Brings the people of a file in, hidden, and remembers what is needed to show them."""

    def __init__(self, engine: Engine, batch: Batch, planner: Planner, results: ImportResults, at: datetime) -> None:
        self.changed_scores: list[Score] = []
        self._engine, self._batch, self._planner, self._results, self._at = engine, batch, planner, results, at
        self._first_places: list[int] = []  # where each run of leads begins in the file
        self._first_numbers: list[int] = []  # and with which number
        self._later: dict[int, list[object]] = {}  # result cells of those whose score changed after their row was written

    def take(self, stretch: Stretch, tell: Callable[[Txn], None]) -> None:
        """Write a stretch of rows down: new people hidden, earlier ones of the file made anew, what was rejected or met."""
        new = list(stretch.created.values())
        scored = score_to_store(self._engine, new, self._at)
        rewritten = {place: now for place, (before, now) in stretch.rewritten.items() if now is not before}
        again = score_to_store(self._engine, list(rewritten.values()), self._at)
        with self._engine.ledger.write(at=self._at, actor_id=self._batch.created_by) as txn:
            hidden = leads.insert_leads(txn, new, batch_id=self._batch.batch_id, at=self._at, is_visible=False, with_keys=False)
            self._number(stretch, hidden)
            numbers = {place: self._number_of(place) for place in (*stretch.created, *stretch.rewritten)}
            changed = {numbers[place]: lead for place, lead in rewritten.items()}
            if changed:
                leads.rewrite_hidden(txn, self._batch.batch_id, changed, at=self._at)
            keys = [(key, numbers[place]) for key, place in stretch.keys.items()]
            leads.add_hidden_keys(txn, self._batch.batch_id, keys)
            self._keep(txn, [numbers[place] for place in stretch.created], new, scored)
            self._keep(txn, list(changed), list(changed.values()), again)
            batches.keep_rejections(txn, self._batch.batch_id, stretch.rejections)
            batches.keep_merges(txn, self._batch.batch_id, stretch.merges, numbers)
            tell(txn)
        self._write_rows(stretch, scored, dict(zip(rewritten, again.cells, strict=True)))

    def finish(self) -> None:
        """Every row is in: score the leads of the ledger that the file changes, and finish the scored file."""
        changed = list(self._planner.changed.values())
        self.changed_scores = score_leads(self._engine, changed, self._at)
        self._later |= {score.lead_id: result_cells(score) for score in self.changed_scores}
        self._results.finish(self._later)

    def _number(self, stretch: Stretch, ids: Sequence[int]) -> None:
        if ids:
            self._first_places.append(next(iter(stretch.created)))
            self._first_numbers.append(ids[0])

    def _number_of(self, place: int) -> int:
        """The lead that somebody new of the file is. Numbers run on within a stretch."""
        run = bisect_right(self._first_places, place) - 1
        return self._first_numbers[run] + place - self._first_places[run]

    def _keep(self, txn: Txn, ids: Sequence[int], new: Sequence[Lead], scored: StoredScores) -> None:
        keep_scores(txn, ids, scored)
        told = zip(new, ids, scored.price_cents, strict=True)
        speaking = [(replace(lead, lead_id=number), cents) for lead, number, cents in told if lead.deal]
        opportunities.insert_opportunities(txn, _deals(speaking, self._engine.preferences.commission_rate, self._at))

    def _write_rows(self, stretch: Stretch, scored: StoredScores, again: Mapping[int, list[object]]) -> None:
        cells: dict[int, Sequence[object]] = {-1 - place: told for place, told in zip(stretch.created, scored.cells, strict=True)}
        self._later |= {-1 - place: told for place, told in again.items()}
        known = sorted({outcome.ref for outcome in stretch.outcomes if outcome.in_ledger} - self._planner.changed.keys())
        with self._engine.ledger.read() as connection:
            cells |= {lead_id: result_cells(score) for lead_id, score in scores.current(connection, known).items()}
        self._results.add(stretch, cells)


def show(engine: Engine, batch: Batch, planner: Planner, changed_scores: Sequence[Score], at: datetime) -> int | None:
    """The step after which an import only goes forward: what it changes, and its first leads.

    Answers the last lead shown, 0 when that was all and the import is done, or None, and nothing is done, if somebody of the file came in
    by another way meanwhile.
    """
    with engine.ledger.read() as connection:  # all of it, without holding up others; the first leads once more below
        if batches.find_conflicts(connection, batch.batch_id):
            return None
    try:
        with engine.ledger.write(at=at, actor_id=batch.created_by) as txn:
            _change_known(engine, txn, batch, planner, changed_scores)
            _keep_consents(txn, batch, planner.changed)
            if batches.reveal(txn, batch.batch_id):
                raise _MetMeanwhile
            counts = planner.counts
            txn.audit("import", "batches", batch.batch_id, {"n_created": counts.n_created, "n_updated": len(planner.changed)})
            ids = batches.shown_ids(txn.connection, batch.batch_id)
            _keep_consents(txn, batch, _stating(txn, ids))
            if len(ids) == batches.N_SHOWN:
                return ids[-1]
            _end(txn, batch)
            return 0
    except _MetMeanwhile:
        return None


def show_rest(engine: Engine, batch: Batch, after_id: int, tell: Callable[[Txn], None]) -> None:
    """Show what is still hidden, in short transactions, and end the import. After a crash it is called again, from 0."""
    with engine.ledger.read() as connection:
        at = batches.first_shown_at(connection, batch.batch_id) or engine.clock.now()
    while True:
        with engine.ledger.write(at=at, actor_id=batch.created_by) as txn:
            ids = batches.reveal_more(txn, batch.batch_id, after_id)
            _keep_consents(txn, batch, _stating(txn, ids))
            if not ids:
                _end(txn, batch)
                break
            tell(txn)
        after_id = ids[-1]
        time.sleep(_BREATH_S)


class _MetMeanwhile(Exception):
    """Takes a transaction back."""


def _end(txn: Txn, batch: Batch) -> None:
    batches.finish(txn, batch.batch_id)
    txn.emit("batch_finished", "batches", batch.batch_id)


def _stating(txn: Txn, ids: Sequence[int]) -> dict[int, Lead]:
    """Those of these leads that came with columns of their own: only these can state a consent."""
    return {lead.lead_id: lead for lead in leads.load_addressed(txn.connection, ids) if lead.extra}


def _keep_consents(txn: Txn, batch: Batch, people: Mapping[int, Lead]) -> None:
    brought_by = f"import {batch.batch_id}, {batch.file_name}"
    given = consents_of_import(people.items(), brought_by=brought_by, at=txn.at)
    if given:
        consents.add_consents(txn, given)


def _change_known(engine: Engine, txn: Txn, batch: Batch, planner: Planner, changed_scores: Sequence[Score]) -> None:
    """Write what the file adds to leads that were there already, and keep what it changed for an exact undo."""
    if not planner.changes:
        return
    changes = {lead_id: (planner.changed[lead_id], changed) for lead_id, changed in planner.changes.items()}
    with undo.recorded(txn, undo.OF_IMPORT, f"Import {batch.batch_id}", sorted(changes)) as recording:
        leads.update_leads(txn, changes)
        _keep_deals(engine, txn, planner, changed_scores)
        scores.save_scores(txn, changed_scores)
    import_undos.keep_action(txn, batch.batch_id, recording.action_id)


def _keep_deals(engine: Engine, txn: Txn, planner: Planner, changed_scores: Sequence[Score]) -> None:
    """What the file says of the deals of people who were there already: new deals are opened, blanks of known ones filled."""
    speaking = {lead_id: planner.changed[lead_id] for lead_id, changes in planner.changes.items() if "deal" in changes}
    known = opportunities.of_leads(txn.connection, sorted(speaking))
    for deal in known:
        stated = speaking[deal.lead_id].deal
        if stated and deal.closes_on is None and deal.closed_on is None:
            opportunities.update_opportunity(txn, deal.opportunity_id, {"closes_on": stated.closes_on})
    new = speaking.keys() - {deal.lead_id for deal in known}
    prices = [
        (speaking[score.lead_id], score.price.p50_cents if score.price else None)
        for score in changed_scores
        if score.lead_id in new
    ]
    opportunities.insert_opportunities(txn, _deals(prices, engine.preferences.commission_rate, txn.at))


def _deals(people: Sequence[tuple[Lead, int | None]], rate: float, at: datetime) -> list[Opportunity]:
    """The deals that the file speaks of. One without a price gets what the lead's home was estimated at."""
    return [deal_at(lead, lead.deal, cents, rate=rate, at=at) for lead, cents in people if lead.deal]
