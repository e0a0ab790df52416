"""Working a lead: take it, note what happened, move its deal. Each can be taken back for twenty seconds and is told to open pages."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from engine import intake
from engine.access import Actor, Permission, Role, require, scope_of
from engine.commands import closing
from engine.commands.scoring import score_leads
from engine.commission.plan import gci_cents
from engine.delivery import receive_message
from engine.errors import BadInput, Conflict, NotFound
from engine.records import Channel, Deal, Direction, Interaction, Lead, Opportunity, Score, Stage
from engine.records.inbox import Done
from engine.runtime import Engine
from engine.store import leads, opportunities, people, scores
from engine.store.ledger import Txn
from engine.store.undo import UNDO_FOR, Recording, recorded

MAX_NOTE = 5_000
Reached = Literal["spoke", "no_answer", "sent"]
_JUST_NOW = timedelta(hours=1)
_GONE = "There is no such lead, or he is another agent's"


def claim_lead(engine: Engine, actor: Actor, lead_id: int) -> Done:
    """Take a lead nobody has; raises `Conflict` naming who was first."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = claimable(txn, actor, lead_id)
        with recorded(txn, "claim_lead", f"{lead.name} is yours", [lead_id]) as done:
            if lead.assigned_to != actor.user_id:
                leads.assign(txn, lead_id, actor.user_id)
            txn.audit("claim_lead", "leads", lead_id, {})
    engine.show_changes()
    return done_of(done, txn)


def assign_lead(engine: Engine, actor: Actor, lead_id: int, user_id: int | None) -> Done:
    """Give a lead to somebody, or to nobody. Agents may only give away their own."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        told = f"{lead.name} handed over to {receiver(txn, user_id)}" if user_id is not None else f"{lead.name} is free to claim"
        with recorded(txn, "assign_lead", told, [lead_id]) as done:
            hand_over(txn, actor, lead, user_id)
    engine.show_changes()
    return done_of(done, txn)


def add_note(engine: Engine, actor: Actor, lead_id: int, text: str) -> Done:
    """Write something down about a lead."""
    body = text.strip()
    if not body:
        raise BadInput("The note is empty", field="text")
    if len(body) > MAX_NOTE:
        raise BadInput(f"The note is longer than {MAX_NOTE:,} characters", field="text")
    return _add(engine, actor, lead_id, Channel.NOTE, Direction.OUTBOUND, body)


def log_touch(engine: Engine, actor: Actor, lead_id: int, channel: Channel, reached: Reached = "sent") -> Done:
    """A person called or wrote to the lead. It stops the speed-to-lead clock."""
    words = {"spoke": "Spoke", "no_answer": "No answer", "sent": f"{channel.value.upper()} from the command center"}
    return _add(engine, actor, lead_id, channel, Direction.OUTBOUND, words[reached])


def log_inbound(engine: Engine, actor: Actor, lead_id: int, channel: Channel, text: str) -> None:
    """The lead wrote or said something: his automation stands still, an opt-out holds at once, and he is scored anew."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        received = receive_message(txn, lead, channel=channel, body=text, actor_id=actor.user_id)
        known = replace(lead, interactions=(*lead.interactions, received.interaction))
        scores.save_scores(txn, score_leads(engine, [known], txn.at))
        txn.audit(f"inbound_{channel.value}", "leads", lead_id, {})
        txn.emit("lead_scored", "leads", lead_id)
    engine.show_changes()


def open_deal(engine: Engine, actor: Actor, lead_id: int, stage: Stage = Stage.CONTACTED, price_cents: int | None = None) -> int:
    """Bring a lead into the pipeline. Without a stated price the model's estimate stands in and is marked as one."""
    require(actor, Permission.WORK_LEADS)
    rate = engine.preferences.commission_rate
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        score = scores.current(txn.connection, [lead_id]).get(lead_id)
        deal = deal_of(lead, Deal(stage=stage, price_cents=price_cents), score, rate=rate, at=txn.at)
        [opportunity_id] = opportunities.insert_opportunities(txn, [deal])
        txn.audit("open_deal", "opportunities", opportunity_id, {"lead_id": lead_id, "stage": stage})
    engine.show_changes()
    return opportunity_id


