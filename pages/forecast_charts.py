"""The forecast's charts: fan, bridge and past bands. One meaning a colour: band light, P50 a line, actual a dark dot, assumed hatched."""

from collections.abc import Sequence

import plotly.graph_objects as go

from engine.views import Bridge, PastPeriod, PeriodRange, Window
from pages import words

CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}
_GREEN, _GREY, _INK, _AMBER = "#1F9D74", "#8A96A3", "#5B7083", "#C98A1B"  # readable on white and on the dark ground alike
_BAND, _CLEAR = "rgba(31,157,116,.20)", "rgba(0,0,0,0)"
_UP, _DOWN = "#1F9D74", "#8A96A3"  # a decrease is grey: red is "act now" and nothing else
BARS = {
    "new": "New",
    "closed": "Closed",
    "lost": "Lost",
    "price": "Price",
    "rate": "Rate",
    "date": "Date",
    "odds": "Odds",
    "reopened": "Reopened",
}


def fan(
    names: Sequence[str],
    ranges: Sequence[tuple[int, int, int]],
    agreed: Sequence[int],
    past: Sequence[tuple[str, int]],
    goal: int | None,
) -> go.Figure:
    """Actuals as dots, then the band from P10 to P90 and the P50 line; hatched: what of P50 rests on assumed rates."""
    dollars = [[cents / 100 for cents in column] for column in zip(*ranges, strict=True)]
    low, middle, high = dollars
    base = [cents / 100 for cents in agreed]
    traces = [
        _edge(names, high),
        go.Scatter(
            x=list(names),
            y=low,
            mode="lines",
            line={"width": 0},
            fill="tonexty",
            fillcolor=_BAND,
            name="P10 to P90",
            hoverinfo="skip",
        ),
        _edge(names, base),
        go.Scatter(
            x=list(names),
            y=middle,
            mode="lines+markers",
            line={"color": _GREEN, "width": 2.5},
            marker={"size": 5},
            fill="tonexty",
            fillcolor=_CLEAR,
            fillpattern={"shape": "/", "fgcolor": _AMBER, "bgcolor": _CLEAR, "size": 7, "solidity": 0.22},
            name="P50 (hatched: on assumed rates)",
            customdata=[[words.money(a), words.money(b)] for a, _, b in ranges],
            hovertemplate="%{x}: %{y:$,.0f}<br>four times in five %{customdata[0]} to %{customdata[1]}<extra></extra>",
        ),
        go.Scatter(
            x=[name for name, _ in past],
            y=[cents / 100 for _, cents in past],
            mode="markers",
            marker={"size": 9, "color": _INK},
            name="Actual",
            hovertemplate="%{x}: %{y:$,.0f} closed<extra></extra>",
        ),
    ]
    figure = _quiet(go.Figure(traces), 330)
    figure.update_xaxes(
        type="category", categoryorder="array", categoryarray=[*(name for name, _ in past), *names], nticks=9, showgrid=False
    )
    if goal is not None:
        figure.add_hline(
            y=goal / 100, line={"color": _GREY, "dash": "dash", "width": 1.5}, annotation_text=f"goal {words.compact_money(goal)}"
        )
    return figure.update_yaxes(tickprefix="$", tickformat="~s", rangemode="tozero", nticks=6)


