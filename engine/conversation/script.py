"""The qualification dialogues as they stand in `dialogues.toml`: read once, checked, with the texts each tone uses."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from engine.errors import ConfigurationError
from engine.records.conversation import FactKind

_FILE = Path(__file__).with_name("dialogues.toml")
LONGEST = 160  # characters of one text


class Tone(StrEnum):
    """How plainly a dialogue speaks. The owner chooses; direct but polite is the default."""

    POLITE = "polite"
    DIRECT = "direct"
    CONFRONTATIONAL = "confrontational"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to find out. `fact` is what an answer tells of when it is understood; None where any words answer it."""

    key: str
    fact: FactKind | None
    asks: dict[Tone, str]
    repair: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One dialogue: its questions in order, its first words and its two endings."""

    name: str
    label: str
    greeting: str
    assistant_greeting: str  # opens what no person saw before it goes
    questions: tuple[Question, ...]
    done: str
    take_away: str

    def question(self, key: str) -> Question:
        """The question of that key."""
        return next(question for question in self.questions if question.key == key)


@cache
def scripts() -> dict[str, Script]:
    """Every dialogue by name; raises `ConfigurationError` when the file is not whole."""
    try:
        found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        return {name: _script(name, facts) for name, facts in found.items()}
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise ConfigurationError(f"The dialogues can't be read: {error}") from error


def _script(name: str, facts: dict[str, object]) -> Script:
    asked = facts["questions"]
    if not isinstance(asked, list) or not asked:
        raise ValueError(f"{name} has no questions")
    texts = {part: str(facts[part]) for part in ("label", "greeting", "assistant_greeting", "done", "take_away")}
    return Script(name=name, questions=tuple(_question(one) for one in asked), **texts)


def _question(facts: dict[str, str]) -> Question:
    fact = FactKind(facts["fact"]) if facts["fact"] else None
    return Question(key=facts["key"], fact=fact, asks={tone: facts[tone] for tone in Tone}, repair=facts["repair"])
