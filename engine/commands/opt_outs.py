"""Whom the office may not contact: an address somebody named, and the national do-not-call list as a file."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from engine.access import Actor, Permission, require
from engine.commands.follow_up import load_do_not_call, opt_out_lead
from engine.commands.leads import change
from engine.errors import BadInput
from engine.intake.phones import phone_of
from engine.runtime import Engine
from engine.store import consents
from engine.store.opt_outs import lead_with_address

_LARGEST = 64 * 1024 * 1024
_DIGITS = re.compile(rb"[0-9][0-9()+.\- \t]{5,20}[0-9]|[0-9]{3}[,;\t][0-9]{7}")
_FUTURE = timedelta(days=1)


def opt_out_address(engine: Engine, actor: Actor, address: str) -> int | None:
    """Note that this phone or e-mail is to be left alone, whoever has it. Answers the lead's number, None when nobody here has it.

    Raises `BadInput` for what is neither a phone nor an e-mail.
    """
    require(actor, Permission.WORK_LEADS)
    found = _address(address)
    with engine.ledger.read() as connection:
        lead_id = lead_with_address(connection, found)
    if lead_id is not None:
        opt_out_lead(engine, actor, lead_id, found)
    with change(engine, actor) as txn:
        consents.suppress(txn, [found], "own_list")
        txn.audit("suppress_address", "suppressions", 0, {"is_lead": lead_id is not None})
    engine.show_changes()
    return lead_id


def _address(text: str) -> str:
    said = text.strip()
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", said):
        return said.lower()
    phone = phone_of(said)
    if phone is None:
        raise BadInput("This is neither a phone number nor an e-mail address", field="address")
    return phone


def load_do_not_call_file(engine: Engine, actor: Actor, raw: bytes, as_of: date) -> int:
    """Load the national do-not-call list from a file of numbers (the registry's own, or one number a line); answers how many.

    It takes the place of the list before. `as_of` is the day the registry made it: the gate asks how old it is.
    """
    require(actor, Permission.CHANGE_SETTINGS)
    if len(raw) > _LARGEST:
        raise BadInput("The file is larger than 64 MB; load your own area codes only", field="file")
    moment = datetime.combine(as_of, time.min, tzinfo=UTC)
    if moment > engine.clock.now() + _FUTURE:
        raise BadInput("The list can't be from a day to come", field="as_of")
    phones = set(_phones(raw))
    if not phones:
        raise BadInput("No ten-digit phone number stands in this file", field="file")
    return load_do_not_call(engine, actor, phones, as_of=moment)


def _phones(raw: bytes) -> Iterator[str]:
    """Ten-digit numbers, with or without a leading 1, however they are written; the registry writes `909,5550123`."""
    for found in _DIGITS.finditer(raw):
        digits = re.sub(rb"\D", b"", found[0])
        national = digits[1:] if len(digits) == 11 and digits.startswith(b"1") else digits
        if len(national) == 10 and national[0:1] not in (b"0", b"1"):
            yield f"+1{national.decode('ascii')}"
