"""Inbox: the queue of leads, ranked; why each stands there; call, text, write or take him in one tap."""

from collections.abc import Mapping, Sequence

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.records import Band, Channel, Source
from engine.views import InboxRow
from pages import asked, live, marks, ui, words

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)

BANDS = ["", "hot", "warm", "cold"]
SOURCES = {"": "Any source", **{source.value: words.said(source.value) for source in Source}}
WHOSE = {"all": "Everyone's", "mine": "Mine", "unassigned": "Nobody's"}
ORDERS = {"score": "Most likely first", "waiting": "Longest waiting first", "newest": "Newest first"}
OUTCOMES = {
    "Spoke on the phone": (Channel.CALL, "spoke"),
    "Called, no answer": (Channel.CALL, "no_answer"),
    "Sent a text": (Channel.SMS, "sent"),
    "Sent an e-mail": (Channel.EMAIL, "sent"),
}


def ask_filters() -> dict[str, object]:
    """The filters, kept in the page's address."""
    search = asked.word("search")[:100]
    whose = asked.word("whose", WHOSE, "all")
    source = asked.word("source", SOURCES)
    order = asked.word("order", ORDERS, "score")
    is_waiting = asked.word("waiting") == "yes"
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        st.text_input(
            "Search",
            placeholder="Name, phone, e-mail, city",
            icon=":material/search:",
            width=250,
            **asked.widget("search", search),
        )
        st.selectbox("Whose", WHOSE, format_func=WHOSE.get, width=140, **asked.widget("whose", whose))
        st.selectbox("Source", SOURCES, format_func=SOURCES.get, width=160, **asked.widget("source", source))
        st.selectbox("Order", ORDERS, format_func=ORDERS.get, width=210, **asked.widget("order", order))
        st.toggle("Waiting for an answer", **asked.widget("waiting", is_waiting))
    return {"search": search, "whose": whose, "source": source or None, "order": order, "only_waiting": is_waiting}


def ask_band(counts: Mapping[str | None, int]) -> None:
    """Which band, with the number of leads in each."""

    def label(band: str) -> str:
        if not band:
            return f"All  {sum(counts.values()):,}"
        which = Band(band)
        return f"{marks.SHAPES[which]} {marks.WORDS[which]}  {counts.get(band, 0):,}"

    band = asked.word("band", BANDS)
    st.segmented_control("Band", BANDS, format_func=label, label_visibility="collapsed", **asked.widget("band", band))


def shown_ids(place: dict[str, object], ranked: Sequence[InboxRow]) -> tuple[int, ...]:
    """The leads on the screen in their order, which stays as it was until somebody asks for another: rows don't jump."""
    here = repr(sorted(place.items()))
    held = st.session_state.get("inbox_shown")
    if held is None or held[0] != here:
        held = (here, tuple(row.lead_id for row in ranked))
        st.session_state["inbox_shown"] = held
    return held[1]


def offer_new(shown: Sequence[int], ranked: Sequence[InboxRow]) -> None:
    """Say how many leads would stand here now, or that the order has changed; rank anew only when asked."""
    now_here = [row.lead_id for row in ranked]
    n_new = len(set(now_here) - set(shown))
    if n_new or now_here != list(shown):
        label = f"{n_new} new — show" if n_new else "Order has changed — rank again"
        with st.container(horizontal_alignment="center", key="new-pill"):
            st.button(label, key="show_new", icon=":material/arrow_upward:", type="primary", on_click=rank_again)


def rank_again() -> None:
    """Forget the order on the screen."""
    st.session_state.pop("inbox_shown", None)


def show_row(row: InboxRow) -> None:
    """One lead of the queue with everything needed to act."""
    with st.container(border=True, key=f"row-{row.lead_id}", gap="small"):
        ui.show(row_marks(row))
        with st.container(horizontal=True, vertical_alignment="center", key=f"acts-{row.lead_id}", gap="small"):
            taps = marks.contact_links(row.phone, row.email, name=row.name, is_do_not_contact=row.is_do_not_contact)
            ui.show(f'<div class="jc-taps">{taps}</div>')
            if may_work:
                offer_work(row)
            st.page_link("lead.py", label="Open", icon=":material/arrow_forward:", query_params={"lead": str(row.lead_id)})


def offer_work(row: InboxRow) -> None:
    """Take the lead; note what came of a call."""
    if row.assigned_to is None:
        st.button(
            "Claim",
            key=f"claim-{row.lead_id}",
            icon=":material/front_hand:",
            on_click=ui.act,
            args=(commands.claim_lead, row.lead_id),
            kwargs={"told": f"{row.name} is yours"},
        )
    st.menu_button(
        "Log",
        list(OUTCOMES),
        key=f"log-{row.lead_id}",
        icon=":material/edit_note:",
        on_click=log_outcome,
        args=(row.lead_id, row.name),
    )


