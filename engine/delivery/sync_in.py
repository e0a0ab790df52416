"""GoHighLevel's contacts, opportunities and messages into the ledger, step by step and without webhooks.

Each step is one page: fetched outside any transaction, then taken in together with its watermark. Killed at any moment, the next
step does the same page again, and taking a page in twice changes nothing.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.clock import Clock
from engine.delivery.sync_apply import office_at, take_contact, take_message, take_opportunity, unlinked
from engine.errors import ProviderRefused
from engine.ghl.client import Provider
from engine.ghl.mapping import Frame
from engine.records.follow_up import StepKind
from engine.records.ghl import CustomField, ProviderContact, ProviderPipeline, ProviderStage, ProviderUser
from engine.store import feed, ghl_links, watermarks
from engine.store.ledger import Ledger, Txn

log = logging.getLogger(__name__)

_OVERLAP = timedelta(minutes=5)  # lists lag behind; what is seen twice changes nothing
_HISTORY = timedelta(days=90)  # how far back the first look at messages goes
_FRAME_AGE = timedelta(hours=1)
_STRANGE_AGE = timedelta(minutes=5)  # when a contact has a field whose name isn't known
_WHOLE_EVERY = timedelta(hours=24)  # a pass over all contacts, which notices what is missing
_N_READ = 30  # contacts a run whose do-not-disturb is read for the first time: lists leave it out
_N_CHECKED = 20  # contacts a step that no list shows any more: each is asked for by its id
FRAME, CONTACTS, OPPORTUNITIES, MESSAGES, DRIFT = (
    "ghl_frame",
    "ghl_in_contacts",
    "ghl_in_opportunities",
    "ghl_in_messages",
    "ghl_in_drift",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far both sides have come apart, as of the last whole pass; `n_there` is None before the first."""

    n_there: int | None
    n_linked: int
    n_unreadable: int  # contacts without name, phone and e-mail
    passed_at: datetime | None

    @property
    def n_missing(self) -> int | None:
        """Contacts there that are no lead here."""
        return None if self.n_there is None else max(0, self.n_there - self.n_linked - self.n_unreadable)


def sync_in(ledger: Ledger, provider: Provider, clock: Clock, *, n_steps: int = 20, should_stop: Callable[[], bool] = bool) -> int:
    """Bring in what changed there, up to `n_steps` pages of each kind; answers how many things were looked at.

    Raises the `ProviderError` that ended it; what was taken in until then stays. Does nothing in a dry run.
    """
    if not provider.is_live:
        return 0
    frame = refreshed_frame(ledger, provider, clock)
    n_seen = 0
    steps: tuple[Callable[[], tuple[int, bool]], ...] = (
        lambda: _contacts_step(ledger, provider, clock, frame),
        lambda: _opportunities_step(ledger, provider, clock, frame),
        *(_message_step(ledger, provider, clock, kind) for kind in StepKind),
    )
    for step in steps:
        for _ in range(n_steps):
            if should_stop():
                return n_seen
            n_page, is_done = step()
            n_seen += n_page
            if is_done:
                break
    _check_missing(ledger, provider, clock)
    _read_dnd(ledger, provider, clock)
    with ledger.write(at=clock.now()) as txn:
        feed.beat(txn, "ghl_sync", is_ok=True, message="")
    return n_seen


def drift(connection: Connection) -> Drift:
    """The gauge of the health page."""
    kept = watermarks.read(connection, DRIFT) or {}
    passed_at = kept.get("passed_at")
    return Drift(
        n_there=kept.get("n_there"),
        n_linked=ghl_links.n_contacts(connection),
        n_unreadable=int(kept.get("n_unreadable") or 0),
        passed_at=datetime.fromisoformat(passed_at) if passed_at else None,
    )


def fetch_contact(ledger: Ledger, provider: Provider, clock: Clock, contact_id: str) -> int | None:
    """Take one contact in, as it stands now; answers his lead's number, None when there is none or nobody can be made out."""
    found = provider.contact(contact_id)
    with ledger.write(at=clock.now()) as txn:
        if found is None:
            ghl_links.mark_gone(txn, [contact_id])
            return None
        return take_contact(txn, found, office_at(txn.connection, txn.at, kept_frame(txn.connection)))


# the location's vocabulary


