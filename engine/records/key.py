"""What lets another program in: API keys and what each may be used for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyScope(StrEnum):
    """One thing a key may be used for, within what its person may do."""

    SCORE = "score"  # score leads and read scores; a lead scored is kept
    LEADS_READ = "leads:read"
    LEADS_WRITE = "leads:write"
    DEALS_READ = "deals:read"  # opportunities, pipeline, forecast
    DEALS_WRITE = "deals:write"
    BATCHES = "batches"  # import files
    SEQUENCES = "sequences"
    MODEL_READ = "model:read"
    EVENTS = "events"  # the live stream
    METRICS = "metrics"

    @property
    def label(self) -> str:
        """As a person picks it."""
        return _LABELS[self]


_LABELS = {
    KeyScope.SCORE: "Score leads",
    KeyScope.LEADS_READ: "Read leads",
    KeyScope.LEADS_WRITE: "Add and change leads",
    KeyScope.DEALS_READ: "Read deals, pipeline and forecast",
    KeyScope.DEALS_WRITE: "Open and move deals",
    KeyScope.BATCHES: "Import files",
    KeyScope.SEQUENCES: "Follow-up sequences",
    KeyScope.MODEL_READ: "Read the model's figures",
    KeyScope.EVENTS: "Live events",
    KeyScope.METRICS: "Metrics for monitoring",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as the office keeps it: never the key itself, only its first letters and its hash."""

    key_id: int
    user_id: int  # the person it acts as
    name: str
    prefix: str
    scopes: tuple[KeyScope, ...]
    created_by: int
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None  # to about five minutes
    revoked_at: datetime | None = None
    replaces: int | None = None  # the key it was rotated from

    def is_good(self, at: datetime) -> bool:
        """Whether it lets anybody in at that moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)
