"""The inbox's filters, kept in the page's address, and saved views of them. Parts of the inbox."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from engine import commands, views
from engine.records import Band, Source, Stage
from engine.records.inbox import SavedView
from pages import asked, live, marks, ui, words

BANDS = ["", "hot", "warm", "cold"]
SOURCES = {source.value: words.said(source.value) for source in Source}
STAGES = {stage.value: words.said(stage.value) for stage in Stage}
CONDITIONS = ("bands", "source", "stage", "assigned", "quiet", "moved", "consent", "tag", "from", "to", "text", "waiting")
MATCHES = {"all": "All of these", "any": "Any of these"}
ORDERS = {
    "worth": "Worth of acting now",
    "score": "Plain score",
    "waiting": "Longest waiting",
    "newest": "Newest",
    "wakes": "Next to wake",
}
SHELVES = {"awake": "In the queue", "asleep": "Snoozed", "both": "Both"}
QUIET = {"": "Any activity", "3": "Quiet for 3 days", "7": "Quiet for 7 days", "14": "Quiet for 14 days", "30": "Quiet for 30 days"}
MOVED = {"": "Any score change", "up": "Up 5 or more this week", "down": "Down 5 or more this week"}
CONSENTS = {"": "Any consent", "given": "Consent on file", "unknown": "No consent on file", "opted_out": "Opted out"}
_MORE = (*CONDITIONS, "shelf")


def read_filters() -> dict[str, object]:
    """What the address asks for; nonsense is ignored."""
    return {
        "search": asked.word("search")[:100],
        "whose": asked.word("whose", ui.reaches(), "all"),
        "match": asked.word("match", MATCHES, "all"),
        "bands": tuple(asked.words("bands", BANDS[1:])),
        "source": tuple(asked.words("source", SOURCES)),
        "stage": tuple(asked.words("stage", STAGES)),
        "assigned": asked.number("assigned"),
        "budget_from_cents": _cents("from"),
        "budget_to_cents": _cents("to"),
        "text": asked.word("text")[:100],
        "only_waiting": asked.word("waiting") == "yes",
        "shelf": asked.word("shelf", SHELVES, "awake"),
        "quiet_days": int(asked.word("quiet", QUIET) or 0) or None,
        "moved": asked.word("moved", MOVED) or None,
        "consent": asked.word("consent", CONSENTS) or None,
        "tag": asked.word("tag")[:40] or None,
        "order": asked.word("order", ORDERS, "worth"),
    }


def ask_filters() -> None:
    """The bar above the queue: search as one types, whose, order, and the rest under one button."""
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        st.text_input(
            "Search",
            placeholder="Name, phone, e-mail, city",
            icon=":material/search:",
            width=240,
            live="250ms",
            label_visibility="collapsed",
            **asked.widget("search", asked.word("search")[:100]),
        )
        asked.offer_reach(ui.reaches())
        _choose("Order", "order", ORDERS, "worth", 190, is_labelled=False)
        n_more = sum(bool(asked.word(name)) for name in _MORE)
        with st.popover(
            f"Filters · {n_more}" if n_more else "Filters", icon=":material/tune:", key="more-filters", on_change="rerun"
        ) as more:
            if more.open:  # a dozen widgets that most runs do without
                ask_conditions()
        st.toggle("Waiting for an answer", **asked.widget("waiting", asked.word("waiting") == "yes"))


def ask_conditions() -> None:
    """The shelf, and conditions of which all or any must hold."""
    _choose("Shelf", "shelf", SHELVES, "awake")
    match = asked.word("match", MATCHES, "all")
    st.segmented_control("Leads that meet", list(MATCHES), format_func=MATCHES.get, **asked.widget("match", match))
    bands = {band: words.said(band) for band in BANDS[1:]}
    for label, name, choices in (("Band", "bands", bands), ("Source", "source", SOURCES), ("Deal’s stage", "stage", STAGES)):
        chosen = asked.words(name, choices)
        st.multiselect(label, list(choices), format_func=choices.get, placeholder="Any", **asked.widget(name, chosen))
    people = {str(number): name for number, name in views.agents(ui.engine()).items()}
    _choose("With", "assigned", {"": "Anybody", "0": "Nobody yet", **people}, "")
    _choose("Activity", "quiet", QUIET, "")
    _choose("Score change", "moved", MOVED, "")
    _choose("Consent", "consent", CONSENTS, "")
    tags = {tag: tag for tag in dict.fromkeys(filter(None, (asked.word("tag")[:40], *ui.read("known_tags"))))}
    _choose("Tag", "tag", {"": "Any tag", **tags}, "")
    with st.container(horizontal=True, key="budget", gap="small"):
        for label, name in (("Budget from, $", "from"), ("to, $", "to")):
            st.number_input(
                label,
                min_value=0,
                max_value=10**9,
                step=50_000,
                width=150,
                placeholder="Any",
                **asked.widget(name, asked.number(name)),
            )
    st.text_input("Name, e-mail or city holds", **asked.widget("text", asked.word("text")[:100]))


def _cents(name: str) -> int | None:
    dollars = asked.number(name)
    return None if dollars is None else min(dollars, 10**9) * 100


def ask_band(counts: Mapping[str | None, int]) -> None:
    """Which band, with the number of leads in each."""

    def label(band: str) -> str:
        if not band:
            return f"All  {sum(counts.values()):,}"
        which = Band(band)
        return f"{marks.SHAPES[which]} {marks.WORDS[which]}  {counts.get(band, 0):,}"

    band = asked.word("band", BANDS)
    st.segmented_control("Band", BANDS, format_func=label, label_visibility="collapsed", **asked.widget("band", band))


def _choose(
    label: str, name: str, choices: Mapping[str, str], default: str, width: int | None = None, *, is_labelled: bool = True
) -> None:
    more: dict[str, object] = {} if is_labelled else {"label_visibility": "collapsed"}
    if width:
        more["width"] = width
    chosen = asked.word(name, choices, default)
    st.selectbox(label, list(choices), format_func=choices.get, **more, **asked.widget(name, chosen))


@live.live_part("views", "view_changed", every=None)
def show_views() -> None:
    """Pinned views as links, and all of them under one button."""
    found: tuple[SavedView, ...] = ui.read("saved_view_list")
    with st.container(horizontal=True, vertical_alignment="center", key="views", gap="small"):
        for view in found:
            if view.is_pinned:
                st.page_link(
                    "inbox.py", label=marks.plain(view.name), icon=":material/push_pin:", query_params=dict(parse_qsl(view.query))
                )
        with st.popover("Views", icon=":material/bookmarks:", key="all-views"):
            for view in found:
                show_view(view)
            ask_name()


def show_view(view: SavedView) -> None:
    """One view: open it, pin it, share it, forget it."""
    mine = view.owner_id == ui.require_actor().user_id
    with st.container(horizontal=True, vertical_alignment="center", key=f"view-{view.view_id}", gap="small"):
        st.page_link("inbox.py", label=marks.plain(view.name), query_params=dict(parse_qsl(view.query)))
        pin = {"is_pinned": not view.is_pinned}
        icon = ":material/keep_off:" if view.is_pinned else ":material/push_pin:"
        _small("Unpin" if view.is_pinned else "Pin", f"pin-{view.view_id}", icon, commands.pin_view, view.view_id, **pin)
        if mine:
            share = {"is_shared": not view.is_shared}
            label = "Keep to myself" if view.is_shared else "Share"
            _small(label, f"share-{view.view_id}", ":material/group:", commands.share_view, view.view_id, **share)
            _small("Forget", f"forget-{view.view_id}", ":material/delete:", commands.delete_view, view.view_id)


def _small(label: str, key: str, icon: str, command: object, view_id: int, **more: bool) -> None:
    st.button(label, key=key, icon=icon, type="tertiary", on_click=ui.act, args=(command, view_id), kwargs=more)


def ask_name() -> None:
    """Keep the filters as they are under a name."""
    with st.form("save-view", clear_on_submit=True, border=False):
        st.text_input("Keep these filters as", key="view_name", max_chars=60, placeholder="Hot and quiet for a week")
        st.toggle("Share with the office", key="view_shared")
        st.form_submit_button("Save the view", icon=":material/bookmark_add:", on_click=_save)


def _save() -> None:
    query = urlencode([(name, value) for name, value in st.query_params.items() if name not in ("lead", "page")])
    name = st.session_state.get("view_name", "")
    ui.act(commands.save_view, name, query, is_shared=bool(st.session_state.get("view_shared")), told="The view is kept and pinned")
