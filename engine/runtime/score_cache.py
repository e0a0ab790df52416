"""Scores of single leads kept for five minutes: in this process, or in Redis for all processes. Leaves scoring itself to the scorer.

A key says all that a score rests on (what is known of the lead, his history up to now, the market, the bands, the model), so that a
new event asks for a new score at once. What time alone changes in five minutes (days since he came) is let be.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import ClassVar

from cachetools import TTLCache
from dogpile.cache import CacheRegion, make_region
from dogpile.cache.api import CantDeserializeException
from pydantic import ConfigDict, TypeAdapter, ValidationError

from engine.records import Score

LASTS = timedelta(minutes=5)
_MOST_SCORES = 20_000  # in this process: about 60 MB
_PATIENCE_S = 0.25
_PAUSE = timedelta(seconds=30)  # how long Redis is left alone after it did not answer
_PREFIX = "jorge:score:"
_log = logging.getLogger(__name__)
_NAMES = tuple(part.name for part in fields(Score))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept(Score):
    """A score whose packed numbers can stand in JSON."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


_as_json = TypeAdapter(_Kept)


@dataclass
class ScoreCache:
    """Asks before it has a score made; counts how often it could answer. Safe to use from several threads."""

    region: CacheRegion
    faults: tuple[type[Exception], ...] = ()  # what the far end may answer instead of a score
    n_asked: int = 0
    n_hits: int = 0
    _silent_until: datetime | None = None
    _counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def hit_rate(self) -> float | None:
        """Share of the questions answered without scoring; None before the first."""
        return self.n_hits / self.n_asked if self.n_asked else None

    def score(self, key: str, lead_id: int, at: datetime, make: Callable[[], Score]) -> Score:
        """The score under this key, if one was made in the five minutes before `at`; else a new one, which is kept."""
        found = self.find(key, at)
        if found is not None:
            return replace(found, lead_id=lead_id)
        score = make()
        self.keep(key, score, at)
        return score

    def find(self, key: str, at: datetime) -> Score | None:
        """The score under this key, if one was made in the five minutes before `at`; whose it was it doesn't say."""
        kept = self._reach(at, lambda: self.region.get(_PREFIX + key, ignore_expiration=True))
        found = kept if isinstance(kept, Score) and timedelta(0) <= at - kept.scored_at < LASTS else None
        with self._counting:
            self.n_asked += 1
            self.n_hits += found is not None
        return found

    def keep(self, key: str, score: Score, at: datetime) -> None:
        """Have a new score at hand for whoever asks the same."""
        self._reach(at, lambda: self.region.set(_PREFIX + key, replace(score, lead_id=0)))

    def _reach(self, at: datetime, work: Callable[[], object]) -> object:
        """Ask the cache; when Redis does not answer, say so, score without it and leave it alone for a while."""
        if self._silent_until is not None and at < self._silent_until:
            return None
        try:
            return work()
        except self.faults as error:
            self._silent_until = at + _PAUSE
            _log.warning("Redis did not answer (%s): scores are made anew for %s seconds", error, _PAUSE.seconds)
            return None


def open_score_cache(redis_url: str = "") -> ScoreCache:
    """The cache in Redis at this address, or in this process without one. Nothing is asked of Redis yet."""
    if not redis_url:
        kept = _SharedDict(_MOST_SCORES, LASTS.total_seconds())
        return ScoreCache(make_region().configure("dogpile.cache.memory", arguments={"cache_dict": kept}))
    from redis.exceptions import RedisError

    arguments = {
        "url": redis_url,
        "redis_expiration_time": int(LASTS.total_seconds()),
        "socket_timeout": _PATIENCE_S,
        "socket_connect_timeout": _PATIENCE_S,
    }
    region = make_region(serializer=_write, deserializer=_read)
    return ScoreCache(region.configure("dogpile.cache.redis", arguments=arguments), (RedisError, OSError))


class _SharedDict(TTLCache[str, object]):
    """The newest entries for a while, for several threads (cachetools leaves the locking to its user)."""

    def __init__(self, most: int, seconds: float) -> None:
        super().__init__(most, seconds)
        self._using = threading.RLock()

    def get(self, key: str, default: object = None) -> object:
        with self._using:
            return super().get(key, default)

    def __setitem__(self, key: str, value: object) -> None:
        with self._using:
            super().__setitem__(key, value)


def _write(score: Score) -> bytes:
    return _as_json.dump_json(_Kept(**{name: getattr(score, name) for name in _NAMES}))


def _read(content: bytes) -> Score:
    """A score from its JSON; what another version wrote counts as not there."""
    try:
        kept = _as_json.validate_json(content)
    except ValidationError as error:
        raise CantDeserializeException from error
    return Score(**{name: getattr(kept, name) for name in _NAMES})
