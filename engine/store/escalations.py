"""Cases of unsure leads in the ledger: opened once for each state of what is known, leased, read, judged. Decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, exists, func, insert, or_, select, update

from engine.access import Agents
from engine.records import Band, Score, Stage
from engine.records.escalation import CaseState, Escalation, Ground, MissingFact, NextAction, SecondReading
from engine.store.escalation_tables import escalations
from engine.store.ledger import Txn
from engine.store.shown import is_shown
from engine.store.tables import leads, opportunities, scores

OPEN = (CaseState.QUEUED, CaseState.ASKING, CaseState.PERSON)
MOST_ATTEMPTS = 2  # a killed process may have asked once already; a third time nobody asks
_ENDED = (Stage.CLOSED.value, Stage.LOST.value)


def unsure_leads(connection: Connection, below: float, limit: int) -> list[int]:
    """Leads whose current score has no case yet, by what they are expected to pay; not those whose deal has ended."""
    has_case = exists().where(escalations.c.lead_id == scores.c.lead_id, escalations.c.scored_at >= scores.c.scored_at)
    has_ended = exists().where(opportunities.c.lead_id == scores.c.lead_id, opportunities.c.stage.in_(_ENDED))
    asked = (
        select(scores.c.lead_id)
        .join(leads, leads.c.lead_id == scores.c.lead_id)
        .where(scores.c.is_current, scores.c.confidence < below, leads.c.is_visible, leads.c.is_do_not_contact.is_(False))
        .where(~has_case, ~has_ended)
        .order_by(func.coalesce(scores.c.expected_cents, -1).desc(), scores.c.lead_id)
    )
    return list(connection.execute(asked.limit(limit)).scalars())


def n_open(connection: Connection) -> int:
    """How many cases wait, for Claude or for a person."""
    return int(connection.execute(select(func.count()).select_from(escalations).where(_in(OPEN))).scalar_one())


def open_case(txn: Txn, score: Score, evidence_hash: str, case: Mapping[str, Any], state: CaseState, why_person: str) -> int:
    """Open the lead's case for what is known of him now, in place of an older one; the same evidence is not opened twice."""
    same = and_(escalations.c.lead_id == score.lead_id, escalations.c.evidence_hash == evidence_hash)
    found = txn.connection.execute(select(escalations).where(same)).mappings().one_or_none()
    others = and_(escalations.c.lead_id == score.lead_id, escalations.c.evidence_hash != evidence_hash)
    txn.connection.execute(update(escalations).where(others, _in((*OPEN, CaseState.READ))), {"state": CaseState.OUTDATED.value})
    facts = {"scored_at": score.scored_at, "model_version": score.model_version, "model_band": score.band.value}
    facts |= {"probability": score.probability, "confidence": score.confidence}
    if found is not None:
        known = _as_before(found) if found["state"] == CaseState.OUTDATED.value else CaseState(found["state"])
        txn.connection.execute(update(escalations).where(same), facts | {"state": known.value})
        return _told(txn, int(found["escalation_id"]), score.lead_id)
    number = txn.next_id("escalations")
    row = {"escalation_id": number, "lead_id": score.lead_id, "evidence_hash": evidence_hash, "opened_at": txn.at, **facts}
    more = {"state": state.value, "why_person": why_person, "case": dict(case), "n_attempts": 0}
    txn.connection.execute(insert(escalations), row | more | {"read_by": "", "person_reason": ""})
    return _told(txn, number, score.lead_id)


def _as_before(found: RowMapping) -> CaseState:
    if found["person_band"] is not None:
        return CaseState.JUDGED
    if found["reading"] is not None:
        return CaseState.READ
    return CaseState.PERSON if found["why_person"] else CaseState.QUEUED


def close_sure(txn: Txn, below: float) -> int:
    """Take out of the queue those of whom the model is sure again; answers how many."""
    sure = exists().where(scores.c.lead_id == escalations.c.lead_id, scores.c.is_current, scores.c.confidence >= below)
    return _move(txn, and_(_in((CaseState.QUEUED, CaseState.PERSON)), sure), state=CaseState.OUTDATED)


