"""The office's settings with their history: every value one had, the newest first, down to the shipped one."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine.commission.plan import DEFAULT_RATE
from engine.delivery.ensuring import RETENTION, SHIPPED_RETENTION_DAYS
from engine.delivery.office import RULES, SENDER, Sender
from engine.records.office import OfficeSetting
from engine.sequences.rules import DEFAULT, as_data, rules_from
from engine.store.markets import SHIPPED_MARKET
from engine.store.preferences import setting_history

SIDE_RATES = "side_rates"  # set together with the default rate


class Kept(NamedTuple):
    """A value, since when it held (None: as shipped), and who set it."""

    valid_from: datetime | None
    value: Any
    set_by: int


_SHIPPED: dict[OfficeSetting, Any] = {
    OfficeSetting.MARKET: asdict(SHIPPED_MARKET) | {"service_zips": list(SHIPPED_MARKET.service_zips)},
    OfficeSetting.BANDS: None,
    OfficeSetting.RATE: {"rate": DEFAULT_RATE, "by_side": {}},
    OfficeSetting.SENDER: {field.name: "" for field in fields(Sender)},
    OfficeSetting.RULES: as_data(DEFAULT),
    OfficeSetting.RETENTION: SHIPPED_RETENTION_DAYS,
}
assert {RULES, SENDER, RETENTION} <= set(OfficeSetting)  # the names under which the sidecar reads them


def kept_values(connection: Connection, setting: OfficeSetting) -> list[Kept]:
    """A setting's values, the newest first, the shipped one last."""
    found = [Kept(*change) for change in _history(connection, setting)]
    return [*found, Kept(None, _SHIPPED[setting], 0)]


def _history(connection: Connection, setting: OfficeSetting) -> list[tuple[datetime, Any, int]]:
    changes = setting_history(connection, setting.value)
    if setting is OfficeSetting.RATE:
        sides = {change.valid_from: change.value for change in setting_history(connection, SIDE_RATES)}
        return [
            (one.valid_from, {"rate": float(one.value), "by_side": sides.get(one.valid_from) or {}}, one.set_by) for one in changes
        ]
    return [(one.valid_from, _whole(setting, one.value), one.set_by) for one in changes]


def _whole(setting: OfficeSetting, value: Any) -> Any:
    """With the fields that were not there yet when it was kept."""
    if setting is OfficeSetting.RULES:
        return as_data(rules_from(value or {}))
    if isinstance(_SHIPPED[setting], dict):
        return _SHIPPED[setting] | (value or {})
    return value
