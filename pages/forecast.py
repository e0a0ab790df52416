"""Forecast: what the pipeline will pay, by when and how surely; what moved it, what if, and whether past forecasts held."""

from collections.abc import Mapping
from datetime import date, timedelta

import streamlit as st

from engine.access import sees_office_money
from engine.views import Backtest, Band, Bridge, ForecastDeal, ForecastPage, Part, PeriodRange, Range, WhatIf
from pages import asked, forecast_charts, live, marks, tables, ui, words

actor = ui.require_actor()

UNITS = {"weeks": "Week", "months": "Month", "quarters": "Quarter"}
N_PARTS = 8  # deals shown behind a bar
N_SHOWN = {"weeks": 14, "months": 13, "quarters": 5}
SUMS = {"each": "Each period", "year": "Year to date"}
SINCE = {1: "yesterday", 7: "a week ago", 30: "30 days ago", 91: "a quarter ago"}
TRIES = {
    "late": ("Slip a month", "moved", 30),
    "weeks": ("Slip two weeks", "moved", 14),
    "lost": ("Are lost", "lost", 0),
    "sure": ("Close for sure", "sure", 0),
    "cheaper": ("Sell 5% lower", "price", -5),
}
EVENTS = (*live.DEALS, "plan_changed", "setting_changed", "stages_changed", "forecast_frozen")


def chosen_day() -> date | None:
    """The past day in the address, if it is one."""
    try:
        given = date.fromisoformat(asked.word("as_of"))
    except ValueError:
        return None
    return given if given < ui.now().astimezone(ui.office()).date() else None


def band(found: Range) -> str:
    """A range as people read it."""
    return f"{words.compact_money(found.p10)} to {words.compact_money(found.p90)}"


def net_name(page: ForecastPage) -> str:
    """Whose net it is."""
    return "Your net" if page.is_own else f"Net to {page.whom.split()[0]}" if page.whom else "Net"


@live.live_part("forecast-figures", *EVENTS)
def show_figures() -> None:
    """The next 90 days, the year, the goal, and what that rests on."""
    page: ForecastPage = ui.read("forecast", as_of=chosen_day())
    gci, net = page.next_90
    closed = words.compact_money(page.closed_year[0])
    items = [
        marks.figure("Next 90 days", words.compact_money(gci.p50), f"GCI, four times in five {band(gci)}", kind="money"),
        marks.figure(
            f"{net_name(page)}, 90 days", words.compact_money(net.p50), f"after splits and caps; {band(net)}", kind="money"
        ),
        marks.figure(
            f"{page.as_of.year} in all", words.compact_money(page.year[0].p50), f"{closed} closed so far; {band(page.year[0])}"
        ),
    ]
    if not page.is_own:
        items.append(goal_figure(page))
    ui.show(marks.figures([*items, assumed_figure(page)]))
    if page.facts == "reconstructed":
        told = "No forecast was frozen for that day: this one is put together from stage history, with today’s prices, rates and dates."
        ui.show(f'<p class="jc-sub">{marks.chip("reconstructed", "assumed")} {told}</p>')


def goal_figure(page: ForecastPage) -> str:
    """The chance to reach the goal with the deals at hand."""
    if page.goal_cents is None or page.goal_chance is None:
        return marks.figure("Chance to reach the goal", "No goal yet", "set one on Goals & team", is_missing=True)
    note = f"{words.compact_money(page.goal_cents)} GCI, with the deals at hand"
    return marks.figure("Chance to reach the goal", chance_words(page.goal_chance), note, kind="info")


def chance_words(chance: float) -> str:
    """A simulated chance, never none and never certain."""
    return "<1%" if chance < 0.01 else ">99%" if chance > 0.99 else words.rate(chance)


