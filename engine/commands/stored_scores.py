"""The scores of an import's new leads as the ledger keeps them and as files tell them, without a record for each: columns throughout."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from engine.commands.results import result_cells
from engine.commands.scoring import score_leads
from engine.commission.plan import estimate_columns
from engine.records import Lead, Score
from engine.runtime import Engine
from engine.scoring.explain import N_REASONS, ReasonColumns
from engine.scoring.features import NAMES
from engine.scoring.frame import frame_of
from engine.scoring.scale import BAND_AT
from engine.scoring.score_table import ScoreTable
from engine.scoring.scorer import Scorer, packed
from engine.store.bulk import insert_columns
from engine.store.ledger import Txn
from engine.store.scores import save_scores
from engine.store.tables import scores as score_table

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_N_TOLD = (3, 2)  # reasons for and against that a file has room for


@dataclass(frozen=True, slots=True)
class StoredScores:
    """Scores of several leads, as `columns` for the ledger or (from a team's own model) as `records`, and each lead's cells for a file."""

    columns: dict[str, list[Any]]
    records: list[Score]
    cells: list[list[Any]]
    price_cents: list[int | None]  # as estimated


def score_to_store(engine: Engine, leads: Sequence[Lead], at: datetime) -> StoredScores:
    """Score leads of whom the ledger doesn't know yet; the same numbers as `score_leads`."""
    scorer = engine.scorer
    if type(scorer) is not Scorer or not leads:  # a team's own model puts each score together by itself
        return _of_records(score_leads(engine, leads, at) if leads else [])
    preferences = engine.preferences
    frame = frame_of(leads, market=preferences.market, at=at, vocabulary=scorer.bundle.vocabulary)
    return _of_table(scorer.table(frame, market=preferences.market, bands=preferences.bands), at, preferences.commission_rate)


def keep_scores(txn: Txn, lead_ids: Sequence[int], scores: StoredScores) -> None:
    """Keep the first scores of leads that are new to the ledger, in their order. Nobody hears of leads that are hidden."""
    if scores.records:
        save_scores(txn, [replace(score, lead_id=lead_id) for score, lead_id in zip(scores.records, lead_ids, strict=True)])
        return
    n = len(lead_ids)
    columns = scores.columns | {"lead_id": list(lead_ids), "is_current": [True] * n, "source": [""] * n}
    stored = ("reasons_for", "reasons_against", "inputs", "effects", "inputs_hash")
    insert_columns(txn.connection, score_table, columns, as_stored=stored)


def _of_records(scores: Sequence[Score]) -> StoredScores:
    prices = [score.price.p50_cents if score.price else None for score in scores]
    return StoredScores({}, list(scores), [result_cells(score) for score in scores], prices)


def _of_table(table: ScoreTable, at: datetime, rate: float) -> StoredScores:
    n = len(table)
    gci, expected = (part.tolist() for part in estimate_columns(table.price.p50_cents, table.probability, rate=rate))
    p50 = table.price.p50_cents.tolist()
    reasons_for, reasons_against = _reasons(table.reasons)
    probability, score, confidence = table.probability.tolist(), table.score.tolist(), table.confidence.tolist()
    band = [BAND_AT[place].value for place in table.band.tolist()]
    columns: dict[str, list[Any]] = {
        "scored_at": [at] * n,
        "probability": probability,
        "probability_low": table.probability_low.tolist(),
        "probability_high": table.probability_high.tolist(),
        "score": score,
        "confidence": confidence,
        "has_enough_evidence": table.has_enough_evidence.tolist(),
        "n_similar": table.n_similar.tolist(),
        "n_similar_closed": table.n_similar_closed.tolist(),
        "model_version": [table.model_version] * n,
        "inputs_hash": table.inputs_hash,
        "inputs": packed(table.inputs),
        "effects": packed(table.effects),
        "band": band,
        "reasons_for": reasons_for,
        "reasons_against": reasons_against,
        "price_low_cents": table.price.low_cents.tolist(),
        "price_p50_cents": p50,
        "price_high_cents": table.price.high_cents.tolist(),
        "price_basis": [table.price.bases[place] for place in table.price.basis.tolist()],
        "commission_rate": [rate] * n,
        "rate_source": ["default"] * n,
        "gci_cents": gci,
        "expected_cents": expected,
    }
    told = zip(probability, score, band, confidence, p50, expected, _told(table.reasons), strict=True)
    cells = [
        [f"{p:.6f}", points, word, f"{sure:.4f}", price / 100, worth / 100, *texts]
        for p, points, word, sure, price, worth, texts in told
    ]
    return StoredScores(columns, [], cells, p50)


def _reasons(reasons: ReasonColumns) -> tuple[list[str], list[str]]:
    """Each lead's reasons for and against as the JSON that the ledger keeps; what comes before and after a number is written once."""
    around: dict[tuple[int, int], tuple[str, str]] = {}
    values, texts = reasons.phrases.values, reasons.phrases.texts

    def written(features: list[int], effects: list[float], phrases: list[int]) -> str:
        parts = []
        for feature, effect, phrase in zip(features, effects, phrases, strict=True):
            if feature < 0:
                continue
            if (feature, phrase) not in around:
                before = f'{{"feature":{_JSON(NAMES[feature])},"value":{_JSON(values[phrase])},"effect":'
                around[feature, phrase] = before, f',"text":{_JSON(texts[phrase])}}}'
            before, after = around[feature, phrase]
            parts.append(f"{before}{effect!r}{after}")
        return f"[{','.join(parts)}]"

    sides = (slice(0, N_REASONS), slice(N_REASONS, 2 * N_REASONS))
    first, second = (
        [
            written(*row)
            for row in zip(
                reasons.feature[:, side].tolist(), reasons.effect[:, side].tolist(), reasons.phrase[:, side].tolist(), strict=True
            )
        ]
        for side in sides
    )
    return first, second


def _told(reasons: ReasonColumns) -> list[list[str]]:
    """The texts of each lead's reasons that a scored file has columns for."""
    places = np.r_[0 : _N_TOLD[0], N_REASONS : N_REASONS + _N_TOLD[1]]
    phrase = np.where(reasons.feature[:, places] >= 0, reasons.phrase[:, places], len(reasons.phrases.texts))
    texts = [*reasons.phrases.texts, ""]
    return [[texts[one] for one in row] for row in phrase.tolist()]
