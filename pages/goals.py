"""Goals & team: actual, pace and goal, the chance to reach it, who stands where, and when caps will be reached."""

import streamlit as st

from engine import commands
from engine.access import Permission, sees_office_money
from engine.views import AgentStanding, CapRow, GoalsPage
from pages import live, marks, tables, ui, words

actor = ui.require_actor()
may_set = actor.may(Permission.CHANGE_SETTINGS)
EVENTS = (*live.DEALS, "plan_changed", "setting_changed", "stages_changed")


@live.live_part("goals", *EVENTS)
def show_goal() -> None:
    """Actual, pace and goal of the year."""
    page: GoalsPage = ui.read("goals")
    if page.actual_cents is None:
        return
    actual = marks.figure("Actual", words.compact_money(page.actual_cents), f"GCI closed in {page.year}", kind="money")
    if not sees_office_money(actor):  # the goal is the office's
        ui.show(marks.figures([actual, *year_figure(page)]))
        return
    if page.goal_cents is None:
        why = "set one below" if may_set else "the owner sets it"
        ui.show(marks.figures([actual, marks.figure("Goal", "No goal yet", why, is_missing=True)]))
        return
    ui.show(marks.figures([actual, pace_figure(page), goal_figure(page), chance_figure(page)]))
    ui.show(bar(page))


def year_figure(page: GoalsPage) -> list[str]:
    """What an agent's own year comes to, his open deals included."""
    found = page.year_range
    if found is None:
        return []
    span = f"{words.compact_money(found.p10)} to {words.compact_money(found.p90)}, four times in five"
    return [marks.figure(f"{page.year} in all", words.compact_money(found.p50), span, kind="info")]


def pace_figure(page: GoalsPage) -> str:
    """How far ahead of or behind a straight line to the goal."""
    ahead = (page.actual_cents or 0) - (page.pace_cents or 0)
    way = "ahead of" if ahead >= 0 else "behind"
    note = f"{words.compact_money(abs(ahead))} {way} a straight line, as of {words.day(page.as_of)}"
    return marks.figure("Pace", words.compact_money(page.pace_cents), note, kind="money" if ahead >= 0 else "warm")


def goal_figure(page: GoalsPage) -> str:
    """The goal and what is missing."""
    missing = max(0, (page.goal_cents or 0) - (page.actual_cents or 0))
    note = f"{words.compact_money(missing)} to go" if missing else "reached"
    return marks.figure("Goal", words.compact_money(page.goal_cents), note)


def chance_figure(page: GoalsPage) -> str:
    """The chance to reach the goal with the deals at hand."""
    chance = page.chance or 0.0
    shown = "<1%" if chance < 0.01 else ">99%" if chance > 0.99 else words.rate(chance)
    found = page.year_range
    year = f"; the year comes to {words.compact_money(found.p10)} to {words.compact_money(found.p90)}" if found else ""
    return marks.figure("Chance", shown, f"with the deals you have{year}", kind="info")


def bar(page: GoalsPage) -> str:
    """Actual as a bar towards the goal, the pace as a mark on it."""
    goal = page.goal_cents or 1
    done, pace = (min(100.0, 100 * (cents or 0) / goal) for cents in (page.actual_cents, page.pace_cents))
    return (
        f'<div class="jc-goal" role="img" aria-label="{done:.0f}% of the goal, pace {pace:.0f}%"><i style="width:{done:.1f}%"></i>'
        f'<b style="left:{pace:.1f}%"></b></div><p class="jc-sub">{done:.0f}% of the goal; the mark is today’s pace ({pace:.0f}%)</p>'
    )


