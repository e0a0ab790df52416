"""Leads find their person without a page open: new ones by rule, untouched ones taken back. And what can't be undone is dropped."""

from datetime import timedelta

from engine import routing
from engine.clock import Clock
from engine.store import undo
from engine.store.ledger import Ledger

_KEPT = timedelta(days=7)


def route(ledger: Ledger, clock: Clock) -> int:
    """Give fresh leads to people by the office's rules and take untouched ones back; answers how many moved."""
    at = clock.now()
    return routing.route_new(ledger, at) + routing.take_back(ledger, at)


def forget_actions(ledger: Ledger, clock: Clock) -> int:
    """Drop what could be taken back a week ago; what was done stays in the audit trail. Answers how many."""
    at = clock.now()
    with ledger.write(at=at) as txn:
        return undo.forget_actions(txn, at - _KEPT)
