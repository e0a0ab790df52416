"""Many leads at once: who is chosen, what would happen, and doing it. Part of the inbox."""

from collections.abc import Sequence

import streamlit as st

from engine import commands, views
from engine.commands import BulkAct, BulkKind
from engine.errors import JorgeError
from engine.runtime import get_engine
from pages import acts, marks, ui, words

_KINDS = {
    BulkKind.CLAIM: "Take them",
    BulkKind.ASSIGN: "Hand over",
    BulkKind.SNOOZE: "Snooze",
    BulkKind.WAKE: "Bring back",
    BulkKind.TAG: "Tag",
    BulkKind.UNTAG: "Take a tag off",
}


def is_choosing() -> bool:
    """Whether several leads are being chosen."""
    return bool(st.session_state.get("choosing"))


def chosen_ids() -> list[int]:
    """The leads that are ticked."""
    return list(st.session_state.get("chosen", ()))


def offer_choosing() -> None:
    """Begin to choose, or stop."""
    st.toggle("Choose several", key="choosing", on_change=forget)


def offer_tick(lead_id: int, name: str) -> None:
    """A row's box."""
    key = f"tick-{lead_id}"
    st.session_state[key] = lead_id in chosen_ids()
    st.checkbox(f"Choose {marks.plain(name)}", key=key, label_visibility="collapsed", on_change=_tick, args=(lead_id, key))


def show_bar(matching: Sequence[int], n_matching: int) -> None:
    """What to do with those chosen, how many it would change, and the button."""
    chosen = chosen_ids()
    with st.container(key="bulk-bar", border=True):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            n_all = min(n_matching, commands.bulk.MOST_LEADS)
            st.button(f"All {n_all:,} that match", key="choose_all", on_click=_choose, args=(list(matching),))
            kind = st.selectbox("Then", list(_KINDS), format_func=_KINDS.get, key="bulk_kind", width=160)
            act = ask_details(kind)
        if not chosen:
            ui.show('<p class="jc-sub">Tick leads, or take all that match.</p>')
        elif act is not None:
            offer_doing(chosen, act)


def ask_details(kind: BulkKind) -> BulkAct | None:
    """What the action still needs; None until it is there."""
    if kind is BulkKind.ASSIGN:
        people = views.agents(get_engine())
        who = st.selectbox("To", list(people), format_func=people.get, key="bulk_person", width=180)
        return BulkAct(kind=kind, user_id=who) if who else None
    if kind is BulkKind.SNOOZE:
        times = acts.snooze_choices(ui.now())
        until = st.selectbox("Until", list(times), key="bulk_until", width=180)
        return BulkAct(kind=kind, until_at=times[until])
    if kind in (BulkKind.TAG, BulkKind.UNTAG):
        tag = st.text_input("Tag", key="bulk_tag", max_chars=40, width=180)
        return BulkAct(kind=kind, tag=tag) if tag.strip() else None
    return BulkAct(kind=kind)


def offer_doing(chosen: list[int], act: BulkAct) -> None:
    """The count first, then the button."""
    try:
        preview = commands.preview_bulk(get_engine(), ui.require_actor(), chosen, act)
    except JorgeError as error:
        st.warning(marks.plain(error.message))
        return
    same = f", {preview.n_same:,} are so already" if preview.n_same else ""
    left = f", {preview.n_left:,} left alone ({preview.why_left})" if preview.n_left else ""
    told = f"{words.count(len(chosen), 'lead')} chosen: {preview.n_change:,} will change{same}{left}."
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        ui.show(f'<span class="jc-sub">{marks.text(told)}</span>')
        label = f"{_KINDS[act.kind]}: {preview.n_change:,}"
        st.button(label, key="bulk_do", type="primary", disabled=not preview.n_change, on_click=_do, args=(chosen, act))


def forget() -> None:
    """Choose nobody."""
    st.session_state.pop("chosen", None)


def _choose(ids: list[int]) -> None:
    st.session_state["chosen"] = ids[: commands.bulk.MOST_LEADS]


def _tick(lead_id: int, key: str) -> None:
    others = [number for number in chosen_ids() if number != lead_id]
    st.session_state["chosen"] = [*others, lead_id] if st.session_state.get(key) else others


def _do(chosen: list[int], act: BulkAct) -> None:
    acts.do(commands.act_on_leads, chosen, act)
    forget()
