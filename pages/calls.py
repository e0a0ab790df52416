"""Calls that the follow-up asks a person to make, above the inbox's queue: who, why, the script, and what came of it."""

import streamlit as st

from engine.access import Permission
from engine.commands import follow_up
from engine.views import outbox as outbox_views
from pages import live, marks, ui, words

_SHOWN = 3
OUTCOMES = {
    "Spoke": "spoke",
    "No answer": "no_answer",
    "Voicemail": "voicemail",
    "Appointment": "appointment",
    "Bad number": "bad_number",
}


@live.live_part("calls", "call_task_changed", every=60)
def show_calls() -> None:
    """The longest due first; nothing at all while no call waits."""
    tasks = outbox_views.calls_to_make(ui.engine(), ui.require_actor())
    if not tasks:
        return
    rows = {row.lead_id: row for row in ui.read("inbox_rows", lead_ids=tuple(task.lead_id for task in tasks[:_SHOWN]))}
    with st.expander(f"Calls from follow-up · {len(tasks):,}", icon=":material/call:", key="calls", expanded=True):
        for task in tasks[:_SHOWN]:
            row = rows.get(task.lead_id)
            with st.container(border=True, key=f"row-call-{task.call_task_id}", gap="small"):
                since = words.ago(task.due_at, ui.now())
                name = marks.text(row.name if row else task.title)
                phone = words.phone(row.phone) if row else ""
                ui.show(
                    f'<div class="jc-row-line"><b>{name}</b><span class="jc-sub">{marks.text(phone)} · due {since}</span></div>'
                )
                with st.expander("Script and reasons", key=f"script-{task.call_task_id}"):
                    ui.show(f'<div class="jc-said">{marks.text(task.script)}</div>')
                with st.container(horizontal=True, key=f"acts-call-{task.call_task_id}", gap="small"):
                    if row:
                        taps = marks.contact_links(row.phone, None, name=row.name, is_do_not_contact=row.is_do_not_contact)
                        ui.show(f'<div class="jc-taps">{taps}</div>')
                    if ui.may(Permission.WORK_LEADS):
                        key = f"called-{task.call_task_id}"
                        st.menu_button(
                            "Called",
                            list(OUTCOMES),
                            key=key,
                            icon=":material/edit_note:",
                            on_click=_called,
                            args=(task.call_task_id, key),
                        )
                    st.page_link("lead.py", label="Lead", icon=":material/person:", query_params={"lead": str(task.lead_id)})
        if len(tasks) > _SHOWN:
            ui.show(f'<p class="jc-sub">{words.count(len(tasks) - _SHOWN, "more call")} after these.</p>')


def _called(call_task_id: int, key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen:
        ui.act(follow_up.finish_call, call_task_id, OUTCOMES[chosen], told=f"Noted: {chosen.lower()}")
