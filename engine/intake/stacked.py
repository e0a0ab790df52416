"""Several tables in one file, one below the other, and the lines that belong to none: headers again, titles, totals, footers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.intake.lines import Row
from engine.intake.mapping import knows_header, shape_of

_VALUE = re.compile(r"\d\d|@")  # a header holds neither addresses nor longer numbers
_LIKE_FIRST, _KNOWN = 0.6, 3
_TOTAL = re.compile(r"^(?:grand[ -]?|sub[ -]?)?totals?\b(?: for\b.*| of\b.*|\s*[:=]?\s*(?:\d[\d,]*)?)?$", re.IGNORECASE)
_CLOSING = re.compile(
    r"^(?:(?:grand[ -]?|sub[ -]?)?totals?\b|sum\b|count\b|(?:number of )?(?:records?|rows?|contacts|leads)\s*[:=]|"
    r"\d+ (?:records?|rows?|contacts|leads)\b|exported\b|generated\b|printed\b|created by\b|downloaded\b|report\b|page \d|"
    r"end of\b|footnote\b|footer\b|notes?:|source:|disclaimer\b|confidential\b|copyright\b|©|\*{2,}|-{3,}|={3,})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A further table of a file: the line of its header, and which of all columns each of its cells belongs to."""

    line: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """What stands below the first table."""

    columns: tuple[str, ...]  # of all tables together
    sections: tuple[Section, ...]
    titles: tuple[Row, ...]  # lines above a further header that name it


def may_be_header(line: str, delimiter: str) -> bool:
    """Whether a line of text could be a header, at a glance."""
    return delimiter in line and not _VALUE.search(line)


def find_stack(rows: Iterable[Row], columns: Sequence[str]) -> Stack:
    """The further tables among a table's data rows, told by their headers."""
    all_columns, sections, titles = list(columns), [], []
    names = {name.casefold() for name in columns}
    before: list[Row] = []
    for row in rows:
        if _is_header(row.cells, names):
            sections.append(Section(row.line, tuple(_places(row.cells, all_columns))))
            titles += before
            before = []
        elif sum(bool(cell.strip()) for cell in row.cells) <= 1 and not any(_VALUE.search(cell) for cell in row.cells):
            before.append(row)
        else:
            before = []
    return Stack(tuple(all_columns), tuple(sections), tuple(titles))


def _is_header(cells: Sequence[str], names: set[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < 2 or len({cell.casefold() for cell in filled}) < len(filled) or any(map(_VALUE.search, filled)):
        return False
    if sum(cell.casefold() in names for cell in filled) >= max(2, _LIKE_FIRST * len(filled)):
        return True
    return sum(map(knows_header, filled)) >= max(_KNOWN, _LIKE_FIRST * len(filled))


def _places(cells: Sequence[str], columns: list[str]) -> Iterator[int]:
    """Where each cell of a further table belongs; columns that the tables above lack are added."""
    taken: set[int] = set()
    for number, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column_{number}"
        place = next((at for at, known in enumerate(columns) if known.casefold() == name.casefold() and at not in taken), None)
        if place is None:
            columns.append(_unlike(name, columns))
            place = len(columns) - 1
        taken.add(place)
        yield place


def _unlike(name: str, columns: Sequence[str]) -> str:
    unique, n = name, 1
    while unique in columns:
        n += 1
        unique = f"{name}_{n}"
    return unique


def moved(cells: Sequence[str], places: Sequence[int], n_columns: int) -> tuple[str, ...]:
    """A further table's cells in the order of all columns; cells beyond its header stay at the end."""
    row = [""] * n_columns
    for place, cell in zip(places, cells, strict=False):
        row[place] = cell
    return (*row, *cells[len(places) :])


def may_be_remark(cells: Sequence[str]) -> bool:
    """At a glance: whether a row could be a total or a remark. Nearly all rows aren't."""
    first = next(filter(None, cells), "")
    return len(cells) == 1 or bool(_CLOSING.match(first.lstrip()))


def is_total(cells: Sequence[str], width: int) -> bool:
    """Whether a row sums others up: it says so, and names nobody."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return (
        width > 2
        and bool(filled)
        and bool(_TOTAL.match(filled[0]))
        and not any(shape_of(cell) in ("email", "phone") for cell in filled)
    )


def is_closing(cells: Sequence[str], width: int) -> bool:
    """Whether a row looks like a file's last words: a remark, not somebody. Only rows at the very end are taken so."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if width < 3 or not filled or len(filled) > 1 + is_total(cells, width) * width:
        return False
    is_remark = len(cells) == 1 and len(filled[0].split()) > 2
    return (is_remark or bool(_CLOSING.match(filled[0]))) and shape_of(filled[0]) not in ("email", "phone")
