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
    """One phrase. `weight` above 0 is towards acting now, below 0 away from it; without an intent it only looks like something."""

    pattern: re.Pattern[str]
    intent: Intent | None
    weight: float
    can_be_negated: bool


@cache
def all_cues() -> tuple[Cue, ...]:
    """Every phrase, in the order in which they are looked for."""
    lines = [line for line in _FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    groups: dict[str, str] = {}
    found = []
    for line in lines[1:]:
        if line.startswith("@"):
            name, _, pattern = line[1:].partition("\t")
            groups[name] = _expanded(pattern, groups)
            continue
        intent, weight, negated, pattern = line.split("\t", 3)
        meant = Intent(intent) if intent != "-" else None
        found.append(Cue(re.compile(_expanded(pattern, groups)), meant, float(weight), negated == "1"))
    return tuple(found)


def _expanded(pattern: str, groups: dict[str, str]) -> str:
    """A pattern with the words of the groups it names."""
    return re.sub(r"@([a-z]+)@", lambda name: f"(?:{groups[name[1]]})", pattern)
