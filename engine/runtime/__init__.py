"""A process's resources in one place: settings, clock, stores, scorer, bus. Opened by the entry points, handed to commands and views."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from engine.clock import Clock, clock_from
from engine.errors import ConfigurationError, StoreUnavailable
from engine.runtime.bus import Bus, Event
from engine.runtime.champion import Champion
from engine.runtime.follower import Follower
from engine.runtime.preferences import Preferences, RecentPreferences, seed
from engine.scoring.scorer import Scorer
from engine.settings import Settings
from engine.store import projection
from engine.store.analytics import Analytics
from engine.store.feed import Change
from engine.store.ledger import Ledger

if TYPE_CHECKING:
    from engine.runtime.claude_desk import ClaudeDesk
    from engine.runtime.forecasts import Forecasts
    from engine.runtime.score_cache import ScoreCache

__all__ = ["Bus", "Engine", "Event", "Preferences", "get_engine", "open_engine", "start", "stop"]


@dataclass
class Engine:
    """What commands and views work with. `store` and `bus` exist in the web process only."""

    settings: Settings
    clock: Clock
    ledger: Ledger
    store: Analytics | None = None
    bus: Bus | None = None
    notices: list[str] = field(default_factory=list)
    followers: list[Follower] = field(default_factory=list)  # of the change feed; end with the engine

    @property
    def scorer(self) -> Scorer:
        """The model that scores, loaded on first use: the team's own where one is promoted, else the shipped one."""
        return self.champion.scorer()

    @cached_property
    def champion(self) -> Champion:
        """Follows which model is promoted."""
        return Champion(self.settings, self.ledger, lambda: self.clock.now())  # noqa: PLW0108  (the clock may be moved)

    @cached_property
    def score_cache(self) -> "ScoreCache":
        """Scores of single leads, kept for five minutes."""
        from engine.runtime.score_cache import open_score_cache  # when first used: it costs a start 60 ms

        return open_score_cache(self.settings.redis_url.get_secret_value())

    @cached_property
    def claude(self) -> "ClaudeDesk":
        """Where Claude is asked, within the day's budget; off without a key."""
        from engine.runtime.claude_desk import ClaudeDesk  # when first used: it costs a start 40 ms

        return ClaudeDesk(self.settings, self.ledger)

    @cached_property
    def forecasts(self) -> "Forecasts":
        """What the pipeline will pay, drawn once for each state of the deals."""
        from engine.runtime.forecasts import Forecasts  # when first used: it loads scipy and compiled loops

        return Forecasts(self.ledger, lambda: self.clock.now())  # noqa: PLW0108  (the clock may be moved)

    @property
    def analytics(self) -> Analytics:
        """DuckDB: the web process's own."""
        if self.store is None:
            raise StoreUnavailable("This process doesn't hold the analytical store; the web process does")
        return self.store

    @property
    def preferences(self) -> Preferences:
        """What the office has set."""
        return self._preferences.now()

    @cached_property
    def _preferences(self) -> RecentPreferences:
        return RecentPreferences(self.ledger, self.clock)

    def follow(self, name: str, take: Callable[[Sequence[Change]], None], *, since: int | None = None) -> Follower:
        """Have every change from now on (or after `since`) handed to `take`, in a thread of its own, until the engine is closed."""
        follower = Follower(name, self.ledger, take, since=since).start()
        self.followers.append(follower)
        return follower

    def show_changes(self) -> None:
        """Bring what pages read up to what was just changed (the web process; elsewhere the bus there notices by itself)."""
        if self.bus:
            self.bus.look()

    def close(self) -> None:
        """Let go of every resource, the last one opened first."""
        if "claude" in self.__dict__:
            self.claude.close()
        for follower in self.followers:
            follower.stop()
        if self.bus:
            self.bus.stop()
        if self.store:
            self.store.close()
        self.ledger.close()


def open_engine(settings: Settings) -> Engine:
    """An engine without the analytical store: what the command line and background work need. Makes or upgrades the ledger."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = Engine(settings=settings, clock=clock_from(settings.clock, settings.home), ledger=Ledger.open(settings.ledger))
    engine.ledger.migrate()
    with engine.ledger.write(at=engine.clock.now()) as txn:
        seed(txn)
    return engine


_running: list[Engine] = []  # one engine a process: Streamlit's script threads must find the one that the lifespan opened
_starting = threading.Lock()


def start(settings: Settings) -> Engine:
    """Open everything the web process needs, once; later calls answer the same engine."""
    with _starting:
        if not _running:
            engine = open_engine(settings)
            engine.store = Analytics.open(settings.analytics_path)
            projection.catch_up(engine.ledger, engine.store)
            engine.notices += [engine.store.notice] if engine.store.notice else []
            engine.bus = Bus(engine.ledger, engine.store)
            engine.bus.start()
            _running.append(engine)
    return _running[0]


def stop() -> None:
    """Close the web process's engine."""
    with _starting:
        while _running:
            _running.pop().close()


def get_engine() -> Engine:
    """The web process's engine; raises `ConfigurationError` before `start`."""
    if not _running:
        raise ConfigurationError("The engine is not running in this process")
    return _running[0]
