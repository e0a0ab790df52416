"""Keeping the installation well: examine it, rebuild what can be rebuilt, see to the first model."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.errors import JorgeError, ModelUnusable
from engine.runtime import Engine, open_engine
from engine.runtime.champion import own_sources
from engine.scoring.bundle import Bundle
from engine.scoring.registry import champion_version, load_champion
from engine.settings import Settings
from engine.store import batches, feed, projection
from engine.store.analytics import Analytics
from engine.store.ledger import Ledger

_LOW_DISK_RATE = 0.1  # below it imports should stop: a full disk is the one fault DuckDB answers by closing
_SILENT = timedelta(seconds=60)
_SEED, _TRAINED_AT = 20260301, datetime(2026, 3, 1, 15, tzinfo=UTC)  # the same figures give the same files, on any day


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`."""

    subject: str
    is_ok: bool
    sentence: str
    is_needed: bool = True


def rebuild(engine: Engine) -> int:
    """Build the analytical store anew from the ledger; answers the last change it shows. The web process must not run."""
    analytics = Analytics.open(engine.settings.analytics_path)
    try:
        return projection.rebuild(engine.ledger, analytics)
    finally:
        analytics.close()


def train_shipped_model(settings: Settings) -> str:
    """Train the model every installation starts with; answers what it came to, in a sentence."""
    bundle = _train(settings)
    return f"{bundle.version}: {json.dumps(bundle.metrics)}"


def need_model(settings: Settings) -> None:
    """Make sure that a usable model is in place; the shipped one is part of the product, so a missing one is trained."""
    try:
        load_champion(settings.models)
    except ModelUnusable:
        if (settings.models / "champion.json").exists():
            raise
        _train(settings)


def _train(settings: Settings) -> Bundle:
    from engine.scoring.shipped import train_shipped  # brings scikit-learn with it, which nothing else here needs

    return train_shipped(settings.models, seed=_SEED, at=_TRAINED_AT)


def examine(settings: Settings) -> list[Finding]:
    """Look at every part; each answers for itself, so that one fault doesn't hide the others."""
    return [
        _ask("settings", lambda: f"{settings.env}, data in {settings.home}"),
        _ask("disk", lambda: _disk(settings)),
        _ask("model", lambda: f"{load_champion(settings.models, settings.own_models).version} loads and its files are whole"),
        *_examine_ledger(settings),
        Finding("GoHighLevel", False, "no token: nothing is sent anywhere", is_needed=False),
        Finding("Claude", False, "no key: unsure leads wait for a person", is_needed=False),
    ]


def _examine_ledger(settings: Settings) -> list[Finding]:
    try:
        engine = open_engine(settings)
    except JorgeError as error:
        return [Finding("ledger", False, error.message)]
    try:
        return [
            _ask("ledger", lambda: _ledger(engine.ledger)),
            _ask("analytics", lambda: _analytics(settings)),
            _ask("own model", lambda: _own_model(engine), is_needed=_has_own_model(engine)),
            _ask("imports", lambda: _imports(engine), is_needed=False),
            _ask("sidecar", lambda: _sidecar(engine), is_needed=False),
        ]
    finally:
        engine.close()


def _ask(subject: str, question: Callable[[], str], *, is_needed: bool = True) -> Finding:
    try:
        return Finding(subject, True, question())
    except JorgeError as error:
        return Finding(subject, False, error.message, is_needed)


def _has_own_model(engine: Engine) -> bool:
    return engine.champion.promoted(engine.clock.now()) is not None


def _own_model(engine: Engine) -> str:
    """Whether the team's own model scores, and what of it leads don't have."""
    if not _has_own_model(engine):
        raise JorgeError(f"none is promoted: {champion_version(engine.settings.models)} scores")
    version = engine.scorer.version
    if engine.champion.problem:
        raise JorgeError(engine.champion.problem)
    sources, n_leads, n_mine = own_sources(engine.ledger, engine.scorer, engine.preferences.market, engine.clock.now())
    missing = ", ".join(f"“{one.column}”" for one in sources if one.is_missing) if n_leads else ""
    told = (
        f"{version} scores {n_mine:,} of the newest {n_leads:,} leads" if n_leads else f"{version} will score leads; there are none"
    )
    others = f"; {engine.scorer.bundle.version} scores the others, who say too little of its columns" if n_mine < n_leads else ""
    return told + others + (f"; no lead has {missing}" if missing else "")


def _disk(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    usage = shutil.disk_usage(settings.home)
    if usage.free < usage.total * _LOW_DISK_RATE:
        raise JorgeError(f"only {usage.free // 2**30} GB free: make room before importing")
    return f"{usage.free // 2**30} GB free"


def _ledger(ledger: Ledger) -> str:
    with ledger.read() as connection:
        return f"{ledger.description}, {feed.last_seq(connection):,} changes"


def _analytics(settings: Settings) -> str:
    try:
        analytics = Analytics.open(settings.analytics_path)
    except JorgeError as error:
        if "process" in error.message.lower():
            return "held by the running web process"
        raise
    analytics.close()
    return "opens" if not analytics.notice else analytics.notice


def _sidecar(engine: Engine) -> str:
    with engine.ledger.read() as connection:
        beats = {beat.name: beat for beat in feed.load_heartbeats(connection)}
    beat = beats.get("sidecar")
    if beat is None:
        raise JorgeError("has never run on this data")
    silent = engine.clock.now() - beat.at
    if silent > _SILENT:
        raise JorgeError(f"silent since {beat.at:%Y-%m-%d %H:%M} UTC")
    return "running"


def _imports(engine: Engine) -> str:
    with engine.ledger.read() as connection:
        waiting = batches.due(connection, engine.clock.now())
        n_all = len(batches.list_batches(connection, limit=1_000))
    if waiting:
        names = ", ".join(f"{batch.batch_id} ({batch.file_name}, {batch.state})" for batch in waiting)
        raise JorgeError(f"not done, nothing of them is shown: {names}; the web process takes them up, or send the file again")
    return f"none waits; the last {n_all} are done or decided"
