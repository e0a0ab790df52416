"""Who a payload is about: names, telephone numbers, e-mail addresses."""

from typing import NamedTuple

from engine.intake.facts import Facts, Problem
from engine.intake.fields import N_EMAILS, N_PHONES
from engine.intake.phones import email_of, extension_of, is_nobodys, phone_of, split_emails, split_phones, why_not_email
from engine.intake.words import region_of, split_name, tidy_name

_LONGEST_NAME = 120
_PHONES = tuple("phone" if n == 1 else f"phone_{n}" for n in range(1, N_PHONES + 1))
_EMAILS = tuple("email" if n == 1 else f"email_{n}" for n in range(1, N_EMAILS + 1))


class Person(NamedTuple):
    """What identifies somebody, and the texts that should have but couldn't be read."""

    first_name: str
    last_name: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    external_id: str | None
    unread: tuple[Problem, ...]

    @property
    def is_known(self) -> bool:
        """Whether anything says who this is."""
        return bool(self.first_name or self.last_name or self.phones or self.emails or self.external_id)


def person_from(facts: Facts) -> Person:
    """The person a payload names."""
    phones, bad_phones = _phones(facts, _region(facts))
    emails, bad_emails = _emails(facts)
    first, last = _names(facts)
    return Person(
        first, last, tuple(phones), tuple(emails), facts.text("external_id")[:200] or None, tuple(bad_phones + bad_emails)
    )


def _region(facts: Facts) -> str:
    country = facts.text("country")
    if country:
        facts.extra.setdefault("country", country)
    return region_of(country)


def _phones(facts: Facts, region: str) -> tuple[list[str], list[Problem]]:
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


def _emails(facts: Facts) -> tuple[list[str], list[Problem]]:
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


def _names(facts: Facts) -> tuple[str, str]:
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


def _name_part(facts: Facts, name: str) -> str:
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
