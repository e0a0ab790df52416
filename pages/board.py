"""The pipeline's board: a column a stage, a card a deal; moved by dragging, by menu or by keys. Parts of the Pipeline page."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from engine.records import Source
from engine.views import DealRow, StageColumn
from pages import words

COLUMN_ROWS = 8
_FOLDER = Path(__file__).parent / "static"
_element = st.components.v2.component(
    "jorge_board",
    html='<div class="board" role="group" aria-label="Deals by stage"></div>\n<p class="told" role="status"></p>\n',
    css=(_FOLDER / "board.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "board.js").read_text(encoding="utf-8"),
)


def show(
    stages: Sequence[StageColumn],
    deals: Sequence[DealRow],
    *,
    may_work: bool,
    place: Mapping[str, int],
    address: Callable[[str], str],
    on_event: Callable[[], None],
) -> None:
    """Draw the board. What a person did stands in `st.session_state["board"].event` when `on_event` runs."""
    of_stage: dict[str, list[DealRow]] = {stage.stage: [] for stage in stages}
    for deal in deals:
        of_stage[deal.stage].append(deal)
    columns = [_column(stage, of_stage[stage.stage], place.get(stage.stage, 1), address(stage.stage)) for stage in stages]
    _element(key="board", data={"columns": columns, "may_work": may_work}, on_event_change=on_event)


def event() -> dict[str, Any]:
    """The last thing done on the board."""
    return dict(getattr(st.session_state.get("board"), "event", None) or {})


def _column(stage: StageColumn, deals: Sequence[DealRow], page: int, address: str) -> dict[str, Any]:
    sums = []
    if stage.gross_cents is not None and stage.stage != "lost":
        amounts = [("Gross", stage.gross_cents)]
        amounts += [("Weighted", stage.weighted_cents), ("Predicted", stage.predicted_cents)] if stage.is_open else []
        sums = [{"name": name, "amount": words.compact_money(cents)} for name, cents in amounts]
    n_pages = max(1, -(-stage.n_deals // COLUMN_ROWS))
    return {
        "stage": stage.stage,
        "label": stage.label,
        "count": f"{stage.n_deals:,}",
        "address": address,
        "sums": sums,
        "takes": stage.stage != "closed",
        "is_open": stage.is_open,
        "page": min(page, n_pages),
        "n_pages": n_pages,
        "cards": [_card(deal, stage) for deal in deals],
    }


def _card(deal: DealRow, stage: StageColumn) -> dict[str, Any]:
    worth = ""
    if deal.gci_cents is not None:
        worth = words.compact_money(deal.gci_cents)
    facts = [deal.assigned_name or "Not taken yet"]
    facts += [words.said(Source(deal.source).value)] if deal.source else []
    return {
        "id": deal.opportunity_id,
        "name": deal.name,
        "address": f"/lead?lead={deal.lead_id}" if stage.stage == "lost" else f"/commission?deal={deal.opportunity_id}",
        "lead": f"/lead?lead={deal.lead_id}",
        "worth": worth,
        "about": " · ".join(facts),
        "closing": closing(deal),
        "slip": slip(deal),
        "assumed": deal.rate_source == "default" and bool(worth),
        "chance": f"{words.rate(deal.chance)} likely" if stage.is_open else "",
        "age": f"{deal.days_in_stage:,} d here" if deal.days_in_stage else "new here",
        "may_move": deal.stage != "closed",
    }


def closing(deal: DealRow) -> str:
    """When it closes, or that nobody has said."""
    return f"closes {words.day(deal.closes_on)}" if deal.closes_on else "no closing date"


def slip(deal: DealRow) -> str:
    """What went wrong with the closing day, in few words; empty when nothing did."""
    times = f"put off {deal.n_moves}×" if deal.n_moves > 1 else "put off once"
    if deal.slip == "overdue":
        return "closing day passed" + (f", {times}" if deal.n_moves else "")
    return times if deal.slip == "moved" else ""
