"""A dialogue's state as the ledger keeps it, and back: any pause or crash lies between the two."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from engine.conversation.dialogue import Answer, DialogueState
from engine.conversation.script import Tone


def as_data(state: DialogueState) -> dict[str, Any]:
    """The state as JSON keeps it."""
    return asdict(state)


def from_data(data: Mapping[str, Any]) -> DialogueState:
    """The state as `as_data` wrote it."""
    told = dict(data)
    answers = tuple(Answer(**one) for one in told.pop("answers"))
    return DialogueState(**{**told, "tone": Tone(told["tone"]), "seen": tuple(told["seen"]), "answers": answers})
