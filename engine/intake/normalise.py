"""The one normaliser: what a row, a JSON body or a webhook says of a lead, as a `Lead`.

Nothing is invented. An optional value that can't be read is kept in `Lead.extra` with a warning; a payload is refused only
when nothing in it identifies a person.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.intake.conversation import interaction_from, message_interaction
from engine.intake.dates import DateOrder, is_ambiguous, read_date, read_time
from engine.intake.facts import Facts, Problem, clean
from engine.intake.fields import N_NOTES
from engine.intake.money import Span, read_budget, read_price
from engine.intake.person import person_from
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
)
from engine.records import Deal, Interaction, Lead, Market, Stage

__all__ = ["Problem", "Reading", "clean", "lead_from"]

_DAY = timedelta(days=1)
_CONSENT_TEXTS = ("consent_sms", "consent_email", "consent", "consent_words", "consent_proof")
_TAG_MARKS = re.compile(r"\s*[,;|\n]\s*")
_NOTES = tuple("notes" if n == 1 else f"notes_{n}" for n in range(1, N_NOTES + 1))


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a payload: a lead, perhaps with warnings, or the problems for which there is none."""

    lead: Lead | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def lead_from(payload: Mapping[str, object], *, market: Market, at: datetime, date_order: DateOrder | None = None) -> Reading:
    """Read a payload (keys are the names in FIELDS, and `extra`) as a lead. `at` is now; naive times are the market's own."""
    facts = Facts(payload)
    facts.keep_extra()
    person = person_from(facts)
    if not person.is_known:
        return Reading(None, person.unread or (_nobody(facts),))
    for problem in person.unread:
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
        external_id=person.external_id,
        first_name=person.first_name,
        last_name=person.last_name,
        phone=person.phones[0] if person.phones else None,
        email=person.emails[0] if person.emails else None,
        other_phones=person.phones[1:],
        other_emails=person.emails[1:],
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
    _keep_consent(facts, market, date_order)
    return Reading(lead, warnings=tuple(facts.warnings))


def _keep_consent(facts: Facts, market: Market, order: DateOrder | None) -> None:
    """What is said of consent is kept beside the lead under the field's own name: it becomes a record only with day and proof."""
    for name in _CONSENT_TEXTS:
        if text := facts.text(name) if name in facts.payload else "":
            facts.extra[name] = text
    text = facts.text("consent_on") if "consent_on" in facts.payload else ""
    if not text:
        return
    moment = read_time(text, market.time_zone, order)
    is_open = order is None and is_ambiguous(text)  # the wrong day would make a proof of nothing
    if moment and not is_open:
        facts.extra["consent_on"] = moment.isoformat()
        return
    reason = "could be day first or month first" if is_open else "isn't a date we can read for certain"
    facts.warnings.append(Problem("consent_on", f"{reason}; no consent is noted", text[:200]))
    facts.extra["unread day of consent"] = text


def _nobody(facts: Facts) -> Problem:
    if facts.warnings:
        return facts.warnings[0]
    is_empty = not any(facts.text(name) for name in facts.payload if name != "extra") and not facts.extra
    return Problem("", "the row is empty" if is_empty else "no name, phone, e-mail or id says who this is")


def _created_at(facts: Facts, market: Market, at: datetime, order: DateOrder | None) -> datetime | None:
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


def _budget(facts: Facts) -> tuple[int | None, int | None]:
    span = _span(facts, "budget") or Span(None, None)
    from_, up_to = _span(facts, "budget_low"), _span(facts, "budget_high")
    low = (from_.low_cents or from_.high_cents) if from_ else span.low_cents
    high = (up_to.high_cents or up_to.low_cents) if up_to else span.high_cents
    return (high, low) if low and high and low > high else (low, high)


def _span(facts: Facts, name: str) -> Span | None:
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


def _rooms(facts: Facts) -> Rooms:
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


def _whole_number(facts: Facts, name: str) -> int | None:
    return facts.read(name, lambda text: int(text) if re.fullmatch(r"\d{1,4}", text) else None, "isn't a whole number")


def _is_repeat(facts: Facts, n_transactions: int | None, stage_text: str) -> bool | None:
    if n_transactions or is_past_client(stage_text):
        return True
    return facts.read("is_repeat_contact", read_yes_no, "is neither yes nor no")


def _tags(facts: Facts) -> tuple[str, ...]:
    text = facts.text("tags")
    return tuple(dict.fromkeys(tag for tag in _TAG_MARKS.split(text.strip("[]")) if tag)) if text else ()


def _notes(facts: Facts) -> str:
    return "\n".join(dict.fromkeys(text for name in _NOTES if name in facts.payload and (text := facts.text(name))))


def _is_do_not_contact(facts: Facts) -> bool:
    text = facts.text("do_not_contact")
    if not text:
        return False
    answer = read_do_not_contact(text)
    if answer is None:  # a wrong call costs more than a missed one
        facts.unreadable("do_not_contact", "is neither yes nor no; taken as 'do not contact' to be safe", text)
        return True
    return answer


def _interactions(facts: Facts, market: Market, otherwise: datetime, order: DateOrder | None) -> tuple[Interaction, ...]:
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


def _entries(facts: Facts) -> Sequence[object]:
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


def _deal(facts: Facts, market: Market, order: DateOrder | None, stage_text: str) -> Deal | None:
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
