"""Working a lead: take it, note what happened, move its deal. Each change is scored anew and told to open pages."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Literal

from engine import intake
from engine.access import Actor, Permission, Role, require, scope_of
from engine.commands.scoring import score_leads
from engine.commission.plan import gci_cents
from engine.errors import BadInput, Conflict, NotFound
from engine.records import Channel, Deal, Direction, Interaction, Lead, Opportunity, Score, Stage
from engine.runtime import Engine
from engine.store import leads, opportunities, people, scores
from engine.store.ledger import Txn

MAX_NOTE = 5_000
Reached = Literal["spoke", "no_answer", "sent"]


def claim_lead(engine: Engine, actor: Actor, lead_id: int) -> None:
    """Take a lead nobody has; raises `Conflict` naming who was first."""
    require(actor, Permission.WORK_LEADS)
    with _change(engine, actor) as txn:
        owner = _visible(txn, actor, lead_id).assigned_to
        if owner not in (None, actor.user_id):
            raise Conflict(f"{_name_of(txn, owner)} took this lead first")
        leads.assign(txn, lead_id, actor.user_id)
        txn.audit("claim_lead", "leads", lead_id, {})
    engine.show_changes()


def assign_lead(engine: Engine, actor: Actor, lead_id: int, user_id: int | None) -> None:
    """Give a lead to somebody, or to nobody. Agents may only give away their own."""
    require(actor, Permission.WORK_LEADS)
    with _change(engine, actor) as txn:
        lead = _visible(txn, actor, lead_id)
        if actor.role is Role.AGENT and lead.assigned_to != actor.user_id:
            raise Conflict("Take the lead first; only then can you give it on")
        leads.assign(txn, lead_id, user_id)
        txn.audit("assign_lead", "leads", lead_id, {"from": lead.assigned_to, "to": user_id})
    engine.show_changes()


def add_note(engine: Engine, actor: Actor, lead_id: int, text: str) -> None:
    """Write something down about a lead."""
    body = text.strip()
    if not body:
        raise BadInput("The note is empty", field="text")
    if len(body) > MAX_NOTE:
        raise BadInput(f"The note is longer than {MAX_NOTE:,} characters", field="text")
    _add(engine, actor, lead_id, Channel.NOTE, Direction.OUTBOUND, body)


def log_touch(engine: Engine, actor: Actor, lead_id: int, channel: Channel, reached: Reached = "sent") -> None:
    """A person called or wrote to the lead. It stops the speed-to-lead clock."""
    words = {"spoke": "Spoke", "no_answer": "No answer", "sent": f"{channel.value.upper()} from the command center"}
    _add(engine, actor, lead_id, channel, Direction.OUTBOUND, words[reached])


def log_inbound(engine: Engine, actor: Actor, lead_id: int, channel: Channel, text: str) -> None:
    """The lead wrote or said something."""
    _add(engine, actor, lead_id, channel, Direction.INBOUND, text.strip()[:MAX_NOTE])


def open_deal(engine: Engine, actor: Actor, lead_id: int, stage: Stage = Stage.CONTACTED, price_cents: int | None = None) -> int:
    """Bring a lead into the pipeline. Without a stated price the model's estimate stands in and is marked as one."""
    require(actor, Permission.WORK_LEADS)
    rate = engine.preferences.commission_rate
    with _change(engine, actor) as txn:
        lead = _visible(txn, actor, lead_id)
        score = scores.current(txn.connection, [lead_id]).get(lead_id)
        deal = deal_of(lead, Deal(stage=stage, price_cents=price_cents), score, rate=rate, at=txn.at)
        [opportunity_id] = opportunities.insert_opportunities(txn, [deal])
        txn.audit("open_deal", "opportunities", opportunity_id, {"lead_id": lead_id, "stage": stage})
    engine.show_changes()
    return opportunity_id


def move_stage(engine: Engine, actor: Actor, opportunity_id: int, stage: Stage) -> Stage:
    """Move a deal to another stage; answers the one it was in, so that the move can be undone."""
    require(actor, Permission.WORK_LEADS)
    with _change(engine, actor) as txn:
        found = opportunities.load(txn.connection, [opportunity_id])
        if not found:
            raise NotFound("There is no such deal")
        _visible(txn, actor, found[0].lead_id)
        opportunities.move_stage(txn, opportunity_id, stage, closed_on=txn.at.date() if stage is Stage.CLOSED else None)
        txn.audit("move_stage", "opportunities", opportunity_id, {"from": found[0].stage, "to": stage})
    engine.show_changes()
    return found[0].stage


def deal_of(lead: Lead, deal: Deal, score: Score | None, *, rate: float, at: datetime) -> Opportunity:
    """A deal as the pipeline keeps it. Its price is the stated one, else that of the listing asked about, else the model's estimate."""
    estimated = score.price.p50_cents if score and score.price else None
    prices = (("stated", deal.price_cents), ("listing", lead.listing_price_cents), ("estimate", estimated))
    source, price = next(((source, price) for source, price in prices if price), ("", None))
    is_closed = deal.stage is Stage.CLOSED
    return Opportunity(
        lead_id=lead.lead_id,
        name=deal.name or lead.name,
        stage=deal.stage,
        price_cents=price,
        price_source=source,
        commission_rate=rate,
        rate_source="default",
        gci_cents=gci_cents(price, rate) if price else None,
        opened_at=lead.created_at or at,
        stage_since=at,
        closes_on=None if is_closed else deal.closes_on,
        closed_on=(deal.closes_on or at.date()) if is_closed else None,
    )


def _change(engine: Engine, actor: Actor) -> AbstractContextManager[Txn]:
    return engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id)


def _visible(txn: Txn, actor: Actor, lead_id: int) -> Lead:
    """The lead, if this person may work it; else `NotFound`, as for one that doesn't exist."""
    found = leads.load_leads(txn.connection, [lead_id], only_visible=True)
    agent_id = scope_of(actor).agent_id
    if not found or (agent_id is not None and found[0].assigned_to not in (None, agent_id)):
        raise NotFound("There is no such lead, or he is another agent's")
    return found[0]


def _name_of(txn: Txn, user_id: int | None) -> str:
    user = people.user_by_id(txn.connection, user_id or 0)
    return user.name if user else "Somebody else"


def _add(engine: Engine, actor: Actor, lead_id: int, channel: Channel, direction: Direction, body: str) -> None:
    """Keep an interaction and the lead's new score in one transaction."""
    require(actor, Permission.WORK_LEADS)
    signals = intake.signals_of(body)
    with _change(engine, actor) as txn:
        lead = _visible(txn, actor, lead_id)
        interaction = Interaction(
            at=txn.at,
            channel=channel,
            direction=direction,
            body=body,
            seq=sum(event.at == txn.at for event in lead.interactions),
            n_words=signals.n_words,
            n_questions=signals.n_questions,
            urgency=signals.urgency,
        )
        leads.add_interaction(txn, lead_id, interaction, actor_id=actor.user_id)
        scores.save_scores(txn, score_leads(engine, [replace(lead, interactions=(*lead.interactions, interaction))], txn.at))
        txn.audit(f"{direction.value}_{channel.value}", "leads", lead_id, {})
        txn.emit("lead_scored", "leads", lead_id)
    engine.show_changes()
