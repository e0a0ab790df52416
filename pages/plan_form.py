"""The office's own settings on the Commission page: the plan and its preview, the default rate, agents' cap years, spend by source."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.errors import BadInput
from engine.records.deal import AgentTerms, Plan, PlanStep, Statement
from pages import marks, ui, words
from pages.spend import ask_spend_file


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
    rows = "".join(_step(place, step) for place, step in enumerate(plan.steps, 1))
    head = '<tr><th></th><th>Step</th><th>To</th><th class="jc-n">Takes</th><th class="jc-n">Yearly cap</th></tr>'
    return f'<div class="jc-table"><table>{head}{rows}</table></div>'


def _step(place: int, step: PlanStep) -> str:
    cap = words.money(step.cap_cents) if step.cap_cents is not None else ""
    to = marks.text(words.said(step.to.value))
    money = f'<td class="jc-n">{_amount(step)}</td><td class="jc-n">{cap}</td>'
    return f"<tr><td>{place}</td><td><b>{marks.text(step.rule)}</b></td><td>{to}</td>{money}</tr>"


def _amount(step: PlanStep) -> str:
    if step.flat_cents is not None:
        return words.exact_money(step.flat_cents)
    if step.kind in ("referral", "referral_after_split") and not step.rate:
        return "as agreed"
    return words.exact_rate(step.rate)


def _ask_plan(now: Plan) -> None:
    """Pick an example, change its figures, see what a deal would pay, and let it hold from a day on."""
    examples = commands.example_plans()
    with st.container(border=True, key="panel-plan"):
        ui.section("Change the plan", "start from an example, set your own figures, see the effect, choose the day")
        names = {"": f"The present one: {now.name}", **{key: plan.name for key, plan in examples.items()}}
        chosen = st.selectbox("Start from", list(names), format_func=names.get, key="plan_example")
        data = dict(views.plan_as_data(ui.engine(), ui.require_actor(), plan=examples.get(chosen, now)))
        data.pop("effective_on", None)
        edited = _edit_figures(data, chosen)
        with st.expander("Order and everything else, as JSON"):
            text = st.text_area(
                "Plan", json.dumps(edited, indent=2), height=360, key=f"plan_json-{chosen}-{hash(json.dumps(edited))}"
            )
            edited = _parsed(text) or edited
        one, two, three = st.columns(3)
        price = one.number_input("Example price ($)", 50_000, 50_000_000, 525_000, step=5_000)
        rate = two.number_input("Example rate (%)", 0.0, 20.0, 3.0, step=0.25)
        effective = three.date_input("Holds from", ui.now().astimezone(ui.office()).date())
        _preview(edited, int(price) * 100, rate / 100)
        st.button(
            "Let it hold", type="primary", key="set_plan", on_click=ui.act, args=(commands.set_plan, edited, effective),
            kwargs={"told": "The plan is set; pending deals are worked out anew"},
        )  # fmt: skip


def _edit_figures(data: Mapping[str, Any], chosen: str) -> dict[str, Any]:
    """Each step's rate, flat amount and cap as fields."""
    edited = {**data, "steps": [dict(step) for step in data.get("steps", [])]}
    edited["name"] = st.text_input("Name", data["name"], key=f"plan_name-{chosen}")
    for place, step in enumerate(edited["steps"]):
        figures = [name for name in ("rate", "flat_cents", "cap_cents") if step.get(name) is not None]
        if not figures:
            continue
        cells = st.columns([3, *([2] * len(figures))], vertical_alignment="bottom")
        cells[0].markdown(f"**{marks.plain(step['rule'])}**")
        for cell, name in zip(cells[1:], figures, strict=True):
            key = f"plan-{chosen}-{place}-{name}"
            if name == "rate":
                step[name] = round(cell.number_input("Rate (%)", 0.0, 100.0, step[name] * 100, step=0.5, key=key) / 100, 6)
            else:
                label = "Flat ($)" if name == "flat_cents" else "Yearly cap ($)"
                step[name] = round(cell.number_input(label, 0.0, 10_000_000.0, step[name] / 100, step=25.0, key=key) * 100)
    return edited


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        st.error("This isn’t JSON; the fields above hold.", icon=":material/error:")
        return None
    return found if isinstance(found, dict) else None


def _preview(data: Mapping[str, Any], price_cents: int, rate: float) -> None:
    """What an agent's first deal of a cap year would pay under the plan as edited."""
    try:
        told: Statement = views.preview_plan(ui.engine(), ui.require_actor(), data=data, price_cents=price_cents, rate=rate)
    except BadInput as error:
        st.error(marks.plain(error.message), icon=":material/error:")
        return
    items = [
        marks.figure("GCI", words.exact_money(told.side_gci_cents), "of the example"),
        marks.figure("Agent net", words.exact_money(told.agent_net_cents), "first deal of a cap year", kind="money"),
        marks.figure("Brokerage", words.exact_money(told.brokerage_cents)),
        marks.figure("Lead broker", words.exact_money(told.lead_broker_net_cents)),
    ]
    ui.show(marks.figures(items))


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


def show_sources() -> None:
    """What each source brought and cost."""
    rows = ui.read("source_returns")
    body = "".join(_source(row) for row in rows)
    head = ("Leads", "Closed", "Closed GCI", "Pending GCI", "Spend", "GCI per $")
    cells = "".join(f'<th class="jc-n">{name}</th>' for name in head)
    ui.show(
        f'<div class="jc-table" tabindex="0" role="region" aria-label="Sources"><table><tr><th>Source</th>{cells}</tr>{body}</table></div>'
    )
    if not ui.may(Permission.CHANGE_SETTINGS):
        return
    with st.expander("Take in what sources cost", icon=":material/upload_file:"):
        ask_spend_file()


def _source(row: Mapping[str, Any]) -> str:
    back = f"{row['closed_cents'] / row['spend_cents']:.1f}×" if row["spend_cents"] else words.UNKNOWN
    amounts = (
        f"{row['n_leads']:,}",
        f"{row['n_closed']:,}",
        *(words.money(row[f"{name}_cents"]) for name in ("closed", "pending", "spend")),
        back,
    )
    cells = "".join(f'<td class="jc-n">{amount}</td>' for amount in amounts)
    return f"<tr><td>{marks.text(words.said(row['source']) or 'Not said')}</td>{cells}</tr>"
