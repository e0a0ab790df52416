"""What an inbound message says, by rules alone: intent, temperature, and the facts it tells with the words that told them.

The text is data. Whatever it says, it changes nothing but this reading; opt-outs are read elsewhere, before this
(engine.sequences.opt_out), and pause automation whatever is understood here.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from engine.conversation.cues import FRAMES, NEGATORS, Cue, all_cues, spelt_out
from engine.conversation.leaning import Lean, lean
from engine.conversation.telling import facts_in
from engine.records.conversation import Intent, MessageReading, Temperature

_LONGEST = 2_000  # characters read: a longer message says it within them
_CLAUSE = re.compile(
    r"[.!?;\n]+|,\s*(?=(?:but|however|though|although|so|pero|aunque)\b)|\b(?:but|however|pero|although|though|aunque)\b"
)
_AWAY = (Intent.REFUSAL, Intent.WRONG_PERSON)
_HOT_FROM, _COLD_BELOW, _ACTS_FROM = 2.0, -0.9, 2.5
_OUTWEIGHED = 0.1
_FRAMED = 0.3
_TAKEN_OUT = (None, *_AWAY, Intent.STALL)  # their words are not looked at again
_SET_ASIDE = "···"
# Log odds that the rules' word counts beside what was learned.
_BY_RULE = {Temperature.COLD: 2.0, Temperature.WARM: 1.0, Temperature.HOT: 2.0}
_SURELY = 1.0  # by how much learned words must lean to hot over cold where no rule reads hot


class _Hit(NamedTuple):
    """A phrase that was found: what it means, how it weighs, and the words. A near time alone means nothing, but weighs."""

    intent: Intent | None
    weight: float
    words: str


def read_message(text: str, today: date) -> MessageReading:
    """Understand one message as written on that day in the lead's own zone."""
    folded = fold(text[:_LONGEST])
    found = _found(folded)
    leaning = lean(folded)
    temperature = _temperature(found, leaning)
    facts = facts_in(text[:_LONGEST], today)
    intents = tuple(dict.fromkeys(hit.intent for hit in found if hit.intent is not None))
    because = _because(found, leaning, temperature)
    return MessageReading(temperature=temperature, intents=intents, facts=facts, is_clear=bool(intents or facts), because=because)


@lru_cache(maxsize=5_000)
def fold(text: str) -> str:
    """The text as the cues expect it: one form of each letter, lower case, plain quotes, no invisible marks."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").replace("`", "'")
    visible = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    spaced = re.sub(r"[ \t]+", " ", visible.casefold())
    return spelt_out(re.sub(r"([a-z])\1{2,}", r"\1", spaced))


def _found(folded: str) -> tuple[_Hit, ...]:
    """Each cue of each clause with its weight; what puts off hardly counts once a later clause wants to act ("no rush, but …")."""
    clauses = [_in_clause(clause) for clause in _clauses(folded)]
    acts = [place for place, hits in enumerate(clauses) if any(hit.weight >= _ACTS_FROM for hit in hits)]
    last = max(acts, default=-1)
    return tuple(
        hit._replace(weight=hit.weight * _OUTWEIGHED)
        if place < last and (hit.intent is Intent.STALL or _is_soft(hit.weight))
        else hit
        for place, hits in enumerate(clauses)
        for hit in hits
    )


def _is_soft(weight: float) -> bool:
    """Has an agent, or has bought: not a no, when he goes on to ask for something."""
    return -4.0 < weight <= -3.5


def _clauses(folded: str) -> list[str]:
    """The parts of a message between full stops and 'but': a negation does not reach beyond its own. Question marks stay."""
    marked = re.sub(r"^\s*\?+\s*$", " huh ", folded)
    return [part.strip() for part in _CLAUSE.split(marked) if part and part.strip()]


def _in_clause(clause: str) -> list[_Hit]:
    hits, whole = [], clause
    for cue in all_cues():
        match = cue.pattern.search(clause)
        if match is None:
            continue
        before = clause[: match.start()]
        if cue.intent in _TAKEN_OUT and cue.weight <= 0:
            clause = f"{before} {_SET_ASIDE} {clause[match.end() :]}"
        hit = _weighed(cue, before, match[0])
        if hit is not None and (hit.intent is not None or hit.weight):
            hits.append(hit)
    return _framed(hits, whole)


def _weighed(cue: Cue, before: str, words: str) -> _Hit | None:
    """A phrase with its weight. After a 'not' a wish to act is a refusal; other phrases then say nothing."""
    said = words.replace(_SET_ASIDE, "").strip()
    if not (cue.can_be_negated and NEGATORS.search(before)):
        return _Hit(cue.intent, cue.weight, said)
    return _Hit(Intent.REFUSAL, -1.2, said) if cue.weight >= _HOT_FROM else None


def _framed(hits: list[_Hit], clause: str) -> list[_Hit]:
    """What a clause's frame leaves of its wishes: "not right now" names no time that presses, "what if I sold" is no wish yet."""
    if any(hit.intent is Intent.STALL for hit in hits) and not any(hit.weight >= _HOT_FROM for hit in hits):
        hits = [hit for hit in hits if hit.intent is not None or hit.weight < 0]
    if not FRAMES.search(clause):
        return hits
    return [hit._replace(weight=hit.weight * _FRAMED) if hit.weight > 0 else hit for hit in hits]


def _temperature(found: tuple[_Hit, ...], leaning: Lean) -> Temperature:
    """A refusal is cold whatever else is said; otherwise the rules' word and what the words lean to are weighed together."""
    if any(hit.intent in _AWAY and hit.weight <= -3.5 for hit in found):
        return Temperature.COLD
    by_rule = by_rules(found)
    pull = {one: leaning.pull[one] + (_BY_RULE[one] if one is by_rule else 0.0) for one in Temperature}
    read = max(pull, key=lambda one: pull[one])
    if read is Temperature.HOT is not by_rule and pull[Temperature.HOT] - pull[Temperature.COLD] < _SURELY:
        return Temperature.WARM
    return read


def by_rules(found: tuple[_Hit, ...]) -> Temperature:
    """What the phrases say by themselves: the strongest pull to each side is weighed."""
    for_acting = sorted((hit.weight for hit in found if hit.weight > 0), reverse=True)
    against = min((hit.weight for hit in found if hit.weight < 0), default=0.0)
    total = sum(for_acting[:1]) + 0.5 * sum(for_acting[1:2]) + against
    if total >= _HOT_FROM:
        return Temperature.HOT
    return Temperature.COLD if total <= _COLD_BELOW else Temperature.WARM


def _because(found: tuple[_Hit, ...], leaning: Lean, temperature: Temperature) -> tuple[str, ...]:
    """The message's own words that told its temperature: phrases of the rules first, else the words that lean to it most."""
    side = {Temperature.HOT: 1, Temperature.WARM: 0, Temperature.COLD: -1}[temperature]
    telling = sorted((hit for hit in found if hit.weight * side > 0 or not side), key=lambda hit: -abs(hit.weight))
    words = [hit.words for hit in telling[:2]] or list(leaning.words[temperature])
    return tuple(dict.fromkeys(words))
