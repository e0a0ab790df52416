"""The phrases by which a message is understood: read once from `cues.tsv`, where each stands with its meaning and its weight."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from engine.records.conversation import Intent

_FILE = Path(__file__).with_name("cues.tsv")
# A negation within a few words before a phrase turns it round.
NEGATORS = re.compile(
    r"(?:\b(?:not|no|never|don'?t|doesn'?t|didn'?t|isn'?t|aren'?t|ain'?t|won'?t|wouldn'?t|can'?t|cannot|haven'?t|hasn'?t|without|nor|"
    r"neither|nunca|tampoco|sin|stop|quit)\b)[\w\s']{0,22}$"
)


class Cue(NamedTuple):
    """One phrase. `weight` above 0 is towards acting now, below 0 away from it; `can_be_negated` where "not" turns it round."""

    pattern: re.Pattern[str]
    intent: Intent
    weight: float
    can_be_negated: bool


@cache
def all_cues() -> tuple[Cue, ...]:
    """Every phrase, in the order in which they are looked for."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t", 3) for line in lines if line and not line.startswith("#")][1:]
    return tuple(
        Cue(re.compile(pattern), Intent(intent), float(weight), negated == "1") for intent, weight, negated, pattern in rows
    )