def log_outcome(lead_id: int, name: str) -> None:
    """Note what came of a call or a message; it stops the waiting clock."""
    outcome = st.session_state.get(f"log-{lead_id}")
    if outcome:
        channel, reached = OUTCOMES[outcome]
        ui.act(commands.log_touch, lead_id, channel, reached, told=f"Noted for {name}: {outcome.lower()}")


def row_marks(row: InboxRow) -> str:
    """Band and odds; who; why; clock and money."""
    return (
        f'<div class="jc-lead"><div class="jc-mark">{marks.score(row.score, row.band)}{odds(row)}</div>'
        f'<div class="jc-who"><b>{marks.text(row.name)}</b><span>{origin(row)}</span><span>{owner(row)}</span></div>'
        f"{points(row)}"
        f'<div class="jc-side">{clock(row)}{pay(row)}</div></div>'
    )


def odds(row: InboxRow) -> str:
    """The probability in words with its width, or that there is too little to say."""
    if row.probability is None:
        return ""
    width = words.interval(row.probability_low, row.probability_high)
    thin = "" if row.has_enough_evidence else "<br>thin evidence"
    return f'<div class="jc-odds"><b>{words.odds(row.probability)}</b> ({width}){thin}</div>'


def origin(row: InboxRow) -> str:
    """Where he is from."""
    parts = (words.said(row.source.value) if row.source else "", row.city, words.said(row.stage.value) if row.stage else "")
    return marks.text(" · ".join(part for part in parts if part)) or "Source unknown"


def owner(row: InboxRow) -> str:
    """Who has him."""
    return marks.text(row.assigned_name) if row.assigned_name else "Not taken yet"


def points(row: InboxRow) -> str:
    """The strongest reasons for him, and one against."""
    pro = "".join(f"<li>{marks.text(words.sentence(reason))}</li>" for reason in row.reasons_for[:2])
    con = "".join(f'<li class="jc-minus">{marks.text(words.sentence(reason))}</li>' for reason in row.reasons_against[:1])
    return f'<ul class="jc-points">{pro}{con}</ul>'


def clock(row: InboxRow) -> str:
    """How long he has waited for an answer by a person."""
    if row.waiting_since is None:
        return '<div class="jc-clock">Answered</div>' if row.first_outbound_at else '<div class="jc-clock">Not waiting</div>'
    since = marks.text(ui.local_time(row.waiting_since))
    urgent = " jc-hot" if row.band is Band.HOT else ""
    return f'<div class="jc-clock{urgent}" title="since {since}">waiting <b>{words.wait(ui.now() - row.waiting_since)}</b></div>'


def pay(row: InboxRow) -> str:
    """What he is expected to pay the office, marked when it rests on the default rate."""
    if row.expected_cents is None:
        return ""
    assumed = marks.chip("assumed rate", "assumed", "Rests on your default commission rate") if row.rate_source == "default" else ""
    amount = words.compact_money(row.expected_cents)
    return f'<div class="jc-pay"><span class="jc-sub">expected</span> {amount}</div>{assumed}'


@live.live_part("inbox", *live.LEADS, "deal_changed")
def show_queue(filters: dict[str, object]) -> None:
    """The queue: figures are refreshed in place, places stay until somebody asks for the new order."""
    place = {**filters, "band": asked.word("band", BANDS) or None, "limit": ui.PAGE_ROWS}
    ranked = read_page(place, asked.number("page") or 1)
    ask_band(ranked.n_by_band)
    if not ranked.n_total:
        show_nobody()
        return
    page = asked.page(ranked.n_total, ui.PAGE_ROWS)
    ranked = ranked if ranked.rows else read_page(place, page)  # the address named a page past the end
    place["page"] = page
    shown = shown_ids(place, ranked.rows)
    offer_new(shown, ranked.rows)
    for row in ui.read("inbox_rows", lead_ids=shown):
        show_row(row)
    asked.offer_pages(ranked.n_total, ui.PAGE_ROWS)


def read_page(place: dict[str, object], page: int) -> views.InboxPage:
    """One page of the queue as it is ranked now."""
    return ui.read("inbox", **place, offset=(page - 1) * ui.PAGE_ROWS)


def show_nobody() -> None:
    """Why the queue is empty."""
    if ui.read("home").n_leads:
        ui.empty("No lead passes these filters", "Take a filter away, or search for something else.")
    else:
        page = "imports.py" if actor.may(Permission.IMPORT) else ""
        ui.empty("No leads yet", "Upload a CSV from your CRM to fill this queue.", page=page, label="Upload a CSV")


ui.title("Inbox", "Who to act on next, and why: most likely to close first unless you ask for another order")
show_queue(ask_filters())
