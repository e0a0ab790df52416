"""Inbox: the queue of leads, ranked by what acting now is worth; why each stands there; act in one tap without losing the queue."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from engine import commands
from engine.access import Permission
from engine.records import Band
from engine.records.inbox import SpeedState, Step
from engine.views import InboxPlaces, InboxRow
from pages import acts, asked, bulk, calls, drawer, live, marks, queue_filters, ui, words

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)

_CLOCKS = {SpeedState.IN_WINDOW: ("●", "info"), SpeedState.NEAR: ("◆", "warm"), SpeedState.BREACHED: ("▲", "hot")}
_NEXT = {
    Step.CALL: "Call",
    Step.TEXT: "Text",
    Step.EMAIL: "E-mail",
    Step.CONFIRM: "Confirm",
    Step.WAIT: "Wait",
    Step.NOTHING: "Nothing to do",
}
KEYS = {
    "J": "Next lead",
    "K": "The lead before",
    "X": "Close the drawer",
    "P": "Call",
    "T": "Text",
    "E": "E-mail",
    **{str(place): f"Log: {outcome.lower()}" for place, outcome in enumerate(acts.OUTCOMES, 1)},
    "A": "Claim, or hand over",
    "S": "Snooze, or wake",
    "N": "Note",
    "M": "Move to a stage",
    "G": "Tag",
    "U": "Take the last thing back",
    "?": "This list",
}
_A_DAY = timedelta(days=1)  # a lead that came in an old list isn't raced for by the minute


def shown_ids(place: dict[str, object], ranked: Sequence[int]) -> tuple[int, ...]:
    """The leads on the screen in their order, which stays as it was until somebody asks for another: rows don't jump."""
    here = repr(sorted(place.items()))
    held = st.session_state.get("inbox_shown")
    if held is None or held[0] != here:
        held = (here, tuple(ranked))
        st.session_state["inbox_shown"] = held
    return held[1]


def offer_new(shown: Sequence[int], ranked: Sequence[int]) -> None:
    """Say how many leads would stand here now, or that the order has changed; rank anew only when asked."""
    n_new = len(set(ranked) - set(shown))
    if n_new or list(ranked) != list(shown):
        label = f"{n_new} new — show" if n_new else "Order has changed — rank again"
        with st.container(horizontal_alignment="center", key="new-pill"):
            st.button(label, key="show_new", icon=":material/arrow_upward:", type="primary", on_click=rank_again)


def rank_again() -> None:
    """Forget the order on the screen."""
    st.session_state.pop("inbox_shown", None)


def show_row(row: InboxRow, chosen: int | None) -> None:
    """One lead of the queue with everything needed to act."""
    kind = "row-open" if row.lead_id == chosen else "row"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"{kind}-{row.lead_id}", gap="small"):
        if bulk.is_choosing():
            bulk.offer_tick(row.lead_id, row.name)
        ui.show(row_marks(row) + taps(row))  # one element, not two: what a page costs is told by their number
        if may_work:
            offer_work(row)
        icon = ":material/chevron_right:"
        st.button("Open", key=f"open-{row.lead_id}", icon=icon, on_click=drawer.open_lead, args=(row.lead_id,))


def offer_work(row: InboxRow) -> None:
    """Take the lead; note what came of a call; put him off."""
    lead_id = row.lead_id
    if row.assigned_to is None:
        args = (commands.claim_lead, lead_id)
        st.button("Claim", key=f"claim-{lead_id}", icon=":material/front_hand:", on_click=acts.do, args=args)
    key = f"log-{lead_id}"
    st.menu_button("Log", list(acts.OUTCOMES), key=key, icon=":material/edit_note:", on_click=acts.log, args=(lead_id, key))
    if row.is_asleep:
        args = (commands.wake_lead, lead_id)
        st.button("Wake", key=f"wake-{lead_id}", icon=":material/alarm:", on_click=acts.do, args=args)
        return
    key, times = f"snooze-{lead_id}", list(acts.snooze_choices(ui.now()))
    st.menu_button("Snooze", times, key=key, icon=":material/snooze:", on_click=acts.snooze, args=(lead_id, key))


def taps(row: InboxRow) -> str:
    """One tap to reach him."""
    quiet = row.hours.why_no_text
    links = marks.contact_links(row.phone, row.email, name=row.name, is_do_not_contact=row.is_do_not_contact, why_no_text=quiet)
    return f'<div class="jc-taps">{links}</div>'


