"""Deals in the ledger: an opportunity's terms, its agents, its agreements, and when it stood in which stage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from engine.errors import NotFound
from engine.records import Source, Stage
from engine.records.deal import Agreement, DealSide, DealTerms, Payer, RateSource, ReferralBasis, ReferralTerms, Share
from engine.store import opportunities as pipeline
from engine.store.deal_tables import agreements, deal_agents, deal_terms, stage_changes
from engine.store.leads import chunks
from engine.store.ledger import Txn, execute_many
from engine.store.tables import leads, opportunities, users

_CHUNK = 5_000
_BLANK: dict[str, Any] = {
    "side": DealSide.BUYER.value,
    "state": "",
    "buyer_rate": 0.0,
    "bonus_cents": 0,
    "concession_cents": 0,
    "payers": [],
    "referral_to": "",
    "referral_rate": 0.0,
    "referral_basis": ReferralBasis.GCI.value,
}
_OWN = [column for column in deal_terms.c if column.name != "opportunity_id"]
_AGREEMENT = tuple(field.name for field in fields(Agreement))


def load_terms(connection: Connection, opportunity_ids: Sequence[int]) -> list[DealTerms]:
    """What these deals are settled by, in the order of their numbers; of visible leads only."""
    found: list[DealTerms] = []
    for ids in chunks(sorted(set(opportunity_ids)), _CHUNK):
        found += _terms(connection, opportunities.c.opportunity_id.in_(ids))
    return found


def open_terms(connection: Connection) -> list[DealTerms]:
    """The terms of every deal that isn't lost, in the order of their numbers; of visible leads only."""
    return _terms(connection, opportunities.c.stage != Stage.LOST.value)


def ids_of_leads(connection: Connection, lead_ids: Sequence[int]) -> list[int]:
    """The numbers of these leads' deals."""
    found: list[int] = []
    for ids in chunks(lead_ids, _CHUNK):
        found += connection.execute(select(opportunities.c.opportunity_id).where(opportunities.c.lead_id.in_(ids))).scalars()
    return found


def save_terms(txn: Txn, opportunity_id: int, changes: Mapping[str, object]) -> None:
    """Set the named columns of a deal's terms; the first time the others take their blank values."""
    row = {name: value.value if isinstance(value, Enum) else value for name, value in changes.items()}
    kept = txn.connection.execute(select(deal_terms.c.opportunity_id).where(deal_terms.c.opportunity_id == opportunity_id))
    if kept.first() is None:
        txn.connection.execute(insert(deal_terms), {**_BLANK, **row, "opportunity_id": opportunity_id})
    elif row:
        txn.connection.execute(update(deal_terms).where(deal_terms.c.opportunity_id == opportunity_id), row)
    pipeline.announce(txn, [opportunity_id])


def set_agents(txn: Txn, opportunity_id: int, shares: Sequence[tuple[int, float]]) -> None:
    """Who works a deal, as (user number, share); the first is the deal's lead agent."""
    txn.connection.execute(delete(deal_agents).where(deal_agents.c.opportunity_id == opportunity_id))
    rows = [
        {"opportunity_id": opportunity_id, "position": place, "user_id": user_id, "share_rate": rate}
        for place, (user_id, rate) in enumerate(shares)
    ]
    execute_many(txn.connection, insert(deal_agents), rows)
    pipeline.announce(txn, [opportunity_id])


def stage_history(connection: Connection, opportunity_ids: Sequence[int]) -> list[dict[str, Any]]:
    """When these deals stood where: opportunity, from, to, at, by whom; oldest first."""
    asked = select(stage_changes).where(stage_changes.c.opportunity_id.in_(opportunity_ids))
    rows = connection.execute(asked.order_by(stage_changes.c.at, stage_changes.c.stage_change_id)).mappings()
    return [dict(row) for row in rows]


def add_agreement(txn: Txn, agreement: Agreement) -> int:
    """Record a signed agreement and return its number."""
    number = txn.next_id("agreements")
    row = {name: getattr(agreement, name) for name in _AGREEMENT}
    row |= {"agreement_id": number, "side": agreement.side.value, "recorded_at": txn.at, "recorded_by": txn.actor_id}
    txn.connection.execute(insert(agreements), row)
    _announce(txn, agreement.lead_id, number)
    return number


def end_agreement(txn: Txn, agreement_id: int, on: date) -> None:
    """Note the day on which an agreement was given up."""
    found = load_agreements(txn.connection, agreements.c.agreement_id == agreement_id)
    if not found:
        raise NotFound("There is no such agreement")
    txn.connection.execute(update(agreements).where(agreements.c.agreement_id == agreement_id), {"ended_on": on})
    _announce(txn, found[0].lead_id, agreement_id)


def agreement(connection: Connection, agreement_id: int) -> Agreement | None:
    """One agreement by number."""
    return next(iter(load_agreements(connection, agreements.c.agreement_id == agreement_id)), None)


