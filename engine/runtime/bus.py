"""The bus: keeps the projection current and tells open pages what changed, whichever process changed it, once they would see it."""

import asyncio
import logging
import threading
from collections.abc import Callable

from engine.clock import stopwatch
from engine.store import feed, projection
from engine.store.analytics import Analytics
from engine.store.ledger import Ledger

log = logging.getLogger(__name__)

Event = dict[str, object]
_POLL_SECONDS = 0.2  # how soon another process's change is noticed
# In a flood of changes a look costs as much as ten of them and takes in any number, so most of the time is left to those who make them.
_REST_SHARE, _LONGEST_REST = 9.0, 0.25  # times what the look took; seconds
_HEAD_START = (
    0.005  # seconds: programs on the stream hear first (engine.runtime.follower); the projection is a slice of processor time
)
_FEED_PAGE = 1_000


class Bus:
    """Follows the ledger's change feed in a thread of its own."""

    def __init__(self, ledger: Ledger, analytics: Analytics) -> None:
        self._ledger, self._analytics = ledger, analytics
        self._listeners: dict[int, tuple[asyncio.AbstractEventLoop, Callable[[Event], None]]] = {}
        self._n_ever = 0
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._chores: list[Callable[[], None]] = []
        self.last_seq = analytics.last_seq
        self._thread = threading.Thread(target=self._run, name="bus", daemon=True)

    def start(self) -> None:
        """Begin to watch the feed."""
        self._ledger.on_commit.append(lambda _seq, _event_types: self._wake.set())
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; returns once the thread has ended."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def every_second(self, chore: Callable[[], None]) -> None:
        """Have `chore` called about once a second, on the bus's own thread: it must be quick."""
        self._chores.append(chore)

    def subscribe(self, loop: asyncio.AbstractEventLoop, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback` on `loop` for each event from now on; answers the function that ends it."""
        with self._lock:
            self._n_ever += 1
            key = self._n_ever
            self._listeners[key] = (loop, callback)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.pop(key, None)

        return unsubscribe

    def look(self) -> int:
        """Bring the projection up to the ledger and pass the new events on; answers how many there were.

        A command calls it after its change, so that the person who made it sees it at once.
        """
        with self._looking:
            events = self._new_events()
            if events:
                projection.catch_up(self._ledger, self._analytics)
                self.last_seq = int(str(events[-1]["seq"]))
        if events:
            self._publish(events)
        return len(events)

    def events_since(self, seq: int, limit: int = _FEED_PAGE) -> list[Event]:
        """The events after `seq`, oldest first, for a listener that was away."""
        with self._ledger.read() as connection:
            rows = feed.changes_since(connection, seq, limit)
        return [
            {"event_type": row.event_type, "seq": row.seq, "at": row.at.isoformat(), "kind": row.kind, "ref": row.ref}
            for row in rows
        ]

    def _new_events(self) -> list[Event]:
        with self._ledger.read() as connection:
            if feed.last_seq(connection) <= self.last_seq:
                return []
        return self.events_since(self.last_seq)

    def _publish(self, events: list[Event]) -> None:
        with self._lock:
            listeners = list(self._listeners.values())
        for event in events:
            for loop, callback in listeners:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(callback, event)

    def _run(self) -> None:
        chores_at = 0.0
        while not self._stopping.is_set():
            began = stopwatch()
            try:
                is_busy = self.look() > 0
                if stopwatch() >= chores_at:
                    chores_at = stopwatch() + 1.0
                    for chore in self._chores:
                        chore()
            except Exception:  # one bad look must not end the watch: the next one tries again, and the log says why
                log.exception("the change feed could not be followed")
                self._stopping.wait(1.0)
                is_busy = False
            if is_busy:
                self._stopping.wait(min(_REST_SHARE * (stopwatch() - began), _LONGEST_REST))
            if self._wake.wait(_POLL_SECONDS):
                self._stopping.wait(_HEAD_START)
            self._wake.clear()