def steps(bridge: Bridge) -> go.Figure:
    """The bridge's bars between the two days' expected GCI."""
    shown = [bar for bar in bridge.bars if bar.parts]
    labels = [
        f"{bridge.before_on:%b} {bridge.before_on.day}",
        *(BARS[bar.move.value] for bar in shown),
        f"{bridge.after_on:%b} {bridge.after_on.day}",
    ]
    cents = [bridge.before_cents, *(bar.cents for bar in shown), bridge.after_cents]
    figure = go.Figure(
        go.Waterfall(
            x=labels,
            y=[amount / 100 for amount in cents],
            measure=["absolute", *["relative"] * len(shown), "total"],
            text=[
                words.compact_money(amount) if place in (0, len(cents) - 1) else signed(amount)
                for place, amount in enumerate(cents)
            ],
            textposition="outside",
            cliponaxis=False,
            connector={"line": {"color": _GREY, "width": 1, "dash": "dot"}},
            increasing={"marker": {"color": _UP}},
            decreasing={"marker": {"color": _DOWN}},
            totals={"marker": {"color": _INK}},
            hovertemplate="%{x}: %{y:$,.2f}<extra></extra>",
        )
    )
    lowest = min(0, *_levels(cents)) if any(level < 0 for level in _levels(cents)) else min(_levels(cents)) * 0.8
    figure = _quiet(figure, 300).update_layout(showlegend=False, margin={"t": 26})
    figure.update_xaxes(type="category", showgrid=False)
    return figure.update_yaxes(
        tickprefix="$", tickformat="~s", nticks=5, range=[lowest / 100, max(_levels(cents)) * 1.04 / 100 or 1]
    )


def judged(windows: Sequence[Window]) -> go.Figure:
    """Each past window's band and what came of it: a full dot inside, an open diamond outside."""
    days = [f"{window.as_of:%b} {window.as_of.day} ’{window.as_of:%y}" for window in windows]
    band = go.Bar(
        x=days,
        y=[(window.p90 - window.p10) / 100 for window in windows],
        base=[window.p10 / 100 for window in windows],
        marker={"color": _BAND, "line": {"color": _GREEN, "width": 1}},
        name="P10 to P90",
        hovertemplate="said %{base:$,.0f} to %{y:$,.0f}<extra></extra>",
    )
    came = go.Scatter(
        x=days,
        y=[window.came / 100 for window in windows],
        mode="markers",
        marker={
            "size": 8,
            "color": [_INK if window.is_inside else _AMBER for window in windows],
            "symbol": ["circle" if window.is_inside else "diamond-open" for window in windows],
            "line": {"width": 1.5},
        },
        name="What came (open: outside)",
        hovertemplate="%{x}: %{y:$,.0f} came<extra></extra>",
    )
    figure = _quiet(go.Figure([band, came]), 260).update_layout(bargap=0.35)
    figure.update_xaxes(type="category", nticks=5, tickangle=0, showgrid=False)
    return figure.update_yaxes(tickprefix="$", tickformat="~s", rangemode="tozero", nticks=5)


def label(row: PeriodRange | PastPeriod) -> str:
    """A period as a chart names it: `Oct 12` for a week, `Oct ’26` for a month, `Q4 ’26` for a quarter."""
    name, first = row.period.name, row.period.begins_on
    if "W" in name:
        return words.day(first)
    return f"{name[5:]} ’{first:%y}" if "Q" in name else f"{first:%b} ’{first:%y}"


def running(rows: Sequence[PastPeriod], cents: Sequence[int]) -> list[tuple[str, int]]:
    """Past periods with their running total."""
    total, found = 0, []
    for row, amount in zip(rows, cents, strict=True):
        total += amount
        found.append((label(row), total))
    return found


def signed(cents: int) -> str:
    """A change with its sign: `+$8.2k`, `−$310`."""
    return f"+{words.compact_money(cents)}" if cents > 0 else words.compact_money(cents)


def _levels(cents: Sequence[int]) -> list[int]:
    """How high the bridge stands after each bar."""
    level, found = 0, []
    for amount in cents[:-1]:
        level += amount
        found.append(level)
    return [*found, cents[-1]]


def _edge(names: Sequence[str], values: Sequence[float]) -> go.Scatter:
    return go.Scatter(x=list(names), y=values, mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip")


def _quiet(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height, margin={"l": 4, "r": 8, "t": 10, "b": 4}, font={"size": 12.5}, hoverlabel={"font": {"size": 13}}
    )
    return figure.update_layout(paper_bgcolor=_CLEAR, plot_bgcolor=_CLEAR, legend={"orientation": "h", "y": -0.16, "x": 0})
