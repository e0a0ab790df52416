"""Reading what leads wrote, after it was stored and their automation stands still: each message once, whoever is killed when.

A message and the row that says it waits are one transaction; its reading, the lead's facts, his new score and the draft are another.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from engine import intake
from engine.commands.chores import Chore
from engine.commands.scoring import score_leads
from engine.conversation.understanding import read_message
from engine.delivery import talking
from engine.errors import ModelUnusable
from engine.records import Band, Lead
from engine.records.conversation import Fact, FactKind, Intent, KeptReading, MessageReading, Temperature
from engine.records.follow_up import OptOutKind
from engine.runtime import Engine
from engine.sequences import opt_out
from engine.store import leads, readings, scores
from engine.store.conversation_tables import dialogues
from engine.store.follow_up_tables import consents, opt_outs, pauses
from engine.store.ledger import Txn
from engine.store.tables import leads as lead_rows
from engine.store.tables import scores as score_rows

log = logging.getLogger(__name__)

# What a fact becomes in a lead, and the name under which the one normaliser reads it. The other kinds stay facts.
FIELDS: Mapping[FactKind, tuple[str, tuple[str, ...]]] = {
    FactKind.BUDGET: ("budget", ("budget_low_cents", "budget_high_cents")),
    FactKind.TIMELINE_DAYS: ("timeline", ("timeline_days",)),
    FactKind.FINANCING: ("financing", ("financing",)),
    FactKind.PLACE: ("location", ("location_text", "city", "state", "zip_code", "location_specificity", "in_service_area")),
}
_NOT_UNDERSTOOD = MessageReading(temperature=Temperature.WARM, intents=(), facts=(), is_clear=False)


def mind_messages(engine: Engine) -> None:
    """Once a second: see to it that stored messages are read, in a thread of their own."""
    if _chore.is_running:
        return
    with engine.ledger.read() as connection:
        has_work = bool(readings.waiting(connection, 1)) or talking.dialogue_settings(connection, engine.clock.now()).hot_since
    if has_work:
        _chore.begin(engine)


def read_messages(engine: Engine) -> int:
    """Read every message that waits, in the order in which they came; answers how many."""
    n_read = 0
    while True:
        with engine.ledger.read() as connection:
            waiting = readings.waiting(connection)
        for message_id in waiting:
            n_read += _read_one(engine, message_id)
        if not waiting:
            break
    if n_read:
        engine.show_changes()
    return n_read


def open_for_hot_leads(engine: Engine, limit: int = 20) -> int:
    """Where the owner chose so: propose a first text to leads of the hot band who agreed to texts and were never written with."""
    with engine.ledger.read() as connection:
        since = talking.dialogue_settings(connection, engine.clock.now()).hot_since
        found = list(connection.execute(_hot(since).limit(limit)).scalars()) if since else []
    n_opened = 0
    for lead_id in found:
        with engine.ledger.write(at=engine.clock.now()) as txn:
            [lead] = leads.load_leads(txn.connection, [lead_id])
            if not talking.missing_names(txn, lead):
                talking.open_dialogue(txn, lead, _script_for(lead), how="rule", because="in the hot band")
                n_opened += 1
    if n_opened:
        engine.show_changes()
    return n_opened


def _script_for(lead: Lead) -> str:
    told = " ".join((lead.source_text, lead.notes, *lead.tags)).casefold()
    return (
        "seller"
        if any(word in told for word in ("seller", "fsbo", "expired", "listing lead", "home value", "valuation"))
        else "lead"
    )


def _hot(since: datetime) -> Any:
    mine = lead_rows.c.lead_id
    return (
        select(mine)
        .join(score_rows, score_rows.c.lead_id == mine)
        .where(score_rows.c.is_current, score_rows.c.band == Band.HOT.value)
        .where(lead_rows.c.is_visible, ~lead_rows.c.is_do_not_contact, lead_rows.c.phone.is_not(None))
        .where(lead_rows.c.received_at >= since, exists().where(consents.c.lead_id == mine))
        .where(~exists().where(opt_outs.c.lead_id == mine), ~exists().where(dialogues.c.lead_id == mine))
        .where(~exists().where(pauses.c.lead_id == mine, pauses.c.ended_at.is_(None)))
        .order_by(mine)
    )


def _read_one(engine: Engine, message_id: int) -> int:
    """Everything that one message means, in one transaction; 0 when somebody was faster."""
    with engine.ledger.write(at=engine.clock.now()) as txn:
        message = readings.take(txn, message_id)
        if message is None:
            return 0
        found = leads.load_leads(txn.connection, [message.lead_id], only_visible=True)
        reading, kind = _understood(message, _today(engine, message.at))
        readings.keep(txn, message_id, reading, opt_out=kind.value if kind else "")
        if found:
            lead = _take_facts(engine, txn, found[0], message, reading)
            talking.take_in(txn, lead, message, reading, kind)
            txn.emit("message_read", "leads", message.lead_id)
            txn.emit("lead_changed", "leads", message.lead_id)
    return 1


def _understood(message: KeptReading, today: date) -> tuple[MessageReading, OptOutKind | None]:
    try:
        return read_message(message.text, today), opt_out.read_text(message.text)
    except Exception:
        # Whatever the reader stumbles over, the lead stands still already; a message nobody could read waits for a person.
        log.exception("message %d could not be read", message.message_id)
        return _NOT_UNDERSTOOD, None


def _take_facts(engine: Engine, txn: Txn, lead: Lead, message: KeptReading, reading: MessageReading) -> Lead:
    """Keep the facts, let them change the lead where nothing later was said, and score him anew; answers the lead as he is then."""
    stated = readings.stated_since(txn.connection, lead.lead_id, message.at)
    said = readings.facts_of(txn.connection, lead.lead_id)
    changed, became = lead, {}
    is_selling = Intent.LIST_HOME in reading.intents or talking.speaks_as_seller(txn, lead.lead_id)
    for fact in reading.facts:
        later = any(one.fact.kind is fact.kind and max(one.said_at, one.decided_at or one.said_at) > message.at for one in said)
        fields = FIELDS.get(fact.kind, ("", ()))[1]
        read = fields_of(engine, fact.kind, fact.value)
        why_not = _why_not(lead, fact, read, is_stated=bool(stated & set(fields)), is_said=later)
        if fact.kind is FactKind.PLACE and is_selling and not why_not:
            why_not = "he sells: it may be where he goes, not where his home is"
        became[fact.kind] = (why_not, {name: getattr(lead, name) for name in read})
        changed = changed if why_not else replace(changed, **read)
    readings.add_facts(txn, message, reading.facts, became)
    rewrite(engine, txn, lead, changed, message_id=message.message_id)
    return changed


def _why_not(lead: Lead, fact: Fact, read: Mapping[str, Any], *, is_stated: bool, is_said: bool) -> str:
    """Why a fact changes nothing in the lead; empty when it does."""
    if fact.kind not in FIELDS:
        return "kept as a fact; leads have no such field"
    if not read:
        return "could not be read for certain"
    if is_stated:
        return "somebody stated it later"
    if is_said:
        return "he said otherwise later"
    if fact.kind is FactKind.PLACE and read["location_specificity"] < lead.location_specificity:
        return "the place known is more precise"
    return ""


def fields_of(engine: Engine, kind: FactKind, value: str) -> dict[str, Any]:
    """The lead's fields for a fact's value as the one normaliser reads them; empty for what it can't read or leads don't have."""
    if kind not in FIELDS or not value:
        return {}
    name, fields = FIELDS[kind]
    at = engine.clock.now()
    market = engine.preferences.market
    reading = intake.lead_from({"external_id": "somebody", name: _as_payload(kind, value)}, market=market, at=at)
    if reading.lead is None or reading.warnings:
        return {}
    return {field: getattr(reading.lead, field) for field in fields}


def _as_payload(kind: FactKind, value: str) -> object:
    if kind is FactKind.BUDGET and "-" in value:
        low, _, high = value.partition("-")
        ends = {"min": low, "max": high}
        return {end: int(cents) / 100 for end, cents in ends.items() if cents}
    if kind is FactKind.TIMELINE_DAYS and value.isdigit():
        return f"{value} days"
    return value.replace("_", " ") if kind is FactKind.FINANCING else value


def rewrite(engine: Engine, txn: Txn, lead: Lead, changed: Lead, *, message_id: int) -> None:
    """Write the changed fields down and score the lead as he is now."""
    names = [name for _, fields in FIELDS.values() for name in fields if getattr(changed, name) != getattr(lead, name)]
    if names:
        leads.update_lead(txn, lead.lead_id, changed, names)
        txn.audit("read_message", "leads", lead.lead_id, {"fields": sorted(names), "message_id": message_id})
    try:
        scores.save_scores(txn, score_leads(engine, [changed], txn.at))
    except ModelUnusable as error:  # every page says so; the score follows once there is a model
        log.warning("a lead could not be scored: %s", error.message)
        return
    txn.emit("lead_scored", "leads", lead.lead_id)


def _today(engine: Engine, at: datetime) -> date:
    return at.astimezone(ZoneInfo(engine.preferences.market.time_zone)).date()


def _read_and_open(engine: Engine) -> None:
    read_messages(engine)
    open_for_hot_leads(engine)


_chore = Chore("reading", _read_and_open, "messages could not be read")
