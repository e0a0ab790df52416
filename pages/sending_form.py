"""The settings of follow-up as forms: whom messages come from, and when and how often they may go out."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.errors import BadInput
from engine.records.office import OfficeSetting, Signature
from engine.views import OfficePage
from pages import marks, ui
from pages.office_forms import save, stamp

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FIELDS = {
    "brand": ("Brand: the office’s name", "Rivera Homes"),
    "agent_name": ("Agent who writes", "Jorge Rivera"),
    "agent_phone": ("Agent’s phone", "(909) 555-0100"),
    "from_number": ("Number texts come from", "(909) 555-0199"),
    "from_email": ("Address e-mails come from", "jorge@example.com"),
    "public_url": ("Public address of this command center", "https://leads.example.com"),
    "postal_address": ("Postal address", "1 Example Street, Ontario, CA 91761"),
}
_LAW = {
    "national_list_days": "National do-not-call list, at most this old",
    "inquiry_days": "An inquiry opens the door for",
    "transaction_days": "A deal opens the door for",
}


def show_sender(page: OfficePage) -> None:
    """Whom messages come from, and what the gate still misses."""
    key = stamp(page, OfficeSetting.SENDER)
    with st.container(border=True, key="panel-sender"):
        ui.section("Who writes", "stands in every message; without it the gate holds messages back")
        if page.missing:
            told = ", ".join(_FIELDS[name][0].split(":")[0].lower() for name in page.missing)
            st.warning(f"Still missing: {marks.plain(told)}.", icon=":material/pending:")
        with st.grid(2, min_column_width=240):
            for name, (label, example) in _FIELDS.items():
                text = page.sender[name]
                st.text_input(label, text, max_chars=200, placeholder=example, help=page.purposes[name], key=f"{key}-{name}")
        st.button("Save", key="save-sender", type="primary", on_click=_save_sender, args=(key,))


def _save_sender(key: str) -> None:
    save(OfficeSetting.SENDER, {name: st.session_state[f"{key}-{name}"] for name in _FIELDS})


def show_rules(page: OfficePage) -> None:
    """The sending window and the caps. Narrower is one tap; wider is signed for."""
    key = stamp(page, OfficeSetting.RULES)
    with st.container(border=True, key="panel-rules"):
        ui.section("When we write", "in the lead's own day; a state's narrower hours always hold on top")
        changes = {**_ask_hours(page.rules, key), **_ask_caps(page.rules, key)}
        wider = _wider(changes)
        if wider is not None:
            if wider:
                ask_signature(wider, key)
            args = (changes, key if wider else "")
            label = "Sign and save" if wider else "Save"
            st.button(label, key="save-rules", type="primary", on_click=_save_rules, args=args)
        law = [(label, f"{page.rules[name]:,} days") for name, label in _LAW.items()]
        law.append(("Texts and e-mails", "only with consent"))
        ui.section("Within the law", "not changed here")
        ui.show(marks.facts(law))
    show_retention(page)


def _ask_hours(rules: Mapping[str, Any], key: str) -> dict[str, Any]:
    left, right = st.columns(2)
    minutes = list(range(0, 24 * 60 + 1, 15))
    opens = left.selectbox("From", minutes[:-1], minutes.index(rules["opens_minute"]), format_func=_clock, key=f"{key}-opens")
    closes = right.selectbox(
        "Until", minutes[1:], minutes.index(rules["closes_minute"]) - 1, format_func=_clock, key=f"{key}-closes"
    )
    days = st.pills(
        "Days", range(7), selection_mode="multi", default=rules["weekdays"], format_func=lambda day: _DAYS[day], key=f"{key}-days"
    )
    holidays = st.toggle("Nothing on federal holidays", rules["is_closed_on_holidays"], key=f"{key}-holidays")
    return {"opens_minute": opens, "closes_minute": closes, "weekdays": sorted(days), "is_closed_on_holidays": holidays}


def _ask_caps(rules: Mapping[str, Any], key: str) -> dict[str, Any]:
    with st.grid(3, min_column_width=150):
        daily = st.number_input("Messages a person in 24 hours", 1, 3, rules["messages_per_day"], key=f"{key}-daily")
        weekly = st.number_input("Messages a person in 7 days", 1, 21, rules["messages_per_week"], key=f"{key}-weekly")
        stop = st.number_input("Opt-out words every, days", 1, 30, rules["stop_text_days"], key=f"{key}-stop")
    approval = st.toggle(
        "A person approves what a language model wrote", rules["is_approval_needed_for_llm"], key=f"{key}-approval"
    )
    return {
        "messages_per_day": int(daily), "messages_per_week": int(weekly), "stop_text_days": int(stop),
        "is_approval_needed_for_llm": approval,
    }  # fmt: skip


def _wider(changes: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What the changes let out; None where they can't be."""
    try:
        found: tuple[str, ...] = ui.fresh("would_let_out", changes=changes)
    except BadInput as error:
        st.error(marks.plain(error.message), icon=":material/error:")
        return None
    return found


def ask_signature(wider: Sequence[str], key: str) -> None:
    """Say what would go out that is held back now, and have somebody answer for it."""
    listed = "\n".join(f"- {marks.plain(line)}" for line in wider)
    st.warning(f"**This lets out more than now**\n{listed}", icon=":material/warning:")
    st.text_area("Why (kept in the audit)", key=f"{key}-reason", max_chars=500, height=80)
    st.text_input(f"Type your name to sign: {marks.plain(ui.require_actor().name)}", key=f"{key}-signed", max_chars=100)


def signature_of(key: str) -> Signature:
    """What was signed under that key."""
    return Signature(reason=st.session_state.get(f"{key}-reason") or "", name=st.session_state.get(f"{key}-signed") or "")


def _save_rules(changes: Mapping[str, Any], signed: str) -> None:
    save(OfficeSetting.RULES, changes, **({"signature": signature_of(signed)} if signed else {}))


def show_retention(page: OfficePage) -> None:
    """How long words of finished messages are kept."""
    key = stamp(page, OfficeSetting.RETENTION)
    with st.container(border=True, key="panel-retention"):
        ui.section("Words of sent messages", "that a message went, when and why, is kept for good")
        days = st.number_input("Keep the words for, days", 1, 3_650, page.retention_days, key=f"{key}-days")
        st.button("Save", key="save-retention", on_click=save, args=(OfficeSetting.RETENTION, int(days)))


def _clock(minute: int) -> str:
    if minute in (0, 24 * 60):
        return "midnight"
    return f"{minute // 60 % 12 or 12}:{minute % 60:02d} {'AM' if minute < 720 else 'PM'}"
