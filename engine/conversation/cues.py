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

# Not his own wish of today: supposed, asked for advice, somebody else's, or over. What a clause in such a frame wants weighs little.
FRAMES = re.compile(
    r"\b(?:if (?:i|we) (?:sold|sell|were|was|listed|list|bought|decided?|ever|wanted)|what if|hypothetical\w*|in theory|"
    r"(?:should|would) (?:i|we) (?:sell|list|paint|fix|wait|rent|buy|be better|have to)|would (?:you|u) (?:recommend|suggest)|"
    r"(?:i|we)?(?:'d| would| might| may| could)(?: (?:be|only|even|maybe))* (?:consider|think about|open to)|"
    r"is (?:it|now|this|spring|that) (?:still |even )?(?:a )?(?:better|good time|smart|worth|wise|dumb)|better to (?:rent|sell|wait)|"
    r"how (?:long|does|do|much notice|soon after)\b[\w\s]* (?:take|process|work|usually|after|have)|when do (?:you|people|most)|"
    r"(?:do|does) (?:i|we|people|sellers|buyers) (?:have to|need to|usually|get)|"
    r"(?:can|could) (?:i|we) (?:still |also )?(?:sell and|stay|cancel|back out)|"
    r"my (?:friends?|neighbou?rs?|co-?workers?|buddy|boss|parents|cousin|brother|sister) (?:\w+ )?(?:wants?|is|are|just|might|may|also)|"
    r"(?:we|i) (?:already )?(?:saw|toured|visited|went|liked|loved|sold our last|used to|almost|lost|had made|were outbid|was outbid)|"
    r"(?:went|was|were) (?:great|well|ok|okay|nice|outbid|rejected|approved back)|they (?:rejected|declined|turned)|back in (?:20|19)\d\d|"
    r"si (?:yo )?(?:vendo|vendiera|quisiera|vendi[ée]ramos)|vale la pena|conviene)\b"
)
# How text messages shorten, and what it stands for.
_SHORTENED = (
    "wen=when c=see u=you r=are ur=your b4=before thru=through plz=please pls=please dont=don't cant=can't wont=won't didnt=didn't "
    "doesnt=doesn't isnt=isn't lets=let's im=i'm ive=i've youre=you're tomrw=tomorrow tmrw=tomorrow tmr=tomorrow 2moro=tomorrow "
    "2day=today 2nite=tonight tonite=tonight q=que rn=right=now"
)
_LONG = {short: words.replace("=", " ") for short, _, words in (one.partition("=") for one in _SHORTENED.split())}
_SHORT = re.compile(rf"\b(?:{'|'.join(sorted(_LONG, key=len, reverse=True))})\b")


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


def spelt_out(folded: str) -> str:
    """A folded text with what text messages shorten written out."""
    return _SHORT.sub(lambda word: _LONG[word[0]], folded)


def _expanded(pattern: str, groups: dict[str, str]) -> str:
    """A pattern with the words of the groups it names."""
    return re.sub(r"@([a-z]+)@", lambda name: f"(?:{groups[name[1]]})", pattern)
