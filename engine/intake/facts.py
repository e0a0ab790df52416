"""A payload as it is being read: clean text by field, and what in it couldn't be used."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar

from engine.intake.mapping import is_missing

_T = TypeVar("_T")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2060\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that couldn't be taken: the field (for files, the column), why in plain words, and the value."""

    column: str
    reason: str
    value: str = ""


@dataclass(slots=True)
class Facts:
    """A payload being read, and what in it couldn't be."""

    payload: Mapping[str, object]
    warnings: list[Problem] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)

    def keep_extra(self) -> None:
        """Take over what came without a field."""
        extra = self.payload.get("extra")
        if isinstance(extra, Mapping):
            self.extra.update({clean(key): text for key, value in extra.items() if value is not None and (text := clean(value))})

    def text(self, name: str) -> str:
        """A field as clean text; empty when it says nothing."""
        value = self.payload.get(name)
        if value is None:
            return ""
        return _told(value) if isinstance(value, str) else _unless_missing(clean(value))

    def unreadable(self, name: str, reason: str, value: str) -> None:
        """Keep a value that can't be used beside the lead, and say so."""
        self.warnings.append(Problem(name, reason, value[:200]))
        self.extra.setdefault(name, value)

    def read(self, name: str, reader: Callable[[str], _T | None], reason: str) -> _T | None:
        """A field through its reader; unreadable text becomes a warning."""
        text = self.text(name)
        if not text:
            return None
        value = reader(text)
        if value is None:
            self.unreadable(name, reason, text)
        return value


@lru_cache(maxsize=50_000)  # most cells of a file say what another said before
def _told(value: str) -> str:
    return _unless_missing(clean(value))


def _unless_missing(text: str) -> str:
    return "" if is_missing(text) else text


def clean(value: object) -> str:
    """A value as text without control characters or outer spaces. Whole numbers lose their '.0'."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif isinstance(value, float):
        text = str(int(value)) if math.isfinite(value) and value.is_integer() and abs(value) < 1e15 else repr(value)
    elif isinstance(value, (datetime, date)):
        text = value.isoformat()
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        text = ", ".join(clean(part) for part in value)
    elif isinstance(value, Mapping):
        text = json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)
    else:
        text = str(value)
    return (text if text.isprintable() else _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))).strip()
