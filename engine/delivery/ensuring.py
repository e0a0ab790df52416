"""Upkeep of follow-up: those whom a rule takes are enrolled by themselves, and words that are old enough are emptied."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select, update

from engine.clock import Clock
from engine.delivery import enrolling, plans
from engine.records.follow_up import StepState
from engine.sequences.enrolment import Candidate, is_enrolled
from engine.store import enrolments as kept
from engine.store.enrolments import Sequence_
from engine.store.follow_up_tables import consents, enrolments, opt_outs, pauses, steps
from engine.store.ledger import Ledger, Txn
from engine.store.preferences import get_setting
from engine.store.tables import leads, opportunities, scores

RETENTION = "follow_up_retention_days"
SHIPPED_RETENTION_DAYS = 90
_BATCH = 100


def enrol_by_rule(ledger: Ledger, clock: Clock) -> int:
    """Put new leads on the sequences whose rule they meet; answers how many.

    Only leads with a recorded consent that came in since the sequence stands: switching a rule on writes to nobody from before.
    """
    n_enrolled = 0
    with ledger.read() as connection:
        found = {
            one.sequence_id: _taken_by(connection, one) for one in kept.all_sequences(connection) if one.is_active and one.rule
        }
    for sequence_id, lead_ids in found.items():
        if lead_ids:
            with ledger.write(at=clock.now()) as txn:
                refused = enrolling.enrol(txn, sequence_id, lead_ids, how="rule")
                n_enrolled += len(lead_ids) - len(refused)
    return n_enrolled


def _taken_by(connection: Connection, sequence: Sequence_) -> list[int]:
    """The next leads whom the sequence takes. The ledger says who may be asked at all, the rule of follow-up who is taken."""
    plan = plans.load(connection, sequence.sequence_id, sequence.version).sequence
    found = connection.execution_options(yield_per=1_000).execute(_candidates(sequence))
    candidates = (
        Candidate(lead_id=row.lead_id, band=row.band or "", source=row.source or "", stage=row.stage or "") for row in found
    )
    taken = (candidate.lead_id for candidate in candidates if is_enrolled(plan, candidate))
    return list(islice(taken, _BATCH))


def _candidates(sequence: Sequence_) -> Select[Any]:
    """Who agreed, came in since the sequence stands and was never on it; with the band, source and newest deal's stage of each."""
    band = select(scores.c.band).where(scores.c.lead_id == leads.c.lead_id, scores.c.is_current).limit(1).scalar_subquery()
    newest = select(opportunities.c.stage).where(opportunities.c.lead_id == leads.c.lead_id)
    stage = newest.order_by(opportunities.c.opportunity_id.desc()).limit(1).scalar_subquery()
    asked = select(leads.c.lead_id, leads.c.source, band.label("band"), stage.label("stage")).where(
        leads.c.is_visible,
        ~leads.c.is_do_not_contact,
        leads.c.received_at >= sequence.created_at,
        exists().where(consents.c.lead_id == leads.c.lead_id),
        ~exists().where(opt_outs.c.lead_id == leads.c.lead_id),
        ~exists().where(pauses.c.lead_id == leads.c.lead_id, pauses.c.ended_at.is_(None)),
        ~exists().where(enrolments.c.lead_id == leads.c.lead_id, enrolments.c.sequence_id == sequence.sequence_id),
    )
    return asked.order_by(leads.c.lead_id)


def retention_days(connection: Connection, at: datetime) -> int:
    """For how many days the words of finished messages are kept."""
    return int(get_setting(connection, RETENTION, at) or SHIPPED_RETENTION_DAYS)


def empty_old_words(ledger: Ledger, clock: Clock) -> int:
    """Empty the words of messages that ended longer ago than they are kept; what was decided and tried stays. Answers how many."""
    with ledger.write(at=clock.now()) as txn:
        return _empty(txn, txn.at - timedelta(days=retention_days(txn.connection, txn.at)))


def _empty(txn: Txn, before: datetime) -> int:
    ended = [StepState.SENT, StepState.CANCELLED, StepState.SKIPPED, StepState.BLOCKED, StepState.DEAD]
    old = select(steps.c.step_id).where(steps.c.state.in_([state.value for state in ended]), steps.c.finished_at < before)
    old = old.where(func.length(steps.c.body) > 0).limit(1_000)
    emptied = update(steps).where(steps.c.step_id.in_(old.scalar_subquery()))
    n_emptied: int = txn.connection.execute(emptied.values(subject="", body="", html="")).rowcount
    return n_emptied
