"""Import: a file of leads is dropped, its columns are understood, every row is checked, and a person decides what is taken in."""

from collections import Counter
from io import BytesIO

import streamlit as st

from engine import commands, views
from engine.access import Permission, require
from engine.commands import Choices, Preview, Upload
from engine.errors import UnreadableFile
from engine.runtime import get_engine
from engine.views import Batch, BatchCard
from pages import asked, columns, import_choices, import_effect, import_history, import_undo, live, marks, ui, words
from pages.import_history import go_to

actor = ui.require_actor()
require(actor, Permission.IMPORT)

WORKING = {
    "queued": "Waiting to start",
    "checking": "Checking every row",
    "agreed": "About to start",
    "importing": "Taking the rows in",
    "undoing": "Taking the import back",
}


def show_drop() -> None:
    """Where a file is dropped. What came is on disk at once; the widget forgets it by taking another key."""
    turn = st.session_state.get("import_turn", 0)
    st.file_uploader(
        "A CSV or Excel file of leads, from any system",
        type=["csv", "txt", "tsv", "xlsx"],
        key=f"file-{turn}",
        on_change=keep_file,
        args=(turn,),
    )
    ui.show(
        '<p class="jc-sub">Any common encoding and delimiter. Every row is checked before anything is taken in; the same file twice '
        f"changes nothing. Up to {st.get_option('server.maxUploadSize')} MB here; larger files, up to {commands.MAX_UPLOAD_MB} MB, over "
        "the API or the command line.</p>"
    )
    with st.container(horizontal=True, key="templates"):
        csv = views.import_template()
        st.download_button("Template (CSV)", csv, "leads-template.csv", "text/csv", icon=":material/download:", on_click="ignore")
        st.download_button(
            "Template (Excel)", views.import_template_xlsx, "leads-template.xlsx", icon=":material/download:", on_click="ignore"
        )
    with st.expander("Paste rows instead", icon=":material/content_paste:", key="paste"):
        st.text_area("Rows copied from a spreadsheet, the header first", key="pasted", height=160)
        st.button("Read what I pasted", key="read_paste", on_click=keep_paste)


def keep_paste() -> None:
    """Put pasted rows on disk, as a file of their own."""
    pasted = st.session_state.get("pasted", "")
    if pasted.strip():
        ui.act(commands.keep_upload, "pasted rows.csv", BytesIO(pasted.encode()), then=hold_upload)
        st.session_state["pasted"] = ""


def hold_upload(upload: Upload) -> None:
    """Look into this file next."""
    st.session_state["upload"] = st.session_state["workbook"] = upload
    st.session_state.pop("sheet", None)


def ask_sheet(upload: Upload) -> None:
    """Which sheet of a workbook is meant; files with one table ask nothing."""
    names = _sheets(upload.file_hash, str(get_engine().settings.home), upload)
    if len(names) > 1:
        st.selectbox(
            "Sheet",
            names,
            index=None,
            key="sheet",
            placeholder="The first that looks like a table",
            on_change=pick_sheet,
            args=(upload,),
        )


@st.cache_data(max_entries=20, ttl=600, show_spinner=False)
def _sheets(file_hash: str, home: str, _upload: Upload) -> tuple[str, ...]:
    return commands.sheet_names(get_engine(), ui.require_actor(), _upload)


def pick_sheet(workbook: Upload) -> None:
    """Look into that sheet next."""
    sheet = st.session_state.get("sheet")
    if sheet is None:
        st.session_state["upload"] = workbook
    else:
        ui.act(commands.choose_sheet, workbook, sheet, then=lambda upload: st.session_state.update(upload=upload))


def keep_file(turn: int) -> None:
    """Put the file on disk and let go of it in memory."""
    file = st.session_state.get(f"file-{turn}")
    if file is not None:
        ui.act(commands.keep_upload, file.name, file, then=hold_upload)
    st.session_state["import_turn"] = turn + 1


