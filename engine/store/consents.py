"""Consent, opt-outs and suppressed addresses: what may be written to whom. Only ever added; looked up by the address's salted hash.

The hash's key is the ledger's own number: enough to recognise a forgotten person who comes back, too little to read a list of people.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from engine.records.follow_up import Consent, OptOut, StepKind
from engine.store.follow_up_tables import consents, do_not_call_numbers, opt_outs, suppressions
from engine.store.ledger import Txn, execute_many, insert_new
from engine.store.tables import counters


def address_hash(connection: Connection, address: str) -> str:
    """An address as it is kept once its owner is forgotten."""
    return hashes(connection, [address])[address]


def hashes(connection: Connection, addresses: Iterable[str]) -> dict[str, str]:
    """Addresses with their hashes."""
    number: int = connection.execute(select(counters.c.value).where(counters.c.name == "ledger")).scalar_one()
    key = hashlib.blake2b(b"address" + number.to_bytes(16, "big", signed=True)).digest()
    return {one: hashlib.blake2b(one.strip().casefold().encode(), key=key, digest_size=24).hexdigest() for one in addresses}


def add_consents(txn: Txn, given: Sequence[Consent]) -> None:
    """Keep consents as they were given; the same one twice is kept once."""
    if not given:
        return
    hashed = hashes(txn.connection, {one.address for one in given})
    known = _known_consents(txn.connection, set(hashed.values()))
    new = [one for one in given if (hashed[one.address], one.given_at, one.method, _words(one.channels)) not in known]
    first = txn.next_id("consents", len(new)) if new else 0
    rows = [
        {
            "consent_id": first + place,
            "lead_id": one.lead_id,
            "address": one.address,
            "address_hash": hashed[one.address],
            "channels": [kind.value for kind in one.channels],
            "purpose": one.purpose,
            "disclosure": one.disclosure,
            "method": one.method,
            "evidence": one.evidence,
            "given_at": one.given_at,
            "recorded_at": txn.at,
            "recorded_by": txn.actor_id,
        }
        for place, one in enumerate(new)
    ]
    execute_many(txn.connection, insert(consents), rows)


def _known_consents(connection: Connection, hashed: set[str]) -> set[tuple[str, datetime, str, tuple[str, ...]]]:
    asked = select(consents.c.address_hash, consents.c.given_at, consents.c.method, consents.c.channels)
    found: set[tuple[str, datetime, str, tuple[str, ...]]] = set()
    for chunk in _chunks(sorted(hashed)):
        for row in connection.execute(asked.where(consents.c.address_hash.in_(chunk))):
            found.add((row.address_hash, row.given_at, row.method, tuple(row.channels)))
    return found


def _words(channels: Iterable[StepKind]) -> tuple[str, ...]:
    return tuple(kind.value for kind in channels)


def consents_of(connection: Connection, lead_id: int, address: str) -> tuple[Consent, ...]:
    """What was agreed to for this address, the oldest first, whoever's lead it was recorded with."""
    asked = select(consents).where(consents.c.address_hash == address_hash(connection, address)).order_by(consents.c.given_at)
    return tuple(_consent(row, lead_id, address) for row in connection.execute(asked))


def _consent(row: Row[*tuple[Any, ...]], lead_id: int, address: str) -> Consent:
    return Consent(
        lead_id=lead_id,
        address=address,
        channels=tuple(StepKind(word) for word in row.channels),
        purpose=row.purpose,
        disclosure=row.disclosure,
        method=row.method,
        evidence=row.evidence,
        given_at=row.given_at,
    )


def add_opt_out(txn: Txn, lead_id: int, found: OptOut) -> int:
    """Keep a revocation; answers its number."""
    opt_out_id = txn.next_id("opt_outs")
    row = {"opt_out_id": opt_out_id, "lead_id": lead_id, "address": found.address, "at": found.at, "recorded_at": txn.at}
    row |= {"address_hash": address_hash(txn.connection, found.address), "channels": [kind.value for kind in found.channels]}
    txn.connection.execute(insert(opt_outs), {**row, "source": found.source})
    txn.emit("opted_out", "leads", lead_id)
    return opt_out_id


def opt_outs_of(connection: Connection, lead_id: int, addresses: Sequence[str]) -> tuple[OptOut, ...]:
    """Every revocation of this lead or of any of these addresses, the oldest first; it doesn't matter whose lead it was then."""
    hashed = hashes(connection, addresses)
    owner = {value: address for address, value in hashed.items()}
    asked = select(opt_outs).where(or_(opt_outs.c.lead_id == lead_id, opt_outs.c.address_hash.in_(list(owner))))
    return tuple(
        OptOut(
            address=owner.get(row.address_hash, row.address),
            channels=tuple(StepKind(word) for word in row.channels),
            source=row.source,
            at=row.at,
        )
        for row in connection.execute(asked.order_by(opt_outs.c.opt_out_id))
    )


def suppress(txn: Txn, addresses: Iterable[str], reason: str) -> None:
    """Never write to these addresses again, whatever consent says."""
    keys = hashes(txn.connection, addresses).values()
    rows = [{"address_hash": key, "reason": reason, "since": txn.at, "set_by": txn.actor_id} for key in keys]
    execute_many(txn.connection, insert_new(txn.connection, suppressions), rows)


def unsuppress(txn: Txn, addresses: Iterable[str], reason: str) -> None:
    """Take addresses off the list again, where they stand on it for this reason."""
    keys = list(hashes(txn.connection, addresses).values())
    txn.connection.execute(delete(suppressions).where(suppressions.c.address_hash.in_(keys), suppressions.c.reason == reason))


def suppressed(connection: Connection, addresses: Sequence[str]) -> dict[str, str]:
    """Which of these addresses nobody may write to, and why."""
    owner = {value: address for address, value in hashes(connection, addresses).items()}
    found: dict[str, str] = {}
    for chunk in _chunks(sorted(owner)):
        asked = select(suppressions.c.address_hash, suppressions.c.reason).where(suppressions.c.address_hash.in_(chunk))
        found |= {owner[key]: reason for key, reason in connection.execute(asked)}
    return found


def replace_do_not_call(txn: Txn, phones: Iterable[str]) -> int:
    """Load the national list anew; answers how many numbers it has."""
    txn.connection.execute(delete(do_not_call_numbers))
    for chunk in _chunks(sorted(set(phones)), 5_000):
        execute_many(txn.connection, insert(do_not_call_numbers), [{"phone": phone} for phone in chunk])
    return txn.connection.execute(select(func.count()).select_from(do_not_call_numbers)).scalar_one()


def is_on_do_not_call(connection: Connection, phone: str) -> bool:
    """Whether a number is on the national list as it was loaded."""
    asked = select(do_not_call_numbers.c.phone).where(do_not_call_numbers.c.phone == phone)
    return connection.execute(asked).scalar_one_or_none() is not None


def _chunks(items: Sequence[str], size: int = 5_000) -> Iterable[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
