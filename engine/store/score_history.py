"""What was said before, in the ledger: the inputs of kept scores, and of ended deals what was foretold and what came."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from engine.records import Band, Stage
from engine.store.tables import opportunities, scores


@dataclass(frozen=True, slots=True)
class KeptInputs:
    """The inputs of one score, packed as the score keeps them, and what was said on them."""

    lead_id: int
    scored_at: datetime
    probability: float
    inputs: bytes


@dataclass(frozen=True, slots=True)
class Foretold:
    """An ended deal that was scored before it ended: the first thing said, by which model, and what came."""

    probability: float
    confidence: float
    band: Band
    model_version: str
    ended_at: datetime
    has_closed: bool


def kept_inputs(
    connection: Connection, model_version: str, *, since: datetime | None = None, until: datetime | None = None, limit: int = 20_000
) -> list[KeptInputs]:
    """The newest scores by this model in a window, the latest first; each lead once, by its latest score there."""
    asked = select(scores.c.lead_id, scores.c.scored_at, scores.c.probability, scores.c.inputs).where(
        scores.c.model_version == model_version, scores.c.inputs.is_not(None)
    )
    asked = asked.where(scores.c.scored_at >= since) if since else asked
    asked = asked.where(scores.c.scored_at < until) if until else asked
    found: dict[int, KeptInputs] = {}
    for row in connection.execute(asked.order_by(scores.c.scored_at.desc()).limit(limit)):
        found.setdefault(row[0], KeptInputs(*row))
    return list(found.values())


def foretold_deals(connection: Connection) -> list[Foretold]:
    """Every deal that has ended and was scored before, in the order in which they ended."""
    asked = (
        select(
            opportunities.c.opportunity_id, scores.c.probability, scores.c.confidence, scores.c.band, scores.c.model_version,
            opportunities.c.stage_since, opportunities.c.stage,
        )
        .join(scores, and_(scores.c.lead_id == opportunities.c.lead_id, scores.c.scored_at < opportunities.c.stage_since))
        .where(opportunities.c.stage.in_([Stage.CLOSED.value, Stage.LOST.value]))
        .order_by(opportunities.c.opportunity_id, scores.c.scored_at)
    )  # fmt: skip
    first: dict[int, Foretold] = {}
    for opportunity_id, probability, confidence, band, version, ended_at, stage in connection.execute(asked):
        said = Foretold(probability, confidence, Band(band), version, ended_at, stage == Stage.CLOSED.value)
        first.setdefault(opportunity_id, said)
    return sorted(first.values(), key=lambda one: one.ended_at)
