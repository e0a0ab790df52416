"""Messages in which the rules recognise nothing: Claude hears them out where a key is set and the budget holds, else a person does.

What Claude hears becomes facts and the dialogue's next draft, marked as his. It never lifts an opt-out and sends nothing: each step is a
transaction of its own, and a message whose question was cut off by a kill goes to a person.
"""

import logging
from datetime import datetime

from engine.clock import stopwatch
from engine.commands.message_facts import take_facts
from engine.conversation import second_hearing
from engine.conversation.minimising import addresses_of, minimised, names_of
from engine.conversation.script import scripts
from engine.delivery import talking
from engine.errors import BadInput, ClaudeBusy, ClaudeOverBudget, ClaudeUnavailable
from engine.records import Lead
from engine.records.conversation import Hearing, KeptReading, MessageReading, Temperature
from engine.records.follow_up import OptOutKind
from engine.runtime import Engine
from engine.runtime.claude_desk import NO_KEY
from engine.store import dialogues, leads, people, readings
from engine.store.ledger import Txn

log = logging.getLogger(__name__)

OVER_BUDGET = "Today's budget for Claude is spent"
KILLED = "Claude was asked and no answer was kept"
_REST_S = 15.0  # after a full minute
_next_look: dict[int, float] = {}  # by engine: not before


def whose(
    engine: Engine, lead: Lead, message: KeptReading, reading: MessageReading, kind: OptOutKind | None
) -> tuple[Hearing, str]:
    """Who hears a message out, and why a person must; nobody is asked about what the rules understood or what may be an opt-out."""
    if kind is not OptOutKind.NONE or lead.is_do_not_contact or not second_hearing.is_worth_asking(reading, message.text):
        return Hearing.NONE, ""
    return (Hearing.QUEUED, "") if engine.claude.is_on else (Hearing.PERSON, NO_KEY)


def is_waiting(engine: Engine) -> bool:
    """Whether a message waits for Claude and it is time to ask."""
    if stopwatch() < _next_look.get(id(engine), 0.0):
        return False
    with engine.ledger.read() as connection:
        return readings.is_any_queued(connection)


def hear_out(engine: Engine) -> bool:
    """Have Claude hear out the next message that waits; answers whether there may be another now."""
    at = engine.clock.now()
    for message_id in _left_behind(engine, at):
        _to_person(engine, message_id, KILLED)
    with engine.ledger.write(at=at) as txn:
        message = readings.lease(txn, at + engine.claude.patience)
    if message is None:
        return False
    try:
        reading = _ask(engine, message, at)
    except ClaudeBusy:
        _next_look[id(engine)] = stopwatch() + _REST_S
        with engine.ledger.write(at=at) as txn:
            readings.hear(txn, message.message_id, Hearing.QUEUED)
        return False
    except ClaudeOverBudget:
        _to_person(engine, message.message_id, OVER_BUDGET)
    except (ClaudeUnavailable, BadInput) as error:
        _to_person(engine, message.message_id, error.message)
    else:
        _take_in(engine, message.message_id, reading)
    engine.show_changes()
    return True


def _left_behind(engine: Engine, at: datetime) -> list[int]:
    with engine.ledger.read() as connection:
        return readings.left_behind(connection, at)


def _ask(engine: Engine, message: KeptReading, at: datetime) -> MessageReading:
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [message.lead_id], only_visible=True)
        office = [part for name in people.names(connection).values() for part in (name, *name.split())]
        dialogue = dialogues.open_of(connection, message.lead_id)
    if not found:
        raise BadInput("The lead is not there any more")
    asked = ""
    if dialogue is not None and dialogue.state.get("asked"):
        asked = scripts()[dialogue.script].question(dialogue.state["asked"]).repair
    text = message.text[: second_hearing.LONGEST]
    shown = minimised(text, names=(*names_of(found[0]), *office), addresses=addresses_of(found[0]))
    call_id, answer = engine.claude.ask("message", second_hearing.question(shown, asked), at=at)
    try:
        by_rules = message.reading.temperature if message.reading else Temperature.WARM
        return second_hearing.read_answer(answer, text, by_rules)
    except BadInput as error:
        engine.claude.refuse(call_id, error.message, at)
        raise


def _take_in(engine: Engine, message_id: int, reading: MessageReading) -> None:
    """Everything that follows from what Claude heard, in one transaction; the rules' reading stands where it heard nothing either."""
    with engine.ledger.write(at=engine.clock.now()) as txn:
        message = readings.by_number(txn.connection, message_id)
        if message.hearing is not Hearing.ASKING or message.reading is None:
            return
        if not reading.is_clear:
            readings.hear(txn, message_id, Hearing.PERSON, why_person="Claude recognised nothing in it either")
            _go_on(txn, message, message.reading)
            return
        readings.keep(txn, message_id, reading, opt_out=message.opt_out, hearing=Hearing.HEARD)
        found = leads.load_leads(txn.connection, [message.lead_id], only_visible=True)
        lead = take_facts(engine, txn, found[0], message, reading) if found else None
        _go_on(txn, message, reading, lead)


def _to_person(engine: Engine, message_id: int, why: str) -> None:
    """A person has it from now on; the dialogue goes on with what the rules made of it."""
    with engine.ledger.write(at=engine.clock.now()) as txn:
        message = readings.by_number(txn.connection, message_id)
        if message.hearing is not Hearing.ASKING or message.reading is None:
            return
        readings.hear(txn, message_id, Hearing.PERSON, why_person=why)
        _go_on(txn, message, message.reading)


def _go_on(txn: Txn, message: KeptReading, reading: MessageReading, lead: Lead | None = None) -> None:
    """The dialogue takes the message in now, unless he wrote again since: then it has gone on already."""
    found = [lead] if lead else leads.load_leads(txn.connection, [message.lead_id], only_visible=True)
    if not found:
        return
    newest = readings.of_lead(txn.connection, message.lead_id, limit=1)
    if newest and newest[0].message_id == message.message_id:
        talking.take_in(txn, found[0], message, reading, OptOutKind(message.opt_out))
    txn.emit("message_read", "leads", message.lead_id)
    txn.emit("lead_changed", "leads", message.lead_id)