def assumed_figure(page: ForecastPage) -> str:
    """How much of the forecast rests on the default rate, and what the recorded average would make of it."""
    if page.assumed_share is None:
        return marks.figure("On assumed rates", "No deals yet", "share of the expected GCI", is_missing=True)
    rests = f"{words.compact_money(page.assumed_cents)} of {words.compact_money(page.expected_cents)} on your default"
    if page.at_recorded_rate and page.recorded_rate:
        rests += f"; at your recorded {page.recorded_rate:.2%} the year is {words.compact_money(page.at_recorded_rate.p50)}"
    return marks.figure("On assumed rates", words.rate(page.assumed_share), rests, kind="warm" if page.assumed_share else "money")


@live.live_part("forecast-fan", *EVENTS)
def show_fan() -> None:
    """The fan by week, month or quarter, with its table and files."""
    page: ForecastPage = ui.read("forecast", as_of=chosen_day())
    with st.container(horizontal=True, key="fan-choices", vertical_alignment="bottom"):
        unit = asked.word("by", UNITS, "months")
        st.segmented_control("By", list(UNITS), format_func=UNITS.get, **asked.widget("by", unit))
        sums = asked.word("sum", SUMS, "each")
        st.segmented_control("Show", list(SUMS), format_func=SUMS.get, **asked.widget("sum", sums))
        measure = asked.word("of", ("gci", "net"), "gci")
        named = {"gci": "GCI", "net": net_name(page)}
        st.segmented_control("Of", list(named), format_func=named.get, **asked.widget("of", measure))
    with st.container(border=True, key="panel-fan"):
        figure = fan(page, unit, measure, in_year=sums == "year")
        st.plotly_chart(figure, key=f"fan-{unit}-{sums}-{measure}", config=forecast_charts.CONFIG, alt="Forecast with its band")
    with st.expander("The figures", key="fan_figures", on_change="rerun") as opened:
        if opened.open:
            ui.show(period_table(page.units[unit][: N_SHOWN[unit]], net_name(page)))
    with st.container(horizontal=True, key="downloads"):
        day = chosen_day()
        st.download_button(
            "CSV", lambda: ui.fresh("forecast_csv", unit=unit, as_of=day), "forecast.csv", "text/csv", icon=":material/download:"
        )
        st.download_button("Excel", lambda: ui.fresh("forecast_xlsx", as_of=day), "forecast.xlsx", icon=":material/download:")


def fan(page: ForecastPage, unit: str, measure: str, *, in_year: bool) -> object:
    """The fan's chart: single periods, or the running total of the year with its goal."""
    rows, agreed = page.units[unit][: N_SHOWN[unit]], page.on_agreed_rates[unit][: N_SHOWN[unit]]
    past = page.past[unit]
    cents = [getattr(row, f"{measure}_cents") for row in past]
    if not in_year:
        ranges = [getattr(row, measure) for row in rows]
        base = [getattr(row, measure).p50 for row in agreed]
        dots = [(forecast_charts.label(row), amount) for row, amount in zip(past, cents, strict=True)]
        return forecast_charts.fan(
            [forecast_charts.label(row) for row in rows], [(one.p10, one.p50, one.p90) for one in ranges], base, dots, None
        )
    kept = [row for row in page.units[unit] if row.period.begins_on.year == page.as_of.year]
    closed = page.closed_year[0 if measure == "gci" else 1]
    before = closed - getattr(kept[0], f"closed_{measure}_cents")
    sums = [getattr(row, f"{measure}_running") for row in kept]
    base = [before + getattr(row, f"{measure}_running").p50 for row in page.on_agreed_rates[unit][: len(kept)]]
    shown = [place for place, row in enumerate(past) if row.period.begins_on.year == page.as_of.year]
    whole = forecast_charts.running([past[place] for place in shown], [cents[place] for place in shown])
    missing = before - (whole[-1][1] if whole else 0)  # closed earlier in the year than the dots go back
    ranges_ = [(before + one.p10, before + one.p50, before + one.p90) for one in sums]
    goal = page.goal_cents if measure == "gci" else None
    return forecast_charts.fan(
        [forecast_charts.label(row) for row in kept], ranges_, base, [(name, total + missing) for name, total in whole], goal
    )


