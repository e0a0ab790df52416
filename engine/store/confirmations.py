"""The one answer to each opt-out: waiting, on its way, sent, or dropped because five minutes are over."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.records.follow_up import StepKind, StepState
from engine.store.follow_up_tables import confirmations
from engine.store.ledger import Txn


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One answer to one opt-out."""

    opt_out_id: int
    lead_id: int
    kind: StepKind
    address: str
    body: str
    state: StepState
    next_at: datetime | None
    send_before: datetime
    provider_id: str
    detail: str


_COLUMNS = [confirmations.c[field.name] for field in fields(Confirmation)]


def queue(txn: Txn, opt_out_id: int, lead_id: int, *, kind: StepKind, address: str, body: str, send_before: datetime) -> None:
    """Have an opt-out answered, now or never."""
    row: dict[str, Any] = {"opt_out_id": opt_out_id, "lead_id": lead_id, "kind": kind.value, "address": address, "body": body}
    row |= {"state": StepState.PENDING.value, "next_at": txn.at, "send_before": send_before, "provider_id": "", "detail": ""}
    txn.connection.execute(insert(confirmations), row)


def due(connection: Connection, at: datetime, limit: int = 50) -> list[Confirmation]:
    """Answers that wait now."""
    asked = select(*_COLUMNS).where(confirmations.c.state == StepState.PENDING.value, confirmations.c.next_at <= at)
    return [_confirmation(row) for row in connection.execute(asked.order_by(confirmations.c.send_before).limit(limit)).mappings()]


def move(txn: Txn, one: Confirmation, to: StepState, **values: Any) -> bool:
    """Move an answer on from the state it was read in; says whether this caller did."""
    moved = update(confirmations).where(confirmations.c.opt_out_id == one.opt_out_id, confirmations.c.state == one.state.value)
    return bool(txn.connection.execute(moved.values(state=to.value, **values)).rowcount)


def settle_abandoned(txn: Txn, before: datetime) -> int:
    """Answers that were on their way when their program ended: sent or not, they are not sent again."""
    lost = update(confirmations).where(confirmations.c.state == StepState.SENDING.value, confirmations.c.send_before <= before)
    told = {
        "state": StepState.UNKNOWN.value,
        "next_at": None,
        "detail": "The program ended while this was on its way; it isn't sent again",
    }
    n_lost: int = txn.connection.execute(lost.values(**told)).rowcount
    return n_lost


def of_leads(connection: Connection, lead_id: int) -> list[Confirmation]:
    """The answers to a lead's opt-outs."""
    asked = select(*_COLUMNS).where(confirmations.c.lead_id == lead_id).order_by(confirmations.c.opt_out_id)
    return [_confirmation(row) for row in connection.execute(asked).mappings()]


def _confirmation(row: Any) -> Confirmation:
    return Confirmation(**{**row, "kind": StepKind(row["kind"]), "state": StepState(row["state"])})
