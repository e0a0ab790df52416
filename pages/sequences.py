"""Sequences: the plans of follow-up, who is on them, what each step brought, and editing them."""

from dataclasses import replace

import streamlit as st

from engine.access import Permission
from engine.commands import follow_up
from engine.views import sequence_edit
from engine.views import sequences as sequence_views
from engine.views.sequence_edit import SHIPPED, EnrolmentRule
from engine.views.sequences import SequenceCard, SequenceSheet, Share, StepFigures
from pages import asked, live, marks, sequence_form, tables, ui, words

actor = ui.require_actor()
may_change = actor.may(Permission.CHANGE_SETTINGS)
PARTS = {"results": "What it brought", "steps": "Steps and words", "enrol": "Enrol", "versions": "Versions"}
_KINDS = {"sms": "Text", "email": "E-mail", "call_task": "Call"}


@live.live_part("sequences", "sequence_changed", "enrolment_changed", every=60)
def show_list() -> None:
    """Every sequence with how many leads stand where."""
    cards = sequence_views.sequence_list(ui.engine(), actor)
    if not cards:
        ui.empty(
            "No sequences yet",
            "The shipped follow-up (text on day 3, call on day 7, e-mail on day 14, text on day 30) appears when the sidecar starts.",
            icon="route",
        )
        if may_change:
            st.button(
                "Add the shipped follow-up",
                key="add_shipped",
                type="primary",
                on_click=ui.act,
                args=(follow_up.add_sequence, SHIPPED),
            )
        return
    for card in cards:
        show_card(card)
    if may_change:
        with st.expander("New sequence", icon=":material/add:", key="add-sequence"):
            st.text_input("Name", key="new_name", max_chars=80, placeholder="Open-house guests")
            ui.show('<p class="jc-sub">It begins as a copy of the shipped steps, switched to nobody; edit it, then enrol.</p>')
            st.button("Add", key="add_named", type="primary", on_click=_add_named)


def _add_named() -> None:
    name = str(st.session_state.get("new_name") or "").strip()
    plain = replace(SHIPPED.sequence, name=name, is_mandatory=False, rule=EnrolmentRule(), key=name.lower().replace(" ", "-"))
    ui.act(follow_up.add_sequence, replace(SHIPPED, sequence=plain), then=open_sequence)


def open_sequence(sequence_id: int | None) -> None:
    """Show one sequence, or all of them."""
    st.query_params.clear()
    if sequence_id is not None:
        st.query_params["sequence"] = str(sequence_id)


def show_card(card: SequenceCard) -> None:
    """One sequence in the list."""
    sequence, counts = card.sequence, card.counts
    with st.container(border=True, key=f"row-sequence-{sequence.sequence_id}", gap="small"):
        state = marks.chip("sends", "money") if sequence.is_active else marks.chip("held", "warm", "Nothing of it is sent")
        rule = "takes new leads by itself" if sequence.rule else "by hand or by import"
        held = f", {sequence.hold_out_rate:.0%} left alone on purpose" if sequence.hold_out_rate else ""
        older = f" {card.n_on_older:,} on an older version." if card.n_on_older else ""
        ui.show(
            f'<div class="jc-message"><div>{state}</div><div class="jc-who"><b>{marks.text(sequence.name)}</b>'
            f'<span class="jc-sub">Version {sequence.version}, {rule}{held}.{older}</span></div>'
            f'<div class="jc-sub jc-n">{counts.get("active", 0):,} under way · {counts.get("paused", 0):,} paused · '
            f"{counts.get('finished', 0):,} through · {counts.get('stopped', 0):,} stopped</div></div>"
        )
        with st.container(horizontal=True, key=f"acts-sequence-{sequence.sequence_id}", gap="small"):
            st.button(
                "Open",
                key=f"open-{sequence.sequence_id}",
                icon=":material/chevron_right:",
                on_click=open_sequence,
                args=(sequence.sequence_id,),
            )
            if may_change:
                offer_switch(card)


def offer_switch(card: SequenceCard) -> None:
    """Hold everything of it, or let it send."""
    sequence = card.sequence
    label, icon = ("Hold everything", ":material/pause:") if sequence.is_active else ("Let it send", ":material/play_arrow:")
    args = (follow_up.switch_sequence, sequence.sequence_id)
    more = {"is_on": not sequence.is_active, "told": f"{sequence.name}: {'held' if sequence.is_active else 'sends again'}"}
    st.button(label, key=f"switch-{sequence.sequence_id}", icon=icon, on_click=ui.act, args=args, kwargs=more)


