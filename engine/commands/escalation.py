"""Second readings: open the cases of unsure leads, have Claude or a person read them. Nothing here touches score, consent or message.

Background work of the web process, never of a request: each step is a transaction of its own, so that a killed process goes on where
it stopped and no lead is asked about twice for the same evidence.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from engine.access import Actor, Permission, require
from engine.clock import stopwatch
from engine.commands.case_files import cases_of
from engine.commands.chores import Chore
from engine.commands.leads import visible_lead
from engine.conversation.second_reading import question, read_answer
from engine.errors import BadInput, ClaudeBusy, ClaudeOverBudget, ClaudeUnavailable, Conflict, NotFound
from engine.records import Band
from engine.records.escalation import CaseState, Escalation
from engine.runtime import Engine
from engine.runtime.claude_desk import NO_KEY
from engine.store import escalations, feed

log = logging.getLogger(__name__)

MOST_OPEN = 200  # a queue nobody can work is none: the leads worth most stand in it, others follow as it empties
MAX_REASON = 500
OVER_BUDGET = "Today's budget for Claude is spent"
KILLED = "Claude was asked twice and no answer was kept"
_PAUSE_S = 5.0  # between two looks for unsure leads
_REST_S = 15.0  # after a failure or a full minute
_CHUNK = 50
_next_look: dict[int, tuple[float, int]] = {}  # by engine: not before, and the feed's end at the last look


def mind_escalations(engine: Engine) -> None:
    """Once a second: see to the cases, in a thread of its own, when something changed or Claude has cases to read."""
    not_before, seen = _next_look.get(id(engine), (0.0, -1))
    if _chore.is_running or stopwatch() < not_before:
        return
    with engine.ledger.read() as connection:
        seq = feed.last_seq(connection)
        n_queued = escalations.n_in(connection, (CaseState.QUEUED, CaseState.ASKING), agents=None)
    if seq != seen or n_queued:
        _next_look[id(engine)] = (stopwatch() + _PAUSE_S, seq)
        _chore.begin(engine)


def open_cases(engine: Engine) -> int:
    """Open a case for each lead the model is not sure of, as far as there is room, the most valuable first; answers how many."""
    at, below = engine.clock.now(), engine.settings.escalate_below
    with engine.ledger.write(at=at) as txn:
        escalations.close_sure(txn, below)
        escalations.recover(txn, KILLED)
        for reason in _over(engine, at):
            escalations.requeue(txn, reason)
    n_opened = 0
    while True:
        with engine.ledger.read() as connection:
            room = min(_CHUNK, MOST_OPEN - escalations.n_open(connection))
            lead_ids = escalations.unsure_leads(connection, below, room) if room > 0 else []
        if not lead_ids or not _open(engine, lead_ids, at):
            return n_opened
        n_opened += len(lead_ids)


def _over(engine: Engine, at: datetime) -> Sequence[str]:
    """The reasons for which a person had cases that hold no longer."""
    if not engine.claude.is_on:
        return ()
    return (NO_KEY, OVER_BUDGET) if engine.claude.spent_micros(at) == 0 else (NO_KEY,)


def _open(engine: Engine, lead_ids: Sequence[int], at: datetime) -> int:
    state, why = (CaseState.QUEUED, "") if engine.claude.is_on else (CaseState.PERSON, NO_KEY)
    found = cases_of(engine, lead_ids, at)
    with engine.ledger.write(at=at) as txn:
        for one in found:
            escalations.open_case(txn, one.score, one.evidence_hash, one.case, state, why)
    engine.show_changes()
    return len(found)


def ask_claude(engine: Engine) -> bool:
    """Have Claude read the next case that waits; answers whether there was one and there may be more now."""
    at = engine.clock.now()
    if not engine.claude.is_on:
        return False
    with engine.ledger.write(at=at) as txn:
        case = escalations.lease(txn, at + engine.claude.patience)
    if case is None:
        return False
    try:
        _ask(engine, case, at)
    except ClaudeBusy:
        with engine.ledger.write(at=at) as txn:
            escalations.give_back(txn, case.escalation_id)
        return False
    except ClaudeOverBudget:
        _to_person(engine, case, OVER_BUDGET, was_asked=False)
    except (ClaudeUnavailable, BadInput) as error:
        _to_person(engine, case, error.message)
    engine.show_changes()
    return True


def _ask(engine: Engine, case: Escalation, at: datetime) -> None:
    call_id, answer = engine.claude.ask("escalation", question(case.case), at=at, escalation_id=case.escalation_id)
    try:
        reading = read_answer(answer, case.case)
    except BadInput as error:
        engine.claude.refuse(call_id, error.message, at)
        raise
    with engine.ledger.write(at=engine.clock.now()) as txn:
        escalations.keep_reading(txn, case.escalation_id, reading, answer.model)


def _to_person(engine: Engine, case: Escalation, why: str, *, was_asked: bool = True) -> None:
    with engine.ledger.write(at=engine.clock.now()) as txn:
        escalations.hand_to_person(txn, case.escalation_id, why, was_asked=was_asked)


def judge_case(engine: Engine, actor: Actor, escalation_id: int, band: Band, reason: str) -> None:
    """A person's own band on a case, and why. It stands beside the model's and Claude's, and is judged once the deal ends."""
    require(actor, Permission.WORK_LEADS)
    why = reason.strip()
    if not why:
        raise BadInput("Say why, in a few words", field="reason")
    if len(why) > MAX_REASON:
        raise BadInput(f"The reason is longer than {MAX_REASON} characters", field="reason")
    with engine.ledger.write(at=engine.clock.now(), actor_id=actor.user_id) as txn:
        case = escalations.by_number(txn.connection, escalation_id)
        if case is None:
            raise NotFound("There is no such case")
        visible_lead(txn, actor, case.lead_id)
        if case.state is CaseState.OUTDATED:
            raise Conflict("More is known of this lead by now; look at his newest case")
        escalations.keep_judgement(txn, escalation_id, band, why)
        txn.audit("judge_case", "escalations", escalation_id, {"lead_id": case.lead_id, "band": band})
    engine.show_changes()


def _see_to_cases(engine: Engine) -> None:
    open_cases(engine)
    while ask_claude(engine):
        pass


def _rest(engine: Engine) -> None:
    _next_look[id(engine)] = (stopwatch() + _REST_S, -1)


_chore = Chore("second-readings", _see_to_cases, "second readings stand still for a while", _rest)
