"""Pipeline: what stands in each stage, what it would pay gross, weighted and as predicted, and the deals behind each figure."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.records import Source, Stage
from engine.views import DealRow, Pipeline, StageColumn
from pages import acts, asked, board, charts, live, marks, ui, words

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)
sees_money = ui.sees_money()

VIEWS = {"board": "Board", "list": "List"}
CLOSING = {
    "": "Any closing day",
    "overdue": "Closing day passed",
    "slipped": "Slipped: passed or put off",
    "week": "Within 7 days",
    "month": "Within 30 days",
    "quarter": "Within 90 days",
    "none": "No day named",
}
AGES = {"": "Any time in stage", "14": "14 days or more", "30": "30 days or more", "60": "60 days or more", "90": "90 days or more"}
ORDERS = {"closing": "Closing soonest", "value": "Highest GCI", "chance": "Likeliest", "age": "Longest in stage"}


def read_filters() -> dict[str, Any]:
    """What the address asks for."""
    days = asked.word("days", AGES)
    return {
        "whose": asked.word("whose", ui.reaches(), "all"),
        "source": asked.word("source", [source.value for source in Source]) or None,
        "min_days": int(days) if days else None,
        "closing": asked.word("closing", CLOSING) or None,
        "only_assumed": asked.word("assumed") == "yes",
        "search": asked.word("search"),
    }


def ask_filters() -> None:
    """The filters, tied to the address so that a view can be sent to a colleague."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        asked.offer_reach(ui.reaches())
        st.text_input("Search", placeholder="Client, agent, city", width=180, **asked.widget("search", asked.word("search")))
        sources = ["", *(source.value for source in Source)]
        st.selectbox(
            "Source", sources, format_func=lambda one: words.said(one) or "Every source", width=130,
            **asked.widget("source", asked.word("source", sources)),
        )  # fmt: skip
        st.selectbox(
            "Closing", list(CLOSING), format_func=CLOSING.get, width=170, **asked.widget("closing", asked.word("closing", CLOSING))
        )
        st.selectbox("In its stage", list(AGES), format_func=AGES.get, width=155, **asked.widget("days", asked.word("days", AGES)))
        if sees_money:
            st.toggle("Assumed only", **asked.widget("assumed", asked.word("assumed") == "yes"))


def address(**more: str) -> str:
    """This page with the filters as they are and something else beside."""
    kept = {name: value for name, value in st.query_params.items() if name not in ("page", "stage", "view")}
    given = {name: value for name, value in (kept | more).items() if value}
    return f"/pipeline?{urlencode(given)}" if given else "/pipeline"


def linked(figure: str, to: str) -> str:
    """A figure that leads to its rows."""
    return f'<a class="jc-to" href="{marks.text(to)}" target="_self">{figure}</a>'


def show_sums(pipeline: Pipeline) -> None:
    """The open stages together, and what stands outside the pipeline as an estimate."""
    to_open = address(view="list", stage="open")
    items = [linked(marks.figure("Open deals", f"{pipeline.n_open:,}", "neither closed nor lost"), to_open)]
    if sees_money:
        items += [
            linked(marks.figure("Gross", words.compact_money(pipeline.gross_cents), "price times rate", kind="money"), to_open),
            linked(
                marks.figure("Weighted", words.compact_money(pipeline.weighted_cents), "times each stage’s win rate", kind="money"), to_open
            ),
            linked(
                marks.figure("Predicted", words.compact_money(pipeline.predicted_cents), "times each deal’s own odds", kind="money"),
                address(view="list", stage="open", order="chance"),
            ),
            linked(assumed_share(pipeline), address(view="list", stage="open", assumed="yes")),
        ]  # fmt: skip
    slipped = words.count(pipeline.n_slipped, "deal")
    kind = "warm" if pipeline.n_slipped else ""
    figure = marks.figure("Slipped", f"{pipeline.n_slipped:,}", "closing day passed or put off", kind=kind)
    items.append(linked(figure, address(view="list", stage="open", closing="slipped")) if slipped else figure)
    if pipeline.n_leads_outside:
        items.append(outside(pipeline))
    ui.show(marks.figures(items))


