"""Webhooks: kept once, then worked off in the order they came. Shared by the web process, which takes them in, and the sidecar.

Any number of processes may work them off at once: each looks again, inside the writing transaction, at what is still waiting, and
what an event does is committed together with its being done. Killed at any moment, the next look begins again where this one was.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from engine.clock import Clock
from engine.delivery.sync_apply import Office, office_at, take_event
from engine.delivery.sync_in import fetch_contact, kept_frame
from engine.errors import StoreUnavailable
from engine.ghl import webhooks
from engine.ghl.client import Provider
from engine.records.ghl import EventKind, ProviderEvent
from engine.store import ghl_links, webhook_events
from engine.store.ledger import Ledger, Txn
from engine.store.webhook_events import DONE, FAILED, KEPT, KeptEvent

log = logging.getLogger(__name__)

MOST_TRIES = 16
_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)  # doubles with each try: sixteen take about seven hours
_PAGE = 200
_N_FETCHED = 20  # contacts asked for in one go
_AT_ONCE = 20  # events of one contact in one transaction
_KEPT_FOR = timedelta(days=30)  # ids outlive the 24 hours in which a webhook is taken, so that none is taken twice


@dataclass(frozen=True, slots=True)
class Worked:
    """What one look came to: how many events it took up, and the leads they were about."""

    n_events: int
    lead_ids: tuple[int, ...]


def keep(ledger: Ledger, clock: Clock, events: Sequence[tuple[ProviderEvent, str]]) -> int:
    """Keep events with their raw text, durably, in one transaction; answers how many were new."""
    with ledger.write(at=clock.now()) as txn:
        return webhook_events.add(txn, events)


def work_off(
    ledger: Ledger,
    clock: Clock,
    *,
    location_id: str = "",
    older_than: timedelta | None = None,
    between: Callable[[], object] = bool,
) -> Worked:
    """Take up to 200 due events up, contact by contact. `between` is called after each contact; a true answer ends the look.

    `older_than` leaves the newest to the process that took them in. Events of another location are kept and change nothing.
    Nothing waits for the network here: what an unknown contact is about stays for `fetch_strangers`.
    """
    at = clock.now()
    with ledger.read() as connection:
        page = webhook_events.due(connection, at, _PAGE, received_before=at - older_than if older_than else None)
    n_events, lead_ids = 0, dict[int, None]()
    for group in _by_contact(page):
        lead_ids |= dict.fromkeys(_take(ledger, clock, group, location_id))
        n_events += len(group)
        if between():
            break
    return Worked(n_events, tuple(lead_ids))


def fetch_strangers(ledger: Ledger, provider: Provider, clock: Clock) -> int:
    """Ask GoHighLevel for the contacts that events wait for, so that these are due again; answers how many contacts came.

    Raises the `ProviderError` that ended it: the events wait, and are tried again.
    """
    if not provider.is_live:
        return 0
    with ledger.read() as connection:
        waiting = webhook_events.unlinked_contacts(connection, _N_FETCHED)
    n_came = 0
    for contact_id, numbers in waiting.items():
        lead_id = fetch_contact(ledger, provider, clock, contact_id)
        with ledger.write(at=clock.now()) as txn:
            if lead_id is None:
                webhook_events.finish(txn, numbers, KEPT, "its contact is not there, or has neither name nor number")
            else:
                webhook_events.hasten(txn, [contact_id])
        n_came += lead_id is not None
    return n_came


def drop_old(ledger: Ledger, clock: Clock) -> int:
    """Drop events that are through and older than 30 days; answers how many."""
    with ledger.write(at=clock.now()) as txn:
        return webhook_events.forget(txn, received_before=txn.at - _KEPT_FOR)


def _by_contact(page: Sequence[KeptEvent]) -> list[list[KeptEvent]]:
    """The contact whose first event came first goes first; each one's events stay in their order."""
    first = {event.contact_id: number for number, event in reversed(list(enumerate(page)))}
    ordered = sorted(page, key=lambda event: (first[event.contact_id], event.event_number))
    groups = (list(group) for _, group in groupby(ordered, key=lambda event: event.contact_id))
    return [group[start : start + _AT_ONCE] for group in groups for start in range(0, len(group), _AT_ONCE)]


def _take(ledger: Ledger, clock: Clock, group: Sequence[KeptEvent], location_id: str) -> list[int]:
    """One contact's events: all in one transaction, or, when one of them breaks, each by itself. Answers his lead."""
    try:
        _apply(ledger, clock, group, location_id)
    except StoreUnavailable:
        raise
    except Exception as error:
        if len(group) > 1:
            return [lead_id for one in group for lead_id in _take(ledger, clock, [one], location_id)]
        log.exception("webhook %s could not be worked off", group[0].event_number)
        with ledger.write(at=clock.now()) as txn:
            _put_off(txn, group[0], f"{type(error).__name__}: the log says more")
        return []
    with ledger.read() as connection:
        links = ghl_links.links_of(connection, [group[0].contact_id])
    return [link.lead_id for link in links.values()]


def _apply(ledger: Ledger, clock: Clock, group: Sequence[KeptEvent], location_id: str) -> None:
    with ledger.write(at=clock.now()) as txn:
        office = office_at(txn.connection, txn.at, kept_frame(txn.connection))
        for kept in webhook_events.still_waiting(txn.connection, [one.event_number for one in group]):
            event = webhooks.parse(kept.raw.encode())
            if event.kind is EventKind.OTHER:
                webhook_events.finish(txn, [kept.event_number], KEPT, "nothing here reads events of this kind")
            elif location_id and event.location_id and event.location_id != location_id:
                webhook_events.finish(txn, [kept.event_number], KEPT, "of another location")
            else:
                _take_one(txn, kept, event, office)


def _take_one(txn: Txn, kept: KeptEvent, event: ProviderEvent, office: Office) -> None:
    if not take_event(txn, event, office):
        _put_off(txn, kept, "its contact is not known here yet")
        return
    webhook_events.finish(txn, [kept.event_number], DONE)
    if event.kind in (EventKind.CONTACT, EventKind.DND):
        webhook_events.hasten(txn, [kept.contact_id])


def _put_off(txn: Txn, kept: KeptEvent, problem: str) -> None:
    if kept.n_tries + 1 >= MOST_TRIES:
        webhook_events.finish(txn, [kept.event_number], FAILED, problem)
    else:
        pause = min(_LONGEST_PAUSE, _PAUSE * 2**kept.n_tries)
        webhook_events.put_off(txn, kept.event_number, txn.at + pause, problem)
