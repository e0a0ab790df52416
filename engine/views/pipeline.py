"""The pipeline by stage through its filters, and the deals behind each figure.

Gross is price times rate. Weighted is gross times the stage's win rate, as the office has set it. Predicted is gross times the deal's own
chance to close, which the forecast has learned from the office's stage history: how long a deal has stood in its stage counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from engine.access import Actor, scope_of
from engine.commission.odds import StageOdds
from engine.records import Stage
from engine.runtime import Engine
from engine.views.reach import ALL, NOBODYS, people_of

MOST_DAYS = 366  # in a stage; from then on the chance stays as it is then
MAX_ROWS = 100_000
Closing = Literal["overdue", "slipped", "week", "month", "quarter", "none"]
Order = Literal["closing", "value", "age", "chance"]


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
    n_slipped: int
    price_cents: int | None
    gross_cents: int | None
    weighted_cents: int | None
    predicted_cents: int | None
    assumed_cents: int | None  # of the gross, what rests on the default rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The stages in order, their sums over the open ones, and the model's estimate for leads not yet in the pipeline."""

    stages: tuple[StageColumn, ...]
    n_open: int
    n_slipped: int
    gross_cents: int | None
    weighted_cents: int | None
    predicted_cents: int | None
    assumed_share: float | None
    n_leads_outside: int
    expected_outside_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealRow:
    """One deal of the pipeline. `slip`: overdue, moved or None; `first_closes_on` is the day named before it was put off."""

    opportunity_id: int
    lead_id: int
    name: str
    stage: str
    source: str | None
    price_cents: int | None
    price_source: str
    commission_rate: float
    rate_source: str
    gci_cents: int | None
    weighted_cents: int | None
    predicted_cents: int | None
    chance: float
    closes_on: date | None
    first_closes_on: date | None
    n_moves: int
    slip: str | None
    stage_since: datetime
    days_in_stage: int
    assigned_name: str | None
    place: int


def pipeline(engine: Engine, actor: Actor, **filters: Any) -> Pipeline:
    """What stands in each stage and what it is worth, of the deals that pass the filters (see `pipeline_deals`)."""
    scope = scope_of(actor)
    rows = engine.analytics.query("pipeline_columns", _asked(engine, actor, **filters))
    stages = tuple(StageColumn(**_hide(row, scope.sees_money)) for row in rows)
    outside = engine.analytics.query("leads_outside_pipeline", {"agents": scope.listed})[0]
    sums = {name: _sum(stages, f"{name}_cents") for name in ("gross", "weighted", "predicted", "assumed")}
    gross, assumed = sums["gross"], sums["assumed"]
    return Pipeline(
        stages=stages,
        n_open=sum(stage.n_deals for stage in stages if stage.is_open),
        n_slipped=sum(stage.n_slipped for stage in stages),
        gross_cents=gross,
        weighted_cents=sums["weighted"],
        predicted_cents=sums["predicted"],
        assumed_share=assumed / gross if gross and assumed is not None else None,
        n_leads_outside=outside["n_leads"],
        expected_outside_cents=outside["expected_cents"] if scope.sees_money else None,
    )


def pipeline_deals(
    engine: Engine,
    actor: Actor,
    *,
    stages: Sequence[str] | None = None,
    order: Order = "closing",
    by_stage: bool = False,
    limit: int = 25,
    offset: int = 0,
    **filters: Any,
) -> tuple[DealRow, ...]:
    """One page of the deals that pass the filters: `whose`, `source`, `min_days`, `closing`, `only_assumed`, `search`.

    With `by_stage` a page of each stage, else one of them all.
    """
    sees_money = scope_of(actor).sees_money
    page = {
        "stages": list(stages) if stages is not None else None,
        "order": "closing" if order == "value" and not sees_money else order,
        "by_stage": by_stage,
        "limit": min(limit, MAX_ROWS),
        "offset": offset,
    }
    rows = engine.analytics.query("pipeline_rows", _asked(engine, actor, **filters) | page)
    return tuple(DealRow(**_hide(row, sees_money)) for row in rows)


def chances(odds: Mapping[Stage, StageOdds]) -> dict[str, list[Any]]:
    """Each stage's chance to close by the days a deal has stood there, as the store's queries take it in."""
    return {
        "key": [stage.value for stage in odds],
        "value": [[one.chance(days) for days in range(MOST_DAYS)] for one in odds.values()],
    }


def _asked(
    engine: Engine,
    actor: Actor,
    *,
    whose: str = ALL,
    source: str | None = None,
    min_days: int | None = None,
    closing: Closing | None = None,
    only_assumed: bool = False,
    search: str = "",
) -> dict[str, Any]:
    """The parameters of the pipeline's queries."""
    zone = engine.preferences.market.time_zone
    return {
        "today": engine.clock.now().astimezone(ZoneInfo(zone)).date(),
        "zone": zone,
        "agents": scope_of(actor).listed,
        "odds": _chances_now(engine, zone),
        "f": {
            "people": people_of(engine, actor, whose),
            "unassigned": whose == NOBODYS,
            "source": source,
            "min_days": min_days,
            "closing": closing,
            "only_assumed": only_assumed,
            "search": search.strip().lower() or None,
        },
    }


def pipeline_scope(engine: Engine, actor: Actor) -> dict[str, Any]:
    """The parameters of the pipeline's rows for this person, nothing filtered: for queries that build on them."""
    return _asked(engine, actor)


_made: dict[int, tuple[object, dict[str, list[Any]]]] = {}


def _chances_now(engine: Engine, zone: str) -> dict[str, list[Any]]:
    """The tables of the odds as they are; made again only when the odds are others."""
    odds = engine.forecasts.odds(zone)
    known = _made.get(id(engine))
    if known is None or known[0] is not odds:
        _made[id(engine)] = known = (odds, chances(odds))
    return known[1]


def _hide(row: Mapping[str, Any], sees_money: bool) -> dict[str, Any]:
    money = () if sees_money else tuple(name for name in row if name.endswith("_cents"))
    return {**row, **dict.fromkeys(money)}


def _sum(stages: tuple[StageColumn, ...], name: str) -> int | None:
    amounts = [getattr(stage, name) for stage in stages if stage.is_open]
    return None if any(amount is None for amount in amounts) else sum(amounts)
