"""The drawer: the chosen lead beside the queue, with everything to act on it. Part of the inbox."""

from urllib.parse import quote

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.errors import NotFound
from engine.records import Stage
from engine.records.inbox import Step
from engine.runtime import get_engine
from engine.views import InboxRow, LeadCard
from pages import acts, marks, told, ui, words

_N_LINES = 8
_STEPS = {
    Step.CALL: "Call",
    Step.TEXT: "Text",
    Step.EMAIL: "E-mail",
    Step.CONFIRM: "Confirm the appointment",
    Step.WAIT: "Wait",
    Step.NOTHING: "Nothing to do",
}
_DOING = "drawer_doing"


def open_lead(lead_id: int | None) -> None:
    """Show a lead in the drawer, or close it; the address says which."""
    st.session_state.pop(_DOING, None)
    if lead_id is None:
        st.query_params.pop("lead", None)
    else:
        st.query_params["lead"] = str(lead_id)


def show_drawer(lead_id: int) -> None:
    """The lead with its next step, what can be done, its numbers and its latest story."""
    rows: tuple[InboxRow, ...] = ui.read("inbox_rows", lead_ids=(lead_id,))
    if not rows:
        ui.show('<p class="jc-sub">This lead is another agent’s now, or gone.</p>')
        st.button("Close", key="drawer_close", on_click=open_lead, args=(None,))
        return
    row = rows[0]
    show_head(row)
    ui.show(next_best(row))
    show_taps(row)
    ui.show(hours_line(row)) if hours_line(row) else None
    if ui.may(Permission.WORK_LEADS):
        offer_outcomes(row)
        offer_more(row)
        show_doing(row)
    show_numbers(row)
    show_card(lead_id)


def show_head(row: InboxRow) -> None:
    """Who he is, whose, and the way out."""
    with st.container(horizontal=True, vertical_alignment="center", key="drawer-head"):
        who = f"with {marks.text(row.assigned_name)}" if row.assigned_name else "not taken yet"
        ui.show(
            f'<div class="jc-drawer-head"><b>{marks.text(row.name)}</b> {marks.score(row.score, row.band)}'
            f'<span class="jc-sub">{marks.text(words.phone(row.phone))} · {who}</span></div>'
        )
        st.button(
            "Close", key="drawer_close", icon=":material/close:", type="tertiary", shortcut="X", on_click=open_lead, args=(None,)
        )


def next_best(row: InboxRow) -> str:
    """One action and one sentence."""
    minutes = f" · about {row.next.n_minutes:.0f} min" if row.next.n_minutes else ""
    return f'<div class="jc-next"><b>{_STEPS[row.next.step]}</b><span>{marks.text(row.next.why)}{minutes}</span></div>'


def show_taps(row: InboxRow) -> None:
    """One tap, or one key, to reach him."""
    if row.is_do_not_contact or not (row.phone or row.email):
        ui.show(marks.contact_links(row.phone, row.email, name=row.name, is_do_not_contact=row.is_do_not_contact))
        return
    with st.container(horizontal=True, key="drawer-taps", gap="small"):
        if row.phone:
            phone = quote(row.phone, safe="+")
            kind = "primary" if row.next.step is Step.CALL else "secondary"
            st.link_button("Call", f"tel:{phone}", key="tap_call", icon=":material/call:", shortcut="P", type=kind)
            if not row.hours.why_no_text:
                st.link_button("Text", f"sms:{phone}", key="tap_text", icon=":material/sms:", shortcut="T")
        if row.email:
            st.link_button("E-mail", f"mailto:{quote(row.email, safe='@')}", key="tap_mail", icon=":material/mail:", shortcut="E")


def hours_line(row: InboxRow) -> str:
    """Why he may not be texted now, if so, and what hour it is there."""
    if not row.phone or row.is_do_not_contact:
        return ""
    quiet = f"Quiet hours there until {row.hours.local_opening} his time" if row.hours.is_quiet and row.hours.local_opening else ""
    lines = dict.fromkeys(line for line in (row.hours.why_no_text, quiet) if line)
    if row.hours.why_no_text.startswith("Quiet"):
        lines.pop(quiet, None)
    return f'<p class="jc-sub jc-hours">{marks.text(". ".join(lines))}</p>' if lines else ""


def offer_outcomes(row: InboxRow) -> None:
    """What came of the call, in one tap or by the keys 1 to 5."""
    with st.container(horizontal=True, key="drawer-outcomes", gap="small"):
        for number, (label, (outcome, icon)) in enumerate(acts.OUTCOMES.items(), 1):
            args = (commands.dispose_lead, row.lead_id, outcome)
            st.button(label, key=f"outcome_{outcome.value}", icon=icon, shortcut=str(number), on_click=acts.do, args=args)


def offer_more(row: InboxRow) -> None:
    """Claim, snooze, note and the rest, each with its key."""
    with st.container(horizontal=True, key="drawer-more", gap="small"):
        if row.assigned_to is None:
            args = (commands.claim_lead, row.lead_id)
            st.button("Claim", key="drawer_claim", icon=":material/front_hand:", shortcut="A", on_click=acts.do, args=args)
        else:
            _opens("Hand over", "assign", ":material/swap_horiz:", "A")
        if row.is_asleep:
            args = (commands.wake_lead, row.lead_id)
            st.button("Wake", key="drawer_wake", icon=":material/alarm:", shortcut="S", on_click=acts.do, args=args)
        else:
            _opens("Snooze", "snooze", ":material/snooze:", "S")
        _opens("Note", "note", ":material/edit_note:", "N")
        _opens("Stage", "stage", ":material/flag:", "M")
        _opens("Tag", "tag", ":material/label:", "G")


