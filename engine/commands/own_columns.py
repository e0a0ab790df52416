"""Which columns of a team's history are fields of our leads, by intake's own reading of headers and cells."""

from collections.abc import Callable
from datetime import datetime

import polars as pl

from engine import intake
from engine.intake.money import read_budget
from engine.intake.timeline import read_timeline
from engine.intake.words import read_do_not_contact, read_financing, read_property_type, read_source, read_yes_no
from engine.scoring.takings import Taking, budget_meaning

_SAMPLE = 200
_MOST_LEVELS = 500


def takings_of(frame: pl.DataFrame, at: datetime) -> dict[str, Taking]:
    """Each column that an import would take for a field, with what each of its levels means there."""
    guesses = intake.guess_mapping(frame.columns, frame.head(_SAMPLE).rows())
    readers = _readers(at)
    return {
        column: Taking(field, _meanings(frame[column], readers.get(field)))
        for column, field in intake.mapping_of(guesses).items()
        if field is not None
    }


def _meanings(cells: pl.Series, read: Callable[[str], object] | None) -> dict[str, str]:
    if read is None:
        return {}
    levels = [level for level in cells.str.strip_chars().unique().sort().to_list() if level and not intake.is_missing(level)]
    found = {level: read(level) for level in levels[:_MOST_LEVELS]}
    return {level: str(meaning) for level, meaning in found.items() if meaning is not None}


def _readers(at: datetime) -> dict[str, Callable[[str], object]]:
    return {
        "source": lambda text: read_source(text).value,
        "financing": lambda text: _value(read_financing(text)),
        "property_type": lambda text: _value(read_property_type(text)),
        "timeline": lambda text: read_timeline(text, at.date()),
        "budget": _budget,
        "proof_of_funds": _yes_or_no,
        "sells_first": _yes_or_no,
        "is_repeat_contact": _yes_or_no,
        "do_not_contact": lambda text: _word(read_do_not_contact(text)),
    }


def _value(word: object) -> object:
    return getattr(word, "value", None)


def _yes_or_no(text: str) -> str | None:
    return _word(read_yes_no(text))


def _word(answer: bool | None) -> str | None:
    return None if answer is None else "yes" if answer else "no"


def _budget(text: str) -> str | None:
    span = read_budget(text)
    return None if span is None else budget_meaning(span.low_cents, span.high_cents)
