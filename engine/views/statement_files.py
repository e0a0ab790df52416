"""Commission to take away: statements as PDF for a deal and for an agent's year, the list of deals as CSV and XLSX."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import xlsxwriter
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from engine.access import Actor, scope_of
from engine.errors import NotAllowed, NotFound
from engine.intake import safe_cell
from engine.records.deal import Line, Party
from engine.runtime import Engine
from engine.views.commission import MAX_ROWS, CommissionRow, DealCard, commission, deal_card

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("Deal", "name"),
    ("Agents", "agents"),
    ("Stage", "stage_label"),
    ("Standing", "standing"),
    ("Side", "side"),
    ("Closes or closed on", "counts_on"),
    ("Price", "price_cents"),
    ("Price is", "price_source"),
    ("Rate", "commission_rate"),
    ("Rate is from", "rate_source"),
    ("GCI", "gci_cents"),
    ("Referral fees", "referral_cents"),
    ("Agent net", "agent_net_cents"),
    ("My net", "own_net_cents"),
    ("Brokerage", "brokerage_cents"),
    ("Lead broker net", "lead_broker_net_cents"),
    ("Plan", "plan"),
    ("Agreement expires on", "expires_on"),
)
_TO = {
    Party.REFERRAL: "Referring broker",
    Party.FRANCHISE: "Franchise",
    Party.BROKERAGE: "Brokerage",
    Party.LEAD_BROKER: "Lead broker",
    Party.AGENT: "Agent",
    Party.OTHER: "Other",
}


def deals_csv(engine: Engine, actor: Actor, **filters: object) -> bytes:
    """The deals that pass the filters as CSV: dollars as plain numbers, dates as ISO, text that can't be taken for a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    rows, columns = _deals(engine, actor, **filters)
    writer.writerow([label for label, _ in columns])
    writer.writerows([_plain(getattr(row, name), name) for _, name in columns] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def deals_xlsx(engine: Engine, actor: Actor, **filters: object) -> bytes:
    """The same as a workbook, with typed cells: numbers are numbers, dates are dates, and text is never a formula."""
    file = io.BytesIO()
    rows, columns = _deals(engine, actor, **filters)
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Commission")
        forms = {"_cents": book.add_format({"num_format": "$#,##0.00"}), "_on": book.add_format({"num_format": "yyyy-mm-dd"})}
        forms["_rate"] = book.add_format({"num_format": "0.00%"})
        head = book.add_format({"bold": True, "bottom": 1})
        for place, (label, _) in enumerate(columns):
            sheet.write_string(0, place, label, head)
        for line, row in enumerate(rows, 1):
            for place, (_, name) in enumerate(columns):
                _write(sheet, line, place, getattr(row, name), name, forms)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
        sheet.set_column(0, len(columns) - 1, 16)
    return file.getvalue()


def deal_pdf(engine: Engine, actor: Actor, *, opportunity_id: int) -> bytes:
    """A deal's statement on letter pages: how the GCI is made up, every line of who receives what, and what it rests on."""
    card = deal_card(engine, actor, opportunity_id=opportunity_id)
    page = _Paper(engine, "Commission statement" if card.is_settled else "Commission estimate (not yet closed)")
    page.facts(_facts(card))
    page.table("How the commission is made up", _HEAD, [_cells(line) for line in card.statement.gci_lines])
    page.total("Side GCI", card.statement.side_gci_cents)
    page.table("Who receives what", _HEAD, [_cells(line) for line in card.statement.lines])
    if scope_of(actor).own is None:
        page.total("Agents together", card.statement.agent_net_cents)
        page.total("Brokerage", card.statement.brokerage_cents)
        page.total("Lead broker, from team splits", card.statement.lead_broker_net_cents)
    else:
        page.total("Your net", card.statement.agent_net_cents)
    if card.row.is_assumed:
        page.note("The rate is the office's configured default, not an agreed one: every amount is assumed.")
    for entry in card.entries:
        if entry["reverses"] is not None:
            page.note(f"Reversed on {entry['at'].date().isoformat()}: {entry['reason']}")
    return page.bytes()


def agent_pdf(engine: Engine, actor: Actor, *, agent_id: int, year: int) -> bytes:
    """What was paid to an agent in a calendar year, entry by entry, with the total; an agent gets his own, a team leader his people's."""
    scope = scope_of(actor)
    if not scope.sees_money or not scope.includes(agent_id):
        raise NotAllowed("That is another agent's statement")
    rows = engine.analytics.query("agent_entries", {"agent_id": agent_id, "year": year})
    names = {row["user_id"]: row["name"] for row in engine.analytics.query("people", {})}
    if not rows or agent_id not in names:
        raise NotFound(f"Nothing was paid in {year}")
    page = _Paper(engine, f"Paid in {year}: {names[agent_id]}")
    cells = [
        (f"{row['name']}{' (reversal)' if row['is_reversal'] else ''}", row["closed_on"].isoformat(), "",
         _exact(row["gross_cents"]), _exact(row["net_cents"]))
        for row in rows
    ]  # fmt: skip
    page.table("Closed deals", ("Deal", "Closed on", "", "Share of GCI", "Net"), cells)
    page.total("Net of the year", sum(row["net_cents"] for row in rows))
    return page.bytes()


_HEAD = ("Rule", "Of", "Rate or flat", "To", "Amount")


class _Paper:
    """Letter pages with a heading, tables that go on over pages, and page numbers."""

    def __init__(self, engine: Engine, heading: str) -> None:
        local = engine.clock.now().astimezone(ZoneInfo(engine.preferences.market.time_zone))
        self._pdf = _Numbered(format="letter", unit="pt")
        self._pdf.made = f"Made {local:%Y-%m-%d %H:%M %Z}"
        self._pdf.set_creation_date(local)
        self._pdf.set_title(plain_text(heading))
        self._pdf.set_margins(54, 54, 54)
        self._pdf.set_auto_page_break(True, margin=60)
        self._pdf.add_page()
        self._line(heading, 18, "B")
        self._pdf.ln(6)

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names and values, one a line."""
        for name, value in rows:
            if value:
                self._pdf.set_font("helvetica", "", 10)
                self._pdf.cell(130, 15, plain_text(name))
                self._pdf.multi_cell(0, 15, plain_text(value), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def table(self, heading: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table; its head stands on every page it goes on to."""
        self._pdf.ln(10)
        self._line(heading, 12, "B")
        self._pdf.set_font("helvetica", "", 9)
        aligns = ("LEFT", "RIGHT" if head is _HEAD else "LEFT", "RIGHT", "LEFT" if head is _HEAD else "RIGHT", "RIGHT")
        with self._pdf.table(
            col_widths=(34, 17, 16, 17, 16), text_align=aligns, borders_layout="HORIZONTAL_LINES", line_height=14
        ) as table:
            for cells in (head, *rows):
                row = table.row()
                for cell in cells:
                    row.cell(plain_text(cell))

    def total(self, name: str, cents: int) -> None:
        """A sum under a table."""
        self._pdf.set_font("helvetica", "B", 10)
        self._pdf.cell(0, 18, f"{plain_text(name)}: {_exact(cents)}", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def note(self, said: str) -> None:
        """A remark at the end."""
        self._line(said, 9, "I")

    def bytes(self) -> bytes:
        """The finished file."""
        return bytes(self._pdf.output())

    def _line(self, said: str, size: int, style: str) -> None:
        self._pdf.set_font("helvetica", style, size)
        self._pdf.multi_cell(0, size * 1.5, plain_text(said), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


class _Numbered(FPDF):
    """Pages that know their number and when they were made."""

    made = ""

    def footer(self) -> None:
        """The foot of each page."""
        self.set_y(-40)
        self.set_font("helvetica", "", 8)
        self.cell(0, 10, f"{self.made}   page {self.page_no()} of {{nb}}", align="C")


def _facts(card: DealCard) -> list[tuple[str, str]]:
    terms, row = card.terms, card.row
    signed = f"signed {terms.agreement.signed_on}, expires {terms.agreement.expires_on}" if terms.agreement else ""
    day = "Closed on" if row.standing != "pending" else "Expected to close on"
    return [
        ("Deal", row.name),
        ("Side", terms.side.value),
        ("Stage", row.stage_label),
        (day, row.counts_on.isoformat() if row.counts_on else ""),
        ("Price", f"{_exact(row.price_cents)} ({row.price_source})" if row.price_cents is not None else "not known yet"),
        ("Rate is from", row.rate_source.replace("_", " ")),
        ("Agreement", signed),
        ("Agents", ", ".join(f"{share.name or share.agent} {share.rate:.2%}" for share in terms.shares)),
        ("Plan", card.statement.plan),
    ]


def _cells(line: Line) -> tuple[str, str, str, str, str]:
    how = _exact(line.flat_cents) if line.rate is None else f"{line.rate * 100:.4f}".rstrip("0").rstrip(".") + "%"
    rule = f"{line.rule} - {line.note}" if line.note else line.rule
    return rule, _exact(line.basis_cents), how, _TO.get(line.to, ""), _exact(line.amount_cents)


def _exact(cents: int | None) -> str:
    if cents is None:
        return ""
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def plain_text(said: str) -> str:
    """What the paper's built-in letters can show: accents of other alphabets are dropped, what has no likeness is a question mark."""
    plain = said.translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"', 0x2013: "-", 0x2014: "-", 0x2212: "-"})
    return "".join(letter if ord(letter) < 256 else _likeness(letter) for letter in plain)


def _likeness(letter: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if ord(part) < 256)
    return bare or "?"


def _deals(engine: Engine, actor: Actor, **filters: object) -> tuple[tuple[CommissionRow, ...], list[tuple[str, str]]]:
    """The rows, and the columns that mean something to this person."""
    rows = commission(engine, actor, limit=MAX_ROWS, **filters).rows  # type: ignore[arg-type]
    scope = scope_of(actor)
    out = set() if scope.own is not None else {"own_net_cents"}
    if not scope.sees_money:
        out = {name for _, name in _COLUMNS if name.endswith(("_cents", "_rate", "rate_source"))}
    elif scope.own is not None:
        out |= {"agent_net_cents", "brokerage_cents", "lead_broker_net_cents"}
    return rows, [(label, name) for label, name in _COLUMNS if name not in out]


def _plain(value: object, name: str) -> object:
    if value is None:
        return ""
    if name.endswith("_cents") and isinstance(value, int):
        return f"{value / 100:.2f}"
    return value.isoformat() if isinstance(value, date | datetime) else value if isinstance(value, float) else safe_cell(str(value))


def _write(
    sheet: "xlsxwriter.worksheet.Worksheet", line: int, place: int, value: object, name: str, forms: dict[str, object]
) -> None:
    form = next((form for ending, form in forms.items() if name.endswith(ending)), None)
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), form)  # noqa: DTZ001  a day, not a moment
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value / 100 if name.endswith("_cents") else value, form)
    else:
        sheet.write_string(line, place, str(value))
