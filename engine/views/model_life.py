"""The life of the models as the owner sees it: what scores and what could, where its columns come from, and whether it drifts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.access import Actor, Permission, require
from engine.runtime import Engine
from engine.runtime.champion import OWN_MODEL, own_sources
from engine.scoring import drift, exploration, registry
from engine.scoring.features import FEATURES
from engine.scoring.scorer import Scorer, unpacked
from engine.store import leads, people
from engine.store import preferences as kept
from engine.store.score_history import Foretold, KeptInputs, foretold_deals, kept_inputs

if TYPE_CHECKING:
    from engine.scoring.own_scorer import OwnScorer, Source

LEAST_ROWS, LEAST_ENDED = drift.LEAST_ROWS, drift.LEAST_ENDED
RECENT = timedelta(days=30)
RECENT_DEALS = timedelta(days=90)
_LEADS_DRAWN_FROM, _MOST_DRAWN = 5_000, 12
_ALWAYS_MOVES = ("days_since_created", "hours_since_last_inbound")  # with the calendar alone


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """A model that could score: when it was trained, on how much, and how its champion did on rows it had not seen."""

    version: str
    trained_at: datetime | None
    name: str
    n_rows: int
    n_tested: int
    figures: Mapping[str, float]
    is_in_place: bool
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChange:
    """One promotion or rollback."""

    at: datetime
    by: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRow:
    """One thing the model reads, or the probability it says: how far the leads of late lie from those before."""

    what: str
    shift: drift.Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Leads of the last thirty days against the reference; without enough of them, how many there are and how many it takes."""

    reference: str  # what it is compared with, in words
    n_recent: int
    n_reference: int
    rows: tuple[DriftRow, ...]  # empty while too few; the strongest shift first
    n_ended: int  # deals that ended in the last ninety days and had been scored before
    outcome: str  # "" while too few
    outcome_off: float  # standard errors

    @property
    def alarms(self) -> list[DriftRow]:
        """What somebody should look at."""
        return [row for row in self.rows if row.shift.is_alarm]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLife:
    """Everything that the life of a model shows."""

    in_place: str
    shipped: str
    problem: str
    can_roll_back_to: str
    versions: tuple[ModelVersion, ...]
    candidates: Mapping[str, Mapping[str, float]]  # of the one in place, on the same rows; empty for the shipped one
    constant: Mapping[str, float]
    sources: "tuple[Source, ...]"  # where an own model's columns come from
    n_looked_at: int
    n_by_own: int  # of those, how many the own model scores
    changes: tuple[ModelChange, ...]
    drift: Drift
    exploration_rate: float
    n_drawn: int  # of the newest leads, how many the lot has drawn this week
    drawn: tuple[tuple[int, str], ...]  # the first of them: number and name

    @property
    def missing(self) -> list[str]:
        """The columns that leads don't have."""
        return [source.column for source in self.sources if source.is_missing]


def model_life(engine: Engine, actor: Actor) -> ModelLife:
    """The life of the models, for the owner."""
    require(actor, Permission.SEE_MODEL)
    scorer, now = engine.scorer, engine.clock.now()
    shipped = registry.champion_version(engine.settings.models)
    with engine.ledger.read() as connection:
        history = kept.setting_history(connection, OWN_MODEL)
        names = people.names(connection)
        deals = foretold_deals(connection)
        drawn = [lead_id for lead_id in leads.newest_ids(connection, _LEADS_DRAWN_FROM) if exploration.is_in_slice(lead_id, now)]
        shown = leads.load_leads(connection, drawn[:_MOST_DRAWN])
    changes = tuple(
        ModelChange(at=one.valid_from, by=names.get(one.set_by, "The command line"), version=_name(one.value, shipped))
        for one in history
    )
    versions = tuple(_version(one, scorer.version) for one in registry.own_versions(engine.settings.own_models))
    report = registry.own_report(engine.settings.own_models, scorer.version) if registry.is_own(scorer.version) else {}
    sources, n_looked_at, n_by_own = own_sources(engine.ledger, scorer, engine.preferences.market, now)
    return ModelLife(
        in_place=scorer.version,
        shipped=shipped,
        problem=engine.champion.problem,
        can_roll_back_to=_before(changes, shipped),
        versions=versions,
        candidates=report.get("models", {}),
        constant=report.get("constant", {}),
        sources=tuple(sources),
        n_looked_at=n_looked_at,
        n_by_own=n_by_own,
        changes=changes,
        drift=_drift(engine, scorer, now, deals),
        exploration_rate=exploration.RATE,
        n_drawn=len(drawn),
        drawn=tuple((lead.lead_id, lead.name) for lead in shown),
    )


