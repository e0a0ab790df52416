"""Opt-outs & privacy: who may not be contacted and since when, the national list, and what a person may ask for about himself."""

import json

import streamlit as st

from engine.access import Permission
from engine.commands import opt_outs as opt_out_commands
from engine.commands import privacy
from engine.errors import NotFound
from engine.views import opt_outs as opt_out_views
from engine.views.opt_outs import OptOutPage, Revocation
from pages import asked, live, marks, sending, tables, ui, words

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)
may_change = actor.may(Permission.CHANGE_SETTINGS)
may_privacy = actor.may(Permission.MANAGE_PEOPLE)
SOURCES = {
    "": "However it came",
    "sms": "A text",
    "email": "An e-mail",
    "unsubscribe": "The unsubscribe link",
    "ghl_dnd": "GoHighLevel’s do-not-disturb",
    "person": "A person noted it",
    "wrong_number": "Wrong number",
}
_SUPPRESSED = {"own_list": "our own list", "wrong_number": "wrong numbers", "forgotten": "forgotten people"}


@live.live_part("opt-outs", "opted_out", "setting_changed", every=60)
def show_opt_outs() -> None:
    """Figures, adding one, the list."""
    place, search, source = asked.number("page") or 1, asked.word("search")[:100], asked.word("source", SOURCES)
    page = opt_out_views.opt_out_page(
        ui.engine(), actor, search=search, source=source, limit=ui.PAGE_ROWS, offset=(place - 1) * ui.PAGE_ROWS
    )
    show_figures(page)
    if may_work:
        ask_address()
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        st.text_input(
            "Search", placeholder="Name, phone, e-mail", icon=":material/search:", width=240, **asked.widget("search", search)
        )
        st.selectbox("How", list(SOURCES), format_func=SOURCES.get, width=240, **asked.widget("source", source))
    if not page.rows:
        ui.empty(
            "Nobody opted out", "An opt-out appears here within a second of the text, e-mail or tick that says it.", icon="block"
        )
    else:
        columns = ("Who", "Address", "Since", "How", "Not by", "GoHighLevel")
        ui.show(tables.table("Opt-outs", columns, [_row(one) for one in page.rows]))
    asked.offer_pages(page.n_total, ui.PAGE_ROWS)


def show_figures(page: OptOutPage) -> None:
    """How many, and how current the national list is."""
    kept = ", ".join(f"{n:,} {_SUPPRESSED.get(reason, reason)}" for reason, n in page.n_suppressed.items()) or "none"
    if page.list_as_of is None:
        listed, note, kind = "None loaded", "messages without consent in writing are blocked", "warm"
    else:
        is_old = page.list_holds_until is not None and page.list_holds_until < ui.now()
        listed, kind = words.count(page.n_do_not_call, "number"), "hot" if is_old else "plain"
        until = words.day(page.list_holds_until.date()) if page.list_holds_until else ""
        note = f"of {words.day(page.list_as_of.date())}; {'too old since' if is_old else 'holds until'} {until}"
    ui.show(
        marks.figures(
            [
                marks.figure("Opt-outs", f"{page.n_total:,}", "by address; they survive deletion and re-import"),
                marks.figure("Addresses never written to", f"{sum(page.n_suppressed.values()):,}", kept),
                marks.figure("National do-not-call list", listed, note, kind=kind),
            ]
        )
    )


def _row(one: Revocation) -> tuple[str, ...]:
    name = marks.text(one.lead_name or f"lead {one.lead_id}")
    who = (
        f'<a href="/lead?lead={one.lead_id}" target="_self"><b>{name}</b></a>' if one.is_visible else "<b>Forgotten or removed</b>"
    )
    there = {
        True: marks.chip("confirmed", "money"),
        False: marks.chip("being told", "warm"),
        None: '<span class="jc-sub">not linked</span>',
    }
    address = words.phone(one.address) if one.address.startswith("+") else one.address or "kept as a hash"
    kinds = ", ".join(sending.KINDS.get(kind, kind).lower() for kind in one.channels)
    since = f'<span title="{marks.text(ui.local_time(one.at))}">{words.ago(one.at, ui.now())}</span>'
    return (
        who,
        marks.text(address),
        since,
        marks.text(SOURCES.get(one.source, one.source)),
        marks.text(kinds),
        there[one.is_confirmed_there],
    )


