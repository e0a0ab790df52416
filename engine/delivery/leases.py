"""How a process holds what it took up: leases that its heartbeat renews, and what becomes of them when it is gone.

A lease protects no message by itself: every write carries the step's fence, and what may have gone out is looked up first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from engine.clock import Clock
from engine.ghl.client import Provider
from engine.store import steps
from engine.store.ledger import Ledger
from engine.store.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long things take at the provider, in real time; a fast clock stretches them."""

    lease: timedelta = timedelta(seconds=60)  # of a process that gives no sign of life any more; a living one renews it
    settle: timedelta = timedelta(seconds=90)  # a request ends sooner than that, and what went shows in the provider's list
    give_up: timedelta = timedelta(hours=24)  # on an outcome that can't be looked up: then a person decides
    max_attempts: int = 5  # executed sends of one step
    hops: Callable[[str], None] = lambda place: None  # told at each place where a program may be killed: the fault suite's hook


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One process's means to deliver: ledger, clock, provider, its own name on leases, the key of unsubscribe links.

    `seat` begins the name of every process that ever held this one's lock: with the lock in hand, all others of that seat are gone.
    """

    ledger: Ledger
    clock: Clock
    provider: Provider
    owner: str
    key: bytes
    seat: str = ""
    patience: Patience = Patience()

    def lasting(self, real: timedelta) -> timedelta:
        """A real duration on this process's clock."""
        return real * self.clock.speed


def renew(delivery: Delivery) -> int:
    """Say that this process lives: its leases begin anew. Answers how many it holds."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        return steps.renew(txn, owner=delivery.owner, until=txn.at + delivery.lasting(delivery.patience.lease))


def sweep(delivery: Delivery) -> int:
    """Free what a silent program held; what it may have sent is to be looked up. Answers how many steps that were."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        return steps.release_expired(txn, delivery.lasting(delivery.patience.settle))


def take_over(delivery: Delivery) -> int:
    """The same for what an earlier process of this seat held, without waiting: only for the holder of the seat's lock."""
    if not delivery.seat:
        return 0
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        return steps.release_of(txn, f"{delivery.seat}-", delivery.lasting(delivery.patience.settle))


def let_go(delivery: Delivery, step: Step, wait: timedelta) -> None:
    """Give one step up that this process could not bring to an end; it is looked at again after `wait`."""
    with delivery.ledger.write(at=delivery.clock.now()) as txn:
        steps.release_one(txn, step, delivery.lasting(delivery.patience.settle), wait)
