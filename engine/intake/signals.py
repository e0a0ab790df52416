"""What a message's wording tells of haste. Never of who the person is: family, faith, language and the like have no weight here."""

import re
from functools import lru_cache
from typing import NamedTuple


class Signals(NamedTuple):
    """Length, questions and haste of one text. `urgency` runs from -1 (only looking) to +1 (must move now)."""

    n_words: int
    n_questions: int
    urgency: float


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_QUESTIONS = re.compile(r"\?+")
_MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|august|sept(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
# Calm phrases come first and are taken out of the text, so that "not in a hurry" isn't heard as "hurry".
_CALM: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), weight)
    for pattern, weight in (
        (
            r"\b(?:not|no|never|isn'?t|aren'?t|ain'?t|without|zero)\b[\w\s']{0,16}\b(?:rush|hurry|hurried|urgent|urgency|"
            r"pressure|deadline|rushed)\b",
            -0.7,
        ),
        (r"\b(?:just|only|merely|simply)\s+(?:looking|browsing|curious|exploring|researching|wondering|checking)\b", -0.7),
        (
            r"\b(?:not|isn'?t|aren'?t|'m not|don'?t (?:think|plan)\w*)\b[\w\s']{0,16}\b(?:ready|looking to (?:buy|move|"
            r"sell)|buy|sell|move|moving|buying|selling|serious)\b",
            -0.7,
        ),
        (
            r"\b(?:some ?day|one day|eventually|down the (?:road|line)|in (?:a few|several|couple of) years|next year|"
            r"year or (?:so|two)|(?:maybe|perhaps) (?:next|in)|whenever)\b",
            -0.5,
        ),
        (
            r"\b(?:don'?t|do not|no) need to (?:move|buy|sell|close)\b(?:\s+(?:asap|soon|right away|now|immediately|"
            r"this \w+))?|\bno (?:time ?line|time ?frame|plans?)\b|\btaking (?:my|our) time\b|\btake (?:my|our) time\b",
            -0.6,
        ),
        (
            r"\b(?:don'?t|do not|didn'?t|did not|won'?t|no longer)\s+(?:need|want|have)\b[\w\s']{0,12}\b(?:asap|now|"
            r"immediately|right away|soon)\b",
            -0.5,
        ),
        (r"\b(?:not|no longer)\s+(?:interested|looking)\b", -0.8),
    )
)
_HASTE: tuple[tuple[re.Pattern[str], float], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), weight)
    for pattern, weight in (
        (r"\b(?:asap|a\.s\.a\.p|as soon as possible|immediately|right away|urgent(?:ly)?|lo antes posible|urgente)\b", 0.8),
        (
            rf"\b(?:need|must|have|has|want|got) to (?:move|buy|sell|close|be (?:in|out)|relocate|find|leave)\b[\w\s']{{0,"
            rf"24}}\b(?:by|before|within|this|in)\b(?:[\w\s']{{0,10}}\b(?:{_MONTH}|week|month|days?|\d+))?", 0.7),
        (r"\b(?:need|must|have|has|got) to (?:move|buy|sell|close|relocate|leave)\b", 0.4),
        (
            r"\b(?:lease|rental) (?:is |s )?(?:ends?|ending|up|expir\w+)\b|\b(?:our|my) lease\b[\w\s']{0,12}\b(?:ends?|up|over|"
            r"expir\w+)\b", 0.5),
        (r"\b(?:today|tonight|tomorrow|this week(?:end)?|right now|now)\b", 0.3),
        (
            r"\b(?:ready to (?:buy|move|sell|make an offer|go|see|start|offer|sign)|make an offer|put in an offer|"
            r"write an offer|submit an offer)\b", 0.6),
        (r"\b(?:in a (?:hurry|rush)|deadline|running out of time|hurry)\b", 0.6),
        (
            r"\b(?:relocat\w+|job transfer|transferred|closing (?:on|date)|in escrow|already sold|sold (?:our|my) (?:house|home|"
            r"place|condo)|start(?:ing)? (?:a )?new job)\b", 0.4),
        (
            r"\b(?:can (?:we|i) (?:see|tour|view|visit)|schedule (?:a )?(?:showing|tour|visit|viewing)|book (?:a )?(?:showing|"
            r"tour)|available (?:to (?:see|show|view)|for a (?:showing|tour)))\b", 0.35),
        (r"\bpre-?approv(?:ed|al)\b|\bcash (?:buyer|offer|in hand)\b", 0.25),
    )
)  # fmt: skip
_NEGATED = re.compile(
    r"\b(?:not|no|never|don'?t|doesn'?t|isn'?t|aren'?t|won'?t|can'?t|haven'?t|without)\b[\w\s']{0,14}$", re.IGNORECASE
)
_LONGEST = 20_000  # characters read for haste; beyond them nothing of a message changes the answer


@lru_cache(maxsize=20_000)
def signals_of(body: str) -> Signals:
    """Count words and questions, and weigh the phrases of haste and calm."""
    text = body[:_LONGEST].replace("’", "'")
    return Signals(len(_WORD.findall(body)), len(_QUESTIONS.findall(body)), _urgency(text) if text else 0.0)


def _urgency(text: str) -> float:
    total = 0.0
    for pattern, weight in _CALM:
        text, n = pattern.subn(" . ", text)
        total += weight * min(n, 2)
    for pattern, weight in _HASTE:
        for match in list(pattern.finditer(text))[:2]:
            total += -0.5 * weight if _NEGATED.search(text[: match.start()][-40:]) else weight
        text = pattern.sub(" . ", text)
    return max(-1.0, min(1.0, round(total, 3)))
