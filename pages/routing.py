"""Routing: who gets which leads, in turn; capacities, absences, and when an untouched lead is taken back. The owner edits it here."""

from dataclasses import replace
from datetime import datetime, time

import streamlit as st

from engine import commands
from engine.access import Permission
from engine.records import Source
from engine.records.inbox import RoutingPlan, RoutingRule, RoutingShare
from engine.views import RoutingPage
from pages import live, marks, ui, words

actor = ui.require_actor()
may_change = actor.may(Permission.CHANGE_SETTINGS)
SOURCES = {source: words.said(source.value) for source in Source}


@live.live_part("routing", "setting_changed", "user_changed", every=None)
def show_routing() -> None:
    """The rules in their order, then limits and absences."""
    page: RoutingPage = ui.read("routing_page")
    show_switch(page)
    if not page.plan.rules:
        ui.empty("No rules yet", "Without a rule new leads are nobody's until somebody claims them.")
    for place, rule in enumerate(page.plan.rules):
        show_rule(page, place, rule)
    if may_change:
        ask_rule(page)
    show_limits(page)
    show_absences(page)


def show_switch(page: RoutingPage) -> None:
    """On or off, for everything."""
    plan = page.plan
    st.session_state["routing_on"] = plan.is_on
    st.toggle("Give new leads to people by these rules", key="routing_on", disabled=not may_change, on_change=_switch, args=(plan,))
    ui.show(
        '<p class="jc-sub">Rules are asked from top to bottom; the first that fits and has somebody free takes the lead. '
        "Every lead keeps the reasons on its page.</p>"
    )


def show_rule(page: RoutingPage, place: int, rule: RoutingRule) -> None:
    """One rule in words, with its people and their weights."""
    with st.container(border=True, key=f"row-rule-{place}", gap="small"):
        state = "" if rule.is_on else marks.chip("off")
        ui.show(
            f'<div class="jc-who2"><b>{place + 1}. {marks.text(rule.name)}</b> {state}<span class="jc-sub">{marks.text(asks(rule))}</span>'
            f'<span class="jc-sub">{marks.text(people(page, rule))}</span></div>'
        )
        if may_change:
            with st.container(horizontal=True, gap="small", key=f"acts-rule-{place}"):
                label = "Switch off" if rule.is_on else "Switch on"
                turned = _with(page.plan, place, replace(rule, is_on=not rule.is_on))
                st.button(label, key=f"rule_on_{place}", on_click=_set, args=(turned,))
                up = _moved(page.plan, place, -1)
                st.button(
                    "Up", key=f"rule_up_{place}", icon=":material/arrow_upward:", disabled=place == 0, on_click=_set, args=(up,)
                )
                gone = replace(page.plan, rules=tuple(one for at, one in enumerate(page.plan.rules) if at != place))
                st.button("Remove", key=f"rule_off_{place}", icon=":material/delete:", on_click=_set, args=(gone,))


def asks(rule: RoutingRule) -> str:
    """What the rule asks of a lead."""
    parts = []
    if rule.sources:
        parts.append("from " + ", ".join(SOURCES[source].lower() for source in rule.sources))
    if rule.cities or rule.zip_prefixes:
        parts.append("in " + ", ".join((*rule.cities, *(f"{prefix}…" for prefix in rule.zip_prefixes))))
    if rule.price_from_cents is not None:
        parts.append(f"from {words.money(rule.price_from_cents)}")
    if rule.price_below_cents is not None:
        parts.append(f"below {words.money(rule.price_below_cents)}")
    return "Leads " + " and ".join(parts) if parts else "Every lead"


def people(page: RoutingPage, rule: RoutingRule) -> str:
    """Who takes turns, and with what share."""
    total = sum(share.weight for share in rule.shares) or 1.0
    return "To " + ", ".join(
        f"{page.names.get(share.user_id, 'somebody gone')} {share.weight / total:.0%}" for share in rule.shares
    )


def ask_rule(page: RoutingPage) -> None:
    """A new rule at the end."""
    with st.expander("Add a rule", icon=":material/add:", key="add-rule"), st.form("rule", border=False, clear_on_submit=True):
        st.text_input("Name", key="rule_name", max_chars=60, placeholder="Upland above $1M")
        left, right = st.columns(2)
        left.multiselect("Sources (none: any)", list(SOURCES), format_func=SOURCES.get, key="rule_sources")
        right.text_input("Cities or ZIP beginnings, with commas (none: any)", key="rule_places", placeholder="Upland, 917")
        left.number_input("Price from, $", min_value=0, step=50_000, value=None, key="rule_from")
        right.number_input("Price below, $", min_value=0, step=50_000, value=None, key="rule_below")
        st.multiselect("To, in turn", list(page.names), format_func=page.names.get, key="rule_people")
        st.text_input("Weights in that order, with commas (none: equal)", key="rule_weights", placeholder="2, 1")
        st.form_submit_button("Add the rule", on_click=_add, args=(page.plan,))


