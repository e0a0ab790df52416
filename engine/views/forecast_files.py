"""The forecast as files: the periods of a unit and the deals behind them, as CSV or as a typed workbook."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime

import xlsxwriter

from engine.access import Actor
from engine.intake.cells import safe_cell
from engine.runtime import Engine
from engine.views.forecast import ForecastPage, forecast

Cell = str | int | float | date | None
_PERIODS = (
    "Period",
    "Begins on",
    "Ends on",
    "Closed GCI",
    "GCI P10",
    "GCI P50",
    "GCI P90",
    "Closed net",
    "Net P10",
    "Net P50",
    "Net P90",
)
_DEALS = ("Deal", "Stage", "Agents", "Price", "Rate", "Rate is assumed", "Chance", "Expected close", "Expected GCI", "Expected net")
_DOLLARS = {name for name in (*_PERIODS, *_DEALS) if name.split()[-1] in ("GCI", "net", "P10", "P50", "P90", "Price")}


def forecast_csv(engine: Engine, actor: Actor, *, unit: str, as_of: date | None = None) -> bytes:
    """The weeks, months or quarters of a forecast as CSV: dollars as plain numbers, dates as ISO."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_PERIODS)
    for row in _period_rows(forecast(engine, actor, as_of=as_of), unit):
        writer.writerow([_plain(cell, name) for name, cell in zip(_PERIODS, row, strict=True)])
    return written.getvalue().encode("utf-8-sig")


def forecast_xlsx(engine: Engine, actor: Actor, *, as_of: date | None = None) -> bytes:
    """The whole forecast as a workbook: a sheet a unit and one of the deals, with typed cells; text is never a formula."""
    page = forecast(engine, actor, as_of=as_of)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        for unit in page.units:
            _sheet(book, unit.capitalize(), _PERIODS, _period_rows(page, unit))
        _sheet(book, "Deals", _DEALS, _deal_rows(page))
    return file.getvalue()


def _period_rows(page: ForecastPage, unit: str) -> list[tuple[Cell, ...]]:
    return [
        (
            row.period.name,
            row.period.begins_on,
            row.period.ends_on,
            row.closed_gci_cents,
            row.gci.p10,
            row.gci.p50,
            row.gci.p90,
            row.closed_net_cents,
            row.net.p10,
            row.net.p50,
            row.net.p90,
        )
        for row in page.units[unit]
    ]


def _deal_rows(page: ForecastPage) -> list[tuple[Cell, ...]]:
    return [
        (
            deal.name,
            deal.stage.replace("_", " "),
            deal.agents,
            deal.price_cents,
            deal.rate,
            "yes" if deal.is_assumed else "no",
            round(deal.chance, 4),
            deal.closes_on,
            deal.expected_gci_cents,
            deal.expected_net_cents,
        )
        for deal in page.deals
    ]


def _plain(cell: Cell, name: str) -> object:
    if cell is None:
        return ""
    if name in _DOLLARS and isinstance(cell, int):
        return f"{cell / 100:.2f}"
    return cell.isoformat() if isinstance(cell, date) else safe_cell(cell) if isinstance(cell, str) else cell


def _sheet(book: xlsxwriter.Workbook, name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    sheet = book.add_worksheet(name)
    head, dollars = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "$#,##0.00"})
    shares, days = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "yyyy-mm-dd"})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, head)
    for line, row in enumerate(rows, 1):
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            if isinstance(cell, date):
                sheet.write_datetime(line, place, datetime(cell.year, cell.month, cell.day), days)  # noqa: DTZ001  a day, not a moment
            elif isinstance(cell, int | float):
                sheet.write_number(
                    line, place, cell / 100 if column in _DOLLARS else cell, dollars if column in _DOLLARS else shares
                )
            elif cell is not None:
                sheet.write_string(line, place, cell)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(columns) - 1, 15)
