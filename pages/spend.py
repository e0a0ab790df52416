"""What sources cost, from a file: the same on the Commission page and on Funnel & sources."""

import streamlit as st

from engine import commands
from pages import ui


def ask_spend_file() -> None:
    """A CSV with what each source cost in each month; all of it is taken in, or nothing."""
    ui.show('<p class="jc-sub">A CSV with the columns source, month (2026-03) and cost. A month that was there is replaced.</p>')
    file = st.file_uploader("Spend", type="csv", label_visibility="collapsed")
    if file is not None and st.button("Take it in", type="primary"):
        ui.act(commands.import_spend, file.getvalue(), told="Spend is taken in")
        st.rerun(scope="app")
