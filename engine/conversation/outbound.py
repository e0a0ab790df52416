"""The filter every machine-composed text passes before a person sees it or it may be sent. It answers with what is wrong."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from engine.conversation.script import LONGEST
from engine.sequences.fair_housing import steering_phrases


class Fault(StrEnum):
    """What can be wrong with a text."""

    FAIR_HOUSING = "fair_housing"
    FIGURE = "figure"
    CONTACT = "contact"
    LINK = "link"
    PROMISE = "promise"
    LENGTH = "length"
    EMPTY = "empty"


class Finding(NamedTuple):
    """One fault, with the words it was found in."""

    fault: Fault
    words: str


_FIGURE = re.compile(r"(?<![\w.])[$€£]?\s?\d[\d,]*(?:\.\d+)?\s?(?:%|k\b|m\b|mil\b|million\b|thousand\b|percent\b)?", re.IGNORECASE)
_SPELLED = re.compile(
    r"\b(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundred)[\s-]+)+(?:thousand|million|percent|grand)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:https?|ftp|javascript|data|file):\S+|\bwww\.\S+|!?\[[^\]]*\]\([^)]*\)|<\s*\w+[^>]*>|"
    r"\b(?:[\w-]+\.)+(?:com|net|org|io|co|info|biz|us|me|ly|app|dev|ru|cn|xyz|top)\b(?:/\S*)?",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)")
# What only a contract, a lender or the future can keep.
_PROMISE = re.compile(
    r"\b(?:guarantee\w*|i promise|we promise|promise you|no risk|risk[- ]free|for sure|can'?t lose|will definitely|definitely will|"
    r"certain to (?:sell|close|rise|appreciate)|(?:will|going to) (?:sell|close) (?:in|within|by|for)|sure thing|best price|highest price|"
    r"(?:will|is going to|going to) (?:appreciate|go up|increase in value|double|rise in value)|"
    r"you(?:'re| are| will be|'ll be) (?:pre-?)?approved|(?:loan|mortgage) is approved|waive (?:our|the|my) (?:fee|commission)|"
    r"free of charge|cash back|rebate|legal advice|tax advice|garantiz\w+|garantía|te prometo|sin riesgo)\b",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")


def faults_of(
    text: str,
    *,
    sources: str = "",
    longest: int = LONGEST,
    others: Sequence[str] = (),
    contacts: Sequence[str] = (),
    names: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """Everything wrong with a text; empty when it may be shown or sent.

    `sources` is all that its figures may come from, `others` are names, phones and e-mails of people it must not mention, `contacts`
    those it may, `names` proper names that describe nobody (lead, agent, brand).
    """
    plain = _HIDDEN.sub("", text)
    found = [Finding(Fault.EMPTY, "")] if not plain.strip() else []
    found += [Finding(Fault.LENGTH, f"{len(plain)} of {longest} characters")] if len(plain) > longest else []
    found += [Finding(Fault.LINK, "hidden letters")] if plain != text else []
    found += [Finding(Fault.FAIR_HOUSING, words) for _, words in steering_phrases(plain, names=tuple(names))]
    found += [Finding(Fault.LINK, hit[0].strip()) for hit in _LINK.finditer(_CONTACT.sub(" ", plain))]
    found += [Finding(Fault.PROMISE, hit[0]) for hit in _PROMISE.finditer(plain.replace("’", "'"))]
    found += _strangers(plain, others, contacts)
    found += _figures(plain, sources, contacts)
    return tuple(dict.fromkeys(found))


def _strangers(text: str, others: Sequence[str], contacts: Sequence[str]) -> list[Finding]:
    """Phones and e-mails it may not name, and people it must not mention."""
    known = {_bare(one) for one in contacts}
    found = [Finding(Fault.CONTACT, hit[0]) for hit in _CONTACT.finditer(text) if _bare(hit[0]) not in known]
    named = (one for one in others if len(one) > 2 and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text, re.IGNORECASE))
    return found + [Finding(Fault.CONTACT, one) for one in named]


def _figures(text: str, sources: str, contacts: Sequence[str]) -> list[Finding]:
    """Figures that stand in no source. What is said with "k" or a comma counts as the number it is."""
    allowed = {_number(hit[0]) for hit in _FIGURE.finditer(sources)} | {_number(_bare(one)) for one in contacts}
    read = _CONTACT.sub(" ", text)
    found = [Finding(Fault.FIGURE, hit[0].strip()) for hit in _FIGURE.finditer(read) if _number(hit[0]) not in allowed]
    spelled = [hit[0] for hit in _SPELLED.finditer(read) if hit[0].casefold() not in sources.casefold()]
    return found + [Finding(Fault.FIGURE, words) for words in spelled]


_TIMES = {"k": 1_000, "thousand": 1_000, "mil": 1_000, "m": 1_000_000, "million": 1_000_000}


def _number(words: str) -> float | str:
    match = re.fullmatch(r"[$€£]?\s?(\d[\d,]*(?:\.\d+)?)\s?(\D*)", words.strip().casefold())
    if match is None:
        return words.strip()
    return float(match[1].replace(",", "")) * _TIMES.get(match[2].strip(), 1)


def _bare(contact: str) -> str:
    return contact.casefold() if "@" in contact else re.sub(r"\D", "", contact)[-10:]
