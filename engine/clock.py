"""The only reader of the machine's clock. Everyone else is handed a time (aware, UTC)."""

import json
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from engine.errors import ConfigurationError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the time. `speed` is how many of its seconds pass in one real second."""

    @property
    def speed(self) -> float:
        """How fast it runs."""
        ...

    def now(self) -> datetime:
        """The time now: aware, UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    speed = 1.0

    def now(self) -> datetime:
        """The time now: aware, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """Development's clock: stood at `start` when the machine's clock stood at `anchor`, and runs `speed` times as fast."""

    start: datetime
    speed: float
    anchor: datetime

    def now(self) -> datetime:
        """The time now: aware, UTC."""
        return self.start + (datetime.now(UTC) - self.anchor) * self.speed


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for tests and for runs "as of" a moment."""

    at: datetime
    speed: float = 1.0

    def now(self) -> datetime:
        """The time it stands at."""
        return self.at


_CLOCK_FORM = re.compile(r"^(?P<start>[^x]+?)(?:x(?P<speed>[0-9]+(?:\.[0-9]+)?))?$")


def clock_from(text: str | None, home: Path) -> Clock:
    """The clock of a process: the machine's, or the one that JORGE_CLOCK (`<UTC time>[x<speed>]`) describes.

    The moment it was first asked for is kept in `home`, so that the web process, the sidecar and a restart agree on the time.
    """
    if not text:
        return SystemClock()
    start, speed = parse_clock(text)
    return ShiftedClock(start, speed, _anchor(home / "clock.json", text))


def parse_clock(text: str) -> tuple[datetime, float]:
    """Split `2026-03-01T15:00:00Zx60` into the time and the speed (1 when none is named)."""
    match = _CLOCK_FORM.match(text.strip())
    try:
        start = datetime.fromisoformat(match["start"]) if match else None
    except ValueError:
        start = None
    if match is None or start is None:
        raise ConfigurationError(
            f"JORGE_CLOCK is '{text}', but must be a UTC time like 2026-03-01T15:00:00Z, perhaps followed by x60"
        )
    speed = float(match["speed"] or 1)
    if speed <= 0:
        raise ConfigurationError("JORGE_CLOCK's speed must be above 0")
    return (start if start.tzinfo else start.replace(tzinfo=UTC)).astimezone(UTC), speed


def _anchor(path: Path, text: str) -> datetime:
    """When this clock was started: remembered in a file that the first process writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = json.dumps({"clock": text, "anchor": datetime.now(UTC).isoformat()})
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(fresh)
    except FileExistsError:
        kept = json.loads(path.read_text(encoding="utf-8") or "{}")
        if kept.get("clock") == text:
            return datetime.fromisoformat(kept["anchor"])
        path.write_text(fresh, encoding="utf-8")
    return datetime.fromisoformat(json.loads(fresh)["anchor"])


def to_micros(at: datetime) -> int:
    """A time as whole microseconds since 1970 (the form in which the stores keep times)."""
    return (at - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The time that `to_micros` wrote."""
    return EPOCH + timedelta(microseconds=micros)


def stopwatch() -> float:
    """Seconds on a clock that only runs forward, for measuring how long something took."""
    return time.perf_counter()
