"""The pipeline by stage, and the deals behind each figure. Gross is price times rate; weighted is gross times the stage's win rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.access import Actor, scope_of
from engine.runtime import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class StageColumn:
    """One stage's figures; money is None for those who may not see it."""

    stage: str
    label: str
    position: int
    win_rate: float
    win_rate_source: str
    is_open: bool
    n_deals: int
    n_unpriced: int
    price_cents: int | None
    gross_cents: int | None
    weighted_cents: int | None
    assumed_cents: int | None  # of the gross, what rests on the default rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The stages in order, their sums over the open ones, and the model's estimate for leads not yet in the pipeline."""

    stages: tuple[StageColumn, ...]
    n_open: int
    gross_cents: int | None
    weighted_cents: int | None
    assumed_share: float | None
    n_leads_outside: int
    expected_outside_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealRow:
    """One deal of a stage."""

    opportunity_id: int
    lead_id: int
    name: str
    stage: str
    price_cents: int | None
    price_source: str
    commission_rate: float
    rate_source: str
    gci_cents: int | None
    weighted_cents: int | None
    closes_on: date | None
    stage_since: datetime
    assigned_name: str | None


def pipeline(engine: Engine, actor: Actor) -> Pipeline:
    """What stands in each stage and what it is worth."""
    scope = scope_of(actor)
    asked = {"agent_id": scope.agent_id}
    stages = tuple(StageColumn(**_hide(row, scope.sees_money)) for row in engine.analytics.query("pipeline_by_stage", asked))
    outside = engine.analytics.query("leads_outside_pipeline", asked)[0]
    weighted, gross, assumed = (_sum(stages, name) for name in ("weighted_cents", "gross_cents", "assumed_cents"))
    return Pipeline(
        stages=stages,
        n_open=sum(stage.n_deals for stage in stages if stage.is_open),
        gross_cents=gross,
        weighted_cents=weighted,
        assumed_share=assumed / gross if gross and assumed is not None else None,
        n_leads_outside=outside["n_leads"],
        expected_outside_cents=outside["expected_cents"] if scope.sees_money else None,
    )


def stage_deals(engine: Engine, actor: Actor, *, stage: str, limit: int = 25, offset: int = 0) -> tuple[DealRow, ...]:
    """The deals of one stage, the soonest to close first."""
    scope = scope_of(actor)
    rows = engine.analytics.query("stage_deals", {"agent_id": scope.agent_id, "stage": stage, "limit": limit, "offset": offset})
    return tuple(DealRow(**_hide(row, scope.sees_money)) for row in rows)


def _hide(row: Mapping[str, Any], sees_money: bool) -> dict[str, Any]:
    money = () if sees_money else tuple(name for name in row if name.endswith("_cents"))
    return {**row, **dict.fromkeys(money)}


def _sum(stages: tuple[StageColumn, ...], name: str) -> int | None:
    amounts = [getattr(stage, name) for stage in stages if stage.is_open]
    return None if any(amount is None for amount in amounts) else sum(amounts)
