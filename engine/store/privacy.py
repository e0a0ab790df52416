"""One person's data in the whole ledger: told to him, or taken out. Consent, revocations and decisions stay as evidence, by hash alone."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Connection, String, Table, Text, and_, cast, delete, or_, select, update

from engine.records import Lead
from engine.store import consents as consent_store
from engine.store.deal_tables import agreements
from engine.store.follow_up_tables import (
    attempts,
    call_tasks,
    confirmations,
    consents,
    enrolments,
    gate_log,
    opt_outs,
    pauses,
    steps,
)
from engine.store.ledger import Txn
from engine.store.table_types import metadata
from engine.store.tables import batches, leads, merges, opportunities, rejections

GONE = "‹forgotten›"
# What stays with the number of a person nobody can name any more: evidence of what was agreed, revoked, decided and sent, and money.
_KEPT = (leads, consents, opt_outs, gate_log, attempts, enrolments, steps, pauses, confirmations, opportunities, agreements)
_UNTOUCHED = frozenset({"users", "sessions", "counters", "changes", "stages", "settings", "alembic_version", "sequence_versions"})
_LEAST_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Traces:
    """What a person can be found by."""

    exact: tuple[str, ...]  # e-mails, phones, the full name, the street
    digits: tuple[str, ...]  # national numbers, however they are written

    def are_in(self, text: str) -> bool:
        """Whether a text holds any of them."""
        folded = text.casefold()
        if any(one.casefold() in folded for one in self.exact):
            return True
        bare = re.sub(r"(?<=\d)[\s().\-–]+(?=\d)|(?<=\d)\)\s*|\((?=\d)", "", text)
        return any(one in bare for one in self.digits)

    def taken_out(self, text: str) -> str:
        """The text without them."""
        for one in self.exact:
            text = re.sub(re.escape(one), GONE, text, flags=re.IGNORECASE)
        for one in self.digits:
            text = re.sub(r"\+?1?[\s().\-–]*" + r"[\s().\-–]*".join(one), GONE, text)
        return text


def traces_of(lead: Lead) -> Traces:
    """What this lead can be found by. A first name alone tells nobody from anybody."""
    addresses = [one for one in (lead.phone, lead.email, *lead.other_phones, *lead.other_emails) if one]
    full = " ".join(part for part in (lead.first_name, lead.last_name) if part)
    turned = f"{lead.last_name}, {lead.first_name}"
    names = [full, turned] if lead.first_name and lead.last_name else []
    digits = [re.sub(r"\D", "", one)[-_LEAST_DIGITS:] for one in addresses if "@" not in one]
    exact = dict.fromkeys(one for one in (*addresses, *names, lead.street, lead.external_id or "") if len(one) > 4)
    return Traces(tuple(exact), tuple(dict.fromkeys(one for one in digits if len(one) == _LEAST_DIGITS)))


def forget(txn: Txn, lead: Lead) -> None:
    """Take one person out of every table. His addresses stay suppressed by hash, so that no import brings him back to be written to."""
    traces = traces_of(lead)
    own = [one for one in (lead.phone, lead.email, *lead.other_phones, *lead.other_emails) if one]
    consent_store.suppress(txn, own, "forgotten")
    _stop(txn, lead.lead_id)
    for table in reversed(metadata.sorted_tables):
        if "lead_id" in table.c and table not in _KEPT:
            txn.connection.execute(delete(table).where(table.c.lead_id == lead.lead_id))
    txn.connection.execute(delete(call_tasks).where(call_tasks.c.lead_id == lead.lead_id))
    for table in _KEPT[1:]:
        _blank(txn, table, lead.lead_id)
    txn.connection.execute(update(leads).where(leads.c.lead_id == lead.lead_id), _nobody(leads))
    _forget_rows_that_never_came_in(txn, traces)
    for table in metadata.sorted_tables:
        if table.name not in _UNTOUCHED:
            _take_out(txn, table, traces)
    txn.emit("lead_changed", "leads", lead.lead_id)
    txn.audit("forget_lead", "leads", lead.lead_id, {})


def _stop(txn: Txn, lead_id: int) -> None:
    open_states = ("pending", "leased", "sending", "unknown")
    ended = {"state": "cancelled", "next_at": None, "finished_at": txn.at, "reason": "forgotten", "detail": ""}
    waiting = update(steps).where(steps.c.lead_id == lead_id, steps.c.state.in_(open_states))
    txn.connection.execute(waiting.values(fence=steps.c.fence + 1, **ended))
    running = update(enrolments).where(enrolments.c.lead_id == lead_id, enrolments.c.ended_at.is_(None))
    txn.connection.execute(running.values(state="stopped", ended_at=txn.at, end_reason="forgotten"))


_WORDS = {
    "steps": ("subject", "body", "html", "address", "detail", "provider_id"),
    "confirmations": ("address", "body", "provider_id", "detail"),
    "consents": ("address", "evidence"),
    "opt_outs": ("address",),
    "attempts": ("provider_id", "message", "trace_id"),
    "gate_log": ("detail",),
    "opportunities": ("name",),
}


def _blank(txn: Txn, table: Table, lead_id: int) -> None:
    names = _WORDS.get(table.name, ())
    if names:
        txn.connection.execute(update(table).where(table.c.lead_id == lead_id).values(dict.fromkeys(names, "")))


def _nobody(table: Table) -> dict[str, Any]:
    """A row of `leads` that tells nothing about anybody; hidden, and of no import."""
    kept = {"lead_id", "created_at", "received_at"}
    empty: dict[str, Any] = {}
    for column in table.c:
        if column.name not in kept:
            empty[column.name] = None if column.nullable else _empty(column)
    return empty


def _empty(column: Column[Any]) -> Any:
    if isinstance(column.type, JSON):
        return {} if column.name == "extra" else []
    return "" if isinstance(column.type, (Text, String)) else 0


def _forget_rows_that_never_came_in(txn: Txn, traces: Traces) -> None:
    """Rejected rows of files hold cells as they came: those with this person's traces go."""
    asked = select(rejections.c.batch_id, rejections.c.line, rejections.c.cells)
    for row in txn.connection.execute(asked).all():
        if traces.are_in(" ".join(map(str, row.cells))):
            same = and_(rejections.c.batch_id == row.batch_id, rejections.c.line == row.line)
            txn.connection.execute(delete(rejections).where(same))