def show_limits(page: RoutingPage) -> None:
    """How many open leads each may hold, and when a lead is taken back."""
    plan = page.plan
    with st.container(border=True, key="panel-limits"):
        ui.section("Limits", "an empty field is no limit")
        with st.form("limits", border=False):
            with st.grid(3, min_column_width=180):
                for user_id, name in page.names.items():
                    label = f"{marks.plain(name)}: most open leads (has {page.n_open.get(user_id, 0):,})"
                    held = plan.capacity.get(user_id)
                    st.number_input(label, min_value=0, step=5, value=held, key=f"most_{user_id}", disabled=not may_change)
            back = plan.take_back_minutes
            st.number_input(
                "Take an untouched lead back after, minutes",
                min_value=1,
                step=5,
                value=back,
                key="take_back",
                disabled=not may_change,
            )
            st.number_input(
                "How many people may have had a lead before anybody may claim it",
                1,
                10,
                plan.most_hops,
                key="hops",
                disabled=not may_change,
            )
            st.form_submit_button("Save the limits", on_click=_limit, args=(plan, tuple(page.names)), disabled=not may_change)


def show_absences(page: RoutingPage) -> None:
    """Who gets no leads when; everybody may set his own."""
    with st.container(border=True, key="panel-absences"):
        ui.section("Absences", "days on which somebody gets no leads")
        for absence in page.absences:
            with st.container(horizontal=True, vertical_alignment="center", key=f"absence-{absence.absence_id}"):
                span = f"{ui.local_time(absence.from_at)} to {ui.local_time(absence.until_at)}"
                who = page.names.get(absence.user_id, "Somebody")
                ui.show(f'<span class="jc-sub"><b>{marks.text(who)}</b> {marks.text(span)} {marks.text(absence.reason)}</span>')
                if may_change or absence.user_id == actor.user_id:
                    args = (commands.remove_absence, absence.absence_id)
                    st.button("Remove", key=f"absence_off_{absence.absence_id}", type="tertiary", on_click=ui.act, args=args)
        with st.form("absence", border=False, clear_on_submit=True):
            mine = list(page.names) if may_change else [actor.user_id]
            st.selectbox("Who", mine, format_func=lambda number: page.names.get(number, actor.name), key="absence_who")
            st.date_input("From and until (both days included)", value=(), key="absence_days")
            st.text_input("Why (may stay empty)", key="absence_why", max_chars=200)
            st.form_submit_button("Add the absence", on_click=_absent)


def _switch(plan: RoutingPlan) -> None:
    _set(replace(plan, is_on=bool(st.session_state["routing_on"])))


def _set(plan: RoutingPlan) -> None:
    ui.act(commands.set_routing, plan, told="Saved; it holds from now on")


def _with(plan: RoutingPlan, place: int, rule: RoutingRule) -> RoutingPlan:
    return replace(plan, rules=tuple(rule if at == place else one for at, one in enumerate(plan.rules)))


def _moved(plan: RoutingPlan, place: int, by: int) -> RoutingPlan:
    rules = list(plan.rules)
    rules.insert(max(0, place + by), rules.pop(place))
    return replace(plan, rules=tuple(rules))


def _add(plan: RoutingPlan) -> None:
    state = st.session_state
    named = [word.strip() for word in state["rule_places"].split(",") if word.strip()]
    weights = [word.strip() for word in state["rule_weights"].split(",") if word.strip()]
    chosen = state["rule_people"]
    try:
        shares = [float(word) for word in weights] or [1.0] * len(chosen)
    except ValueError:
        st.toast("A weight is a number, such as 2", icon=":material/error:")
        return
    if len(shares) != len(chosen):
        st.toast("Name a weight for each person, or none at all", icon=":material/error:")
        return
    rule = RoutingRule(
        name=state["rule_name"].strip(),
        shares=tuple(RoutingShare(user_id=user_id, weight=weight) for user_id, weight in zip(chosen, shares, strict=True)),
        sources=tuple(state["rule_sources"]),
        cities=tuple(word for word in named if not word[0].isdigit()),
        zip_prefixes=tuple(word for word in named if word[0].isdigit()),
        price_from_cents=_cents(state["rule_from"]),
        price_below_cents=_cents(state["rule_below"]),
    )
    _set(replace(plan, rules=(*plan.rules, rule)))


def _cents(dollars: float | None) -> int | None:
    return None if dollars is None else round(dollars * 100)


def _limit(plan: RoutingPlan, people_here: tuple[int, ...]) -> None:
    state = st.session_state
    capacity = {user_id: int(state[f"most_{user_id}"]) for user_id in people_here if state.get(f"most_{user_id}") is not None}
    minutes = state.get("take_back")
    _set(
        replace(
            plan, capacity=capacity, take_back_minutes=int(minutes) if minutes is not None else None, most_hops=int(state["hops"])
        )
    )


def _absent() -> None:
    state = st.session_state
    days = state["absence_days"]
    if not isinstance(days, (tuple, list)) or len(days) != 2:
        st.toast("Choose the first and the last day", icon=":material/error:")
        return
    start = datetime.combine(days[0], time.min, ui.office())
    end = datetime.combine(days[1], time.max, ui.office())
    ui.act(commands.add_absence, state["absence_who"], start, end, state["absence_why"], told="The absence is noted")


ui.title("Routing", "Who gets which leads, and why; every lead keeps the trace")
show_routing()
