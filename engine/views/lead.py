"""One lead on one page: who he is, what the model says and why, what was said, and his deals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.access import Actor, scope_of
from engine.errors import ModelUnusable, NotFound
from engine.records import Interaction, Lead, Opportunity, Score, Stage
from engine.records.inbox import Routing
from engine.runtime import Engine
from engine.scoring.counterfactual import Help, what_would_help
from engine.scoring.trend import Trend, what_moved
from engine.store import leads, opportunities, people, routing, scores, triage
from engine.store.happenings import story_lines
from engine.views.lead_story import JudgedOverride, StoryEntry, judged, story


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCard:
    """Everything the lead's page shows."""

    lead: Lead
    assigned_name: str | None
    score: Score | None
    history: tuple[Score, ...]  # oldest first
    timeline: tuple[Interaction, ...]  # newest first
    deals: tuple[Opportunity, ...]
    sees_money: bool
    what_would_help: Help | None  # None: not scored, no model, or his deals have ended
    trend: Trend | None  # None: no earlier score
    story: tuple[StoryEntry, ...] = ()  # newest first
    hops: tuple[Routing, ...] = ()  # oldest first
    overrides: tuple[JudgedOverride, ...] = ()  # newest first


def lead_card(engine: Engine, actor: Actor, *, lead_id: int, is_brief: bool = False) -> LeadCard:
    """One lead, if this person may see him; raises `NotFound` otherwise, just as for one that doesn't exist.

    `is_brief` leaves out what would help and the trend, which cost the model's time.
    """
    scope = scope_of(actor)
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        if not found or not scope.covers(found[0].assigned_to):
            raise NotFound("There is no such lead, or he is another agent's")
        lead = found[0]
        history = scores.history(connection, lead_id)[::-1]
        deals = opportunities.of_leads(connection, [lead_id])
        names = people.names(connection)
        lines = story_lines(connection, lead_id, [deal.opportunity_id for deal in deals])
        hops = routing.routings_of(connection, lead_id)
        own = triage.overrides_of(connection, [lead_id])
    if not scope.sees_money:
        history = [replace(score, commission=None) for score in history]
    return LeadCard(
        lead=lead,
        assigned_name=names.get(lead.assigned_to) if lead.assigned_to else None,
        score=history[-1] if history else None,
        history=tuple(history),
        timeline=tuple(reversed(lead.interactions)),
        deals=tuple(deals if scope.sees_money else [replace(deal, price_cents=None, gci_cents=None) for deal in deals]),
        sees_money=scope.sees_money,
        what_would_help=None if is_brief else _help(engine, lead, history, deals),
        trend=None if is_brief else _trend(engine, history),
        story=story(lead, history, lines, hops, names),
        hops=tuple(hops),
        overrides=judged(own, deals, names, engine.clock.now()),
    )


def _help(engine: Engine, lead: Lead, history: Sequence[Score], deals: Sequence[Opportunity]) -> Help | None:
    """As of the newest score, so that it starts from the probability shown."""
    has_ended = bool(deals) and all(deal.stage in (Stage.CLOSED, Stage.LOST) for deal in deals)
    if not history or has_ended:
        return None
    try:
        scorer = engine.scorer
    except ModelUnusable:  # every page says so at its top
        return None
    preferences = engine.preferences
    return what_would_help(scorer, lead, market=preferences.market, at=history[-1].scored_at, bands=preferences.bands)


def _trend(engine: Engine, history: Sequence[Score]) -> Trend | None:
    try:
        scorer = engine.scorer
        return what_moved(history, scorer.bundle.vocabulary, getattr(scorer, "speaker", None))
    except ModelUnusable:
        return None
