"""Watches the machine's clock. When it jumps, nothing is sent until it can be believed again: what is due is read off that clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_BACKWARD, _FORWARD = timedelta(seconds=5), timedelta(minutes=10)
_DISTRUST_S = 600.0  # after a jump forward, in real seconds: time for the clock's service to settle or a person to look


@dataclass
class ClockGuard:
    """Compares the clock with a stopwatch from one look to the next. `speed` is how fast the clock is meant to run."""

    speed: float = 1.0
    highest: datetime | None = None  # what it, or a heartbeat left by an earlier process, has shown
    _last: tuple[datetime, float] | None = None
    _until_s: float = 0.0  # on the stopwatch

    def look(self, now: datetime, stopwatch_s: float) -> str:
        """Why nothing may be sent, in a sentence; empty while all is well."""
        if self._last is not None:
            before, before_s = self._last
            jump = now - before - timedelta(seconds=(stopwatch_s - before_s) * self.speed)
            if jump > _FORWARD * max(1.0, self.speed):
                self._until_s = stopwatch_s + _DISTRUST_S
        self._last = (now, stopwatch_s)
        is_behind = self.highest is not None and now < self.highest - _BACKWARD * max(1.0, self.speed)
        self.highest = max(now, self.highest or now)
        if is_behind:
            return f"The clock was set back; nothing is sent until it has passed {self.highest:%Y-%m-%d %H:%M:%S} UTC again"
        if stopwatch_s < self._until_s:
            return "The clock jumped forward; nothing is sent for ten minutes, in case it jumps back"
        return ""
