"""The imports so far: found by name and state, page by page, each with what became of its rows."""

import streamlit as st

from engine.views import Batch, BatchHistory
from pages import asked, live, marks, ui, words

A_PAGE = 12
STATES = {
    "queued": "running",
    "checking": "running",
    "agreed": "running",
    "importing": "running",
    "undoing": "being taken back",
    "checked": "waits for your word",
    "done": "done",
    "failed": "failed",
    "cancelled": "dropped",
    "undone": "taken back",
}
SHOWN = {
    "all": (),
    "open": ("queued", "checking", "checked", "agreed", "importing", "undoing"),
    "done": ("done",),
    "undone": ("undone",),
    "failed": ("failed", "cancelled"),
}
NAMES = {"all": "All", "open": "Open", "done": "Done", "undone": "Taken back", "failed": "Failed or dropped"}


@live.live_part("batches", *live.BATCHES, every=60)
def show_history() -> None:
    """The imports so far."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="history-filters"):
        shown = st.segmented_control("Show", list(NAMES), format_func=NAMES.get, default="all", key="history_state", required=True)
        name = st.text_input("File name", key="history_name", placeholder="any", width=220)
    states = SHOWN[shown or "all"]
    first: BatchHistory = ui.fresh("batch_history", states=states, search=name.strip(), limit=0)
    page = asked.page(first.n_total, A_PAGE)
    found: BatchHistory = ui.fresh("batch_history", states=states, search=name.strip(), limit=A_PAGE, offset=(page - 1) * A_PAGE)
    if not found.batches:
        told = "None like that." if states or name else "None yet. What you upload appears here with what became of each row."
        ui.show(f'<p class="jc-sub">{told}</p>')
    for batch in found.batches:
        with st.container(horizontal=True, vertical_alignment="center", key=f"past-{batch.batch_id}", gap="small"):
            label = marks.plain(batch.file_name)
            st.button(label, key=f"see-{batch.batch_id}", type="tertiary", width=230, on_click=go_to, args=(batch.batch_id,))
            ui.show(past_marks(batch))
    asked.offer_pages(first.n_total, A_PAGE)


def go_to(batch_id: int) -> None:
    """Show an import; its number stands in the address."""
    st.session_state.pop("upload", None)
    st.query_params["batch"] = str(batch_id)


def past_marks(batch: Batch) -> str:
    """One past import in a line."""
    kinds = {"done": "money", "failed": "hot", "checked": "info", "undoing": "info"}
    told = marks.chip(STATES[batch.state], kinds.get(batch.state, "off"))
    rows = f"{batch.n_rows:,} rows" if batch.n_rows is not None else "not counted yet"
    parts = (
        f"{batch.n_created:,} new · {batch.n_updated:,} updated · {batch.n_rejected:,} rejected" if batch.n_rows is not None else ""
    )
    if batch.purpose == "score":
        parts = f"scored only · {batch.n_rejected:,} rejected"
    when = f'<span title="{marks.text(ui.local_time(batch.created_at))}">{words.ago(batch.created_at, ui.now())}</span>'
    return f'<div class="jc-past">{told}<span>{rows}</span><span>{parts}</span>{when}</div>'