def move_stage(engine: Engine, actor: Actor, opportunity_id: int, stage: Stage) -> Stage:
    """Move a deal to another stage; answers the one it was in, so that the move can be undone."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        found = opportunities.load(txn.connection, [opportunity_id])
        if not found:
            raise NotFound("There is no such deal")
        visible_lead(txn, actor, found[0].lead_id)
        closing.move(txn, actor, found[0], stage, txn.at.astimezone(ZoneInfo(engine.preferences.market.time_zone)).date())
        txn.audit("move_stage", "opportunities", opportunity_id, {"from": found[0].stage, "to": stage})
    engine.show_changes()
    return found[0].stage


def deal_of(lead: Lead, deal: Deal, score: Score | None, *, rate: float, at: datetime) -> Opportunity:
    """A deal as the pipeline keeps it, with the model's estimate from the lead's score."""
    return deal_at(lead, deal, score.price.p50_cents if score and score.price else None, rate=rate, at=at)


def deal_at(lead: Lead, deal: Deal, estimated_cents: int | None, *, rate: float, at: datetime) -> Opportunity:
    """A deal as the pipeline keeps it. Its price is the stated one, else that of the listing asked about, else the model's estimate."""
    prices = (("stated", deal.price_cents), ("listing", lead.listing_price_cents), ("estimate", estimated_cents))
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


def claimable(txn: Txn, actor: Actor, lead_id: int) -> Lead:
    """The lead, if this person may take him; raises `Conflict` naming who was first.

    An agent who may not see him any more hears who that was only for an hour: he saw him free then, later he doesn't.
    """
    found = leads.load_leads(txn.connection, [lead_id], only_visible=True)
    if not found:
        raise NotFound(_GONE)
    owner = found[0].assigned_to
    if owner not in (None, actor.user_id):
        given_at = leads.assigned_at(txn.connection, lead_id)
        if not may_see(actor, found[0]) and (given_at is None or txn.at - given_at > _JUST_NOW):
            raise NotFound(_GONE)
        raise Conflict(f"{_name_of(txn, owner)} took this lead first")
    return found[0]


def hand_over(txn: Txn, actor: Actor, lead: Lead, user_id: int | None) -> None:
    """Give a lead on inside a transaction; raises `Conflict` when an agent gives away what isn't his."""
    if actor.role is Role.AGENT and lead.assigned_to != actor.user_id:
        raise Conflict("Take the lead first; only then can you give it on")
    receiver(txn, user_id)
    if lead.assigned_to != user_id:
        leads.assign(txn, lead.lead_id, user_id)
    txn.audit("assign_lead", "leads", lead.lead_id, {"from": lead.assigned_to, "to": user_id})


def receiver(txn: Txn, user_id: int | None) -> str:
    """The name of who is given a lead; raises `BadInput` for somebody who can't work any."""
    if user_id is None:
        return "nobody"
    user = people.user_by_id(txn.connection, user_id)
    if user is None or user.is_disabled:
        raise BadInput("There is nobody by that number who could take a lead", field="user_id")
    return user.name


def visible_lead(txn: Txn, actor: Actor, lead_id: int) -> Lead:
    """The lead, if this person may work it; else `NotFound`, as for one that doesn't exist."""
    found = leads.load_leads(txn.connection, [lead_id], only_visible=True)
    if not found or not may_see(actor, found[0]):
        raise NotFound(_GONE)
    return found[0]


def may_see(actor: Actor, lead: Lead) -> bool:
    """Whether the lead is one of those this person sees, or nobody's yet."""
    return scope_of(actor).covers(lead.assigned_to)


def done_of(done: Recording, txn: Txn) -> Done:
    """What is told of an action once it is written down."""
    return Done(action_id=done.action_id, told=done.told, n_leads=done.n_leads, undo_until=txn.at + UNDO_FOR)


def touch(engine: Engine, txn: Txn, lead: Lead, channel: Channel, direction: Direction, body: str) -> int:
    """Keep an interaction and the lead's new score, and return the interaction's number."""
    signals = intake.signals_of(body)
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
    number = leads.add_interaction(txn, lead.lead_id, interaction, actor_id=txn.actor_id)
    scores.save_scores(txn, score_leads(engine, [replace(lead, interactions=(*lead.interactions, interaction))], txn.at))
    txn.emit("lead_scored", "leads", lead.lead_id)
    return number


def change(engine: Engine, actor: Actor) -> AbstractContextManager[Txn]:
    """A writing transaction on this person's behalf."""
    return engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id)


def _name_of(txn: Txn, user_id: int | None) -> str:
    user = people.user_by_id(txn.connection, user_id or 0)
    return user.name if user else "Somebody else"


def _add(engine: Engine, actor: Actor, lead_id: int, channel: Channel, direction: Direction, body: str) -> Done:
    """Keep an interaction and the lead's new score in one transaction."""
    require(actor, Permission.WORK_LEADS)
    kind = f"{direction.value}_{channel.value}"
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        with recorded(txn, kind, _told(lead, channel, body), [lead_id]) as done:
            touch(engine, txn, lead, channel, direction, body)
            txn.audit(kind, "leads", lead_id, {})
    engine.show_changes()
    return done_of(done, txn)


def _told(lead: Lead, channel: Channel, body: str) -> str:
    return f"Noted about {lead.name}" if channel is Channel.NOTE else f"Noted for {lead.name}: {body.splitlines()[0][:60].lower()}"
