"""The machinery in figures, for monitoring: queues and their ages, sessions, how far pages lag behind. Numbers only, nobody's data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.runtime import Engine
from engine.store import feed, monitoring


@dataclass(frozen=True, slots=True, kw_only=True)
class Machinery:
    """One figure a field, of this moment. Ages are seconds; a queue that is empty has age 0."""

    n_sessions: int
    n_leads: int
    lag_changes: int  # changes of the ledger that pages don't show yet
    heartbeat_age_s: Mapping[str, float]  # by program
    n_waiting: Mapping[str, int]  # by queue
    oldest_age_s: Mapping[str, float]  # by queue
    sends: Mapping[tuple[str, str], int] = field(default_factory=dict)  # by kind and outcome
    cache_asked: int
    cache_hits: int


def machinery(engine: Engine) -> Machinery:
    """What monitoring asks for every few seconds."""
    at = engine.clock.now()
    with engine.ledger.read() as connection:
        newest = feed.last_seq(connection)
        beats = feed.load_heartbeats(connection)
        queues = monitoring.queues(connection, at)
        n_sessions, n_leads = monitoring.n_sessions(connection, at), monitoring.n_leads(connection)
        sends = monitoring.sends(connection)
    return Machinery(
        n_sessions=n_sessions,
        n_leads=n_leads,
        lag_changes=max(0, newest - engine.analytics.last_seq),
        heartbeat_age_s={beat.name: (at - beat.at).total_seconds() for beat in beats},
        n_waiting={name: queue.n for name, queue in queues.items()},
        oldest_age_s={name: (at - queue.since).total_seconds() if queue.since else 0.0 for name, queue in queues.items()},
        sends=sends,
        cache_asked=engine.score_cache.n_asked,
        cache_hits=engine.score_cache.n_hits,
    )
