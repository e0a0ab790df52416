"""What the owner sets for the whole office, as plain, frozen records: the settings by name, and who signs for a wider one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class OfficeSetting(StrEnum):
    """One thing the owner sets, by the name under which the ledger keeps it."""

    MARKET = "market"
    BANDS = "bands"
    RATE = "commission_rate"
    SENDER = "sender"
    RULES = "follow_up_rules"
    RETENTION = "follow_up_retention_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Why more messages may go out than before, and the typed name of who answers for it."""

    reason: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingEntry:
    """One value a setting had: since when, who set it, and what that changed, in words."""

    valid_from: datetime | None  # None: as shipped
    set_by: str
    value: Any
    told: tuple[str, ...]
    is_now: bool
