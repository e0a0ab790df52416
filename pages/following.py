"""A lead's follow-up on his page: consent, when he may be texted, what runs and comes next; pause, resume, skip, stop, enrol, call."""

import streamlit as st

from engine.access import Permission
from engine.commands import follow_up
from engine.views import opt_outs as opt_out_views
from engine.views import outbox as outbox_views
from engine.views.outbox import LeadFollowUp
from pages import consent_form, live, marks, sending, ui, words

_PAUSES = {
    "reply": "he wrote",
    "person": "a person paused it",
    "appointment": "an appointment was made",
    "stage": "his deal moved on",
    "do_not_disturb": "do-not-disturb",
    "bounce": "an e-mail bounced",
    "manual_contact": "somebody of the office spoke with him",
}
_CALLS = {
    "spoke": "Spoke",
    "no_answer": "No answer",
    "voicemail": "Voicemail",
    "appointment": "Appointment",
    "bad_number": "Bad number",
}
_RUNNING = ("active", "paused", "held_out")


@live.live_part(
    "following", "step_changed", "enrolment_changed", "opted_out", "call_task_changed", "automation_paused", "automation_resumed"
)
def show_following(lead_id: int) -> None:
    """The whole part, refreshed in place."""
    found = outbox_views.lead_follow_up(ui.engine(), ui.require_actor(), lead_id)
    may_work = ui.may(Permission.WORK_LEADS)
    with st.container(border=True, key="panel-following"):
        ui.section("Follow-up", "what goes to him by itself")
        ui.show(f'<div class="jc-tags">{state_marks(found, lead_id)}</div>')
        show_calls(found, may_work=may_work)
        for one in found.enrolments:
            if one.state in _RUNNING:
                version = f"version {one.version}, since {words.ago(one.started_at, ui.now())}"
                ui.show(f'<p class="jc-note"><b>{marks.text(found.sequences.get(one.sequence_id, "A sequence"))}</b> {version}</p>')
        show_steps(found, may_work=may_work)
        if may_work:
            offer_acts(found, lead_id)
        show_consents(found)
        if may_work:
            consent_form.offer(lead_id, found.addresses)


def state_marks(found: LeadFollowUp, lead_id: int) -> str:
    """Opted out, paused, and whether the sending hours are open."""
    if found.opt_outs or found.suppressed:
        since = ui.local_time(found.opt_outs[-1].at) if found.opt_outs else ""
        off = opt_out_views.kinds_off_now(ui.engine(), ui.require_actor(), lead_id)
        if off or found.suppressed:
            kinds = ", ".join(sorted(sending.KINDS[kind.value].lower() for kind in off))
            return marks.chip(f"Opted out{f' since {since}' if since else ''}", "hot", f"No {kinds}")
    chips = []
    if found.pause:
        why = _PAUSES.get(found.pause.reason, found.pause.reason)
        chips.append(
            marks.chip(
                f"Paused {words.ago(found.pause.since, ui.now())}: {why}",
                "warm",
                "Nothing automatic goes until a person lets it go on",
            )
        )
    hours = opt_out_views.may_be_texted(ui.engine(), ui.require_actor(), lead_id)
    if not hours.is_known:
        chips.append(
            marks.chip("Nobody knows his time zone", "warm", "Texts are blocked until an address or phone tells where he is")
        )
    elif hours.is_open:
        chips.append(marks.chip("Sending hours are open", "money", "By the office’s rules and every state where he may be"))
    elif hours.opens_at:
        his = f"{words.clock(hours.opens_at, hours.zone)} his time, {words.day(hours.opens_at.astimezone(ui.office()).date())}"
        chips.append(marks.chip(f"May be texted from {his}", "info", f"{ui.local_time(hours.opens_at)} at the office"))
    return "".join(chips)


def show_calls(found: LeadFollowUp, *, may_work: bool) -> None:
    """A call that is due, with its script and what came of it."""
    for task in found.calls:
        with st.container(border=True, key=f"row-task-{task.call_task_id}"):
            since = words.ago(task.due_at, ui.now())
            ui.show(
                f'<p class="jc-note"><b>{marks.text(task.title)}</b> due {since}</p><div class="jc-said">{marks.text(task.script)}</div>'
            )
            if may_work:
                with st.container(horizontal=True, gap="small", key=f"acts-call-{task.call_task_id}"):
                    for word, label in _CALLS.items():
                        args = (follow_up.finish_call, task.call_task_id, word)
                        st.button(
                            label,
                            key=f"call-{task.call_task_id}-{word}",
                            on_click=ui.act,
                            args=args,
                            kwargs={"told": f"Noted: {label.lower()}"},
                        )


