"""Who is the same person, and what a second sighting adds to what is known of him."""

from collections.abc import Mapping
from dataclasses import fields, replace
from itertools import chain

from engine.records import Channel, Deal, Direction, Interaction, Lead

_UNIONS = frozenset(
    {"phone", "email", "other_phones", "other_emails", "tags", "notes", "interactions", "extra", "deal", "is_do_not_contact"}
)
_NEVER = frozenset({"lead_id", "location_specificity", "n_criteria"})
# What a person may decide on for each field that a column feeds, and the parts of a lead it stands for.
POLICY_FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name"),
    "phone": ("phone", "other_phones"),
    "email": ("email", "other_emails"),
    "source": ("source", "source_text"),
    "created_at": ("created_at",),
    "assigned_to": ("assigned_to", "assigned_text"),
    "budget": ("budget_low_cents", "budget_high_cents"),
    "timeline": ("timeline_days",),
    "financing": ("financing", "has_proof_of_funds", "sells_first"),
    "property_type": ("property_type", "beds", "baths"),
    "location": ("location_text", "street", "city", "state", "zip_code", "in_service_area"),
    "listing_price": ("listing_price_cents",),
    "tags": ("tags",),
    "notes": ("notes",),
}
POLICIES = ("fill", "overwrite", "keep")
_BLANK: tuple[object, ...] = (None, "", ())


def merge(existing: Lead, incoming: Lead, policy: Mapping[str, str] | None = None) -> tuple[Lead, dict[str, tuple[object, object]]]:
    """Fill what was blank, join what can be several, overwrite nothing. Also answers what changed: field → (before, after).

    `policy` says otherwise for the fields it names (POLICY_FIELDS; '*' for all others): 'overwrite' lets what is said now replace what
    was known, 'keep' leaves it untouched, blank or not. A wish not to be contacted is never taken back.
    """
    changes: dict[str, object] = {
        name: getattr(incoming, name)
        for name in _plain_fields()
        if getattr(existing, name) in _BLANK and getattr(incoming, name) not in _BLANK
    }
    changes.update(_joined(existing, incoming))
    if policy:
        _heed(changes, existing, incoming, policy)
    merged = replace(existing, **changes)  # type: ignore[arg-type]
    merged = replace(merged, **_derived(merged, incoming))  # type: ignore[arg-type]
    differing = {spec.name: (getattr(existing, spec.name), getattr(merged, spec.name)) for spec in fields(Lead)}
    return merged, {name: pair for name, pair in differing.items() if pair[0] != pair[1]}


def _heed(changes: dict[str, object], existing: Lead, incoming: Lead, policy: Mapping[str, str]) -> None:
    """Bend what is to change to what a person chose for each field."""
    for field, names in POLICY_FIELDS.items():
        chosen = policy.get(field, policy.get("*", "fill"))
        for name in names if chosen != "fill" else ():
            said = getattr(incoming, name)
            if chosen == "keep":
                changes[name] = getattr(existing, name)
            elif said not in _BLANK:
                changes[name] = said
    if policy.get("phone", policy.get("*")) == "overwrite" and incoming.phone:
        numbers = (incoming.phone, *incoming.other_phones, existing.phone, *existing.other_phones)
        changes["phone"], *others = _union(numbers, ())
        changes["other_phones"] = tuple(others)
    if policy.get("email", policy.get("*")) == "overwrite" and incoming.email:
        addresses = (incoming.email, *incoming.other_emails, existing.email, *existing.other_emails)
        changes["email"], *others = _union(addresses, ())
        changes["other_emails"] = tuple(others)


def _plain_fields() -> list[str]:
    return [spec.name for spec in fields(Lead) if spec.name not in _UNIONS and spec.name not in _NEVER]


def _joined(existing: Lead, incoming: Lead) -> dict[str, object]:
    phones = _union((existing.phone, *existing.other_phones), (incoming.phone, *incoming.other_phones))
    emails = _union((existing.email, *existing.other_emails), (incoming.email, *incoming.other_emails))
    return {
        "phone": phones[0] if phones else None,
        "other_phones": phones[1:],
        "email": emails[0] if emails else None,
        "other_emails": emails[1:],
        "tags": _union(existing.tags, incoming.tags),
        "notes": _joined_notes(existing.notes, incoming.notes),
        "interactions": _joined_interactions(existing.interactions, incoming.interactions),
        "extra": {**incoming.extra, **existing.extra},
        "deal": _joined_deal(existing.deal, incoming.deal),
        "is_do_not_contact": existing.is_do_not_contact or incoming.is_do_not_contact,
    }


def _union(known: tuple[str | None, ...], new: tuple[str | None, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in chain(known, new) if value))


def _joined_notes(known: str, new: str) -> str:
    """Lines not yet noted are added below."""
    lines = known.split("\n") if known else []
    return "\n".join(lines + [line for line in (new.split("\n") if new else []) if line not in lines])


def _joined_interactions(known: tuple[Interaction, ...], new: tuple[Interaction, ...]) -> tuple[Interaction, ...]:
    """What was said, each once. A form's message counts as known by its text: files often don't date it."""
    seen = {_key(one) for one in known}
    added = []
    for one in new:
        if _key(one) not in seen:
            seen.add(_key(one))
            added.append(one)
    return tuple(sorted((*known, *added), key=lambda one: (one.at, one.seq))) if added else known


def _key(one: Interaction) -> tuple[object, ...]:
    is_form = one.channel is Channel.WEB and one.direction is Direction.INBOUND
    return (None if is_form else one.at, one.channel, one.direction, one.body)


def _joined_deal(known: Deal | None, new: Deal | None) -> Deal | None:
    if known is None or new is None:
        return known or new
    return replace(
        known,
        price_cents=known.price_cents if known.price_cents is not None else new.price_cents,
        closes_on=known.closes_on or new.closes_on,
        name=known.name or new.name,
    )


def _derived(merged: Lead, incoming: Lead) -> dict[str, object]:
    """Figures that follow from the others, told anew once the others are joined."""
    wishes = (
        merged.budget_low_cents or merged.budget_high_cents,
        merged.property_type,
        merged.beds,
        merged.baths,
        merged.location_text or merged.zip_code or None,
    )
    n_named = sum(wish is not None for wish in wishes)
    return {
        "location_specificity": max(merged.location_specificity, incoming.location_specificity),
        "n_criteria": max(n_named, merged.n_criteria or 0) or None,
    }
