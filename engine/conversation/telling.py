"""The facts a message tells, each with the words that told it. Amounts, times and places are read by intake's own readers."""

import re
from collections.abc import Iterator
from datetime import date

from engine.intake.money import Span, read_budget
from engine.intake.timeline import read_timeline
from engine.intake.words import read_financing
from engine.records.conversation import Fact, FactKind

_AMOUNT = r"(?:usd ?|\$ ?)?\d[\d,.]*(?: ?(?:k|thousand|grand|m|mm|mil|million)\b)?"
_BUDGET = re.compile(
    rf"(?:\b(?:under|below|up to|max(?:imum)?(?: of)?|no more than|at most|over|above|at least|between|"
    rf"from|around|about|budget(?: is| of)?|"
    rf"afford|spend|approved for|hasta|entre|menos de)\s+)?{_AMOUNT}(?:\s*(?:-|–|to|and|y|a)\s*{_AMOUNT})?(?:\s*\+)?",
    re.IGNORECASE,
)
_ASKING = re.compile(
    rf"\b(?:want|need|take|accept|get|asking|sell (?:it )?for|walk away with|for at least|no less than|"
    rf"quiero|pido|acepto)\b[^.?!\n]{{0,20}}?({_AMOUNT})",
    re.IGNORECASE,
)
_SELLS = re.compile(
    r"\b(?:sell|selling|my (?:house|home|place|property|condo)|for it|list(?:ing)? it|vender|mi casa)\b", re.IGNORECASE
)
_TIME = re.compile(
    r"\b(?:(?:with)?in|by|before|next|this|end of|around|after|over|about|sometime in|para|antes de|en)?\s*(?:the )?(?:next )?"
    r"(?:asap|as soon as possible|right away|immediately|(?:\d{1,3}|a|an|one|two|three|four|six|nine|"
    r"a few|few|a couple of|couple of)\s*"
    r"(?:-|to|or)?\s*\d{0,2}\s*(?:days?|weeks?|wks?|months?|mos?|years?|yrs?|d[ií]as?|semanas?|mes(?:es)?|a[nñ]os?)|"
    r"(?:(?:early|mid|late|end of) )?20\d\d|(?:january|february|march|april|june|july|august|september|october|november|december)"
    r"(?: \d{1,2})?|(?:spring|summer|fall|autumn|winter)|(?:week|month|year)|no (?:rush|hurry)|just (?:looking|browsing))\b",
    re.IGNORECASE,
)
_TIME_MEANT = re.compile(
    r"\b(?:within|in the next|by|before|next (?:month|week|year|spring|summer|fall|autumn|winter)|"
    r"this (?:month|spring|summer|fall|autumn|winter)|end of|asap|"
    r"as soon as|right away|immediately|no (?:rush|hurry)|just (?:looking|browsing)|in (?:\d|a|one|two|"
    r"three|four|six|about|early|mid|late)|20\d\d|para|antes de)",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:ago|old|last|since|built|lived|experience|lease)\b", re.IGNORECASE)
