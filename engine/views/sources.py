"""Funnel and sources: how far leads come, how long that takes, what each source brings for what it costs; each with its interval and n."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import xlsxwriter

from engine.access import Actor, scope_of
from engine.commission.source_returns import ENOUGH_STAYS, Share, pending_range, returned, share
from engine.intake.cells import safe_cell
from engine.runtime import Engine
from engine.views.pipeline import pipeline_scope

RIPE_DAYS = 120  # most leads that close have closed by then; younger ones would make a source look worse than it is


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStage:
    """One stage: of the deals that have left it, how many went on; how long they stayed (None: too few have left it)."""

    stage: str
    label: str
    n_reached: int
    n_here: int
    n_lost: int
    goes_on: Share
    n_left: int
    median_days: float | None
    p80_days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source (None: nobody said). `spend_cents` is None where no spend is known; money is None for those who may not see it."""

    source: str | None
    n_leads: int
    n_with_deal: int
    n_closed: int
    n_pending: int
    closes: Share  # of the leads that have had the time to close
    closed_cents: int | None
    pending_cents: int | None
    pending_low_cents: int | None
    pending_mean_cents: int | None
    pending_high_cents: int | None
    spend_cents: int | None
    returned: float | None  # closed GCI a dollar
    returned_low: float | None  # closed and pending, P10 and P90
    returned_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The leads of one month and how far they have come by now."""

    month: date
    n_leads: int
    n_answered: int
    n_appointment: int
    n_contract: int
    n_closed: int
    is_ripe: bool  # its youngest lead has had the time to close
    closes: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesPage:
    """The whole page."""

    stages: tuple[FunnelStage, ...]
    sources: tuple[SourceRow, ...]
    cohorts: tuple[Cohort, ...]
    ripe_days: int


def sources_page(engine: Engine, actor: Actor, *, days: int | None = None, source: str | None = None) -> SourcesPage:
    """Funnel (of one source, if wanted), sources and cohorts of the leads that came in the last `days` (None: ever)."""
    asked = pipeline_scope(engine, actor)
    now = engine.clock.now()
    since = now - timedelta(days=days) if days else None
    asked |= {"since": since, "now": now, "ripe_days": RIPE_DAYS}
    mine = {"agents": asked["agents"]}
    stages = engine.analytics.query("funnel_stages", mine | {"since": since, "source": source})
    rows = engine.analytics.query("funnel_sources", asked)
    cohorts = engine.analytics.query("lead_cohorts", mine | {"zone": asked["zone"]})
    sees_money = scope_of(actor).sees_money
    return SourcesPage(
        stages=tuple(map(_stage, stages)),
        sources=tuple(_source(row, sees_money) for row in rows),
        cohorts=tuple(_cohort(row, asked["today"]) for row in cohorts),
        ripe_days=RIPE_DAYS,
    )


def _stage(row: Mapping[str, Any]) -> FunnelStage:
    has_enough = row["n_left"] >= ENOUGH_STAYS
    return FunnelStage(
        **{name: row[name] for name in ("stage", "label", "n_reached", "n_here", "n_lost", "n_left")},
        goes_on=share(row["n_on"], row["n_on"] + row["n_lost"]),
        median_days=row["median_days"] if has_enough else None,
        p80_days=row["p80_days"] if has_enough else None,
    )


def _source(row: Mapping[str, Any], sees_money: bool) -> SourceRow:
    low, mean, high = pending_range([(cents, chance) for cents, chance in row["pending"]])
    spend, closed = row["spend_cents"], row["closed_cents"]
    money: dict[str, Any] = {
        "closed_cents": closed,
        "pending_cents": row["pending_cents"],
        "pending_low_cents": low,
        "pending_mean_cents": mean,
        "pending_high_cents": high,
        "spend_cents": spend,
        "returned": returned(closed, spend),
        "returned_low": returned(closed + low, spend),
        "returned_high": returned(closed + high, spend),
    }
    counts = {name: row[name] for name in ("source", "n_leads", "n_with_deal", "n_closed", "n_pending")}
    closes = share(row["n_ripe_closed"], row["n_ripe"])
    return SourceRow(**counts, closes=closes, **(money if sees_money else dict.fromkeys(money)))


def _cohort(row: Mapping[str, Any], today: date) -> Cohort:
    next_month = (row["month"].replace(day=1) + timedelta(days=32)).replace(day=1)
    is_ripe = next_month + timedelta(days=RIPE_DAYS) <= today
    return Cohort(**row, is_ripe=is_ripe, closes=share(row["n_closed"], row["n_leads"]))


_SOURCES: tuple[tuple[str, str], ...] = (
    ("Source", "source"), ("Leads", "n_leads"), ("With a deal", "n_with_deal"), ("Closed deals", "n_closed"),
    ("Leads old enough to judge", "n_ripe"), ("Of them closed", "n_ripe_closed"), ("Close rate", "close_rate"),
    ("Close rate low", "close_low"), ("Close rate high", "close_high"), ("Closed GCI", "closed_cents"), ("Pending deals", "n_pending"),
    ("Pending GCI", "pending_cents"), ("Pending predicted", "pending_mean_cents"), ("Pending P10", "pending_low_cents"),
    ("Pending P90", "pending_high_cents"), ("Spend", "spend_cents"), ("Closed GCI per $", "returned"),
    ("With pending, P10", "returned_low"), ("With pending, P90", "returned_high"),
)  # fmt: skip
_STAGES = (
    "Stage",
    "Reached",
    "Stand there",
    "Went on",
    "Lost there",
    "Go-on rate",
    "Low",
    "High",
    "Left it",
    "Median days",
    "80% within days",
)
_COHORTS = ("Month", "Leads", "Answered", "Appointment", "Under contract", "Closed", "Old enough to judge")


def sources_csv(engine: Engine, actor: Actor, *, days: int | None = None) -> bytes:
    """The sources as CSV: dollars as plain numbers, shares as fractions, unknown left empty."""
    written = io.StringIO()
    writer = csv.writer(written)
    columns, rows = _source_table(sources_page(engine, actor, days=days), scope_of(actor).sees_money)
    writer.writerow([label for label, _ in columns])
    writer.writerows([_plain(cell, name) for cell, (_, name) in zip(row, columns, strict=True)] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def sources_xlsx(engine: Engine, actor: Actor, *, days: int | None = None) -> bytes:
    """Sources, stages and months as a workbook with typed cells; text is never a formula."""
    page, file = sources_page(engine, actor, days=days), io.BytesIO()
    columns, rows = _source_table(page, scope_of(actor).sees_money)
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        _sheet(book, "Sources", [label for label, _ in columns], rows, [name for _, name in columns])
        stages = [
            (one.label, one.n_reached, one.n_here, one.goes_on.n_hits, one.n_lost, one.goes_on.rate, one.goes_on.low, one.goes_on.high,
             one.n_left, one.median_days, one.p80_days)
            for one in page.stages
        ]  # fmt: skip
        _sheet(book, "Stages", _STAGES, stages, [*[""] * 5, *["_rate"] * 3, *[""] * 3])
        cohorts = [
            (f"{one.month:%Y-%m}", one.n_leads, one.n_answered, one.n_appointment, one.n_contract, one.n_closed, _yes(one.is_ripe))
            for one in page.cohorts
        ]  # fmt: skip
        _sheet(book, "Months", _COHORTS, cohorts, [""] * len(_COHORTS))
    return file.getvalue()


def _source_table(page: SourcesPage, sees_money: bool) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    columns = [one for one in _SOURCES if sees_money or not (one[1].endswith("_cents") or one[1].startswith("returned"))]
    return columns, [[_cell(row, name) for _, name in columns] for row in page.sources]


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _cell(row: SourceRow, name: str) -> Any:
    of_share = {"n_ripe": "n", "n_ripe_closed": "n_hits", "close_rate": "rate", "close_low": "low", "close_high": "high"}
    if name in of_share:
        return getattr(row.closes, of_share[name])
    return (row.source or "not said") if name == "source" else getattr(row, name)


def _plain(cell: Any, name: str) -> object:
    if cell is None:
        return ""
    if name.endswith("_cents"):
        return f"{cell / 100:.2f}"
    return safe_cell(cell) if isinstance(cell, str) else round(cell, 6)


def _sheet(book: xlsxwriter.Workbook, name: str, head: Sequence[str], rows: Sequence[Sequence[Any]], kinds: Sequence[str]) -> None:
    sheet = book.add_worksheet(name)
    bold, dollars = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "$#,##0.00"})
    rates, numbers = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "#,##0.##"})
    for place, label in enumerate(head):
        sheet.write_string(0, place, label, bold)
    for line, row in enumerate(rows, 1):
        for place, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
            if isinstance(cell, int | float):
                is_money, is_rate = kind.endswith("_cents"), kind in ("_rate", "close_rate", "close_low", "close_high")
                sheet.write_number(
                    line, place, cell / 100 if is_money else cell, dollars if is_money else rates if is_rate else numbers
                )
            elif cell is not None:
                sheet.write_string(line, place, str(cell))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(head) - 1, 15)
