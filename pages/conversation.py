"""The conversation on a lead's page: what he wrote and what was read in it, facts to put right, the open question, drafts."""

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.records.conversation import FactState, Hearing, KeptFact, KeptReading, MessageReading, Temperature
from pages import marks, ui, words

_KINDS = {Temperature.HOT: "hot", Temperature.WARM: "warm", Temperature.COLD: "off"}
_N_MESSAGES = 4


def show_conversation(lead_id: int) -> None:
    """Everything about the conversation with one lead; nothing at all while there is none and none may be begun."""
    part: views.ConversationPart = ui.fresh("conversation_of", lead_id=lead_id)
    may_work = ui.may(Permission.WORK_LEADS)
    if not (part.messages or part.dialogue or part.drafts or may_work):
        return
    with st.container(border=True, key="panel-conversation"):
        ui.section("Conversation", _state(part))
        _show_dialogue(part)
        for row in part.drafts:
            _show_draft(row)
        _show_facts(part, may_work=may_work)
        _show_messages(part)
        if may_work:
            _offer(part, lead_id)


def qualification_chip(lead_id: int) -> str:
    """How far a lead is qualified, as a mark beside the model's numbers."""
    found = ui.fresh("qualified", lead_ids=(lead_id,)).get(lead_id)
    if found is None:
        return ""
    done = f"{found.n_answered}/{found.n_questions}"
    told = "All questions answered, the timeline accepted, the answers say enough" if found.is_hot else "Answered so far"
    return marks.chip(
        f"Qualified: hot ({done})" if found.is_hot else f"Qualifying: {done}", "hot" if found.is_hot else "info", told
    )


def _state(part: views.ConversationPart) -> str:
    if part.dialogue is None:
        return "no dialogue yet"
    label = part.script_labels.get(part.dialogue.script, part.dialogue.script).lower()
    done = f"{part.dialogue.n_answered} of {part.dialogue.n_questions} answered"
    return f"{label} dialogue, {done}" if not part.dialogue.is_over else f"{label} dialogue ended: {part.dialogue.reason}"


def _show_dialogue(part: views.ConversationPart) -> None:
    if part.open_question:
        ui.show(f'<p class="jc-sub">Open question: <b>{marks.text(part.open_question)}</b></p>')
    if part.answers:
        ui.show(marks.facts([(name, f"“{said}”") for name, said in part.answers]))
    done = [one for one in part.hand_offs if one.is_done]
    if done:
        last = done[-1]
        told = f"Handed from {last.source} to {last.target} {words.ago(last.at, ui.now())}: {last.reason}"
        ui.show(f'<p class="jc-sub">{marks.text(told)}</p>')


def _show_draft(row: views.DraftRow) -> None:
    state = "waits for you" if row.draft.state.value == "proposed" else "leaves now" if not row.step_detail else row.step_detail
    ui.show(
        f'<div class="jc-draft"><span>{marks.chip(f"Draft {state}", "info")}</span>'
        f"<p>{marks.text(row.draft.words or row.draft.body)}</p></div>"
    )
    st.page_link("drafts.py", label="Look at it in Drafts", icon=":material/drafts:")


def _show_facts(part: views.ConversationPart, *, may_work: bool) -> None:
    if not part.facts:
        return
    ui.section("What his messages told", "each with his own words")
    for fact in part.facts[:12]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"fact-{fact.fact_id}"):
            ui.show(_fact_line(fact))
            if may_work and fact.state is not FactState.REJECTED:
                with st.popover("Put right", icon=":material/edit:", key=f"fact-menu-{fact.fact_id}"):
                    _offer_correction(fact)


