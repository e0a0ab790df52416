"""One lead from a form, another program or a message: the same way in as a file's row."""

from collections.abc import Mapping
from dataclasses import replace

from engine import intake
from engine.access import Actor, Permission, require
from engine.commands.leads import deal_of
from engine.commands.scoring import score_leads
from engine.errors import BadInput
from engine.records import Lead
from engine.runtime import Engine
from engine.store import leads, opportunities, scores
from engine.store.ledger import Txn


def take_lead(engine: Engine, actor: Actor, payload: Mapping[str, object]) -> int:
    """Add a lead, or complete the one with the same phone or e-mail; answers his number. Raises `BadInput` naming the field."""
    require(actor, Permission.WORK_LEADS)
    at = engine.clock.now()
    reading = intake.lead_from(payload, market=engine.preferences.market, at=at)
    if reading.lead is None:
        raise BadInput(reading.problems[0].reason, field=reading.problems[0].column)
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        owners = leads.find_by_keys(txn.connection, reading.lead.keys)
        known = next((owners[key] for key in reading.lead.keys if key in owners), None)
        lead = _complete(txn, known, reading.lead) if known else _add(txn, reading.lead)
        [score] = score_leads(engine, [lead], at)
        scores.save_scores(txn, [score])
        if lead.deal and not opportunities.of_leads(txn.connection, [lead.lead_id]):
            deal = deal_of(lead, lead.deal, score, rate=engine.preferences.commission_rate, at=at)
            opportunities.insert_opportunities(txn, [deal])
        txn.emit("lead_scored", "leads", lead.lead_id)
    engine.show_changes()
    return lead.lead_id


def _add(txn: Txn, lead: Lead) -> Lead:
    lead = replace(lead, created_at=lead.created_at or txn.at)
    [lead_id] = leads.insert_leads(txn, [lead], at=txn.at)
    txn.audit("add_lead", "leads", lead_id, {})
    return replace(lead, lead_id=lead_id)


def _complete(txn: Txn, lead_id: int, incoming: Lead) -> Lead:
    [existing] = leads.load_leads(txn.connection, [lead_id])
    merged, differences = intake.merge(existing, incoming)
    if differences:
        leads.update_lead(txn, lead_id, merged, differences)
        txn.audit("complete_lead", "leads", lead_id, {"fields": sorted(differences)})
    return replace(merged, lead_id=lead_id)