def _version(one: registry.OwnVersion, in_place: str) -> ModelVersion:
    champion: dict[str, Any] = one.report.get("champion", {})
    figures = {name: float(value) for name, value in champion.items() if isinstance(value, (int, float))}
    trained_at = one.report.get("trained_at")
    return ModelVersion(
        version=one.version,
        trained_at=datetime.fromisoformat(trained_at) if trained_at else None,
        name=str(champion.get("name", "")),
        n_rows=int(one.report.get("rows", 0)),
        n_tested=int(one.report.get("split", {}).get("test", 0)),
        figures=figures,
        is_in_place=one.version == in_place,
        problem=one.problem,
    )


def _name(value: Mapping[str, str] | None, shipped: str) -> str:
    return value["version"] if value else shipped


def _before(changes: Sequence[ModelChange], shipped: str) -> str:
    """What scored before the one in place; empty when there was nothing else."""
    if not changes:
        return ""
    earlier = [one.version for one in changes[1:] if one.version != changes[0].version]
    return earlier[0] if earlier else shipped if changes[0].version != shipped else ""


def _drift(engine: Engine, scorer: Scorer, now: datetime, deals: Sequence[Foretold]) -> Drift:
    with engine.ledger.read() as connection:
        recent = kept_inputs(connection, scorer.version, since=now - RECENT)
        before = [] if registry.is_own(scorer.version) else kept_inputs(connection, scorer.version, until=now - RECENT)
    reference, n_reference, words = _reference(scorer, before)
    is_enough = min(len(recent), n_reference) >= drift.LEAST_ROWS
    ended = [one for one in deals if one.ended_at >= now - RECENT_DEALS]
    said, came = np.array([one.probability for one in ended]), np.array([one.has_closed for one in ended])
    off, outcome = drift.outcome_shift(said, came) if len(ended) >= drift.LEAST_ENDED else (0.0, "")
    return Drift(
        reference=words,
        n_recent=len(recent),
        n_reference=n_reference,
        rows=tuple(_rows(scorer, reference, recent)) if is_enough and reference is not None else (),
        n_ended=len(ended),
        outcome=outcome,
        outcome_off=off,
    )


def _reference(scorer: Scorer, before: Sequence[KeptInputs]) -> tuple[drift.Reference | None, int, str]:
    """An own model knows the rows it learned from; the shipped one learned from made-up leads, so real ones are its reference."""
    if registry.is_own(scorer.version):
        own: OwnScorer = scorer  # type: ignore[assignment]
        return own.model.reference, own.model.reference.n_rows, "the rows it was trained on"
    if not before:
        return None, 0, "leads scored more than thirty days ago"
    return drift.reference_of(_matrix(before)), len(before), "leads scored more than thirty days ago"


def _rows(scorer: Scorer, reference: drift.Reference, recent: Sequence[KeptInputs]) -> list[DriftRow]:
    matrix = _matrix(recent)
    if registry.is_own(scorer.version):
        own: OwnScorer = scorer  # type: ignore[assignment]
        said = np.array([[one.probability] for one in recent])
        whole = drift.stability(drift.reference_of(own.model.evidence.probability[:, None]), said)
        shifts = drift.stability(reference, matrix[:, :-1])
        named = {
            name: [shifts[place] for place in places] for name, places in zip(own.speaker.names, own.speaker.places, strict=True)
        }
    else:
        *shifts, last = drift.stability(reference, matrix)
        whole = [last]
        named = {one.label: [shift] for one, shift in zip(FEATURES, shifts, strict=True) if one.name not in _ALWAYS_MOVES}
    rows = [DriftRow(what=name, shift=drift.strongest(found)) for name, found in named.items()]
    rows.sort(key=lambda row: -row.shift.index)
    return [DriftRow(what="The probability said", shift=whole[0]), *rows]


def _matrix(kept_: Sequence[KeptInputs]) -> np.ndarray:
    """The inputs as they were seen, and last the probability that was said."""
    return np.array([np.append(unpacked(one.inputs), one.probability) for one in kept_])
