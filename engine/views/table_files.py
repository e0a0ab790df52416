"""A list to take away: the same columns and rows as CSV and as a typed workbook. Text is never a formula."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from engine.intake.cells import safe_cell

Columns = Sequence[
    tuple[str, str]
]  # what stands at its head, and the figure's name: `_cents` are dollars, `_rate` and `chance` shares
_SHARES = ("chance", "probability", "probability_low", "probability_high")


def as_csv(columns: Columns, rows: Sequence[Sequence[Any]]) -> bytes:
    """Dollars as plain numbers, dates and times (UTC) as ISO, unknown left empty."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([label for label, _ in columns])
    writer.writerows([_plain(cell, name) for cell, (_, name) in zip(row, columns, strict=True)] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(title: str, columns: Columns, rows: Sequence[Sequence[Any]]) -> bytes:
    """Numbers are numbers, dates are dates; times are UTC."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(title)
        formats = {
            "head": {"bold": True, "bottom": 1},
            "dollars": {"num_format": "$#,##0.00"},
            "share": {"num_format": "0.0%"},
            "rate": {"num_format": "0.00##%"},
            "day": {"num_format": "yyyy-mm-dd"},
            "time": {"num_format": "yyyy-mm-dd hh:mm"},
        }
        made = {name: book.add_format(form) for name, form in formats.items()}
        for place, (label, _) in enumerate(columns):
            sheet.write_string(0, place, label, made["head"])
        for line, row in enumerate(rows, 1):
            for place, (cell, (_, name)) in enumerate(zip(row, columns, strict=True)):
                _write(sheet, line, place, cell, name, made)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
        sheet.set_column(0, len(columns) - 1, 16)
    return file.getvalue()


def _write(sheet: Any, line: int, place: int, cell: Any, name: str, made: dict[str, Any]) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(line, place, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(line, place, cell.astimezone(UTC).replace(tzinfo=None), made["time"])
    elif isinstance(cell, date):
        sheet.write_datetime(line, place, datetime(cell.year, cell.month, cell.day), made["day"])  # noqa: DTZ001  a day
    elif isinstance(cell, int | float):
        if name.endswith("_cents"):
            sheet.write_number(line, place, cell / 100, made["dollars"])
        else:
            sheet.write_number(
                line, place, cell, made["share"] if name in _SHARES else made["rate"] if name.endswith("_rate") else None
            )
    elif cell is not None:
        sheet.write_string(line, place, str(cell))


def _plain(cell: Any, name: str) -> object:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if name.endswith("_cents"):
        return f"{cell / 100:.2f}"
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return safe_cell(cell) if isinstance(cell, str) else round(cell, 6)
