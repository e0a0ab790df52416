"""Pipeline: what stands in each stage, what it would pay gross and weighted, and the deals behind each figure."""

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.records import Stage
from engine.views import DealRow, Pipeline, StageColumn
from pages import asked, charts, live, marks, ui, words

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)
sees_money = ui.sees_money()


def show_sums(pipeline: Pipeline) -> None:
    """The open stages together, and what stands outside the pipeline as an estimate."""
    items = [marks.figure("Open deals", f"{pipeline.n_open:,}", "in stages that are not closed or lost")]
    if sees_money:
        items += [
            marks.figure("Gross", words.compact_money(pipeline.gross_cents), "price times commission rate", kind="money"),
            marks.figure(
                "Weighted", words.compact_money(pipeline.weighted_cents), "gross times each stage’s win rate", kind="money"
            ),
            assumed_share(pipeline),
        ]
    outside = words.count(pipeline.n_leads_outside, "scored lead")
    if sees_money and pipeline.n_leads_outside:
        worth = words.compact_money(pipeline.expected_outside_cents)
        items.append(marks.figure("Not in the pipeline yet", worth, f"the model’s estimate for {outside}", kind="info"))
    else:
        items.append(marks.figure("Not in the pipeline yet", f"{pipeline.n_leads_outside:,}", "scored leads without a deal"))
    ui.show(marks.figures(items))


def assumed_share(pipeline: Pipeline) -> str:
    """How much of the gross rests on the default rate."""
    if pipeline.assumed_share is None:
        return marks.figure("On assumed rates", "No deals yet", "share of gross on your default rate", is_missing=True)
    return marks.figure("On assumed rates", words.rate(pipeline.assumed_share), "of gross rests on your default rate", kind="warm")


def show_stages(pipeline: Pipeline) -> None:
    """The stages as a chart and as a table."""
    open_stages = [stage for stage in pipeline.stages if stage.is_open]
    if not sees_money:
        ui.show(stage_table(pipeline.stages))
        return
    left, right = st.columns([5, 6], gap="medium")
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
    money = '<th class="jc-n">Gross</th><th class="jc-n">Weighted</th><th class="jc-n">Assumed</th>' if sees_money else ""
    head = f'<tr><th>Stage</th><th class="jc-n">Deals</th><th class="jc-n">Win rate</th>{money}</tr>'
    return f'<div class="jc-table"><table>{head}{"".join(map(stage_row, stages))}</table></div>'


def stage_row(stage: StageColumn) -> str:
    """A stage's count, win rate and money."""
    cells = [f'<td title="{marks.text(stage.win_rate_source)}" class="jc-n">{words.rate(stage.win_rate)}</td>']
    if sees_money:
        share = (stage.assumed_cents or 0) / stage.gross_cents if stage.gross_cents else None
        amounts = (words.money(stage.gross_cents), words.money(stage.weighted_cents), words.rate(share))
        cells += [f'<td class="jc-n">{amount}</td>' for amount in amounts]
    unpriced = f' <span class="jc-sub">{stage.n_unpriced:,} without a price</span>' if stage.n_unpriced else ""
    return f'<tr><td><b>{marks.text(stage.label)}</b>{unpriced}</td><td class="jc-n">{stage.n_deals:,}</td>{"".join(cells)}</tr>'


def ask_stage(stages: tuple[StageColumn, ...]) -> StageColumn | None:
    """Which stage's deals to show: the one in the address, else the furthest open one that has any."""
    by_name = {stage.stage: stage for stage in stages}
    filled = [stage.stage for stage in stages if stage.n_deals and stage.is_open] or [
        stage.stage for stage in stages if stage.n_deals
    ]
    name = asked.word("stage", by_name, filled[-1] if filled else "")
    st.segmented_control(
        "Deals of the stage",
        list(by_name),
        format_func=lambda stage: f"{by_name[stage].label}  {by_name[stage].n_deals:,}",
        **asked.widget("stage", name or None),
    )
    return by_name.get(name)


def show_deals(stage: StageColumn, stages: tuple[StageColumn, ...]) -> None:
    """One page of a stage's deals, each with its stage menu."""
    page = asked.page(stage.n_deals, ui.PAGE_ROWS)
    deals: tuple[DealRow, ...] = ui.read("stage_deals", stage=stage.stage, limit=ui.PAGE_ROWS, offset=(page - 1) * ui.PAGE_ROWS)
    if not deals:
        ui.show(f'<p class="jc-sub">No deal stands in “{marks.text(stage.label)}”.</p>')
    for deal in deals:
        show_deal(deal, stages)
    asked.offer_pages(stage.n_deals, ui.PAGE_ROWS)


