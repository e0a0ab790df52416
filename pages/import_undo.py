"""Taking an import back: first what would go, come back and stay; then the deed, how far it is, and what came of it."""

import streamlit as st

from engine import commands, views
from engine.commands import UndoPlan
from engine.errors import JorgeError
from engine.runtime import get_engine
from engine.views import Batch
from pages import marks, ui, words

N_KEPT = 30


def offer_undo(batch: Batch) -> None:
    """The way back from an import that is done."""
    asked = f"undo-{batch.batch_id}"
    if not st.session_state.get(asked):
        st.button("Take this import back …", key="undo", icon=":material/undo:", on_click=set_asked, args=(asked, True))
        return
    try:
        plan = commands.plan_undo(get_engine(), ui.require_actor(), batch.batch_id)
    except JorgeError as problem:
        st.error(marks.plain(problem.message), icon=":material/error:")
        return
    with st.container(border=True, key="panel-undo"):
        ui.section("Take this import back", "nothing is changed until you say so")
        show_plan(plan, is_done=False)
        with st.container(horizontal=True):
            st.button(
                f"Remove {words.count(plan.n_remove, 'lead')}, restore {plan.n_restore:,}",
                key="undo_now",
                type="primary",
                icon=":material/undo:",
                disabled=not (plan.n_remove or plan.n_restore),
                on_click=ui.act,
                args=(commands.undo_batch, batch.batch_id),
            )
            st.button("Leave it as it is", key="undo_not", on_click=set_asked, args=(asked, False))


def set_asked(name: str, is_asked: bool) -> None:
    """Open or close the preview."""
    st.session_state[name] = is_asked


def show_undone(batch: Batch) -> None:
    """What an undo did."""
    st.success("Taken back. What this import brought and nobody worked on is gone.", icon=":material/undo:")
    show_plan(commands.undone(get_engine(), ui.require_actor(), batch.batch_id), is_done=True)


def show_plan(plan: UndoPlan, *, is_done: bool) -> None:
    """What goes, what comes back, who stays and why."""
    items = [
        marks.figure("Removed" if is_done else "Would go", f"{plan.n_remove:,}", "leads it brought"),
        marks.figure(
            "Restored" if is_done else "Would come back",
            f"{plan.n_restore:,}",
            "leads it changed, as before",
            kind="info",
        ),
        marks.figure(
            "Left alone" if is_done else "Would stay", f"{len(plan.kept):,}", "worked on since", kind="warm" if plan.kept else ""
        ),
    ]
    ui.show(marks.figures(items))
    if not plan.kept:
        return
    rows = "".join(
        f'<tr><td><a href="/lead?lead={one.lead_id}" target="_self">{marks.text(one.name)}</a></td><td>{marks.text(one.reason)}</td></tr>'
        for one in plan.kept[:N_KEPT]
    )
    ui.show(f'<div class="jc-table"><table><tr><th>Stays</th><th>Why</th></tr>{rows}</table></div>')
    st.download_button(
        f"All {len(plan.kept):,} as CSV",
        views.left_by_undo([(one.lead_id, one.name, one.reason) for one in plan.kept]),
        file_name="left-by-undo.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
