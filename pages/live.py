"""The live element: one WebSocket a browser tab; a change anywhere in the office reruns just the part of the page that shows it."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path

import streamlit as st

from engine import views
from engine.runtime import get_engine
from pages import ui

_FOLDER = Path(__file__).parent / "static"
_element = st.components.v2.component(
    "jorge_live",
    html='<div class="live" role="status"></div>\n<dialog class="ended"></dialog>\n',
    css=(_FOLDER / "live.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "live.js").read_text(encoding="utf-8"),
)

LEADS = ("lead_changed", "lead_scored", "batch_finished")
DEALS = ("deal_changed", "batch_finished")
BATCHES = ("batch_changed", "batch_finished")


def live_part(name: str, *event_types: str, every: int | None = 60) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A part of a page that shows itself anew when one of these events happens (none named: any), and slowly by itself."""

    def decorate(show_part: Callable[..., None]) -> Callable[..., None]:
        @wraps(show_part)
        def run(*given: object, **named: object) -> None:
            listen(name, *event_types)
            with ui.guarded():
                show_part(*given, **named)

        return st.fragment(run, run_every=every)

    return decorate


def listen(name: str, *event_types: str, shows_state: bool = False) -> None:
    """Rerun the fragment this stands in when one of these events happens, at most once a second."""
    _element(
        key=f"live-{name}",
        data={"types": list(event_types), "seq": views.version(get_engine()), "shows_state": shows_state},
        on_event_change=_nothing,
    )


def _nothing() -> None:
    """The rerun itself is all that is wanted."""