def outside(pipeline: Pipeline) -> str:
    """Leads that have no deal yet, as the model's estimate."""
    leads = words.count(pipeline.n_leads_outside, "scored lead")
    if sees_money and pipeline.n_leads_outside:
        worth = words.compact_money(pipeline.expected_outside_cents)
        return linked(marks.figure("Not in the pipeline yet", worth, f"the model’s estimate for {leads}", kind="info"), "/inbox")
    return linked(marks.figure("Not in the pipeline yet", f"{pipeline.n_leads_outside:,}", "scored leads without a deal"), "/inbox")


def assumed_share(pipeline: Pipeline) -> str:
    """How much of the gross rests on the default rate."""
    if pipeline.assumed_share is None:
        return marks.figure("On assumed rates", "No deals yet", "share of gross on your default rate", is_missing=True)
    kind = "warm" if pipeline.assumed_share else "money"
    return marks.figure("On assumed rates", words.rate(pipeline.assumed_share), "of gross rests on your default rate", kind=kind)


def show_stages(pipeline: Pipeline) -> None:
    """The stages as a chart and as a table."""
    open_stages = [stage for stage in pipeline.stages if stage.is_open]
    if not sees_money:
        ui.show(stage_table(pipeline.stages))
        return
    left, right = st.columns([4, 7], gap="medium")
    with left, st.container(border=True, key="panel-chart"):
        ui.section("Weighted by stage", "hatched: assumed rate; tick: gross")
        figure = charts.money_by_stage(
            [stage.label for stage in open_stages],
            [stage.weighted_cents or 0 for stage in open_stages],
            [round((stage.assumed_cents or 0) * stage.win_rate) for stage in open_stages],
            [stage.gross_cents or 0 for stage in open_stages],
        )
        st.plotly_chart(figure, key="by_stage", config=charts.CONFIG, alt="Weighted and gross commission by stage")
    with right:
        ui.show(stage_table(pipeline.stages))


def stage_table(stages: tuple[StageColumn, ...]) -> str:
    """One row a stage."""
    names = ("Gross", "Weighted", "Predicted", "Assumed") if sees_money else ()
    money = "".join(f'<th class="jc-n">{name}</th>' for name in names)
    head = f'<tr><th>Stage</th><th class="jc-n">Deals</th><th class="jc-n">Win rate</th>{money}</tr>'
    body = "".join(map(stage_row, stages))
    return f'<div class="jc-table jc-tight" tabindex="0" role="region" aria-label="Stages"><table>{head}{body}</table></div>'


def stage_row(stage: StageColumn) -> str:
    """A stage's count, win rate and money."""
    cells = [f'<td title="{marks.text(stage.win_rate_source)}" class="jc-n">{words.rate(stage.win_rate)}</td>']
    if sees_money:
        share = (stage.assumed_cents or 0) / stage.gross_cents if stage.gross_cents else None
        is_lost = stage.stage == "lost"
        amounts = [
            words.money(amount) if not is_lost else words.UNKNOWN
            for amount in (stage.gross_cents, stage.weighted_cents, stage.predicted_cents)
        ]
        cells += [f'<td class="jc-n">{amount}</td>' for amount in (*amounts, words.rate(share))]
    unpriced = f' <span class="jc-sub">{stage.n_unpriced:,} without a price</span>' if stage.n_unpriced else ""
    to = marks.text(address(view="list", stage=stage.stage))
    name = f'<a href="{to}" target="_self"><b>{marks.text(stage.label)}</b></a>'
    return f'<tr><td>{name}{unpriced}</td><td class="jc-n">{stage.n_deals:,}</td>{"".join(cells)}</tr>'


def show_board(pipeline: Pipeline, filters: dict[str, Any]) -> None:
    """A column a stage; each turns its own pages."""
    pages: dict[str, int] = st.session_state.setdefault("board_pages", {})
    stages = [stage for stage in pipeline.stages if stage.is_open or stage.n_deals]
    if may_work:
        stages = list(pipeline.stages)
    deals: list[DealRow] = []
    for turned in sorted({pages.get(stage.stage, 1) for stage in stages}):
        here = tuple(stage.stage for stage in stages if min(pages.get(stage.stage, 1), last_page(stage)) == turned)
        place = {"by_stage": True, "limit": board.COLUMN_ROWS, "offset": (turned - 1) * board.COLUMN_ROWS}
        deals += ui.read("pipeline_deals", stages=here, order=asked.word("order", ORDERS, "closing"), **place, **filters)
    board.show(
        stages, deals, may_work=may_work, place=pages, address=lambda stage: address(view="list", stage=stage), on_event=take_event
    )  # fmt: skip
    if may_work:
        hint = "Drag a card, use its menu, or press Alt with ← or → on a card. A deal closes on its own card, with its statement."
        ui.show(f'<p class="jc-sub">{hint}</p>')


