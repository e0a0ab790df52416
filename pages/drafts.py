"""Drafts: what is proposed to be said. Approve, change or reject, one after the other; each can be taken back before it leaves."""

from typing import Any

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.records.conversation import DraftState
from pages import acts, asked, live, marks, ui, words

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)

_FOLDERS = {"waiting": "Waiting for you", "leaving": "On their way", "sent": "Sent", "rejected": "Not said"}
_TONES = {"polite": "Polite", "direct": "Direct", "confrontational": "Confrontational, with a take-away"}


@live.live_part("drafts", "draft_changed", "step_changed", *live.LEADS, every=15)
def show_drafts() -> None:
    """The folder asked for, and the draft under the eyes."""
    folder = asked.word("folder", _FOLDERS, "waiting")
    page: views.DraftsPage = ui.fresh("drafts_page", folder=folder)
    _show_undo()
    labels = {name: f"{label} ({page.counts[name]:,})" for name, label in _FOLDERS.items()}
    st.segmented_control(
        "Folder",
        list(labels),
        format_func=labels.get,
        default=page.folder,
        key="drafts_folder",
        on_change=_open_folder,
        label_visibility="collapsed",
    )
    if not page.rows:
        _show_none(page.folder)
        return
    if page.folder != "waiting":
        for row in page.rows:
            _show_done(row)
        return
    here = _place(page)
    _show_one(page, page.rows[here], here)


def _open_folder() -> None:
    st.query_params["folder"] = st.session_state.get("drafts_folder") or "waiting"


def _place(page: views.DraftsPage) -> int:
    """Where the draft under the eyes stands; the first when it was decided."""
    numbers = [row.draft.draft_id for row in page.rows]
    chosen = st.session_state.get("draft_here")
    return numbers.index(chosen) if chosen in numbers else 0


def _show_one(page: views.DraftsPage, row: views.DraftRow, here: int) -> None:
    draft = row.draft
    with st.container(border=True, key="panel-draft"):
        ui.section(row.lead_name, f"{here + 1} of {len(page.rows)} · {_purpose(draft.purpose)}")
        if row.answers:
            ui.show(
                f'<ul class="jc-time"><li class="jc-in"><b>He wrote</b>{_when(row.answers_at)}<p>{marks.text(row.answers)}</p></li></ul>'
            )
        ui.show(f'<p class="jc-sub">Why this: {marks.text(draft.why)} · {marks.text(_composer(draft.composer))}</p>')
        key = f"words-{draft.draft_id}"
        st.text_area("What we say", value=draft.body, key=key, max_chars=page.longest, height=110, disabled=not may_work)
        if may_work:
            with st.expander("A figure or link of your own?", icon=":material/verified:", key=f"vouch-{draft.draft_id}"):
                asks, hint = "Why it is right (kept with the message)", "The county's record of 4 May"
                st.text_input(asks, key=f"vouched-{draft.draft_id}", max_chars=300, placeholder=hint)
            _offer_decision(page, row, here, key)
        st.page_link("lead.py", label="Open the lead", icon=":material/person:", query_params={"lead": str(draft.lead_id)})


def _offer_decision(page: views.DraftsPage, row: views.DraftRow, here: int, key: str) -> None:
    number = row.draft.draft_id
    with st.container(horizontal=True, key="draft-acts"):
        st.button(
            "Approve", key="approve", type="primary", icon=":material/send:", shortcut="A", on_click=_approve, args=(number, key)
        )
        st.button("Reject", key="reject", icon=":material/block:", shortcut="X", on_click=_reject, args=(number,))
        others = [one.draft.draft_id for one in page.rows]
        after, before = others[min(here + 1, len(others) - 1)], others[max(here - 1, 0)]
        st.button("Next", key="draft_next", shortcut="J", type="tertiary", on_click=_go, args=(after,))
        st.button("Previous", key="draft_back", shortcut="K", type="tertiary", on_click=_go, args=(before,))
    ui.show('<p class="jc-sub">It leaves 20 seconds after you approve it, through consent, quiet hours and every other check.</p>')


def _approve(draft_id: int, key: str) -> None:
    said, vouched = st.session_state.get(key), st.session_state.get(f"vouched-{draft_id}", "")
    ui.act(
        commands.approve_draft,
        draft_id,
        said,
        vouched,
        then=lambda leaves_at: _remember(draft_id, "Leaves in 20 seconds", leaves_at),
    )


def _reject(draft_id: int) -> None:
    ui.act(commands.reject_draft, draft_id, then=lambda leaves_at: _remember(draft_id, "Not said", leaves_at))


def _remember(draft_id: int, told: str, leaves_at: Any) -> None:
    left = (leaves_at - ui.now()).total_seconds() if leaves_at else acts.UNDO_S
    st.session_state["draft_done"] = (draft_id, told, ui.now().timestamp() + left)


