"""Picks the answer that is always the same: whether a machine writes, how safe an area is, who lives there. A person sends it."""

import unicodedata

from engine.sequences.templates import CANNED, CONFIRMATION, DISCLOSURE, HELP, CannedAnswer


def answer_to(text: str) -> CannedAnswer | None:
    """The fixed answer to a question about a machine, safety, schools or neighbours; None for anything else."""
    read = _plain(text)
    return next((each for each in CANNED if each.asks.search(read)), None)


def answer_words(answer: CannedAnswer, *, language: str, agent_name: str, brand: str) -> str:
    """The answer's words in the lead's language (English where there are none in it)."""
    words = answer.answer.get(language) or answer.answer["en"]
    return words.format(agent_name=agent_name, brand=brand)


def confirmation_words(*, language: str, brand: str) -> str:
    """The one text after an opt-out: no marketing in it (47 CFR 64.1200(a)(12))."""
    return (CONFIRMATION.get(language) or CONFIRMATION["en"]).format(brand=brand)


def help_words(*, language: str, brand: str, agent_name: str, agent_phone: str) -> str:
    """The answer to HELP (CTIA): who writes, how to reach a person, how to stop."""
    return (HELP.get(language) or HELP["en"]).format(brand=brand, agent_name=agent_name, agent_phone=agent_phone)


def disclosure_words(*, language: str, agent_name: str) -> str:
    """What a machine-written message opens with (Cal. Bus. & Prof. Code 17941)."""
    return (DISCLOSURE.get(language) or DISCLOSURE["en"]).format(agent_name=agent_name)


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text).casefold().replace("’", "'")
    return "".join(letter for letter in spread if unicodedata.category(letter) not in ("Mn", "Cf"))