def last_page(stage: StageColumn) -> int:
    """How many pages a column has."""
    return max(1, -(-stage.n_deals // board.COLUMN_ROWS))


def take_event() -> None:
    """What was done on the board: a deal moved, a column's page turned."""
    done = board.event()
    if done.get("kind") == "page":
        st.session_state.setdefault("board_pages", {})[str(done["stage"])] = max(1, int(done["page"]))
    if done.get("kind") == "move":
        move(int(done["deal"]), str(done["stage"]))


def move(opportunity_id: int, stage: str) -> None:
    """Move a deal; one that closes goes to its own card, where its price and day are asked for."""
    if stage == Stage.CLOSED:
        st.session_state["closes"] = opportunity_id
        return
    acts.do(commands.move_deal, opportunity_id, Stage(stage))


def offer_closing() -> None:
    """A deal dropped on “Closed”: the way to the form that keeps its statement."""
    opportunity_id = st.session_state.get("closes")
    if opportunity_id is None:
        return
    with st.container(border=True, key="panel-closes", horizontal=True, vertical_alignment="center"):
        st.markdown("**To close it, state the sold price and the day:** its statement is kept then.")
        if sees_money:
            st.page_link(
                "commission.py", label="Close the deal", icon=":material/check_circle:", query_params={"deal": str(opportunity_id)}
            )
        st.button("Leave it open", key="leave_open", type="tertiary", on_click=st.session_state.pop, args=("closes", None))


def show_list(pipeline: Pipeline, filters: dict[str, Any]) -> None:
    """One page of the deals of a stage, of the open ones or of all, each with its stage menu; the whole of it as a file."""
    by_name = {stage.stage: stage for stage in pipeline.stages}
    counts = {"open": pipeline.n_open, **{name: stage.n_deals for name, stage in by_name.items()}}
    name = asked.word("stage", counts, "open")
    labels = {"open": "All open", **{stage: column.label for stage, column in by_name.items()}}
    with st.container(horizontal=True, vertical_alignment="bottom", key="list-head"):
        st.segmented_control(
            "Deals of the stage", list(counts), format_func=lambda one: f"{labels[one]}  {counts[one]:,}", **asked.widget("stage", name)
        )  # fmt: skip
        orders = [order for order in ORDERS if sees_money or order != "value"]
        chosen = asked.word("order", orders, "closing")
        st.selectbox("In order of", orders, format_func=ORDERS.get, width=170, **asked.widget("order", chosen))
    stages = tuple(stage.stage for stage in pipeline.stages if stage.is_open) if name == "open" else (name,)
    page = asked.page(counts[name], ui.PAGE_ROWS)
    place = {"stages": stages, "order": chosen, **filters}
    deals: tuple[DealRow, ...] = ui.read("pipeline_deals", limit=ui.PAGE_ROWS, offset=(page - 1) * ui.PAGE_ROWS, **place)
    if not deals:
        where = f"No deal stands in “{marks.text(labels[name])}”" if name != "open" else "No open deal"
        ui.show(f'<p class="jc-sub">{where} under these filters.</p>')
    for deal in deals:
        show_deal(deal, pipeline.stages)
    asked.offer_pages(counts[name], ui.PAGE_ROWS)
    with st.container(horizontal=True, key="downloads"):
        icon = ":material/download:"
        st.download_button(
            "CSV", lambda: ui.fresh("pipeline_csv", **place), "pipeline.csv", "text/csv", icon=icon, on_click="ignore"
        )
        st.download_button("Excel", lambda: ui.fresh("pipeline_xlsx", **place), "pipeline.xlsx", icon=icon, on_click="ignore")


def offer_report() -> None:
    """The week on paper, for those who see money."""
    if sees_money:
        file, icon = "pipeline-week.pdf", ":material/picture_as_pdf:"
        st.download_button(
            "Weekly report", lambda: ui.fresh("weekly_pdf"), file, "application/pdf", key="weekly_pdf", icon=icon, on_click="ignore"
        )


def show_deal(deal: DealRow, stages: tuple[StageColumn, ...]) -> None:
    """A deal: whose, how much, when; move it on, or look at the person."""
    labels = {stage.stage: stage.label for stage in stages}
    key = f"row-deal-{deal.opportunity_id}"
    with st.container(border=True, key=key, horizontal=True, vertical_alignment="center", gap="small"):
        ui.show(deal_marks(deal, labels))
        if may_work and deal.stage != Stage.CLOSED:
            st.menu_button(
                "Move to",
                [stage for stage in labels if stage != deal.stage],
                format_func=lambda stage: labels.get(stage, ""),
                key=f"move-{deal.opportunity_id}",
                on_click=move_chosen,
                args=(deal.opportunity_id,),
            )
        if sees_money and deal.stage != Stage.LOST:
            deal_page = {"deal": str(deal.opportunity_id)}
            st.page_link("commission.py", label="Money", icon=":material/waterfall_chart:", query_params=deal_page)
        st.page_link("lead.py", label="Open", icon=":material/arrow_forward:", query_params={"lead": str(deal.lead_id)})


def move_chosen(opportunity_id: int) -> None:
    """Move a deal to the stage chosen in its menu."""
    stage = st.session_state.get(f"move-{opportunity_id}")
    if stage:
        move(opportunity_id, stage)


def deal_marks(deal: DealRow, labels: dict[str, str]) -> str:
    """Name and owner; closing day and slip; price, commission and what is predicted of it."""
    owner = deal.assigned_name or "not taken yet"
    here = f"{labels.get(deal.stage, deal.stage)} for {words.count(deal.days_in_stage, 'day')}"
    about = " · ".join(marks.text(part) for part in (here, owner, board.closing(deal)))
    slip = board.slip(deal)
    chips = marks.chip(slip, "warm", first_day(deal.first_closes_on)) if slip else ""
    money = ""
    if sees_money:
        chips += marks.chip("assumed rate", "assumed") if deal.rate_source == "default" else marks.chip("agreed rate", "money")
        likely = f"{words.rate(deal.chance)} likely: {words.money(deal.predicted_cents)}"
        said = f"{deal.price_source} price {words.money(deal.price_cents)}" if deal.price_cents else "no price yet"
        is_open = deal.predicted_cents is not None and 0 < deal.chance < 1
        below = "".join(f'<div class="jc-sub">{marks.text(line)}</div>' for line in ([said, likely] if is_open else [said]))
        money = f'<div class="jc-side"><div class="jc-pay">{words.money(deal.gci_cents)}</div>{below}</div>'
    who = f'<div class="jc-who"><b>{marks.text(deal.name)}</b><span class="jc-sub">{about}</span></div>'
    return f'<div class="jc-deal">{who}{chips}{money}</div>'


def first_day(on: date | None) -> str:
    """The closing day that was named first."""
    return f"first named: {words.day(on)}" if on else ""


@live.live_part("pipeline", *live.DEALS, "stages_changed", "setting_changed", "lead_changed")
def show_pipeline() -> None:
    """The pipeline as it is now."""
    acts.show_undo()
    offer_closing()
    ask_filters()
    filters = read_filters()
    pipeline: views.Pipeline = ui.read("pipeline", **filters)
    is_empty = not any(stage.n_deals for stage in pipeline.stages) and not pipeline.n_leads_outside
    if is_empty and not set(st.query_params) & {"whose", "source", "days", "closing", "assumed", "search"}:
        page = "imports.py" if actor.may(Permission.IMPORT) else ""
        ui.empty(
            "Nothing in the pipeline yet", "Deals come with an import, or from a lead’s page.", page=page, label="Upload a CSV"
        )
        return
    show_sums(pipeline)
    chosen = asked.word("view", VIEWS, "list" if asked.word("stage") else "board")
    with st.container(horizontal=True, vertical_alignment="center", key="view-head"):
        st.segmented_control(
            "View", list(VIEWS), format_func=VIEWS.get, label_visibility="collapsed", **asked.widget("view", chosen)
        )
        offer_report()
    (show_list if chosen == "list" else show_board)(pipeline, filters)
    with st.expander("Stages as figures", icon=":material/bar_chart:"):
        show_stages(pipeline)


ui.title("Pipeline", "What is on its way, what it would pay, how likely that is, and how much rests on assumptions")
show_pipeline()
