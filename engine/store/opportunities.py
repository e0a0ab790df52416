"""Opportunities in the ledger and the stages they move through."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.errors import NotFound
from engine.records import Opportunity, Stage
from engine.store.deal_tables import closing_day_changes, stage_changes
from engine.store.ledger import Txn, execute_many, insert_new
from engine.store.tables import leads, opportunities, stages

_FIELDS = tuple(field.name for field in fields(Opportunity))


def insert_opportunities(txn: Txn, new: Sequence[Opportunity]) -> list[int]:
    """Add opportunities and return their numbers, in order."""
    first = txn.next_id("opportunities", len(new)) if new else 0
    ids = list(range(first, first + len(new)))
    rows = [{**_as_row(deal), "opportunity_id": number} for number, deal in zip(ids, new, strict=True)]
    execute_many(txn.connection, insert(opportunities), rows)
    _note_stages(txn, [(row["opportunity_id"], "", row["stage"], row["stage_since"]) for row in rows])
    announce(txn, ids)
    return ids


def update_opportunity(txn: Txn, opportunity_id: int, changes: Mapping[str, object]) -> None:
    """Set the named fields of an opportunity."""
    row = {name: value.value if isinstance(value, Enum) else value for name, value in changes.items()}
    which = opportunities.c.opportunity_id == opportunity_id
    before = txn.connection.execute(select(opportunities.c.stage, opportunities.c.closes_on).where(which)).one_or_none()
    if before is None:
        raise NotFound(f"There is no opportunity {opportunity_id}")
    txn.connection.execute(update(opportunities).where(which), row)
    if row.get("stage", before.stage) != before.stage:
        _note_stages(txn, [(opportunity_id, before.stage, str(row["stage"]), row.get("stage_since", txn.at))])
    if row.get("closes_on", before.closes_on) != before.closes_on:
        _note_closing_day(txn, opportunity_id, before.closes_on, row["closes_on"])
    announce(txn, [opportunity_id])


def move_stage(txn: Txn, opportunity_id: int, stage: Stage, *, closed_on: date | None = None) -> None:
    """Move an opportunity to a stage, from the transaction's moment; `closed_on` when the stage ends it."""
    update_opportunity(txn, opportunity_id, {"stage": stage, "stage_since": txn.at, "closed_on": closed_on})


def load(connection: Connection, opportunity_ids: Sequence[int]) -> list[Opportunity]:
    """Opportunities by number, in the order of their numbers."""
    return _select(connection, opportunities.c.opportunity_id.in_(opportunity_ids))


def of_leads(connection: Connection, lead_ids: Sequence[int]) -> list[Opportunity]:
    """The opportunities of these leads, in the order of their numbers."""
    return _select(connection, opportunities.c.lead_id.in_(lead_ids))


def seed_stages(txn: Txn, rows: Sequence[Mapping[str, object]]) -> None:
    """Add the stages that are missing; those that are there, with what the office made of them, stay."""
    known = set(txn.connection.execute(select(stages.c.stage)).scalars())
    new = [{**row, "stage": str(row["stage"])} for row in rows if row["stage"] not in known]
    execute_many(txn.connection, insert_new(txn.connection, stages), new)
    if new:
        txn.emit("stages_changed", "stages", 0)


def _note_stages(txn: Txn, moves: Sequence[tuple[int, str, str, Any]]) -> None:
    """Keep when each opportunity came to which stage, from which, and through whom."""
    first = txn.next_id("stage_changes", len(moves)) if moves else 0
    rows = [
        {
            "stage_change_id": number,
            "opportunity_id": opportunity_id,
            "stage_from": stage_from,
            "stage": stage,
            "at": at,
            "actor_id": txn.actor_id,
        }
        for number, (opportunity_id, stage_from, stage, at) in enumerate(moves, first)
    ]
    execute_many(txn.connection, insert(stage_changes), rows)


def _note_closing_day(txn: Txn, opportunity_id: int, closes_from: date | None, closes_on: object) -> None:
    """Keep that a deal's expected closing day was moved, and through whom."""
    row = {"closing_day_change_id": txn.next_id("closing_day_changes"), "opportunity_id": opportunity_id, "at": txn.at}
    more = {"closes_from": closes_from, "closes_on": closes_on, "actor_id": txn.actor_id}
    txn.connection.execute(insert(closing_day_changes), row | more)


def _select(connection: Connection, which: Any) -> list[Opportunity]:
    asked = select(*(opportunities.c[name] for name in _FIELDS)).where(which).order_by(opportunities.c.opportunity_id)
    return [Opportunity(**{**row, "stage": Stage(row["stage"])}) for row in connection.execute(asked).mappings()]


def _as_row(deal: Opportunity) -> dict[str, Any]:
    return {**{name: getattr(deal, name) for name in _FIELDS}, "stage": deal.stage.value}


def announce(txn: Txn, ids: Sequence[int]) -> None:
    """Tell that these opportunities changed; those of hidden leads are told of when their import is revealed."""
    shown = select(opportunities.c.opportunity_id).join(leads).where(opportunities.c.opportunity_id.in_(ids), leads.c.is_visible)
    for number in txn.connection.execute(shown.order_by(opportunities.c.opportunity_id)).scalars():
        txn.emit("deal_changed", "opportunities", number)
