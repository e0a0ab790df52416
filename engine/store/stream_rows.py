"""What events tell about the rows they name: whose lead it is, its score, its deal, its newest message. No names, numbers or words."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, bindparam, func, select

from engine.store.deal_tables import agreements
from engine.store.tables import interactions, leads, opportunities, scores

Row = RowMapping
_SCORE = (
    "lead_id",
    "scored_at",
    "probability",
    "probability_low",
    "probability_high",
    "score",
    "confidence",
    "band",
    "model_version",
    "price_p50_cents",
    "gci_cents",
    "expected_cents",
)
_DEAL = ("opportunity_id", "lead_id", "stage", "stage_since", "price_cents", "gci_cents", "closes_on", "closed_on")


def _asked(table: Table, names: Sequence[str], key: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Any:
    return select(*(table.c[name] for name in names)).where(key.in_(bindparam("ids", expanding=True)), *conditions)


_OWNERS = _asked(leads, ("lead_id", "external_id", "assigned_to"), leads.c.lead_id, leads.c.is_visible)
_SCORES = _asked(scores, _SCORE, scores.c.lead_id, scores.c.is_current)
_DEALS = _asked(opportunities, _DEAL, opportunities.c.opportunity_id)
_AGREEMENTS = _asked(agreements, ("agreement_id", "lead_id", "opportunity_id"), agreements.c.agreement_id)


def owners(connection: Connection, lead_ids: Sequence[int]) -> dict[int, Row]:
    """Number, other system's id and agent of the visible ones of these leads."""
    return _by(connection, _OWNERS, "lead_id", lead_ids)


def current_scores(connection: Connection, lead_ids: Sequence[int]) -> dict[int, Row]:
    """The figures of these leads' current scores."""
    return _by(connection, _SCORES, "lead_id", lead_ids)


def deals(connection: Connection, opportunity_ids: Sequence[int]) -> dict[int, Row]:
    """Where these deals stand."""
    return _by(connection, _DEALS, "opportunity_id", opportunity_ids)


def agreements_of(connection: Connection, agreement_ids: Sequence[int]) -> dict[int, Row]:
    """Which lead and deal these agreements belong to."""
    return _by(connection, _AGREEMENTS, "agreement_id", agreement_ids)


def newest_messages(connection: Connection, lead_ids: Sequence[int], direction: str) -> dict[int, Row]:
    """Way and time of the newest message of each of these leads in that direction."""
    is_told = and_(interactions.c.direction == direction, interactions.c.channel != "note")
    newest = select(interactions.c.lead_id, func.max(interactions.c.at).label("at")).where(
        interactions.c.lead_id.in_(lead_ids), is_told
    )
    last = newest.group_by(interactions.c.lead_id).subquery()
    same = and_(interactions.c.lead_id == last.c.lead_id, interactions.c.at == last.c.at)
    asked = select(interactions.c.lead_id, interactions.c.channel, interactions.c.at).join(last, same).where(is_told)
    return {row["lead_id"]: row for row in connection.execute(asked).mappings()} if lead_ids else {}


def _by(connection: Connection, asked: Any, key: str, ids: Sequence[int]) -> dict[int, Row]:
    return {row[key]: row for row in connection.execute(asked, {"ids": list(ids)}).mappings()} if ids else {}
