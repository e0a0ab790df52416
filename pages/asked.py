"""What a page's address asks for: filters live there, so that a view can be bookmarked, sent to a colleague and gone back to."""

from collections.abc import Collection
from typing import Any

import streamlit as st


def number(name: str) -> int | None:
    """A number such as `?lead=12`; None when there is none or it isn't one."""
    given = st.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


def word(name: str, allowed: Collection[str] | None = None, default: str = "") -> str:
    """A word, if it is one that may be asked for."""
    given = st.query_params.get(name, default)
    return given if allowed is None or given in allowed else default


def widget(name: str, value: object) -> dict[str, Any]:
    """The arguments that tie a widget to the address: it shows what the address says, and writes there what a person chooses."""
    key = _key(name)
    st.session_state[key] = value
    return {"key": key, "on_change": _write, "args": (name,)}


def _write(name: str) -> None:
    chosen = st.session_state.get(_key(name))
    if chosen in (None, "", False) or (name == "page" and chosen == 1):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = "yes" if chosen is True else str(chosen)
    if name != "page":
        st.query_params.pop("page", None)


def _key(name: str) -> str:
    return f"asked-{name}"
