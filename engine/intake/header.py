"""Where the header stands: preambles above it, headers of several rows, or none at all."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.intake.lines import Row
from engine.intake.mapping import is_missing, knows_header, shape_of

_MOST_HEADER_ROWS = 4
_MOST_PREAMBLE = 50
_TYPED = 0.75  # of a column's values must share a shape for the column to have one


@dataclass(frozen=True, slots=True)
class Header:
    """Which of the first rows are header, and the names of the columns."""

    first: int  # index into the rows looked at: the first header row, or the first data row when there is none
    n_rows: int
    columns: tuple[str, ...]
    width: int  # cells in most rows


def find_header(rows: Sequence[Row]) -> Header:
    """Judge the first rows of a table by how they differ from those below."""
    cells = [tuple(cell.strip() for cell in row.cells) for row in rows]
    width = _width(cells)
    first = _first_table_row(cells, width)
    body = cells[first:]
    if not _is_header(body):
        n_columns = max(width, Counter(len(row) for row in body).most_common(1)[0][0] if body else 0)
        return Header(first, 0, tuple(f"column_{n + 1}" for n in range(n_columns)), width)
    n_rows = _header_rows(body)
    return Header(first, n_rows, _names(body[:n_rows], width), width)


def _width(cells: Sequence[tuple[str, ...]]) -> int:
    """The number of cells most rows have, the wider of two that are equally common."""
    counts = Counter(len(row) for row in cells if any(row))
    return max(counts, key=lambda n: (counts[n], n), default=1)


def _n_filled(row: tuple[str, ...]) -> int:
    return sum(bool(cell) for cell in row)


def _first_table_row(cells: Sequence[tuple[str, ...]], width: int) -> int:
    """The first row that is as wide as the table and not nearly empty: what stands above it is preamble."""
    for place, row in enumerate(cells[:_MOST_PREAMBLE]):
        n_filled = _n_filled(row)
        if n_filled >= min(2, width) and (n_filled >= 0.5 * width or sum(map(knows_header, row)) >= 2):
            return place
    return next((place for place, row in enumerate(cells) if any(row)), 0)


def _shapes(body: Sequence[tuple[str, ...]], column: int) -> tuple[str, float]:
    """The commonest shape of a column's values, and the share of values that have it."""
    values = [row[column] for row in body if column < len(row) and not is_missing(row[column])]
    if not values:
        return "text", 0.0
    shape, n = Counter(map(shape_of, values)).most_common(1)[0]
    return shape, n / len(values)


def _is_header(body: Sequence[tuple[str, ...]]) -> bool:
    """Whether the first row names the columns rather than filling them."""
    if not body:
        return False
    first = body[0]
    known = sum(map(knows_header, first))
    filled = [cell for cell in first if cell]
    if known >= 2 or (known and len(filled) <= 3):
        return True
    if sum(shape_of(cell) in ("email", "phone", "time", "money") for cell in filled) > 0:
        return False
    votes = _votes(first, body[1:201])
    if votes:
        return votes > 0
    return not any(shape_of(cell) != "text" for cell in filled) and len(set(filled)) == len(filled)


def _votes(row: tuple[str, ...], below: Sequence[tuple[str, ...]]) -> int:
    """Columns where the row's text stands over values of another shape, less those where it has the shape itself."""
    votes = 0
    for column, cell in enumerate(row):
        shape, share = _shapes(below, column)
        if not cell or shape == "text" or share < _TYPED:
            continue
        votes += 1 if shape_of(cell) != shape else -1
    return votes


def _header_rows(body: Sequence[tuple[str, ...]]) -> int:
    """How many rows the header takes: further rows of names over typed values, or of the same names again."""
    n_rows = 1
    while n_rows < min(_MOST_HEADER_ROWS, len(body) - 1) and _continues(body, n_rows):
        n_rows += 1
    return n_rows


def _continues(body: Sequence[tuple[str, ...]], n_rows: int) -> bool:
    row, below = body[n_rows], body[n_rows + 1 : n_rows + 201]
    filled = [cell for cell in row if cell]
    if not filled or len(set(filled)) < len(filled):
        return False
    if [cell.lower() for cell in row] == [cell.lower() for cell in body[0]]:
        return True
    if any(shape_of(cell) != "text" or is_missing(cell) for cell in filled):
        return False
    known = sum(map(knows_header, filled))
    if known >= 2 and known >= 0.5 * len(filled):
        return True
    return len(below) >= 2 and _votes(row, below) >= 2 and sum(map(knows_header, body[0])) < 2


def _names(rows: Sequence[tuple[str, ...]], width: int) -> tuple[str, ...]:
    """The columns' names: header rows joined, empty ones named by their place, repeated ones numbered."""
    n_columns = max(*(len(row) for row in rows), 1) if rows else width
    names: list[str] = []
    taken: set[str] = set()
    for place in range(n_columns):
        parts = [row[place] for row in rows if place < len(row) and row[place]]
        name = re.sub(r"\s+", " ", " ".join(parts)) or f"column_{place + 1}"
        unique, n = name, 1
        while unique in taken:
            n += 1
            unique = f"{name}_{n}"
        taken.add(unique)
        names.append(unique)
    return tuple(names)
