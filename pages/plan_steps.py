"""The editor of a plan's steps: in which order they take their part, what each takes, of what, and up to what."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages import marks, words

KINDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "referral": ("Referral, off the top", {"rule": "Referral fee", "to": "referral", "basis": "gci", "rate": 0.25}),
    "referral_after_split": (
        "Referral, after the split",
        {"rule": "Referral after the split", "to": "referral", "basis": "remainder"},
    ),
    "franchise": ("Franchise", {"rule": "Royalty", "to": "franchise", "basis": "adjusted_gci", "rate": 0.06}),
    "team_split": ("Team split", {"rule": "Team split", "to": "lead_broker", "basis": "adjusted_gci", "rate": 0.5}),
    "broker_split": ("Broker split", {"rule": "Broker split", "to": "brokerage", "basis": "adjusted_gci", "rate": 0.2}),
    "post_cap_fee": ("Fee once the cap is reached", {"rule": "Capped fee", "to": "brokerage", "flat_cents": 25_000}),
    "fee": ("Fee", {"rule": "Transaction fee", "to": "brokerage", "flat_cents": 2_500}),
}
ONCE = ("referral", "referral_after_split", "team_split", "broker_split")  # a plan has at most one of each
FIELDS: Mapping[str, tuple[str, ...]] = {
    "referral": ("rate",),
    "referral_after_split": (),
    "franchise": ("rate", "basis", "cap_cents"),
    "team_split": ("rate", "basis"),
    "broker_split": ("rate", "basis", "cap_cents"),
    "post_cap_fee": ("flat_cents",),
    "fee": ("flat_cents", "cap_cents", "to"),
}
OF = {"gci": "of the GCI", "adjusted_gci": "of the GCI after referrals", "remainder": "of what is left here"}
TO = {"brokerage": "Brokerage", "lead_broker": "Lead broker", "franchise": "Franchise", "other": "Others"}


def edit(steps: list[dict[str, Any]], of: str) -> list[dict[str, Any]]:
    """The steps as edited; `of` names the plan they are of: with another one the editor begins anew."""
    draft = st.session_state.get("plan_draft")
    if draft is None or draft["of"] != of:
        numbered = [(number, dict(step)) for number, step in enumerate(steps)]
        draft = st.session_state["plan_draft"] = {"of": of, "steps": numbered, "next": len(numbered)}
    edited = [_card(draft, place) for place in range(len(draft["steps"]))]
    if not edited:
        st.caption("No steps: everything goes to the deal’s agents.")
    _ask_more(draft, edited)
    return edited


def _card(draft: dict[str, Any], place: int) -> dict[str, Any]:
    """One step: its name and place, and what it takes."""
    number, step = draft["steps"][place]
    key, last = f"step-{draft['of']}-{number}", len(draft["steps"]) - 1
    with st.container(border=True, key=f"row-{key}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"head-{key}"):
            label = f"{place + 1}. {KINDS[step['kind']][0]}"
            rule = st.text_input(label, step["rule"], max_chars=80, key=f"{key}-rule", width="stretch")
            st.button("", icon=":material/arrow_upward:", key=f"{key}-up", help="Takes its part earlier", disabled=place == 0,
                      on_click=_move, args=(place, -1))  # fmt: skip
            st.button("", icon=":material/arrow_downward:", key=f"{key}-down", help="Takes its part later", disabled=place == last,
                      on_click=_move, args=(place, 1))  # fmt: skip
            st.button("", icon=":material/delete:", key=f"{key}-out", help="Take this step out", on_click=_take_out, args=(place,))
        names = [name for name in FIELDS[step["kind"]] if not (name == "rate" and step.get("tiers"))]
        if step["kind"] in ("fee", "franchise"):  # a fee is a flat amount or a share
            names = ["rate" if name == "flat_cents" and step.get("flat_cents") is None else name for name in names]
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"fields-{key}"):
            found = {name: _field(name, step.get(name), f"{key}-{name}") for name in names}
        if more := _kept(step):
            st.caption(f"Kept as it is: {marks.plain(more)}. Change it in the plan file below.")
    return {**step, "rule": rule.strip(), **{name: value for name, value in found.items() if value is not None or name in step}}


def _field(name: str, value: Any, key: str) -> Any:
    """One figure of a step, as the plan's data has it."""
    if name == "basis":
        return st.selectbox("Of what", list(OF), list(OF).index(value or "remainder"), format_func=OF.get, key=key, width=220)
    if name == "to":
        return st.selectbox("To", list(TO), list(TO).index(value) if value in TO else 0, format_func=TO.get, key=key, width=150)
    if name == "rate":
        return round(st.number_input("Takes (%)", 0.0, 100.0, float((value or 0) * 100), step=0.5, key=key, width=130) / 100, 6)
    label, most = ("Takes ($)", 10_000_000.0) if name == "flat_cents" else ("At most a year ($)", 10_000_000.0)
    shown = None if value is None else value / 100
    dollars = st.number_input(label, 0.0, most, shown, step=25.0, key=key, placeholder="no cap", width=170)
    return None if dollars is None else round(dollars * 100)


def _kept(step: Mapping[str, Any]) -> str:
    """What of a step the fields don't show, in words."""
    said = [words.count(len(step["tiers"]), "tier")] if step.get("tiers") else []
    said += [f"{words.exact_rate(rate)} for {words.said(source)}" for source, rate in (step.get("rate_by_source") or {}).items()]
    said += ["the cap counts gross commission"] if step.get("cap_counts") == "gross" else []
    said += ["paid by each agent"] if step.get("per") == "agent" else []
    if step.get("rate_if_less") is not None:
        said.append(f"{words.exact_rate(step['rate_if_less'])} where that is less")
    if step.get("reduced_after_cents") is not None:
        less, after = words.exact_money(step.get("reduced_flat_cents", 0)), words.exact_money(step["reduced_after_cents"])
        said.append(f"{less} after {after} in a year")
    return ", ".join(said)


def _ask_more(draft: dict[str, Any], edited: list[dict[str, Any]]) -> None:
    taken = {step["kind"] for step in edited if step["kind"] in ONCE}
    kinds = [kind for kind in KINDS if kind not in taken]
    with st.container(horizontal=True, vertical_alignment="bottom", key="more-steps"):
        kind = st.selectbox("One more step", kinds, format_func=lambda one: KINDS[one][0], key=f"more-{draft['of']}", width=260)
        st.button("Add it", icon=":material/add:", key="add_step", on_click=_add, args=(kind, [step["rule"] for step in edited]))


def _move(place: int, by: int) -> None:
    steps = st.session_state["plan_draft"]["steps"]
    steps[place], steps[place + by] = steps[place + by], steps[place]


def _take_out(place: int) -> None:
    st.session_state["plan_draft"]["steps"].pop(place)


def _add(kind: str, taken: list[str]) -> None:
    """One more step at the end, under a name that no other has."""
    draft, (_, blank) = st.session_state["plan_draft"], KINDS[kind]
    names = [blank["rule"], *(f"{blank['rule']} {number}" for number in range(2, 42))]
    rule = next(name for name in names if name not in taken)
    draft["steps"].append((draft["next"], {"kind": kind, **blank, "rule": rule}))
    draft["next"] += 1
