"""A change of a setting in words: what it was and what it became, field by field."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.records.office import OfficeSetting
from engine.sequences.widening import clock_of

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EMPTY = "nothing"
_LABELS = {
    "name": "Market",
    "state": "State",
    "time_zone": "Time zone",
    "median_price_cents": "Median price",
    "median_price_source": "Source of the price",
    "service_zips": "ZIP codes",
    "hot": "Hot from",
    "warm": "Warm from",
    "rate": "Default rate",
    "listing": "Listing side",
    "buyer": "Buyer's side",
    "brand": "Brand",
    "agent_name": "Agent",
    "agent_phone": "Agent's phone",
    "postal_address": "Postal address",
    "from_number": "Texts from",
    "from_email": "E-mails from",
    "public_url": "Public address",
    "opens_minute": "Opens",
    "closes_minute": "Closes",
    "weekdays": "Days",
    "closing_margin_minutes": "Minutes kept free before closing",
    "is_closed_on_holidays": "Closed on holidays",
    "messages_per_day": "Messages in 24 hours",
    "messages_per_week": "Messages in 7 days",
    "stop_text_days": "Opt-out words every, days",
    "sms_segments": "Segments of a text",
    "is_approval_needed_for_llm": "Machine-written words need approval",
    "days": "Words kept, days",
}

_UNSET = {"hot": "the model’s own", "warm": "the model’s own", "rate": "", "listing": "the default", "buyer": "the default"}
_FORMS: Mapping[str, Callable[[Any], str]] = {
    "opens_minute": clock_of,
    "closes_minute": clock_of,
    "median_price_cents": lambda cents: f"${cents // 100:,}",
    "weekdays": lambda days: ", ".join(_DAYS[day] for day in sorted(days)),
}


def differences(setting: OfficeSetting, before: Any, after: Any) -> tuple[str, ...]:
    """Each field that differs: `Opens: 10:00 AM → 11:00 AM`; one sentence when nothing does."""
    old, new = _flat(setting, before), _flat(setting, after)
    found = [
        f"{_LABELS.get(name) or name.replace('_', ' ').capitalize()}: {_say(name, old.get(name))} → {_say(name, new.get(name))}"
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    ]
    return tuple(found) or ("Set again, unchanged",)


def _flat(setting: OfficeSetting, value: Any) -> Mapping[str, Any]:
    if setting is OfficeSetting.BANDS:
        return value or {"hot": None, "warm": None}
    if setting is OfficeSetting.RATE:
        return {"rate": value["rate"], **value["by_side"]}
    return {"days": value} if setting is OfficeSetting.RETENTION else value


def _say(name: str, value: Any) -> str:
    if name in _UNSET:
        return _UNSET[name] if value is None else _percent(value)
    if value in (None, "", []):
        return _EMPTY
    if name in _FORMS:
        return _FORMS[name](value)
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _percent(share: float) -> str:
    return f"{share * 100:.4f}".rstrip("0").rstrip(".") + "%"
