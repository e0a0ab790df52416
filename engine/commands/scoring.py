"""Scoring as the office does it: the model's numbers with the office's bands, market and commission rate."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from engine.access import Actor, Permission, require
from engine.commission.plan import estimate
from engine.records import Lead, Score
from engine.runtime import Engine
from engine.store import leads as lead_store
from engine.store import scores as score_store

_CHUNK = 2_000


def score_leads(engine: Engine, leads: Sequence[Lead], at: datetime) -> list[Score]:
    """Score leads without storing anything: probability, reasons, price and expected commission, in the order given."""
    preferences = engine.preferences
    scores = engine.scorer.score(leads, market=preferences.market, at=at, bands=preferences.bands)
    return [_with_commission(score, preferences.commission_rate) for score in scores]


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
