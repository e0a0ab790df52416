"""Chores of the web process: looked at about once a second, each done in a thread of its own, one at a time, its failures in the log."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.errors import JorgeError
from engine.runtime import Engine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """One kind of work. `trouble` is what the log says when it fails; `failed` is called then, so that it may rest for a while."""

    name: str
    work: Callable[[Engine], object]
    trouble: str
    failed: Callable[[Engine], None] = lambda engine: None
    _working: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_running(self) -> bool:
        """Whether it is being done right now."""
        return self._working.locked()

    def begin(self, engine: Engine) -> None:
        """Do it beside; nothing while it is being done already."""
        if not self.is_running:
            threading.Thread(target=self._run, args=(engine,), name=self.name, daemon=True).start()

    def _run(self, engine: Engine) -> None:
        if not self._working.acquire(blocking=False):
            return
        try:
            self.work(engine)
        except JorgeError as error:
            self.failed(engine)
            log.warning("%s: %s", self.trouble, error.message)
        except Exception:  # the thread ends, a later second begins another one; the log says why
            self.failed(engine)
            log.exception(self.trouble)
        finally:
            self._working.release()
