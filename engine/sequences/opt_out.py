"""What an inbound text asks for: to be left alone, to pause, for help, to be written to again, or nothing of the kind.

It isn't the safety mechanism: any inbound text pauses automation, whatever this reader says of it. It decides what may never be resumed.
"""

import re
import unicodedata
from datetime import datetime, timedelta

from engine.records.follow_up import OptOutKind
from engine.sequences import opt_out_words as words

CONFIRMATION_WITHIN = timedelta(minutes=5)
_STRICTNESS = (OptOutKind.OPT_IN, OptOutKind.NONE, OptOutKind.HELP, OptOutKind.PAUSE, OptOutKind.OPT_OUT)
_SPACED = re.compile(r"(?<![a-z0-9])(?:[a-z][ .\-_*]+){2,}[a-z](?![a-z0-9])")
_LOOKALIKES = str.maketrans("аеорсухіѕտοερτ", "aeopcyxistoept")  # Cyrillic, Greek and Armenian letters that look like ours
# STOP in capitals amid small letters is the word he was told to send, not a bus's. ("STOP sign" is.)
_SHOUTED = re.compile(r"\b(?:STOP|UNSUBSCRIBE|OPT ?OUT)\b(?! (?:sign|light|by)\b)")
_LONGEST = 2_000  # characters read; a text of more is an essay, and patterns take their time


def read_text(text: str) -> OptOutKind:
    """The class of one inbound text, English or Spanish. Never raises; what it can't read is `none`, and pauses all the same."""
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")[:_LONGEST]
    plain = normalised(text)
    bare = " ".join(re.sub(r"[^a-z0-9 ]", " ", words.POLITE.sub(" ", plain)).split())
    for kind, known in (
        (OptOutKind.OPT_OUT, words.OPT_OUT_WORDS),
        (OptOutKind.HELP, words.HELP_WORDS),
        (OptOutKind.OPT_IN, words.OPT_IN_WORDS),
    ):
        if bare in known or _squeezed(bare) in {_squeezed(each) for each in known}:
            return kind
    if not bare:
        return OptOutKind.PAUSE if words.STOP_SIGNS & set(text) else OptOutKind.NONE
    return _read_sentence(text, plain)


def _read_sentence(text: str, plain: str) -> OptOutKind:
    meant = words.NEGATED.sub(" ~ ", plain)
    is_name_denied = not text.isupper() and words.NOT_NAMED.search(text) is not None
    is_shouted = not text.isupper() and _SHOUTED.search(text) is not None and "~" not in meant
    if is_name_denied or is_shouted or any(pattern.search(meant) for pattern in words.OPT_OUT):
        return OptOutKind.PAUSE if _is_partial(meant) else OptOutKind.OPT_OUT
    asks_otherwise = words.CHANGE_OF_CHANNEL.search(meant) and words.OTHER_CHANNEL.search(meant)
    if asks_otherwise or any(pattern.search(meant) for pattern in words.PAUSE) or words.STOP_SIGNS & set(text):
        return OptOutKind.PAUSE
    return OptOutKind.NONE


def _is_partial(plain: str) -> bool:
    """Meant for one channel or a while. A text that opens with the bare word STOP means all of it."""
    if re.match(r"stop(?: ?[.,!;:]| ?$)", plain) or re.search(r"\b(?:remove|unsubscribe|lawyer|attorney|sue|tcpa|wrong)\b", plain):
        return False
    return words.OTHER_CHANNEL.search(plain) is not None or words.FOR_A_WHILE.search(plain) is not None


def normalised(text: str) -> str:
    """Small plain letters: full-width, hidden, accented and look-alike letters undone, `s t o p` joined, apostrophes gone."""
    spread = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in spread if unicodedata.category(letter) not in ("Mn", "Cf", "Me"))
    plain = kept.casefold().translate(_LOOKALIKES)
    plain = re.sub(r"\bf[*@#!$%u-]{1,3}[c*@#]?k?\b(?=[ing]*\b)|\bf\*+\w*", "fuck", plain)
    plain = re.sub(r"['’‘`´ʼ]", "", plain)
    plain = re.sub(r"(?<=[a-z])0(?=[a-z])", "o", plain)
    plain = re.sub(r"[\-_/\\\"“”()\[\]{}<>|+=~^]", " ", plain)
    plain = _SPACED.sub(lambda match: re.sub(r"[^a-z]", "", match[0]), plain)
    plain = re.sub(r"([a-z])\1{2,}", r"\1\1", plain)
    plain = re.sub(r"\bsto+p+(?:p)?\b", "stop", plain)
    return " ".join(re.sub(r"[^a-z0-9 .,!?;:#]", " ", plain).split())


def _squeezed(text: str) -> str:
    """`stopp` and `sstop` as `stop`."""
    return re.sub(r"(.)\1+", r"\1", text)


def tightened(first: OptOutKind, second: OptOutKind) -> OptOutKind:
    """The stricter of two readings: a second reader, human or machine, may only tighten what the first one read."""
    return max(first, second, key=_STRICTNESS.index)


def is_confirmation_due(*, opted_out_at: datetime, at: datetime, is_confirmed: bool) -> bool:
    """May the one confirmation still go: once for each opt-out, and within 5 minutes of it (47 CFR 64.1200(a)(12))?"""
    return not is_confirmed and timedelta() <= at - opted_out_at <= CONFIRMATION_WITHIN
