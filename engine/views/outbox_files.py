"""The Outbox as files: what a folder holds, with each message's reason, as CSV or as a typed workbook."""

import csv
import io
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from engine.access import Actor
from engine.intake.cells import safe_cell
from engine.runtime import Engine
from engine.store.outbox import OutboxRow
from engine.views.outbox import outbox_page

_MOST = 10_000
_COLUMNS = (
    "Message",
    "Lead",
    "Name",
    "Sequence",
    "Step",
    "Kind",
    "State",
    "Reason",
    "Why",
    "Due",
    "Next look",
    "Ended",
    "Tries",
    "Provider says",
    "Subject",
    "Words",
)
Cell = str | int | datetime | None


def outbox_csv(engine: Engine, actor: Actor, folder: str, **filters: Any) -> bytes:
    """A folder as CSV: times as ISO in the office's zone; text that a spreadsheet would calculate is made harmless."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    for cells in _rows(engine, actor, folder, filters):
        writer.writerow([_plain(cell) for cell in cells])
    return written.getvalue().encode("utf-8-sig")


def outbox_xlsx(engine: Engine, actor: Actor, folder: str, **filters: Any) -> bytes:
    """The same as a workbook with typed cells; text is never a formula."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(file, options) as book:
        sheet, head = book.add_worksheet("Outbox"), book.add_format({"bold": True, "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for place, column in enumerate(_COLUMNS):
            sheet.write_string(0, place, column, head)
        for line, cells in enumerate(_rows(engine, actor, folder, filters), 1):
            for place, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(line, place, cell, moment)
                elif isinstance(cell, int):
                    sheet.write_number(line, place, cell)
                elif cell:
                    sheet.write_string(line, place, cell)
        sheet.freeze_panes(1, 3)
        sheet.set_column(0, len(_COLUMNS) - 1, 16)
    return file.getvalue()


def _rows(engine: Engine, actor: Actor, folder: str, filters: dict[str, Any]) -> list[tuple[Cell, ...]]:
    zone = ZoneInfo(engine.preferences.market.time_zone)
    return [_cells(row, zone) for row in outbox_page(engine, actor, folder, limit=_MOST, **filters).rows]


def _cells(row: OutboxRow, zone: ZoneInfo) -> tuple[Cell, ...]:
    local = [at.astimezone(zone) if at else None for at in (row.due_at, row.next_at, row.finished_at)]
    return (
        row.step_id, row.lead_id, row.lead_name, row.sequence_name, row.step_no, row.kind, row.state, row.reason, row.detail,
        *local, row.attempts, row.provider_status, row.subject, row.body,
    )  # fmt: skip


def _plain(cell: Cell) -> object:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    return safe_cell(cell) if isinstance(cell, str) else "" if cell is None else cell
