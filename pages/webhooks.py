"""Webhooks: what GoHighLevel told by itself, what became of it, and another try for what failed."""

import streamlit as st

from engine.commands import webhooks as commands
from engine.views import webhooks as views
from engine.views.webhooks import WebhookLine, WebhookPage
from pages import asked, live, marks, tables, ui, words

actor = ui.require_actor()
_NAMES = {
    "failed": "Failed",
    "waiting": "Waiting",
    "kept": "Kept unread",
    "done": "Done",
}
_NOTHING = {
    "": "They come from a marketplace app of yours in GoHighLevel. Without them everything is fetched, a little later.",
    "failed": "Every webhook that came could be worked off.",
    "waiting": "Everything that came is worked off.",
    "kept": "Nothing came that isn’t read here.",
    "done": "Nothing is worked off yet.",
}


@live.live_part("webhooks", every=5)
def show_webhooks() -> None:
    """Counts, filters and the list."""
    state, name = asked.word("state", ("", *views.STATES)), asked.word("event")
    place = asked.number("page") or 1
    page = views.webhook_page(ui.engine(), actor, state=state, name=name, limit=ui.PAGE_ROWS, offset=(place - 1) * ui.PAGE_ROWS)
    show_counts(page)
    offer_choice(page, state, name)
    if (number := asked.number("body")) is not None:
        show_body(number)
    show_rows(page, state, name)
    asked.offer_pages(page.n_here, ui.PAGE_ROWS)


def show_counts(page: WebhookPage) -> None:
    """How many of which kind stand where."""
    if not page.by_name:
        return
    with st.expander("By event", expanded=False, icon=":material/table_rows:", key="by-event"):
        head = ("Event", *(f"{_NAMES[state]} #" for state in views.STATES))
        rows = [
            (f"<b>{marks.text(name or 'no name')}</b>", *(f"{of.get(state, 0):,}" for state in views.STATES))
            for name, of in page.by_name.items()
        ]
        ui.show(tables.table("Webhooks by event", head, rows))


def offer_choice(page: WebhookPage, state: str, name: str) -> None:
    """Which ones, as a file, and another try for all that failed."""
    total = sum(page.by_state.values())
    folders = {"": f"All {total:,}", **{one: f"{_NAMES[one]} {page.by_state.get(one, 0):,}" for one in views.STATES}}
    st.segmented_control(
        "State", list(folders), format_func=folders.get, label_visibility="collapsed", **asked.widget("state", state)
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        events = {"": "Every event", **{one: one or "no name" for one in page.by_name if one}}
        st.selectbox(
            "Event", list(events), format_func=events.get, width=260, **asked.widget("event", name if name in events else "")
        )
        engine = ui.engine()
        st.download_button(
            "CSV",
            lambda: views.webhooks_csv(engine, actor, state=state, name=name),
            "webhooks.csv",
            "text/csv",
            key="webhooks_csv",
            icon=":material/download:",
            on_click="ignore",
            disabled=not page.n_here,
        )
        if n_failed := page.by_state.get("failed", 0):
            st.button(
                f"Try all {n_failed:,} again",
                key="try-all",
                icon=":material/replay:",
                on_click=ui.act,
                args=(commands.retry_failed_webhooks,),
                kwargs={"told": "They are tried again now"},
            )


def show_rows(page: WebhookPage, state: str, name: str) -> None:
    """The events, the newest first."""
    if not page.rows:
        heading = "No webhook of this kind" if name else "No webhooks yet" if not page.by_name else "Nothing here"
        ui.empty(heading, _NOTHING["" if not page.by_name else state], icon="webhook")
        return
    for one in page.rows:
        with st.container(border=True, key=f"row-webhook-{one.event_number}", gap="small"):
            ui.show(_line(one))
            with st.container(horizontal=True, key=f"acts-webhook-{one.event_number}", gap="small"):
                if one.state != "done":
                    st.button(
                        "Look inside",
                        key=f"look-{one.event_number}",
                        icon=":material/data_object:",
                        on_click=open_body,
                        args=(one.event_number,),
                    )
                if one.state == "failed":
                    st.button(
                        "Try again",
                        key=f"again-{one.event_number}",
                        icon=":material/replay:",
                        on_click=ui.act,
                        args=(commands.retry_webhook, one.event_number),
                        kwargs={"told": "It is tried again now"},
                    )


def _line(one: WebhookLine) -> str:
    told = [f"came {ui.local_time(one.received_at)}", words.count(one.n_tries, "try", "tries") if one.n_tries else ""]
    told.append(f"next try {ui.local_time(one.next_at)}" if one.state == "waiting" and one.n_tries else "")
    told.append(f"contact {one.contact_id}" if one.contact_id else "")
    why = f'<div class="jc-sub">{marks.text(one.problem)}</div>' if one.problem else ""
    head = f"<b>{marks.text(one.name or 'no name')}</b> · {_NAMES[one.state]}"
    return f'<div>{head}</div><div class="jc-sub">{marks.text(" · ".join(filter(None, told)))}</div>{why}'


def open_body(event_number: int | None) -> None:
    """Show what one said, or close it."""
    if event_number is None:
        st.query_params.pop("body", None)
    else:
        st.query_params["body"] = str(event_number)


def show_body(event_number: int) -> None:
    """What one said, as it came."""
    with st.container(border=True, key="panel-webhook"):
        st.button("Close", key="close-webhook", icon=":material/close:", type="tertiary", on_click=open_body, args=(None,))
        with ui.guarded():
            raw = views.webhook_body(ui.engine(), actor, event_number=event_number)
            ui.section(f"Webhook {event_number}", "as it came; it may hold what somebody wrote")
            st.code(raw or "It is done; its text is no longer kept.", language="json", wrap_lines=True, height=420)


ui.title("Webhooks", "What GoHighLevel told by itself, what became of it, and another try for what failed")
show_webhooks()
