"""Rows of an Excel workbook's first sheet that holds anything."""

from collections.abc import Iterator
from pathlib import Path

import fastexcel

from engine.errors import UnreadableFile
from engine.intake.limits import Limits
from engine.intake.lines import Row


def workbook_rows(path: Path, limits: Limits) -> Iterator[Row]:
    """Every row as text, in order; dates come as ISO, numbers as written."""
    try:
        book = fastexcel.read_excel(path)
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, dtypes="string")
            if sheet.height:
                break
        else:
            raise UnreadableFile("This workbook has no rows")
        if sheet.width > limits.max_columns:
            raise UnreadableFile(f"This sheet has {sheet.width:,} columns; at most {limits.max_columns:,} can be read")
        columns = sheet.to_arrow().to_pydict().values()
    except fastexcel.FastExcelError as error:
        raise UnreadableFile("This workbook is damaged, protected or holds no readable sheet") from error
    for line, cells in enumerate(zip(*columns, strict=True), start=1):
        row = tuple(cell or "" for cell in cells)
        if max(map(len, row), default=0) > limits.max_cell_chars:
            raise UnreadableFile(f"Row {line} has a cell of more than {limits.max_cell_chars:,} characters")
        yield Row(line, row)
