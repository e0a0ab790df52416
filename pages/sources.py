"""Funnel & sources: how far deals come and how long that takes, what each source brings for its cost, months, and what waiting costs."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.records import Source
from engine.views import SourcesPage
from engine.views.sources import ENOUGH_STAYS, Share
from pages import asked, live, marks, tables, ui, words
from pages.spend import ask_spend_file

actor = ui.require_actor()
sees_money = ui.sees_money()

DAYS = {"90": "Last 90 days", "180": "Last 180 days", "365": "Last year", "all": "All"}


def said(share: Share) -> str:
    """A share with its interval and n, or how many are missing to say one."""
    if share.rate is None:
        return f'<span class="jc-sub">not enough data: {share.n:,} of {share.needed:,}</span>'
    width = words.interval(share.low, share.high)
    return f'<b>{words.rate(share.rate)}</b> <span class="jc-sub">({width}) of {share.n:,}</span>'


def days(span: float | None, n: int) -> str:
    """How many days, or how many stays are missing to say so."""
    if span is None:
        return f'<span class="jc-sub">not enough data: {n:,} of {ENOUGH_STAYS}</span>'
    return f"{span:.0f} d" if span >= 2 else f"{span * 24:.0f} h"


def to(page: str, label: str, **query: str) -> str:
    """A link to rows."""
    return f'<a href="/{page}?{marks.text(urlencode(query))}" target="_self"><b>{marks.text(label)}</b></a>'


def show_funnel(page: SourcesPage, source: str) -> None:
    """The stages: how many came so far, and of those that left, how many went on."""
    ui.section("Stage by stage", "of the deals that have left a stage; those that stand there are still undecided")
    chosen = asked.word("source", [one.value for one in Source])
    options = ["", *(one.value for one in Source)]
    st.selectbox(
        "Source", options, format_func=lambda one: words.said(one) or "Every source", width=200, **asked.widget("source", chosen)
    )  # fmt: skip
    more = {"source": source} if source else {}
    rows = [
        (
            to("pipeline", one.label, view="list", stage=one.stage, **more),
            f"{one.n_reached:,}",
            to("pipeline", f"{one.n_here:,}", view="list", stage=one.stage, **more) if one.n_here else "0",
            f"{one.n_lost:,}",
            said(one.goes_on),
            days(one.median_days, one.n_left),
            days(one.p80_days, one.n_left),
        )
        for one in page.stages
    ]
    heads = ("Stage", "Reached #", "Stand there #", "Lost there #", "Went on #", "Half stay up to #", "80% stay up to #")
    ui.show(tables.table("Stages", heads, rows))


def show_sources(page: SourcesPage) -> None:
    """What each source brings for what it costs."""
    ui.section("By source", f"closed: of leads at least {page.ripe_days} days old, so that young ones don’t make a source look bad")
    heads = ["Source", "Leads #", "With a deal #", "Closed #"]
    heads += ["Closed GCI #", "Pending, as predicted #", "Spend #", "GCI per $ #", "With pending #"] if sees_money else []
    ui.show(tables.table("Sources", heads, [source_cells(row) for row in page.sources]))
    if sees_money:
        note = (
            "Pending: its expected GCI with the range it will bring 8 times in 10 if the odds hold. GCI is before splits and fees."
        )
        ui.show(f'<p class="jc-sub">{note}</p>')
    with st.container(horizontal=True, key="downloads"):
        chosen, icon = {"days": window()}, ":material/download:"
        st.download_button(
            "CSV", lambda: ui.fresh("sources_csv", **chosen), "sources.csv", "text/csv", icon=icon, on_click="ignore"
        )
        st.download_button("Excel", lambda: ui.fresh("sources_xlsx", **chosen), "sources.xlsx", icon=icon, on_click="ignore")
    if actor.may(Permission.CHANGE_SETTINGS):
        ask_spend()


def source_cells(row: views.SourceRow) -> list[str]:
    """A source's figures; its name and counts lead to rows."""
    name = words.said(row.source) or "Not said"
    leads = to("inbox", f"{row.n_leads:,}", source=row.source) if row.source else f"{row.n_leads:,}"
    deals = to("pipeline", f"{row.n_with_deal:,}", view="list", source=row.source) if row.source else f"{row.n_with_deal:,}"
    cells = [f"<b>{marks.text(name)}</b>", leads, deals, said(row.closes)]
    if not sees_money:
        return cells
    width = f"{words.compact_money(row.pending_low_cents)} to {words.compact_money(row.pending_high_cents)}"
    pending = (
        f'{words.money(row.pending_mean_cents)} <span class="jc-sub">({width}) of {row.n_pending:,}</span>'
        if row.n_pending
        else "none"
    )
    back = f"{row.returned:,.1f}×" if row.returned is not None else '<span class="jc-sub">no spend known</span>'
    low, high = row.returned_low, row.returned_high
    later = f"{low:,.1f} to {high:,.1f}×" if low is not None and high is not None else ""
    return [*cells, words.money(row.closed_cents), pending, words.money(row.spend_cents), back, later]