def row_marks(row: InboxRow) -> str:
    """Band and odds; who; why; clock and money."""
    return (
        f'<div class="jc-lead"><div class="jc-mark">{marks.score(row.score, row.band)}{odds(row)}</div>'
        f'<div class="jc-who"><b>{marks.text(row.name)}</b><span>{origin(row)}</span><span>{owner(row)}</span>{drawn(row)}</div>'
        f'<div class="jc-because"><p><b>{marks.text(_NEXT[row.next.step])}.</b> {marks.text(row.why)}</p>{points(row)}</div>'
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


def drawn(row: InboxRow) -> str:
    """The small mark of this week's lot."""
    why = "Drawn by lot this week: contact him whatever the score, so that the score goes on learning"
    return marks.chip("Lot of the week", "info", why) if row.is_drawn else ""


def points(row: InboxRow) -> str:
    """The strongest reasons for him, and one against."""
    pro = "".join(f"<li>{marks.text(words.sentence(reason))}</li>" for reason in row.reasons_for[:1])
    con = "".join(f'<li class="jc-minus">{marks.text(words.sentence(reason))}</li>' for reason in row.reasons_against[:1])
    return f'<ul class="jc-points">{pro}{con}</ul>'


def clock(row: InboxRow) -> str:
    """The five-minute clock of a new lead; later, how long he has waited for an answer by a person."""
    if row.is_asleep:
        until = words.local_time(row.snoozed_until, ui.zone()) if row.snoozed_until else "he replies"
        return f'<div class="jc-clock">asleep until <b>{marks.text(until)}</b></div>'
    if row.waiting_since is None:
        return '<div class="jc-clock">Answered</div>' if row.first_outbound_at else '<div class="jc-clock">Not waiting</div>'
    since, waited = marks.text(ui.local_time(row.waiting_since)), words.wait(ui.now() - row.waiting_since)
    if row.speed in _CLOCKS and ui.now() - row.created_at <= _A_DAY:
        shape, kind = _CLOCKS[row.speed]
        target = "of 5 min" if row.speed is not SpeedState.BREACHED else "past 5 min"
        sign = f'<i aria-hidden="true">{shape}</i>'
        return f'<div class="jc-clock jc-speed jc-{kind}" title="since {since}">{sign} <b{running(row)}>{waited}</b> {target}</div>'
    urgent = " jc-hot" if row.band is Band.HOT else ""
    return f'<div class="jc-clock{urgent}" title="since {since}">waiting <b>{waited}</b></div>'


def running(row: InboxRow) -> str:
    """What lets the browser run the clock of a lead's first hour on, second by second, without asking the server."""
    seconds = int((ui.now() - row.created_at).total_seconds())
    return f' data-seconds="{seconds}"' if row.waiting_since and 0 <= seconds < 3_600 else ""


def pay(row: InboxRow) -> str:
    """What he is expected to pay the office, marked when it rests on the default rate."""
    if row.expected_cents is None:
        return ""
    assumed = marks.chip("assumed rate", "assumed", "Rests on your default commission rate") if row.rate_source == "default" else ""
    amount = words.compact_money(row.expected_cents)
    a_minute = f"; acting now is worth {words.compact_money(round(row.worth_cents))} a minute" if row.worth_cents else ""
    net = f", of which {words.rate(row.net_share)} is net after splits and fees" if row.net_share < 1 else ", before splits"
    title = f"probability times commission{net}{a_minute}"
    return f'<div class="jc-pay" title="{title}"><span class="jc-sub">expected</span> {amount}</div>{assumed}'


@live.live_part("inbox", *live.LEADS, "deal_changed", "lead_disposed")
def show_inbox() -> None:
    """Filters, queue and drawer: figures are refreshed in place, places stay until somebody asks for the new order."""
    acts.show_undo()
    queue_filters.ask_filters()
    filters = queue_filters.read_filters()
    chosen = asked.number("lead")
    if chosen is None:
        with st.container(key="queue"):
            show_queue(filters, None)
        return
    left, right = st.columns([6, 4], gap="medium")
    with left, st.container(key="queue"):
        show_queue(filters, chosen)
    with right, st.container(key="drawer", border=True):
        drawer.show_drawer(chosen)


def show_queue(filters: dict[str, object], chosen: int | None) -> None:
    """One page of the queue."""
    place = {**filters, "band": asked.word("band", queue_filters.BANDS) or None, "limit": ui.PAGE_ROWS}
    ranked = read_places(place, asked.number("page") or 1)
    with st.container(horizontal=True, vertical_alignment="center", key="queue-head", gap="small"):
        queue_filters.ask_band(ranked.n_by_band)
        if may_work and ranked.n_total:
            bulk.offer_choosing()
        steps = st.container(horizontal=True, key="steps", gap="small", vertical_alignment="center", width="content")
        show_keys()
    if not ranked.n_total:
        show_nobody(filters)
        return
    if may_work and bulk.is_choosing():
        bulk.show_bar(read_all(place), ranked.n_total)
    page = asked.page(ranked.n_total, ui.PAGE_ROWS)
    ranked = ranked if ranked.lead_ids else read_places(place, page)  # the address named a page past the end
    place["page"] = page
    shown = shown_ids(place, ranked.lead_ids)
    offer_new(shown, ranked.lead_ids)
    rows: tuple[InboxRow, ...] = ui.read("inbox_rows", lead_ids=shown)
    with steps:
        offer_steps([row.lead_id for row in rows], chosen)
    for row in rows:
        show_row(row, chosen)
    asked.offer_pages(ranked.n_total, ui.PAGE_ROWS)
    offer_files(place)


def show_keys() -> None:
    """What each key does; “?” opens it."""
    with st.popover("Keys ?", icon=":material/keyboard:", key="keys-help", type="tertiary"):
        rows = "".join(
            f"<tr><td><kbd>{key}</kbd></td><td>{marks.text(what)}</td></tr>"
            for key, what in KEYS.items()
            if may_work or key in "JKXPTE"
        )
        ui.show(f'<div class="jc-table jc-tight"><table><tr><th>Key</th><th>Does, for the open lead</th></tr>{rows}</table></div>')


def offer_steps(shown: list[int], chosen: int | None) -> None:
    """The next lead and the one before, by J and K."""
    here = shown.index(chosen) if chosen in shown else -1
    if shown:
        after, before = shown[min(here + 1, len(shown) - 1)], shown[max(here - 1, 0)]
        st.button("Next", key="step_next", shortcut="J", type="tertiary", on_click=drawer.open_lead, args=(after,))
        st.button("Previous", key="step_back", shortcut="K", type="tertiary", on_click=drawer.open_lead, args=(before,))


def offer_files(place: dict[str, object]) -> None:
    """The filtered queue to take away; made only when asked for."""
    only = {name: value for name, value in place.items() if name not in ("page", "limit", "offset")}

    def made(view: str) -> bytes:
        commands.note_export(ui.engine(), ui.require_actor(), "queue", only)
        return bytes(ui.fresh(view, **only))

    with st.container(horizontal=True, key="downloads"):
        icon = ":material/download:"
        st.download_button("CSV", lambda: made("queue_csv"), "queue.csv", "text/csv", key="queue_csv", icon=icon, on_click="ignore")
        st.download_button("Excel", lambda: made("queue_xlsx"), "queue.xlsx", key="queue_xlsx", icon=icon, on_click="ignore")


def read_places(place: dict[str, object], page: int) -> InboxPlaces:
    """One page of the queue as it is ranked now."""
    return ui.read("inbox_places", **place, offset=(page - 1) * ui.PAGE_ROWS)


def read_all(place: dict[str, object]) -> tuple[int, ...]:
    """As many of those that match as one action may take."""
    more = {name: value for name, value in place.items() if name not in ("page", "limit")}
    found: InboxPlaces = ui.read("inbox_places", **more, limit=commands.bulk.MOST_LEADS)
    return found.lead_ids


def show_nobody(filters: dict[str, object]) -> None:
    """Why the queue is empty."""
    if filters["shelf"] == "asleep":
        ui.empty("Nobody is asleep", "Snoozed leads wait here until their time comes or they reply.")
    elif ui.read("home").n_leads:
        ui.empty("No lead passes these filters", "Take a filter away, or search for something else.")
    else:
        page = "imports.py" if actor.may(Permission.IMPORT) else ""
        ui.empty("No leads yet", "Upload a CSV from your CRM to fill this queue.", page=page, label="Upload a CSV")


ui.title("Inbox", "Who to act on next, and why: by what acting now is worth unless you ask for the plain score")
calls.show_calls()
queue_filters.show_views()
show_inbox()
