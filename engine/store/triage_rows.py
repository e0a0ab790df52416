"""What the analytical store keeps of work in the inbox: one row a lead, read from the ledger. Part of the projection."""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ScalarSelect, Select, and_, case, exists, func, or_, select, type_coerce

from engine.store.follow_up_tables import consents, opt_outs, pauses
from engine.store.inbox_tables import dispositions, overrides, snoozes
from engine.store.tables import interactions, leads, scores
from engine.triage.outcomes import REACHED

_WEEK = 7 * 24 * 3_600 * 1_000_000  # in the ledger's microseconds


@cache
def triage_rows() -> Select[*tuple[Any, ...]]:
    """A lead's tags, snooze, own band, last outcome, consent, pause, and the score he had a week before his present one."""
    own = and_(overrides.c.lead_id == leads.c.lead_id, overrides.c.ended_at.is_(None))
    newest = select(func.max(overrides.c.override_id)).where(own).correlate(leads).scalar_subquery()
    return (
        select(
            leads.c.lead_id,
            leads.c.tags,
            _bare(leads.c.assigned_at),
            snoozes.c.snoozed_by,
            _bare(snoozes.c.snoozed_at),
            type_coerce(snoozes.c.until_at, BigInteger).label("snoozed_until"),
            snoozes.c.until_reply,
            overrides.c.band.label("own_band"),
            type_coerce(overrides.c.expires_at, BigInteger).label("own_band_until"),
            _last_outcome().label("last_outcome"),
            exists()
            .where(dispositions.c.lead_id == leads.c.lead_id, dispositions.c.outcome == "bad_number")
            .where(dispositions.c.address == leads.c.phone)
            .label("is_phone_bad"),
            _count_spoken().label("n_spoken"),
            _last_inbound().label("last_inbound_channel"),
            case((_has(opt_outs), "opted_out"), (_has(consents), "given"), else_="unknown").label("consent"),
            exists().where(pauses.c.lead_id == leads.c.lead_id, pauses.c.ended_at.is_(None)).label("is_paused"),
            _score_before().label("score_before"),
        )
        .select_from(leads)
        .outerjoin(snoozes, snoozes.c.lead_id == leads.c.lead_id)
        .outerjoin(overrides, overrides.c.override_id == newest)
    )


def _bare(column: Any) -> Any:
    return type_coerce(column, BigInteger).label(column.name)


def _has(table: Any) -> Any:
    return exists().where(table.c.lead_id == leads.c.lead_id)


def _last_outcome() -> ScalarSelect[Any]:
    asked = select(dispositions.c.outcome).where(dispositions.c.lead_id == leads.c.lead_id)
    return asked.order_by(dispositions.c.disposition_id.desc()).limit(1).correlate(leads).scalar_subquery()


def _count_spoken() -> ScalarSelect[Any]:
    asked = select(func.count()).where(dispositions.c.lead_id == leads.c.lead_id, dispositions.c.outcome.in_(REACHED))
    return asked.correlate(leads).scalar_subquery()


def _last_inbound() -> ScalarSelect[Any]:
    """How the lead last wrote or called; visits to the site ask for no answer by the same way."""
    asked = select(interactions.c.channel).where(
        interactions.c.lead_id == leads.c.lead_id,
        interactions.c.direction == "inbound",
        or_(*(interactions.c.channel == name for name in ("sms", "email", "call"))),
    )
    return asked.order_by(interactions.c.at.desc(), interactions.c.seq.desc()).limit(1).correlate(leads).scalar_subquery()


def _score_before() -> ScalarSelect[Any]:
    """The score that stood a week before the present one was made; the oldest, if all are younger; null with one score alone."""
    at = type_coerce(scores.c.scored_at, BigInteger)
    now = scores.alias("present")
    present_at = select(type_coerce(now.c.scored_at, BigInteger)).where(now.c.lead_id == leads.c.lead_id, now.c.is_current)
    cut = present_at.correlate(leads).scalar_subquery()
    older = select(scores.c.score).where(scores.c.lead_id == leads.c.lead_id, ~scores.c.is_current)
    # Those a week old or more first, the newest of them; then the younger ones, the oldest of them.
    order = (case((at <= cut - _WEEK, 0), else_=1), case((at <= cut - _WEEK, -at), else_=at))
    return older.order_by(*order).limit(1).correlate(leads).scalar_subquery()
