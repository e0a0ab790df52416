"""Follows the ledger's change feed in a thread of its own: every change once, in order, none left out, whichever process made it."""

import logging
import threading
from collections.abc import Callable, Sequence

from engine.store import feed
from engine.store.feed import Change
from engine.store.ledger import Ledger

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.2  # how soon another process's change is noticed; this process's own is at once
_REST_SECONDS = 1.0  # after a failure
_PAGE = 500


class Follower:
    """Hands each page of changes on. What `take` could not do (it raised) is handed to it again a second later."""

    def __init__(self, name: str, ledger: Ledger, take: Callable[[Sequence[Change]], None], *, since: int | None = None) -> None:
        self._name, self._ledger, self._take = name, ledger, take
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._was_failing = False
        self.seq = self._newest() if since is None else since  # the last change handed on

    def start(self) -> "Follower":
        """Begin to follow."""
        self._ledger.on_commit.append(self._woken)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop following; returns once the thread has ended."""
        self._stopping.set()
        self._wake.set()
        if self._woken in self._ledger.on_commit:
            self._ledger.on_commit.remove(self._woken)
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _woken(self, _seq: int, _event_types: frozenset[str]) -> None:
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                while self._step() and not self._stopping.is_set():
                    pass
                self._was_failing = False
            except Exception:  # whatever stands behind it may be away for a while; nothing is left out meanwhile
                if not self._was_failing:
                    log.exception("%s can't follow the change feed; it goes on trying", self._name)
                self._was_failing = True
                self._stopping.wait(_REST_SECONDS)
            self._wake.wait(_POLL_SECONDS)
            self._wake.clear()

    def _step(self) -> bool:
        with self._ledger.read() as connection:
            page = feed.changes_since(connection, self.seq, _PAGE)
        if page:
            self._take(page)
            self.seq = page[-1].seq
        return len(page) == _PAGE

    def _newest(self) -> int:
        with self._ledger.read() as connection:
            return feed.last_seq(connection)