def _opens(label: str, doing: str, icon: str, key: str) -> None:
    kind = "primary" if st.session_state.get(_DOING) == doing else "secondary"
    st.button(label, key=f"drawer_{doing}", icon=icon, shortcut=key, type=kind, on_click=_begin, args=(doing,))


def _begin(doing: str) -> None:
    st.session_state[_DOING] = None if st.session_state.get(_DOING) == doing else doing


def show_doing(row: InboxRow) -> None:
    """What the action chosen still needs."""
    forms = {"snooze": ask_snooze, "assign": ask_person, "note": ask_note, "stage": ask_stage, "tag": ask_tag}
    form = forms.get(st.session_state.get(_DOING) or "")
    if form:
        with st.container(key="drawer-doing", border=True):
            form(row)


def ask_snooze(row: InboxRow) -> None:
    """Until when; a reply wakes him in any case."""
    key = f"snooze-pills-{row.lead_id}"
    choices = list(acts.snooze_choices(ui.now()))
    st.pills("Snooze until", choices, key=key, on_change=_chosen, args=(acts.snooze, row.lead_id, key))


def ask_person(row: InboxRow) -> None:
    """To whom."""
    people = {number: name for number, name in views.agents(get_engine()).items() if number != row.assigned_to}
    people[0] = "Nobody: free to claim"
    key = f"assign-pills-{row.lead_id}"
    st.pills("Hand over to", list(people), format_func=people.get, key=key, on_change=_chosen, args=(_assign, row.lead_id, key))


def ask_note(row: InboxRow) -> None:
    """What was learned."""
    key = f"note-text-{row.lead_id}"
    with st.form(f"note-{row.lead_id}", clear_on_submit=True, border=False):
        st.text_area("Note", key=key, placeholder="What did you learn?", max_chars=5_000, height=80)
        st.form_submit_button("Save the note", icon=":material/edit_note:", on_click=_chosen, args=(_note, row.lead_id, key))


def ask_stage(row: InboxRow) -> None:
    """Where his deal stands now."""
    stages = {stage.value: words.said(stage.value) for stage in Stage if stage is not Stage.CLOSED}
    key = f"stage-pills-{row.lead_id}"
    st.pills("Deal stands at", list(stages), format_func=stages.get, key=key, on_change=_chosen, args=(_stage, row.lead_id, key))


def ask_tag(row: InboxRow) -> None:
    """A tag to put on; those on him can be taken off."""
    key = f"tag-text-{row.lead_id}"
    st.text_input("Tag", key=key, max_chars=40, placeholder="Investor", on_change=_chosen, args=(_tag, row.lead_id, key))
    if row.tags:
        off = f"untag-{row.lead_id}"
        st.pills("Take off", row.tags, key=off, on_change=_chosen, args=(_untag, row.lead_id, off))


def _chosen(act: object, lead_id: int, key: str) -> None:
    if st.session_state.get(key) not in (None, ""):
        st.session_state.pop(_DOING, None)
        act(lead_id, key)  # type: ignore[operator]


def _assign(lead_id: int, key: str) -> None:
    acts.do(commands.assign_lead, lead_id, st.session_state[key] or None)


def _note(lead_id: int, key: str) -> None:
    acts.do(commands.add_note, lead_id, st.session_state[key])


def _stage(lead_id: int, key: str) -> None:
    acts.do(commands.set_lead_stage, lead_id, Stage(st.session_state[key]))


def _tag(lead_id: int, key: str) -> None:
    acts.do(commands.tag_lead, lead_id, st.session_state[key])


def _untag(lead_id: int, key: str) -> None:
    acts.do(commands.untag_lead, lead_id, st.session_state[key])


def show_numbers(row: InboxRow) -> None:
    """Odds, worth and what speaks for and against, in small."""
    items = []
    if row.probability is not None:
        width = words.interval(row.probability_low, row.probability_high)
        items.append(marks.figure("Chance to close", words.odds(row.probability).removeprefix("about ").capitalize(), width))
    if row.expected_cents is not None:
        items.append(marks.figure("Expected", words.compact_money(row.expected_cents), "commission before splits", kind="money"))
    ui.show(marks.figures(items)) if items else None
    pro = "".join(f"<li>{marks.text(words.sentence(reason))}</li>" for reason in row.reasons_for[:3])
    con = "".join(f'<li class="jc-minus">{marks.text(words.sentence(reason))}</li>' for reason in row.reasons_against[:3])
    ui.show(f'<ul class="jc-points">{pro}{con}</ul>')
    labels = "".join(marks.chip(tag) for tag in row.tags)
    ui.show(f'<div class="jc-tags">{labels}{told.consent_chip(row.consent, is_paused=row.is_paused)}</div>')


def show_card(lead_id: int) -> None:
    """The latest of the lead's story, and the way to all of it."""
    try:
        card: LeadCard = ui.read("lead_card", lead_id=lead_id, is_brief=True)
    except NotFound:
        return
    ui.section("Latest", words.count(len(card.story), "entry", "entries"))
    ui.show(f'<ul class="jc-time">{"".join(told.entry(line) for line in card.story[:_N_LINES])}</ul>')
    st.page_link(
        "lead.py", label="Everything about this lead", icon=":material/arrow_forward:", query_params={"lead": str(lead_id)}
    )
