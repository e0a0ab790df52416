"""Facts that messages told, taken into the lead: which become fields of his and which do not, and the score that follows."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine import intake
from engine.commands.scoring import score_leads
from engine.delivery import talking
from engine.errors import ModelUnusable
from engine.records import Lead
from engine.records.conversation import Fact, FactKind, Intent, KeptReading, MessageReading
from engine.runtime import Engine
from engine.store import leads, readings, scores
from engine.store.ledger import Txn

log = logging.getLogger(__name__)

# What a fact becomes in a lead, and the name under which the one normaliser reads it. The other kinds stay facts.
FIELDS: Mapping[FactKind, tuple[str, tuple[str, ...]]] = {
    FactKind.BUDGET: ("budget", ("budget_low_cents", "budget_high_cents")),
    FactKind.TIMELINE_DAYS: ("timeline", ("timeline_days",)),
    FactKind.FINANCING: ("financing", ("financing",)),
    FactKind.PLACE: ("location", ("location_text", "city", "state", "zip_code", "location_specificity", "in_service_area")),
}


def take_facts(engine: Engine, txn: Txn, lead: Lead, message: KeptReading, reading: MessageReading) -> Lead:
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
    readings.add_facts(txn, message, reading.facts, became, reader=reading.reader)
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
