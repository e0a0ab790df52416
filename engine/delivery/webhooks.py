"""Webhooks: kept once, then worked off in the order they came. Shared by the web process, which takes them in, and the sidecar.

Any number of processes may work them off at once: each looks again, inside the writing transaction, at what is still waiting, and
what an event does is committed together with its being done. Killed at any moment, the next look begins again where this one was.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from engine.clock import Clock
from engine.delivery.sync_apply import office_at, take_event
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
_AT_ONCE = 40  # events in one transaction
_URGENT = (EventKind.MESSAGE, EventKind.DND)
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
    only_urgent: bool = False,
    between: Callable[[], object] = bool,
) -> Worked:
    """Take up to 200 due events up, contact by contact. `between` is called after each transaction; a true answer ends the look.

    `older_than` leaves the newest to the process that took them in; `only_urgent` takes up messages and do-not-disturb alone, for
    somebody may have said stop. Events of another location are kept and change nothing.
    Nothing waits for the network here: what an unknown contact is about stays for `fetch_strangers`.
    """
    at = clock.now()
    with ledger.read() as connection:
        page = webhook_events.due(
            connection,
            at,
            _PAGE,
            received_before=at - older_than if older_than else None,
            kinds=_URGENT if only_urgent else (),
        )
    n_events, lead_ids = 0, dict[int, None]()
    for group in _batches(page):
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


def _batches(page: Sequence[KeptEvent]) -> Iterator[list[KeptEvent]]:
    """The contact whose first event came first goes first; each one's events stay in their order, many contacts in a transaction."""
    first = {event.contact_id: number for number, event in reversed(list(enumerate(page)))}
    ordered = sorted(page, key=lambda event: (first[event.contact_id], event.event_number))
    return (ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE))


def _take(ledger: Ledger, clock: Clock, batch: Sequence[KeptEvent], location_id: str) -> list[int]:
    """All in one transaction, or, when one of them breaks, by halves down to that one. Answers whose leads they were about."""
    try:
        _apply(ledger, clock, batch, location_id)
    except StoreUnavailable:
        raise
    except Exception as error:
        if len(batch) > 1:
            halves = batch[: len(batch) // 2], batch[len(batch) // 2 :]
            return [lead_id for half in halves for lead_id in _take(ledger, clock, half, location_id)]
        log.exception("webhook %s could not be worked off", batch[0].event_number)
        with ledger.write(at=clock.now()) as txn:
            _put_off(txn, batch[0], f"{type(error).__name__}: the log says more")
        return []
    with ledger.read() as connection:
        links = ghl_links.links_of(connection, list({one.contact_id for one in batch}))
    return [link.lead_id for link in links.values()]


def _apply(ledger: Ledger, clock: Clock, batch: Sequence[KeptEvent], location_id: str) -> None:
    with ledger.write(at=clock.now()) as txn:
        office = office_at(txn.connection, txn.at, kept_frame(txn.connection))
        waiting = webhook_events.still_waiting(txn.connection, [one.event_number for one in batch])
        order = {one.event_number: place for place, one in enumerate(batch)}
        waiting = sorted(waiting, key=lambda one: order[one.event_number])
        events = [(kept, webhooks.parse(kept.raw.encode(), received_at=kept.received_at)) for kept in waiting]
        repeated = _repeated([event for _, event in events])
        done, other, elsewhere, arrived = list[int](), list[int](), list[int](), dict[str, None]()
        for kept, event in events:
            if event.kind is EventKind.OTHER:
                other.append(kept.event_number)
            elif location_id and event.location_id and event.location_id != location_id:
                elsewhere.append(kept.event_number)
            elif event.event_id in repeated or take_event(txn, event, office):
                done.append(kept.event_number)
                if event.kind in (EventKind.CONTACT, EventKind.DND):
                    arrived[kept.contact_id] = None
            else:
                _put_off(txn, kept, "its contact is not known here yet")
        webhook_events.finish(txn, done, DONE)
        webhook_events.finish(txn, other, KEPT, "nothing here reads events of this kind")
        webhook_events.finish(txn, elsewhere, KEPT, "of another location")
        webhook_events.hasten(txn, list(arrived))


def _repeated(events: Sequence[ProviderEvent]) -> frozenset[str]:
    """Those that the next event of the same contact says once more: one change there comes as two or three events here."""
    told = [event for event in events if event.kind in (EventKind.CONTACT, EventKind.DND)]
    return frozenset(
        first.event_id
        for first, second in pairwise(told)
        if webhooks.content_key(first) == webhooks.content_key(second) and _is_before(first.at, second.at)
    )


def _is_before(first: datetime | None, second: datetime | None) -> bool:
    return first is None or second is None or first <= second


def _put_off(txn: Txn, kept: KeptEvent, problem: str) -> None:
    if kept.n_tries + 1 >= MOST_TRIES:
        webhook_events.finish(txn, [kept.event_number], FAILED, problem)
    else:
        pause = min(_LONGEST_PAUSE, _PAUSE * 2**kept.n_tries)
        webhook_events.put_off(txn, kept.event_number, txn.at + pause, problem)
