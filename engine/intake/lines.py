"""From lines of text to rows of cells: quoting, quoted newlines, and rows whose quotes are broken."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.errors import UnreadableFile
from engine.intake.limits import Limits

_MOST_LINES = 2_000  # in one quoted cell


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written. For workbooks the delimiter, quote and newline are empty."""

    encoding: str
    delimiter: str
    quote: str
    newline: str
    kind: str = "csv"
    escape: str = ""  # the character before a quote that is meant literally, where quotes aren't doubled
    skips_space: bool = False  # spaces after a delimiter don't count


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line of the file where it starts (from 1), and its cells as written."""

    line: int
    cells: tuple[str, ...]


class Records:
    """Cuts lines into rows. A quote that nobody closes costs its own row at most, never the rest of the file."""

    def __init__(self, lines: Iterable[str], dialect: Dialect, limits: Limits, n_columns: int = 0) -> None:
        self._lines = iter(lines)
        self._waiting: deque[str] = deque()
        self._dialect, self._limits, self._n_columns = dialect, limits, n_columns
        self._line = 0

    def __iter__(self) -> Iterator[Row]:
        quote, delimiter = self._dialect.quote, self._dialect.delimiter
        plain = bool(delimiter) and not self._dialect.skips_space and not self._dialect.escape
        while (text := self._next()) is not None:
            start = self._line
            is_plain = plain and (not quote or quote not in text)
            cells = text.rstrip("\r\n").split(delimiter) if is_plain else self._quoted(text)
            if len(text) > self._limits.max_cell_chars or self._line != start:
                self._refuse_giants(cells, start)
            if len(cells) > self._limits.max_columns:
                raise UnreadableFile(f"Line {start} has {len(cells):,} columns; at most {self._limits.max_columns:,} can be read")
            yield Row(start, tuple(cells))

    def _next(self) -> str | None:
        text = self._waiting.popleft() if self._waiting else next(self._lines, None)
        self._line += text is not None
        return text

    def _quoted(self, text: str) -> list[str]:
        """The cells of a record that holds quotes, taking in more lines while a quote is open."""
        if not self._is_open(text):
            return self._parse(text)
        if closed := self._parse(text, strict=True):
            return closed
        start, parts, n_chars = self._line, [text], len(text)
        is_open = True
        while is_open and len(parts) < _MOST_LINES and n_chars <= 2 * self._limits.max_cell_chars:
            more = self._next()
            if more is None:
                break
            parts.append(more)
            n_chars += len(more)
            if self._dialect.quote in more and self._is_odd(more):
                is_open = not is_open
        return self._settle(parts, start, is_closed=not is_open)

    def _settle(self, parts: list[str], start: int, *, is_closed: bool) -> list[str]:
        """Choose between one record of many lines and a first line whose quote is a slip of the pen."""
        if is_closed:
            whole = self._parse("".join(parts), strict=True)
            if whole and len(whole) == (self._n_columns or len(whole)):
                return whole
        alone = self._alone(parts[0])
        looks_like_rows = self._n_columns > 1 and sum(len(self._alone(part)) == self._n_columns for part in parts[1:4]) == len(
            parts[1:4]
        )
        if is_closed and whole and not (looks_like_rows or len(alone) == self._n_columns):
            return whole
        if not is_closed and not looks_like_rows and len("".join(parts)) > self._limits.max_cell_chars:
            raise UnreadableFile(f"A quote opened on line {start} is never closed, or its cell is too large")
        for part in reversed(parts[1:]):
            self._waiting.appendleft(part)
        self._line = start
        return alone

    def _alone(self, text: str) -> list[str]:
        """One line read by itself: as quoted, or with its quotes as plain characters when that gives the right number of cells."""
        cells = self._parse(text)
        if len(cells) == self._n_columns or not self._is_open(text):
            return cells
        literal = text.rstrip("\r\n").split(self._dialect.delimiter)
        return literal if len(literal) == self._n_columns or len(cells) == 1 else cells

    def _is_odd(self, text: str) -> bool:
        quote, escape = self._dialect.quote, self._dialect.escape
        return bool((text.count(quote) - (text.count(escape + quote) if escape else 0)) % 2)

    def _is_open(self, text: str) -> bool:
        """Whether a quoted cell is still open at the line's end. An odd number of quotes counts only where a cell starts with one."""
        if not self._dialect.quote or not self._is_odd(text):
            return False
        quote, delimiter = self._dialect.quote, self._dialect.delimiter
        if text.lstrip(" ").startswith(quote) or delimiter + quote in text:
            return True
        return self._dialect.skips_space and delimiter + " " + quote in text

    def _parse(self, text: str, *, strict: bool = False) -> list[str]:
        dialect = self._dialect
        try:
            rows = list(
                csv.reader(
                    [text],
                    delimiter=dialect.delimiter,
                    quotechar=dialect.quote or None,
                    quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
                    doublequote=True,
                    escapechar=dialect.escape or None,
                    skipinitialspace=dialect.skips_space,
                    strict=strict,
                )
            )
        except csv.Error as error:
            if strict:
                return []
            if "field limit" in str(error):
                raise UnreadableFile(
                    f"Line {self._line} has a cell of more than {self._limits.max_cell_chars:,} characters"
                ) from None
            return text.rstrip("\r\n").split(dialect.delimiter)
        return rows[0] if rows else []

    def _refuse_giants(self, cells: list[str], line: int) -> None:
        if max(map(len, cells), default=0) > self._limits.max_cell_chars:
            raise UnreadableFile(f"Line {line} has a cell of more than {self._limits.max_cell_chars:,} characters")
