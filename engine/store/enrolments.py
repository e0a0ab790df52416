"""Sequences, their versions, and who is enrolled in them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from engine.errors import NotFound
from engine.store.follow_up_tables import enrolments, sequence_versions, sequences
from engine.store.ledger import Txn
from engine.store.tables import leads

RUNNING = ("active", "paused", "held_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence_:  # noqa: N801  `Sequence` is the standard library's word
    """A plan of follow-up: its name, its newest version, whom it takes by itself."""

    sequence_id: int
    name: str
    is_active: bool
    version: int
    rule: Mapping[str, Any] | None
    hold_out_rate: float
    created_at: datetime
    created_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceVersion:
    """A plan as it was written down, by whom and why."""

    sequence_id: int
    version: int
    plan: Any
    note: str
    created_at: datetime
    created_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One lead on one version of a sequence."""

    enrolment_id: int
    sequence_id: int
    version: int
    lead_id: int
    state: str
    how: str
    started_at: datetime
    paused_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    enrolled_by: int


_SEQUENCE = [sequences.c[field.name] for field in fields(Sequence_)]
_VERSION = [sequence_versions.c[field.name] for field in fields(SequenceVersion)]
COLUMNS = [enrolments.c[field.name] for field in fields(Enrolment)]


def add_sequence(txn: Txn, name: str, plan: Any, *, rule: Mapping[str, Any] | None = None, hold_out_rate: float = 0.0) -> int:
    """Add a sequence with its first version; answers its number."""
    sequence_id = txn.next_id("sequences")
    row = {"sequence_id": sequence_id, "name": name, "is_active": True, "version": 0, "rule": rule, "hold_out_rate": hold_out_rate}
    txn.connection.execute(insert(sequences), {**row, "created_at": txn.at, "created_by": txn.actor_id})
    add_version(txn, sequence_id, plan, note="first version")
    return sequence_id


def add_version(txn: Txn, sequence_id: int, plan: Any, *, note: str) -> int:
    """Write a new plan of a sequence down; new enrolments get it from now on. Answers its number."""
    version = sequence(txn.connection, sequence_id).version + 1
    row = {"sequence_id": sequence_id, "version": version, "plan": plan, "note": note}
    txn.connection.execute(insert(sequence_versions), {**row, "created_at": txn.at, "created_by": txn.actor_id})
    change_sequence(txn, sequence_id, version=version)
    return version


def change_sequence(txn: Txn, sequence_id: int, **values: Any) -> None:
    """Set columns of a sequence."""
    txn.connection.execute(update(sequences).where(sequences.c.sequence_id == sequence_id).values(**values))
    txn.emit("sequence_changed", "sequences", sequence_id)


def sequence(connection: Connection, sequence_id: int) -> Sequence_:
    """A sequence by number; raises `NotFound`."""
    row = connection.execute(select(*_SEQUENCE).where(sequences.c.sequence_id == sequence_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such sequence")
    return Sequence_(**row)


def all_sequences(connection: Connection) -> list[Sequence_]:
    """Every sequence, by name."""
    return [Sequence_(**row) for row in connection.execute(select(*_SEQUENCE).order_by(sequences.c.name)).mappings()]


def version(connection: Connection, sequence_id: int, number: int) -> SequenceVersion:
    """One version of a sequence; raises `NotFound`."""
    asked = select(*_VERSION).where(sequence_versions.c.sequence_id == sequence_id, sequence_versions.c.version == number)
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such version of this sequence")
    return SequenceVersion(**row)


def versions(connection: Connection, sequence_id: int) -> list[SequenceVersion]:
    """A sequence's versions, the newest first."""
    asked = select(*_VERSION).where(sequence_versions.c.sequence_id == sequence_id).order_by(sequence_versions.c.version.desc())
    return [SequenceVersion(**row) for row in connection.execute(asked).mappings()]


def add_enrolment(txn: Txn, *, sequence_id: int, version: int, lead_id: int, state: str, how: str) -> int:
    """Note that a lead is on a sequence; answers the enrolment's number. The table itself refuses a second running one."""
    enrolment_id = txn.next_id("enrolments")
    row = {"enrolment_id": enrolment_id, "sequence_id": sequence_id, "version": version, "lead_id": lead_id, "state": state}
    row |= {"how": how, "started_at": txn.at, "end_reason": "", "enrolled_by": txn.actor_id}
    txn.connection.execute(insert(enrolments), row)
    txn.emit("enrolment_changed", "enrolments", enrolment_id)
    txn.emit("lead_changed", "leads", lead_id)
    return enrolment_id


def change(txn: Txn, enrolment_id: int, **values: Any) -> None:
    """Set columns of an enrolment."""
    txn.connection.execute(update(enrolments).where(enrolments.c.enrolment_id == enrolment_id).values(**values))
    txn.emit("enrolment_changed", "enrolments", enrolment_id)


def load(connection: Connection, enrolment_id: int) -> Enrolment:
    """An enrolment by number; raises `NotFound`."""
    row = connection.execute(select(*COLUMNS).where(enrolments.c.enrolment_id == enrolment_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such enrolment")
    return Enrolment(**row)


def of_lead(connection: Connection, lead_id: int, states: Iterable[str] | None = None) -> list[Enrolment]:
    """A lead's enrolments, the oldest first; only those in the named states."""
    asked = select(*COLUMNS).where(enrolments.c.lead_id == lead_id).order_by(enrolments.c.enrolment_id)
    asked = asked.where(enrolments.c.state.in_(list(states))) if states is not None else asked
    return [Enrolment(**row) for row in connection.execute(asked).mappings()]


def page(
    connection: Connection,
    sequence_id: int,
    *,
    after: int,
    limit: int,
    state: str | None = None,
    lead_id: int | None = None,
    agents: Collection[int] | None = None,
) -> list[Enrolment]:
    """A sequence's enrolments of visible leads after a number, in their order; with agents, only of their leads and nobody's."""
    asked = (
        select(*COLUMNS)
        .join(leads, leads.c.lead_id == enrolments.c.lead_id)
        .where(enrolments.c.sequence_id == sequence_id, enrolments.c.enrolment_id > after, leads.c.is_visible)
    )
    if state is not None:
        asked = asked.where(enrolments.c.state == state)
    if lead_id is not None:
        asked = asked.where(enrolments.c.lead_id == lead_id)
    if agents is not None:
        asked = asked.where(or_(leads.c.assigned_to.is_(None), leads.c.assigned_to.in_(sorted(agents))))
    return [Enrolment(**row) for row in connection.execute(asked.order_by(enrolments.c.enrolment_id).limit(limit)).mappings()]


def running_on(connection: Connection, sequence_id: int, *, other_than_version: int | None = None) -> list[Enrolment]:
    """Who is on a sequence now; with a version given, only those on another one."""
    asked = select(*COLUMNS).where(enrolments.c.sequence_id == sequence_id, enrolments.c.state.in_(["active", "paused"]))
    asked = asked.where(enrolments.c.version != other_than_version) if other_than_version is not None else asked
    return [Enrolment(**row) for row in connection.execute(asked.order_by(enrolments.c.enrolment_id)).mappings()]
