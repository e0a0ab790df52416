"""Whether a lead may be called or texted at this hour where he is, and texted at all; if not, why, and from when on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.sequences.facts import Whereabouts
from engine.sequences.places import places_of, zone
from engine.sequences.quiet_hours import next_open
from engine.sequences.rules import GateRules


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactHours:
    """`opens_at`: the next decent moment, None while it is one or when nobody knows where he is. `why_no_text`: empty when he may be."""

    is_quiet: bool
    opens_at: datetime | None
    local_opening: str  # the same on his own clock, as "Tue 10:00"
    why_no_text: str


def contact_hours(row: Mapping[str, Any], now: datetime, rules: GateRules) -> ContactHours:
    """The hours of one row of the queue. A person may answer a text without consent on file: the lead asked for it by writing."""
    where = Whereabouts(phone=row["phone"], zip_code=row["zip_code"] or "", city=row["city"] or "", state=row["state"] or "")
    places = places_of(where, needs_phone=False)
    opens_at = next_open(places, now, rules) if places.zones else now
    is_quiet = opens_at is None or opens_at > now
    opening = f"{opens_at.astimezone(zone(places.home)):%a %H:%M}" if is_quiet and opens_at else ""
    return ContactHours(
        is_quiet=is_quiet,
        opens_at=opens_at if is_quiet else None,
        local_opening=opening,
        why_no_text=_why_no_text(row, opening, is_quiet=is_quiet),
    )


def _why_no_text(row: Mapping[str, Any], opening: str, *, is_quiet: bool) -> str:
    if row["consent"] == "opted_out":
        return "He asked not to be contacted"
    if row["is_phone_bad"]:
        return "The number is bad"
    if row["consent"] != "given" and row["last_inbound_channel"] != "sms":
        return "No consent to texts on file; a person may call"
    if is_quiet:
        return f"Quiet hours there; may be texted from {opening} his time" if opening else "No decent hour in the next two weeks"
    return ""
