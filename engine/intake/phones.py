"""Telephone numbers and e-mail addresses in one form each, so that the same person is the same."""

import re
from functools import lru_cache

import phonenumbers

_NOT_DIGITS = re.compile(r"[^\d+]")
_PLAIN_US = re.compile(r"^(?:\+?1)?([2-9]\d{9})$")
_PARTS = re.compile(r"\s*(?:[;|\n]|:::|,|\bor\b|\band\b|\s/\s|(?<=\d)/(?=\s*[(+\d]))\s*")
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension|#)\s*(\d{1,6})\s*$", re.IGNORECASE)
_JUNK = frozenset({"1234567890", "2345678901", "9876543210"})
_LABEL = re.compile(
    r"\(?\b(?:cell|mobile|home|work|office|main|phone|telephone|tel|mob|ph|direct|[mchwo])\b\.?\)?:?", re.IGNORECASE
)
_LETTERS = re.compile(r"[a-z]", re.IGNORECASE)
_EMAIL = re.compile(r"^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}$")
_EMAIL_PARTS = re.compile(r"[;,|\s]+|:::|(?<=[a-z])/(?=[\w.+-]+@)", re.IGNORECASE)
_NOBODY_WORDS = (
    "noemail no-email no_email no.email none na n.a null noreply no-reply donotreply unknown nomail notprovided not.provided "
    "noemailprovided noemailaddress no nobody declined refused x xx xxx"
)
_NOBODY = frozenset(_NOBODY_WORDS.split())
_SLIPS = {
    "gmial.com": "gmail.com", "gamil.com": "gmail.com", "gmai.com": "gmail.com", "gmal.com": "gmail.com",
    "gmil.com": "gmail.com", "gnail.com": "gmail.com",
    "gmaill.com": "gmail.com", "hotmial.com": "hotmail.com", "hotmai.com": "hotmail.com", "hotmal.com": "hotmail.com",
    "yaho.com": "yahoo.com",
    "yahooo.com": "yahoo.com", "yhaoo.com": "yahoo.com", "yahho.com": "yahoo.com", "outlok.com": "outlook.com",
    "iclod.com": "icloud.com",
}  # fmt: skip
_NO_ENDING = frozenset({"con", "cmo", "comm", "ocm", "vom", "cim", "xom", "coom", "nett", "ogr", "ner"})


@lru_cache(maxsize=200_000)
def phone_of(text: str, region: str = "US") -> str | None:
    """One number in E.164; None when it isn't a number one could dial.

    Numbers of the North American plan need ten digits and an area code that starts with 2 to 9,
    no more: the numbers reserved for examples
    (555-01xx) must pass. Other countries' numbers must be valid by their own plan.
    """
    text = _LABEL.sub("", _EXTENSION.sub("", text.strip().removesuffix(".0")))
    if _LETTERS.search(text):
        return None
    digits = _NOT_DIGITS.sub("", text)
    plain = _PLAIN_US.match(digits)
    if plain and (region in ("US", "CA") or digits.startswith("+1") or len(digits) == 11):
        return None if plain[1] in _JUNK or len(set(plain[1])) == 1 else "+1" + plain[1]
    return _abroad(text, region) if 7 <= len(digits) <= 18 else None


def _abroad(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(re.sub(r"^(?:011|00)(?=[\s\d])", "+", text.strip()), region)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_valid_number(number) else None


def extension_of(text: str) -> str:
    """The extension written behind a number, if any."""
    match = _EXTENSION.search(text)
    return match[1] if match else ""


def split_phones(text: str) -> list[str]:
    """The numbers of a cell that may hold several."""
    if len(text) < 16:
        return [text]
    return [part for part in _PARTS.split(text) if any(map(str.isdigit, part))] or [text]


@lru_cache(maxsize=200_000)
def email_of(text: str) -> str | None:
    """One address in lower case; None when nothing could be sent there."""
    text = _bare(text)
    if len(text) > 254 or not _EMAIL.match(text) or ".." in text:
        return None
    local, _, domain = text.rpartition("@")
    if local.startswith(".") or local.endswith(".") or domain.rpartition(".")[2] in _NO_ENDING or domain in _SLIPS:
        return None
    return text


def is_nobodys(email: str) -> bool:
    """An address typed to get past a form, which many unrelated people share."""
    return email.partition("@")[0] in _NOBODY


def why_not_email(text: str) -> str:
    """Why an address was refused, in plain words."""
    domain = _bare(text).rpartition("@")[2]
    if domain in _SLIPS:
        return f"isn't an e-mail address one can write to ('{domain}' looks like a slip for {_SLIPS[domain]})"
    if domain.rpartition(".")[2] in _NO_ENDING:
        return f"isn't an e-mail address one can write to (no address ends in '.{domain.rpartition('.')[2]}')"
    return "isn't an e-mail address"


def split_emails(text: str) -> list[str]:
    """The addresses of a cell that may hold several, some with names around them."""
    bracketed: list[str] = re.findall(r"<([^<>\s]+@[^<>\s]+)>", text)
    if bracketed:
        return bracketed
    if text.count("@") < 2:
        return [text]
    return [part for part in _EMAIL_PARTS.split(text) if "@" in part]


def _bare(text: str) -> str:
    return text.strip().strip("<>\"'").lower().removeprefix("mailto:").rstrip(".,;")
