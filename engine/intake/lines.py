"""From lines of text to rows of cells: quoting, quoted newlines, and rows whose quotes are broken."""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.errors import UnreadableFile
from engine.intake.limits import Limits

_MOST_TRIES = 30  # at closing one record's quotes
_MOST_SLIPS = 20  # in one file, before the search for their ends is cut short
_FORMULA = re.compile(r'^="([^"]*)"$')  # how spreadsheets are told to keep a number's zeros
_OTHER_ESCAPE = re.compile(r"\\[^\"\\]")
_ENOUGH_LINES = 20  # whole rows after an open quote show that nobody meant to open it


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
    slip: str = ""  # what had to be put right to read it


class Mending(Protocol):
    """Whoever knows how rows of a table are meant whose separators or quotes went wrong."""

    def mend(self, text: str, cells: Sequence[str], cut: Callable[[str], list[str]]) -> "Mended | None":
        """A data row as it was meant."""

    def mend_header(self, text: str, cells: Sequence[str], cut: Callable[[str], list[str]]) -> "Mended | None":
        """A header row as it was meant."""


class Mended(Protocol):
    """A row as it was meant, and the slip that hid it."""

    @property
    def cells(self) -> tuple[str, ...]: ...
    @property
    def slip(self) -> str: ...


class Records:
    """Cuts lines into rows. A quote that nobody closes costs its own row at most, never the rest of the file."""

    def __init__(
        self,
        lines: Iterable[str],
        dialect: Dialect,
        limits: Limits,
        n_columns: int = 0,
        mender: Mending | None = None,
        mend_until: int | None = None,
    ) -> None:
        self._lines = iter(lines)
        self._mender, self._n_sound, self._mend_until = mender, 0, mend_until
        self._waiting: deque[str] = deque()
        self._dialect, self._limits, self._n_columns = dialect, limits, n_columns
        self._line = 0
        self._n_slips = 0

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
            if '="' in text:
                cells = [_FORMULA.sub(r"\1", cell) for cell in cells]
            mended = self._mended(text, cells) if self._mender and self._line == start and self._is_odd(cells, text) else None
            self._n_sound += len(cells) == self._n_columns
            yield Row(start, mended.cells, mended.slip) if mended else Row(start, tuple(cells))

    def _is_odd(self, cells: list[str], text: str) -> bool:
        """Whether a row isn't as wide as the table, or has quotes left at an end of a cell."""
        if self._mend_until is not None and self._line >= self._mend_until:
            return False
        quote = self._dialect.quote
        return len(cells) != self._n_columns or (bool(quote) and quote in text and any(cell[-1:] == quote for cell in cells))

    def _mended(self, text: str, cells: list[str]) -> Mended | None:
        """A row of another width than the table's, if a slip explains it; before the first sound row it may be the header."""
        if self._mender is None or not text.strip() or not any(cells):
            return None
        if not self._n_sound and (header := self._mender.mend_header(text, cells, self._cut)):
            return header
        return self._mender.mend(text, cells, self._cut)

    def _cut(self, text: str) -> list[str]:
        """The cells of one line by itself."""
        cells = self._strict(text)
        return self._lenient(text)[0] if cells is None else cells

    def _next(self) -> str | None:
        text = self._waiting.popleft() if self._waiting else next(self._lines, None)
        self._line += text is not None
        return text

    def _quoted(self, text: str) -> list[str]:
        """The cells of a record that holds quotes, taking in more lines while a quote is open."""
        cells = self._strict(text)
        if cells is not None:
            return cells
        cells, is_closed = self._lenient(text)
        return cells if is_closed else self._over_lines(text)

    def _over_lines(self, text: str) -> list[str]:
        """A record whose quote is still open at the line's end: more lines until it closes, unless it was a slip of the pen."""
        start, parts, n_chars, n_tries = self._line, [text], len(text), 0
        while self._may_look_on(parts, n_chars) and (more := self._next()) is not None:
            parts.append(more)
            n_chars += len(more)
            if n_tries < _MOST_TRIES and self._closing(more.rstrip("\r\n"), 0) >= 0:
                n_tries += 1
                cells = self._whole(parts)
                if cells and not self._is_slip(cells, parts):
                    return cells
                if cells:
                    break
            if len(parts) == _ENOUGH_LINES and self._are_rows(parts[1:]):
                break
        if n_chars > self._limits.max_cell_chars and not self._are_rows(parts[1:_ENOUGH_LINES]):
            raise UnreadableFile(f"A quote opened on line {start} is never closed, or its cell is too large")
        self._waiting.extendleft(reversed(parts[1:]))
        self._line = start
        self._n_slips += 1
        return self._lenient(parts[0])[0]

    def _may_look_on(self, parts: list[str], n_chars: int) -> bool:
        """Look for the end of a quote far ahead, but in a file full of such slips only a few lines: it would take for ever."""
        if self._n_slips > _MOST_SLIPS and len(parts) > _ENOUGH_LINES:
            return False
        return n_chars <= 2 * self._limits.max_cell_chars

    def _whole(self, parts: list[str]) -> list[str]:
        """The record that lines make together; nothing while a quote in it is open."""
        text = "".join(parts)
        cells = self._strict(text)
        if cells is None:
            cells, is_closed = self._lenient(text)
            return cells if is_closed else []
        return cells

    def _is_slip(self, cells: list[str], parts: list[str]) -> bool:
        """Whether lines were joined that are rows of their own: the first fits the table by itself, the joined record doesn't."""
        if not self._n_columns or len(cells) == self._n_columns:
            return False
        return len(self._lenient(parts[0])[0]) == self._n_columns or self._are_rows(parts[1:])

    def _are_rows(self, parts: list[str]) -> bool:
        """Whether lines are whole rows of the table, each by itself: all as wide as the table, or as one another."""
        widths = {len(self._lenient(part)[0]) for part in parts}
        return widths == {self._n_columns} if self._n_columns else len(widths) == 1 and widths != {1}

    def _strict(self, text: str) -> list[str] | None:
        """The cells by the letter of the dialect; None when the text breaks it."""
        dialect = self._dialect
        if dialect.escape and _OTHER_ESCAPE.search(text):
            return None  # the csv module would drop the backslash before any other character too
        reader = csv.reader(
            [text],
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            escapechar=dialect.escape or None,
            skipinitialspace=dialect.skips_space,
            strict=True,
        )
        try:
            return self._with_single_signs(next(reader, []))
        except csv.Error:
            return None

    def _with_single_signs(self, cells: list[str]) -> list[str]:
        """In files quoted with apostrophes, a doubled inch sign is left over from an earlier quoting."""
        return [cell.replace('""', '"') for cell in cells] if self._dialect.quote == "'" else cells

    def _lenient(self, text: str) -> tuple[list[str], bool]:
        """The cells as a person reads them, and whether every quote was closed.

        A quote counts as opening at a cell's start and as closing before a delimiter or the end; others are plain characters.
        """
        text = text.rstrip("\r\n")
        cells: list[str] = []
        is_closed, place, n = True, 0, len(text)
        while place <= n:
            start = place + (len(text[place:]) - len(text[place:].lstrip(" ")) if self._dialect.skips_space else 0)
            end = self._closing(text, start + 1) if text.startswith(self._dialect.quote, start) else -1
            if end >= 0:
                cells.append(self._unquoted(text[start + 1 : end]))
                following = text.find(self._dialect.delimiter, end)
            else:
                is_closed = is_closed and not text.startswith(self._dialect.quote, start)
                following = text.find(self._dialect.delimiter, start)
                cells.append(text[start : following if following >= 0 else n])
            place = following + 1 if following >= 0 else n + 1
        return self._with_single_signs(cells), is_closed

    def _closing(self, text: str, start: int) -> int:
        """Where the quote that closes a cell stands, or -1."""
        quote, place = self._dialect.quote, text.find(self._dialect.quote, start)
        while place >= 0:
            if self._dialect.escape and text[place - 1] == self._dialect.escape:
                place = text.find(quote, place + 1)
                continue
            if text.startswith(quote, place + 1):
                place = text.find(quote, place + 2)
                continue
            rest = text[place + 1 : place + 10].lstrip(" ")
            if not rest or rest.startswith(self._dialect.delimiter):
                return place
            place = text.find(quote, place + 1)
        return -1

    def _unquoted(self, text: str) -> str:
        quote, escape = self._dialect.quote, self._dialect.escape
        return (text.replace(escape + quote, quote) if escape else text).replace(quote * 2, quote)

    def _refuse_giants(self, cells: list[str], line: int) -> None:
        if max(map(len, cells), default=0) > self._limits.max_cell_chars:
            raise UnreadableFile(f"Line {line} has a cell of more than {self._limits.max_cell_chars:,} characters")