def requeue(txn: Txn, why_person: str) -> int:
    """Give back to Claude what a person had only for that reason."""
    return _move(
        txn,
        and_(_in((CaseState.PERSON,)), escalations.c.why_person == why_person, escalations.c.n_attempts == 0),
        state=CaseState.QUEUED,
        why_person="",
    )


def recover(txn: Txn, why_person: str) -> int:
    """Cases whose process was killed while asking: asked once more, then a person has them."""
    expired = and_(_in((CaseState.ASKING,)), escalations.c.lease_until < txn.at)
    again = _move(txn, and_(expired, escalations.c.n_attempts < MOST_ATTEMPTS), state=CaseState.QUEUED)
    return again + _move(txn, expired, state=CaseState.PERSON, why_person=why_person)


def lease(txn: Txn, until: datetime) -> Escalation | None:
    """Take the next case to ask of Claude; None when none waits."""
    asked = select(escalations.c.escalation_id).where(_in((CaseState.QUEUED,))).order_by(escalations.c.escalation_id).limit(1)
    number = txn.connection.execute(asked).scalar_one_or_none()
    if number is None:
        return None
    mine = and_(escalations.c.escalation_id == number, _in((CaseState.QUEUED,)))
    values = {"state": CaseState.ASKING.value, "lease_until": until, "n_attempts": escalations.c.n_attempts + 1}
    txn.connection.execute(update(escalations).where(mine).values(values))
    return by_number(txn.connection, number)


def give_back(txn: Txn, escalation_id: int) -> None:
    """It could not be asked at this moment: it waits on, as if nobody had taken it."""
    mine = and_(escalations.c.escalation_id == escalation_id, _in((CaseState.ASKING,)))
    values = {"state": CaseState.QUEUED.value, "lease_until": None, "n_attempts": escalations.c.n_attempts - 1}
    txn.connection.execute(update(escalations).where(mine).values(values))


def keep_reading(txn: Txn, escalation_id: int, reading: SecondReading, model: str) -> bool:
    """Keep what Claude read, unless the case has moved on meanwhile."""
    values = {"reading": _reading_data(reading), "read_at": txn.at, "read_by": model}
    return _move(txn, _asking(escalation_id), state=CaseState.READ, **values) > 0


def hand_to_person(txn: Txn, escalation_id: int, why: str, *, was_asked: bool = True) -> bool:
    """A person has it from now on, for that reason."""
    counted = {} if was_asked else {"n_attempts": 0}
    return _move(txn, _asking(escalation_id), state=CaseState.PERSON, why_person=why, **counted) > 0


def keep_judgement(txn: Txn, escalation_id: int, band: Band, reason: str) -> None:
    """Keep a person's own band and why."""
    values = {"person_band": band.value, "person_reason": reason, "judged_by": txn.actor_id, "judged_at": txn.at}
    _move(txn, escalations.c.escalation_id == escalation_id, state=CaseState.JUDGED, **values)


def by_number(connection: Connection, escalation_id: int) -> Escalation | None:
    """One case."""
    row = connection.execute(select(escalations).where(escalations.c.escalation_id == escalation_id)).mappings().one_or_none()
    return as_escalation(row) if row else None


def newest_of(connection: Connection, lead_ids: Sequence[int]) -> dict[int, Escalation]:
    """The newest case of each of these leads that has one; one that is outdated only when there is no other."""
    asked = select(escalations).where(escalations.c.lead_id.in_(lead_ids)).order_by(escalations.c.scored_at)
    found: dict[int, Escalation] = {}
    for row in connection.execute(asked).mappings():
        case, held = as_escalation(row), found.get(row["lead_id"])
        if held is None or case.state is not CaseState.OUTDATED or held.state is CaseState.OUTDATED:
            found[case.lead_id] = case
    return found


