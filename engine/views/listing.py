"""Leads and deals for other programs: one, or page after page by number, within what the person may see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.access import Actor, Scope, scope_of
from engine.errors import NotFound
from engine.records import Lead, Opportunity, Score
from engine.runtime import Engine
from engine.store import leads, opportunities, scores

MAX_PAGE = 200
_NO_LEAD = "There is no such lead, or he is another agent's"
_NO_DEAL = "There is no such deal, or it is another agent's"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRecord:
    """A lead with his current score. Money is None for those who may not see it."""

    lead: Lead
    score: Score | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPage:
    """Leads in the order of their numbers; `after` is where the next page begins, None at the end."""

    leads: tuple[LeadRecord, ...]
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealPage:
    """Deals in the order of their numbers; `after` is where the next page begins, None at the end."""

    deals: tuple[Opportunity, ...]
    after: int | None


def lead_record(engine: Engine, actor: Actor, *, lead_id: int) -> LeadRecord:
    """One lead, or `NotFound`: alike whether he doesn't exist or is another's."""
    scope = scope_of(actor)
    with engine.ledger.read() as connection:
        found = [lead for lead in leads.load_leads(connection, [lead_id], only_visible=True) if scope.covers(lead.assigned_to)]
        current = scores.current(connection, [lead_id])
    if not found:
        raise NotFound(_NO_LEAD)
    return LeadRecord(lead=found[0], score=_shown(current.get(lead_id), scope))


def last_score(engine: Engine, actor: Actor, *, lead_id: str) -> Score:
    """The last score of the lead that another program calls so, or whose number here this is; raises `NotFound`."""
    scope = scope_of(actor)
    with engine.ledger.read() as connection:
        named = list(leads.find_by_keys(connection, [("api", lead_id)]).values()) or leads.ids_called(connection, lead_id)
        if not named and lead_id.isascii() and lead_id.isdigit() and len(lead_id) < 16:
            named = [int(lead_id)]
        seen = [lead.lead_id for lead in leads.load_leads(connection, named, only_visible=True) if scope.covers(lead.assigned_to)]
        current = scores.current(connection, seen)
    shown = [score for number in seen if (score := _shown(current.get(number), scope))]
    if not shown:
        raise NotFound("There is no score of such a lead, or he is another agent's")
    return shown[0]


def lead_page(
    engine: Engine,
    actor: Actor,
    *,
    after: int = 0,
    limit: int = 50,
    band: str | None = None,
    source: str | None = None,
    stage: str | None = None,
    search: str = "",
) -> LeadPage:
    """The leads after a number that pass the filters."""
    scope = scope_of(actor)
    asked = {"agents": scope.listed, "after": after, "limit": min(limit, MAX_PAGE) + 1, "band": band, "source": source}
    engine.show_changes()  # a program that has just written expects to read it
    rows = engine.analytics.query("lead_numbers", {**asked, "stage": stage, "search": search.strip().lower() or None})
    numbers, is_more = _cut([row["lead_id"] for row in rows], limit)
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, numbers, only_visible=True)
        current = scores.current(connection, numbers)
    seen = [
        LeadRecord(lead=lead, score=_shown(current.get(lead.lead_id), scope)) for lead in found if scope.covers(lead.assigned_to)
    ]
    return LeadPage(leads=tuple(seen), after=numbers[-1] if is_more else None)


def deal_record(engine: Engine, actor: Actor, *, opportunity_id: int) -> Opportunity:
    """One deal, or `NotFound`: alike whether it doesn't exist or is another's."""
    scope = scope_of(actor)
    with engine.ledger.read() as connection:
        found = opportunities.load(connection, [opportunity_id])
        owner = leads.load_leads(connection, [deal.lead_id for deal in found], only_visible=True)
    if not found or not owner or not scope.covers(owner[0].assigned_to):
        raise NotFound(_NO_DEAL)
    return _priced(found[0], scope)


def deal_page(
    engine: Engine, actor: Actor, *, after: int = 0, limit: int = 50, stage: str | None = None, lead_id: int | None = None
) -> DealPage:
    """The deals after a number that pass the filters."""
    scope = scope_of(actor)
    asked = {"agents": scope.listed, "after": after, "limit": min(limit, MAX_PAGE) + 1, "stage": stage, "lead_id": lead_id}
    engine.show_changes()  # a program that has just written expects to read it
    numbers, is_more = _cut([row["opportunity_id"] for row in engine.analytics.query("deal_numbers", asked)], limit)
    with engine.ledger.read() as connection:
        found = opportunities.load(connection, numbers)
    return DealPage(deals=tuple(_priced(deal, scope) for deal in found), after=numbers[-1] if is_more else None)


def _cut(numbers: Sequence[int], limit: int) -> tuple[list[int], bool]:
    """A page, and whether anything comes after it (one more than a page was asked for)."""
    most = min(limit, MAX_PAGE)
    return list(numbers[:most]), len(numbers) > most


def _shown(score: Score | None, scope: Scope) -> Score | None:
    return score if score is None or scope.sees_money else replace(score, commission=None)


def _priced(deal: Opportunity, scope: Scope) -> Opportunity:
    return deal if scope.sees_money else replace(deal, price_cents=None, gci_cents=None)