def _fact_line(fact: KeptFact) -> str:
    value = views.fact_words(fact.fact.kind, fact.corrected_value or fact.fact.value)
    said = {FactState.CORRECTED: "corrected by a person", FactState.REJECTED: "rejected by a person"}.get(fact.state, "")
    note = said or ("" if fact.is_applied or fact.why_not.startswith("kept as") else fact.why_not)
    shown = f"<s>{marks.text(value)}</s>" if fact.state is FactState.REJECTED else f"<b>{marks.text(value)}</b>"
    tail = " · found by Claude" if fact.reader == "claude" else ""
    tail += f" · {marks.text(note)}" if note else ""
    when = words.ago(fact.said_at, ui.now())
    return (
        f'<div class="jc-fact"><span>{marks.text(views.fact_label(fact.fact.kind))}</span> {shown}'
        f'<p class="jc-sub">“{marks.text(fact.fact.quote)}” · {when}{tail}</p></div>'
    )


def _offer_correction(fact: KeptFact) -> None:
    key = f"fact-value-{fact.fact_id}"
    st.text_input("What it should be", key=key, value=views.fact_words(fact.fact.kind, fact.corrected_value or fact.fact.value))
    args = (fact.fact_id, key)
    st.button("Correct", key=f"fact-correct-{fact.fact_id}", icon=":material/check:", on_click=_correct, args=args)
    rejecting = {"told": "Rejected; what it changed is taken back"}
    st.button(
        "He didn't say that",
        key=f"fact-reject-{fact.fact_id}",
        icon=":material/close:",
        on_click=ui.act,
        args=(commands.reject_fact, fact.fact_id),
        kwargs=rejecting,
    )


def _correct(fact_id: int, key: str) -> None:
    ui.act(commands.correct_fact, fact_id, st.session_state.get(key, ""), told="Corrected, and scored anew")


def _show_messages(part: views.ConversationPart) -> None:
    if not part.messages:
        return
    rows = []
    for message in part.messages[:_N_MESSAGES]:
        mark = marks.chip("Waits to be read", "off") if message.reading is None else _reading_marks(message, message.reading)
        when = words.ago(message.at, ui.now())
        rows.append(
            f'<li class="jc-in"><b>He wrote</b><span class="jc-when">{when}</span><p>{marks.text(message.text)}</p>{mark}</li>'
        )
    ui.show(f'<ul class="jc-time">{"".join(rows)}</ul>')


def _reading_marks(message: KeptReading, reading: MessageReading) -> str:
    """How near to acting, what he is after, the words that told it; whose reading it is where it isn't the rules'."""
    told = ", ".join(words.said(intent.value).lower() for intent in reading.intents) or "nothing recognised"
    by = "Read by Claude" if reading.reader == "claude" else "Read by the fixed rules"
    found = marks.chip(reading.temperature.value.capitalize(), _KINDS[reading.temperature], f"{by}: {told}")
    if reading.reader == "claude":
        found += marks.chip("Read by Claude", "info", "The rules recognised nothing in it")
    if message.hearing in (Hearing.QUEUED, Hearing.ASKING):
        found += marks.chip("Waits for Claude", "off", "The rules recognise nothing in it")
    elif message.hearing is Hearing.PERSON:
        found += marks.chip("Read it yourself", "warm", f"The rules recognise nothing in it. {message.why_person}.")
    because = ", ".join(f"“{one}”" for one in reading.because)
    return found + f'<span class="jc-sub">{marks.text(told + (f" · because of {because}" if because else ""))}</span>'


def _offer(part: views.ConversationPart, lead_id: int) -> None:
    is_open = part.dialogue is not None and not part.dialogue.is_over
    with st.container(horizontal=True, key="dialogue-acts"):
        if is_open:
            said = {"told": "The dialogue has ended; nothing more is said in it"}
            icon = ":material/stop_circle:"
            st.button(
                "Stop the dialogue",
                key="stop_dialogue",
                icon=icon,
                on_click=ui.act,
                args=(commands.stop_dialogue, lead_id),
                kwargs=said,
            )
            return
        for name, label in part.script_labels.items():
            said = {"told": "The first text waits in Drafts"}
            args = (commands.start_dialogue, lead_id, name)
            icon = ":material/forum:"
            st.button(f"Start {label.lower()} questions", key=f"start-{name}", icon=icon, on_click=ui.act, args=args, kwargs=said)
