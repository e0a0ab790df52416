"""Inbound messages that wait to be read, what was read in them, and the facts they told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from engine.errors import NotFound
from engine.records.conversation import (
    Fact,
    FactKind,
    FactState,
    Hearing,
    Intent,
    KeptFact,
    KeptReading,
    MessageReading,
    Temperature,
)
from engine.store.conversation_tables import message_facts, message_readings
from engine.store.ledger import Txn, execute_many, insert_new
from engine.store.tables import audit, interactions


def expect(txn: Txn, message_id: int, lead_id: int) -> None:
    """Note, in the transaction that stores a message, that it is to be read."""
    row: dict[str, Any] = {
        "message_id": message_id,
        "lead_id": lead_id,
        "read_at": None,
        "temperature": "",
        "intents": [],
        "opt_out": "",
    }
    txn.connection.execute(insert_new(txn.connection, message_readings), row | {"is_clear": False, "reader": ""})


def waiting(connection: Connection, limit: int = 100) -> list[int]:
    """Messages nobody has read yet, in the order in which they came."""
    asked = select(message_readings.c.message_id).where(message_readings.c.read_at.is_(None))
    return list(connection.execute(asked.order_by(message_readings.c.message_id).limit(limit)).scalars())


def take(txn: Txn, message_id: int) -> KeptReading | None:
    """A message that waits; None when somebody read it already."""
    found = txn.connection.execute(_asked().where(message_readings.c.message_id == message_id)).one_or_none()
    kept = _kept(found) if found else None
    return kept if kept and kept.reading is None else None


def keep(
    txn: Txn, message_id: int, reading: MessageReading, *, opt_out: str, hearing: Hearing = Hearing.NONE, why_person: str = ""
) -> None:
    """Write down what was read in a message, and who hears it out where the rules could not."""
    told: dict[str, Any] = {
        "temperature": reading.temperature.value,
        "intents": [one.value for one in reading.intents],
        "opt_out": opt_out,
    }
    told |= {"is_clear": reading.is_clear, "reader": reading.reader, "read_at": txn.at, "because": list(reading.because)}
    told |= {"hearing": hearing.value, "why_person": why_person, "lease_until": None}
    txn.connection.execute(update(message_readings).where(message_readings.c.message_id == message_id).values(told))


def is_any_queued(connection: Connection) -> bool:
    """Whether a message waits for Claude, or is with him."""
    asked = select(message_readings.c.message_id).where(
        message_readings.c.hearing.in_((Hearing.QUEUED.value, Hearing.ASKING.value))
    )
    return connection.execute(asked.limit(1)).first() is not None


def lease(txn: Txn, until: datetime) -> KeptReading | None:
    """Take the next message to ask Claude about; None when none waits."""
    asked = _asked().where(message_readings.c.hearing == Hearing.QUEUED.value).order_by(message_readings.c.message_id).limit(1)
    row = txn.connection.execute(asked).one_or_none()
    if row is None:
        return None
    hear(txn, row.message_id, Hearing.ASKING, lease_until=until)
    return _kept(row)


def hear(txn: Txn, message_id: int, hearing: Hearing, *, why_person: str = "", lease_until: datetime | None = None) -> None:
    """Who hears a message out from now on."""
    values: dict[str, Any] = {"hearing": hearing.value, "why_person": why_person, "lease_until": lease_until}
    txn.connection.execute(update(message_readings).where(message_readings.c.message_id == message_id).values(values))


def left_behind(connection: Connection, at: datetime) -> list[int]:
    """Messages whose question to Claude nobody waits for any more: the process that asked was killed."""
    asked = select(message_readings.c.message_id).where(message_readings.c.hearing == Hearing.ASKING.value)
    return list(connection.execute(asked.where(message_readings.c.lease_until < at)).scalars())


def by_number(connection: Connection, message_id: int) -> KeptReading:
    """A message with its reading; raises `NotFound`."""
    row = connection.execute(_asked().where(message_readings.c.message_id == message_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such message")
    return _kept(row)


def hearings(connection: Connection) -> dict[Hearing, int]:
    """How many messages the rules could not make out, by who heard them."""
    asked = (
        select(message_readings.c.hearing, func.count())
        .where(message_readings.c.hearing != "")
        .group_by(message_readings.c.hearing)
    )
    return {Hearing(word): int(n) for word, n in connection.execute(asked)}


def of_lead(connection: Connection, lead_id: int, *, limit: int = 200) -> list[KeptReading]:
    """A lead's messages with their readings, the newest first."""
    asked = _asked().where(message_readings.c.lead_id == lead_id).order_by(interactions.c.at.desc(), interactions.c.seq.desc())
    return [_kept(row) for row in connection.execute(asked.limit(limit))]


