"""What the sidecar does on a tick. Each job is one short, repeatable piece of work on the ledger; the scheduler only says when."""

from engine.clock import Clock
from engine.settings import Settings
from engine.store import feed
from engine.store.ledger import Ledger


def open_ledger(settings: Settings) -> Ledger:
    """The sidecar's ledger, at the code's version."""
    ledger = Ledger.open(settings.ledger)
    ledger.migrate()
    return ledger


def beat(ledger: Ledger, clock: Clock) -> None:
    """Leave a sign of life that pages and `doctor` read."""
    with ledger.write(at=clock.now()) as txn:
        feed.beat(txn, "sidecar", is_ok=True, message="")
