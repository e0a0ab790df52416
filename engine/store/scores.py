"""Scores in the ledger: the newest of each lead is current, the older ones are its history."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, bindparam, select, update

from engine.access import Agents
from engine.records import Band, CommissionEstimate, PriceEstimate, Reason, Score, Stage
from engine.store.leads import announce, chunks
from engine.store.ledger import Txn, adding, execute_many, upsert
from engine.store.shown import is_shown
from engine.store.tables import leads, opportunities, scores

_CHUNK = 5_000
_REASON_FIELDS = tuple(field.name for field in fields(Reason))
_OUTDATED = (
    update(scores)
    .where(scores.c.lead_id.in_(bindparam("outdated_ids", expanding=True)), scores.c.is_current)
    .values(is_current=False)
)
_PLAIN = (
    "lead_id",
    "scored_at",
    "probability",
    "probability_low",
    "probability_high",
    "score",
    "confidence",
    "has_enough_evidence",
    "n_similar",
    "n_similar_closed",
    "model_version",
    "inputs_hash",
)


def save_scores(txn: Txn, new: Sequence[Score], *, source: str = "") -> None:
    """Keep scores, at most one a lead: each becomes its lead's current one. `source` says which kind of program asked."""
    for chunk in chunks(new, _CHUNK):
        ids = [score.lead_id for score in chunk]
        txn.connection.execute(_OUTDATED, {"outdated_ids": ids})
        execute_many(txn.connection, upsert(txn.connection, scores), [_as_row(score, source) for score in chunk])
        announce(txn, "lead_scored", ids)


def save_first_scores(txn: Txn, new: Sequence[Score], *, source: str = "") -> None:
    """Like `save_scores`, for visible leads that this very transaction has added: nothing is there yet that could be outdated."""
    execute_many(txn.connection, adding(scores), [_as_row(score, source) for score in new])
    for score in new:
        txn.emit("lead_scored", "leads", score.lead_id)


def current(connection: Connection, lead_ids: Sequence[int]) -> dict[int, Score]:
    """The current scores of these leads; those never scored are left out."""
    found: dict[int, Score] = {}
    for chunk in chunks(lead_ids, _CHUNK):
        asked = select(scores).where(scores.c.lead_id.in_(chunk), scores.c.is_current)
        found |= {row["lead_id"]: _as_score(row) for row in connection.execute(asked).mappings()}
    return found


def current_moments(connection: Connection, lead_ids: Sequence[int]) -> dict[int, datetime]:
    """When the current scores of these leads were made."""
    if not lead_ids:
        return {}
    asked = select(scores.c.lead_id, scores.c.scored_at).where(scores.c.lead_id.in_(lead_ids), scores.c.is_current)
    return {lead_id: scored_at for lead_id, scored_at in connection.execute(asked)}  # noqa: C416 (rows are not pairs to the type checker)


def history(connection: Connection, lead_id: int, limit: int = 100) -> list[Score]:
    """A lead's scores, the newest first."""
    asked = select(scores).where(scores.c.lead_id == lead_id).order_by(scores.c.scored_at.desc()).limit(limit)
    return [_as_score(row) for row in connection.execute(asked).mappings()]


def foretold(connection: Connection) -> list[tuple[float, bool]]:
    """For each ended deal that was scored before it ended: the first probability said, and whether it closed."""
    asked = (
        select(opportunities.c.opportunity_id, opportunities.c.stage, scores.c.probability)
        .join(scores, and_(scores.c.lead_id == opportunities.c.lead_id, scores.c.scored_at < opportunities.c.stage_since))
        .where(opportunities.c.stage.in_([Stage.CLOSED.value, Stage.LOST.value]))
        .order_by(opportunities.c.opportunity_id, scores.c.scored_at)
    )
    first: dict[int, tuple[float, bool]] = {}
    for opportunity_id, stage, probability in connection.execute(asked):
        first.setdefault(opportunity_id, (probability, stage == Stage.CLOSED.value))
    return list(first.values())


def foretold_money(connection: Connection, agents: Agents) -> tuple[int, int, int]:
    """Of ended deals that were scored before: how many, what the first score expected of them in all, and what they paid (GCI).

    A lost deal paid nothing: leaving it out would compare the odds with the winners alone.
    """
    asked = (
        select(opportunities.c.opportunity_id, scores.c.expected_cents, opportunities.c.stage, opportunities.c.gci_cents)
        .join(scores, and_(scores.c.lead_id == opportunities.c.lead_id, scores.c.scored_at < opportunities.c.stage_since))
        .join(leads, leads.c.lead_id == opportunities.c.lead_id)
        .where(opportunities.c.stage.in_([Stage.CLOSED.value, Stage.LOST.value]), scores.c.expected_cents.is_not(None))
        .where(leads.c.is_visible)
        .order_by(opportunities.c.opportunity_id, scores.c.scored_at)
    )
    if agents is not None:
        asked = asked.where(is_shown(agents))
    first: dict[int, tuple[int, int]] = {}
    for opportunity_id, expected, stage, gci in connection.execute(asked):
        first.setdefault(opportunity_id, (expected, (gci or 0) if stage == Stage.CLOSED.value else 0))
    return len(first), sum(expected for expected, _ in first.values()), sum(paid for _, paid in first.values())


def _as_row(score: Score, source: str) -> dict[str, Any]:
    price, commission = score.price, score.commission
    return {
        **{name: getattr(score, name) for name in _PLAIN},
        "inputs": score.inputs or None,  # null on scores kept before these were
        "effects": score.effects or None,
        "band": score.band.value,
        "is_current": True,
        "source": source,
        "reasons_for": _as_data(score.reasons_for),
        "reasons_against": _as_data(score.reasons_against),
        "price_low_cents": price.low_cents if price else None,
        "price_p50_cents": price.p50_cents if price else None,
        "price_high_cents": price.high_cents if price else None,
        "price_basis": price.basis if price else "",
        "commission_rate": commission.rate if commission else None,
        "rate_source": commission.rate_source if commission else "",
        "gci_cents": commission.gci_cents if commission else None,
        "expected_cents": commission.expected_cents if commission else None,
    }


def _as_data(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    # dataclasses.asdict copies everything deeply: 80 µs a lead, most of what saving a score took
    return [{name: getattr(reason, name) for name in _REASON_FIELDS} for reason in reasons]


def _as_score(row: RowMapping) -> Score:
    return Score(
        **{name: row[name] for name in _PLAIN},
        inputs=row["inputs"] or b"",
        effects=row["effects"] or b"",
        band=Band(row["band"]),
        reasons_for=tuple(Reason(**reason) for reason in row["reasons_for"]),
        reasons_against=tuple(Reason(**reason) for reason in row["reasons_against"]),
        price=_price(row),
        commission=_commission(row),
    )


def _price(row: RowMapping) -> PriceEstimate | None:
    if row["price_p50_cents"] is None:
        return None
    return PriceEstimate(
        low_cents=row["price_low_cents"],
        p50_cents=row["price_p50_cents"],
        high_cents=row["price_high_cents"],
        basis=row["price_basis"],
    )


def _commission(row: RowMapping) -> CommissionEstimate | None:
    if row["gci_cents"] is None:
        return None
    return CommissionEstimate(
        price_cents=row["price_p50_cents"],
        rate=row["commission_rate"],
        rate_source=row["rate_source"],
        gci_cents=row["gci_cents"],
        expected_cents=row["expected_cents"],
    )
