"""One lead on one page: who he is, what the model says and why, what was said, and his deals."""

from dataclasses import dataclass, replace

from engine.access import Actor, scope_of
from engine.errors import NotFound
from engine.records import Interaction, Lead, Opportunity, Score
from engine.runtime import Engine
from engine.store import leads, opportunities, people, scores


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


def lead_card(engine: Engine, actor: Actor, *, lead_id: int) -> LeadCard:
    """One lead, if this person may see him; raises `NotFound` otherwise, just as for one that doesn't exist."""
    scope = scope_of(actor)
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        if not found or (scope.agent_id is not None and found[0].assigned_to not in (None, scope.agent_id)):
            raise NotFound("There is no such lead, or he is another agent's")
        lead = found[0]
        history = scores.history(connection, lead_id)[::-1]
        deals = opportunities.of_leads(connection, [lead_id])
        names = people.names(connection)
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
    )
