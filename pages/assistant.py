"""Ask: questions about leads and deals in plain words, answered from the same figures as every page, with the rows shown. It only reads."""

import streamlit as st

from engine.views import AssistantAnswer
from engine.views.assistant import EXAMPLES, Rows
from pages import marks, ui

actor = ui.require_actor()
is_on: bool = ui.fresh("is_assistant_on")


def show_state() -> None:
    """Whether Claude answers, or only the fixed list."""
    if not is_on:
        ui.show(
            '<p class="jc-note">No key for Claude is set, so only common questions are answered, by fixed rules. Set '
            "<code>ANTHROPIC_API_KEY</code> to ask anything.</p>"
        )


def ask(question: str) -> None:
    """Ask, and keep the answer on the page."""
    if question.strip():
        st.session_state["ask-answer"] = (question, ui.fresh("ask_assistant", question=question))


def show_answer(question: str, answer: AssistantAnswer) -> None:
    """The words, who said them, and the rows they rest on."""
    with st.container(border=True, key="ask-shown"):
        ui.section(
            question, {"claude": "Claude, from the rows below", "rules": "by a fixed rule, not by Claude"}.get(answer.by, "")
        )
        if answer.problem:
            ui.show(f'<p class="jc-note">{marks.text(answer.problem)}.</p>')
        if answer.text:
            ui.show(f"<p>{marks.text(answer.text)}</p>")
        if answer.by == "nobody":
            ui.show("<p>That isn’t one of the questions the fixed rules know. Try one of those above, or filter the Inbox.</p>")
        for table in answer.tables:
            show_rows(table)


def show_rows(table: Rows) -> None:
    """The rows, each lead a link to his page."""
    more = f"{len(table.rows):,} of {table.n_total:,} shown" if any(table.lead_ids) and table.n_total > len(table.rows) else ""
    ui.section(table.asked, more)
    if not table.rows:
        ui.show('<p class="jc-sub">None.</p>')
        return
    head = "".join(f"<th>{marks.text(name)}</th>" for name in table.heads)
    body = "".join(_line(table.heads, row, lead_id) for row, lead_id in zip(table.rows, table.lead_ids, strict=True))
    ui.show(f'<div class="jc-table jc-stack"><table><tr>{head}</tr>{body}</table></div>')


def _line(heads: tuple[str, ...], row: tuple[str, ...], lead_id: int) -> str:
    first = f'<a href="lead?lead={lead_id}" target="_self">{marks.text(row[0])}</a>' if lead_id else marks.text(row[0])
    rest = "".join(
        f'<td data-head="{marks.text(head)}">{marks.text(cell)}</td>' for head, cell in zip(heads[1:], row[1:], strict=True)
    )
    return f'<tr><td data-head="{marks.text(heads[0])}"><b>{first}</b></td>{rest}</tr>'


ui.title("Ask", "Questions about your leads and deals in plain words. It only reads, and only what you may see")
show_state()
with st.form("ask", border=False):
    st.text_input("Your question", key="ask_question", max_chars=500, placeholder=EXAMPLES[0])
    sent = st.form_submit_button("Ask", icon=":material/search:", type="primary")
with st.container(horizontal=True, key="ask-examples"):
    for place, example in enumerate(EXAMPLES):
        st.button(example, key=f"ask-{place}", type="tertiary", on_click=ask, args=(example,))
if sent:
    with st.spinner("Looking"), ui.guarded():
        ask(st.session_state["ask_question"])
if "ask-answer" in st.session_state:
    show_answer(*st.session_state["ask-answer"])
