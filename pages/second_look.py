"""Second look: leads the model isn't sure of, and Claude hasn't read. The same case file that Claude would get; your own band and why."""

import streamlit as st

from engine import commands
from engine.access import Permission
from engine.records import Band
from engine.records.escalation import CaseState
from engine.views import CaseCard, SecondLookPage
from pages import asked, case_marks, live, marks, ui, words

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)
_STATES = {
    CaseState.PERSON.value: "Waiting for you",
    CaseState.QUEUED.value: "Waiting for Claude",
    CaseState.READ.value: "Read by Claude",
    CaseState.JUDGED.value: "Judged by us",
}
_KEYS = {Band.HOT: "1", Band.WARM: "2", Band.COLD: "3"}


def show_head(page: SecondLookPage) -> None:
    """Who reads: Claude, or people."""
    if not page.is_claude_on:
        told = "No key for Claude is set, so every lead the model isn’t sure of comes here. Nothing leaves this machine."
        ui.show(f'<p class="jc-note">{marks.text(told)}</p>')
    line = f"The model is less than {words.rate(page.below)} sure of these bands. The leads worth most come first."
    ui.show(f'<p class="jc-sub">{marks.text(line)}</p>')


def ask_state(page: SecondLookPage) -> str:
    """Which cases are shown."""
    chosen = asked.word("state", _STATES, CaseState.PERSON.value)
    counts = {state: page.n_by_state.get(CaseState(state), 0) for state in _STATES}
    labels = {state: f"{label} {counts[state]:,}" for state, label in _STATES.items()}
    st.segmented_control(
        "Cases", list(_STATES), format_func=labels.get, label_visibility="collapsed", **asked.widget("state", chosen)
    )
    return chosen


def show_case(card: CaseCard) -> None:
    """One case as the second reader sees it, and a place for his band."""
    case = card.escalation
    with st.container(border=True, key=f"case-{case.escalation_id}"):
        ui.show(case_marks.head(card))
        left, right = st.columns([3, 2], gap="medium")
        with left:
            ui.show(case_marks.conversation(case))
            if case.reading or case.person_band:
                ui.show(case_marks.readings(card))
        with right:
            ui.show(case_marks.reasons(case))
            with st.expander("Facts and what the model saw", key=f"facts-{case.escalation_id}"):
                ui.show(case_marks.facts(case))
        st.page_link("lead.py", label="Open the lead", icon=":material/person:", query_params={"lead": str(case.lead_id)})


def offer_band(card: CaseCard) -> None:
    """A reason in a few words and a band: by tap, or by the keys 1, 2, 3."""
    number = card.escalation.escalation_id
    st.text_input("Why", key=f"why-{number}", max_chars=500, placeholder="What in the conversation tells you?")
    with st.container(horizontal=True, key=f"judge-{number}"):
        for band in Band:
            label, args = f"{marks.SHAPES[band]} {marks.WORDS[band]}", (number, band)
            st.button(label, key=f"judge-{number}-{band.value}", shortcut=_KEYS[band], on_click=judge, args=args)
        st.button("Next", key="case_next", shortcut="J", type="tertiary", on_click=step, args=(1,))
        st.button("Previous", key="case_back", shortcut="K", type="tertiary", on_click=step, args=(-1,))


def judge(number: int, band: Band) -> None:
    """Keep the band and go on to the next case."""
    ui.act(commands.judge_case, number, band, st.session_state.get(f"why-{number}", ""), told=f"Kept: {marks.WORDS[band]}")


def step(by: int) -> None:
    """Another case of the queue."""
    st.session_state["case_place"] = max(0, st.session_state.get("case_place", 0) + by)


@live.live_part("second-look", "case_changed", *live.LEADS)
def show_queue() -> None:
    """The cases of one state; of those that wait, one at a time."""
    state = asked.word("state", _STATES, CaseState.PERSON.value)
    page: SecondLookPage = ui.read("second_looks", state=state)
    show_head(page)
    chosen = ask_state(page)
    if not page.cases:
        show_nothing(chosen)
        return
    if chosen != CaseState.PERSON.value or not may_work:
        for card in page.cases:
            show_case(card)
        return
    place = min(st.session_state.get("case_place", 0), len(page.cases) - 1)
    st.session_state["case_place"] = place
    ui.show(f'<p class="jc-sub">{place + 1:,} of {page.n_by_state[CaseState.PERSON]:,}</p>')
    show_case(page.cases[place])
    offer_band(page.cases[place])


def show_nothing(state: str) -> None:
    """Why there is no case."""
    if state == CaseState.PERSON.value:
        why = "The model is sure of every lead it scored, or Claude has read the others."
        ui.empty("Nothing waits for a second look", why, page="inbox.py", label="To the inbox", icon="inbox")
    else:
        ui.empty("No case here", "Cases come and go as leads are scored and read.")


ui.title("Second look", "Leads whose band the model isn’t sure of: what is known, what was said, and your own reading of it")
show_queue()
