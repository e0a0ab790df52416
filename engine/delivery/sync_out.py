"""Scores, bands, tags and fields to GoHighLevel, only when they changed; do-not-disturb until it is confirmed; contacts for leads.

Everything here can be done twice without harm: fields are set, tags are added and taken one by one, DND is read back.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.clock import Clock
from engine.delivery import inbound, opting_out
from engine.errors import BadInput, NotFound, ProviderError, ProviderRefused, ProviderUnauthorised
from engine.ghl.client import Provider
from engine.ghl.mapping import BAND_TAGS, OUR_FIELDS, values_of
from engine.records import Band, Lead, Score
from engine.records.follow_up import StepKind
from engine.records.ghl import ProviderContact
from engine.store import ghl_links, leads, scores, watermarks
from engine.store.ledger import Ledger

log = logging.getLogger(__name__)

_FIELDS = "ghl_out_fields"
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_DND_PAUSE, _DND_LONGEST = timedelta(seconds=20), timedelta(minutes=15)  # 15 minutes is the promise for the provider's side
_FIELDS_AGE = timedelta(hours=1)
NO_FIELDS = "GoHighLevel does not let the token make custom fields: allow locations/customFields.write once, or make them by hand"


def push_scores(
    ledger: Ledger, provider: Provider, clock: Clock, *, limit: int = 50, should_stop: Callable[[], bool] = bool
) -> int:
    """Write down what changed since it was last written; answers how many contacts are up to date now.

    A contact that GoHighLevel refuses waits and the others go on; any other failure ends the run and is raised.
    """
    if not provider.is_live:
        return 0
    fields = our_fields(ledger, provider, clock)
    with ledger.read() as connection:
        due = ghl_links.due_for_push(connection, clock.now(), limit)
        current = scores.current(connection, [link.lead_id for link in due])
    n_done = 0
    for link in due:
        if should_stop():
            break
        try:
            pushed = _push(provider, link, current[link.lead_id], fields)
        except ProviderRefused as error:
            _wait(ledger, clock, link, error)
            continue
        with ledger.write(at=clock.now()) as txn:
            ghl_links.note_push(txn, link.contact_id, pushed, scored_at=current[link.lead_id].scored_at)
        n_done += 1
    return n_done


def _push(provider: Provider, link: ghl_links.Link, score: Score, fields: Mapping[str, str]) -> dict[str, Any]:
    """Only what differs from what stands there by our own notes; tags of others are never touched."""
    values = {fields[name]: value for name, value in values_of(score).items() if name in fields}
    before = link.pushed.get("fields") or {}
    if changed := {field_id: value for field_id, value in values.items() if before.get(field_id) != value}:
        provider.update_fields(link.contact_id, changed)
    band = link.pushed.get("band")
    if band != score.band.value:
        # The new one first: killed in between, the contact has both rather than none, and the next run takes the old one away.
        provider.add_tags(link.contact_id, [BAND_TAGS[score.band]])
        provider.remove_tags(link.contact_id, [BAND_TAGS[other] for other in Band if other is not score.band])
    return {"fields": {**before, **values}, "band": score.band.value}


def _wait(ledger: Ledger, clock: Clock, link: ghl_links.Link, error: ProviderError) -> None:
    pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(link.n_failures, 12))
    with ledger.write(at=clock.now()) as txn:
        if error.status == 404:
            ghl_links.mark_gone(txn, [link.contact_id])
        ghl_links.note_push_failure(txn, link.contact_id, after=txn.at + pause, problem=error.message)


def our_fields(ledger: Ledger, provider: Provider, clock: Clock) -> dict[str, str]:
    """Our custom fields there by name, made where they are missing; none if the token may not, which the health page tells."""
    with ledger.read() as connection:
        kept = watermarks.read(connection, _FIELDS)
    if kept and clock.now() - datetime.fromisoformat(kept["at"]) < _FIELDS_AGE:
        return dict(kept["fields"])
    known = {field.name: field.field_id for field in provider.custom_fields() if field.name in OUR_FIELDS}
    problem = ""
    try:
        for name, data_type in OUR_FIELDS.items():
            if name not in known:
                known[name] = provider.create_custom_field(name, data_type).field_id
    except (ProviderRefused, ProviderUnauthorised) as error:
        log.warning("custom fields could not be made in GoHighLevel (%s); tags are still kept current", error.status)
        problem = NO_FIELDS
    with ledger.write(at=clock.now()) as txn:
        watermarks.keep(txn, _FIELDS, {"at": txn.at.isoformat(), "fields": known, "problem": problem})
    return known


def propagate_dnd(ledger: Ledger, provider: Provider, clock: Clock, *, limit: int = 50) -> int:
    """Have wanted do-not-disturb set there and read it back; answers how many are confirmed now. What fails stays wanted."""
    if not provider.is_live:
        return 0
    _order_missed_dnd(ledger, clock, limit)
    with ledger.read() as connection:
        due = ghl_links.due_dnd(connection, clock.now(), limit)
    by_contact: dict[str, list[ghl_links.WantedDnd]] = {}
    for one in due:
        by_contact.setdefault(one.contact_id, []).append(one)
    return sum(_propagate(ledger, provider, clock, contact_id, wanted) for contact_id, wanted in by_contact.items())


def _order_missed_dnd(ledger: Ledger, clock: Clock, limit: int) -> None:
    """Who opted out before he was linked is ordered now, by whichever way he came to be linked."""
    with ledger.read() as connection:
        missed = ghl_links.never_told_dnd(connection, limit)
    if missed:
        with ledger.write(at=clock.now()) as txn:
            for contact_id, lead_id in missed:
                off = opting_out.kinds_off(txn.connection, lead_id)
                ghl_links.want_dnd(txn, contact_id, off)
                if not off:  # he agreed anew: nothing to order, which is noted so that nobody asks again
                    ghl_links.want_dnd(txn, contact_id, [StepKind.SMS], is_on=False)
                    ghl_links.confirm_dnd(txn, contact_id, [StepKind.SMS], is_on=False)


def _propagate(ledger: Ledger, provider: Provider, clock: Clock, contact_id: str, wanted: list[ghl_links.WantedDnd]) -> int:
    try:
        for is_on in (True, False):
            kinds = [one.kind for one in wanted if one.is_on is is_on]
            if kinds:
                provider.set_dnd(contact_id, kinds, is_on=is_on)
        shown = provider.contact(contact_id)
    except ProviderError as error:
        _postpone(ledger, clock, contact_id, wanted, error.message)
        return 0
    off = shown.dnd_kinds if shown else frozenset(StepKind)  # a deleted contact can't be written to
    confirmed = [one for one in wanted if off is not None and (one.kind in off) is one.is_on]
    with ledger.write(at=clock.now()) as txn:
        for one in confirmed:
            ghl_links.confirm_dnd(txn, contact_id, [one.kind], is_on=one.is_on)
    if len(confirmed) < len(wanted):
        _postpone(ledger, clock, contact_id, wanted, "GoHighLevel took it but does not show it yet")
    return len(confirmed)


def _postpone(ledger: Ledger, clock: Clock, contact_id: str, wanted: list[ghl_links.WantedDnd], problem: str) -> None:
    pause = min(_DND_LONGEST, _DND_PAUSE * 2 ** min(max(one.n_attempts for one in wanted), 10))
    with ledger.write(at=clock.now()) as txn:
        ghl_links.postpone_dnd(txn, contact_id, until=txn.at + pause, problem=problem)


def ensure_contact(ledger: Ledger, provider: Provider, clock: Clock, lead_id: int) -> str:
    """The lead's contact there: the one that is known, else the one the location takes for the same person, else a new one.

    Raises `BadInput` for a lead without phone and e-mail, or whose contact is another lead's already, and the `ProviderError` of a
    failure; asking again is safe.
    """
    with ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        link = ghl_links.links_of_leads(connection, [lead_id]).get(lead_id)
    if link is not None and not link.is_gone:
        return link.contact_id
    if not found:
        raise NotFound(f"There is no lead {lead_id}")
    [lead] = found
    if not (lead.phone or lead.email):
        raise BadInput("A lead without phone and e-mail can't be a contact in GoHighLevel")
    contact = provider.upsert_contact(_fields_of(lead))
    with ledger.write(at=clock.now()) as txn:
        known = ghl_links.links_of(txn.connection, [contact.contact_id]).get(contact.contact_id)
        ghl_links.link(txn, contact, lead_id)  # a contact that is somebody's stays his
        owner = known.lead_id if known else lead_id
        problem = (
            _conflict(lead, contact) if owner == lead_id else f"GoHighLevel takes lead {lead_id} and lead {owner} for one person"
        )
        if problem:
            ghl_links.note_problem(txn, contact.contact_id, problem)
        if owner == lead_id and contact.dnd_kinds:
            inbound.provider_blocks(txn, lead, contact.dnd_kinds)
    if owner != lead_id:
        raise BadInput(problem)
    return contact.contact_id


def _fields_of(lead: Lead) -> dict[str, object]:
    return {
        "firstName": lead.first_name,
        "lastName": lead.last_name,
        "phone": lead.phone or "",
        "email": lead.email or "",
        "address1": lead.street,
        "city": lead.city,
        "state": lead.state,
        "postalCode": lead.zip_code,
        "source": lead.source_text or (lead.source.value if lead.source else ""),
    }


def _conflict(lead: Lead, contact: ProviderContact) -> str:
    """An upsert that meets two people keeps one of them and says nothing (CONTRACT §1.1), so the answer is compared."""
    is_other_phone = bool(lead.phone and contact.phone and lead.phone != contact.phone)
    is_other_email = bool(lead.email and contact.email and lead.email.lower() != contact.email.lower())
    differing = [name for name, is_other in (("phone", is_other_phone), ("e-mail", is_other_email)) if is_other]
    return f"GoHighLevel kept another {' and '.join(differing)} for this contact" if differing else ""
