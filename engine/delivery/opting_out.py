"""Opt-outs take effect here: kept by address, everything stopped, the one answer queued, the provider told until it confirms."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from engine.delivery import enrolling
from engine.delivery.office import settings_at
from engine.records import Lead
from engine.records.follow_up import Consent, OptOut, StepKind
from engine.sequences.canned import confirmation_words
from engine.sequences.opt_out import CONFIRMATION_WITHIN
from engine.store import confirmations, consents, ghl_links, leads
from engine.store.ledger import Txn

EVERY_KIND = (StepKind.SMS, StepKind.EMAIL, StepKind.CALL_TASK)


def opt_out(
    txn: Txn,
    lead_id: int,
    *,
    address: str,
    source: str,
    at: datetime,
    channels: Iterable[StepKind] | None = None,
    confirm_by: StepKind | None = None,
) -> int | None:
    """Record a revocation and make it hold at once; answers its number, None when it was recorded already.

    Without `channels` it is for all of them: STOP in one is STOP in each. A lead's other addresses go with it when it is for all.
    """
    rules = settings_at(txn.connection, txn.at).rules
    wanted = tuple(channels) if channels is not None and not rules.is_revocation_for_all_channels else EVERY_KIND
    found = leads.load_leads(txn.connection, [lead_id])
    own = addresses_of(found[0]) if found else ()
    known = consents.opt_outs_of(txn.connection, lead_id, [address, *own])
    again = max((one.at for one in known if set(wanted) <= set(one.channels)), default=None)
    if again is not None and not _agreed_since(txn, lead_id, [address, *own], again):
        _stop(txn, lead_id, source)
        return None
    opt_out_id = 0
    for one in dict.fromkeys([address, *(own if wanted == EVERY_KIND else ())]):
        number = consents.add_opt_out(txn, lead_id, OptOut(address=one, channels=wanted, source=source, at=at))
        opt_out_id = opt_out_id or number
    _stop(txn, lead_id, source)
    if confirm_by is not None:
        _queue_confirmation(txn, opt_out_id, lead_id, confirm_by, address, at)
    link = ghl_links.links_of_leads(txn.connection, [lead_id]).get(lead_id)
    if link is not None and not link.is_gone:
        ghl_links.want_dnd(txn, link.contact_id, wanted)
    txn.audit("opt_out", "leads", lead_id, {"source": source, "channels": [kind.value for kind in wanted]})
    return opt_out_id


def _agreed_since(txn: Txn, lead_id: int, addresses: list[str], at: datetime) -> bool:
    """Whether a fresh consent came after that revocation: only then a further revocation is a new one."""
    return any(one.given_at > at for address in addresses for one in consents.consents_of(txn.connection, lead_id, address))


def _stop(txn: Txn, lead_id: int, source: str) -> None:
    enrolling.stop_all(txn, lead_id, f"opted out ({source})")


def _queue_confirmation(txn: Txn, opt_out_id: int, lead_id: int, kind: StepKind, address: str, at: datetime) -> None:
    brand = settings_at(txn.connection, txn.at).sender.brand
    if not brand:
        return  # an answer that doesn't say whose it is would be one more unasked-for text
    body = confirmation_words(language="en", brand=brand)
    confirmations.queue(txn, opt_out_id, lead_id, kind=kind, address=address, body=body, send_before=at + CONFIRMATION_WITHIN)


def opt_in(txn: Txn, lead_id: int, *, address: str, kind: StepKind, words: str, at: datetime) -> None:
    """The lead asks to be written to again: a fresh consent for this channel. A person still has to let the automation go on."""
    fresh = Consent(
        lead_id=lead_id,
        address=address,
        channels=(kind,),
        purpose="marketing",
        disclosure="Reply START to get messages again.",
        method="reply",
        evidence=words[:200],
        given_at=at,
    )
    consents.add_consents(txn, [fresh])
    link = ghl_links.links_of_leads(txn.connection, [lead_id]).get(lead_id)
    if link is not None and not link.is_gone:
        ghl_links.want_dnd(txn, link.contact_id, (kind,), is_on=False)
    txn.audit("opt_in", "leads", lead_id, {"channel": kind.value})


def kinds_off(connection: Connection, lead_id: int) -> set[StepKind]:
    """By which ways a lead may not be written to now: revoked, and not agreed to since."""
    found = leads.load_leads(connection, [lead_id])
    own = addresses_of(found[0]) if found else ()
    given = [one for address in own for one in consents.consents_of(connection, lead_id, address)]
    return {
        kind
        for revoked in consents.opt_outs_of(connection, lead_id, own)
        for kind in revoked.channels
        if not any(kind in one.channels and one.given_at > revoked.at for one in given)
    }


def addresses_of(lead: Lead) -> tuple[str, ...]:
    """Every phone and e-mail of a lead."""
    return tuple(dict.fromkeys(one for one in (lead.phone, lead.email, *lead.other_phones, *lead.other_emails) if one))
