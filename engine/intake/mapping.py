"""Which column feeds which lead field: judged by the header's words and by the shape of the values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.intake.fields import FAMILIES, FIELDS, SPECS, FieldSpec, field_named, plain_words

__all__ = ["FIELDS", "FieldSpec", "Guess", "guess_mapping", "is_missing", "knows_header", "mapping_of", "shape_of"]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column seems to feed (None: kept beside the lead, unused), how surely, and why."""

    field: str | None
    confidence: float
    why: str


_MISSING_WORDS = (
    "- -- --- – — . ? n/a na n.a. #n/a none (none) -none- null <null> nil nan unknown undefined "
    "select select... blank (blank) empty not_provided not_given not_available not_specified unspecified no_data tbd"
)
_MISSING = frozenset(("", *(word.replace("_", " ") for word in _MISSING_WORDS.split())))
_EMAIL = re.compile(r"^(?:mailto:)?[^\s@<>,;]+@[^\s@<>,;]+\.[a-z]{2,}$", re.IGNORECASE)
_PHONE = re.compile(r"^\+?[\d\s().\-/]{7,22}(?:(?:x|ext\.?|#)\s*\d{1,6})?$", re.IGNORECASE)
_TIME = re.compile(
    r"^(?:\d{4}-\d{1,2}-\d{1,2}(?:[T ].*)?|\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{4}|\d{2})(?:[ ,T].*)?|\d{4}/\d{1,2}/\d{1,2}.*|"
    r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?"
    r"|(?:[A-Za-z]{3,9},? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4}.*|\d{1,2} (?:jan|"
    r"feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? \d{4}.*)$",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"^(?:(?:[$€£]|usd ?)\s*\d[\d,. ]*(?:k|m|mm|mil|million)?(?:\s*[-–]\s*[$€£]?\s*\d[\d,. ]*(?:k|m|mm)?)?\+?|\d[\d,"
    r".]*\s*(?:k|m)(?:\s*[-–]\s*\d[\d,.]*\s*(?:k|m))?)$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?$")
_FULL_NAME = re.compile(
    r"^[A-ZÀ-Þ][a-zß-ÿ'’.-]+(?: [A-Z]\.?)?(?: [A-ZÀ-Þ][A-Za-zß-ÿ'’.-]+){1,2}$|^[A-ZÀ-Þ][A-Za-zß-ÿ'’-]+, [A-ZÀ-Þ][a-zß-ÿ'’.-]+$"
)
_N_LOOKED_AT = 200


def is_missing(value: str) -> bool:
    """Whether a cell says nothing: empty, or a word that means so."""
    return value.strip().lower() in _MISSING


@lru_cache(maxsize=50_000)
def shape_of(value: str) -> str:
    """What a value looks like: email, phone, time, money, number or text."""
    value = value.strip()
    if _EMAIL.match(value):
        return "email"
    if _TIME.match(value):
        return "time"
    if _NUMBER.match(value):
        return "phone" if re.fullmatch(r"\+?1?[2-9]\d{9}", value) else "number"
    if _PHONE.match(value) and 7 <= sum(map(str.isdigit, value)) <= 15:
        return "phone"
    return "money" if _MONEY.match(value) else "text"


def knows_header(cell: str) -> bool:
    """Whether a cell reads like the name of a lead field."""
    return len(cell) < 60 and field_named(cell) is not None


def guess_mapping(columns: Sequence[str], sample: Sequence[Sequence[str]]) -> dict[str, Guess]:
    """A guess for every column. A field that takes one column gets its likeliest; the others stay unmapped, with the reason."""
    values = [_values(sample, place) for place in range(len(columns))]
    wanted = [_want(column, cells) for column, cells in zip(columns, values, strict=True)]
    order = sorted(
        range(len(columns)), key=lambda place: (-wanted[place].confidence, _is_bare(wanted[place], values[place]), place)
    )
    taken: dict[str, str] = {}
    guesses: dict[str, Guess] = {}
    for place in order:
        guesses[columns[place]] = _settle(columns[place], wanted[place], taken)
    return {column: guesses[column] for column in columns}


def mapping_of(guesses: Mapping[str, Guess]) -> dict[str, str | None]:
    """Column → field, as a person would confirm it."""
    return {column: guess.field for column, guess in guesses.items()}


def _values(sample: Sequence[Sequence[str]], place: int) -> list[str]:
    cells = (row[place] for row in sample[:_N_LOOKED_AT] if place < len(row))
    return [cell for cell in cells if not is_missing(cell)]