def refreshed_frame(ledger: Ledger, provider: Provider, clock: Clock, *, age: timedelta = _FRAME_AGE) -> Frame:
    """What the location's ids stand for: kept, and asked for anew once an hour (or when it is older than `age`)."""
    with ledger.read() as connection:
        kept = watermarks.read(connection, FRAME)
    if kept and clock.now() - datetime.fromisoformat(kept["at"]) < age:
        return _frame_from(kept)
    fields, pipelines, users = provider.custom_fields(), provider.pipelines(), provider.users()
    told: dict[str, Any] = {
        "at": clock.now().isoformat(),
        "fields": [asdict(one) for one in fields],
        "pipelines": [asdict(one) for one in pipelines],
        "users": [asdict(one) for one in users],
    }
    with ledger.write(at=clock.now()) as txn:
        watermarks.keep(txn, FRAME, told)
    return _frame_from(told)


def kept_frame(connection: Connection) -> Frame:
    """The vocabulary as last asked for; empty before. For webhooks, which ask nobody."""
    kept = watermarks.read(connection, FRAME)
    return _frame_from(kept) if kept else Frame()


def _frame_from(told: dict[str, Any]) -> Frame:
    pipelines = [
        ProviderPipeline(**one | {"stages": tuple(ProviderStage(**stage) for stage in one["stages"])}) for one in told["pipelines"]
    ]
    return Frame(
        fields={one["field_id"]: CustomField(**one) for one in told["fields"]},
        pipelines={one.pipeline_id: one for one in pipelines},
        users={one["user_id"]: ProviderUser(**one) for one in told["users"]},
    )


# contacts: the last changed first, back to where the last pass began; once a day all of them


def _contacts_step(ledger: Ledger, provider: Provider, clock: Clock, frame: Frame) -> tuple[int, bool]:
    with ledger.read() as connection:
        kept = watermarks.read(connection, CONTACTS) or {}
    state = kept if kept.get("is_running") else _new_pass(kept, clock.now())
    try:
        page = provider.search_contacts(state["after"], newest_first=state["is_sorted"])
    except ProviderRefused:
        if not state["is_sorted"]:
            raise
        log.warning("GoHighLevel refuses to sort contacts by change; every pass goes through all of them")
        state = state | {"is_sorted": False, "is_whole": True, "after": None}
        page = provider.search_contacts(None, newest_first=False)
    known_until = datetime.fromisoformat(state["until"]) if state["until"] and not state["is_whole"] else None
    is_done = page.after is None or (known_until is not None and _is_caught_up(page.items, known_until))
    with ledger.read() as connection:
        known = ghl_links.links_of(connection, [contact.contact_id for contact in page.items])
    items = [_whole(provider, contact, known.get(contact.contact_id), state["until"]) for contact in page.items]
    if any(field_id not in frame.fields for contact in items for field_id in contact.custom_fields):
        frame = refreshed_frame(ledger, provider, clock, age=_STRANGE_AGE)
    with ledger.write(at=clock.now()) as txn:
        office = office_at(txn.connection, txn.at, frame)
        n_unreadable = sum(take_contact(txn, contact, office) is None for contact in items)
        state = state | {"after": list(page.after) if page.after else None, "n_unreadable": state["n_unreadable"] + n_unreadable}
        _keep_contacts(txn, state, page.total, is_done=is_done)
    return len(page.items), is_done


def _is_caught_up(page: Sequence[ProviderContact], known_until: datetime) -> bool:
    """Whether the page reaches back to what is known. Only an order that really is one may end the pass early."""
    changed = [contact.updated_at for contact in page if contact.updated_at]
    is_ordered = len(changed) == len(page) and changed == sorted(changed, reverse=True)
    return is_ordered and bool(changed) and changed[-1] < known_until


def _whole(provider: Provider, contact: ProviderContact, known: ghl_links.Link | None, until: str | None) -> ProviderContact:
    """One that changed since the last pass is asked for by its id: lists leave do-not-disturb out, and that may be what changed."""
    if until is None or contact.updated_at is None or contact.updated_at < datetime.fromisoformat(until):
        return contact
    if known is not None and known.dnd_kinds is not None and known.changed_at == contact.updated_at:
        return contact
    told = provider.contact(contact.contact_id)
    return replace(told, updated_at=told.updated_at or contact.updated_at) if told else contact


