"""A deal's own story: its terms, its agents, its agreements, its closing and, where it must be, its reversal."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from engine.access import Actor, Permission, require, scope_of
from engine.commands import closing
from engine.commands.leads import change, done_of, visible_lead
from engine.commission.files import check_shares
from engine.commission.states import agreement_problems, side_problem
from engine.commission.waterfall import side_gci
from engine.errors import BadInput, Conflict, NotAllowed, NotFound
from engine.records import Opportunity, Source, Stage
from engine.records.deal import Agreement, DealSide, DealTerms, Payer, RateSource, ReferralBasis, Share
from engine.records.inbox import Done
from engine.runtime import Engine
from engine.store import deals, opportunities, people, preferences, statements
from engine.store.ledger import Txn
from engine.store.undo import recorded

_Cents = Annotated[StrictInt, Field(ge=0, le=10**12)]
_Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_PIPELINE = {"name": "name", "price_cents": "price_cents", "rate": "commission_rate", "closes_on": "closes_on"}


class DealChange(BaseModel):
    """What may be changed of a deal; only the fields that are set are. Money is cents, rates are fractions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(max_length=200)] = ""
    side: DealSide = DealSide.BUYER
    state: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    price_cents: _Cents | None = None  # expected
    list_price_cents: _Cents | None = None
    contract_price_cents: _Cents | None = None
    sold_price_cents: _Cents | None = None
    rate: _Rate = 0.0
    buyer_rate: _Rate = 0.0
    flat_cents: _Cents | None = None
    rate_source: RateSource = RateSource.MANUAL
    bonus_cents: _Cents = 0
    concession_cents: _Cents = 0
    payers: tuple[tuple[Payer, _Rate], ...] = ()
    agreement_id: int | None = None
    source: Source | None = None
    referral_to: Annotated[str, Field(max_length=200)] = ""
    referral_rate: _Rate = 0.0
    referral_flat_cents: _Cents | None = None
    referral_basis: ReferralBasis = ReferralBasis.GCI
    contract_on: date | None = None
    closes_on: date | None = None
    predicted_close_on: date | None = None


def change_deal(engine: Engine, actor: Actor, opportunity_id: int, changes: Mapping[str, object]) -> None:
    """Set a deal's terms, as `DealChange` names them; raises `BadInput` with the field, `Conflict` once its statement stands."""
    require(actor, Permission.WORK_LEADS)
    if not scope_of(actor).sees_money:
        raise NotAllowed("Your role sees no money, so it changes none")
    asked = _checked(changes)
    with change(engine, actor) as txn:
        before = _workable(txn, actor, opportunity_id)
        _refuse_settled(txn, opportunity_id)
        given = _with_rate(engine, txn, before, asked.model_dump(exclude_unset=True))
        if not given:
            return
        _apply(txn, opportunity_id, given)
        after = deals.load_terms(txn.connection, [opportunity_id])[0]
        _check(txn, after)
        show_sums(txn, after)
        if after.stage is Stage.CLOSED and after.closed_on:
            closing.settle(txn, opportunity_id, after.closed_on)
        txn.audit("change_deal", "opportunities", opportunity_id, {"to": asked.model_dump(mode="json", exclude_unset=True)})
    engine.show_changes()


def set_deal_agents(engine: Engine, actor: Actor, opportunity_id: int, shares: Sequence[tuple[int, float]]) -> None:
    """Who works a deal and for which part, as (user number, share); for the owner and team leaders."""
    require(actor, Permission.SEE_TEAM_MONEY)
    require(actor, Permission.WORK_LEADS)
    if not shares:
        raise BadInput("Name at least one agent", field="agents")
    check_shares([Share(agent=str(user_id), rate=rate) for user_id, rate in shares])
    with change(engine, actor) as txn:
        _workable(txn, actor, opportunity_id)
        _refuse_settled(txn, opportunity_id)
        for user_id, _ in shares:
            if people.user_by_id(txn.connection, user_id) is None:
                raise BadInput(f"There is no account {user_id}", field="agents")
        deals.set_agents(txn, opportunity_id, shares)
        txn.audit("set_deal_agents", "opportunities", opportunity_id, {"shares": [list(share) for share in shares]})
    engine.show_changes()


def record_agreement(engine: Engine, actor: Actor, agreement: Agreement) -> int:
    """Record a signed agreement with a lead, and let its deal rest on it; raises `BadInput` with what the state's profile says."""
    require(actor, Permission.WORK_LEADS)
    problems = agreement_problems(agreement)
    if problems:
        raise BadInput(". ".join(problems), field="agreement")
    with change(engine, actor) as txn:
        visible_lead(txn, actor, agreement.lead_id)
        number = deals.add_agreement(txn, agreement)
        if agreement.opportunity_id is not None:
            _rest_on(txn, actor, agreement, number)
        txn.audit("record_agreement", "agreements", number, {"lead_id": agreement.lead_id, "expires_on": agreement.expires_on})
    engine.show_changes()
    return number


