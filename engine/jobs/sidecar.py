"""The sidecar's resources and its ticks: what runs how often, each on its own, none able to take the others with it."""

import logging
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from engine.clock import Clock, clock_from, stopwatch
from engine.delivery import confirming, ensuring, leases, plans, reconciling, restoring, sending, sync_in, sync_out, webhooks
from engine.delivery.connection import open_provider
from engine.delivery.leases import Delivery, Patience
from engine.errors import JorgeError, ProviderError
from engine.ghl.client import GhlClient
from engine.ghl.dry_run import DryRun
from engine.ghl.limiter import Urgency
from engine.jobs import handing_out
from engine.jobs.guard import ClockGuard
from engine.settings import Settings, secret_key
from engine.store import copies, feed
from engine.store.ledger import Ledger

log = logging.getLogger(__name__)

_KEPT_FOR = timedelta(days=35)  # backups: a forgotten person is gone from the last of them after that
_HEARTBEAT = "sidecar"
_LEFT_AFTER = timedelta(seconds=10)  # younger webhooks are the web process's own


@dataclass(frozen=True, slots=True)
class Tick:
    """One piece of work: its name, how often it is done, how long it may go on taking up new work, and what it does.

    `run` is handed a question that turns true when the time is up. A nightly one has the UTC hour instead of seconds.
    """

    name: str
    every_s: float
    deadline_s: float
    run: "Callable[[Callable[[], bool]], object]"
    at_hour: int | None = None


@dataclass
class Sidecar:
    """What the ticks work with."""

    settings: Settings
    ledger: Ledger
    clock: Clock
    sender: GhlClient | DryRun
    syncer: GhlClient | DryRun
    delivery: Delivery
    guard: ClockGuard
    last_sign_s: float = field(default_factory=stopwatch)  # when delivering last went on, for the watchdog

    def ticks(self) -> Sequence[Tick]:
        """Everything the sidecar does."""
        return (
            Tick("heartbeat", 5, 5, self._beat),
            Tick("deliver", 2, 20, self._deliver),
            Tick("reconcile", 5, 20, lambda stop: _until(stop, lambda: reconciling.reconcile_due(self.delivery))),
            Tick("sweep", 10, 10, lambda _stop: leases.sweep(self.delivery)),
            Tick("do_not_disturb", 5, 20, lambda _stop: sync_out.propagate_dnd(self.ledger, self.sender, self.clock)),
            Tick("sync_in", 60, 45, lambda stop: sync_in.sync_in(self.ledger, self.syncer, self.clock, should_stop=stop)),
            Tick("webhooks", 5, 20, self._webhooks),
            Tick("sync_out", 30, 25, lambda stop: sync_out.push_scores(self.ledger, self.syncer, self.clock, should_stop=stop)),
            Tick("enrol", 60, 20, lambda _stop: ensuring.enrol_by_rule(self.ledger, self.clock)),
            Tick("route", 5, 20, lambda _stop: handing_out.route(self.ledger, self.clock)),
            Tick("forget_actions", 3600, 20, lambda _stop: handing_out.forget_actions(self.ledger, self.clock)),
            Tick("retention", 3600, 60, lambda _stop: ensuring.empty_old_words(self.ledger, self.clock)),
            Tick("forget_webhooks", 3600, 20, lambda _stop: webhooks.drop_old(self.ledger, self.clock)),
            Tick("backup", 0, 600, lambda _stop: self.back_up(), at_hour=3),
        )

    def run(self, tick: Tick) -> bool:
        """Do one tick; whatever goes wrong is written down and the next one comes all the same. Says whether it went well."""
        began = stopwatch()
        message = ""
        try:
            tick.run(lambda: stopwatch() - began > tick.deadline_s)
        except ProviderError as error:
            message = error.message
            log.warning("%s: %s", tick.name, error.message)
        except JorgeError as error:
            message = error.message
            log.warning("%s: %s", tick.name, error.message)
        except Exception as error:
            message = f"{type(error).__name__}: the log says more"
            log.exception("%s failed", tick.name)
        late_s = stopwatch() - began - tick.deadline_s
        if late_s > 0 and not message:
            message = f"took {late_s:.0f} s longer than it may"
        self._sign(tick, message)
        return not message

    def _sign(self, tick: Tick, message: str) -> None:
        try:
            with self.ledger.write(at=self.clock.now()) as txn:
                feed.beat(txn, tick.name if tick.name != "heartbeat" else _HEARTBEAT, is_ok=not message, message=message)
        except JorgeError as error:
            log.warning("%s could not leave its sign of life: %s", tick.name, error.message)
            return
        if tick.name == "deliver":
            self.last_sign_s = stopwatch()

    def note_progress(self, _place: str) -> None:
        """Delivering goes on: one request may take half a minute, ten of them must not look like hanging."""
        self.last_sign_s = stopwatch()

    def _beat(self, _stop: Callable[[], bool]) -> None:
        leases.renew(self.delivery)
        problem = self.guard.look(self.clock.now(), stopwatch())
        if problem:
            raise JorgeError(problem)

    def _deliver(self, stop: Callable[[], bool]) -> None:
        if problem := self.guard.look(self.clock.now(), stopwatch()):
            raise JorgeError(problem)
        if problem := restoring.still_to_do(self.ledger, self.clock, is_live=self.sender.is_live):
            raise JorgeError(problem)
        _until(stop, lambda: confirming.confirm_due(self.delivery))
        _until(stop, lambda: sending.deliver_due(self.delivery))

    def _webhooks(self, stop: Callable[[], bool]) -> None:
        """What the web process took in and did not get to: after it was killed, or while it is too busy."""
        location_id = self.settings.ghl_location_id
        while (
            not stop()
            and webhooks.work_off(self.ledger, self.clock, location_id=location_id, older_than=_LEFT_AFTER, between=stop).n_events
        ):
            pass
        webhooks.fetch_strangers(self.ledger, self.syncer, self.clock)

    def back_up(self) -> Path:
        """Tonight's copy of the ledger, beside the ledger's folder; old ones go."""
        folder = self.settings.home / "backups"
        made = copies.back_up(self.settings.ledger, folder, at=self.clock.now())
        copies.drop_old(folder, before=self.clock.now() - _KEPT_FOR)
        return made

    def close(self) -> None:
        """Let go of everything."""
        for provider in (self.sender, self.syncer):
            provider.close()
        self.ledger.close()


