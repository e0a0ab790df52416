"""The model as its page shows it: what scores and since when, how far it can be believed, what it may not see, and what the office adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from engine.access import Actor, Permission, require
from engine.records import Stage
from engine.runtime import Engine
from engine.runtime.champion import OWN_MODEL
from engine.scoring import quality, registry
from engine.scoring.features import DENYLIST, FEATURES
from engine.scoring.quality import Row, Tables
from engine.scoring.scale import Bands
from engine.store import preferences as kept
from engine.store.score_history import foretold_deals

# What training asks for at least (`scoring.windows`), and a rule of thumb for when its figures settle: the page calls it one.
LEAST_OUTCOMES, LEAST_OF_EACH, STEADY_OUTCOMES = 20, 5, 1_000
LEAST_FORETOLD = 30  # ended deals that were scored before: fewer make no curve
LEAST_LIFTED = 100  # for tenths of ten deals each


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """One feature as the registry has it, with its share of what moves the model."""

    label: str
    group: str
    purpose: str
    missing: str
    proxy_review: str
    is_said: bool
    can_change: str
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOutcomes:
    """What the office's own deals add: how many ended how, and what was said of them before they did."""

    n_closed: int
    n_lost: int
    n_foretold: int
    reliability: tuple[Row, ...]  # empty while too few were foretold
    lift: tuple[Row, ...]  # the same
    selective: tuple[Row, ...]  # the same


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnModel:
    """The model trained on the team's own history, if it scores: the report that its training left."""

    version: str
    promoted_at: datetime
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPage:
    """Everything the model's page shows."""

    version: str
    shipped: str
    is_synthetic: bool  # what scores learned from made-up leads
    in_place_since: datetime
    metrics: Mapping[str, float | int | str]
    tables: Tables  # of the shipped model; empty while the team's own scores
    calibration: tuple[Row, ...]  # of the one that scores: said against came
    bands: Bands
    n_by_band: Mapping[str, int]  # current scores by this model
    n_by_others: int  # current scores that an earlier model made
    features: tuple[FeatureRow, ...]
    denied_words: tuple[str, ...]
    outcomes: OwnOutcomes
    own_model: OwnModel | None
    card: str


def model_page(engine: Engine, actor: Actor) -> ModelPage:
    """The champion, for the owner."""
    require(actor, Permission.SEE_MODEL)
    bundle, models_dir = engine.scorer.bundle, engine.settings.models
    counts = engine.analytics.query("model_scores", {})
    own = _own_model(engine)
    return ModelPage(
        version=engine.scorer.version,
        shipped=bundle.version,
        is_synthetic=bundle.is_synthetic and own is None,
        in_place_since=own.promoted_at if own else registry.promoted_at(models_dir),
        metrics=_figures(own.report) if own else bundle.metrics,
        tables={} if own else bundle.tables,
        calibration=tuple(own.report.get("reliability", ())) if own else tuple(bundle.tables.get("reliability", ())),
        bands=engine.preferences.bands or engine.scorer.bands,
        n_by_band={row["band"]: row["n"] for row in counts if row["model_version"] == engine.scorer.version},
        n_by_others=sum(row["n"] for row in counts if row["model_version"] != engine.scorer.version),
        features=_features(bundle.tables.get("effects", [])),
        denied_words=DENYLIST,
        outcomes=_outcomes(engine),
        own_model=own,
        card=bundle.card,
    )


def _own_model(engine: Engine) -> OwnModel | None:
    scorer = engine.scorer
    if not registry.is_own(scorer.version):
        return None
    with engine.ledger.read() as connection:
        changes = kept.setting_history(connection, OWN_MODEL)
    since = next(one.valid_from for one in changes if one.value and one.value["version"] == scorer.version)
    return OwnModel(
        version=scorer.version, promoted_at=since, report=registry.own_report(engine.settings.own_models, scorer.version)
    )


def _figures(report: Mapping[str, Any]) -> Mapping[str, float | int | str]:
    """An own model's figures under the names that the shipped one's have."""
    champion = {name: value for name, value in report["champion"].items() if isinstance(value, (int, float))}
    return {
        **champion, "n_train": report["rows"], "n_fresh": report["split"]["test"], "log_loss_constant": report["constant"]["log_loss"],
        "base_rate": round(report["positives"] / report["rows"], 6), "data": "the team's own history",
    }  # fmt: skip


def _features(effects: list[Row]) -> tuple[FeatureRow, ...]:
    shares = {row["feature"]: float(row["share"]) for row in effects}
    return tuple(
        FeatureRow(
            label=feature.label,
            group=feature.group,
            purpose=feature.purpose,
            missing=feature.missing,
            proxy_review=feature.proxy_review,
            is_said=feature.is_said,
            can_change=feature.action,
            share=shares.get(feature.name),
        )
        for feature in FEATURES
    )


def _outcomes(engine: Engine) -> OwnOutcomes:
    ended = {row["stage"]: row["n"] for row in engine.analytics.query("ended_deals", {})}
    with engine.ledger.read() as connection:
        foretold = foretold_deals(connection)
    said, came = np.array([one.probability for one in foretold]), np.array([one.has_closed for one in foretold], bool)
    has_curve, has_lift = len(foretold) >= LEAST_FORETOLD, len(foretold) >= LEAST_LIFTED and bool(came.any())
    return OwnOutcomes(
        n_closed=ended.get(Stage.CLOSED, 0),
        n_lost=ended.get(Stage.LOST, 0),
        n_foretold=len(foretold),
        reliability=tuple(quality.reliability(said, came, quality.RELIABILITY_EDGES)) if has_curve else (),
        lift=tuple(quality.lift_by_decile(said, came)) if has_lift else (),
        selective=tuple(quality.likelier_right(said, came)) if has_curve else (),
    )
