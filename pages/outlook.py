"""A lead's outlook: what moved his score lately, and the smallest things that would lift it. Parts of the lead's page."""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

import streamlit as st

from engine.records import Band, Score
from engine.views import Help, LeadCard
from pages import marks, ui, words

_DAYS = 30
_WIDTH, _HEIGHT = 132, 30
_BLUE = "#3B82F6"  # readable on white and on the dark ground alike


def show_trend(card: LeadCard) -> None:
    """Up or down, since when, and what did it, beside a small line of the last 30 days."""
    trend = card.trend
    if trend is None:
        return
    ui.show(f'<div class="jc-trend">{spark(card.history)}<p>{trend_sentence(card)}</p></div>')


def trend_sentence(card: LeadCard) -> str:
    """`Up 12 since Nov 3: answered 100% of our messages (+9), pre-approved (+4), the rest (−1)`."""
    trend = card.trend
    if trend is None:
        return ""
    since = words.day(trend.since.astimezone(ui.office()).date())
    if trend.change == 0:
        return f"<b>Unchanged</b> since {since}"
    way = f"{'Up' if trend.change > 0 else 'Down'} {abs(trend.change)}"
    parts = [f"{marks.text(move.text)} ({_points(move.points)})" for move in trend.moves]
    if parts and round(trend.rest):
        parts.append(f"the rest ({_points(trend.rest)})")
    why = ", ".join(parts) or marks.text(trend.why_not)
    return f"<b>{way}</b> since {since}{': ' if why else ''}{why}"


def spark(history: Sequence[Score]) -> str:
    """The score over the last 30 days as steps, the newest marked."""
    end = history[-1].scored_at
    start = max(history[0].scored_at, end - timedelta(days=_DAYS))
    span = max((end - start).total_seconds(), 1.0)
    steps: list[tuple[float, float]] = []
    for score in history:
        x = max(0.0, (score.scored_at - start).total_seconds() / span) * (_WIDTH - 8) + 3
        y = _HEIGHT - 4 - score.score / 100 * (_HEIGHT - 8)
        steps += [(x, steps[-1][1])] if steps else []
        steps.append((x, y))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in steps)
    (x, y), said = steps[-1], f"Score from {history[0].score} to {history[-1].score} in the last {_DAYS} days"
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}">'
        f'<polyline points="{line}" fill="none" stroke="{_BLUE}" stroke-width="1.8" stroke-linejoin="round"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{_BLUE}"/></svg>'
    )
    return f'<img class="jc-spark" width="{_WIDTH}" height="{_HEIGHT}" alt="{said}" src="data:image/svg+xml,{quote(drawn)}">'


def show_help(card: LeadCard) -> None:
    """What would lift the lead into a higher band; where nothing feasible would, what would help most."""
    found = card.what_would_help
    if found is None or not (found.suggestions or found.most_helpful):
        return
    with st.container(border=True, key="panel-help"):
        show_suggestions(found)


def show_suggestions(found: Help) -> None:
    """Each with where it leads, and what that is worth."""
    if found.suggestions:
        reached = min((one.band for one in found.suggestions), key=(Band.COLD, Band.WARM, Band.HOT).index)
        ui.section(f"What would make it {reached.value}", "the smallest change first")
    else:
        ui.section("What would help most", "nothing that can be done or asked now would change the band")
    shown = found.suggestions or tuple(filter(None, [found.most_helpful]))
    rows = "".join(
        f'<li><span><b>{marks.text(one.text)}</b></span><span class="jc-then">{marks.band(one.band)} '
        f"{words.rate(found.probability)} → {words.rate(one.probability)}</span></li>"
        for one in shown
    )
    caveat = "What the model would then say, reckoned on this lead with just that changed. It is no promise that asking makes anybody buy."
    ui.show(f'<ul class="jc-reasons jc-help">{rows}</ul><p class="jc-sub">{caveat}</p>')


def _points(points: float) -> str:
    return f"{'+' if points >= 0 else '−'}{abs(round(points))}"