def _show_undo() -> None:
    """The last decision, with the way back for as long as there is one."""
    done = st.session_state.get("draft_done")
    if done is None:
        return
    draft_id, told, until = done
    left = until - ui.now().timestamp()
    if left <= 0:
        st.session_state.pop("draft_done")
        return
    acts.undo_bar(f"draft-{draft_id}", told, left, _take_back, draft_id)


def _take_back(draft_id: int) -> None:
    st.session_state.pop("draft_done", None)
    st.session_state["draft_here"] = draft_id
    ui.act(commands.take_back_draft, draft_id, told="Taken back; it waits for you again")


def _go(draft_id: int) -> None:
    st.session_state["draft_here"] = draft_id


def _show_done(row: views.DraftRow) -> None:
    draft = row.draft
    chips = {
        DraftState.SENT: ("Sent", "money"),
        DraftState.REJECTED: ("Not said", "off"),
        DraftState.EDITED: ("Changed and let go", "info"),
        DraftState.APPROVED: ("Let go", "info"),
    }
    label, kind = chips.get(draft.state, ("Waiting", "warm"))
    by = " by autopilot" if draft.is_autopilot and draft.decided_by == 0 else ""
    stands = {"blocked": "Blocked: ", "dead": "Not sent: ", "cancelled": "Cancelled: ", "pending": ""}.get(row.step_state, "")
    why = f"{stands}{row.step_detail}" if row.step_detail else draft.decided_why
    with st.container(border=True, key=f"done-{draft.draft_id}", gap="small"):
        ui.show(
            f'<div class="jc-draft"><b>{marks.text(row.lead_name)}</b> {marks.chip(label + by, kind)}{_when(draft.decided_at)}'
            f'<p>{marks.text(draft.words or draft.body)}</p><p class="jc-sub">{marks.text(why)}</p></div>'
        )
        if may_work and draft.state in (DraftState.APPROVED, DraftState.EDITED) and row.step_state == "pending":
            icon, args = ":material/undo:", (draft.draft_id,)
            st.button("Take back", key=f"back-{draft.draft_id}", icon=icon, on_click=_take_back, args=args)


def _show_none(folder: str) -> None:
    if folder == "waiting":
        ui.empty("Nothing waits for you", "When a lead writes, what we would say appears here before anything is sent.")
    else:
        ui.empty("Nothing here yet", "Drafts you decide about are kept here.")


def _purpose(purpose: str) -> str:
    """What a draft is for."""
    known = {"ask": "a question", "repair": "asked again, more plainly", "done": "thanks", "take_away": "the take-away"}
    known |= {"are_you_a_bot": "who is writing", "fair_housing": "fair housing"}
    word = purpose.partition(":")[0]
    return known.get(word) or words.said(word).lower()


def _composer(composer: str) -> str:
    return {"template": "fixed words", "llm": "written by Claude", "person": "written by a person"}.get(composer, composer)


def _when(at: Any) -> str:
    return f'<span class="jc-when" title="{marks.text(ui.local_time(at))}">{words.ago(at, ui.now())}</span>' if at else ""


def show_settings() -> None:
    """The owner's choices."""
    page: views.DraftsPage = ui.fresh("drafts_page")
    chosen = page.settings
    with st.expander("How dialogues speak (owner)", icon=":material/tune:"), st.form("dialogue-settings", border=False):
        st.segmented_control("Tone", list(_TONES), format_func=_TONES.get, default=chosen.tone.value, key="set_tone")
        st.toggle("Propose a dialogue when a lead writes that he wants to sell or buy", value=chosen.starts_by_rule, key="set_rule")
        st.toggle(
            "Propose a first text to new leads of the hot band who agreed to texts",
            value=chosen.hot_since is not None,
            key="set_hot",
        )
        st.multiselect(
            "Autopilot: answer clear messages without a person in",
            list(page.script_labels),
            default=[name for name in chosen.autopilot if name in page.script_labels],
            format_func=page.script_labels.get,
            key="set_autopilot",
            help="Off by default. Doubts and delays still wait for a person; the first text says that an automated assistant writes.",
        )
        st.form_submit_button("Save", icon=":material/save:", on_click=_save)


def _save() -> None:
    state = st.session_state
    ui.act(
        commands.set_dialogues,
        tone=state.get("set_tone") or "direct",
        starts_by_rule=state["set_rule"],
        autopilot=state["set_autopilot"],
        takes_hot_leads=state["set_hot"],
        told="Saved",
    )


ui.title("Drafts", "What we would say, before anything is sent: approve, change or reject")
show_drafts()
if actor.may(Permission.CHANGE_SETTINGS):
    show_settings()