def end_agreement(engine: Engine, actor: Actor, agreement_id: int, on: date) -> None:
    """Note that an agreement was given up on a day."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        found = deals.agreement(txn.connection, agreement_id)
        if found is None:
            raise NotFound("There is no such agreement")
        visible_lead(txn, actor, found.lead_id)
        if on < found.signed_on:
            raise BadInput("It can't end before it was signed", field="on")
        deals.end_agreement(txn, agreement_id, on)
        txn.audit("end_agreement", "agreements", agreement_id, {"on": on})
    engine.show_changes()


def close_deal(engine: Engine, actor: Actor, opportunity_id: int, *, sold_price_cents: int, closed_on: date) -> int:
    """Close a deal at its sold price and keep its statement; answers the entry. Closing it the same way again changes nothing."""
    require(actor, Permission.WORK_LEADS)
    if closed_on > today(engine):
        raise BadInput("A deal can't have closed in the future", field="closed_on")
    if not 0 < sold_price_cents <= 10**12:
        raise BadInput("State the sold price", field="sold_price_cents")
    with change(engine, actor) as txn:
        before = _workable(txn, actor, opportunity_id)
        standing = statements.standing_entry(txn.connection, opportunity_id)
        if standing:
            if (before.sold_price_cents, before.closed_on) == (sold_price_cents, closed_on):
                return int(standing["entry_id"])
            raise Conflict("This deal has closed and its statement stands; reverse it first")
        deals.save_terms(txn, opportunity_id, {"sold_price_cents": sold_price_cents})
        show_sums(txn, deals.load_terms(txn.connection, [opportunity_id])[0])
        closing.move(txn, actor, _opportunity(txn, opportunity_id), Stage.CLOSED, closed_on)
        entry = statements.standing_entry(txn.connection, opportunity_id)
        assert entry is not None  # the sold price is known, so a statement was kept
        txn.audit("close_deal", "opportunities", opportunity_id, {"sold_price_cents": sold_price_cents, "closed_on": closed_on})
    engine.show_changes()
    return int(entry["entry_id"])


def reverse_deal(engine: Engine, actor: Actor, opportunity_id: int, reason: str, *, stage: Stage = Stage.UNDER_CONTRACT) -> int:
    """Take a closed deal's statement back with a reversal entry and put the deal in another stage; answers the entry."""
    require(actor, Permission.SEE_TEAM_MONEY)
    require(actor, Permission.WORK_LEADS)
    if not reason.strip():
        raise BadInput("Say why it is reversed", field="reason")
    if stage is Stage.CLOSED:
        raise BadInput("A reversed deal isn't closed any more", field="stage")
    with change(engine, actor) as txn:
        _workable(txn, actor, opportunity_id)
        number = closing.take_back(txn, opportunity_id, reason.strip()[:500])
        if number is None:
            raise Conflict("No statement of this deal stands")
        opportunities.move_stage(txn, opportunity_id, stage)
        txn.audit("reverse_deal", "opportunities", opportunity_id, {"entry_id": number, "reason": reason.strip()[:500]})
    engine.show_changes()
    return number


def today(engine: Engine) -> date:
    """The day it is in the office."""
    return engine.clock.now().astimezone(ZoneInfo(engine.preferences.market.time_zone)).date()


def _checked(changes: Mapping[str, object]) -> DealChange:
    try:
        return DealChange.model_validate(changes)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "deal"
        raise BadInput(f"{name}: {first['msg']}", field=name) from None


def _workable(txn: Txn, actor: Actor, opportunity_id: int) -> DealTerms:
    """The deal, if this person works it or its lead; else `NotFound`, as for one that doesn't exist."""
    found = deals.load_terms(txn.connection, [opportunity_id])
    if not found:
        raise NotFound("There is no such deal")
    if str(actor.user_id) not in {share.agent for share in found[0].shares}:
        visible_lead(txn, actor, _opportunity(txn, opportunity_id).lead_id)
    return found[0]


def _opportunity(txn: Txn, opportunity_id: int) -> Opportunity:
    return opportunities.load(txn.connection, [opportunity_id])[0]


def _refuse_settled(txn: Txn, opportunity_id: int) -> None:
    if statements.standing_entry(txn.connection, opportunity_id):
        raise Conflict("This deal has closed and its statement stands; reverse it first, nothing of it is edited")


def _with_rate(engine: Engine, txn: Txn, before: DealTerms, given: dict[str, Any]) -> dict[str, Any]:
    """What a change of rate or side brings with it: a typed rate is manual; an assumed one follows the side's own default."""
    if ("rate" in given or given.get("flat_cents") is not None) and "rate_source" not in given:
        given["rate_source"] = RateSource.MANUAL
    rests_on_default = given.get("rate_source", before.rate_source) is RateSource.DEFAULT
    if rests_on_default and "rate" not in given and ("side" in given or "rate_source" in given):
        by_side = preferences.get_setting(txn.connection, "side_rates", txn.at) or {}
        given |= default_rates(given.get("side", before.side), engine.preferences.commission_rate, by_side)
    return given


