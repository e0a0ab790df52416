"""Excel workbooks: refused when opening them would take too much, else the rows of one of its sheets."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fastexcel

from engine.errors import UnreadableFile
from engine.intake.limits import Limits, refuse_disguised
from engine.intake.lines import Row

_PIECE = 1 << 20
_OVERLAP = 256  # bytes kept from one piece to the next, so that nothing is cut in two
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{1,9})["']""")
_SHARED_TEXT = re.compile(rb"""\bt\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d{1,9})""")
_DAMAGED = "This workbook is damaged and can't be opened"


def refuse_bomb(path: Path, limits: Limits) -> None:
    """Refuse a workbook whose reading would fill the memory, whatever sizes it declares.

    The reader makes a full table from the sheet's first corner to its last, with every text written out: a file of a few kilobytes can
    ask for terabytes and take the process with it. So all of it is counted first, a piece at a time.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _count_bytes(archive, limits)
            lengths = _text_lengths(archive)
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    _count_cells(archive, name, lengths, limits)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError, KeyError) as error:
        raise UnreadableFile(_DAMAGED) from error


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook that holds anything, and how far it spreads."""

    name: str
    n_rows: int
    n_columns: int


def sheets_of(path: Path, limits: Limits) -> tuple[Sheet, ...]:
    """The sheets that hold anything, in their order; none for a file that is no workbook."""
    if not refuse_disguised(path, limits):
        return ()
    refuse_bomb(path, limits)
    with _opened(path) as book:
        loaded = [(name, book.load_sheet(name, header_row=None, dtypes="string")) for name in book.sheet_names]
        return tuple(Sheet(name, sheet.height, sheet.width) for name, sheet in loaded if sheet.height)


def workbook_rows(path: Path, limits: Limits, sheet_name: str | None = None) -> Iterator[Row]:
    """Every row of a sheet as text, in order; dates come as ISO, numbers as written. By default of the first that looks like a table."""
    with _opened(path) as book:
        if sheet_name is not None and sheet_name not in book.sheet_names:
            raise UnreadableFile(f"This workbook has no sheet {sheet_name!r}; it has {', '.join(book.sheet_names)}")
        names = book.sheet_names if sheet_name is None else [sheet_name]
        filled = [sheet for name in names if (sheet := book.load_sheet(name, header_row=None, dtypes="string")).height]
        if not filled:
            raise UnreadableFile("This workbook has no rows")
        sheet = next((one for one in filled if one.height > 1 and one.width > 1), filled[0])  # not a cover page's few words
        if sheet.width > limits.max_columns:
            raise UnreadableFile(f"This sheet has {sheet.width:,} columns; at most {limits.max_columns:,} can be read")
        batches = sheet.to_arrow()
    line = 0
    for start in range(0, batches.num_rows, 10_000):
        for cells in zip(*batches.slice(start, 10_000).to_pydict().values(), strict=True):
            line += 1
            row = tuple(cell or "" for cell in cells)
            if max(map(len, row), default=0) > limits.max_cell_chars:
                raise UnreadableFile(f"Row {line} has a cell of more than {limits.max_cell_chars:,} characters")
            yield Row(line, row)


@contextmanager
def _opened(path: Path) -> Iterator[fastexcel.ExcelReader]:
    try:
        yield fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise UnreadableFile("This workbook is damaged, protected or holds no readable sheet") from error


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    kept = b""
    with archive.open(name) as stream:
        while piece := stream.read(_PIECE):
            yield kept + piece
            kept = piece[-_OVERLAP:]


def _count_bytes(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Unpack everything once and count: the sizes a zip declares may be lies."""
    unpacked = 0
    for name in archive.namelist():
        with archive.open(name) as stream:
            while piece := stream.read(_PIECE):
                unpacked += len(piece)
                if unpacked > limits.max_unpacked_bytes:
                    raise UnreadableFile(f"This workbook unpacks to more than {limits.max_unpacked_bytes:,} bytes")


def _text_lengths(archive: zipfile.ZipFile) -> list[int]:
    """How long each text is that cells refer to by number."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [len(text) for text in re.split(rb"</(?:\w+:)?si>", archive.read("xl/sharedStrings.xml"))]


def _count_cells(archive: zipfile.ZipFile, name: str, lengths: list[int], limits: Limits) -> None:
    last_row, n_chars, columns = 0, 0, {b""}
    is_long = max(lengths, default=0) > 1_000  # short texts can't add up to much before the cells themselves do
    for piece in _pieces(archive, name):
        for column, row in _PLACE.findall(piece):
            columns.add(column.upper())
            last_row = max(last_row, int(row))
        if is_long:
            n_chars += sum(lengths[int(n)] for n in _SHARED_TEXT.findall(piece) if int(n) < len(lengths))
    last_column = max(map(_column_number, columns))
    if last_column > limits.max_columns:
        raise UnreadableFile(f"A sheet has {last_column:,} columns; at most {limits.max_columns:,} can be read")
    if last_row * last_column > limits.max_cells:
        raise UnreadableFile(
            f"A sheet spreads over {last_row:,} rows and {last_column:,} columns; at most {limits.max_cells:,} cells can be read"
        )
    if n_chars > limits.max_repeated_chars:
        raise UnreadableFile("A sheet repeats long texts so often that it can't be read")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
