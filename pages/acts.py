"""What is done to a lead from a page, and taking it back: the bar at the foot of the screen, the choices of snooze and outcome."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from engine import commands
from engine.records.inbox import Done, Outcome
from pages import marks, ui

OUTCOMES = {
    "No answer": (Outcome.NO_ANSWER, ":material/phone_missed:"),
    "Voicemail": (Outcome.VOICEMAIL, ":material/voicemail:"),
    "Spoke": (Outcome.SPOKE, ":material/call:"),
    "Appointment": (Outcome.APPOINTMENT, ":material/event_available:"),
    "Bad number": (Outcome.BAD_NUMBER, ":material/phone_disabled:"),
}
UNTIL_REPLY = "Until he replies"
_MORNING = 9
UNDO_S = 20


def do(command: Callable[..., Done], *facts: Any, **more: Any) -> None:
    """Carry out a command of the queue (a button's callback) and keep the way back at hand."""
    ui.act(command, *facts, then=_remember, **more)


def show_undo() -> None:
    """The last thing done, with the way back for as long as there is one."""
    done: Done | None = st.session_state.get("done")
    if done is None:
        return
    left = (done.undo_until - ui.now()).total_seconds()
    if left <= 0:
        st.session_state.pop("done")
        return
    undo_bar(str(done.action_id), done.told, left, _take_back, done.action_id)


def undo_bar(key: str, told: str, left_s: float, take_back: Callable[[int], None], number: int) -> None:
    """What was done, how much of the twenty seconds is left, and the way back (a button, and the key U)."""
    with st.container(key=f"undo-bar-{key}", horizontal=True, vertical_alignment="center", width="content"):
        delay = f"animation-delay:-{max(0.0, UNDO_S - left_s):.1f}s"
        ui.show(f'<div class="jc-undo-told" role="status">{marks.text(told)}<i style="{delay}"></i></div>')
        st.button("Undo", key="undo", icon=":material/undo:", shortcut="U", type="tertiary", on_click=take_back, args=(number,))


def snooze_choices(now: datetime) -> dict[str, datetime | None]:
    """Times to sleep until, on the office's clock; each also ends with a reply. None: until he replies."""
    local = now.astimezone(ui.office())
    morning = local.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    choices: dict[str, datetime | None] = {"In an hour": now + timedelta(hours=1), "In 3 hours": now + timedelta(hours=3)}
    choices["Tomorrow morning"] = morning + timedelta(days=1)
    choices["Monday morning"] = morning + timedelta(days=7 - local.weekday())
    choices["In two weeks"] = morning + timedelta(days=14)
    choices["In 90 days"] = morning + timedelta(days=90)
    choices[UNTIL_REPLY] = None
    return choices


def log(lead_id: int, key: str) -> None:
    """Note the outcome chosen in a menu."""
    chosen = st.session_state.get(key)
    if chosen:
        do(commands.dispose_lead, lead_id, OUTCOMES[chosen][0])


def snooze(lead_id: int, key: str) -> None:
    """Put the lead to sleep until the time chosen in a menu."""
    chosen = st.session_state.get(key)
    if chosen:
        do(commands.snooze_lead, lead_id, until_at=snooze_choices(ui.now())[chosen])


def _remember(done: Done) -> None:
    st.session_state["done"] = done


def _take_back(action_id: int) -> None:
    st.session_state.pop("done", None)
    ui.act(commands.undo_action, action_id, then=lambda told: st.toast(marks.plain(told), icon=":material/undo:"))
