"""What a person decides about a file before its rows are checked: what a match may change, and how its dates are written."""

from collections.abc import Mapping

import streamlit as st

from engine.commands import Choices, Preview
from pages import marks, ui, words

POLICIES = {"fill": "Fill blanks only", "overwrite": "Overwrite with the file", "keep": "Keep what is here"}
DATES = {"mdy": "Month first (3/4 is March 4)", "dmy": "Day first (3/4 is 3 April)"}
FIELDS = {
    "name": "Name",
    "phone": "Phone",
    "email": "E-mail",
    "source": "Source",
    "budget": "Budget",
    "timeline": "Timeline",
    "financing": "Financing",
    "property_type": "Property",
    "location": "Location",
    "assigned_to": "Assigned to",
    "tags": "Tags",
    "notes": "Notes",
}
DATED = ("created_at", "deal_closes_on", "consent_on")  # the fields that hold dates
SAME = ""


def ask_choices(preview: Preview, mapping: Mapping[str, str | None]) -> Choices | None:
    """What was chosen; None while a question that has to be answered is open."""
    told = preview.sender
    key = preview.upload.file_hash[:8]
    ui.section("When somebody is here already", "matched by phone, e-mail or the other system’s id")
    policy = ask_policy(f"policy-{key}", told.policy if told else {})
    order = ask_dates(preview, mapping, key, told.date_order if told else "") if preview.has_ambiguous_dates else ""
    return None if order is None else Choices(policy=policy, date_order=order)


def ask_policy(key: str, before: Mapping[str, str]) -> dict[str, str]:
    """What a match may change: one word for all, another for single fields."""
    st.session_state.setdefault(key, before.get("*", "fill"))
    overall = st.segmented_control(
        "What the file may change", list(POLICIES), format_func=POLICIES.get, key=key, required=True, label_visibility="collapsed"
    )
    chosen = {"*": overall or "fill"}
    with st.expander("Decide field by field", key=f"{key}-fields", on_change="rerun") as opened:
        if not opened.open and not any(st.session_state.get(f"{key}-{name}") for name in FIELDS):
            return chosen | {name: how for name, how in before.items() if name in FIELDS}
        grid = st.columns(3)
        for place, (name, label) in enumerate(FIELDS.items()):
            st.session_state.setdefault(f"{key}-{name}", before.get(name, SAME))
            with grid[place % 3]:
                how = st.selectbox(
                    label, [SAME, *POLICIES], format_func=lambda one: POLICIES.get(one, "As above"), key=f"{key}-{name}"
                )
            if how:
                chosen[name] = how
    return chosen


def ask_dates(preview: Preview, mapping: Mapping[str, str | None], key: str, before: str) -> str | None:
    """Day or month first, where nothing in the file says; with the file's own dates as examples."""
    places = [place for place, name in enumerate(preview.columns) if mapping.get(name) in DATED]
    cells = [row.cells[place].strip() for row in preview.sample for place in places if place < len(row.cells)]
    examples = ", ".join(list(dict.fromkeys(cell for cell in cells if cell))[:3])
    with st.container(border=True, key="panel-dates"):
        ui.show(f'<p class="jc-sub"><b>Day or month first?</b> Nothing in the file decides it: {marks.text(examples)}</p>')
        st.session_state.setdefault(f"dates-{key}", before or None)
        return st.radio(
            "How the dates are written", list(DATES), format_func=DATES.get, key=f"dates-{key}", label_visibility="collapsed"
        )


def show_sender(preview: Preview) -> None:
    """That a file with the same header came before, and what was chosen then."""
    if preview.sender:
        ui.show(
            f'<p class="jc-sub"><b>Known header.</b> The columns are set as for {marks.text(preview.sender.file_name)}; '
            f"change what is different this time.</p>"
        )
    if preview.n_tables > 1:
        told = words.count(preview.n_tables, "table")
        ui.show(f'<p class="jc-sub">The file holds {told}, one below the other; they are read as one.</p>')
