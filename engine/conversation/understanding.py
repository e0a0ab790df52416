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
_HOT_FROM, _COLD_BELOW = 2.0, -0.9


def read_message(text: str, today: date) -> MessageReading:
    """Understand one message as written on that day in the lead's own zone."""
    folded = fold(text[:_LONGEST])
    found = _found(folded)
    temperature = _temperature(found)
    facts = facts_in(text[:_LONGEST], today)
    intents = tuple(dict.fromkeys(intent for intent, _ in found))
    return MessageReading(temperature=temperature, intents=intents, facts=facts, is_clear=bool(found or facts))


@lru_cache(maxsize=5_000)
def fold(text: str) -> str:
    """The text as the cues expect it: one form of each letter, lower case, plain quotes, no invisible marks."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").replace("`", "'")
    visible = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return re.sub(r"[ \t]+", " ", visible.casefold())


def _found(folded: str) -> tuple[tuple[Intent, float], ...]:
    """Each cue of each clause with its weight, turned round where a negation stands before it."""
    return tuple(hit for clause in _clauses(folded) for hit in _in_clause(clause))


def _clauses(folded: str) -> list[str]:
    """The parts of a message between full stops and 'but': a negation does not reach beyond its own. Question marks stay."""
    marked = re.sub(r"^\s*\?+\s*$", " huh ", folded)
    return [part.strip() for part in _CLAUSE.split(marked) if part and part.strip()]


def _in_clause(clause: str) -> list[tuple[Intent, float]]:
    hits = []
    for cue in all_cues():
        match = cue.pattern.search(clause)
        if match is None:
            continue
        clause = clause[: match.start()] + " " + "·" * 3 + " " + clause[match.end() :] if cue.weight <= -1.5 else clause
        hits.append(_weighed(cue, clause, match.start()))
    return hits


def _weighed(cue: Cue, clause: str, start: int) -> tuple[Intent, float]:
    if not (cue.can_be_negated and NEGATORS.search(clause[:start])):
        return cue.intent, cue.weight
    return (Intent.REFUSAL, -1.2) if cue.weight > 0 else (cue.intent, 0.0)


def _temperature(found: tuple[tuple[Intent, float], ...]) -> Temperature:
    """A refusal is cold whatever else is said; otherwise the strongest pull to each side is weighed."""
    if any(intent in _AWAY and weight <= -3.5 for intent, weight in found):
        return Temperature.COLD
    total = max((weight for _, weight in found if weight > 0), default=0.0) + min((w for _, w in found if w < 0), default=0.0)
    total += 0.25 * sum(weight >= _HOT_FROM for _, weight in found)
    if total >= _HOT_FROM:
        return Temperature.HOT
    return Temperature.COLD if total <= _COLD_BELOW else Temperature.WARM