def _new_pass(kept: dict[str, Any], now: datetime) -> dict[str, Any]:
    whole_at = kept.get("whole_at")
    is_whole = whole_at is None or now - datetime.fromisoformat(whole_at) >= _WHOLE_EVERY
    return {
        "is_running": True,
        "began_at": now.isoformat(),
        "until": kept.get("until"),
        "whole_at": whole_at,
        "is_whole": is_whole,
        "is_sorted": kept.get("is_sorted", True),
        "after": None,
        "n_unreadable": 0,
    }


def _keep_contacts(txn: Txn, state: dict[str, Any], n_there: int, *, is_done: bool) -> None:
    if is_done:
        began_at = datetime.fromisoformat(state["began_at"])
        state = state | {"is_running": False, "after": None, "until": (began_at - _OVERLAP).isoformat()}
        if state["is_whole"]:
            state["whole_at"] = state["began_at"]
            told = {"n_there": n_there, "n_unreadable": state["n_unreadable"], "passed_at": txn.at.isoformat()}
            watermarks.keep(txn, DRIFT, told | {"check_before": state["began_at"]})
    watermarks.keep(txn, CONTACTS, state)


def _check_missing(ledger: Ledger, provider: Provider, clock: Clock) -> None:
    """Contacts that the last whole pass didn't show: gone for sure only when asking for them by id finds none."""
    with ledger.read() as connection:
        before = (watermarks.read(connection, DRIFT) or {}).get("check_before")
        missing = ghl_links.unseen_since(connection, datetime.fromisoformat(before), _N_CHECKED) if before else []
    for contact_id in missing:
        fetch_contact(ledger, provider, clock, contact_id)


def _read_dnd(ledger: Ledger, provider: Provider, clock: Clock) -> None:
    with ledger.read() as connection:
        unread = ghl_links.without_dnd(connection, _N_READ)
    for contact_id in unread:
        fetch_contact(ledger, provider, clock, contact_id)


# opportunities: in the order of their changes


def _opportunities_step(ledger: Ledger, provider: Provider, clock: Clock, frame: Frame) -> tuple[int, bool]:
    with ledger.read() as connection:
        kept = watermarks.read(connection, OPPORTUNITIES) or {"since": None, "after": None}
    since = datetime.fromisoformat(kept["since"]) if kept["since"] else None
    page = provider.search_opportunities(since, kept["after"])
    _fetch_strangers(ledger, provider, clock, [one.contact_id for one in page.items])
    with ledger.write(at=clock.now()) as txn:
        office = office_at(txn.connection, txn.at, frame)
        for one in page.items:
            take_opportunity(txn, one, office)
        changed = [one.updated_at for one in page.items if one.updated_at]
        newest = max([*changed, *([datetime.fromisoformat(kept["newest"])] if kept.get("newest") else [])], default=None)
        if page.after:
            told = kept | {"after": list(page.after), "newest": newest.isoformat() if newest else None}
        else:
            told = {"since": (newest - _OVERLAP).isoformat() if newest else kept["since"], "after": None}
        watermarks.keep(txn, OPPORTUNITIES, told)
    return len(page.items), page.after is None


# messages: by kind, in the order they were written


def _message_step(ledger: Ledger, provider: Provider, clock: Clock, kind: StepKind) -> Callable[[], tuple[int, bool]]:
    name = f"{MESSAGES}_{kind.value}"

    def step() -> tuple[int, bool]:
        with ledger.read() as connection:
            kept = watermarks.read(connection, name) or {}
        since = datetime.fromisoformat(kept["since"]) if kept.get("since") else clock.now() - _HISTORY
        began_at = kept.get("began_at") or clock.now().isoformat()
        page = provider.messages_since(since, kind, kept.get("after") or "")
        _fetch_strangers(ledger, provider, clock, [one.contact_id for one in page.items])
        with ledger.write(at=clock.now()) as txn:
            for message in page.items:
                take_message(txn, message)
            if page.after:
                told = {"since": since.isoformat(), "began_at": began_at, "after": page.after[0]}
            else:
                told = {"since": (datetime.fromisoformat(began_at) - _OVERLAP).isoformat()}
            watermarks.keep(txn, name, told)
        return len(page.items), page.after is None

    return step


def _fetch_strangers(ledger: Ledger, provider: Provider, clock: Clock, contact_ids: list[str]) -> None:
    with ledger.read() as connection:
        strangers = unlinked(connection, contact_ids)
    for contact_id in strangers:
        fetch_contact(ledger, provider, clock, contact_id)
