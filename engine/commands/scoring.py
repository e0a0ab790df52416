"""Scoring as the office does it: the model's numbers with the office's bands, market and commission rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine.access import Actor, Permission, require
from engine.commission.plan import estimate
from engine.records import Lead, Score
from engine.runtime import Engine, Preferences
from engine.scoring.lead_columns import N_LEADS, LeadColumns
from engine.scoring.score_table import to_arrow
from engine.store import leads as lead_store
from engine.store import scores as score_store

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.scoring.frame import LeadFrame

_CHUNK = 2_000


def score_leads(engine: Engine, leads: Sequence[Lead], at: datetime) -> list[Score]:
    """Score leads without storing anything: probability, reasons, price and expected commission, in the order given.

    A single lead of whom nothing is new since a score of the last five minutes gets that score, with its time.
    """
    preferences = engine.preferences
    scores = [_cached(engine, preferences, leads[0], at)] if len(leads) == 1 else _scored(engine, preferences, leads, at)
    return [_with_commission(score, preferences.commission_rate) for score in scores]


def _cached(engine: Engine, preferences: Preferences, lead: Lead, at: datetime) -> Score:
    """A single lead is often asked for again within minutes, with nothing new of him."""
    key = engine.scorer.fingerprint(lead, market=preferences.market, at=at, bands=preferences.bands)
    return engine.score_cache.score(key, lead.lead_id, at, lambda: _scored(engine, preferences, [lead], at)[0])


def _scored(engine: Engine, preferences: Preferences, leads: Sequence[Lead], at: datetime) -> list[Score]:
    return engine.scorer.score(leads, market=preferences.market, at=at, bands=preferences.bands)


def score_columns(engine: Engine, columns: LeadColumns, at: datetime) -> Iterator[pa.Table]:
    """Score any number of leads that come as columns, block by block, with reasons and price, for DuckDB or a file.

    The next block is scored while the caller stores this one.
    """
    market, bands, scorer = engine.preferences.market, engine.preferences.bands, engine.scorer

    def scored(place: tuple[int, LeadFrame]) -> pa.Table:
        start, frame = place
        return to_arrow(scorer.table(frame, market=market, bands=bands), columns.lead_ids[start : start + len(frame)])

    frames = columns.frames(market=market, at=at, vocabulary=scorer.bundle.vocabulary)
    places = ((number * N_LEADS, frame) for number, frame in enumerate(frames))
    with ThreadPoolExecutor(max_workers=1) as ahead:
        coming: Future[pa.Table] | None = None
        for place in places:
            ready, coming = coming, ahead.submit(scored, place)
            if ready is not None:
                yield ready.result()
        if coming is not None:
            yield coming.result()


def rescore_leads(engine: Engine, actor: Actor, lead_ids: Sequence[int]) -> int:
    """Score these leads of the ledger anew and keep the result; answers how many."""
    require(actor, Permission.WORK_LEADS)
    at = engine.clock.now()
    for start in range(0, len(lead_ids), _CHUNK):
        ids = lead_ids[start : start + _CHUNK]
        with engine.ledger.read() as connection:
            leads = lead_store.load_leads(connection, ids)
        scores = score_leads(engine, leads, at)
        with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
            score_store.save_scores(txn, scores)
            for score in scores:
                txn.emit("lead_scored", "leads", score.lead_id)
    engine.show_changes()
    return len(lead_ids)


def _with_commission(score: Score, rate: float) -> Score:
    """The default rate is all there is until a deal states another, so it is marked as such."""
    if score.price is None:
        return score
    commission = estimate(score.price.p50_cents, score.probability, rate=rate, rate_source="default")
    return replace(score, commission=commission)