@live.live_part("sequence", "sequence_changed", every=None)
def show_sheet(sequence_id: int) -> None:
    """One sequence: what it brought, its steps, enrolling, versions."""
    sheet = sequence_views.sequence_sheet(ui.engine(), actor, sequence_id)
    st.button("All sequences", key="back", icon=":material/arrow_back:", type="tertiary", on_click=open_sequence, args=(None,))
    ui.section(sheet.card.sequence.name)
    show_card(sheet.card)
    offer_migration(sheet)
    part = asked.word("show", PARTS, "results")
    st.segmented_control(
        "Part", list(PARTS), format_func=PARTS.get, label_visibility="collapsed", required=True, **asked.widget("show", part)
    )
    {"results": show_results, "steps": show_steps, "enrol": show_enrol, "versions": show_versions}[part](sheet)


def offer_migration(sheet: SequenceSheet) -> None:
    """Move those on older versions, with what it changes for them."""
    card = sheet.card
    if not card.n_on_older or not may_change:
        return
    with st.container(border=True, key="panel-migrate"):
        n = words.count(card.n_on_older, "lead")
        ui.section(
            f"Move {n} to version {card.sequence.version}?",
            "what was sent stays as it was; steps that have not begun are planned anew",
        )
        lines = sequence_edit.version_lines(ui.engine(), actor, card.sequence.sequence_id)
        newest = lines[0].changes if lines else ()
        ui.show(f'<ul class="jc-points">{"".join(f"<li>{marks.text(one)}</li>" for one in newest)}</ul>')
        args = (follow_up.migrate_enrolments, card.sequence.sequence_id)
        st.button(f"Move {n}", key="migrate", type="primary", on_click=ui.act, args=args, kwargs={"then": _told_moved})


def _told_moved(n_moved: int) -> None:
    st.toast(f"{words.count(n_moved, 'lead')} moved", icon=":material/check_circle:")


def show_results(sheet: SequenceSheet) -> None:
    """Each step of each version with its shares, and the hold-out's effect."""
    if not any(figure.counts.n_planned for figure in sheet.figures):
        ui.empty("No data yet", "Nobody is on this sequence. Enrol leads, and each step’s figures appear here.", icon="monitoring")
    else:
        columns = ("Step", "Planned #", "Sent #", "Delivered #", "Replied #", "Opted out #", "Appointment #", "Not sent #")
        many = len({figure.counts.version for figure in sheet.figures}) > 1
        ui.show(tables.table("What each step brought", columns, [_result(one, sheet, with_version=many) for one in sheet.figures]))
        ui.show(
            '<p class="jc-sub">Shares of what was sent, 95 % intervals. A reply, opt-out or appointment counts for the last message '
            "before it. Delivered is what GoHighLevel says of a message; for a call it says nothing.</p>"
        )
    show_hold_out(sheet)


def _result(figure: StepFigures, sheet: SequenceSheet, *, with_version: bool) -> tuple[str, ...]:
    counts = figure.counts
    day = next((step.day for step in sheet.plan.sequence.steps if step.number == counts.step_no), None)
    when = f" · day {day}" if day is not None and counts.version == sheet.card.sequence.version else ""
    version = f" · version {counts.version}" if with_version else ""
    lost = counts.n_blocked + counts.n_skipped + counts.n_dead
    link = f'<a href="/outbox?show=sent&sequence={sheet.card.sequence.sequence_id}" target="_self">{counts.n_sent:,}</a>'
    not_sent = (
        f'<a href="/outbox?show=blocked&sequence={sheet.card.sequence.sequence_id}" target="_self">{lost:,}</a>' if lost else "0"
    )
    delivered = "" if counts.kind == "call_task" else _share(figure.delivered)
    return (
        f"{counts.step_no} {marks.text(_KINDS[counts.kind])}{when}{version}", f"{counts.n_planned:,}", link, delivered,
        _share(figure.replied), _share(figure.opted_out), _share(figure.appointments), not_sent,
    )  # fmt: skip


def _share(share: Share) -> str:
    """A share with its interval; no data is told apart from none of them."""
    if share.rate is None:
        return '<span class="jc-sub">no data yet</span>'
    return f'{share.n:,} <span class="jc-sub">{words.rate(share.rate)} ({words.interval(share.low, share.high)})</span>'


