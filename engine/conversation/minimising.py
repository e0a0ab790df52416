"""Personal data out of a text before anybody outside the office reads it: typed placeholders in its place.

Known data of the lead (his names, phones, e-mails, street) goes whatever form it has; others' by pattern: phones, e-mails, streets,
links, long numbers, and names that follow "my name is" and the like. A first name dropped in passing by somebody else may stay.
"""

import re
from collections.abc import Iterable

from phonenumbers import PhoneNumberMatcher

from engine.records import Lead

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b(?:[\w-]+\.)+(?:com|net|org|io|co|info|biz|us|me|ly|app|dev)\b(?:/\S*)?", re.IGNORECASE
)
_STREET = re.compile(
    r"\b\d{1,6}\s+(?:[NSEW]\.?\s+|(?:North|South|East|West)\s+)?(?:[A-Z][\w'.-]*\s+|\d{1,3}(?:st|nd|rd|th)\s+){1,4}"
    r"(?:St(?:reet)?|Ave(?:nue)?|R(?:oa)?d|Dr(?:ive)?|L(?:a)?n(?:e)?|Blvd|Boulevard|C(?:our)?t|Way|Pl(?:ace)?|Cir(?:cle)?|Ter(?:race)?|"
    r"P(?:ar)?kwa?y|Hwy|Highway|Trail|Loop)\b\.?(?:,?\s*(?:apt|unit|suite|#)\s*\w+)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<!\d)(?:\d[ -]?){8,18}\d(?!\d)")  # cards, social security, accounts
_SOCIAL = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
_SAID_NAME = re.compile(
    r"(?P<lead>\b(?:my name is|my name's|this is|i am|i'm|call me|ask for|speak (?:to|with)|talk to|"
    r"my (?:wife|husband|partner|mom|mother|dad|father|brother|sister|son|daughter|friend|agent|lender)(?:'s name is|,)?|"
    r"(?:mi nombre es|me llamo|soy|habla))\s+)(?P<name>[A-ZÁÉÍÓÚÑ][\w'’.-]+(?:\s+[A-ZÁÉÍÓÚÑ][\w'’.-]+){0,2})"
)
_SAID_NAME_ANY_CASE = re.compile(_SAID_NAME.pattern.replace(r"(?P<lead>\b(?:", r"(?P<lead>\b(?i:"))
_TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Sra?|Señora?)\.?\s+[A-ZÁÉÍÓÚÑ][\w'’-]+(?:\s+[A-ZÁÉÍÓÚÑ][\w'’-]+)?")
_SHORT = 2  # letters: a name like "Al" would take half a text with it unless it stands as a word with a capital


def minimised(text: str, *, names: Iterable[str] = (), addresses: Iterable[str] = ()) -> str:
    """The text with personal data replaced by [NAME], [PHONE], [EMAIL], [ADDRESS], [LINK] and [NUMBER]."""
    text = _EMAIL.sub("[EMAIL]", text)
    text = _LINK.sub("[LINK]", text)
    text = _without_phones(text)
    text = _SOCIAL.sub("[NUMBER]", text)
    for address in sorted({one for one in addresses if len(one) > 4}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(address)}(?!\w)", "[ADDRESS]", text, flags=re.IGNORECASE)
    text = _STREET.sub("[ADDRESS]", text)
    text = _NUMBER.sub("[NUMBER]", text)
    text = _without_names(text, names)
    text = _TITLED.sub("[NAME]", text)
    return _SAID_NAME_ANY_CASE.sub(lambda found: f"{found['lead']}[NAME]", text)


def names_of(lead: Lead) -> tuple[str, ...]:
    """What the lead is called, whole and in parts."""
    whole = f"{lead.first_name} {lead.last_name}".strip()
    return tuple(dict.fromkeys(one for one in (whole, *whole.split()) if one))


def addresses_of(lead: Lead) -> tuple[str, ...]:
    """Where he or his home can be found, as far as it is written down."""
    return tuple(one for one in (lead.street,) if one)


def _without_phones(text: str) -> str:
    """Numbers that could be dialled from the United States, however they are written."""
    for found in reversed(list(PhoneNumberMatcher(text, "US", leniency=1))):
        text = text[: found.start] + "[PHONE]" + text[found.end :]
    return re.sub(r"(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]?\d{4}(?!\d)|(?<!\d)\d{10}(?!\d)", "[PHONE]", text)


def _without_names(text: str, names: Iterable[str]) -> str:
    for name in sorted({one.strip() for one in names if one.strip()}, key=len, reverse=True):
        flags = re.IGNORECASE if len(name) > _SHORT else 0
        text = re.sub(rf"(?<!\w){re.escape(name)}(?:'s|’s)?(?!\w)", "[NAME]", text, flags=flags)
    return text
