"""Charts, drawn with graph_objects: quiet axes, one meaning a colour, hatching for what is assumed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}
_BLUE, _GREEN, _GREY = "#3B82F6", "#1F9D74", "#8A96A3"  # readable on white and on the dark ground alike
_CLEAR = "rgba(0,0,0,0)"


def odds_over_time(points: Sequence[tuple[datetime, float]], zone: str) -> go.Figure:
    """A lead's probability from score to score."""
    local = ZoneInfo(zone)
    line = go.Scatter(
        x=[at.astimezone(local) for at, _ in points],
        y=[probability for _, probability in points],
        mode="lines+markers",
        line={"color": _BLUE, "width": 2, "shape": "hv"},
        marker={"size": 6},
        hovertemplate="%{y:.1%} on %{x|%b %d, %H:%M}<extra></extra>",
    )
    figure = _quiet(go.Figure(line), height=170)
    return figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=4)


def money_by_stage(labels: Sequence[str], weighted: Sequence[int], assumed: Sequence[int], gross: Sequence[int]) -> go.Figure:
    """Stages from top to bottom: weighted on an agreed rate solid, on the default rate hatched, gross as a thin outline."""
    agreed = [whole - part for whole, part in zip(weighted, assumed, strict=True)]
    bars = [
        _bar("Agreed rate", labels, agreed, {"color": _GREEN}),
        _bar(
            "Assumed rate",
            labels,
            assumed,
            {"color": _GREEN, "pattern": {"shape": "/", "fgcolor": _GREEN, "bgcolor": "rgba(31,157,116,.16)", "size": 6}},
        ),
    ]
    figure = go.Figure(bars)
    figure.add_trace(
        go.Scatter(
            name="Gross",
            x=[cents / 100 for cents in gross],
            y=list(labels),
            mode="markers",
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 2.5, "color": _GREY}},
            hovertemplate="Gross %{x:$,.0f}<extra></extra>",
        )
    )
    figure.update_layout(barmode="stack", bargap=0.45, legend={"orientation": "h", "y": -0.14, "x": 0})
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(tickprefix="$", tickformat="~s", rangemode="tozero")
    return _quiet(figure, height=70 + 44 * len(labels))


def _bar(name: str, labels: Sequence[str], cents: Sequence[int], marker: dict[str, object]) -> go.Bar:
    amounts = [amount / 100 for amount in cents]
    return go.Bar(
        name=name, x=amounts, y=list(labels), orientation="h", marker=marker, hovertemplate=f"{name} %{{x:$,.0f}}<extra></extra>"
    )


def _quiet(figure: go.Figure, *, height: int) -> go.Figure:
    figure.update_layout(height=height, margin={"l": 4, "r": 8, "t": 8, "b": 4}, font={"size": 12.5})
    return figure.update_layout(paper_bgcolor=_CLEAR, plot_bgcolor=_CLEAR, hoverlabel={"font": {"size": 13}})


def reliability(rows: Sequence[Mapping[str, float | int | str]], *, of: str, happened: str) -> go.Figure:
    """What was said against what came, both on a logarithmic scale, with each point's own range; on the diagonal it was right."""
    said, came = [float(row["said"]) for row in rows], [float(row["came"]) for row in rows]
    low, high = [float(row["came_low"]) for row in rows], [float(row["came_high"]) for row in rows]
    edges = [max(1e-4, min(*said, *filter(None, came)) * 0.6), 1.0]
    points = go.Scatter(
        x=said,
        y=[max(value, edges[0]) for value in came],
        mode="markers",
        marker={"size": 9, "color": _BLUE},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [top - value for top, value in zip(high, came, strict=True)],
            "arrayminus": [value - max(bottom, edges[0]) for bottom, value in zip(low, came, strict=True)],
            "color": _BLUE,
            "thickness": 1.4,
            "width": 0,
        },
        customdata=[[row["n"], row["came"]] for row in rows],
        hovertemplate=f"said %{{x:.1%}}, {happened} %{{customdata[1]:.1%}} of %{{customdata[0]:,}} {of}<extra></extra>",
    )
    right = go.Scatter(x=edges, y=edges, mode="lines", line={"color": _GREY, "width": 1.2, "dash": "dot"}, hoverinfo="skip")
    figure = _quiet(go.Figure([right, points]), height=300).update_layout(showlegend=False)
    ticks = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]
    style = {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:.1%}" if tick < 0.01 else f"{tick:.0%}" for tick in ticks]}
    figure.update_xaxes(title={"text": "what the model said", "font": {"size": 12}}, **style)
    return figure.update_yaxes(title={"text": "what came", "font": {"size": 12}}, **style)


def sureness(rows: Sequence[Mapping[str, float | int | str]]) -> go.Figure:
    """How sure the model said it was of its band against how often the band was right."""
    right = go.Scatter(x=[0.4, 1], y=[0.4, 1], mode="lines", line={"color": _GREY, "width": 1.2, "dash": "dot"}, hoverinfo="skip")
    points = go.Scatter(
        x=[row["said"] for row in rows],
        y=[row["came"] for row in rows],
        mode="lines+markers",
        marker={"size": 9, "color": _BLUE},
        line={"color": _BLUE, "width": 1.4},
        customdata=[row["n"] for row in rows],
        hovertemplate="said %{x:.0%}, right %{y:.1%} of %{customdata:,} leads<extra></extra>",
    )
    figure = _quiet(go.Figure([right, points]), height=260).update_layout(showlegend=False)
    figure.update_xaxes(tickformat=".0%", title={"text": "confidence said", "font": {"size": 12}})
    return figure.update_yaxes(tickformat=".0%", title={"text": "band right", "font": {"size": 12}})


def lift(rows: Sequence[Mapping[str, float | int | str]]) -> go.Figure:
    """Tenths of the leads, the most likely first: how many times the average they close."""
    bars = go.Bar(
        x=[str(row["decile"]) for row in rows],
        y=[row["lift"] for row in rows],
        marker={"color": _BLUE},
        customdata=[[row["rate"], row["share_of_closings"]] for row in rows],
        hovertemplate="tenth %{x}: %{customdata[0]:.1%} close, %{customdata[1]:.0%} of all closings<extra></extra>",
        text=[f"{float(row['lift']):.1f}×" for row in rows],
        textposition="outside",
        cliponaxis=False,
    )
    figure = _quiet(go.Figure(bars), height=260).update_layout(bargap=0.35)
    figure.update_xaxes(title={"text": "tenth of the leads, the most likely first", "font": {"size": 12}}, type="category")
    return figure.update_yaxes(rangemode="tozero", nticks=5, ticksuffix="×")


def shares(labels: Sequence[str], values: Sequence[float]) -> go.Figure:
    """Shares from top to bottom."""
    bars = go.Bar(
        x=list(values),
        y=list(labels),
        orientation="h",
        marker={"color": _BLUE},
        text=[f"{value:.0%}" for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    figure = _quiet(go.Figure(bars), height=30 + 30 * len(labels)).update_layout(bargap=0.4)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure.update_xaxes(visible=False, rangemode="tozero", range=[0, max(values) * 1.18])
