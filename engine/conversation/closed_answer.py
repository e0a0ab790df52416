"""How Claude is asked about a case and answers in a closed shape: the case as data between marks, and why an answer can't be used."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from engine.conversation.claude import Answer, Question
from engine.errors import BadInput

Shape = TypeVar("Shape", bound=BaseModel)


def case_question(
    case: Mapping[str, Any], asked: str, *, system: str, max_tokens: int, schema: Mapping[str, Any], indent: int | None = None
) -> Question:
    """What is asked of a case: the same words for every case, and the case as JSON between marks that it cannot contain."""
    content = json.dumps(case, ensure_ascii=False, indent=indent).replace("<", "‹").replace(">", "›")
    told = f"<case>\n{content}\n</case>\n\n{asked}"
    return Question(system=system, messages=[{"role": "user", "content": told}], max_tokens=max_tokens, schema=schema)


def in_shape(answer: Answer, shape: type[Shape], of: str) -> Shape:
    """What an answer says, in the agreed shape; raises `BadInput` with the reason when it can't be used. `of` says what was read."""
    if answer.stop_reason == "refusal":
        raise BadInput(f"Claude declined to read this {of}")
    if answer.stop_reason != "end_turn":
        raise BadInput("Claude's answer was cut off")
    try:
        return shape.model_validate_json(answer.text)
    except ValidationError as error:
        raise BadInput("Claude's answer doesn't have the agreed shape") from error
