"""Response time: how quickly new leads hear from a person, agent by agent, and what waiting costs by the office's own leads."""

import csv
import io
from collections.abc import Sequence

import streamlit as st

from engine.views import BandScore, CurvePoint, ResponseRow
from pages import asked, live, marks, ui, words

actor = ui.require_actor()
_DAYS = {"1": "Today and yesterday", "7": "Last 7 days", "30": "Last 30 days", "90": "Last 90 days"}


@live.live_part("response", *live.LEADS)
def show_response() -> None:
    """The table by agent and the curve."""
    chosen = asked.word("days", _DAYS, "30")
    st.segmented_control(
        "Leads that came in", list(_DAYS), format_func=_DAYS.get, label_visibility="collapsed", **asked.widget("days", chosen)
    )
    rows: tuple[ResponseRow, ...] = ui.read("response_times", days=int(chosen))
    if not any(row.n_leads for row in rows):
        ui.empty(
            "No leads in these days",
            "Leads that come in are timed here from the moment they were created.",
            page="inbox.py",
            label="To the inbox",
            icon="inbox",
        )
    with st.container(border=True, key="panel-speed"):
        ui.section(
            "By agent", "from the lead's creation to the first touch by a person; automatic messages never count; aim: 5 minutes"
        )
        ui.show(table(rows))
        st.download_button(
            "Download as CSV",
            lambda: as_csv(rows),
            "response-times.csv",
            "text/csv",
            key="speed_csv",
            icon=":material/download:",
            on_click="ignore",
        )
    show_curve()


def table(rows: Sequence[ResponseRow]) -> str:
    """One row an agent; no data is not nought."""
    heads = ("Agent", "Leads", "Answered", "Waiting", "Median", "p90", "Within 5 min")
    head = "".join(f'<th class="{"jc-n" if place else ""}">{name}</th>' for place, name in enumerate(heads))
    return f'<div class="jc-table jc-tight"><table><tr>{head}</tr>{"".join(map(line, rows))}</table></div>'


def line(row: ResponseRow) -> str:
    """An agent's figures."""
    median = words.minutes(row.median_minutes) if row.median_minutes is not None else "no data"
    p90 = words.minutes(row.p90_minutes) if row.p90_minutes is not None else "no data"
    share = f"{words.rate(row.in_target_rate)} of {row.n_due:,}" if row.in_target_rate is not None else "no data"
    cells = (f"{row.n_leads:,}", f"{row.n_answered:,}", f"{row.n_waiting:,}", median, p90, share)
    figures = "".join(f'<td class="jc-n">{marks.text(cell)}</td>' for cell in cells)
    return f"<tr><td><b>{marks.text(row.name)}</b></td>{figures}</tr>"


def as_csv(rows: Sequence[ResponseRow]) -> str:
    """The table for a spreadsheet; what isn't known is empty."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["agent", "n_leads", "n_answered", "n_waiting", "n_due", "median_minutes", "p90_minutes", "within_5_min_rate"])
    for row in rows:
        name = f"'{row.name}" if row.name[:1] in "=+-@" else row.name  # a spreadsheet must not take a name for a formula
        figures = (row.n_leads, row.n_answered, row.n_waiting, row.n_due, row.median_minutes, row.p90_minutes, row.in_target_rate)
        writer.writerow([name, *figures])
    return out.getvalue()


def show_curve() -> None:
    """What waiting leaves of the chance to be heard, and whose leads say so."""
    curve = ui.read("answer_curve")
    with st.container(border=True, key="panel-curve"):
        ui.section("What waiting costs", f"figures: {curve.source}")
        rows = "".join(
            f"<tr><td><b>{marks.text(point.label.capitalize())}</b></td>"
            f'<td class="jc-n">{f"{point.n_answered:,}" if point.n_answered else "no data"}</td>'
            f'<td class="jc-n">{heard(point)}</td><td class="jc-n">{point.left:.0%}</td></tr>'
            for point in curve.points
        )
        heads = ("First answer", "Leads", "Heard from again", "Used in the queue")
        head = "".join(f'<th class="{"jc-n" if place else ""}">{name}</th>' for place, name in enumerate(heads))
        ui.show(f'<div class="jc-table jc-tight"><table><tr>{head}</tr>{rows}</table></div>')
        if not curve.is_own:
            need = f"Your own curve takes over at 200 answered leads; there are {curve.n_answered:,}."
            ui.show(f'<p class="jc-sub">{need}</p>')


def heard(point: CurvePoint) -> str:
    """A share with its 90 % interval, or that there is none."""
    n_answered, n_reached = point.n_answered, point.n_reached
    if not n_answered:
        return "no data"
    return f"{n_reached / n_answered:.0%} ({words.interval(point.low, point.high)})"


@live.live_part("scoreboard", *live.LEADS, *live.DEALS, every=None)
def show_scoreboard() -> None:
    """Bands set by hand beside the model's: who was right, once deals have ended."""
    rows: tuple[BandScore, ...] = ui.read("scoreboard")
    with st.container(border=True, key="panel-scoreboard"):
        ui.section("People or model: who was right", "bands set by hand, judged once the lead’s deal has ended")
        if not any(row.n_set for row in rows):
            ui.show('<p class="jc-sub">Nobody has set a band by hand yet. On a lead’s page, “You see it differently?” does.</p>')
            return
        heads = ("Band set", "Set", "Still open", "Agreed", "Person right", "Model right", "Person right, share")
        head = "".join(f'<th class="{"jc-n" if place else ""}">{name}</th>' for place, name in enumerate(heads))
        body = "".join(map(score_row, rows))
        table = f"<table><tr>{head}</tr>{body}</table>"
        ui.show(f'<div class="jc-table jc-tight" tabindex="0" role="region" aria-label="People or model">{table}</div>')
        ui.show('<p class="jc-sub">A closing speaks for the higher of the two bands, a lost deal for the lower one.</p>')


def score_row(row: BandScore) -> str:
    """One band's counts, and the share where enough is decided."""
    counts = (row.n_set, row.n_open, row.n_agreed, row.n_person, row.n_model)
    right = row.person_right
    missing = f"not enough yet: {right.n:,} of {right.needed:,}"
    told = missing if right.rate is None else f"{words.rate(right.rate)} ({words.interval(right.low, right.high)})"
    cells = "".join(f'<td class="jc-n">{count:,}</td>' for count in counts)
    sign = f"{marks.SHAPES[row.band]} {marks.WORDS[row.band]}"
    return f'<tr><td><b>{sign}</b></td>{cells}<td class="jc-n">{told}</td></tr>'


ui.title("Response time", "How soon new leads hear from a person, and what waiting costs")
show_response()
show_scoreboard()
