"""How often a caller may ask: counted here, or in Redis for all processes. The counting itself is the `limits` library's."""

import logging
from dataclasses import dataclass

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from engine.clock import stopwatch

log = logging.getLogger(__name__)

_PATIENCE_S = 0.25
_PAUSE_S = 30.0  # how long Redis is left alone after it did not answer


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands in his allowance."""

    is_allowed: bool
    limit: int
    left: int
    reset_in_s: int
    unit: str

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers (to 07) names them."""
        return {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.left), "RateLimit-Reset": str(self.reset_in_s)}


class Rates:
    """Counts requests by caller in a sliding window."""

    def __init__(self, redis_url: str = "") -> None:
        self._here = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._redis = _in_redis(redis_url) if redis_url else None
        self._silent_until = 0.0

    async def count(self, rate: RateLimitItem, subject: str) -> Standing:
        """Count one request. When Redis does not answer, this process counts alone for a while: a limit still holds."""
        if self._redis is not None and stopwatch() >= self._silent_until:
            try:
                return await _hit(self._redis, rate, subject)
            except StorageError as error:
                self._silent_until = stopwatch() + _PAUSE_S
                log.warning(
                    "Redis did not answer (%s): requests are counted in this process for %.0f s", type(error).__name__, _PAUSE_S
                )
        return await _hit(self._here, rate, subject)


async def _hit(limiter: SlidingWindowCounterRateLimiter, rate: RateLimitItem, subject: str) -> Standing:
    is_allowed = await limiter.hit(rate, subject)
    window = await limiter.get_window_stats(rate, subject)
    from_now = max(0.0, window.reset_time - _wall())
    return Standing(is_allowed, rate.amount, max(0, window.remaining), max(1, round(from_now)), rate.GRANULARITY.name)


def _wall() -> float:
    from engine.clock import SystemClock  # the library's windows are of the machine's time, whatever the office's clock says

    return SystemClock().now().timestamp()


def _in_redis(url: str) -> SlidingWindowCounterRateLimiter:
    options = {"socket_timeout": _PATIENCE_S, "socket_connect_timeout": _PATIENCE_S}
    storage = RedisStorage(f"async+{url}", wrap_exceptions=True, implementation="redispy", key_prefix="jorge:rate", **options)
    return SlidingWindowCounterRateLimiter(storage)