def show_hold_out(sheet: SequenceSheet) -> None:
    """What the sequence does against leads left alone."""
    held = sheet.hold_out
    with st.container(border=True, key="panel-hold-out"):
        ui.section("What it does", "against leads drawn by chance to be left alone")
        if not held.replied_held_out.of:
            rate = sheet.card.sequence.hold_out_rate
            why = (
                "Set a hold-out under Steps and words to learn what the sequence does by itself."
                if not rate
                else "Nobody has been drawn yet."
            )
            ui.show(f'<p class="jc-sub">No data yet. {marks.text(why)}</p>')
            return
        items = [
            marks.figure(
                "Replied, enrolled", words.rate(held.replied.rate), _of(held.replied), is_missing=held.replied.rate is None
            ),
            marks.figure("Replied, left alone", words.rate(held.replied_held_out.rate), _of(held.replied_held_out)),
        ]
        if held.effect is not None and held.low is not None and held.high is not None:
            sure = "" if held.low <= 0 <= held.high else "; the interval leaves zero out"
            low, high = 100 * held.low, 100 * held.high
            items.append(
                marks.figure(
                    "Difference", f"{100 * held.effect:+.1f} points", f"95 % interval {low:+.1f} to {high:+.1f}{sure}", kind="info"
                )
            )
        ui.show(marks.figures(items))


def _of(share: Share) -> str:
    return f"{share.n:,} of {share.of:,} ({words.interval(share.low, share.high)})" if share.of else "no data yet"


def show_steps(sheet: SequenceSheet) -> None:
    """The editor; who may not change it sees the steps and their words."""
    if may_change:
        sequence_form.show_editor(sheet)
        return
    for step in sheet.plan.sequence.steps:
        made = sheet.plan.template(step.number)
        with st.container(border=True, key=f"panel-step-{step.number}"):
            ui.section(f"Day {step.day}: {sequence_form.KINDS[step.kind]}", f"at most {step.max_late_hours:g} hours late")
            ui.show(
                f'<div class="jc-said">{f"<b>{marks.text(made.subject)}</b>" if made.subject else ""}{marks.text(made.body)}</div>'
            )


def show_enrol(sheet: SequenceSheet) -> None:
    """Put everybody of an import on it, counted beforehand. One lead is enrolled on his own page."""
    sequence = sheet.card.sequence
    ui.section("Everybody of an import", "one lead at a time: on the lead’s own page")
    if not actor.may(Permission.IMPORT):
        ui.show('<p class="jc-sub">Your account may not enrol imports.</p>')
        return
    batches = sequence_edit.recent_batches(ui.engine(), actor)
    if not batches:
        ui.show('<p class="jc-sub">No import has brought leads yet.</p>')
        return
    batch_id = st.selectbox("Import", list(batches), format_func=lambda one: marks.plain(batches[one]), key="enrol_batch")
    told = sequence_edit.preview_batch(ui.engine(), actor, sequence.sequence_id, batch_id)
    ui.show(
        marks.figures(
            [
                marks.figure("Would be enrolled", f"{told.n_new:,}", f"of {told.n_leads:,} leads"),
                marks.figure("On it already", f"{told.n_on_it:,}", "stay where they are"),
                marks.figure(
                    "Without a consent",
                    f"{told.n_without_consent:,}",
                    "enrolled; texts and e-mails stay blocked until one is recorded",
                    kind="warm",
                ),
                marks.figure("Opted out", f"{told.n_opted_out:,}", "never written to"),
            ]
        )
    )
    args = (follow_up.enrol_batch, sequence.sequence_id, batch_id)
    label = f"Enrol {words.count(told.n_new, 'lead')}"
    is_off = not told.n_new or not sequence.is_active
    st.button(label, key="enrol", type="primary", disabled=is_off, on_click=ui.act, args=args, kwargs={"told": f"{label}: done"})


def show_versions(sheet: SequenceSheet) -> None:
    """Every version, what it changed, and how many are still on it."""
    for line in sequence_edit.version_lines(ui.engine(), actor, sheet.card.sequence.sequence_id):
        with st.container(border=True, key=f"panel-version-{line.version}"):
            ui.section(f"Version {line.version}", f"{ui.local_time(line.created_at)} by {line.by}: {line.note}")
            changes = "".join(f"<li>{marks.text(one)}</li>" for one in line.changes)
            ui.show(
                f'<ul class="jc-points">{changes}</ul><p class="jc-sub">{words.count(line.n_running, "lead")} under way on it</p>'
            )


ui.title("Sequences", "The plans of follow-up: what is sent when, to whom, and what it brings")
number = asked.number("sequence")
show_list() if number is None else show_sheet(number)
