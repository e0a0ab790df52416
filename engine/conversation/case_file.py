"""The case file of a lead the model is unsure of: what is known, what the model says and why, and the conversation, without personal data.

It is all that a second reader gets, Claude or a person. What people wrote stands in it as data, in fields of its own.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.conversation.minimising import addresses_of, minimised, names_of
from engine.records import Channel, Interaction, Lead, Score

N_EVENTS = 30
_LONGEST_TEXT = 800  # characters of one message
_LONGEST_TALK = 12_000  # of all of them


def case_file(
    lead: Lead, score: Score, features: Sequence[Mapping[str, str]], *, names: Sequence[str], at: datetime
) -> dict[str, Any]:
    """What a second reader sees. `features` are the model's inputs in words; `names` are people of the office, taken out as well."""
    return {
        "model": _model(score),
        "facts": _facts(lead, names),
        "features": [dict(one) for one in features],
        "reasons_for": [reason.text for reason in score.reasons_for],
        "reasons_against": [reason.text for reason in score.reasons_against],
        "conversation": _conversation(lead, names, at),
    }


def evidence_hash(lead: Lead) -> str:
    """Names what is known of the lead: it changes with a fact or an event, not with the day or the model."""
    known = {name: getattr(lead, name) for name in _KNOWN}
    said = [[event.at.isoformat(), event.channel, event.direction, event.body] for event in lead.interactions]
    content = json.dumps([known, said], default=str, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def quotable(case: Mapping[str, Any]) -> str:
    """Everything of a case that may be quoted, as one text."""
    facts = [f"{name}: {value}" for name, value in case["facts"].items()]
    features = [f"{one['label']}: {one['value']}" for one in case["features"]]
    said = [str(event["text"]) for event in case["conversation"]]
    return "\n".join([*facts, *features, *case["reasons_for"], *case["reasons_against"], *said])


_KNOWN = (
    *("source", "budget_low_cents", "budget_high_cents", "timeline_days", "financing", "has_proof_of_funds", "sells_first"),
    *("property_type", "beds", "baths", "n_criteria", "location_specificity", "in_service_area", "listing_price_cents", "notes"),
)


def _model(score: Score) -> dict[str, Any]:
    return {
        "band": score.band.value,
        "probability_of_closing_within_a_year": round(score.probability, 4),
        "interval": [round(score.probability_low, 4), round(score.probability_high, 4)],
        "confidence_in_band": round(score.confidence, 4),
        "similar_leads": score.n_similar,
        "similar_leads_closed": score.n_similar_closed,
    }


def _facts(lead: Lead, names: Sequence[str]) -> dict[str, Any]:
    """What he or a form said. Not where he lives or wants to live: only how precisely he said it."""
    told: dict[str, Any] = {
        "source": lead.source.value if lead.source else None,
        "budget_dollars": [cents and round(cents / 100) for cents in (lead.budget_low_cents, lead.budget_high_cents)],
        "timeline_days": lead.timeline_days,
        "financing": lead.financing.value if lead.financing else None,
        "has_proof_of_funds": lead.has_proof_of_funds,
        "must_sell_first": lead.sells_first,
        "property_type": lead.property_type.value if lead.property_type else None,
        "beds": lead.beds,
        "baths": lead.baths,
        "area_named": ("no", "metro or state", "city", "ZIP or street")[lead.location_specificity],
        "listing_price_dollars": lead.listing_price_cents and round(lead.listing_price_cents / 100),
        "notes_of_the_office": _plain(lead, lead.notes, names) or None,
    }
    return {name: value for name, value in told.items() if value not in (None, [None, None])}


def _conversation(lead: Lead, names: Sequence[str], at: datetime) -> list[dict[str, Any]]:
    """The newest events, the oldest of them first, as far as there is room."""
    told: list[dict[str, Any]] = []
    room = _LONGEST_TALK
    for event in reversed(lead.interactions[-N_EVENTS:]):
        text = _plain(lead, event.body, names)
        room -= len(text)
        if room < 0:
            break
        told.append(_event(event, text, at))
    return told[::-1]


def _event(event: Interaction, text: str, at: datetime) -> dict[str, Any]:
    by = "note of the office" if event.channel is Channel.NOTE else "lead" if event.direction == "inbound" else "office"
    days = max(0, (at - event.at).days)
    return {"days_ago": days, "channel": event.channel.value, "from": by, "is_automated": event.is_automated, "text": text}


def _plain(lead: Lead, text: str, names: Sequence[str]) -> str:
    return minimised(text[:_LONGEST_TEXT], names=(*names_of(lead), *names), addresses=addresses_of(lead)).strip()
