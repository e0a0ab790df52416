"""Scoring as the office does it: the model's numbers with the office's bands, market and commission rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine.access import Actor, Permission, require
from engine.commission.plan import estimate, estimate_columns
from engine.records import Lead, Score
from engine.runtime import Engine, Preferences
from engine.scoring.lead_columns import N_LEADS, LeadColumns
from engine.scoring.score_table import ScoreTable, to_arrow
from engine.store import leads as lead_store
from engine.store import scores as score_store

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.scoring.frame import LeadFrame

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Scored:
    """A score, and whether it was made within the last five minutes already."""

    score: Score
    is_cached: bool


def score_leads(engine: Engine, leads: Sequence[Lead], at: datetime) -> list[Score]:
    """Score leads without storing anything: probability, reasons, price and expected commission, in the order given.

    A single lead of whom nothing is new since a score of the last five minutes gets that score, with its time.
    """
    if len(leads) == 1:
        return [one.score for one in score_each(engine, leads, at)]
    preferences = engine.preferences
    return [with_commission(score, preferences.commission_rate) for score in _scored(engine, preferences, leads, at)]


def score_each(engine: Engine, leads: Sequence[Lead], at: datetime) -> list[Scored]:
    """Score leads that are often asked for again within minutes with nothing new of them: at once, in the order given."""
    preferences, cache = engine.preferences, engine.score_cache
    keys = [engine.scorer.fingerprint(lead, market=preferences.market, at=at, bands=preferences.bands) for lead in leads]
    kept = [cache.find(key, at) for key in keys]
    missing = [lead for lead, score in zip(leads, kept, strict=True) if score is None]
    fresh = iter(_scored(engine, preferences, missing, at) if missing else ())
    found = []
    for lead, key, old in zip(leads, keys, kept, strict=True):
        score = next(fresh) if old is None else replace(old, lead_id=lead.lead_id)
        if old is None:
            cache.keep(key, score, at)
        found.append(Scored(with_commission(score, preferences.commission_rate), old is not None))
    return found


def _scored(engine: Engine, preferences: Preferences, leads: Sequence[Lead], at: datetime) -> list[Score]:
    return engine.scorer.score(leads, market=preferences.market, at=at, bands=preferences.bands)


def score_columns(engine: Engine, columns: LeadColumns, at: datetime, *, with_effects: bool = False) -> Iterator[pa.Table]:
    """Score any number of leads that come as columns, block by block, for DuckDB or a file: reasons, price, expected commission.

    `with_effects` keeps what the model saw and what each of it did. The next block is scored while the caller stores this one.
    """
    preferences, scorer = engine.preferences, engine.scorer
    market, bands, rate = preferences.market, preferences.bands, preferences.commission_rate

    def scored(place: tuple[int, LeadFrame]) -> pa.Table:
        start, frame = place
        table = scorer.table(frame, market=market, bands=bands)
        return _and_commission(
            to_arrow(table, columns.lead_ids[start : start + len(frame)], with_effects=with_effects), table, rate
        )

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


def _and_commission(rows: pa.Table, table: ScoreTable, rate: float) -> pa.Table:
    """The default rate is all there is for leads without a deal, so it is marked as such."""
    gci, expected = estimate_columns(table.price.p50_cents, table.probability, rate=rate)
    import pyarrow as pa

    assumed = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(table), np.int32)), pa.array(["default"]))
    said: dict[str, object] = {
        "commission_rate": np.full(len(table), rate),
        "rate_source": assumed,
        "gci_cents": gci,
        "expected_cents": expected,
    }
    for name, column in said.items():
        rows = rows.append_column(name, [column])
    return rows


def with_commission(score: Score, rate: float) -> Score:
    """A score with the commission its price would pay.

    The default rate is all there is until a deal states another, so it is marked as such.
    """
    if score.price is None:
        return score
    commission = estimate(score.price.p50_cents, score.probability, rate=rate, rate_source="default")
    return replace(score, commission=commission)
