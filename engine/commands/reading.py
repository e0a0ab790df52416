"""Reading what leads wrote, after it was stored and their automation stands still: each message once, whoever is killed when.

A message and the row that says it waits are one transaction; its reading, the lead's facts, his new score and the draft are another.
"""

import logging
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from engine.commands import hearing
from engine.commands.chores import Chore
from engine.commands.message_facts import take_facts
from engine.conversation.understanding import read_message
from engine.delivery import talking
from engine.records import Band, Lead
from engine.records.conversation import Hearing, KeptReading, MessageReading, Temperature
from engine.records.follow_up import OptOutKind
from engine.runtime import Engine
from engine.sequences import opt_out
from engine.store import leads, readings
from engine.store.conversation_tables import dialogues
from engine.store.follow_up_tables import consents, opt_outs, pauses
from engine.store.tables import leads as lead_rows
from engine.store.tables import scores as score_rows

log = logging.getLogger(__name__)

_NOT_UNDERSTOOD = MessageReading(temperature=Temperature.WARM, intents=(), facts=(), is_clear=False)


def mind_messages(engine: Engine) -> None:
    """Once a second: see to it that stored messages are read, in a thread of their own."""
    if _chore.is_running:
        return
    with engine.ledger.read() as connection:
        has_work = bool(readings.waiting(connection, 1)) or talking.dialogue_settings(connection, engine.clock.now()).hot_since
    if has_work or hearing.is_waiting(engine):
        _chore.begin(engine)


def read_messages(engine: Engine) -> int:
    """Read every message that waits, in the order in which they came; answers how many."""
    n_read = 0
    while True:
        with engine.ledger.read() as connection:
            waiting = readings.waiting(connection)
        for message_id in waiting:
            n_read += _read_one(engine, message_id)
        if not waiting:
            break
    if n_read:
        engine.show_changes()
    return n_read


def open_for_hot_leads(engine: Engine, limit: int = 20) -> int:
    """Where the owner chose so: propose a first text to leads of the hot band who agreed to texts and were never written with."""
    with engine.ledger.read() as connection:
        since = talking.dialogue_settings(connection, engine.clock.now()).hot_since
        found = list(connection.execute(_hot(since).limit(limit)).scalars()) if since else []
    n_opened = 0
    for lead_id in found:
        with engine.ledger.write(at=engine.clock.now()) as txn:
            [lead] = leads.load_leads(txn.connection, [lead_id])
            if not talking.missing_names(txn, lead):
                talking.open_dialogue(txn, lead, _script_for(lead), how="rule", because="in the hot band")
                n_opened += 1
    if n_opened:
        engine.show_changes()
    return n_opened


def _script_for(lead: Lead) -> str:
    told = " ".join((lead.source_text, lead.notes, *lead.tags)).casefold()
    return (
        "seller"
        if any(word in told for word in ("seller", "fsbo", "expired", "listing lead", "home value", "valuation"))
        else "lead"
    )


def _hot(since: datetime) -> Any:
    mine = lead_rows.c.lead_id
    return (
        select(mine)
        .join(score_rows, score_rows.c.lead_id == mine)
        .where(score_rows.c.is_current, score_rows.c.band == Band.HOT.value)
        .where(lead_rows.c.is_visible, ~lead_rows.c.is_do_not_contact, lead_rows.c.phone.is_not(None))
        .where(lead_rows.c.received_at >= since, exists().where(consents.c.lead_id == mine))
        .where(~exists().where(opt_outs.c.lead_id == mine), ~exists().where(dialogues.c.lead_id == mine))
        .where(~exists().where(pauses.c.lead_id == mine, pauses.c.ended_at.is_(None)))
        .order_by(mine)
    )


def _read_one(engine: Engine, message_id: int) -> int:
    """Everything that one message means, in one transaction; 0 when somebody was faster."""
    with engine.ledger.write(at=engine.clock.now()) as txn:
        message = readings.take(txn, message_id)
        if message is None:
            return 0
        found = leads.load_leads(txn.connection, [message.lead_id], only_visible=True)
        reading, kind = _understood(message, _today(engine, message.at))
        hears, why = hearing.whose(engine, found[0], message, reading, kind) if found else (Hearing.NONE, "")
        readings.keep(txn, message_id, reading, opt_out=kind.value if kind else "", hearing=hears, why_person=why)
        if found:
            lead = take_facts(engine, txn, found[0], message, reading)
            if hears is not Hearing.QUEUED:  # else the dialogue waits for what Claude hears
                talking.take_in(txn, lead, message, reading, kind)
            txn.emit("message_read", "leads", message.lead_id)
            txn.emit("lead_changed", "leads", message.lead_id)
    return 1


def _understood(message: KeptReading, today: date) -> tuple[MessageReading, OptOutKind | None]:
    try:
        return read_message(message.text, today), opt_out.read_text(message.text)
    except Exception:
        # Whatever the reader stumbles over, the lead stands still already; a message nobody could read waits for a person.
        log.exception("message %d could not be read", message.message_id)
        return _NOT_UNDERSTOOD, None


def _today(engine: Engine, at: datetime) -> date:
    return at.astimezone(ZoneInfo(engine.preferences.market.time_zone)).date()


def _read_and_open(engine: Engine) -> None:
    read_messages(engine)
    open_for_hot_leads(engine)
    while hearing.is_waiting(engine) and hearing.hear_out(engine):
        read_messages(engine)


_chore = Chore("reading", _read_and_open, "messages could not be read")