def period_table(rows: tuple[PeriodRange, ...], net: str) -> str:
    """One row a period."""
    cells = [
        [
            f'<b>{row.period.name}</b> <span class="jc-sub">from {words.day(row.period.begins_on)}</span>',
            *(words.money(cents) for cents in (row.closed_gci_cents, row.gci.p10, row.gci.p50, row.gci.p90, row.net.p50)),
        ]
        for row in rows
    ]
    return tables.table("Forecast by period", ("Period", "Closed #", "GCI P10 #", "P50 #", "P90 #", f"{net} P50 #"), cells)


@live.live_part("forecast-bridge", *EVENTS)
def show_bridge() -> None:
    """What moved the year's expected GCI since a day, and the deals behind each bar."""
    today = ui.now().astimezone(ui.office()).date()
    days = int(asked.word("since", [str(days) for days in SINCE], "7"))
    ui.section("What changed", "expected GCI of this year: GCI × odds × closing in time, what has closed included")
    labels = {str(number): name for number, name in SINCE.items()}
    st.segmented_control("Since", list(labels), format_func=labels.get, **asked.widget("since", str(days)))
    found: tuple[Bridge, str, Mapping[int, str]] = ui.read("forecast_bridge", since=today - timedelta(days=days))
    bridge, facts, names = found
    with st.container(border=True, key="panel-bridge"):
        st.plotly_chart(
            forecast_charts.steps(bridge), key=f"bridge-{days}", config=forecast_charts.CONFIG, alt="What moved the forecast"
        )
        if facts != "frozen":
            told = "No forecast was frozen that day; prices and rates are today’s."
            ui.show(f'<p class="jc-sub">{marks.chip("reconstructed", "assumed")} {told}</p>')
        bars = {bar.move.value: bar for bar in bridge.bars if bar.parts}
        if not bars:
            ui.show('<p class="jc-sub">Nothing has moved since then.</p>')
            return
        picked = asked.word("bar", bars, next(iter(bars)))
        st.segmented_control(
            "Deals behind", list(bars), format_func=lambda name: bar_label(name, bars), **asked.widget("bar", picked)
        )
        ui.show(part_table(bars[picked].parts, names))


def bar_label(name: str, bars: Mapping[str, object]) -> str:
    """A bar with its amount."""
    bar = bars[name]
    return f"{forecast_charts.BARS[name]} {marks.plain(forecast_charts.signed(getattr(bar, 'cents', 0)))}"


def part_table(parts: tuple[Part, ...], names: Mapping[int, str]) -> str:
    """The deals of a bar, each a way to its page."""
    shown = parts[:N_PARTS]
    cells = [
        [tables.deal_link(part.deal_id, names.get(part.deal_id, "")), forecast_charts.signed(part.cents), marks.text(part.note)]
        for part in shown
    ]
    more = f'<p class="jc-sub">and {len(parts) - len(shown):,} smaller ones</p>' if len(parts) > len(shown) else ""
    return tables.table("Deals behind the bar", ("Deal", "Change #", "Why"), cells) + more


@live.live_part("forecast-try", *EVENTS)
def show_what_if() -> None:
    """The forecast if some deals slip, are lost, close for sure or sell for less."""
    page: ForecastPage = ui.read("forecast")
    ui.section("What if", "reckoned anew with everything else’s luck unchanged")
    deals = {deal.deal_id: deal for deal in page.deals}
    if not deals:
        ui.show('<p class="jc-sub">No open deals to try anything on.</p>')
        return
    with st.container(border=True, key="panel-try"):
        chosen = st.multiselect(
            "These deals",
            list(deals),
            format_func=lambda number: deal_label(deals[number]),
            key="tried_deals",
            placeholder="Pick deals, the largest first",
        )
        how = st.segmented_control(
            "…", list(TRIES), format_func=lambda name: TRIES[name][0], key="tried_how", default="late", label_visibility="collapsed"
        )
        picked = [number for number in chosen if number in deals]
        if not picked or not how:
            ui.show('<p class="jc-sub">Pick one or more deals to see the forecast without them, later, or for less.</p>')
            return
        changes = tuple((number, *change(deals[number], how)) for number in picked)
        ui.show(try_table(ui.read("what_if", changes=changes), net_name(page)))


