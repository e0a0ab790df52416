"""A file of leads as a table: opened, judged once, then streamed row by row as often as asked."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.errors import UnreadableFile
from engine.intake.encoding import STRAY_BYTES, survey
from engine.intake.header import find_header
from engine.intake.limits import Limits, refuse_disguised
from engine.intake.lines import Dialect, Records, Row
from engine.intake.mending import Mender, mender_of
from engine.intake.sniff import sniff_dialect
from engine.intake.stacked import Section, find_stack, is_closing, is_total, may_be_header, may_be_remark, moved
from engine.intake.workbook import refuse_bomb, workbook_rows

_SAMPLE_CHARS = 1 << 17
_SAMPLE_ROWS = 400


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file read as a table. `rows()` streams the data rows, each padded to the columns.

    Lines without any character aren't rows. Rows of empty cells count, unless nothing but such rows follows.
    A row longer than the header keeps its further cells beyond `n_columns`. Totals, last words and the headers and titles of
    further tables are no rows; once all rows were read, `left_out` holds them by line.
    """

    path: Path
    dialect: Dialect
    header_row: int | None  # line of the header's first row, from 1
    columns: tuple[str, ...]
    sample: tuple[Row, ...]  # the first data rows
    limits: Limits
    first_line: int  # of the data
    mender: Mender | None = None
    width: int = 0  # of the first table
    sections: tuple[Section, ...] = ()  # further tables below it
    left_out: dict[int, str] = field(default_factory=dict, compare=False)

    @property
    def n_columns(self) -> int:
        """How many columns the header (or, without one, the table) has."""
        return len(self.columns)

    def rows(self) -> Iterator[Row]:
        """The data rows from the first, read anew from the file."""
        return _counted(_padded(self._placed(), self.n_columns), self.limits)

    def _placed(self) -> Iterator[Row]:
        """The data rows with their cells where they belong, without those that are none."""
        until = self.sections[0].line if self.sections else None
        records = _records(self.path, self.dialect, self.limits, self.width, self.mender, until)
        sections = {section.line: section for section in self.sections}
        now: Section | None = None
        last_words: list[Row] = []
        for row in itertools.dropwhile(lambda row: row.line < self.first_line, records):
            is_remark = may_be_remark(row.cells)
            if row.line in sections or row.line in self.left_out or (is_remark and is_total(row.cells, self.width)):
                now = sections.get(row.line, now)
                self.left_out[row.line] = _told(row)
            elif (is_remark and is_closing(row.cells, self.width)) or (last_words and not any(row.cells)):
                last_words.append(row)
            else:
                if last_words:
                    yield from (_moved(held, now, self.n_columns) for held in last_words)
                    last_words.clear()
                yield row if now is None else _moved(row, now, self.n_columns)
        self.left_out.update((row.line, _told(row)) for row in last_words if any(row.cells))


def _told(row: Row) -> str:
    return ", ".join(cell.strip() for cell in row.cells if cell.strip())[:200]


def _moved(row: Row, section: Section | None, n_columns: int) -> Row:
    return row if section is None else Row(row.line, moved(row.cells, section.places, n_columns), row.slip)


def open_table(path: Path, *, limits: Limits | None = None) -> TableFile:
    """Judge a file's writing, header and columns, or refuse it with one sentence (`UnreadableFile`)."""
    limits = limits or Limits()
    try:
        is_workbook = refuse_disguised(path, limits)
        dialect = _workbook_dialect(path, limits) if is_workbook else _text_dialect(path, limits)
    except OSError as error:
        raise UnreadableFile("The file can't be opened") from error
    width = find_header(_first_rows(path, dialect, limits, 0)).width
    first = _first_rows(path, dialect, limits, width)  # read again: with the width known, a quote that nobody closes shows
    header = find_header(first)
    mender = mender_of([row.cells for row in first[header.first + header.n_rows :]], width, dialect)
    if mender:
        first = _first_rows(path, dialect, limits, width, mender)
        header = find_header(first)
    start = first[header.first].line if header.n_rows == 0 else _line_after(first, header.first + header.n_rows)
    table = TableFile(
        path=path,
        dialect=dialect,
        header_row=first[header.first].line if header.n_rows else None,
        columns=header.columns,
        sample=(),
        limits=limits,
        first_line=start,
        mender=mender,
        width=len(header.columns),
    )
    table = _with_stack(table)
    return replace(table, sample=tuple(itertools.islice(table.rows(), _SAMPLE_ROWS)))