def show_deal(deal: DealRow, stages: tuple[StageColumn, ...]) -> None:
    """A deal: whose, how much, when; move it on, or look at the person."""
    labels = {stage.stage: stage.label for stage in stages}
    with st.container(
        border=True, key=f"row-deal-{deal.opportunity_id}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        ui.show(deal_marks(deal))
        if may_work:
            st.menu_button(
                "Move to",
                [stage for stage in labels if stage != deal.stage],
                format_func=lambda stage: labels.get(stage, ""),
                key=f"move-{deal.opportunity_id}",
                on_click=move_deal,
                args=(deal.opportunity_id, deal.name, labels),
            )
        st.page_link("lead.py", label="Open", icon=":material/arrow_forward:", query_params={"lead": str(deal.lead_id)})


def deal_marks(deal: DealRow) -> str:
    """Name and owner; price and commission; closing date."""
    owner = deal.assigned_name or "not taken yet"
    closing = f"closes {words.day(deal.closes_on)}" if deal.closes_on else "no closing date"
    money = ""
    if sees_money:
        assumed = marks.chip("assumed rate", "assumed") if deal.rate_source == "default" else marks.chip("agreed rate", "money")
        price = f"{deal.price_source} price {words.money(deal.price_cents)}" if deal.price_cents else "no price yet"
        gci = words.money(deal.gci_cents)
        money = f'{assumed}<div class="jc-side"><div class="jc-pay">{gci}</div><div class="jc-sub">{price}</div></div>'
    since = words.ago(deal.stage_since, ui.now())
    return (
        f'<div class="jc-deal"><div class="jc-who"><b>{marks.text(deal.name)}</b><span class="jc-sub">{marks.text(owner)} · '
        f"{marks.text(closing)} · here since {since}</span></div>{money}</div>"
    )


def move_deal(opportunity_id: int, name: str, labels: dict[str, str]) -> None:
    """Move a deal and remember where it stood."""
    stage = st.session_state.get(f"move-{opportunity_id}")
    if stage:

        def remember(before: Stage) -> None:
            st.session_state["moved"] = (opportunity_id, name, before.value, labels[stage])

        ui.act(commands.move_stage, opportunity_id, Stage(stage), then=remember)


def offer_undo() -> None:
    """The last move, with the way back."""
    moved = st.session_state.get("moved")
    if not moved:
        return
    opportunity_id, name, before, label = moved
    with st.container(border=True, key="undo", horizontal=True, vertical_alignment="center"):
        ui.show(f'<span class="jc-undo"><b>{marks.text(name)}</b> moved to {marks.text(label)}.</span>')
        st.button("Undo", key="undo_move", icon=":material/undo:", on_click=undo_move, args=(opportunity_id, before, name))
        st.button("Done", key="keep_move", type="tertiary", on_click=forget_move)


def undo_move(opportunity_id: int, before: str, name: str) -> None:
    """Put the deal back where it stood."""
    forget_move()
    ui.act(commands.move_stage, opportunity_id, Stage(before), told=f"{name} is back where it stood")


def forget_move() -> None:
    """Leave the last move as it is."""
    st.session_state.pop("moved", None)


@live.live_part("pipeline", *live.DEALS, "stages_changed", "setting_changed")
def show_pipeline() -> None:
    """The pipeline as it is now."""
    offer_undo()
    pipeline: views.Pipeline = ui.read("pipeline")
    if not any(stage.n_deals for stage in pipeline.stages) and not pipeline.n_leads_outside:
        page = "imports.py" if actor.may(Permission.IMPORT) else ""
        ui.empty(
            "Nothing in the pipeline yet", "Deals come with an import, or from a lead’s page.", page=page, label="Upload a CSV"
        )
        return
    show_sums(pipeline)
    show_stages(pipeline)
    stage = ask_stage(pipeline.stages)
    if stage:
        show_deals(stage, pipeline.stages)


ui.title("Pipeline", "What is on its way, what it would pay, and how much of that rests on assumptions")
show_pipeline()
