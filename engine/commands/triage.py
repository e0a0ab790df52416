"""Working the queue: what came of a call, snooze, tags, a band set by hand, a lead's stage. Each can be taken back for twenty seconds."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from engine.access import Actor, Permission, require
from engine.commands.leads import change, deal_of, done_of, touch, visible_lead
from engine.delivery.outcomes import follow_outcome
from engine.errors import BadInput, Conflict
from engine.records import Band, Deal, Direction, Lead, Stage
from engine.records.inbox import Done, Outcome, Override
from engine.runtime import Engine
from engine.store import opportunities, scores, triage
from engine.store.ledger import Txn
from engine.store.undo import recorded
from engine.triage.outcomes import OUTCOMES

MOST_TAGS, LONGEST_TAG = 40, 40
LONGEST_SNOOZE = timedelta(days=366)
LONGEST_OVERRIDE = timedelta(days=90)
_ENDED = (Stage.CLOSED, Stage.LOST)


def dispose_lead(
    engine: Engine, actor: Actor, lead_id: int, outcome: Outcome, *, n_minutes: int | None = None, note: str = ""
) -> Done:
    """What came of a call, in one tap: an entry in the timeline, a new score, and what the lead's sequence does then."""
    require(actor, Permission.WORK_LEADS)
    if n_minutes is not None and not 0 <= n_minutes <= 600:
        raise BadInput("A call lasts between 0 and 600 minutes", field="n_minutes")
    rule = OUTCOMES[outcome]
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        with recorded(txn, "dispose_lead", f"{lead.name}: {rule.label.lower()}", [lead_id]) as done:
            length = f", {n_minutes} min" if n_minutes else ""
            said = f"{rule.entry}{length}" + (f". {note.strip()}" if note.strip() else "")
            number = touch(engine, txn, lead, rule.channel, Direction.OUTBOUND, said[:5_000])
            triage.add_disposition(txn, lead_id, number, outcome, address=lead.phone or "", n_minutes=n_minutes)
            follow_outcome(txn, lead, outcome, rule.follow_up)
            txn.audit("dispose_lead", "leads", lead_id, {"outcome": outcome, "follow_up": rule.follow_up})
    engine.show_changes()
    return done_of(done, txn)


def snooze_lead(engine: Engine, actor: Actor, lead_id: int, *, until_at: datetime | None = None, until_reply: bool = True) -> Done:
    """Put a lead out of sight until a time, until he replies, or whichever comes first."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        with recorded(txn, "snooze_lead", f"{lead.name} sleeps", [lead_id]) as done:
            snooze(txn, lead, until_at, until_reply=until_reply)
    engine.show_changes()
    return done_of(done, txn)


def wake_lead(engine: Engine, actor: Actor, lead_id: int) -> Done:
    """Bring a snoozed lead back into the queue now."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        with recorded(txn, "wake_lead", f"{lead.name} is back in the queue", [lead_id]) as done:
            wake(txn, lead)
    engine.show_changes()
    return done_of(done, txn)


def tag_lead(engine: Engine, actor: Actor, lead_id: int, tag: str) -> Done:
    """Put a tag on a lead; one that is there already stays as it is."""
    return _tagged(engine, actor, lead_id, lambda txn, lead: add_tag(txn, lead, tag), f"tagged {clean_tag(tag)}")


def untag_lead(engine: Engine, actor: Actor, lead_id: int, tag: str) -> Done:
    """Take a tag off a lead."""
    return _tagged(engine, actor, lead_id, lambda txn, lead: remove_tag(txn, lead, tag), f"no longer tagged {clean_tag(tag)}")


def set_band(engine: Engine, actor: Actor, lead_id: int, band: Band, *, reason: str, until: datetime) -> Done:
    """A person's own band beside the model's, until it expires. What the model says now is kept, to be judged later."""
    require(actor, Permission.WORK_LEADS)
    if not reason.strip():
        raise BadInput("Say why you see it differently", field="reason")
    with change(engine, actor) as txn:
        if not txn.at < until <= txn.at + LONGEST_OVERRIDE:
            raise BadInput(f"Your band must expire within {LONGEST_OVERRIDE.days} days", field="until")
        lead = visible_lead(txn, actor, lead_id)
        score = scores.current(txn.connection, [lead_id]).get(lead_id)
        if score is None:
            raise Conflict("The model has not scored this lead yet; there is nothing to see differently")
        with recorded(txn, "set_band", f"You call {lead.name} {band.value}", [lead_id]) as done:
            theirs = Override(
                lead_id=lead_id,
                band=band,
                reason=reason.strip()[:500],
                set_by=actor.user_id,
                set_at=txn.at,
                expires_at=until,
                model_band=score.band,
                model_probability=score.probability,
            )
            triage.add_override(txn, theirs)
            txn.audit("set_band", "leads", lead_id, {"band": band, "model": score.band, "until": until})
    engine.show_changes()
    return done_of(done, txn)