_FINANCING = re.compile(
    r"[^.!?\n]*\b(?:cash|pre-?approv\w+|pre-?qualif\w+|lender|loan|mortgage|financ\w+|fha|va loan|"
    r"down payment|preaprobad\w+|de contado|hipoteca)\b[^.!?\n]*",
    re.IGNORECASE,
)
_ZIP = re.compile(r"(?<![\d$,.])\b(9\d{4}|[0-8]\d{4})\b(?![\d,]|\s*(?:k|sq|dollars|miles))")
_PLACE = re.compile(
    r"\b(?:in|near|around|by|close to|moving to|relocating to|area of|en|"
    r"cerca de)\s+((?:[A-Z][a-zA-Z'.]+)(?:\s+(?:[A-Z][a-zA-Z'.]+|de|del|la|los)){0,3})"
)
_NOT_PLACES = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|"
    r"Tuesday|Wednesday|Thursday|Friday|"
    r"Saturday|Sunday|Spring|Summer|Fall|Autumn|Winter|I|I'm|My|The|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
)
MOTIVES = {
    "job": r"\b(?:new job|job (?:transfer|offer)|transferred|relocat\w+|work moved|military orders|nuevo trabajo)\b",
    "space": r"\b(?:more (?:space|room)|too small|need (?:a )?bigger|outgr\w+|upsiz\w+|m[áa]s espacio)\b",
    "downsizing": r"\b(?:downsiz\w+|too (?:big|much house)|smaller place|retir\w+)\b",
    "money": r"\b(?:foreclos\w+|behind on|can'?t afford (?:the|my) (?:mortgage|payment)|need (?:the )?(?:cash|money)|debts?)\b",
    "estate": r"\b(?:inherit\w+|probate|estate|passed away|executor|heredad?\w*)\b",
    "separation": r"\b(?:divorc\w+|separat(?:ed|ion|ing)|split up)\b",
    "lease": r"\b(?:lease (?:is |s )?(?:ends?|ending|up|expir\w+)|tired of renting|stop renting)\b",
    "investment": r"\b(?:invest\w*|rental income|flip\w*|tired landlord|tenants?)\b",
}
CONDITIONS = {
    "needs work": (
        r"\b(?:needs? (?:a lot of |some |a little |major |new )?(?:work|repairs?|roof|tlc|updat\w+|paint|"
        r"fixing|kitchen)|fixer|outdated|as[- ]is|rough shape|"
        r"water damage|foundation (?:issues?|problems?)|necesita (?:reparaciones|arreglos))\b"
    ),
    "good": (
        r"\b(?:move[- ]in ready|great (?:shape|condition)|good (?:shape|condition)|excellent|well (?:kept|"
        r"maintained)|fully (?:remodeled|renovated|updated)|"
        r"(?:newly|recently) (?:remodeled|renovated|updated)|turn ?key|buen(?:as|a)? (?:estado|condici\w+)|like new)\b"
    ),
    "average": r"\b(?:average|okay|ok|decent|lived[- ]in|fine|not bad|some wear)\s+(?:shape|condition)\b",
}
_NEGATED = re.compile(r"\b(?:not|no|don'?t|isn'?t|never|doesn'?t|without)\b[\w\s']{0,12}$", re.IGNORECASE)


def facts_in(text: str, today: date) -> tuple[Fact, ...]:
    """Every fact of a message, in the order of the kinds; none where the words are not certain."""
    return (*_amounts(text), *_times(text, today), *_how_paid(text), *_places(text), *_words(text))


def _amounts(text: str) -> Iterator[Fact]:
    """An asking price where he speaks of selling, else a budget."""
    if _SELLS.search(text):
        match = _ASKING.search(text)
        span = read_budget(match[1]) if match else None
        if match and span:
            yield Fact(kind=FactKind.ASKING_PRICE, value=_ends(span), quote=match[0].strip(), start=match.start())
        return
    for match in _BUDGET.finditer(text):
        is_amount = re.search(r"[$k]|mil|thousand|grand|\d[,.]\d{3}|\d{6}", match[0], re.IGNORECASE)
        span = read_budget(match[0].strip()) if is_amount else None
        if span:
            yield Fact(kind=FactKind.BUDGET, value=_ends(span), quote=match[0].strip(), start=match.start())
            return


def _ends(span: Span) -> str:
    return f"{span.low_cents or ''}-{span.high_cents or ''}"


def _times(text: str, today: date) -> Iterator[Fact]:
    for match in _TIME.finditer(text):
        around = text[max(0, match.start() - 12) : match.end() + 10]
        if _PAST.search(around) or not _TIME_MEANT.search(around):
            continue
        days = read_timeline(match[0], today)
        if days is not None:
            yield Fact(kind=FactKind.TIMELINE_DAYS, value=str(days), quote=match[0].strip(), start=match.start())
            return


def _how_paid(text: str) -> Iterator[Fact]:
    match = _FINANCING.search(text)
    if match is None or "?" in text[match.end() : match.end() + 1]:
        return
    financing = read_financing(match[0].strip())
    if financing is not None:
        yield Fact(kind=FactKind.FINANCING, value=financing.value, quote=match[0].strip(), start=match.start())


def _places(text: str) -> Iterator[Fact]:
    """A ZIP code, or a name after 'in' or 'near'. Which place it is never counts, only how precise (engine.intake.places)."""
    for match in _ZIP.finditer(text):
        yield Fact(kind=FactKind.PLACE, value=match[1], quote=match[0], start=match.start())
        return
    for match in _PLACE.finditer(text):
        if not _NOT_PLACES.match(match[1]):
            yield Fact(kind=FactKind.PLACE, value=match[1].rstrip("."), quote=match[0], start=match.start())
            return


def _words(text: str) -> Iterator[Fact]:
    for kind, table in ((FactKind.MOTIVATION, MOTIVES), (FactKind.CONDITION, CONDITIONS)):
        for value, pattern in table.items():
            match = re.search(pattern, text, re.IGNORECASE)
            if match and not _NEGATED.search(text[: match.start()]):
                yield Fact(kind=kind, value=value, quote=match[0], start=match.start())
                break