def ask_spend() -> None:
    """What sources cost: a CSV, or one month by hand."""
    with st.expander("What sources cost", icon=":material/upload_file:"):
        ask_spend_file()
        with st.form("one_spend", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            source = st.selectbox("Source", [one.value for one in Source], format_func=words.said, width=180)
            month = st.date_input("Month (any day of it)", ui.now().astimezone(ui.office()).date(), width=180)
            cost = st.number_input("Cost ($)", 0.0, 10_000_000.0, 0.0, step=50.0, width=160)
            if st.form_submit_button("Set it"):
                ui.act(commands.set_spend, source, month, round(cost * 100), told="Spend is set")
                st.rerun(scope="app")


def show_months(page: SourcesPage) -> None:
    """Leads by the month in which they came."""
    ui.section("By month", "how far the leads of a month have come by now; young months are still under way")
    heads = ("Month", "Leads #", "Answered #", "Appointment #", "Under contract #", "Closed #", "Close rate #")
    rows = [
        (
            f"<b>{one.month:%b %Y}</b>",
            *(f"{n:,}" for n in (one.n_leads, one.n_answered, one.n_appointment, one.n_contract, one.n_closed)),
            said(one.closes) if one.is_ripe else '<span class="jc-sub">too young to judge</span>',
        )
        for one in page.cohorts
    ]
    ui.show(tables.table("Months", heads, rows))


def show_waiting() -> None:
    """The office's own curve: how often leads are heard from again, by how long their first answer took."""
    curve = ui.read("answer_curve")
    ui.section("What waiting costs", "leads heard from again by how long a person’s first answer took; 90% interval")
    rows = [
        (f"<b>{marks.text(point.label.capitalize())}</b>", f"{point.n_answered:,}", heard(point)) for point in curve.points
    ]  # fmt: skip
    ui.show(tables.table("What waiting costs", ("First answer", "Leads answered #", "Heard from again #"), rows))
    st.page_link("response.py", label="Response time by agent", icon=":material/timer:")


def heard(point: views.CurvePoint) -> str:
    """A share with its interval, or how many are missing."""
    if point.n_answered < 20:
        return f'<span class="jc-sub">not enough data: {point.n_answered:,} of 20</span>'
    return f'<b>{point.n_reached / point.n_answered:.0%}</b> <span class="jc-sub">({words.interval(point.low, point.high)})</span>'


def window() -> int | None:
    """How many days back the address asks for; None: all."""
    chosen = asked.word("days", DAYS, "365")
    return None if chosen == "all" else int(chosen)


@live.live_part("sources", *live.DEALS, *live.LEADS, "spend_changed", "stages_changed")
def show_page() -> None:
    """The page as it is now."""
    chosen = asked.word("days", DAYS, "365")
    st.segmented_control(
        "Leads that came in", list(DAYS), format_func=DAYS.get, label_visibility="collapsed", **asked.widget("days", chosen)
    )  # fmt: skip
    source = asked.word("source", [one.value for one in Source])
    facts: Mapping[str, Any] = {"days": window(), "source": source or None}
    page: SourcesPage = ui.read("sources_page", **facts)
    if not any(row.n_leads for row in page.sources):
        page_to = "imports.py" if actor.may(Permission.IMPORT) else ""
        ui.empty("No leads in these days", "Choose a longer time, or bring leads in.", page=page_to, label="Upload a CSV")
        return
    show_sources(page)
    show_funnel(page, source)
    show_months(page)
    show_waiting()


ui.title("Funnel & sources", "How far leads come, how long that takes, and what each source brings for what it costs")
show_page()