def open_sidecar(settings: Settings, *, seat: str = "") -> Sidecar:
    """Open the ledger at the code's version, the provider, and the clock.

    Whoever names a `seat` holds its lock: what an earlier process of that seat held is taken over at once.
    """
    ledger = Ledger.open(settings.ledger)
    ledger.migrate()
    clock = clock_from(settings.clock, settings.home)
    with ledger.write(at=clock.now()) as txn:
        plans.seed(txn)
    sender = open_provider(settings, ledger, clock, urgency=Urgency.SEND)
    owner = f"{seat or socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
    patience = Patience()
    delivery = Delivery(
        ledger=ledger, clock=clock, provider=sender, owner=owner, key=secret_key(settings), seat=seat, patience=patience
    )
    leases.take_over(delivery)
    with ledger.read() as connection:
        seen = [beat.at for beat in feed.load_heartbeats(connection)]
    sidecar = Sidecar(
        settings=settings,
        ledger=ledger,
        clock=clock,
        sender=sender,
        syncer=open_provider(settings, ledger, clock, urgency=Urgency.SYNC),
        delivery=delivery,
        guard=ClockGuard(speed=clock.speed, highest=max(seen, default=None)),
    )
    sidecar.delivery = replace(delivery, patience=replace(patience, hops=sidecar.note_progress))
    return sidecar


def _until(stop: Callable[[], bool], work: Callable[[], int]) -> None:
    """Go on while there is work and time."""
    while work() and not stop():
        pass
