"""What happens to the books when a deal closes, or turns out not to have: a statement is kept, or taken back. Never edited."""

from datetime import date

from engine.access import Actor, Permission
from engine.commission.book import Meters, plan_on, reversed_statement, statement
from engine.commission.states import over_agreed_cents
from engine.errors import BadInput, NotAllowed
from engine.records import Opportunity, Stage
from engine.records.deal import DealTerms, Statement
from engine.store import deals, opportunities, statements
from engine.store.ledger import Txn


def move(txn: Txn, actor: Actor, deal: Opportunity, stage: Stage, on: date) -> None:
    """Move a deal to a stage; coming to `closed` keeps its statement, leaving it takes that back with an entry of its own."""
    if deal.stage is Stage.CLOSED and stage is not Stage.CLOSED:
        _may_take_back(txn, actor, deal.opportunity_id)
        take_back(txn, deal.opportunity_id, f"moved to {stage.value}")
    opportunities.move_stage(txn, deal.opportunity_id, stage, closed_on=on if stage is Stage.CLOSED else None)
    if stage is Stage.CLOSED:
        settle(txn, deal.opportunity_id, on)


def settle(txn: Txn, opportunity_id: int, closed_on: date) -> int | None:
    """Keep what a closed deal pays under the plan of its day, and return the entry; None while its price isn't known.

    Raises `BadInput` when it would pay more than the agreement with the client allows.
    """
    found = deals.load_terms(txn.connection, [opportunity_id])
    if not found or statements.standing_entry(txn.connection, opportunity_id):
        return None
    if found[0].price_cents is None and found[0].flat_cents is None:
        return None
    told = statement_on(txn, found[0], closed_on)
    over = over_agreed_cents(found[0], told)
    if over:
        raise BadInput(
            f"This pays ${over / 100:,.2f} more than the signed agreement allows; lower the commission or record the renewed agreement",
            field="rate",
        )
    return statements.add_entry(txn, told, closed_on)


def take_back(txn: Txn, opportunity_id: int, reason: str) -> int | None:
    """Add the entry that takes a deal's statement back; None when none stands."""
    standing = statements.standing_entry(txn.connection, opportunity_id)
    if standing is None:
        return None
    less = reversed_statement(standing["statement"])
    return statements.add_entry(txn, less, standing["closed_on"], reverses=standing["entry_id"], reason=reason)


def statement_on(txn: Txn, deal: DealTerms, on: date) -> Statement:
    """What a deal pays on a day, after everything that has closed so far."""
    meters = Meters(statements.load_agent_terms(txn.connection))
    for entry in statements.settled(statements.all_entries(txn.connection)):
        meters.add(entry.used, entry.closed_on)
    return statement(plan_on(statements.load_plans(txn.connection), on), deal, meters, on)


def _may_take_back(txn: Txn, actor: Actor, opportunity_id: int) -> None:
    """Whoever doesn't see the team's money may take back only what he closed himself the same day: a slip, not a reversal."""
    standing = statements.standing_entry(txn.connection, opportunity_id)
    if standing is None or actor.may(Permission.SEE_TEAM_MONEY):
        return
    if standing["actor_id"] != actor.user_id or standing["at"].date() != txn.at.date():
        raise NotAllowed("This deal is closed and its statement stands; the owner or a team leader can reverse it")
