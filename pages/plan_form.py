"""The office's own settings on the Commission page: the plan and its preview, the default rate, agents' cap years."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.errors import BadInput
from engine.records.deal import AgentTerms, Line, Plan, PlanStep, Statement
from pages import marks, plan_steps, tables, ui, words


def show_plan() -> None:
    """The plan that holds today, those before it, and for the owner the way to another one."""
    plans: tuple[Plan, ...] = ui.read("plans")
    now = plans[0]
    since = f"since {now.effective_on:%b %d, %Y}" if now.effective_on else "shipped; set your own below"
    ui.section(now.name, since)
    if now.source:
        ui.show(f'<p class="jc-sub">{marks.text(now.source)}</p>')
    ui.show(_steps(now))
    if len(plans) > 1:
        ui.section("Other plans", "each holds from its day on; closed deals keep what they were settled by")
        ui.show(marks.facts([(f"{plan.effective_on:%b %d, %Y}" if plan.effective_on else "", plan.name) for plan in plans[1:]]))
    if ui.may(Permission.CHANGE_SETTINGS):
        _ask_plan(now)
        _ask_default_rate()


def _steps(plan: Plan) -> str:
    """The plan's steps in their order."""
    if not plan.steps:
        return '<p class="jc-sub">No splits, caps or fees: everything goes to the deal’s agents.</p>'
    rows = [
        [
            f"{place}. <b>{marks.text(step.rule)}</b>",
            marks.text(words.said(step.to.value)),
            _amount(step),
            words.money(step.cap_cents) if step.cap_cents is not None else "none",
        ]
        for place, step in enumerate(plan.steps, 1)
    ]
    return tables.table("Steps of the plan", ("Step", "To", "Takes #", "Yearly cap #"), rows)


def _amount(step: PlanStep) -> str:
    if step.flat_cents is not None:
        return words.exact_money(step.flat_cents)
    if step.kind in ("referral", "referral_after_split") and not step.rate:
        return "as agreed"
    return words.exact_rate(step.rate)


def _ask_plan(now: Plan) -> None:
    """Pick an example, change its steps and their order, see what a deal would pay, and let it hold from a day on."""
    examples = commands.example_plans()
    with st.container(border=True, key="panel-plan"):
        ui.section("Change the plan", "start from an example, set your own steps and figures, see the effect, choose the day")
        names = {"": f"The present one: {now.name}", **{key: plan.name for key, plan in examples.items()}}
        chosen = st.selectbox("Start from", list(names), format_func=names.get, key="plan_example")
        data = dict(views.plan_as_data(ui.engine(), ui.require_actor(), plan=examples.get(chosen, now)))
        data.pop("effective_on", None)
        of = f"{chosen}{now.plan_id}"
        data = _taken_over(of) or data
        edited = {**data, "name": st.text_input("Name", data["name"], max_chars=120, key=f"plan_name-{of}")}
        ui.section("Steps", "each takes its part of what the ones above it have left")
        edited["steps"] = plan_steps.edit(list(data.get("steps", [])), of + str(hash(json.dumps(data, sort_keys=True))))
        _ask_file(edited, of)
        with st.container(horizontal=True, vertical_alignment="bottom", key="example-deal"):
            price = st.number_input("Example price ($)", 50_000, 50_000_000, 525_000, step=5_000, width=180)
            rate = st.number_input("Example rate (%)", 0.0, 20.0, 3.0, step=0.25, width=160)
            effective = st.date_input("Holds from", ui.now().astimezone(ui.office()).date(), width=160)
        is_right = _preview(edited, int(price) * 100, rate / 100)
        st.button(
            "Let it hold", type="primary", key="set_plan", on_click=ui.act, args=(commands.set_plan, edited, effective),
            kwargs={"told": "The plan is set; pending deals are worked out anew"}, disabled=not is_right,
        )  # fmt: skip


def _ask_file(edited: Mapping[str, Any], of: str) -> None:
    """The plan as a file, for what the fields don't show (tiers, rates by source) and for other programs."""
    with st.expander("The plan as a file (JSON)", icon=":material/data_object:"):
        text = st.text_area("Plan", json.dumps(edited, indent=2), height=320, key=f"plan_json-{of}-{hash(json.dumps(edited))}")
        if (found := _parsed(text)) and found != edited:
            st.button("Take it over", key="take_over_plan", on_click=st.session_state.__setitem__, args=("plan_file", (of, found)))


