"""The one normaliser: what a row, a JSON body or a webhook says of a lead, as a `Lead`.

Nothing is invented. An optional value that can't be read is kept in `Lead.extra` with a warning; a payload is refused only
when nothing in it identifies a person.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from engine.intake.conversation import interaction_from, message_interaction
from engine.intake.dates import DateOrder, is_ambiguous, read_date, read_time
from engine.intake.fields import N_EMAILS, N_NOTES, N_PHONES
from engine.intake.mapping import is_missing
from engine.intake.money import Span, read_budget, read_price
from engine.intake.phones import email_of, extension_of, is_nobodys, phone_of, split_emails, split_phones, why_not_email
from engine.intake.places import place_from
from engine.intake.stages import deal_from, is_past_client, read_stage
from engine.intake.timeline import read_timeline
from engine.intake.words import (
    Rooms,
    read_count,
    read_do_not_contact,
    read_financing,
    read_property_type,
    read_rooms,
    read_source,
    read_yes_no,
    region_of,
    split_name,
    tidy_name,
)
from engine.records import Deal, Interaction, Lead, Market, Stage

_T = TypeVar("_T")
_DAY = timedelta(days=1)
_LONGEST_NAME = 120
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2060\ufeff\ud800-\udfff]")
_TAG_MARKS = re.compile(r"\s*[,;|\n]\s*")
_PHONES = tuple("phone" if n == 1 else f"phone_{n}" for n in range(1, N_PHONES + 1))
_EMAILS = tuple("email" if n == 1 else f"email_{n}" for n in range(1, N_EMAILS + 1))
_NOTES = tuple("notes" if n == 1 else f"notes_{n}" for n in range(1, N_NOTES + 1))


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that couldn't be taken: the field (for files, the column), why in plain words, and the value."""

    column: str
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a payload: a lead, perhaps with warnings, or the problems for which there is none."""

    lead: Lead | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Facts:
    """A payload being read, and what in it couldn't be."""

    payload: Mapping[str, object]
    warnings: list[Problem] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field as clean text; empty when it says nothing."""
        value = self.payload.get(name)
        if value is None:
            return ""
        text = clean(value)
        return "" if is_missing(text) else text

    def unreadable(self, name: str, reason: str, value: str) -> None:
        """Keep a value that can't be used beside the lead, and say so."""
        self.warnings.append(Problem(name, reason, value[:200]))
        self.extra.setdefault(name, value)

    def read(self, name: str, reader: Callable[[str], _T | None], reason: str) -> _T | None:
        """A field through its reader; unreadable text becomes a warning."""
        text = self.text(name)
        if not text:
            return None
        value = reader(text)
        if value is None:
            self.unreadable(name, reason, text)
        return value


def lead_from(payload: Mapping[str, object], *, market: Market, at: datetime, date_order: DateOrder | None = None) -> Reading:
    """Read a payload (keys are the names in FIELDS, and `extra`) as a lead. `at` is now; naive times are the market's own."""
    facts = _Facts(payload)
    _keep_extra(facts)
    region = _region(facts)
    phones, bad_phones = _phones(facts, region)
    emails, bad_emails = _emails(facts)
    first, last = _names(facts)
    external_id = facts.text("external_id")[:200] or None
    if not (phones or emails or first or last or external_id):
        return Reading(None, tuple(bad_phones + bad_emails) or (_nobody(facts),))
    for problem in bad_phones + bad_emails:
        facts.unreadable(problem.column, problem.reason, problem.value)
    created_at = _created_at(facts, market, at, date_order)
    low, high = _budget(facts)
    rooms = _rooms(facts)
    source_text = facts.text("source")
    place = place_from(facts.text, market)
    n_transactions = _whole_number(facts, "transactions")
    property_type = facts.read("property_type", read_property_type, "isn't a property type we know")
    stage_text = facts.text("stage")
    lead = Lead(
        external_id=external_id,
        first_name=first,
        last_name=last,
        phone=phones[0] if phones else None,
        email=emails[0] if emails else None,
        other_phones=tuple(phones[1:]),
        other_emails=tuple(emails[1:]),
        source=read_source(source_text) if source_text else None,
        source_text=source_text,
        created_at=created_at,
        assigned_text=facts.text("assigned_to"),
        budget_low_cents=low,
        budget_high_cents=high,
        timeline_days=facts.read("timeline", lambda text: read_timeline(text, at.date()), "names no time"),
        financing=facts.read("financing", read_financing, "doesn't say how he will pay"),
        has_proof_of_funds=facts.read("proof_of_funds", read_yes_no, "is neither yes nor no"),
        sells_first=facts.read("sells_first", read_yes_no, "is neither yes nor no"),
        property_type=property_type,
        beds=rooms.beds,
        baths=rooms.baths,
        n_criteria=_n_criteria(low or high, property_type, rooms.beds, rooms.baths, place.location_text or place.zip_code) or None,
        location_text=place.location_text,
        street=place.street,
        city=place.city,
        state=place.state,
        zip_code=place.zip_code,
        location_specificity=place.specificity,
        in_service_area=place.is_in_service_area,
        listing_price_cents=facts.read("listing_price", read_price, "isn't one amount of money"),
        is_repeat_contact=_is_repeat(facts, n_transactions, stage_text),
        n_transactions=n_transactions,
        tags=_tags(facts),
        notes=_notes(facts),
        is_do_not_contact=_is_do_not_contact(facts),
        interactions=_interactions(facts, market, created_at or at, date_order),
        deal=_deal(facts, market, date_order, stage_text),
        extra=facts.extra,
    )
    return Reading(lead, warnings=tuple(facts.warnings))