def ask_address() -> None:
    """Somebody said so by phone, letter or in the office."""
    with st.form("opt_out", border=True, clear_on_submit=True):
        ui.section("Leave somebody alone", "a phone or e-mail, whoever has it; holds at once, for texts, calls and e-mails")
        with st.container(horizontal=True, vertical_alignment="bottom", key="opt-out-row"):
            st.text_input("Phone or e-mail", key="opt_out_address", max_chars=200, placeholder="(909) 555-0123")
            st.form_submit_button("Opt out", type="primary", icon=":material/block:", on_click=_opt_out)


def _opt_out() -> None:
    def tell(lead_id: int | None) -> None:
        told = "Noted; what was planned is stopped" if lead_id else "Noted, though no lead here has this address"
        st.toast(told, icon=":material/check_circle:")

    ui.act(opt_out_commands.opt_out_address, st.session_state.get("opt_out_address") or "", then=tell)


def ask_list() -> None:
    """Load the national list anew."""
    with st.container(border=True, key="panel-list"):
        ui.section("National do-not-call list", "the registry’s file, or one number a line; it takes the place of the one before")
        file = st.file_uploader("File", type=["txt", "csv"], key="list_file", max_upload_size=64)
        as_of = st.date_input(
            "As of (the day the registry made it)", value=None, max_value=ui.now().astimezone(ui.office()).date(), key="list_as_of"
        )
        is_off = file is None or as_of is None
        args = (opt_out_commands.load_do_not_call_file, file.getvalue() if file else b"", as_of)
        st.button("Load", key="load_list", disabled=is_off, on_click=ui.act, args=args, kwargs={"then": _told_loaded})


def _told_loaded(n_phones: int) -> None:
    st.toast(f"{n_phones:,} numbers are on the list now", icon=":material/check_circle:")


def ask_privacy() -> None:
    """A copy of everything about one person, or forgetting him."""
    with st.container(border=True, key="panel-privacy"):
        ui.section("Privacy requests", "a copy of everything about one person, or to be forgotten")
        lead_id = st.number_input(
            "Lead number (in the address of the lead’s page)", min_value=1, value=asked.number("person"), key="privacy_lead"
        )
        if lead_id is None:
            return
        try:
            asked_for = opt_out_views.privacy_request(ui.engine(), actor, int(lead_id))
        except NotFound as missing:
            ui.show(f'<p class="jc-sub">{marks.text(missing.message)}</p>')
            return
        files = words.count(asked_for.n_files, "file")
        kept = ", ".join(f"{n:,} in {table.replace('_', ' ')}" for table, n in asked_for.n_rows.items())
        ui.show(f'<p><b>{marks.text(asked_for.name)}</b></p><p class="jc-sub">Kept: {marks.text(kept)}; imported with {files}.</p>')
        engine = ui.engine()
        st.download_button(
            "Everything about him, as JSON",
            lambda: json.dumps(privacy.export_lead(engine, actor, int(lead_id)), ensure_ascii=False, indent=1, default=str).encode(),
            f"lead-{int(lead_id)}.json", "application/json", key="export_lead", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        ask_forget(int(lead_id), asked_for.name)


def ask_forget(lead_id: int, name: str) -> None:
    """Forget for good: what goes, what stays, and the name typed."""
    with st.expander("Forget this person", icon=":material/delete_forever:", key="forget"):
        ui.show(
            "<p>Goes from every table, the kept and scored files that name him (whole files), and the analytical store at the next start. "
            "Stays: that his addresses (as salted hashes) must not be written to, that consent was given, what was decided. The contact in "
            "GoHighLevel is yours to delete there. Backups hold him for up to 35 days. This can’t be undone.</p>"
        )
        typed = st.text_input(f"Type {marks.plain(name)} to confirm", key=f"forget_{lead_id}")
        is_off = " ".join(typed.split()).casefold() != " ".join(name.split()).casefold()
        args = (privacy.forget_lead, lead_id)
        st.button(
            "Forget for good",
            key="forget_now",
            type="primary",
            disabled=is_off,
            on_click=ui.act,
            args=args,
            kwargs={"then": _told_forgotten},
        )


def _told_forgotten(done: privacy.Forgotten) -> None:
    st.query_params.pop("person", None)
    st.session_state.pop("privacy_lead", None)
    st.toast(f"Forgotten. {words.count(len(done.files_removed), 'file')} removed.", icon=":material/check_circle:")


ui.title("Opt-outs & privacy", "Who may not be contacted, since when and how it came; and what people may ask for about themselves")
show_opt_outs()
if may_change:
    ask_list()
if may_privacy:
    ask_privacy()
