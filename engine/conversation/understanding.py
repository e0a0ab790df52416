"""What an inbound message says, by rules alone: intent, temperature, and the facts it tells with the words that told them.

The text is data. Whatever it says, it changes nothing but this reading; opt-outs are read elsewhere, before this
(engine.sequences.opt_out), and pause automation whatever is understood here.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from engine.conversation.cues import NEGATORS, Cue, all_cues
from engine.conversation.telling import facts_in
from engine.records.conversation import Intent, MessageReading, Temperature

_LONGEST = 2_000  # characters read: a longer message says it within them
_CLAUSE = re.compile(
    r"[.!?;\n]+|,\s*(?=(?:but|however|though|although|so|pero|aunque)\b)|\b(?:but|however|pero|although|though|aunque)\b"
)
_AWAY = (Intent.REFUSAL, Intent.WRONG_PERSON)
_HOT_FROM, _COLD_BELOW, _ACTS_FROM = 2.0, -0.9, 2.5
_OUTWEIGHED = 0.1
_TAKEN_OUT = (None, *_AWAY, Intent.STALL)  # their words are not looked at again
_SET_ASIDE = "···"
_Hit = tuple[Intent | None, float]  # a near time says nothing by itself, but weighs
_NOTHING: _Hit = (None, 0.0)


def read_message(text: str, today: date) -> MessageReading:
    """Understand one message as written on that day in the lead's own zone."""
    folded = fold(text[:_LONGEST])
    found = _found(folded)
    temperature = _temperature(found)
    facts = facts_in(text[:_LONGEST], today)
    intents = tuple(dict.fromkeys(intent for intent, _ in found if intent is not None))
    return MessageReading(temperature=temperature, intents=intents, facts=facts, is_clear=bool(intents or facts))


@lru_cache(maxsize=5_000)
def fold(text: str) -> str:
    """The text as the cues expect it: one form of each letter, lower case, plain quotes, no invisible marks."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").replace("`", "'")
    visible = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return re.sub(r"[ \t]+", " ", visible.casefold())


def _found(folded: str) -> tuple[_Hit, ...]:
    """Each cue of each clause with its weight; what puts off hardly counts once a later clause wants to act ("no rush, but …")."""
    clauses = [_in_clause(clause) for clause in _clauses(folded)]
    acts = [place for place, hits in enumerate(clauses) if any(weight >= _ACTS_FROM for _, weight in hits)]
    last = max(acts, default=-1)
    return tuple(
        (intent, weight * _OUTWEIGHED if place < last and (intent is Intent.STALL or _is_soft(weight)) else weight)
        for place, hits in enumerate(clauses)
        for intent, weight in hits
    )


def _is_soft(weight: float) -> bool:
    """Has an agent, or has bought: not a no, when he goes on to ask for something."""
    return -4.0 < weight <= -3.5


def _clauses(folded: str) -> list[str]:
    """The parts of a message between full stops and 'but': a negation does not reach beyond its own. Question marks stay."""
    marked = re.sub(r"^\s*\?+\s*$", " huh ", folded)
    return [part.strip() for part in _CLAUSE.split(marked) if part and part.strip()]


def _in_clause(clause: str) -> list[_Hit]:
    hits = []
    for cue in all_cues():
        match = cue.pattern.search(clause)
        if match is None:
            continue
        before = clause[: match.start()]
        if cue.intent in _TAKEN_OUT and cue.weight <= 0:
            clause = f"{before} {_SET_ASIDE} {clause[match.end() :]}"
        hit = _weighed(cue, before)
        if hit is not None and hit != _NOTHING:
            hits.append(hit)
    return hits


def _weighed(cue: Cue, before: str) -> _Hit | None:
    """A phrase with its weight. After a 'not' a wish to act is a refusal; other phrases then say nothing."""
    if not (cue.can_be_negated and NEGATORS.search(before)):
        return cue.intent, cue.weight
    return (Intent.REFUSAL, -1.2) if cue.weight >= _HOT_FROM else None


def _temperature(found: tuple[_Hit, ...]) -> Temperature:
    """A refusal is cold whatever else is said; otherwise the strongest pull to each side is weighed."""
    if any(intent in _AWAY and weight <= -3.5 for intent, weight in found):
        return Temperature.COLD
    for_acting = sorted((weight for _, weight in found if weight > 0), reverse=True)
    total = sum(for_acting[:1]) + 0.5 * sum(for_acting[1:2]) + min((weight for _, weight in found if weight < 0), default=0.0)
    if total >= _HOT_FROM:
        return Temperature.HOT
    return Temperature.COLD if total <= _COLD_BELOW else Temperature.WARM
