"""What a page's address asks for: filters live there, so that a view can be bookmarked, sent to a colleague and gone back to."""

from collections.abc import Collection, Mapping
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


def words(name: str, allowed: Collection[str]) -> list[str]:
    """Several words separated by commas, those that may be asked for."""
    return [one for one in dict.fromkeys(st.query_params.get(name, "").split(",")) if one in allowed and one]


def widget(name: str, value: object) -> dict[str, Any]:
    """The arguments that tie a widget to the address: it shows what the address says, and writes there what a person chooses."""
    key = _key(name)
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value  # only then: what is written back would overwrite what somebody is typing
    return {"key": key, "on_change": _write, "args": (name,)}


def page(n_rows: int, rows_a_page: int) -> int:
    """Which page of a list, from 1, and never past its end."""
    return max(1, min(number("page") or 1, -(-n_rows // rows_a_page)))


def offer_pages(n_rows: int, rows_a_page: int) -> None:
    """Where one stands in a list of several pages, and the way on and back."""
    here, last = page(n_rows, rows_a_page), -(-n_rows // rows_a_page)
    if last <= 1:
        return
    first_row, last_row = (here - 1) * rows_a_page + 1, min(here * rows_a_page, n_rows)
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center", key="paging"):
        icon = ":material/chevron_left:"
        st.button("Previous", key="page_back", icon=icon, disabled=here == 1, on_click=_turn_to, args=(here - 1,))
        st.html(f'<span class="jc-place">{first_row:,}–{last_row:,} of {n_rows:,}</span>', width="content")
        icon = ":material/chevron_right:"
        st.button(
            "Next", key="page_on", icon=icon, icon_position="right", disabled=here == last, on_click=_turn_to, args=(here + 1,)
        )


def offer_reach(choices: Mapping[str, str]) -> None:
    """Whose rows the list shows: mine, my team's, all."""
    chosen = word("whose", choices, "all")
    st.segmented_control("Whose", list(choices), format_func=choices.get, label_visibility="collapsed", **widget("whose", chosen))


def _turn_to(number_of_page: int) -> None:
    if number_of_page == 1:
        st.query_params.pop("page", None)
    else:
        st.query_params["page"] = str(number_of_page)


def _write(name: str) -> None:
    chosen = st.session_state.get(_key(name))
    if chosen in (None, "", False, []):
        st.query_params.pop(name, None)
    elif isinstance(chosen, list):
        st.query_params[name] = ",".join(map(str, chosen))
    else:
        st.query_params[name] = "yes" if chosen is True else str(chosen)
    st.query_params.pop("page", None)  # another list begins at its first page


def _key(name: str) -> str:
    return f"asked-{name}"
