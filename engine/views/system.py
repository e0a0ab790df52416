"""The state of the machinery, for the header of every page: how fresh the figures are and what somebody should know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.runtime import Engine
from engine.scoring import registry
from engine.store import feed, people


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """The moment the figures are of, how many changes are not shown yet, and notices for the screen."""

    as_of: datetime
    seq: int
    n_behind: int
    sidecar_seen_at: datetime | None
    notices: tuple[str, ...]


def version(engine: Engine) -> int:
    """The number of the last change that pages show: part of every cached read's key."""
    return engine.analytics.last_seq


def freshness(engine: Engine) -> Freshness:
    """How current the figures are."""
    with engine.ledger.read() as connection:
        newest = feed.last_seq(connection)
        beats = feed.load_heartbeats(connection)
    shown = version(engine)
    seen = [beat.at for beat in beats if beat.name == "sidecar"]
    return Freshness(
        as_of=engine.clock.now(),
        seq=shown,
        n_behind=newest - shown,
        sidecar_seen_at=seen[0] if seen else None,
        notices=tuple(engine.notices),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """Which model scores, what it was trained on, and how well it did on leads it had not seen."""

    version: str
    is_synthetic: bool
    metrics: Mapping[str, object]


def model_card(engine: Engine) -> ModelCard:
    """The champion."""
    bundle = engine.scorer.bundle
    is_synthetic = bundle.is_synthetic and not registry.is_own(engine.scorer.version)
    return ModelCard(version=engine.scorer.version, is_synthetic=is_synthetic, metrics=bundle.metrics)


def agents(engine: Engine) -> Mapping[int, str]:
    """The people a lead can be given to: number → name."""
    with engine.ledger.read() as connection:
        return people.names(connection, only_active=True)
