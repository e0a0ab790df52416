"""What every part of the API's document shares: the kinds of text and number taken in, and the one shape of an error."""

import re
from typing import Annotated, Any

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt

LARGEST_NUMBER = 2**53 - 1  # the largest that every JSON reader keeps exact


_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")


def _clean(text: str) -> str:
    if _NO_CHARACTER.search(text):
        raise ValueError("holds characters that are none")
    return text


Text = Annotated[str, AfterValidator(_clean), Field(max_length=20_000)]
ShortText = Annotated[str, AfterValidator(_clean), Field(min_length=1, max_length=200)]
Number = StrictInt | StrictFloat
Yes = StrictBool
RowId = Annotated[int, Path(ge=1, le=LARGEST_NUMBER, examples=[12])]


class Shape(BaseModel):
    """A body that is read strictly: unknown names are refused rather than ignored."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


class Answer(BaseModel):
    """A body that is answered."""

    model_config = ConfigDict(from_attributes=True)


class ErrorDetail(Answer):
    """What went wrong: `code` for programs, `message` for people, `field` when it was one."""

    code: str = Field(examples=["not_found"])
    message: str = Field(examples=["There is no such lead, or he is another agent's"])
    field: str | None = None


class ErrorAnswer(Answer):
    """The one shape in which the API refuses."""

    error: ErrorDetail


_TOLD = {
    400: "The body is not JSON",
    401: "No key or token, or one that is no good",
    403: "The key or the role doesn't allow this",
    404: "There is nothing here under that name, or it is another person's",
    405: "The wrong method",
    409: "Somebody else was first, or the state doesn't allow it any more",
    413: "More than a request may hold",
    422: "A value can't be used; `field` says which",
    429: "Too many requests; `Retry-After` says when to come back",
    503: "Not ready, or too much at once; come back later",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses as a route's document tells them."""
    return {status: {"model": ErrorAnswer, "description": _TOLD[status]} for status in statuses}


# What any route behind the door may answer.
ALWAYS = refusals(400, 401, 403, 413, 422, 429, 503)
