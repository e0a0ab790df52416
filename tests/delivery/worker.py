"""A sidecar's delivering ticks as a process that can be killed anywhere, or kills itself at a named place.

`python -m tests.delivery.worker LEDGER_URL DOUBLE_URL HOME CLOCK [PLACE N]`
"""

import os
import signal
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from engine.clock import clock_from
from engine.delivery import confirming, leases, reconciling, sending
from engine.delivery.leases import Patience
from engine.errors import StoreUnavailable
from engine.store.ledger import Ledger
from tests.delivery import world

# A lease far longer than any test waits: whoever takes the seat of a killed worker must not wait for it.
PATIENCE = {"lease": timedelta(minutes=10), "settle": timedelta(seconds=0.25)}


def main() -> None:
    """Tick until killed."""
    ledger_url, double_url, home, clock_text, *doom = sys.argv[1:]
    clock = clock_from(clock_text, Path(home))
    ledger = Ledger.open(ledger_url)
    seen: dict[str, int] = {}

    def hops(place: str) -> None:
        seen[place] = seen.get(place, 0) + 1
        if doom and (place, seen[place]) == (doom[0], int(doom[1])):
            os.kill(os.getpid(), signal.SIGKILL)

    provider = world.client(double_url, clock, timeout_s=0.5)
    patience = Patience(**PATIENCE, hops=hops)
    means = replace(world.delivery(ledger, clock, provider, owner=f"worker-{os.getpid()}", patience=patience), seat="worker")
    leases.take_over(means)
    print("ready", flush=True)
    while True:
        try:
            leases.sweep(means)
            confirming.confirm_due(means)
            n_done = reconciling.reconcile_due(means) + sending.deliver_due(means)
        except StoreUnavailable:
            n_done = 0
        time.sleep(0.001 if n_done else 0.05)


if __name__ == "__main__":
    main()