def _take_out(txn: Txn, table: Table, traces: Traces) -> None:
    """Replace this person's traces wherever else words are kept: notes of others, the audit trail, messages."""
    worded = [column for column in table.c if isinstance(column.type, (JSON, Text)) and not column.primary_key]
    keys = list(table.primary_key)
    if not worded or not keys or not traces.exact:
        return
    wanted = [*traces.exact, *traces.digits, *(json.dumps(one)[1:-1] for one in traces.exact)]
    hits = or_(*(cast(column, Text).ilike(f"%{_escaped(one)}%", escape="\\") for column in worded for one in dict.fromkeys(wanted)))
    for row in txn.connection.execute(select(*keys, *worded).where(hits)).mappings().all():
        clean = {column.name: _clean(row[column.name], traces) for column in worded}
        same = and_(*(key == row[key.name] for key in keys))
        txn.connection.execute(update(table).where(same).values(clean))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _clean(value: Any, traces: Traces) -> Any:
    if isinstance(value, str):
        return traces.taken_out(value)
    if isinstance(value, Mapping):
        return {traces.taken_out(key): _clean(part, traces) for key, part in value.items()}
    if isinstance(value, list):
        return [_clean(part, traces) for part in value]
    return value


def export(connection: Connection, lead_id: int) -> dict[str, list[dict[str, Any]]]:
    """Everything the ledger keeps about one person, by table, times as text: what he may ask for."""
    told: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        if "lead_id" in table.c:
            rows = connection.execute(select(table).where(table.c.lead_id == lead_id)).mappings()
            told[table.name] = [{name: _readable(value) for name, value in row.items()} for row in rows]
    return {name: rows for name, rows in told.items() if rows}


def _readable(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value.isoformat() if hasattr(value, "isoformat") else value


def batches_of(connection: Connection, lead_id: int) -> list[tuple[int, str]]:
    """The imports whose files hold this lead, with the files' hashes."""
    of_merges = select(merges.c.batch_id).where(merges.c.lead_id == lead_id)
    own = select(leads.c.batch_id).where(leads.c.lead_id == lead_id, leads.c.batch_id.is_not(None))
    asked = select(batches.c.batch_id, batches.c.file_hash).where(
        or_(batches.c.batch_id.in_(own), batches.c.batch_id.in_(of_merges))
    )
    return [(row.batch_id, row.file_hash) for row in connection.execute(asked)]


def hashes_of(connection: Connection, addresses: Sequence[str]) -> list[str]:
    """What is written down outside the ledger, so that a restored backup forgets them again."""
    return sorted(consent_store.hashes(connection, addresses).values())


def find_by_hashes(connection: Connection, hashes: Sequence[str]) -> list[int]:
    """Leads of this ledger with one of these addresses."""
    wanted, found = set(hashes), []
    for row in connection.execute(select(leads.c.lead_id, leads.c.phone, leads.c.email).where(leads.c.is_visible)):
        own = [one for one in (row.phone, row.email) if one]
        if wanted & set(consent_store.hashes(connection, own).values()):
            found.append(int(row.lead_id))
    return found