def default_rates(side: DealSide, whole: float, by_side: Mapping[str, float]) -> dict[str, float]:
    """The assumed rate of a side: its own default where the office has set one, else the one default (shared where both are ours)."""
    if side is DealSide.BOTH:
        return {"rate": by_side.get("listing", whole / 2), "buyer_rate": by_side.get("buyer", whole / 2)}
    return {"rate": by_side.get(side.value, whole)}


def _apply(txn: Txn, opportunity_id: int, given: Mapping[str, Any]) -> None:
    """Each field where it is kept: stage, expected price, rate and closing day at the opportunity, the rest at the deal's terms."""
    row = {_PIPELINE[name]: value for name, value in given.items() if name in _PIPELINE}
    if "rate_source" in given:
        row["rate_source"] = given["rate_source"]
    if given.get("price_cents") is not None:
        row["price_source"] = "stated"
    if row:
        opportunities.update_opportunity(txn, opportunity_id, row)
    own = {name: value for name, value in given.items() if name not in {*_PIPELINE, "rate_source"}}
    if "payers" in own:
        own["payers"] = [[payer.value, rate] for payer, rate in own["payers"]]
    deals.save_terms(txn, opportunity_id, own)


def _check(txn: Txn, deal: DealTerms) -> None:
    """What can be wrong with a deal as a whole."""
    problem = side_problem(deal.side, deal.state, deal.counts_on or txn.at.date())
    if problem:
        raise BadInput(problem, field="side")
    if deal.payers and abs(sum(rate for _, rate in deal.payers) - 1) > 0.0005:
        raise BadInput("The payers' parts must add up to 100%", field="payers")


def show_sums(txn: Txn, deal: DealTerms) -> None:
    """Keep what lists show of the deal, its price and GCI, in step with its terms."""
    sources = {"sold": deal.sold_price_cents, "contract": deal.contract_price_cents}
    source = next((name for name, price in sources.items() if price is not None), None)
    known = deal.price_cents is not None or deal.flat_cents is not None
    row: dict[str, object] = {"gci_cents": sum(line.amount_cents for line in side_gci(deal)) if known else None}
    if source:
        row |= {"price_cents": deal.price_cents, "price_source": source}
    opportunities.update_opportunity(txn, deal.deal_id, row)


def _rest_on(txn: Txn, actor: Actor, agreement: Agreement, number: int) -> None:
    """Let the agreement's deal rest on it: its rate is agreed from now on, no longer assumed."""
    opportunity_id = agreement.opportunity_id or 0
    deal = _workable(txn, actor, opportunity_id)
    if _opportunity(txn, opportunity_id).lead_id != agreement.lead_id:
        raise BadInput("That deal is another lead's", field="opportunity_id")
    _refuse_settled(txn, opportunity_id)
    source = RateSource.LISTING_AGREEMENT if agreement.side is DealSide.LISTING else RateSource.AGREEMENT
    own: dict[str, object] = {"agreement_id": number, "flat_cents": agreement.flat_cents}
    row: dict[str, object] = {"rate_source": source}
    if deal.side is DealSide.BOTH and agreement.side is DealSide.BUYER:
        own["buyer_rate"] = agreement.rate or 0.0
    elif agreement.rate is not None:
        row["commission_rate"] = agreement.rate
    if deal.side is not DealSide.BOTH:
        own["side"] = agreement.side
    opportunities.update_opportunity(txn, opportunity_id, row)
    deals.save_terms(txn, opportunity_id, own | ({"state": agreement.state} if agreement.state else {}))
    show_sums(txn, deals.load_terms(txn.connection, [opportunity_id])[0])


def move_deal(engine: Engine, actor: Actor, opportunity_id: int, stage: Stage) -> Done:
    """Move an open deal to another stage, so that it can be taken back for twenty seconds.

    Closing and reopening have their own commands, because a statement is kept or taken back with them.
    """
    require(actor, Permission.WORK_LEADS)
    if stage is Stage.CLOSED:
        raise BadInput("Close the deal on its own card: its price and its statement belong to it", field="stage")
    with change(engine, actor) as txn:
        found = opportunities.load(txn.connection, [opportunity_id])
        if not found:
            raise NotFound("There is no such deal")
        visible_lead(txn, actor, found[0].lead_id)
        if found[0].stage is Stage.CLOSED:
            raise Conflict("This deal has closed; take its statement back on its own card first")
        name = found[0].name or "The deal"
        with recorded(txn, "move_deal", f"{name} moved to {stage.value.replace('_', ' ')}", [found[0].lead_id]) as done:
            if found[0].stage is not stage:
                opportunities.move_stage(txn, opportunity_id, stage, closed_on=None)
                txn.audit("move_stage", "opportunities", opportunity_id, {"from": found[0].stage, "to": stage})
    engine.show_changes()
    return done_of(done, txn)
