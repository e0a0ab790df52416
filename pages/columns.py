"""What a file's columns mean: its first rows, the field each column feeds, how surely and why, and a person's own choice."""

from collections.abc import Mapping

import streamlit as st

from engine import views
from engine.commands import Preview
from pages import marks, ui, words

SURE = 0.85  # a column understood less surely than this is shown for a second look
N_PREVIEW = 6
MAX_COLUMNS = 200
UNUSED = ""


def told_dialect(dialect: Mapping[str, object]) -> str:
    """Encoding and delimiter as they were recognised."""
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
    delimiter = str(dialect.get("delimiter", ""))
    return " · ".join(part for part in (str(dialect.get("encoding", "")), names.get(delimiter, delimiter)) if part)


def first_rows(preview: Preview) -> str:
    """The first rows as a table, as they came."""
    head = "".join(f"<th>{marks.text(name)}</th>" for name in preview.columns[:MAX_COLUMNS])
    rows = "".join(
        "<tr>" + "".join(f"<td>{marks.text(cell[:80])}</td>" for cell in row.cells[:MAX_COLUMNS]) + "</tr>"
        for row in preview.sample[:N_PREVIEW]
    )
    return f'<div class="jc-table jc-raw" tabindex="0" role="region" aria-label="First rows"><table><tr>{head}</tr>{rows}</table></div>'


def ask_mapping(preview: Preview) -> dict[str, str | None]:
    """Which column feeds which field: the unsure ones open, the rest a click away."""
    columns = preview.columns[:MAX_COLUMNS]
    unsure = [name for name in columns if preview.guesses[name].confidence < SURE and has_values(preview, name)]
    sure = [name for name in columns if name not in set(unsure)]
    n_used = sum(bool(preview.guesses[name].field) for name in columns)
    ui.section(
        "What the columns mean", f"{n_used} of {len(preview.columns)} understood; what isn’t is kept beside the lead, unused"
    )
    if unsure:
        with st.container(border=True, key="panel-unsure"):
            ui.show(f'<p class="jc-sub"><b>{words.count(len(unsure), "column")} worth a second look</b></p>')
            for name in unsure:
                ask_field(preview, name)
    with st.expander(f"{words.count(len(sure), 'column')} understood surely", key="sure_columns", on_change="rerun") as opened:
        if opened.open:
            for name in sure:
                ask_field(preview, name)
    return {name: chosen_field(preview, name) for name in preview.columns}


def ask_field(preview: Preview, name: str) -> None:
    """One column: its name and values, the field it feeds, how surely and why."""
    guess = preview.guesses[name]
    labels = field_labels()
    key = field_key(preview, name)
    st.session_state.setdefault(key, offered_field(preview, name))
    about, choice, why = st.columns([4, 3, 4], vertical_alignment="center", gap="medium")
    values = marks.text(", ".join(values_of(preview, name)))
    with about:
        ui.show(f'<div class="jc-column"><b>{marks.text(name)}</b><span class="jc-sub">{values}</span></div>')
    with choice:
        label = f"Field for {marks.plain(name)}"
        st.selectbox(label, list(labels), format_func=labels.get, key=key, label_visibility="collapsed", persist_state="session")
    with why:
        sure = f"{words.rate(guess.confidence)} sure, " if guess.field else ""
        ui.show(f'<div class="jc-sub">{sure}{marks.text(guess.why)}</div>')


def chosen_field(preview: Preview, name: str) -> str | None:
    """What a person chose for a column, else the guess."""
    return st.session_state.get(field_key(preview, name), offered_field(preview, name)) or None


def offered_field(preview: Preview, name: str) -> str:
    """What was chosen for this column of an earlier file with the same header, else the guess."""
    if preview.sender:
        return preview.sender.mapping.get(name, UNUSED)
    return preview.guesses[name].field or UNUSED


def field_key(preview: Preview, name: str) -> str:
    """A name for a column's select box."""
    return f"field-{preview.upload.file_hash[:8]}-{preview.columns.index(name)}"


def field_labels() -> dict[str, str]:
    """The fields a column can feed, as people read them."""
    return {UNUSED: "Keep, don’t use", **views.field_labels()}


def values_of(preview: Preview, name: str, n_values: int = 3) -> list[str]:
    """A few different values of a column."""
    place = preview.columns.index(name)
    cells = (row.cells[place].strip() for row in preview.sample if place < len(row.cells))
    return list(dict.fromkeys(cell[:40] for cell in cells if cell))[:n_values]


def has_values(preview: Preview, name: str) -> bool:
    """Whether the column has any value among the first rows."""
    return bool(values_of(preview, name, 1))