def show_steps(found: LeadFollowUp, *, may_work: bool) -> None:
    """What was, is and will be sent, in its order."""
    if not found.steps:
        ui.show('<p class="jc-sub">On no sequence yet.</p>')
        return
    waiting = [row for row in found.steps if row.state in ("pending", "leased", "sending", "unknown")]
    for row in waiting:
        with st.container(key=f"step-{row.step_id}", gap="small"):
            ui.show(sending.message_marks(row, with_name=False))
    if waiting and may_work:
        with st.container(horizontal=True, gap="small", key="acts-next-step"):
            first = min(waiting, key=lambda row: (row.due_at, row.step_id))
            sending.offer_acts(first, key="lead")
    past = [row for row in found.steps if row not in waiting]
    if past:
        with st.expander(f"Before: {words.count(len(past), 'message')}", key="past-steps"):
            for row in reversed(past):
                ui.show(sending.message_marks(row, with_name=False))
    first_id = found.steps[0].lead_id
    st.page_link(
        "outbox.py", label="Every decision, in the Outbox", icon=":material/manage_search:", query_params=_outbox(found, first_id)
    )


def _outbox(found: LeadFollowUp, _lead_id: int) -> dict[str, str]:
    waiting = any(row.state == "pending" for row in found.steps)
    return {"show": "next_days" if waiting else "sent", "search": found.steps[0].lead_name, "message": str(found.steps[-1].step_id)}


def offer_acts(found: LeadFollowUp, lead_id: int) -> None:
    """Pause, resume, stop, opt out; or put him on a sequence."""
    running = [one for one in found.enrolments if one.state in _RUNNING]
    with st.container(horizontal=True, gap="small", key="acts-following"):
        if found.pause:
            _button("Let it go on", "resume", "play_arrow", follow_up.resume_lead, lead_id, "His follow-up goes on")
        elif running:
            _button("Pause", "pause", "pause", follow_up.pause_lead, lead_id, "Nothing goes until you let it go on")
        if running:
            _button("Stop", "stop", "stop", follow_up.stop_sequences, lead_id, "His sequences are ended")
        if found.may_join:
            key = f"enrol-{lead_id}"
            st.menu_button(
                "Enrol",
                list(found.may_join),
                format_func=found.sequences.get,
                key=key,
                icon=":material/add:",
                on_click=_enrol,
                args=(lead_id, key),
            )
        with st.popover("Opted out", icon=":material/block:", key="opt-out-ask"):
            ui.show(
                '<p class="jc-sub">He said so by phone, letter or in person: everything stops at once, every way and address.</p>'
            )
            _button(
                "He wants no more messages",
                "opt_out",
                "block",
                follow_up.opt_out_lead,
                lead_id,
                "Noted; nothing is sent to him any more",
            )


def _button(label: str, key: str, icon: str, command: object, lead_id: int, told: str) -> None:
    st.button(
        label, key=f"following-{key}", icon=f":material/{icon}:", on_click=ui.act, args=(command, lead_id), kwargs={"told": told}
    )


def _enrol(lead_id: int, key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen is None:
        return

    def tell(refused: dict[int, str]) -> None:
        st.toast(marks.plain(refused.get(lead_id, "He is on it; the first step is planned")), icon=":material/route:")

    ui.act(follow_up.enrol_leads, chosen, [lead_id], then=tell)


def show_consents(found: LeadFollowUp) -> None:
    """What he agreed to, in which words, and what he revoked."""
    with st.expander(f"Consent ({len(found.consents)}) and opt-outs ({len(found.opt_outs)})", key="consents"):
        if not found.consents:
            ui.show(
                '<p class="jc-sub">No consent on file: texts and e-mails are blocked. '
                "It comes with an import, a form or a START, or by hand below.</p>"
            )
        for one in found.consents:
            kinds = ", ".join(sending.KINDS[kind.value].lower() for kind in one.channels)
            told = [
                ("Agreed to", kinds),
                ("For", one.address),
                ("Given", ui.local_time(one.given_at)),
                ("Words", one.disclosure),
                ("Proof", f"{one.method}: {one.evidence}"),
            ]
            ui.show(marks.facts(told))
        for gone in found.opt_outs:
            kinds = ", ".join(sending.KINDS[kind.value].lower() for kind in gone.channels)
            ui.show(marks.facts([("Revoked", f"{kinds}, {ui.local_time(gone.at)}"), ("How", gone.source.replace("_", " "))]))
