"""Answers that are always the same, short enough for one text: who writes, what fair housing forbids to judge, how to reach a person."""

from dataclasses import dataclass

from engine.conversation.script import LONGEST
from engine.records.follow_up import OptOutKind
from engine.sequences import canned

# Each is true whether a person let it go or the owner's autopilot did.
_WORDS = {
    "are_you_a_bot": (
        "These texts are drafted by {agent}'s automated assistant. {agent} reads your replies and can call you; just say when.",
        "An automated assistant drafts these texts. A person reads your replies and can call you; just say when.",
    ),
    "fair_housing": (
        "Fair housing rules keep me from judging an area or who lives there. The city police and school district publish their figures.",
    ),
    "help": ("{brand}: {agent} answers here. Reply STOP to opt out. Msg & data rates may apply.",),
}
_WHY = {
    "are_you_a_bot": "asks whether a person is writing: there is one truthful answer",
    "fair_housing": "asks for a judgement that fair housing forbids",
    "help": "asks for help",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedAnswer:
    """The words, what they are for, and why they are proposed."""

    words: str
    purpose: str
    why: str


def answer_to(text: str, kind: OptOutKind | None, names: dict[str, str]) -> FixedAnswer | None:
    """The fixed answer to a message; None for anything that has none."""
    key = "help" if kind is OptOutKind.HELP else _key(text)
    if key is None:
        return None
    said = next(words for form in _WORDS[key] if len(words := form.format_map(names)) <= LONGEST or form is _WORDS[key][-1])
    return FixedAnswer(words=said, purpose=key, why=_WHY[key])


def _key(text: str) -> str | None:
    known = canned.answer_to(text)
    if known is None:
        return None
    return known.key if known.key in _WORDS else "fair_housing"
