"""What the sidecar does on a tick. Each job is one short, repeatable piece of work on the ledger; the scheduler only says when."""

from engine.jobs.sidecar import Sidecar, Tick, open_sidecar
from engine.jobs.watchdog import begin_watchdog

__all__ = ["Sidecar", "Tick", "begin_watchdog", "open_sidecar"]
