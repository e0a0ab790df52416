"""The five-minute clock: from a lead's creation to the first touch by a person. Automatic messages never count."""

from datetime import datetime, timedelta

from engine.records.inbox import SpeedState

TARGET = timedelta(minutes=5)  # the trade's target; after it the office has been slow (Follow Up Ace and others count the same)
NEAR = timedelta(minutes=3)  # from then on the end is in sight


def speed_state(created_at: datetime, answered_at: datetime | None, now: datetime, *, is_owed: bool = True) -> SpeedState:
    """Where the clock stands. `is_owed` is false for people who must not be contacted or whose deal has ended."""
    if answered_at is not None:
        return SpeedState.ANSWERED_IN_TIME if answered_at - created_at <= TARGET else SpeedState.ANSWERED_LATE
    if not is_owed:
        return SpeedState.OFF
    waited = now - created_at
    if waited > TARGET:
        return SpeedState.BREACHED
    return SpeedState.NEAR if waited >= NEAR else SpeedState.IN_WINDOW