def _taken_over(of: str) -> dict[str, Any] | None:
    """The plan that was typed as a file, as long as it is of the plan chosen above and has the shape of one."""
    kept_of, found = st.session_state.get("plan_file", ("", None))
    return dict(found) if found and kept_of == of else None


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        st.error("This isn’t JSON; the fields above hold.", icon=":material/error:")
        return None
    if not isinstance(found, dict):
        st.error("A plan is an object with a name and its steps.", icon=":material/error:")
        return None
    try:
        views.preview_plan(ui.engine(), ui.require_actor(), data=found, price_cents=50_000_000, rate=0.03)
    except BadInput as error:
        st.error(marks.plain(error.message), icon=":material/error:")
        return None
    return dict(found)


def _preview(data: Mapping[str, Any], price_cents: int, rate: float) -> bool:
    """What an agent's first deal of a cap year would pay under the plan as edited, line by line; False when the plan isn't right yet."""
    try:
        told: Statement = views.preview_plan(ui.engine(), ui.require_actor(), data=data, price_cents=price_cents, rate=rate)
    except BadInput as error:
        st.error(marks.plain(error.message), icon=":material/error:")
        return False
    items = [
        marks.figure("GCI", words.exact_money(told.side_gci_cents), "of the example"),
        marks.figure("Agent net", words.exact_money(told.agent_net_cents), "first deal of a cap year", kind="money"),
        marks.figure("Brokerage", words.exact_money(told.brokerage_cents)),
        marks.figure("Lead broker", words.exact_money(told.lead_broker_net_cents)),
    ]
    ui.show(marks.figures(items))
    lines = [
        [
            f"<b>{marks.text(line.rule)}</b>",
            words.exact_money(line.basis_cents),
            _line_rate(line),
            words.exact_money(line.amount_cents),
        ]
        for line in told.lines
    ]
    ui.show(tables.table("The example, line by line", ("Line", "Of #", "Takes #", "Amount #"), lines))
    return True


def _line_rate(line: Line) -> str:
    return words.exact_money(line.flat_cents) if line.rate is None else words.exact_rate(line.rate)


def _ask_default_rate() -> None:
    with st.expander("Default rate", icon=":material/percent:"), st.form("default_rate", border=False):
        ui.show(
            '<p class="jc-sub">Used where nothing is agreed, and always marked as assumed. Rates are negotiable and not set by law.</p>'
        )
        one, two, three = st.columns(3)
        whole = one.number_input("Default (%)", 0.01, 20.0, ui.default_rate() * 100, step=0.25)
        listing = two.number_input("Listing side (%), 0: the default", 0.0, 20.0, 0.0, step=0.25)
        buyer = three.number_input("Buyer’s side (%), 0: the default", 0.0, 20.0, 0.0, step=0.25)
        if st.form_submit_button("Set it", type="primary"):
            sides = {name: round(rate / 100, 6) for name, rate in (("listing", listing), ("buyer", buyer)) if rate}
            ui.act(commands.set_default_rate, round(whole / 100, 6), by_side=sides, told="Set; open deals on the default follow")
            st.rerun(scope="app")


def ask_agent_terms() -> None:
    """When an agent's cap year begins, his own cap, and what he had paid before."""
    people = {user.user_id: user.name for user in commands.list_users(ui.engine(), ui.require_actor()) if not user.is_disabled}
    with st.expander("Cap year of an agent", icon=":material/event_repeat:"), st.form("agent_terms", border=False):
        one, two = st.columns(2)
        who = one.selectbox("Agent", list(people), format_func=people.get)
        anniversary = two.date_input("Cap year begins on", date(ui.now().year, 1, 1), help="The year doesn’t matter")
        own = one.number_input("Own cap ($), 0: the plan’s", 0.0, 10_000_000.0, 0.0, step=500.0)
        paid = two.number_input("Paid before ($)", 0.0, 10_000_000.0, 0.0, step=100.0)
        as_of = one.date_input("Paid as of", ui.now().astimezone(ui.office()).date())
        if st.form_submit_button("Set it", type="primary"):
            terms = AgentTerms(
                agent=str(who), anniversary_on=anniversary, cap_cents=round(own * 100) or None,
                opening_used_cents=round(paid * 100), opening_on=as_of if paid else None,
            )  # fmt: skip
            ui.act(commands.set_agent_terms, who, terms, told="The cap year is set")
            st.rerun(scope="app")
