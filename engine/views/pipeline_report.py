"""The week on paper: pipeline by stage, what is due or has slipped, and the forecast of the weeks to come, as a PDF."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from fpdf import FPDF

from engine.access import Actor, scope_of
from engine.errors import NotAllowed
from engine.runtime import Engine
from engine.views.forecast import ForecastPage, forecast
from engine.views.pipeline import DealRow, Pipeline, pipeline, pipeline_deals
from engine.views.statement_files import plain_text

_N_WEEKS, _N_DEALS = 8, 20


def weekly_pdf(engine: Engine, actor: Actor) -> bytes:
    """The report as of now, within what the person may see; raises `NotAllowed` for roles without money."""
    if not scope_of(actor).sees_money:
        raise NotAllowed("Your role sees no money, so it gets no report of it")
    at = engine.clock.now().astimezone(ZoneInfo(engine.preferences.market.time_zone))
    found, outlook = pipeline(engine, actor), forecast(engine, actor)
    stages = [stage.stage for stage in found.stages if stage.is_open]
    paper = FPDF(format="letter")
    paper.set_margins(18, 16)
    paper.set_auto_page_break(True, 16)
    paper.add_page()
    paper.set_font("Helvetica", "B", 16)
    paper.cell(0, 9, "Pipeline and forecast", new_x="LMARGIN", new_y="NEXT")
    paper.set_font("Helvetica", size=9)
    whose = "own deals" if outlook.is_own else "the whole office"
    paper.cell(
        0, 6, f"As of {at:%b} {at.day}, {at.year}, {at:%H:%M %Z}; {whose}. Estimates, not promises.", new_x="LMARGIN", new_y="NEXT"
    )
    _pipeline(paper, found)
    _forecast(paper, outlook)
    _deals(paper, "Closing within 7 days", pipeline_deals(engine, actor, stages=stages, closing="week", limit=_N_DEALS))
    _deals(paper, "Closing day passed or put off", pipeline_deals(engine, actor, stages=stages, closing="slipped", limit=_N_DEALS))
    return bytes(paper.output())


def _pipeline(paper: FPDF, found: Pipeline) -> None:
    rows = [
        (stage.label, f"{stage.n_deals:,}", f"{stage.win_rate:.0%}",
         *map(_money, (stage.gross_cents, stage.weighted_cents, stage.predicted_cents)))
        for stage in found.stages
        if stage.is_open
    ]  # fmt: skip
    rows.append(
        ("Together", f"{found.n_open:,}", "", *map(_money, (found.gross_cents, found.weighted_cents, found.predicted_cents)))
    )
    _table(paper, "Open deals", ("Stage", "Deals", "Win rate", "Gross", "Weighted", "Predicted"), rows)
    if found.assumed_share is not None:
        paper.cell(
            0, 6, f"{found.assumed_share:.0%} of the gross rests on the default rate (assumed).", new_x="LMARGIN", new_y="NEXT"
        )


def _forecast(paper: FPDF, outlook: ForecastPage) -> None:
    rows = [
        (
            f"{row.period.begins_on:%b} {row.period.begins_on.day}",
            *map(_money, (row.gci.p10, row.gci.p50, row.gci.p90, row.net.p50)),
        )
        for row in outlook.units["weeks"][:_N_WEEKS]
    ]
    late, year = outlook.next_90, outlook.year
    rows.append(
        (
            "Next 90 days",
            *map(_money, (late[0].p10, late[0].p50, late[0].p90, late[1].p50)),
        )
    )
    rows.append(("This year", *map(_money, (year[0].p10, year[0].p50, year[0].p90, year[1].p50))))
    _table(paper, "Forecast of GCI", ("Week from", "P10", "P50", "P90", "Net P50"), rows)


def _deals(paper: FPDF, title: str, deals: Sequence[DealRow]) -> None:
    rows = [
        (deal.name, deal.assigned_name or "not taken yet", _day(deal.closes_on), str(deal.n_moves or ""), _money(deal.gci_cents),
         f"{deal.chance:.0%}")
        for deal in deals
    ]  # fmt: skip
    _table(paper, title, ("Deal", "Agent", "Closes", "Put off", "GCI", "Chance"), rows or [("none", *[""] * 5)])
    if len(deals) == _N_DEALS:
        paper.cell(0, 6, f"The first {_N_DEALS}; all of them stand on the Pipeline page.", new_x="LMARGIN", new_y="NEXT")


def _table(paper: FPDF, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    paper.ln(4)
    paper.set_font("Helvetica", "B", 11)
    paper.cell(0, 8, plain_text(title), new_x="LMARGIN", new_y="NEXT")
    paper.set_font("Helvetica", size=9)
    align = ("LEFT", *["LEFT" if name == "Agent" else "RIGHT" for name in head[1:]])
    with paper.table(
        text_align=align, borders_layout="HORIZONTAL_LINES", line_height=5.5, col_widths=(26, *[15] * (len(head) - 1))
    ) as table:
        for row in (head, *rows):
            line = table.row()
            for cell in row:
                line.cell(plain_text(cell))


def _money(cents: int | None) -> str:
    return "-" if cents is None else f"${cents / 100:,.0f}" if cents >= 0 else f"-${-cents / 100:,.0f}"


def _day(on: date | None) -> str:
    return f"{on:%b} {on.day}, {on.year}" if on else "no day"
