"""Ends or restarts a sidecar that hangs. Leases make that harmless: what it held is taken over or looked up."""

import logging
import os
import sys
import threading
from collections.abc import Callable

from engine.clock import stopwatch

log = logging.getLogger(__name__)

SILENCE_S = 60.0
_LOOK_S = 5.0


def restart() -> None:
    """Become a new process of the same program; files and locks of this one are let go."""
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606


def begin_watchdog(
    last_sign_s: Callable[[], float], stopping: threading.Event, *, silence_s: float = SILENCE_S, act: Callable[[], None] = restart
) -> threading.Thread:
    """Watch the stopwatch time of the last sign of life from a thread of its own; `act` when it is older than `silence_s`."""

    def watch() -> None:
        while not stopping.wait(min(_LOOK_S, silence_s / 4)):
            silent_s = stopwatch() - last_sign_s()
            if silent_s > silence_s:
                log.error("no tick has come through for %.0f seconds; the sidecar starts again", silent_s)
                act()
                return

    thread = threading.Thread(target=watch, name="watchdog", daemon=True)
    thread.start()
    return thread
