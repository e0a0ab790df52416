"""Ask: questions about leads and deals in plain words, answered from the same figures as every page, with the rows shown. It only reads."""

import csv
import io
from datetime import datetime

import streamlit as st

from engine.views import AssistantAnswer
from engine.views.assistant import EXAMPLES, Rows
from pages import marks, ui, words

_MOST = 20  # questions kept on the page

actor = ui.require_actor()
is_on: bool = ui.fresh("is_assistant_on")


def show_state() -> None:
    """Whether Claude answers, or only the fixed list."""
    if not is_on:
        ui.show(
            '<p class="jc-note"><b>Claude is off.</b> No key is set, so only the questions below are answered, by fixed rules, and '
            "no data leaves this machine. Set <code>ANTHROPIC_API_KEY</code> to ask anything.</p>"
        )


def ask(question: str) -> None:
    """Ask, and keep the answer with the others of this session, the newest first."""
    if question.strip():
        answered = (question.strip(), ui.fresh("ask_assistant", question=question), ui.now())
        st.session_state["asked"] = [answered, *st.session_state.get("asked", [])][:_MOST]


def show_history() -> None:
    """The last answer whole, those before it folded; leaving the page by the menu keeps them, signing out doesn't."""
    asked = st.session_state.get("asked", [])
    if not asked:
        ui.empty("Nothing asked yet", "Answers of this session stay here, with the rows they rest on.")
        return
    show_answer(0, *asked[0])
    for place, (question, answer, at) in enumerate(asked[1:], 1):
        with st.expander(f"{question} · {words.ago(at, ui.now())}", key=f"ask-before-{place}"):
            show_answer(place, question, answer, at)
    if len(asked) > 1:
        st.button("Forget these questions", key="ask_forget", type="tertiary", icon=":material/delete:", on_click=forget)


def forget() -> None:
    """Start anew."""
    st.session_state.pop("asked", None)


def show_answer(place: int, question: str, answer: AssistantAnswer, at: datetime) -> None:
    """The words, who said them, and the rows they rest on, to keep as a file."""
    with st.container(border=not place, key=f"ask-shown-{place}"):
        by = {"claude": "Claude, from the rows below", "rules": "by a fixed rule, not by Claude"}.get(answer.by, "")
        ui.section(question, f"{by} · {words.ago(at, ui.now())}" if by else words.ago(at, ui.now()))
        if answer.problem:
            ui.show(f'<p class="jc-note">{marks.text(answer.problem)}.</p>')
        if answer.text:
            ui.show(f"<p>{marks.text(answer.text)}</p>")
        if answer.by == "nobody":
            ui.show("<p>That isn’t one of the questions the fixed rules know. Try one of those above, or filter the Inbox.</p>")
        for number, table in enumerate(answer.tables):
            if not table.rows and answer.by == "rules":
                continue  # the sentence above has said so
            show_rows(table)
            if table.rows:
                key, icon = f"ask-csv-{place}-{number}", ":material/download:"
                st.download_button("CSV", as_csv(table), "answer.csv", "text/csv", icon=icon, key=key, on_click="ignore")


def as_csv(table: Rows) -> str:
    """The rows as a file; a cell that a spreadsheet would take for a formula is told apart by a quote mark."""
    told = io.StringIO()
    lines = ([f"'{cell}" if cell[:1] in "=+-@" and cell[:1] else cell for cell in row] for row in (table.heads, *table.rows))
    csv.writer(told).writerows(lines)
    return told.getvalue()


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
show_history()