def _with_stack(table: TableFile) -> TableFile:
    """The table with those below it, if there are any. The file is read through for them only if a glance shows a header."""
    if table.header_row is None or not _glance(table):
        return table
    stack = find_stack(table._placed(), table.columns)
    titles = {row.line: _told(row) for row in stack.titles}
    return replace(table, columns=stack.columns, sections=stack.sections, left_out=titles)


def _glance(table: TableFile) -> bool:
    """Whether any line below the header looks like another header."""
    if table.dialect.kind == "xlsx":
        return True
    with table.path.open(encoding=table.dialect.encoding, errors=STRAY_BYTES, newline="") as file:
        below = itertools.islice(file, table.first_line - 1, None)
        return any(may_be_header(line, table.dialect.delimiter) for line in below)


def _first_rows(path: Path, dialect: Dialect, limits: Limits, n_columns: int, mender: Mender | None = None) -> list[Row]:
    rows = list(itertools.islice(_records(path, dialect, limits, n_columns, mender), _SAMPLE_ROWS))
    if not any(any(cell.strip() for cell in row.cells) for row in rows):
        raise UnreadableFile("The file holds no text")
    return rows


def _line_after(rows: list[Row], place: int) -> int:
    return rows[place].line if place < len(rows) else rows[-1].line + 1


def _workbook_dialect(path: Path, limits: Limits) -> Dialect:
    refuse_bomb(path, limits)
    return Dialect("", "", "", "", "xlsx")


def _text_dialect(path: Path, limits: Limits) -> Dialect:
    found = survey(path, limits)
    with path.open(encoding=found.encoding, errors=found.errors, newline="") as file:
        sample = file.read(_SAMPLE_CHARS)
        sample += file.readline(limits.max_line_bytes) if len(sample) == _SAMPLE_CHARS else ""
    return sniff_dialect(sample, found.encoding, found.newline)


def _records(
    path: Path, dialect: Dialect, limits: Limits, n_columns: int, mender: Mender | None = None, until: int | None = None
) -> Iterator[Row]:
    if dialect.kind == "xlsx":
        yield from workbook_rows(path, limits)
        return
    errors = "strict" if dialect.encoding.startswith("utf-") and dialect.encoding[4:6] in ("16", "32") else STRAY_BYTES
    with path.open(encoding=dialect.encoding, errors=errors, newline="") as file:
        lines: Iterator[str] = iter(file)
        for row in Records(_without_separator_line(lines), dialect, limits, n_columns, mender, until):
            if len(row.cells) > 1 or (row.cells and row.cells[0].strip()):
                yield row


def _without_separator_line(lines: Iterator[str]) -> Iterator[str]:
    """Excel's own first line `sep=;` is no row; it stays as an empty line, so that lines keep their numbers."""
    for place, line in enumerate(lines):
        yield "\n" if place == 0 and line[:4].lower() == "sep=" and len(line.strip()) == 5 else line


def _padded(rows: Iterator[Row], n_columns: int) -> Iterator[Row]:
    for row in rows:
        n = len(row.cells)
        if n == n_columns:
            yield row
        elif n < n_columns:
            yield Row(row.line, row.cells + ("",) * (n_columns - n), row.slip)
        else:
            yield Row(row.line, row.cells[:n_columns] + _without_empty_tail(row.cells[n_columns:]), row.slip)


def _without_empty_tail(cells: tuple[str, ...]) -> tuple[str, ...]:
    n = len(cells)
    while n and not cells[n - 1].strip():
        n -= 1
    return cells[:n]


def _counted(rows: Iterator[Row], limits: Limits) -> Iterator[Row]:
    """Hold back rows of empty cells until a fuller one follows, and stop at the limit of rows."""
    held: list[Row] = []
    n = 0
    for row in rows:
        if not any(row.cells) or not any(cell.strip() for cell in row.cells):
            held.append(row)
            continue
        n += 1 + len(held)
        if n > limits.max_rows:
            raise UnreadableFile(f"The file has more than {limits.max_rows:,} rows")
        yield from held
        held.clear()
        yield row
