"""What is chosen for imports, in the ledger: policy on matches, order of dates, joined rows; what is remembered of senders; lookalikes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from engine.store.intake_tables import import_choices, import_lookalikes, import_senders
from engine.store.ledger import Txn, execute_many, upsert
from engine.store.tables import leads


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person chose for an import. `date_order` is 'mdy', 'dmy', or '' when the file itself decides."""

    policy: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    joins: Mapping[int, int] = field(default_factory=dict)  # line → lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What was chosen for an earlier file with the same header."""

    mapping: Mapping[str, str]
    policy: Mapping[str, str]
    date_order: str
    file_name: str
    n_used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """A new person of a file who is like a lead of the ledger, and why."""

    line: int
    lead_id: int
    name: str
    why: str


class NamedLead(NamedTuple):
    """A lead as far as he can be told from people who are called the same; what isn't known is empty."""

    lead_id: int
    first_name: str
    last_name: str
    phone: str
    email: str
    address: str


def keep(txn: Txn, batch_id: int, choices: Choices) -> None:
    """Note what was chosen for an import."""
    joins = {str(line): lead_id for line, lead_id in choices.joins.items()}
    row = {"batch_id": batch_id, "policy": dict(choices.policy), "date_order": choices.date_order, "joins": joins}
    txn.connection.execute(upsert(txn.connection, import_choices), row)


def load(connection: Connection, batch_id: int) -> Choices:
    """What was chosen for an import; the defaults when nothing was."""
    row = connection.execute(select(import_choices).where(import_choices.c.batch_id == batch_id)).mappings().one_or_none()
    if row is None:
        return Choices()
    return Choices(
        policy=row["policy"], date_order=row["date_order"], joins={int(line): lead_id for line, lead_id in row["joins"].items()}
    )


def remember(txn: Txn, header_hash: str, sender: Sender) -> None:
    """Remember what was chosen for a header, in place of what was before."""
    row = {"header_hash": header_hash, "mapping": dict(sender.mapping), "policy": dict(sender.policy), "used_at": txn.at}
    row |= {"date_order": sender.date_order, "file_name": sender.file_name, "n_used": sender.n_used}
    txn.connection.execute(upsert(txn.connection, import_senders), row)


def sender_of(connection: Connection, header_hash: str) -> Sender | None:
    """What was chosen the last time a file with this header came."""
    row = connection.execute(select(import_senders).where(import_senders.c.header_hash == header_hash)).mappings().one_or_none()
    if row is None:
        return None
    return Sender(**{name: row[name] for name in ("mapping", "policy", "date_order", "file_name", "n_used")})


def keep_lookalikes(txn: Txn, batch_id: int, found: Sequence[Lookalike]) -> None:
    """Note who of a checked import is like whom, in place of what was noted before."""
    txn.connection.execute(delete(import_lookalikes).where(import_lookalikes.c.batch_id == batch_id))
    rows = [{"batch_id": batch_id, "line": one.line, "lead_id": one.lead_id, "name": one.name, "why": one.why} for one in found]
    execute_many(txn.connection, insert(import_lookalikes), rows)


def lookalikes(connection: Connection, batch_id: int) -> list[Lookalike]:
    """Who of a checked import is like whom, by line."""
    asked = select(import_lookalikes).where(import_lookalikes.c.batch_id == batch_id).order_by(import_lookalikes.c.line)
    return [
        Lookalike(line=row["line"], lead_id=row["lead_id"], name=row["name"], why=row["why"])
        for row in connection.execute(asked).mappings()
    ]


def named_leads(connection: Connection, after_id: int, limit: int) -> list[NamedLead]:
    """The next visible leads that have both names, in the order of their numbers."""
    asked = select(
        leads.c.lead_id, leads.c.first_name, leads.c.last_name, leads.c.phone, leads.c.email, leads.c.street, leads.c.zip_code
    ).where(leads.c.is_visible, leads.c.first_name != "", leads.c.last_name != "", leads.c.lead_id > after_id)
    return [
        NamedLead(
            row.lead_id, row.first_name, row.last_name, row.phone or "", row.email or "", f"{row.street} {row.zip_code}".strip()
        )
        for row in connection.execute(asked.order_by(leads.c.lead_id).limit(limit))
    ]
