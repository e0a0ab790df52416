"""What goes in and out of the double: a request, its answer, a refusal. And how a body is checked, as strictly as live."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request."""

    method: str
    path: str
    query: Row = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)  # lower-case names
    body: Row = field(default_factory=dict)
    ids: tuple[str, ...] = ()  # the parts of the path that name rows


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `raw` stands in for data that is no JSON; `manner` says how it reaches the other side, or doesn't."""

    status: int
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    manner: str = "whole"  # whole, drip (byte by byte), hang (never), reset (the connection breaks)


class Refusal(Exception):
    """The double says no, in GoHighLevel's form."""

    def __init__(self, status: int, message: str | list[str]) -> None:
        super().__init__(str(message))
        self.status, self.message = status, message


def known_only(body: Row, allowed: Collection[str]) -> Row:
    """The body, if every property in it is known; live answers 422 to any other."""
    strange = [f"property {name} should not exist" for name in body if name not in allowed]
    if strange:
        raise Refusal(422, strange)
    return body


def need(body: Row, *names: str) -> None:
    """Refuse a body without these."""
    missing = [f"{name} should not be empty" for name in names if body.get(name) in (None, "")]
    if missing:
        raise Refusal(422, missing)


def texts(body: Row, name: str) -> list[str]:
    """A list of texts in the body."""
    value = known_only(body, {name}).get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refusal(422, [f"each value in {name} must be a string"])
    return [one.lower() for one in value]
