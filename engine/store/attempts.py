"""What was tried and what the gate decided: lines that are only ever added. They are the evidence in a dispute."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, insert, select

from engine.records.follow_up import SendResult, StepKind, Verdict
from engine.store.follow_up_tables import attempts, gate_log
from engine.store.ledger import Txn


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One line of what was tried: `call` before a request, `answer` after it, `found` or `missed` when it was looked up."""

    attempt_id: int
    step_id: int
    lead_id: int
    fence: int
    at: datetime
    event: str
    state: str
    owner: str
    provider_id: str
    message: str
    trace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLine:
    """One decision of the gate."""

    gate_log_id: int
    at: datetime
    step_id: int
    lead_id: int
    kind: str
    decision: str
    reason: str
    until: datetime | None
    detail: str
    rule_version: str
    facts_hash: str


def note(
    txn: Txn,
    step_id: int,
    lead_id: int,
    *,
    fence: int,
    event: str,
    owner: str = "",
    result: SendResult | None = None,
    message: str = "",
) -> None:
    """Write one line of what was tried. A confirmation's `step_id` is its opt-out's number, negative."""
    row = {
        "attempt_id": txn.next_id("attempts"),
        "step_id": step_id,
        "lead_id": lead_id,
        "fence": fence,
        "at": txn.at,
        "event": event,
    }
    told = {"state": "", "provider_id": "", "message": message, "trace_id": ""}
    if result is not None:
        told = {
            "state": result.state.value,
            "provider_id": result.provider_id,
            "message": result.message,
            "trace_id": result.trace_id,
        }
    txn.connection.execute(insert(attempts), {**row, "owner": owner, **told})


def log_verdict(txn: Txn, step_id: int, lead_id: int, kind: StepKind, verdict: Verdict, facts_hash: str) -> None:
    """Write one decision of the gate."""
    row = {"gate_log_id": txn.next_id("gate_log"), "at": txn.at, "step_id": step_id, "lead_id": lead_id, "kind": kind.value}
    row |= {"decision": verdict.decision.value, "reason": verdict.reason.value if verdict.reason else "", "until": verdict.until}
    row |= {"detail": verdict.detail, "rule_version": verdict.rule_version, "facts_hash": facts_hash}
    txn.connection.execute(insert(gate_log), row)


def attempts_of(connection: Connection, step_ids: Sequence[int]) -> list[Attempt]:
    """What was tried for these steps, oldest first."""
    columns = [attempts.c[field.name] for field in fields(Attempt)]
    asked = select(*columns).where(attempts.c.step_id.in_(step_ids)).order_by(attempts.c.attempt_id)
    return [Attempt(**row) for row in connection.execute(asked).mappings()]


def verdicts_of(connection: Connection, step_ids: Sequence[int]) -> list[GateLine]:
    """What the gate decided about these steps, oldest first."""
    columns = [gate_log.c[field.name] for field in fields(GateLine)]
    asked = select(*columns).where(gate_log.c.step_id.in_(step_ids)).order_by(gate_log.c.gate_log_id)
    return [GateLine(**row) for row in connection.execute(asked).mappings()]
