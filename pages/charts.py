"""Charts, drawn with graph_objects: quiet axes, one meaning a colour, hatching for what is assumed."""

from collections.abc import Sequence
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