def cases(connection: Connection, states: Sequence[CaseState], *, agents: Agents, limit: int) -> list[Escalation]:
    """Cases in these states whose leads this agent may see (all: None), by what the lead is expected to pay."""
    asked = _seen(select(escalations), states, agents).order_by(
        func.coalesce(scores.c.expected_cents, -1).desc(), escalations.c.escalation_id
    )
    return [as_escalation(row) for row in connection.execute(asked.limit(limit)).mappings()]


def n_in(connection: Connection, states: Sequence[CaseState], *, agents: Agents) -> int:
    """How many there are of them."""
    return int(connection.execute(_seen(select(func.count()).select_from(escalations), states, agents)).scalar_one())


def all_read(connection: Connection) -> list[Escalation]:
    """Every case that Claude or a person has looked at, in the order of opening."""
    looked = or_(escalations.c.read_at.is_not(None), escalations.c.judged_at.is_not(None))
    return [
        as_escalation(row)
        for row in connection.execute(select(escalations).where(looked).order_by(escalations.c.escalation_id)).mappings()
    ]


def confidence_counts(connection: Connection, below: float) -> tuple[int, int]:
    """Of the visible leads that are scored: how many, and of how many the model is not sure."""
    unsure = func.count().filter(scores.c.confidence < below)
    asked = select(func.count(), unsure).select_from(scores.join(leads, leads.c.lead_id == scores.c.lead_id))
    n, n_unsure = connection.execute(asked.where(scores.c.is_current, leads.c.is_visible)).one()
    return int(n), int(n_unsure)


def as_escalation(row: RowMapping) -> Escalation:
    """The record of a row."""
    plain = {name: row[name] for name in _PLAIN}
    return Escalation(
        **plain,
        model_band=Band(row["model_band"]),
        state=CaseState(row["state"]),
        reading=_reading(row["reading"]) if row["reading"] else None,
        person_band=Band(row["person_band"]) if row["person_band"] else None,
    )


_PLAIN = (
    *("escalation_id", "lead_id", "evidence_hash", "opened_at", "scored_at", "model_version", "probability", "confidence"),
    *("why_person", "case", "n_attempts", "read_at", "read_by", "person_reason", "judged_by", "judged_at"),
)


def _reading_data(reading: SecondReading) -> dict[str, Any]:
    return {
        "band": reading.band.value,
        "grounds": [asdict(ground) for ground in reading.grounds],
        "missing": [fact.value for fact in reading.missing],
        "next_action": reading.next_action.value,
    }


def _reading(data: Mapping[str, Any]) -> SecondReading:
    return SecondReading(
        band=Band(data["band"]),
        grounds=tuple(Ground(**ground) for ground in data["grounds"]),
        missing=tuple(MissingFact(fact) for fact in data["missing"]),
        next_action=NextAction(data["next_action"]),
    )


def _in(states: Sequence[CaseState]) -> Any:
    return escalations.c.state.in_([state.value for state in states])


def _asking(escalation_id: int) -> Any:
    return and_(escalations.c.escalation_id == escalation_id, _in((CaseState.ASKING,)))


def _seen(asked: Select[Any], states: Sequence[CaseState], agents: Agents) -> Select[Any]:
    asked = asked.join(leads, leads.c.lead_id == escalations.c.lead_id).outerjoin(
        scores, and_(scores.c.lead_id == escalations.c.lead_id, scores.c.is_current)
    )
    asked = asked.where(_in(states), leads.c.is_visible)
    return asked if agents is None else asked.where(is_shown(agents))


def _move(txn: Txn, which: Any, *, state: CaseState, **values: Any) -> int:
    rows = txn.connection.execute(select(escalations.c.escalation_id, escalations.c.lead_id).where(which)).all()
    if rows:
        numbers = [row[0] for row in rows]
        moved = {"state": state.value, "lease_until": None, **values}
        txn.connection.execute(update(escalations).where(escalations.c.escalation_id.in_(numbers)), moved)
        for number, lead_id in rows:
            _told(txn, number, lead_id)
    return len(rows)


def _told(txn: Txn, number: int, lead_id: int) -> int:
    txn.emit("case_changed", "escalations", number)
    return number
