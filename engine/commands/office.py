"""What the owner sets for the office: each change is checked, kept with who and when, audited, and can be taken back."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.access import Actor, Permission, require
from engine.commands.leads import change
from engine.commands.plans import set_default_rate
from engine.commands.rescoring import want_rescoring
from engine.commands.setting_checks import check_bands, check_market, check_retention, check_sender
from engine.errors import BadInput, NotFound
from engine.records.office import OfficeSetting, Signature
from engine.runtime import Engine
from engine.runtime.office_settings import kept_values
from engine.sequences.rules import as_data, rules_from
from engine.sequences.widening import widenings
from engine.store.ledger import Txn
from engine.store.preferences import set_setting

_SHORTEST_REASON = 15
_SCORES_REST_ON = (OfficeSetting.MARKET, OfficeSetting.BANDS, OfficeSetting.RATE)
_CHECKS: Mapping[OfficeSetting, Callable[[Any], Any]] = {
    OfficeSetting.MARKET: check_market,
    OfficeSetting.BANDS: check_bands,
    OfficeSetting.SENDER: check_sender,
    OfficeSetting.RETENTION: check_retention,
}


def change_office(engine: Engine, actor: Actor, setting: OfficeSetting, value: Any, *, signature: Signature | None = None) -> bool:
    """Let a value hold from now on; answers whether that changed anything. Raises `BadInput` in plain words.

    Follow-up rules come as the fields to change; where they let out more than before, `signature` must say why and who answers for it.
    Market, bands and rate have every lead scored anew in the background.
    """
    require(actor, Permission.CHANGE_SETTINGS)
    if setting is OfficeSetting.RATE:
        return _change_rate(engine, actor, value)
    with change(engine, actor) as txn:
        before = kept_values(txn.connection, setting)[0].value
        signed: dict[str, object] = {}
        if setting is OfficeSetting.RULES:
            value, signed = _checked_rules(actor, before, value, signature)
        else:
            value = _CHECKS[setting](value)
        has_changed: bool = value != before
        if has_changed:
            set_setting(txn, setting.value, value)
            _announce(txn, setting, before, value, signed)
    engine.show_changes()
    return has_changed


def restore_setting(
    engine: Engine, actor: Actor, setting: OfficeSetting, valid_from: datetime | None, *, signature: Signature | None = None
) -> bool:
    """Bring back the value that held from that moment (None: the shipped one), as a new change; answers whether it differs."""
    require(actor, Permission.CHANGE_SETTINGS)
    with engine.ledger.read() as connection:
        found = [kept for kept in kept_values(connection, setting) if kept.valid_from == valid_from]
    if not found:
        raise NotFound("There is no such earlier value")
    return change_office(engine, actor, setting, found[0].value, signature=signature)


def _change_rate(engine: Engine, actor: Actor, value: Mapping[str, Any]) -> bool:
    """The default rate and the sides' own; open deals that rest on it follow."""
    rate, by_side = float(value["rate"]), {side: float(each) for side, each in value["by_side"].items() if each}
    with engine.ledger.read() as connection:
        before = kept_values(connection, OfficeSetting.RATE)[0].value
    if before == {"rate": rate, "by_side": by_side}:
        return False
    set_default_rate(engine, actor, rate, by_side=by_side)
    return True


def _checked_rules(
    actor: Actor, before: Mapping[str, Any], said: Mapping[str, object], signature: Signature | None
) -> tuple[dict[str, object], dict[str, object]]:
    """The rules with these fields changed, and what was signed for."""
    former, rules = rules_from(before), rules_from({**before, **said})
    wider = widenings(former, rules)
    if not wider:
        return as_data(rules), {}
    if signature is None or len(signature.reason.strip()) < _SHORTEST_REASON:
        raise BadInput(f"This lets out more than before: say why, in {_SHORTEST_REASON} characters or more", field="reason")
    if _folded(signature.name) != _folded(actor.name):
        raise BadInput(f"Type your name, {actor.name}, to sign for it", field="name")
    return as_data(rules), {"lets_out": wider, "reason": signature.reason.strip()[:500], "signed_by": actor.name}


def _announce(txn: Txn, setting: OfficeSetting, before: Any, after: Any, signed: Mapping[str, object]) -> None:
    txn.audit("change_setting", "settings", 0, {"name": setting.value, "from": before, "to": after, **signed})
    if setting in _SCORES_REST_ON:
        want_rescoring(txn)


def _folded(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip().casefold()
