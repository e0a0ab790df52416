"""Which model scores in this process: the team's own where one is promoted, else the shipped one. Follows promotions without a restart."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from engine.errors import ModelUnusable
from engine.records import Market
from engine.scoring import registry
from engine.scoring.scorer import Scorer
from engine.settings import Settings
from engine.store import leads
from engine.store import preferences as kept
from engine.store.ledger import Ledger

if TYPE_CHECKING:
    from engine.scoring.own_scorer import OwnScorer, Source

OWN_MODEL = "own_model"  # the setting that names the promoted model: {"version", "manifest_sha256"}, or null for the shipped one
_RECENT_S = 0.2
_LEADS_LOOKED_AT = 500
_RECENT = timedelta(seconds=_RECENT_S)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Promoted:
    """The team's own model that was promoted: its version and the fingerprint of its files."""

    version: str
    manifest_sha256: str


class Champion:
    """The scorer in place, for as many questions as are asked of it. Safe to use from several threads.

    A promotion in this process is seen at once, one elsewhere within a fifth of a second. A promoted model that can't be used leaves
    the one before it in place, or at a start the shipped one, and `problem` says why.
    """

    def __init__(self, settings: Settings, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._settings, self._ledger, self._now = settings, ledger, now
        self._loading = threading.Lock()
        self._n_settings = 0  # how often this process has changed one
        self._seen: tuple[int, float, datetime] | None = None
        self._asked_for: Promoted | None = None
        self._scorer: Scorer | None = None
        self.pinned: Scorer | None = None  # a model asked for by name, for one file
        self.problem = ""
        ledger.on_commit.append(self._count)

    def scorer(self) -> Scorer:
        """The model that scores now; raises `ModelUnusable` when not even the shipped one can be used."""
        if self.pinned is not None:
            return self.pinned
        now = (self._n_settings, time.monotonic(), self._now())
        seen, scorer = self._seen, self._scorer
        if scorer is not None and seen is not None and _is_recent(seen, now):
            return scorer
        with self._loading:
            asked_for = self.promoted(now[2])
            if self._scorer is None or asked_for != self._asked_for:
                self._scorer = self._loaded(asked_for)
                self._asked_for = asked_for
            self._seen = now
            return self._scorer

    def promoted(self, at: datetime) -> Promoted | None:
        """What the ledger names."""
        with self._ledger.read() as connection:
            value = kept.get_setting(connection, OWN_MODEL, at)
        return Promoted(**value) if value else None

    def _loaded(self, asked_for: Promoted | None) -> Scorer:
        self.problem = ""
        bundle = self._scorer.bundle if self._scorer else registry.load_champion(self._settings.models, self._settings.own_models)
        if asked_for is None:
            return Scorer(bundle)
        from engine.scoring.own_scorer import OwnScorer  # when there is one: polars costs a start 100 ms

        try:
            model = registry.load_own(self._settings.own_models, asked_for.version, asked_for.manifest_sha256)
        except ModelUnusable as error:
            stays = self._scorer or Scorer(bundle)
            self.problem = f"{error.message}. {stays.version} scores instead"
            _log.error("the promoted model can't be used: %s", self.problem)
            return stays
        return OwnScorer(bundle, asked_for.version, model)

    def _count(self, _seq: int, event_types: frozenset[str]) -> None:
        self._n_settings += not event_types.isdisjoint({"setting_changed", "model_promoted"})


def own_sources(ledger: Ledger, scorer: Scorer, market: Market, at: datetime) -> "tuple[list[Source], int, int]":
    """Where the own model's columns come from for the newest leads, how many leads that is, and how many of them it scores."""
    if not registry.is_own(scorer.version):
        return [], 0, 0
    own: OwnScorer = scorer  # type: ignore[assignment]
    with ledger.read() as connection:
        found = leads.load_leads(connection, leads.newest_ids(connection, _LEADS_LOOKED_AT))
    return own.sources(found, market=market, at=at), len(found), own.n_known(found, market=market, at=at)


def _is_recent(seen: tuple[int, float, datetime], now: tuple[int, float, datetime]) -> bool:
    return seen[0] == now[0] and now[1] - seen[1] <= _RECENT_S and abs(now[2] - seen[2]) <= _RECENT
