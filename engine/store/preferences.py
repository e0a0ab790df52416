"""What the office has set, in the ledger: each change is a new row, the newest one up to a moment holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.store.ledger import Txn, upsert
from engine.store.tables import settings


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting's value, since when, and who set it."""

    valid_from: datetime
    value: Any
    set_by: int


_HOLDING = (  # asked after every change of the office: put together once
    select(settings.c.value)
    .where(settings.c.name == bindparam("setting"), settings.c.valid_from <= bindparam("moment", type_=settings.c.valid_from.type))
    .order_by(settings.c.valid_from.desc())
    .limit(1)
)


def get_setting(connection: Connection, name: str, at: datetime) -> Any:
    """The value that holds at that moment; None when nobody has set one."""
    return connection.execute(_HOLDING, {"setting": name, "moment": at}).scalar_one_or_none()


def set_setting(txn: Txn, name: str, value: object) -> None:
    """Set a value from the transaction's moment on."""
    row = {"name": name, "valid_from": txn.at, "value": value, "set_by": txn.actor_id}
    txn.connection.execute(upsert(txn.connection, settings), row)
    txn.emit("setting_changed", "settings", 0)


def setting_history(connection: Connection, name: str) -> list[SettingChange]:
    """A setting's values, the newest first."""
    asked = select(settings.c.valid_from, settings.c.value, settings.c.set_by).where(settings.c.name == name)
    return [SettingChange(*row) for row in connection.execute(asked.order_by(settings.c.valid_from.desc()))]