def show_upload(upload: Upload) -> None:
    """What the file looks like, and what its columns mean."""
    ask_sheet(st.session_state.get("workbook", upload))
    try:
        preview = look_into(upload)
    except UnreadableFile as problem:
        st.error(marks.plain(problem.message), icon=":material/error:", title=marks.plain(upload.file_name))
        st.button("Choose another file", key="other_file", icon=":material/arrow_back:", on_click=forget_upload)
        return
    ui.section(
        upload.file_name, f"{upload.n_bytes / 1e6:,.1f} MB, {len(preview.columns)} columns, {columns.told_dialect(preview.dialect)}"
    )
    ui.show(columns.first_rows(preview))
    import_choices.show_sender(preview)
    mapping = columns.ask_mapping(preview)
    choices = import_choices.ask_choices(preview, mapping)
    doubled = [name for name, n in Counter(field for field in mapping.values() if field).items() if n > 1]
    if doubled:
        labels = ", ".join(columns.field_labels()[name] for name in doubled)
        st.warning(
            f"More than one column feeds {marks.plain(labels)}. Choose another field for one of them.", icon=":material/warning:"
        )
    with st.container(horizontal=True):
        st.button(
            "Check every row",
            key="check",
            type="primary",
            icon=":material/fact_check:",
            disabled=bool(doubled) or not any(mapping.values()) or choices is None,
            help="Say first whether days or months come first" if choices is None else None,
            on_click=start_check,
            args=(upload, mapping, choices),
        )
        st.button("Choose another file", key="other_file", on_click=forget_upload)


@st.cache_data(max_entries=20, ttl=600, show_spinner="Reading the first rows")
def _preview(file_hash: str, home: str, _upload: Upload) -> Preview:
    return commands.preview_upload(get_engine(), ui.require_actor(), _upload)


def look_into(upload: Upload) -> Preview:
    """The first rows and the guessed columns, read once a file."""
    return _preview(upload.file_hash, str(get_engine().settings.home), upload)


def start_check(upload: Upload, mapping: dict[str, str | None], choices: Choices) -> None:
    """Have every row checked in the background."""
    ui.act(commands.start_batch, upload=upload, mapping=mapping, choices=choices, then=go_to)


def forget_upload() -> None:
    """Start with another file."""
    st.session_state.pop("upload", None)
    st.query_params.pop("batch", None)


@live.live_part("batch", *live.BATCHES, every=30)
def show_batch(batch_id: int) -> None:
    """An import: how far it is, what was found, what is to be decided."""
    card: BatchCard = ui.fresh("batch_card", batch_id=batch_id)
    batch = card.batch
    head, back = st.columns([4, 1], vertical_alignment="center")
    with head:
        ui.section(batch.file_name, f"import {batch.batch_id} by {card.created_by_name}, {ui.local_time(batch.created_at)}")
    with back, st.container(horizontal_alignment="right"):
        st.button("Another file", key="other_file", icon=":material/add:", on_click=forget_upload)
    if batch.state in WORKING:
        show_progress(batch)
    elif batch.state == "failed":
        st.error(marks.plain(batch.message), icon=":material/error:", title="Nothing of this file was taken in")
        st.button(
            "Try again",
            key="again",
            icon=":material/refresh:",
            on_click=ui.act,
            args=(commands.repeat_batch, batch_id),
            kwargs={"then": go_to},
        )
    else:
        if batch.state == "undone":
            import_undo.show_undone(batch)
        show_counts(card)
        if batch.state == "checked":
            import_effect.show_effect(batch)
            ask_decision(batch, import_effect.ask_joins(batch))
        elif batch.state == "done":
            if batch.message:
                st.warning(marks.plain(batch.message), icon=":material/warning:")
            show_files(card)
            if batch.purpose == "ledger":
                import_undo.offer_undo(batch)
        import_effect.show_left_out(batch)
        show_rejections(card)


def show_progress(batch: Batch) -> None:
    """How many rows are done, and how quickly."""
    seconds = (ui.now() - batch.started_at).total_seconds() if batch.started_at else 0
    pace = f" · {batch.n_done / seconds:,.0f} rows/s" if batch.n_done and seconds > 1 and batch.state != "undoing" else ""
    total = f" of {batch.n_rows:,}" if batch.n_rows else ""
    told = f"{WORKING[batch.state]}: {batch.n_done:,}{total} rows{pace}" if batch.started_at else f"{WORKING[batch.state]} …"
    with st.container(border=True, key="panel-progress"):
        ui.show(f'<p class="jc-working">{marks.text(told)}</p>' + marks.progress(batch.n_done, batch.n_rows))
        ui.show('<p class="jc-sub">It goes on when you leave this page; come back by the list below.</p>')
    if batch.state not in ("importing", "undoing"):
        st.button("Stop and drop it", key="cancel", on_click=ui.act, args=(commands.cancel_batch, batch.batch_id), type="tertiary")


