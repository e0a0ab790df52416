"""What the office has set for its follow-up: who it writes as, its rules, the kill switch. Read from the ledger's settings."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.sequences.rules import DEFAULT, GateRules, rules_from
from engine.store.ledger import Txn
from engine.store.preferences import get_setting, set_setting

KILL_SWITCH, RULES, SENDER, DO_NOT_CALL = "kill_switch", "follow_up_rules", "sender", "do_not_call_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whom messages come from. Empty until the office fills it in; the gate then says what is missing."""

    brand: str = ""
    agent_name: str = ""
    agent_phone: str = ""
    postal_address: str = ""
    from_number: str = ""
    from_email: str = ""
    public_url: str = ""  # where the unsubscribe page is reached from outside, e.g. https://leads.example.com


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpSettings:
    """The office's settings of follow-up at one moment."""

    is_kill_switch_on: bool
    kill_switch_why: str
    rules: GateRules
    sender: Sender
    national_list_as_of: datetime | None


def settings_at(connection: Connection, at: datetime) -> FollowUpSettings:
    """What holds at that moment."""
    switch: Mapping[str, Any] = get_setting(connection, KILL_SWITCH, at) or {}
    rules = get_setting(connection, RULES, at)
    sender: Mapping[str, Any] = get_setting(connection, SENDER, at) or {}
    list_as_of = (get_setting(connection, DO_NOT_CALL, at) or {}).get("as_of")
    return FollowUpSettings(
        is_kill_switch_on=bool(switch.get("is_on", False)),
        kill_switch_why=str(switch.get("why", "")),
        rules=rules_from(rules) if rules else DEFAULT,
        sender=Sender(**{field.name: str(sender[field.name]) for field in fields(Sender) if field.name in sender}),
        national_list_as_of=datetime.fromisoformat(list_as_of) if list_as_of else None,
    )


def throw_kill_switch(txn: Txn, *, is_on: bool, why: str) -> None:
    """Stop every message at once, or let them go again. What is on its way to the provider in this second may still arrive."""
    set_setting(txn, KILL_SWITCH, {"is_on": is_on, "why": why})
    txn.audit("kill_switch_on" if is_on else "kill_switch_off", "settings", 0, {"why": why})
