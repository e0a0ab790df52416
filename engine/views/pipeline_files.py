"""The pipeline to take away: the deals that pass the filters as CSV and as a typed workbook."""

import csv
import io
from datetime import date, datetime
from typing import Any

import xlsxwriter

from engine.access import Actor, scope_of
from engine.intake.cells import safe_cell
from engine.runtime import Engine
from engine.views.pipeline import MAX_ROWS, pipeline, pipeline_deals

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("Deal", "name"),
    ("Stage", "stage"),
    ("Agent", "assigned_name"),
    ("Source", "source"),
    ("Days in stage", "days_in_stage"),
    ("Expected close", "closes_on"),
    ("First named close", "first_closes_on"),
    ("Times put off", "n_moves"),
    ("Slip", "slip"),
    ("Price", "price_cents"),
    ("Price is", "price_source"),
    ("Rate", "commission_rate"),
    ("Rate is from", "rate_source"),
    ("Gross", "gci_cents"),
    ("Weighted", "weighted_cents"),
    ("Chance to close", "chance"),
    ("Predicted", "predicted_cents"),
)
_MONEY = ("price_source", "commission_rate", "rate_source")  # beside everything in cents


def pipeline_csv(engine: Engine, actor: Actor, **asked: Any) -> bytes:
    """The deals as CSV: dollars as plain numbers, dates as ISO, text that no spreadsheet takes for a formula."""
    columns, rows = _table(engine, actor, **asked)
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([label for label, _ in columns])
    writer.writerows([_plain(cell, name) for cell, (_, name) in zip(row, columns, strict=True)] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def pipeline_xlsx(engine: Engine, actor: Actor, **asked: Any) -> bytes:
    """The same as a workbook: numbers are numbers, dates are dates, and text is never a formula."""
    columns, rows = _table(engine, actor, **asked)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Pipeline")
        head, dollars = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "$#,##0.00"})
        shares, days = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "yyyy-mm-dd"})
        forms = {"commission_rate": book.add_format({"num_format": "0.00##%"}), "chance": shares}
        for place, (label, _) in enumerate(columns):
            sheet.write_string(0, place, label, head)
        for line, row in enumerate(rows, 1):
            for place, (cell, (_, name)) in enumerate(zip(row, columns, strict=True)):
                if isinstance(cell, date):
                    sheet.write_datetime(line, place, datetime(cell.year, cell.month, cell.day), days)  # noqa: DTZ001  a day
                elif isinstance(cell, int | float):
                    is_money = name.endswith("_cents")
                    sheet.write_number(line, place, cell / 100 if is_money else cell, dollars if is_money else forms.get(name))
                elif cell is not None:
                    sheet.write_string(line, place, str(cell))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
        sheet.set_column(0, len(columns) - 1, 16)
    return file.getvalue()


def _table(engine: Engine, actor: Actor, **asked: Any) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    sees_money = scope_of(actor).sees_money
    columns = [pair for pair in _COLUMNS if sees_money or not (pair[1].endswith("_cents") or pair[1] in _MONEY)]
    labels = {stage.stage: stage.label for stage in pipeline(engine, actor).stages}
    found = pipeline_deals(engine, actor, **asked, limit=MAX_ROWS)
    rows = [[labels.get(row.stage, row.stage) if name == "stage" else getattr(row, name) for _, name in columns] for row in found]
    return columns, rows


def _plain(cell: Any, name: str) -> object:
    if cell is None:
        return ""
    if name.endswith("_cents"):
        return f"{cell / 100:.2f}"
    if isinstance(cell, date):
        return cell.isoformat()
    return safe_cell(cell) if isinstance(cell, str) else round(cell, 6)
