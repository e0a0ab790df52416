"""Consent that comes in with a file or a form: columns that state it become consent records; a lead without them can't be written to.

A bare "yes" is not enough: it takes the day it was given, and either the words agreed to or where the proof is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from dateutil.parser import ParserError, parse

from engine.records import Lead
from engine.records.follow_up import Consent, StepKind

_YES = frozenset(
    {
        "yes",
        "y",
        "true",
        "1",
        "opted in",
        "opted-in",
        "opt in",
        "opt-in",
        "subscribed",
        "granted",
        "given",
        "agreed",
        "accepted",
        "si",
        "sí",
        "ja",
        "oui",
        "x",
        "✓",
    }
)
_SMS = frozenset(
    {"sms consent", "text consent", "consent sms", "consent to text", "sms opt in", "text opt in", "opted in sms", "tcpa consent"}
)
_EMAIL = frozenset({"email consent", "e mail consent", "consent email", "consent to email", "email opt in", "opted in email"})
_BOTH = frozenset({"consent", "marketing consent", "contact consent", "opt in", "opted in", "consent to contact"})
_WHEN = frozenset(
    {
        "consent on",
        "consent date",
        "consent at",
        "consent given at",
        "consent time",
        "consented at",
        "opt in date",
        "opted in at",
        "opt in at",
    }
)
_WORDS = frozenset({"consent text", "consent language", "consent wording", "consent disclosure", "disclosure", "consent words"})
_PROOF = frozenset(
    {"consent source", "consent evidence", "consent proof", "consent url", "consent form", "opt in source", "consent ip"}
)
_HEADINGS = {"sms": _SMS, "email": _EMAIL, "both": _BOTH, "when": _WHEN, "words": _WORDS, "proof": _PROOF}


def consents_in(lead: Lead, *, brought_by: str, at: datetime) -> list[Consent]:
    """The consents that a lead's own columns state, one an address. `brought_by` names the file or form they came with."""
    told = _told(lead.extra)
    given_at = _moment(told.get("when", ""))
    words, proof = told.get("words", ""), told.get("proof", "")
    if given_at is None or given_at > at or not (words or proof):
        return []
    kinds = {"sms": (StepKind.SMS, lead.phone), "email": (StepKind.EMAIL, lead.email)}
    agreed = [kinds[name] for name in kinds if _is_yes(told.get(name, "")) or _is_yes(told.get("both", ""))]
    return [
        Consent(
            lead_id=lead.lead_id,
            address=address,
            channels=(kind,),
            purpose="marketing",
            disclosure=words or "Not in the file; see the proof named",
            method="csv",
            evidence=f"{proof}; {brought_by}" if proof else brought_by,
            given_at=given_at,
        )
        for kind, address in agreed
        if address
    ]


def consents_of_import(taken: Iterable[tuple[int, Lead]], *, brought_by: str, at: datetime) -> list[Consent]:
    """The same for leads with their numbers."""
    stating = (replace(lead, lead_id=number) for number, lead in taken if lead.extra)
    return [one for lead in stating for one in consents_in(lead, brought_by=brought_by, at=at)]


def _told(extra: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, value in extra.items():
        for name, known in _HEADINGS.items():
            if _plain(column) in known and str(value).strip():  # a column that a person named as the field comes under its name
                found.setdefault(name, str(value).strip())
    return found


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold()).strip()


def _is_yes(text: str) -> bool:
    return text.strip().casefold() in _YES


def _moment(text: str) -> datetime | None:
    """A day or a moment as files write them; without a zone it is taken as UTC, without a year as nothing."""
    if not re.search(r"\d{4}", text):
        return None
    try:
        moment = parse(text)
    except (ParserError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