def set_goal_form() -> None:
    """The owner sets the year's goal; earlier goals stay in the history."""
    page: GoalsPage = ui.read("goals")
    with st.expander("Set the goal", key="goal_form"):
        with st.form("goal", border=False):
            left, right = st.columns([1, 2])
            year = left.number_input("Year", 2000, 2100, value=page.year, step=1)
            dollars = right.number_input(
                "GCI to reach, in dollars", 0, 10_000_000_000, value=(page.goal_cents or 0) // 100, step=10_000
            )
            if st.form_submit_button("Set the goal", type="primary"):
                amount = int(dollars) * 100 or None
                ui.act(commands.set_goal, int(year), amount, told="The goal is set" if amount else "The goal is taken away")
                st.rerun()
        if page.history:
            told = [
                (words.day(one.valid_from) + f", {one.valid_from.year}", f"{words.money(one.amount_cents)} by {one.set_by}")
                for one in page.history
            ]
            ui.show(marks.facts(told))


@live.live_part("goals-team", *EVENTS)
def show_team() -> None:
    """The leaderboard by net, unless it is switched off."""
    page: GoalsPage = ui.read("goals")
    line = "by net of this year; team splits count for the lead broker"
    if not page.is_leaderboard_shown and not may_set:
        return
    ui.section("Leaderboard", line if page.is_leaderboard_shown else "switched off: nobody but you sees it")
    if may_set:
        st.toggle("The team sees it", value=page.is_leaderboard_shown, key="leaderboard", on_change=switch_leaderboard)
    if not page.standings:
        ui.show('<p class="jc-sub">Nobody has closed a deal this year yet.</p>')
        return
    cells = [standing_cells(place, one) for place, one in enumerate(page.standings, 1)]
    ui.show(tables.table("Leaderboard", ("Agent", "Closings #", "GCI #", "Net #"), cells))


def standing_cells(place: int, one: AgentStanding) -> list[str]:
    """One agent; what may not be seen is a dash."""
    return [
        str(place),
        f"<b>{marks.text(one.name)}</b>",
        f"{one.n_closings:,}",
        words.money(one.gci_cents),
        words.money(one.net_cents),
    ]


def switch_leaderboard() -> None:
    """Show the leaderboard to the team, or not."""
    is_shown = bool(st.session_state["leaderboard"])
    ui.act(
        commands.set_leaderboard, is_shown=is_shown, told="The team sees the leaderboard" if is_shown else "The leaderboard is off"
    )


@live.live_part("goals-caps", *EVENTS)
def show_caps() -> None:
    """How far each cap is and when it will be reached."""
    page: GoalsPage = ui.read("goals")
    ui.section("Caps", "when the forecast says each agent has paid in full, in four of five cases")
    if not page.caps:
        ui.show('<p class="jc-sub">The commission plan has no cap.</p>')
        return
    cells = [cap_cells(cap) for cap in page.caps]
    ui.show(tables.table("Caps", ("Agent", "Paid #", "Cap #", "Reached", "Chance #", "Year ends"), cells))


def cap_cells(cap: CapRow) -> list[str]:
    """One cap."""
    chance = "<1%" if cap.chance < 0.01 else ">99%" if cap.chance > 0.99 else words.rate(cap.chance)
    return [
        f"<b>{marks.text(cap.name or cap.agent)}</b>",
        words.money(cap.used_cents),
        words.money(cap.cap_cents),
        when(cap),
        "reached" if cap.used_cents >= cap.cap_cents else chance,
        words.day(cap.ends_on),
    ]


def when(cap: CapRow) -> str:
    """The middle day and the range, or that it is paid or out of reach."""
    if cap.used_cents >= cap.cap_cents:
        return marks.chip("paid in full", "money")
    if cap.p50_on is None:
        return "not this cap year, if the forecast holds"
    last = words.day(cap.p90_on) if cap.p90_on else "later or not"
    return f'about {words.day(cap.p50_on)} <span class="jc-sub">{words.day(cap.p10_on)} to {last}</span>'


ui.title("Goals & team", "How the year stands against its goal, who brought what, and when caps are reached")
show_goal()
if may_set:
    set_goal_form()
left, right = st.columns([4, 5], gap="large")
with left:
    show_team()
if ui.sees_money():
    with right:
        show_caps()