def clear_band(engine: Engine, actor: Actor, lead_id: int) -> Done:
    """Go back to the model's band."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        with recorded(txn, "clear_band", f"{lead.name} has the model's band again", [lead_id]) as done:
            if triage.end_override(txn, lead_id):
                txn.audit("clear_band", "leads", lead_id, {})
    engine.show_changes()
    return done_of(done, txn)


def set_lead_stage(engine: Engine, actor: Actor, lead_id: int, stage: Stage) -> Done:
    """Move the lead's open deal to a stage; without one, a deal is opened there. A deal closes on its own card, with its statement."""
    require(actor, Permission.WORK_LEADS)
    if stage is Stage.CLOSED:
        raise BadInput("Close the deal on its own card: its price and its statement belong to it", field="stage")
    rate = engine.preferences.commission_rate
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        with recorded(txn, "set_stage", f"{lead.name}: {stage.value.replace('_', ' ')}", [lead_id]) as done:
            _set_stage(txn, lead, stage, rate)
    engine.show_changes()
    return done_of(done, txn)


def snooze(txn: Txn, lead: Lead, until_at: datetime | None, *, until_reply: bool) -> None:
    """Inside a transaction: put a lead to sleep. Raises `BadInput` when nothing would ever wake him."""
    if until_at is None and not until_reply:
        raise BadInput("Say until when, or until a reply", field="until_at")
    if until_at is not None and not txn.at < until_at <= txn.at + LONGEST_SNOOZE:
        raise BadInput("A snooze ends within the coming year", field="until_at")
    triage.set_snooze(txn, lead.lead_id, until_at=until_at, until_reply=until_reply)
    txn.audit("snooze_lead", "leads", lead.lead_id, {"until": until_at, "until_reply": until_reply})


def wake(txn: Txn, lead: Lead) -> None:
    """Inside a transaction: bring a lead back."""
    if triage.end_snooze(txn, lead.lead_id):
        txn.audit("wake_lead", "leads", lead.lead_id, {})


def add_tag(txn: Txn, lead: Lead, tag: str) -> None:
    """Inside a transaction: put a tag on."""
    clean = clean_tag(tag)
    if clean.casefold() in {known.casefold() for known in lead.tags}:
        return
    if len(lead.tags) >= MOST_TAGS:
        raise BadInput(f"A lead has at most {MOST_TAGS} tags", field="tag")
    triage.set_tags(txn, lead.lead_id, (*lead.tags, clean))
    txn.audit("tag_lead", "leads", lead.lead_id, {"tag": clean})


def remove_tag(txn: Txn, lead: Lead, tag: str) -> None:
    """Inside a transaction: take a tag off."""
    left = tuple(known for known in lead.tags if known.casefold() != clean_tag(tag).casefold())
    if left != lead.tags:
        triage.set_tags(txn, lead.lead_id, left)
        txn.audit("untag_lead", "leads", lead.lead_id, {"tag": clean_tag(tag)})


def clean_tag(tag: str) -> str:
    """A tag as it is kept; raises `BadInput` for an empty or endless one."""
    clean = re.sub(r"\s+", " ", tag).strip()
    if not clean or len(clean) > LONGEST_TAG:
        raise BadInput(f"A tag has between 1 and {LONGEST_TAG} characters", field="tag")
    return clean


def _tagged(engine: Engine, actor: Actor, lead_id: int, work: Callable[[Txn, Lead], None], what: str) -> Done:
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        with recorded(txn, "tag_lead", f"{lead.name} {what}", [lead_id]) as done:
            work(txn, lead)
    engine.show_changes()
    return done_of(done, txn)


def _set_stage(txn: Txn, lead: Lead, stage: Stage, rate: float) -> None:
    deals = [deal for deal in opportunities.of_leads(txn.connection, [lead.lead_id]) if deal.stage not in _ENDED]
    if not deals:
        score = scores.current(txn.connection, [lead.lead_id]).get(lead.lead_id)
        deal = deal_of(lead, Deal(stage=stage), score, rate=rate, at=txn.at)
        [number] = opportunities.insert_opportunities(txn, [deal])
        txn.audit("open_deal", "opportunities", number, {"lead_id": lead.lead_id, "stage": stage})
        return
    deal = deals[-1]
    if deal.stage is not stage:
        opportunities.move_stage(txn, deal.opportunity_id, stage, closed_on=None)
        txn.audit("move_stage", "opportunities", deal.opportunity_id, {"from": deal.stage, "to": stage})