def clean(value: object) -> str:
    """A value as text without control characters or outer spaces. Whole numbers lose their '.0'."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, float):
        text = str(int(value)) if math.isfinite(value) and value.is_integer() and abs(value) < 1e15 else repr(value)
    elif isinstance(value, (datetime, date)):
        text = value.isoformat()
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        text = ", ".join(clean(part) for part in value)
    elif isinstance(value, Mapping):
        text = json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)
    else:
        text = str(value)
    return (text if text.isprintable() else _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def _keep_extra(facts: _Facts) -> None:
    extra = facts.payload.get("extra")
    if isinstance(extra, Mapping):
        facts.extra.update({clean(key): text for key, value in extra.items() if value is not None and (text := clean(value))})


def _region(facts: _Facts) -> str:
    country = facts.text("country")
    if country:
        facts.extra.setdefault("country", country)
    return region_of(country)


def _phones(facts: _Facts, region: str) -> tuple[list[str], list[Problem]]:
    """All numbers of all phone fields in their order, each once, and the texts that are none."""
    phones: list[str] = []
    bad: list[Problem] = []
    for name in filter(facts.payload.__contains__, _PHONES):
        for part in split_phones(text) if (text := facts.text(name)) else ():
            phone = phone_of(part, region)
            if phone is None:
                bad.append(Problem(name, "isn't a phone number one can dial", part[:200]))
            elif phone not in phones:
                phones.append(phone)
                if extension := extension_of(part):
                    facts.extra.setdefault(f"{name}_extension", extension)
    return phones, bad


def _emails(facts: _Facts) -> tuple[list[str], list[Problem]]:
    emails: list[str] = []
    bad: list[Problem] = []
    for name in filter(facts.payload.__contains__, _EMAILS):
        for part in split_emails(text) if (text := facts.text(name)) else ():
            email = email_of(part)
            if email is None:
                bad.append(Problem(name, why_not_email(part), part[:200]))
            elif is_nobodys(email):
                bad.append(Problem(name, "is an address people type to get past a form", part[:200]))
            elif email not in emails:
                emails.append(email)
    return emails, bad


def _names(facts: _Facts) -> tuple[str, str]:
    first, last = _name_part(facts, "first_name"), _name_part(facts, "last_name")
    whole = _name_part(facts, "name")
    if whole and not (first and last):
        parts = split_name(whole)
        if parts is None:
            facts.unreadable("name", "isn't a name", whole)
        elif not first and not last:
            return parts
        else:
            first, last = first or parts[0], last or parts[1]
    if first and not last and "," in first:
        return split_name(first) or (first, last)
    return first, last


def _name_part(facts: _Facts, name: str) -> str:
    text = facts.text(name)
    if not text:
        return ""
    text = " ".join(text.split())
    if len(text) > _LONGEST_NAME:
        facts.unreadable(name, f"is longer than {_LONGEST_NAME} characters", text)
        return ""
    if "@" in text or not any(map(str.isalpha, text)):
        facts.unreadable(name, "isn't a name", text)
        return ""
    return text if name == "name" else tidy_name(text)


def _nobody(facts: _Facts) -> Problem:
    if facts.warnings:
        return facts.warnings[0]
    is_empty = not any(facts.text(name) for name in facts.payload if name != "extra") and not facts.extra
    return Problem("", "the row is empty" if is_empty else "no name, phone, e-mail or id says who this is")


def _created_at(facts: _Facts, market: Market, at: datetime, order: DateOrder | None) -> datetime | None:
    value = facts.payload.get("created_at")
    if isinstance(value, datetime) and value.tzinfo:
        created = value.astimezone(UTC)
    else:
        read = facts.read(
            "created_at", lambda text: read_time(text, market.time_zone, order), "isn't a date we can read for certain"
        )
        if read is None:
            return None
        created = read
    text = facts.text("created_at")
    if created > at + _DAY:
        facts.unreadable("created_at", "lies in the future", text)
        return None
    if order is None and is_ambiguous(text):
        facts.warnings.append(Problem("created_at", "could be day first or month first; read month first", text))
    return created


def _budget(facts: _Facts) -> tuple[int | None, int | None]:
    span = _span(facts, "budget") or Span(None, None)
    from_, up_to = _span(facts, "budget_low"), _span(facts, "budget_high")
    low = (from_.low_cents or from_.high_cents) if from_ else span.low_cents
    high = (up_to.high_cents or up_to.low_cents) if up_to else span.high_cents
    return (high, low) if low and high and low > high else (low, high)


def _span(facts: _Facts, name: str) -> Span | None:
    value = facts.payload.get(name)
    if isinstance(value, Mapping):
        ends = {str(key).lower(): clean(part) for key, part in value.items() if part is not None}
        low = next((ends[key] for key in ("min", "low", "from") if key in ends), "")
        high = next((ends[key] for key in ("max", "high", "to") if key in ends), "")
        text = f"{low} - {high}" if low and high else f"from {low}" if low else f"up to {high}"
    elif isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2:
        text = f"{clean(value[0])} - {clean(value[1])}"
    else:
        text = facts.text(name)
    if not text or text in ("0", "$0", "0.00", "$0.00"):
        return None
    span = read_budget(text)
    if span is None:
        facts.unreadable(name, "isn't an amount of money we can read for certain", text)
    return span


def _rooms(facts: _Facts) -> Rooms:
    beds_text, baths_text = facts.text("beds"), facts.text("baths")
    found = read_rooms(beds_text) if beds_text else Rooms(None, None)
    beds = read_count(beds_text) if beds_text else None
    beds = found.beds if beds is None else beds
    if beds_text and beds is None:
        facts.unreadable("beds", "isn't a number of bedrooms", beds_text)
    if not baths_text:
        return Rooms(beds, found.baths)
    baths = read_count(baths_text)
    baths = read_rooms(baths_text).baths if baths is None else baths
    if baths is None:
        facts.unreadable("baths", "isn't a number of bathrooms", baths_text)
    return Rooms(beds, baths)


def _n_criteria(*wishes: object) -> int:
    return sum(wish is not None and wish != "" for wish in wishes)


def _whole_number(facts: _Facts, name: str) -> int | None:
    return facts.read(name, lambda text: int(text) if re.fullmatch(r"\d{1,4}", text) else None, "isn't a whole number")


def _is_repeat(facts: _Facts, n_transactions: int | None, stage_text: str) -> bool | None:
    if n_transactions or is_past_client(stage_text):
        return True
    return facts.read("is_repeat_contact", read_yes_no, "is neither yes nor no")


def _tags(facts: _Facts) -> tuple[str, ...]:
    text = facts.text("tags")
    return tuple(dict.fromkeys(tag for tag in _TAG_MARKS.split(text.strip("[]")) if tag)) if text else ()


def _notes(facts: _Facts) -> str:
    return "\n".join(dict.fromkeys(text for name in _NOTES if name in facts.payload and (text := facts.text(name))))


def _is_do_not_contact(facts: _Facts) -> bool:
    text = facts.text("do_not_contact")
    if not text:
        return False
    answer = read_do_not_contact(text)
    if answer is None:  # a wrong call costs more than a missed one
        facts.unreadable("do_not_contact", "is neither yes nor no; taken as 'do not contact' to be safe", text)
        return True
    return answer


def _interactions(facts: _Facts, market: Market, otherwise: datetime, order: DateOrder | None) -> tuple[Interaction, ...]:
    found: list[Interaction] = []
    message = facts.text("message")
    if message:
        found.append(message_interaction(message, otherwise))
    for seq, entry in enumerate(_entries(facts), start=len(found)):
        made = interaction_from(entry, seq, market, otherwise, order)
        if isinstance(made, Interaction):
            found.append(made)
        else:
            facts.warnings.append(Problem("interactions", made, clean(entry)[:200]))
            facts.extra[f"interactions_{seq + 1}"] = clean(entry)
    return tuple(sorted(found, key=lambda one: (one.at, one.seq)))


def _entries(facts: _Facts) -> Sequence[object]:
    value = facts.payload.get("interactions")
    if isinstance(value, str):
        text = facts.text("interactions")
        if not text:
            return ()
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            facts.unreadable("interactions", "isn't a JSON list of messages", text)
            return ()
    if value is None:
        return ()
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return value
    facts.unreadable("interactions", "isn't a list of messages", clean(value))
    return ()


def _deal(facts: _Facts, market: Market, order: DateOrder | None, stage_text: str) -> Deal | None:
    text = facts.text("deal_stage")
    stage = facts.read("deal_stage", read_stage, "isn't a stage we know")
    lead_stage: Stage | None = None
    if stage_text:
        lead_stage = read_stage(stage_text)
        facts.extra.setdefault("stage", stage_text)
    price = facts.read("deal_price", lambda value: read_price(value) if value.strip("$0., ") else 0, "isn't one amount of money")
    closes_on = facts.read(
        "deal_closes_on", lambda value: read_date(value, market.time_zone, order), "isn't a date we can read for certain"
    )
    if order is None and closes_on and is_ambiguous(facts.text("deal_closes_on")):
        facts.warnings.append(
            Problem("deal_closes_on", "could be day first or month first; read month first", facts.text("deal_closes_on"))
        )
    deal, is_assumed = deal_from(stage, lead_stage, price or None, closes_on, facts.text("deal_name"), is_past_client(stage_text))
    if is_assumed:
        facts.warnings.append(Problem("deal_stage", "the deal's stage isn't said; taken as active", text))
    if deal is None and text:
        facts.extra.setdefault("deal_stage", text)
    return deal
