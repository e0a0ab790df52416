"""Outbox: every message, due, sent, held or blocked and why; the next seven days; what was given up, to try again."""

from collections import Counter
from datetime import timedelta
from typing import Any

import streamlit as st

from engine.access import Permission
from engine.views import outbox as outbox_views
from engine.views import outbox_files
from engine.views import sequences as sequence_views
from engine.views.outbox import OutboxPage
from pages import asked, live, marks, sending, ui, words

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)

FOLDERS = {
    "next_days": "Next 7 days",
    "due": "Due now",
    "held": "Held",
    "on_its_way": "On its way",
    "unknown": "Outcome unknown",
    "sent": "Sent",
    "blocked": "Blocked or skipped",
    "dead": "Given up",
    "cancelled": "Cancelled",
}
NOTHING = {
    "next_days": "Nothing is planned for the next seven days. Enrol leads on the Sequences page.",
    "due": "Nothing is due.",
    "held": "Nothing is held back.",
    "on_its_way": "Nothing is under way.",
    "unknown": "Every outcome is known.",
    "sent": "Nothing was sent yet.",
    "blocked": "Nothing was blocked or skipped.",
    "dead": "Nothing was given up.",
    "cancelled": "Nothing was cancelled.",
}
KINDS = {"": "Every kind", **sending.KINDS}


def chosen() -> dict[str, Any]:
    """The filters that the address asks for."""
    return {
        "search": asked.word("search")[:100],
        "kind": asked.word("kind", KINDS),
        "sequence_id": asked.number("sequence"),
        "reason": asked.word("reason")[:40],
    }


@live.live_part("outbox", "step_changed", "enrolment_changed", "setting_changed", "sequence_changed")
def show_outbox() -> None:
    """State of sending, folders, calendar, messages."""
    folder, filters = asked.word("show", FOLDERS, "next_days"), chosen()
    place = asked.number("page") or 1
    page = outbox_views.outbox_page(ui.engine(), actor, folder, **filters, limit=ui.PAGE_ROWS, offset=(place - 1) * ui.PAGE_ROWS)
    show_state(page)
    ask_folder(page, folder)
    ask_filters(page, filters)
    story = asked.number("message")
    if story is not None:
        show_one(story)
    if folder == "next_days" and not any(filters.values()):
        show_week()
    show_rows(page, folder)
    asked.offer_pages(page.n_here, ui.PAGE_ROWS)
    offer_files(page, folder, filters)


def show_state(page: OutboxPage) -> None:
    """What keeps everything back, loudly."""
    if page.is_kill_switch_on:
        st.error(f"**The kill switch is on. Nothing is sent.** {marks.plain(page.kill_switch_why)}", icon=":material/front_hand:")
    if page.is_dry_run:
        st.warning(
            "**Dry run: nothing is sent.** Everything is decided and shown, but no GoHighLevel token is set.",
            icon=":material/cloud_off:",
        )


def ask_folder(page: OutboxPage, folder: str) -> None:
    """The folders with how many messages each has."""

    def label(name: str) -> str:
        n = page.counts[name]
        return f"{FOLDERS[name]} · {n:,}{'+' if n >= page.counted_to else ''}"

    more = asked.widget("show", folder)
    st.pills("Folder", list(FOLDERS), format_func=label, label_visibility="collapsed", required=True, **more)


def ask_filters(page: OutboxPage, filters: dict[str, Any]) -> None:
    """Search, kind, sequence, and the reasons there are."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        st.text_input(
            "Search",
            placeholder="Name, phone, words",
            icon=":material/search:",
            width=240,
            **asked.widget("search", filters["search"]),
        )
        st.selectbox("Kind", list(KINDS), format_func=KINDS.get, width=150, **asked.widget("kind", filters["kind"]))
        cards = sequence_views.sequence_list(ui.engine(), actor)
        names = {"": "Every sequence", **{str(card.sequence.sequence_id): card.sequence.name for card in cards}}
        held = str(filters["sequence_id"] or "")
        shown = held if held in names else ""
        st.selectbox("Sequence", list(names), format_func=names.get, width=220, **asked.widget("sequence", shown))
        reasons = {"": "Every reason", **{word: f"{sending.reason(word)} · {n:,}" for word, n in page.reasons.items()}}
        if len(reasons) > 1 or filters["reason"]:
            reasons.setdefault(filters["reason"], sending.reason(filters["reason"]))
            st.selectbox("Why", list(reasons), format_func=reasons.get, width=260, **asked.widget("reason", filters["reason"]))


def show_week() -> None:
    """Seven days, each with how many messages come."""
    today = ui.now().astimezone(ui.office()).date()
    per_day: Counter[tuple[int, str]] = Counter()
    for at, kind, n in outbox_views.week_ahead(ui.engine(), actor):
        per_day[max(0, (at.astimezone(ui.office()).date() - today).days), kind] += n
    if not per_day:
        return
    cells = []
    for ahead in range(8):
        day = today + timedelta(days=ahead)
        lines = "".join(
            f"<span>{per_day[ahead, kind]:,} {name.lower()}{'s' if per_day[ahead, kind] != 1 else ''}</span>"
            for kind, name in sending.KINDS.items()
            if per_day[ahead, kind]
        )
        head = "Today" if ahead == 0 else f"{day:%a} {day.day}"
        cells.append(f'<div class="jc-day"><b>{head}</b>{lines or "<i>nothing</i>"}</div>')
    ui.show(f'<div class="jc-week">{"".join(cells)}</div>')


def show_rows(page: OutboxPage, folder: str) -> None:
    """The folder's messages."""
    if not page.rows:
        any_filter = any(chosen().values())
        ui.empty("No message passes these filters" if any_filter else "Nothing here", NOTHING[folder], icon="outbox")
        return
    for row in page.rows:
        with st.container(border=True, key=f"row-message-{row.step_id}", gap="small"):
            ui.show(sending.message_marks(row))
            with st.container(horizontal=True, key=f"acts-message-{row.step_id}", gap="small"):
                st.button(
                    "Why and how",
                    key=f"story-{row.step_id}",
                    icon=":material/manage_search:",
                    on_click=open_one,
                    args=(row.step_id,),
                )
                if may_work:
                    sending.offer_acts(row, key="outbox")
                st.page_link("lead.py", label="Lead", icon=":material/person:", query_params={"lead": str(row.lead_id)})


def open_one(step_id: int | None) -> None:
    """Show one message's story, or close it."""
    if step_id is None:
        st.query_params.pop("message", None)
    else:
        st.query_params["message"] = str(step_id)


def show_one(step_id: int) -> None:
    """One message with its decisions and tries."""
    with st.container(border=True, key="panel-message"):
        st.button("Close", key="close-message", icon=":material/close:", type="tertiary", on_click=open_one, args=(None,))
        with ui.guarded():
            sending.show_story(step_id)


def offer_files(page: OutboxPage, folder: str, filters: dict[str, Any]) -> None:
    """This folder as CSV or Excel, made when asked for."""
    if not page.n_here:
        return
    with st.container(horizontal=True, key="files", gap="small"):
        engine, name = ui.engine(), f"outbox-{folder}"
        st.download_button(
            "CSV", lambda: outbox_files.outbox_csv(engine, actor, folder, **filters), f"{name}.csv", "text/csv",
            key="csv", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "Excel", lambda: outbox_files.outbox_xlsx(engine, actor, folder, **filters), f"{name}.xlsx",
            key="xlsx", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        ui.show(f'<span class="jc-place">{words.count(page.n_here, "message")}</span>')


ui.title("Outbox", "Every message: when it goes or went, and if not, why not")
show_outbox()
