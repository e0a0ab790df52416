"""What GoHighLevel tells by itself: checked, kept before it is acknowledged, worked off at once, its leads scored anew."""

import logging
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from functools import lru_cache

from engine.access import SYSTEM, Actor, Permission, require
from engine.clock import stopwatch
from engine.commands.scoring import rescore_leads
from engine.delivery import webhooks as work
from engine.delivery.connection import open_provider
from engine.errors import JorgeError, NotFound, ProviderError, SignInRefused
from engine.ghl import webhooks
from engine.ghl.limiter import Urgency
from engine.records.ghl import ProviderEvent
from engine.runtime import Engine
from engine.settings import Settings
from engine.store import leads, webhook_events

log = logging.getLogger(__name__)

_working, _fetching = threading.Lock(), threading.Lock()
_again = threading.Event()


def webhook_keys(settings: Settings) -> webhooks.Keys:
    """The keys that webhooks are checked with; raises `ConfigurationError` naming the variable."""
    return _keys(settings.ghl_webhook_keys, settings.ghl_legacy_signatures)


def check_webhook(engine: Engine, raw: bytes, headers: Mapping[str, str]) -> ProviderEvent:
    """What a webhook says, if GoHighLevel signed exactly these bytes within the last 24 hours; raises `SignInRefused` otherwise."""
    if not webhooks.is_signed(raw, headers, webhook_keys(engine.settings)):
        raise SignInRefused("This webhook isn't signed by GoHighLevel")
    event = webhooks.parse(raw, received_at=engine.clock.now())
    if not webhooks.is_timely(event, engine.clock.now()):
        raise SignInRefused("This webhook was sent more than 24 hours ago")
    return event


def keep_webhooks(engine: Engine, events: Sequence[tuple[ProviderEvent, str]]) -> int:
    """Keep checked webhooks, durably; those that came before are left out. Then they are worked off beside. Answers how many were new."""
    n_new = work.keep(engine.ledger, engine.clock, events)
    _flood.note(len(events))
    if n_new:
        _begin(engine)
    return n_new


def mind_webhooks(engine: Engine) -> None:
    """Once a second: see to it that what waits is worked off, also what a killed process left, and that unknown contacts are asked for."""
    with engine.ledger.read() as connection:
        is_due = bool(webhook_events.due(connection, engine.clock.now(), 1))
        has_strangers = bool(webhook_events.unlinked_contacts(connection, 1))
    if is_due:
        _begin(engine)
    if has_strangers and not _fetching.locked():
        threading.Thread(target=_fetch, args=(engine,), name="webhook-contacts", daemon=True).start()


def work_off_webhooks(engine: Engine) -> int:
    """Bring in what waits, and score the leads it was about; answers how many events were taken up.

    In a flood only what can't wait is taken up: those who wait for their acknowledgement come first.
    """
    n_events = 0
    while True:
        in_flood = _flood.is_on()
        worked = work.work_off(
            engine.ledger,
            engine.clock,
            location_id=engine.settings.ghl_location_id,
            only_urgent=in_flood,
            between=bool if in_flood else _flood.is_on,
        )
        n_events += worked.n_events
        if worked.lead_ids:
            rescore_leads(engine, SYSTEM, _visible(engine, worked.lead_ids))
        if in_flood:
            time.sleep(_Flood.NAP_S)
        elif not worked.n_events:
            return n_events


def fetch_webhook_contacts(engine: Engine) -> int:
    """Ask GoHighLevel for the contacts that webhooks wait for; answers how many came."""
    provider = open_provider(engine.settings, engine.ledger, engine.clock, urgency=Urgency.SYNC)
    try:
        return work.fetch_strangers(engine.ledger, provider, engine.clock)
    finally:
        provider.close()


def retry_webhook(engine: Engine, actor: Actor, event_number: int) -> None:
    """Have a failed webhook tried anew."""
    require(actor, Permission.CHANGE_SETTINGS)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        if not webhook_events.try_again(txn, event_number):
            raise NotFound("There is no failed webhook of that number")
        txn.audit("retry_webhook", "webhook_events", event_number, {})
    _begin(engine)


def retry_failed_webhooks(engine: Engine, actor: Actor) -> int:
    """Have every failed webhook tried anew; answers how many."""
    require(actor, Permission.CHANGE_SETTINGS)
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        n_events = webhook_events.try_all_again(txn)
        if n_events:
            txn.audit("retry_webhooks", "webhook_events", 0, {"n": n_events})
    if n_events:
        _begin(engine)
    return n_events


class _Flood:
    """Whether so many webhooks come that working them off would keep the rest from being acknowledged."""

    NAP_S = 0.1
    _WINDOW_S, _MANY = 0.5, 100  # 200 a second; working off alone does about as many
    _LONGEST_S = 20.0  # whoever keeps on can't keep the rest waiting for ever

    def __init__(self) -> None:
        self._kept: deque[tuple[float, int]] = deque()
        self._began_s: float | None = None
        self._lock = threading.Lock()

    def note(self, n_events: int) -> None:
        """So many were just kept."""
        with self._lock:
            self._kept.append((stopwatch(), n_events))

    def is_on(self) -> bool:
        """Whether it floods now, and has not for longer than the rest may wait."""
        now = stopwatch()
        with self._lock:
            while self._kept and self._kept[0][0] < now - self._WINDOW_S:
                self._kept.popleft()
            if sum(n_events for _, n_events in self._kept) < self._MANY:
                self._began_s = None
                return False
            if self._began_s is None:
                self._began_s = now
            return now - self._began_s < self._LONGEST_S


_flood = _Flood()


@lru_cache(maxsize=8)
def _keys(files: str, accepts_legacy: bool) -> webhooks.Keys:
    return webhooks.read_keys(files, accepts_legacy=accepts_legacy)


def _begin(engine: Engine) -> None:
    _again.set()
    if not _working.locked():
        threading.Thread(target=_work, args=(engine,), name="webhooks", daemon=True).start()


def _work(engine: Engine) -> None:
    """Until nothing is due. What comes while the lock is given back is seen by `_again`, or within a second by `mind_webhooks`."""
    while _again.is_set():
        if not _working.acquire(blocking=False):
            return
        try:
            _again.clear()
            work_off_webhooks(engine)
        except JorgeError as error:
            log.warning("webhooks wait: %s", error.message)
        except Exception:  # they wait in the ledger; the next second tries again, and the log says why
            log.exception("webhooks could not be worked off")
        finally:
            _working.release()


def _fetch(engine: Engine) -> None:
    if not _fetching.acquire(blocking=False):
        return
    try:
        if fetch_webhook_contacts(engine):
            _begin(engine)
    except ProviderError as error:
        log.warning("contacts of webhooks could not be asked for: %s", error.message)
    except Exception:
        log.exception("contacts of webhooks could not be asked for")
    finally:
        _fetching.release()


def _visible(engine: Engine, lead_ids: Sequence[int]) -> list[int]:
    with engine.ledger.read() as connection:
        return [lead.lead_id for lead in leads.load_leads(connection, lead_ids, only_visible=True)]
