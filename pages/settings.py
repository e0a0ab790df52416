"""Settings: what the owner sets for the office, each with its history, who changed it, and the way back."""

import streamlit as st

from engine import commands
from engine.records.office import OfficeSetting, SettingEntry
from engine.views import OfficePage
from pages import asked, live, marks, office_forms, sending_form, ui, words

PARTS = {
    "market": "Market",
    "bands": "Bands",
    "rate": "Rate",
    "sender": "Sender",
    "rules": "Sending",
}
SETTINGS = {
    "market": (OfficeSetting.MARKET,),
    "bands": (OfficeSetting.BANDS,),
    "rate": (OfficeSetting.RATE,),
    "sender": (OfficeSetting.SENDER,),
    "rules": (OfficeSetting.RULES, OfficeSetting.RETENTION),
}
TITLES = {OfficeSetting.RULES: "When messages go out", OfficeSetting.RETENTION: "Words of sent messages"}
_SHOWN = 20  # entries of a history


@live.live_part("settings", "setting_changed", "leads_rescored", every=None)
def show_part() -> None:
    """The part that the address asks for, beside its history."""
    page: OfficePage = ui.fresh("office_page")
    part = asked.word("show", PARTS, "market")
    st.segmented_control(
        "Part", list(PARTS), format_func=PARTS.get, label_visibility="collapsed", **asked.widget("show", part), required=True
    )
    forms = {
        "market": office_forms.show_market,
        "bands": office_forms.show_bands,
        "rate": office_forms.show_rate,
        "sender": sending_form.show_sender,
        "rules": sending_form.show_rules,
    }
    left, right = st.columns([5, 3], gap="medium")
    with left:
        forms[part](page)
    with right, st.container(border=True, key="panel-history"):
        ui.section("History", "newest first")
        for setting in SETTINGS[part]:
            if len(SETTINGS[part]) > 1:
                ui.show(f'<p class="jc-sub">{TITLES[setting]}</p>')
            show_history(page, setting)


def show_history(page: OfficePage, setting: OfficeSetting) -> None:
    """What a setting was, and the way back to each value."""
    entries = page.history[setting]
    for place, entry in enumerate(entries[:_SHOWN]):
        ui.show(entry_marks(entry))
        if not entry.is_now and entry.value != entries[0].value:
            offer_back(setting, place, entry)
    if len(entries) > _SHOWN:
        ui.show(f'<p class="jc-sub">{words.count(len(entries) - _SHOWN, "older change")} in the audit.</p>')


def entry_marks(entry: SettingEntry) -> str:
    """One change: when, who, and from what to what."""
    when = ui.local_time(entry.valid_from) if entry.valid_from else "Before any change"
    who = f" by {entry.set_by}" if entry.set_by else ""
    lines = "".join(f"<span>{marks.text(line)}</span>" for line in entry.told)
    state = marks.chip("holds", "info") if entry.is_now else ""
    return f'<div class="jc-change"><b>{marks.text(when + who)}</b> {state}{lines}</div>'


def offer_back(setting: OfficeSetting, place: int, entry: SettingEntry) -> None:
    """Bring a value back; where that lets out more messages than now, sign for it first."""
    key = f"back-{setting.value}-{place}"
    wider = ui.fresh("would_let_out", changes=entry.value) if setting is OfficeSetting.RULES else ()
    if not wider:
        args = (setting, entry)
        st.button("Bring back", key=key, icon=":material/undo:", type="tertiary", on_click=bring_back, args=args)
        return
    with st.popover("Bring back", key=f"{key}-ask", icon=":material/undo:", type="tertiary"):
        sending_form.ask_signature(wider, key)
        st.button("Sign and bring back", key=key, type="primary", on_click=bring_back, args=(setting, entry, key))


def bring_back(setting: OfficeSetting, entry: SettingEntry, signed: str = "") -> None:
    """Set the former value again."""
    more = {"signature": sending_form.signature_of(signed)} if signed else {}
    ui.act(commands.restore_setting, setting, entry.valid_from, then=office_forms.say, **more)


@live.live_part("rescoring", "setting_changed", "lead_scored", "leads_rescored", every=None)
def show_rescoring() -> None:
    """How far the leads are that are scored anew after a change."""
    page: OfficePage = ui.fresh("office_page")
    if page.n_rescored is not None:
        said = f"Leads are being scored anew with the new settings: {page.n_rescored:,} of {page.n_leads:,}"
        ui.show(f'<p class="jc-note" role="status">{marks.text(said)} {marks.progress(page.n_rescored, page.n_leads)}</p>')


ui.title("Settings", "What holds for the whole office; every change keeps its history and can be taken back")
show_rescoring()
show_part()
with st.container(border=True, key="panel-elsewhere"):
    ui.section("Set elsewhere", "where it is used")
    with st.container(horizontal=True, gap="small"):
        st.page_link("goals.py", label="Year’s goal", icon=":material/flag:")
        st.page_link("commission.py", label="Commission plan", icon=":material/payments:", query_params={"show": "plan"})
        st.page_link("drafts.py", label="Tone of dialogues, autopilot", icon=":material/forum:")
        st.page_link("routing.py", label="Routing", icon=":material/alt_route:")
        st.page_link("keys.py", label="Team & access", icon=":material/key:")
