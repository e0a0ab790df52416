"""What a setting of the office may be: each check takes what was sent and answers what is kept, or refuses it in plain words."""

import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from engine.delivery.office import Sender
from engine.errors import BadInput
from engine.intake.phones import email_of, phone_of
from engine.scoring.scale import Bands
from engine.sequences.places import known_states, zones_of

_MOST_ZIPS = 300
_LEAST_MEDIAN_CENTS, _MOST_MEDIAN_CENTS = 1_000_000, 10_000_000_000  # $10,000 to $100 million: beyond that it's a slip


def check_market(said: Mapping[str, Any]) -> dict[str, Any]:
    """The market: a name, a state and one of its time zones, the median price with where it's from, ZIP codes or their beginnings."""
    state = str(said["state"]).strip().upper()
    if state not in known_states():
        raise BadInput(f"“{state}” is no state's two letters, as in CA", field="state")
    if said["time_zone"] not in zones_of(state):
        raise BadInput(f"{state} keeps {' or '.join(zones_of(state))}, not {said['time_zone']}", field="time_zone")
    cents = said["median_price_cents"]
    if not isinstance(cents, int) or not _LEAST_MEDIAN_CENTS <= cents <= _MOST_MEDIAN_CENTS:
        raise BadInput("The median price is between $10,000 and $100,000,000", field="median_price_cents")
    return {
        "name": _line(said["name"], "the market's name", "name", 80),
        "state": state,
        "time_zone": said["time_zone"],
        "median_price_cents": cents,
        "median_price_source": _line(said["median_price_source"], "where the median price is from", "median_price_source", 200),
        "service_zips": _zips(said["service_zips"]),
    }


def check_bands(said: Mapping[str, Any] | None) -> dict[str, float] | None:
    """The probabilities from which a lead is hot and warm; None for the model's own."""
    if said is None:
        return None
    hot, warm = round(float(said["hot"]), 6), round(float(said["warm"]), 6)
    if not 0 < warm < hot < 1:
        raise BadInput("Warm begins above 0%, hot above warm and below 100%", field="bands")
    return asdict(Bands(hot=hot, warm=warm))


def check_sender(said: Mapping[str, Any]) -> dict[str, str]:
    """Whom messages come from. Parts may be empty: the gate then says what is missing. What is there must be whole."""
    kept = {field.name: re.sub(r"\s+", " ", str(said.get(field.name, ""))).strip() for field in fields(Sender)}
    for name, text in kept.items():
        if len(text) > 200:
            raise BadInput("At most 200 characters a field", field=name)
    for name, words in (("agent_phone", "The agent's phone"), ("from_number", "The number texts come from")):
        kept[name] = _phone(kept[name], words, name)
    if kept["from_email"] and email_of(kept["from_email"]) is None:
        raise BadInput(f"“{kept['from_email']}” is no e-mail address", field="from_email")
    if kept["postal_address"] and not (re.search(r"\d", kept["postal_address"]) and len(kept["postal_address"]) >= 10):
        raise BadInput(
            "The postal address needs a street or box with its number, the town and the ZIP code", field="postal_address"
        )
    if kept["public_url"] and not re.fullmatch(r"https://[A-Za-z0-9.\-]+(:\d{1,5})?(/[^\s?#]*)?", kept["public_url"]):
        raise BadInput("The public address is one like https://leads.example.com", field="public_url")
    kept["public_url"] = kept["public_url"].rstrip("/")
    return kept


def check_retention(said: Any) -> int:
    """For how many days the words of finished messages are kept."""
    if type(said) is not int or not 1 <= said <= 3_650:
        raise BadInput("Words are kept for 1 to 3,650 days", field="days")
    return said


def _line(said: object, words: str, name: str, longest: int) -> str:
    text = re.sub(r"\s+", " ", str(said)).strip()
    if not 2 <= len(text) <= longest:
        raise BadInput(f"Say {words} in 2 to {longest} characters", field=name)
    return text


def _zips(said: object) -> list[str]:
    """ZIP codes or beginnings of three digits and more, each once; one that lies within another is left out."""
    if not isinstance(said, str | list | tuple):
        raise BadInput("ZIP codes come as a list or as text with commas", field="service_zips")
    parts = re.split(r"[\s,;]+", said) if isinstance(said, str) else [str(each) for each in said]
    found = sorted({part for part in parts if part})
    for part in found:
        if not re.fullmatch(r"[0-9]{3,5}", part):
            raise BadInput(f"“{part[:20]}” is neither a ZIP code nor its first three or four digits", field="service_zips")
    kept = [part for part in found if not any(part != other and part.startswith(other) for other in found)]
    if not 1 <= len(kept) <= _MOST_ZIPS:
        raise BadInput(f"Name 1 to {_MOST_ZIPS} ZIP codes or beginnings", field="service_zips")
    return kept


def _phone(text: str, words: str, name: str) -> str:
    if not text:
        return ""
    number = phone_of(text)
    if number is None:
        raise BadInput(f"{words} can't be dialled; write it as in (909) 555-0123", field=name)
    return number