def add_facts(
    txn: Txn,
    message: KeptReading,
    facts: Sequence[Fact],
    became: Mapping[FactKind, tuple[str, Mapping[str, Any]]],
    *,
    reader: str = "rules",
) -> None:
    """Keep a message's facts. `became` says by kind why a fact is no field of the lead (empty: it is), and the fields before it."""
    first = txn.next_id("message_facts", len(facts)) if facts else 0
    rows = [
        {"fact_id": number, "message_id": message.message_id, "lead_id": message.lead_id, "said_at": message.at}
        | {"kind": fact.kind.value, "value": fact.value, "quote": fact.quote, "start": fact.start}
        | {"reader": reader}
        | {"state": FactState.STANDS.value, "is_applied": not became[fact.kind][0], "why_not": became[fact.kind][0]}
        | {"before": dict(became[fact.kind][1]), "corrected_value": "", "decided_by": None, "decided_at": None}
        for number, fact in enumerate(facts, first)
    ]
    execute_many(txn.connection, insert(message_facts), rows)


def facts_of(connection: Connection, lead_id: int) -> list[KeptFact]:
    """A lead's facts, the last said first."""
    asked = select(message_facts).where(message_facts.c.lead_id == lead_id)
    return [
        _fact(row) for row in connection.execute(asked.order_by(message_facts.c.said_at.desc(), message_facts.c.fact_id.desc()))
    ]


def load_fact(connection: Connection, fact_id: int) -> KeptFact:
    """A fact by number; raises `NotFound`."""
    row = connection.execute(select(message_facts).where(message_facts.c.fact_id == fact_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such fact")
    return _fact(row)


def fields_before(connection: Connection, fact_id: int) -> dict[str, Any]:
    """The lead's fields as they were before this fact."""
    asked = select(message_facts.c.before).where(message_facts.c.fact_id == fact_id)
    return dict(connection.execute(asked).scalar_one())


def decide_fact(txn: Txn, fact_id: int, state: FactState, *, corrected_value: str = "", is_applied: bool) -> None:
    """A person corrected or rejected a fact."""
    decided: dict[str, Any] = {"state": state.value, "corrected_value": corrected_value, "is_applied": is_applied}
    decided |= {"decided_by": txn.actor_id, "decided_at": txn.at}
    txn.connection.execute(update(message_facts).where(message_facts.c.fact_id == fact_id).values(decided))


def stated_since(connection: Connection, lead_id: int, since: datetime) -> set[str]:
    """The lead's fields that a person, a file or another program stated after that moment, by the audit trail."""
    asked = select(audit.c.detail).where(audit.c.kind == "leads", audit.c.ref == lead_id, audit.c.at > since)
    found = connection.execute(asked.where(audit.c.action != "read_message")).scalars()
    return {name for detail in found for name in detail.get("fields", ())}


def _asked() -> Any:
    columns = [column for column in message_readings.c if column.name != "lead_id"]
    joined = message_readings.join(interactions, interactions.c.interaction_id == message_readings.c.message_id)
    return select(*columns, message_readings.c.lead_id, interactions.c.at, interactions.c.body).select_from(joined)


def _kept(row: Row[Any]) -> KeptReading:
    reading = None
    if row.read_at is not None:
        intents = tuple(map(Intent, row.intents))
        reading = MessageReading(
            temperature=Temperature(row.temperature),
            intents=intents,
            facts=(),
            is_clear=row.is_clear,
            reader=row.reader,
            because=tuple(row.because),
        )
    return KeptReading(
        message_id=row.message_id,
        lead_id=row.lead_id,
        at=row.at,
        text=row.body,
        reading=reading,
        opt_out=row.opt_out,
        hearing=Hearing(row.hearing),
        why_person=row.why_person,
    )


def _fact(row: Row[Any]) -> KeptFact:
    return KeptFact(
        fact_id=row.fact_id,
        lead_id=row.lead_id,
        message_id=row.message_id,
        fact=Fact(kind=FactKind(row.kind), value=row.value, quote=row.quote, start=row.start),
        said_at=row.said_at,
        state=FactState(row.state),
        is_applied=row.is_applied,
        why_not=row.why_not,
        corrected_value=row.corrected_value,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reader=row.reader,
    )
