"""The scores of many leads as columns: for batches too large for a record each; as records or as an Arrow table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine.records import Score
from engine.scoring.explain import N_REASONS, ReasonColumns, reasons_of
from engine.scoring.features import NAMES
from engine.scoring.kernels import Floats, Longs
from engine.scoring.price import PriceColumns, estimates_of
from engine.scoring.scale import BAND_AT

if TYPE_CHECKING:
    import pyarrow as pa

_SIDES = ("for", "against")


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """One row a lead, in the frame's order; each column as the field of `Score` of the same name."""

    at_us: int
    model_version: str
    probability: Floats
    probability_low: Floats
    probability_high: Floats
    score: Longs
    band: Longs  # the place in `BAND_AT`
    confidence: Floats
    has_enough_evidence: np.ndarray
    n_similar: np.ndarray
    n_similar_closed: np.ndarray
    reasons: ReasonColumns
    price: PriceColumns
    inputs_hash: list[str]
    inputs: Floats  # what the model saw: leads x features
    effects: Floats  # what each of it did

    def __len__(self) -> int:
        return len(self.probability)


def records_of(
    table: ScoreTable, lead_ids: Sequence[int], at: datetime, inputs: Sequence[bytes], effects: Sequence[bytes]
) -> list[Score]:
    """The table as records, each with its packed inputs and effects."""
    rows = zip(
        lead_ids,
        table.probability.tolist(),
        table.probability_low.tolist(),
        table.probability_high.tolist(),
        table.score.tolist(),
        table.band.tolist(),
        table.confidence.tolist(),
        table.has_enough_evidence.tolist(),
        table.n_similar.tolist(),
        table.n_similar_closed.tolist(),
        reasons_of(table.reasons),
        estimates_of(table.price),
        table.inputs_hash,
        inputs,
        effects,
        strict=True,
    )
    return [
        Score(
            lead_id=lead_id,
            probability=p,
            probability_low=p_low,
            probability_high=p_high,
            score=score,
            band=BAND_AT[band],
            confidence=confidence,
            has_enough_evidence=is_enough,
            n_similar=similar,
            n_similar_closed=closed,
            reasons_for=reasons[0],
            reasons_against=reasons[1],
            price=price,
            model_version=table.model_version,
            inputs_hash=print_,
            scored_at=at,
            inputs=seen,
            effects=moved,
        )
        for lead_id, p, p_low, p_high, score, band, confidence, is_enough, similar, closed, reasons, price, print_, seen, moved in rows
    ]


def to_arrow(table: ScoreTable, lead_ids: np.ndarray, *, with_effects: bool = True) -> pa.Table:
    """The table for DuckDB or a Parquet file; words are stored once, rows hold their number.

    `with_effects` keeps what the model saw and what each of it did.
    """
    import pyarrow as pa

    n = len(table)
    columns: dict[str, pa.Array] = {
        "lead_id": pa.array(lead_ids),
        "scored_at": pa.array(np.full(n, table.at_us), pa.timestamp("us", "UTC")),
        "probability": pa.array(table.probability),
        "probability_low": pa.array(table.probability_low),
        "probability_high": pa.array(table.probability_high),
        "score": pa.array(table.score, pa.int16()),
        "band": _said(table.band, [band.value for band in BAND_AT]),
        "confidence": pa.array(table.confidence),
        "has_enough_evidence": pa.array(table.has_enough_evidence),
        "n_similar": pa.array(table.n_similar, pa.int32()),
        "n_similar_closed": pa.array(table.n_similar_closed, pa.int32()),
        "price_low_cents": pa.array(table.price.low_cents),
        "price_p50_cents": pa.array(table.price.p50_cents),
        "price_high_cents": pa.array(table.price.high_cents),
        "price_basis": _said(table.price.basis, list(table.price.bases)),
        "model_version": _said(np.zeros(n, np.int64), [table.model_version]),
        "inputs_hash": pa.array(table.inputs_hash),
    }
    if with_effects:
        columns |= {"inputs": _rows_of(table.inputs), "effects": _rows_of(table.effects)}
    return pa.table(columns | _reason_columns(table.reasons))


def _reason_columns(reasons: ReasonColumns) -> dict[str, pa.Array]:
    import pyarrow as pa

    columns: dict[str, pa.Array] = {}
    for place in range(2 * N_REASONS):
        name = f"reason_{_SIDES[place // N_REASONS]}_{place % N_REASONS + 1}"
        is_none = reasons.feature[:, place] < 0
        columns[f"{name}_feature"] = _said(reasons.feature[:, place], list(NAMES))
        columns[f"{name}_value"] = _said(reasons.phrase[:, place], reasons.phrases.values)
        columns[f"{name}_effect"] = pa.array(reasons.effect[:, place], mask=is_none)
        columns[f"{name}_text"] = _said(reasons.phrase[:, place], reasons.phrases.texts)
    return columns


def _rows_of(matrix: Floats) -> pa.Array:
    """Each row's numbers as a list of 32-bit numbers, as a single score keeps them."""
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array((matrix + 0.0).astype("<f4").reshape(-1)), matrix.shape[1])


def _said(codes: np.ndarray, words: list[str]) -> pa.Array:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), pa.array(words, pa.string()))