def _want(column: str, values: list[str]) -> Guess:
    """What the column would feed if it were alone."""
    named = field_named(column)
    shape, share = _main_shape(values)
    if named is None:
        return _by_shape(column, shape, share, values)
    field, confidence = named
    if len(values) >= 3 and not _fits(field, shape, share):
        other = _by_shape("", shape, share, values)
        if other.field:
            return Guess(other.field, other.confidence, f"named '{column}', but holds {_PLURAL[shape]}")
        return Guess(None, 0.0, f"named like {SPECS[field].label.lower()}, but its values aren't")
    return Guess(field, confidence, "by its name" + (" and its values" if values else ""))


_PLURAL = {
    "email": "e-mail addresses",
    "phone": "phone numbers",
    "time": "dates",
    "money": "amounts",
    "number": "numbers",
    "text": "text",
}
_SHAPES_OF_KIND: dict[str, frozenset[str]] = {
    "name": frozenset({"text"}),
    "phone": frozenset({"phone", "number"}),
    "email": frozenset({"email"}),
    "time": frozenset({"time", "number"}),
    "date": frozenset({"time", "number"}),
    "money": frozenset({"money", "number", "phone", "text"}),
    "number": frozenset({"number", "text"}),
}


def _main_shape(values: list[str]) -> tuple[str, float]:
    if not values:
        return "text", 0.0
    counts: dict[str, int] = {}
    for value in values:
        shape = shape_of(value)
        counts[shape] = counts.get(shape, 0) + 1
    best = max(counts, key=lambda shape: counts[shape])
    return best, counts[best] / len(values)


def _fits(field: str, shape: str, share: float) -> bool:
    """Whether values of that shape can stand under a field: a clear majority of another shape says no."""
    allowed = _SHAPES_OF_KIND.get(SPECS[field].kind)
    if allowed is None:
        return not (shape in ("email", "phone") and share >= 0.8 and SPECS[field].kind in ("words", "yes_no"))
    return shape in allowed or share < 0.7


_IDENTIFYING = re.compile(
    r"\b(id|number|no|nr|code|count|total|score|mls|key|type|index|zip|ref|fax|spouse|agent|owner|lender|company)\b"
)


def _by_shape(column: str, shape: str, share: float, values: list[str]) -> Guess:
    """For a column whose name says nothing: phone numbers, e-mails and names are known by sight."""
    words = plain_words(column)
    if _IDENTIFYING.search(words) or len(values) < 1:
        return Guess(None, 0.0, "no lead field goes by that name")
    if shape in ("email", "phone") and share >= 0.7:
        return Guess(shape, round(0.55 + 0.3 * share, 2), f"its values are {_PLURAL[shape]}")
    if not words or words.startswith("column "):
        return _nameless(shape, share, values)
    return Guess(None, 0.0, "no lead field goes by that name")


def _nameless(shape: str, share: float, values: list[str]) -> Guess:
    """A column without any name, as in a file without header."""
    if shape == "text" and sum(bool(_FULL_NAME.match(value.strip())) for value in values) >= 0.7 * len(values):
        return Guess("name", 0.6, "its values look like names")
    if shape == "number" and all(re.fullmatch(r"\d{5}(-\d{4})?", value.strip()) for value in values):
        return Guess("zip_code", 0.5, "its values look like ZIP codes")
    if shape == "time" and share >= 0.9 and any(re.search(r"\d{4}", value) for value in values):
        return Guess("created_at", 0.4, "its values are dates")
    if shape == "money" and share >= 0.7:
        return Guess("budget", 0.4, "its values are amounts")
    return Guess(None, 0.0, "the column has no name")


def _is_bare(want: Guess, values: list[str]) -> bool:
    """A column without values gives way to its equal; numbered families keep the file's order."""
    return not values and want.field not in FAMILIES


def _settle(column: str, want: Guess, taken: dict[str, str]) -> Guess:
    if want.field is None:
        return want
    for field in _seats(want.field):
        if field not in taken:
            taken[field] = column
            return Guess(field, want.confidence, want.why)
    return Guess(None, 0.0, f"{SPECS[want.field].label} already comes from '{taken[want.field]}'")


def _seats(field: str) -> list[str]:
    n = FAMILIES.get(field, 1)
    return [field, *(f"{field}_{k}" for k in range(2, n + 1))]