def load_agreements(connection: Connection, which: ColumnElement[bool]) -> list[Agreement]:
    """The agreements that a condition selects, the one signed last first."""
    asked = select(*(agreements.c[name] for name in _AGREEMENT)).where(which)
    rows = connection.execute(asked.order_by(agreements.c.signed_on.desc(), agreements.c.agreement_id.desc())).mappings()
    return [Agreement(**{**row, "side": DealSide(row["side"])}) for row in rows]


def _terms(connection: Connection, which: ColumnElement[bool]) -> list[DealTerms]:
    asked = (
        select(opportunities, *_OWN, leads.c.source.label("lead_source"), leads.c.state.label("lead_state"), leads.c.assigned_to)
        .join(leads, leads.c.lead_id == opportunities.c.lead_id)
        .outerjoin(deal_terms, deal_terms.c.opportunity_id == opportunities.c.opportunity_id)
        .where(which, leads.c.is_visible)
        .order_by(opportunities.c.opportunity_id)
    )
    rows = connection.execute(asked).mappings().all()
    shares = _shares(connection, [row["opportunity_id"] for row in rows])
    names = {row.user_id: row.name for row in connection.execute(select(users.c.user_id, users.c.name))}
    wanted = sorted({row["agreement_id"] for row in rows if row["agreement_id"]})
    signed = {found.agreement_id: found for ids in chunks(wanted, _CHUNK) for found in _agreements(connection, ids)}
    return [_as_terms(dict(row), shares.get(row["opportunity_id"]), names, signed) for row in rows]


def _agreements(connection: Connection, ids: Sequence[int]) -> list[Agreement]:
    return load_agreements(connection, agreements.c.agreement_id.in_(ids))


def _shares(connection: Connection, ids: Sequence[int]) -> dict[int, list[tuple[int, float]]]:
    found: dict[int, list[tuple[int, float]]] = {}
    for chunk in chunks(ids, _CHUNK):
        asked = select(deal_agents).where(deal_agents.c.opportunity_id.in_(chunk))
        for row in connection.execute(asked.order_by(deal_agents.c.opportunity_id, deal_agents.c.position)):
            found.setdefault(row.opportunity_id, []).append((row.user_id, row.share_rate))
    return found


def _as_terms(
    row: Mapping[str, Any], shares: Iterable[tuple[int, float]] | None, names: Mapping[int, str], signed: Mapping[int, Agreement]
) -> DealTerms:
    """A deal without terms of its own counts as its lead's, for the lead's agent, on the side of a buyer.

    While nobody works it, its part stands under a name of its own, so that such deals fill nobody's cap and not each other's.
    """
    if shares is None:
        shares = [(row["assigned_to"], 1.0)] if row["assigned_to"] else []
    source = row["source"] or row["lead_source"]
    return DealTerms(
        deal_id=row["opportunity_id"],
        name=row["name"],
        side=DealSide(row["side"] or DealSide.BUYER),
        state=row["state"] or "",
        stage=Stage(row["stage"]),
        list_price_cents=row["list_price_cents"],
        contract_price_cents=row["contract_price_cents"],
        sold_price_cents=row["sold_price_cents"],
        estimated_price_cents=row["price_cents"],
        rate=row["commission_rate"],
        buyer_rate=row["buyer_rate"] or 0.0,
        flat_cents=row["flat_cents"],
        rate_source=RateSource(row["rate_source"]),
        bonus_cents=row["bonus_cents"] or 0,
        concession_cents=row["concession_cents"] or 0,
        payers=tuple((Payer(payer), rate) for payer, rate in row["payers"] or ()),
        agreement=signed.get(row["agreement_id"]),
        source=Source(source) if source else None,
        referral=_referral(row),
        shares=tuple(Share(agent=str(user_id), rate=rate, name=names.get(user_id, "")) for user_id, rate in shares)
        or (Share(agent=f"nobody-{row['opportunity_id']}", name="nobody yet"),),
        opened_at=row["opened_at"],
        contract_on=row["contract_on"],
        expected_close_on=row["closes_on"],
        predicted_close_on=row["predicted_close_on"],
        closed_on=row["closed_on"],
    )


def _referral(row: Mapping[str, Any]) -> ReferralTerms | None:
    if not row["referral_to"]:
        return None
    return ReferralTerms(
        to=row["referral_to"],
        rate=row["referral_rate"],
        flat_cents=row["referral_flat_cents"],
        basis=ReferralBasis(row["referral_basis"]),
    )


def _announce(txn: Txn, lead_id: int, agreement_id: int) -> None:
    """Tell of an agreement, and of its client's deals."""
    pipeline.announce(txn, ids_of_leads(txn.connection, [lead_id]))
    txn.emit("deal_changed", "agreements", agreement_id)