def deal_label(deal: ForecastDeal) -> str:
    """A deal in the list of deals to try."""
    return f"{deal.name or f'Deal {deal.deal_id}'} · {words.said(deal.stage)} · {words.compact_money(deal.expected_gci_cents)}"


def change(deal: ForecastDeal, how: str) -> tuple[str, int]:
    """What is tried on a deal: its kind, and days or cents."""
    _, kind, amount = TRIES[how]
    return (kind, (deal.price_cents or 0) * (100 + amount) // 100) if kind == "price" else (kind, amount)


def try_table(found: WhatIf, net: str) -> str:
    """Base, tried and the difference, row by row."""
    rows = [
        ("Next 90 days, GCI", found.base_90[0], found.tried_90[0]),
        (f"Next 90 days, {net.lower()}", found.base_90[1], found.tried_90[1]),
        *(
            (f"{base.period.name}, GCI", base.gci, tried.gci)
            for base, tried in list(zip(found.base_quarters, found.tried_quarters, strict=True))[:3]
        ),
        ("This year, GCI", found.base_year[0], found.tried_year[0]),
        (f"This year, {net.lower()}", found.base_year[1], found.tried_year[1]),
    ]
    cells = [
        [
            f"<b>{marks.text(name)}</b>",
            words.money(base.p50),
            words.money(tried.p50),
            forecast_charts.signed(tried.p50 - base.p50),
            band(tried),
        ]
        for name, base, tried in rows
    ]
    goal = ""
    if found.base_chance is not None and found.tried_chance is not None:
        chances = f"{chance_words(found.base_chance)} now, {chance_words(found.tried_chance)} then"
        goal = f'<p class="jc-sub">Chance to reach the goal: {chances}.</p>'
    return tables.table("What if", ("P50", "Now #", "Then #", "Change #", "Then, P10 to P90 #"), cells) + goal


@live.live_part("forecast-judged", "forecast_frozen", "deal_changed")
def show_backtest() -> None:
    """Whether past forecasts held: in a sentence, by horizon, and window by window."""
    judged: Backtest = ui.read("forecast_backtest")
    state = {"alarm": ("▲ alarm", "hot"), "holds": ("■ holds", "money"), "not_enough": ("○ not enough yet", "off")}[
        judged.health.value
    ]
    ui.section("Did past forecasts hold?", "each night’s forecast is frozen; outcomes are of the deals known that night")
    with st.container(border=True, key="panel-judged"):
        ui.show(f"<p>{marks.chip(*state)} {marks.text(judged.sentence)}.</p>{band_table(judged.bands)}")
        best = next((one for one in reversed(judged.bands) if one.n >= 8), judged.bands[0])
        if best.windows:
            shown = best.windows[-26:]
            st.plotly_chart(
                forecast_charts.judged(shown), key="judged", config=forecast_charts.CONFIG, alt="Past bands and what came"
            )


def band_table(bands: tuple[Band, ...]) -> str:
    """One row a horizon."""
    names = {7: "One week", 28: "Four weeks", 91: "A quarter"}
    cells = [
        [
            f"<b>{names[one.days]}</b>",
            f"{one.n_inside} of {one.n}",
            words.rate(one.expected),
            reach(one),
            bias(one),
            one.health.value.replace("_", " "),
        ]
        for one in bands
    ]
    return tables.table("Back-test", ("Ahead", "Inside #", "Due #", "Right odds: within #", "Came against said #", "So"), cells)


def reach(one: Band) -> str:
    """The coverage that right odds stay within."""
    return words.UNKNOWN if one.low is None or one.high is None else f"{one.low:.0%}–{one.high:.0%}"


def bias(one: Band) -> str:
    """How far what came lay from what was said."""
    return words.UNKNOWN if one.bias is None else f"{'+' if one.bias > 0 else '−'}{abs(one.bias):.0%}"


@live.live_part("forecast-deals", *EVENTS)
def show_deals() -> None:
    """The open deals with their odds, and what the odds rest on."""
    page: ForecastPage = ui.read("forecast", as_of=chosen_day())
    number = asked.page(len(page.deals), ui.PAGE_ROWS)
    ui.section(
        "The deals behind it",
        f"{words.count(len(page.deals), 'open deal')}, those that bring most first; odds with their 80% interval",
    )
    cells = [deal_cells(deal) for deal in page.deals[(number - 1) * ui.PAGE_ROWS : number * ui.PAGE_ROWS]]
    ui.show(tables.table("Deals", ("Deal", "Stage", "Odds #", "Expected GCI #", "Expected net #", "Closes"), cells))
    asked.offer_pages(len(page.deals), ui.PAGE_ROWS)
    with st.expander("What the odds rest on", key="odds_rest", on_change="rerun") as opened:
        if opened.open:
            told = [
                (words.said(stage), f"{words.rate(share)} close ({words.interval(low, high)}); {source}")
                for stage, share, low, high, source in page.odds_rest_on
            ]
            ui.show(marks.facts(told))
            drawn = f"{page.n_simulations:,} simulations, seed {page.seed}: the same book gives the same cents on any machine."
            ui.show(f'<p class="jc-sub">{drawn}</p>')


def deal_cells(deal: ForecastDeal) -> list[str]:
    """One deal."""
    assumed = marks.chip("assumed rate", "assumed") if deal.is_assumed else ""
    return [
        f'{tables.deal_link(deal.deal_id, deal.name)} {assumed}<span class="jc-sub">{marks.text(deal.agents)}</span>',
        marks.text(words.said(deal.stage)),
        f'{words.rate(deal.chance)} <span class="jc-sub">{words.interval(deal.chance_low, deal.chance_high)}</span>',
        words.money(deal.expected_gci_cents),
        words.money(deal.expected_net_cents),
        words.day(deal.closes_on),
    ]


def ask_day() -> None:
    """As known on which day: today, or a past one."""
    today = ui.now().astimezone(ui.office()).date()
    first = min(ui.read("frozen_days"), default=today)
    chosen = st.date_input(
        "As known on",
        value=chosen_day() or today,
        min_value=min(first, today - timedelta(days=365)),
        max_value=today,
        key="as_known_on",
    )
    if isinstance(chosen, date) and chosen != (chosen_day() or today):
        if chosen == today:
            st.query_params.pop("as_of", None)
        else:
            st.query_params["as_of"] = chosen.isoformat()
        st.rerun()


ui.title("Forecast", "What your pipeline will pay, by when and how surely: of the deals you have, not of those still to come")
if not ui.sees_money():
    ui.empty("Money is not shown to your role", "The owner can change that under Team & access.")
    st.stop()
if not ui.read("forecast").deals and not any(ui.read("forecast").closed_year):
    ui.empty(
        "No deals yet",
        "Open a deal from a lead’s page, or bring deals in with an import: the forecast begins with the first.",
        page="pipeline.py",
        label="Pipeline",
        icon="filter_alt",
    )
    st.stop()
with st.container(width=220, key="as-of"):
    ask_day()
show_figures()
show_fan()
show_bridge()
show_what_if()
if sees_office_money(actor):
    show_backtest()
show_deals()