def show_counts(card: BatchCard) -> None:
    """What the rows are, or became. The parts add up to the rows."""
    batch = card.batch
    is_done = batch.state == "done"
    merged = (
        f"{words.count(card.n_merged_in_file, 'row')} met an earlier row of this file"
        if card.n_merged_in_file
        else "none twice in this file"
    )
    items = [
        marks.figure("Rows", f"{batch.n_rows or 0:,}", merged),
        marks.figure("New leads", f"{batch.n_created:,}", "taken in" if is_done else "would be taken in", kind="money"),
        marks.figure("Updates", f"{batch.n_updated:,}", "of leads already here", kind="info"),
        marks.figure("Unchanged", f"{batch.n_unchanged:,}", "already just so"),
        marks.figure("Rejected", f"{batch.n_rejected:,}", "with a reason for each", kind="hot" if batch.n_rejected else ""),
    ]
    if is_done and batch.purpose == "score":
        st.success("Scored. Nothing of this file was taken into the ledger.", icon=":material/check_circle:")
        items = [items[0], marks.figure("Scored", f"{(batch.n_rows or 0) - batch.n_rejected:,}", "rows", kind="money"), items[-1]]
    elif is_done:
        st.success("Taken in. Every new and changed lead is scored.", icon=":material/check_circle:")
    ui.show(marks.figures(items))


def ask_decision(batch: Batch, joins: dict[int, int]) -> None:
    """Nothing has been changed yet: take the rows in, only score them, or drop it."""
    n_changes = batch.n_created + batch.n_updated
    with st.container(horizontal=True, key="decision"):
        st.button(
            f"Take {words.count(n_changes, 'row')} into the ledger" if n_changes else "Nothing new to take in",
            key="agree",
            type="primary",
            icon=":material/download_done:",
            disabled=not n_changes,
            on_click=ui.act,
            args=(commands.agree_to_batch, batch.batch_id),
            kwargs={"joins": joins},
        )
        args = (commands.repeat_batch, batch.batch_id)
        only_score = {"purpose": "score", "then": go_to}
        st.button("Only score", key="only_score", icon=":material/speed:", on_click=ui.act, args=args, kwargs=only_score)
        st.button("Cancel", key="cancel", type="tertiary", on_click=ui.act, args=(commands.cancel_batch, batch.batch_id))


def show_files(card: BatchCard) -> None:
    """What came of it, to take away or to go on with."""
    batch_id = card.batch.batch_id
    links = []
    if card.has_scored_file:
        links.append(f'<a class="jc-tap jc-tap-file" href="/download/batches/{batch_id}/scored.csv" download>Scored file</a>')
    if card.batch.n_rejected:
        links.append(f'<a class="jc-tap jc-tap-file" href="/download/batches/{batch_id}/rejected.csv" download>Rejected rows</a>')
    with st.container(horizontal=True, vertical_alignment="center", key="files"):
        if links:
            ui.show(f'<div class="jc-taps">{"".join(links)}</div>')
        if card.batch.purpose == "ledger":
            st.page_link("inbox.py", label="To the inbox", icon=":material/inbox:")


def show_rejections(card: BatchCard) -> None:
    """The first rejected rows, each with line, column and reason."""
    if not card.batch.n_rejected:
        return
    n_shown = len(card.rejections)
    ui.section(
        "Rejected rows",
        f"the first {n_shown:,} of {card.batch.n_rejected:,}; all of them with their cells are in the file to download",
    )
    rows = "".join(
        f'<tr><td class="jc-n">{row.line:,}</td><td>{marks.text(row.column)}</td><td>{marks.text(row.reason)}</td></tr>'
        for row in card.rejections
    )
    ui.show(f'<div class="jc-table"><table><tr><th class="jc-n">Line</th><th>Column</th><th>Reason</th></tr>{rows}</table></div>')
    if card.batch.state == "checked":
        address = f"/download/batches/{card.batch.batch_id}/rejected.csv"
        ui.show(f'<div class="jc-taps"><a class="jc-tap jc-tap-file" href="{address}" download>Rejected rows</a></div>')


ui.title("Import", "Drop a file; see what each row would do; then decide")
batch_asked, upload_held = asked.number("batch"), st.session_state.get("upload")
if batch_asked is not None:
    show_batch(batch_asked)
elif upload_held is not None:
    show_upload(upload_held)
else:
    show_drop()
ui.section("Earlier imports")
with st.container(border=True, key="panel-history"):
    import_history.show_history()
