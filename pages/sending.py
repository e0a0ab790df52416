"""Messages as marks: what kind, where one stands and why, its whole story. Shared by the Outbox and the lead's page."""

import streamlit as st

from engine.commands import follow_up
from engine.views import outbox as outbox_views
from engine.views import sequence_edit
from engine.views.outbox import OutboxRow
from pages import marks, ui, words

KINDS = {"sms": "Text", "email": "E-mail", "call_task": "Call"}
STATES = {
    "pending": ("Waits", "info"),
    "leased": ("About to go", "info"),
    "sending": ("On its way", "info"),
    "unknown": ("Outcome unknown", "warm"),
    "sent": ("Sent", "money"),
    "cancelled": ("Cancelled", "off"),
    "skipped": ("Skipped", "off"),
    "blocked": ("Blocked", "warm"),
    "dead": ("Given up", "hot"),
}
REASONS = {
    "kill_switch": "Kill switch is on",
    "opted_out": "Opted out",
    "paused_reply": "Paused: a person must let it go on",
    "no_consent": "No consent on file",
    "consent_scope": "Consent does not cover this",
    "dnc_internal": "On our own do-not-contact list",
    "dnc_national": "On the national do-not-call list",
    "dnc_stale": "National list is too old",
    "quiet_hours": "Outside sending hours",
    "no_time_zone": "Nobody knows his time zone",
    "frequency_cap": "Enough messages for now",
    "content": "Its words may not go",
    "ai_disclosure": "Machine-written, not approved",
    "email_no_address": "No postal address in it",
    "email_no_unsubscribe": "No way to unsubscribe in it",
    "stale_step": "Too late to send",
    "unknown_outcome": "Outcome is being looked up",
    "duplicate": "Went out before",
    "no_recipient": "Nobody to send to",
    "dry_run": "Dry run: no GoHighLevel token",
    "provider": "GoHighLevel has trouble",
    "rate_limit": "Rate limit",
    "sender": "The office hasn’t said who writes",
    "sequence_off": "Its sequence is switched off",
    "stopped": "Its sequence was stopped",
    "skipped_by_person": "A person left it out",
}
_AGAIN = ("dead", "blocked", "skipped")


def reason(word: str) -> str:
    """Why, in a few words."""
    return REASONS.get(word, words.said(word))


def state_chip(row: OutboxRow) -> str:
    """Where a message stands; one that waits for a known reason says held."""
    label, kind = STATES[row.state]
    if row.is_held_out:
        return marks.chip("Held out", "off", "Deliberately sent nothing, to measure what the sequence does")
    if row.state == "pending" and row.is_paused:
        return marks.chip("Paused", "warm", "Nothing goes until a person lets it go on")
    if row.state == "pending" and row.reason:
        return marks.chip("Held", "warm", row.detail)
    told = row.provider_status.lower()
    if row.state == "sent" and told:
        failed, is_there = told in ("failed", "undelivered"), told in ("delivered", "read", "opened", "clicked")
        said_there = f"GoHighLevel says: {told}"
        return marks.chip(words.said(told) if failed or is_there else label, "hot" if failed else "money", said_there)
    return marks.chip(label, kind)


def when(row: OutboxRow) -> str:
    """When it went, or goes."""
    if row.finished_at:
        return ui.local_time(row.finished_at)
    if row.is_paused and row.next_at is None:
        return "not while paused"
    if row.next_at is None:
        return f"not before {ui.local_time(row.due_at)}"
    at = max(row.due_at, row.next_at)
    return f"{'due' if at > ui.now() else 'due since'} {ui.local_time(at)}"


def why(row: OutboxRow) -> str:
    """Why it waits or ended as it did."""
    if not row.reason and not row.detail:
        return ""
    head = reason(row.reason) if row.reason else ""
    return f"{head}: {row.detail}" if head and row.detail and row.detail != head else head or row.detail


def message_marks(row: OutboxRow, *, with_name: bool = True) -> str:
    """One message in a list."""
    step = f"{KINDS[row.kind]}, step {row.step_no} of {row.sequence_name}"
    head = marks.text(row.lead_name) if with_name else marks.text(KINDS[row.kind])
    sub = step if with_name else f"step {row.step_no} of {row.sequence_name}"
    note = f'<span class="jc-held">{marks.text(why(row))}</span>' if why(row) and row.state != "sent" else ""
    body = f'<span class="jc-words">{marks.text(_short(row))}</span>' if row.body else ""
    return (
        f'<div class="jc-message"><div>{state_chip(row)}</div><div class="jc-who"><b>{head}</b>'
        f'<span class="jc-sub">{marks.text(sub)}</span>{note}{body}</div><div class="jc-sub jc-n">{marks.text(when(row))}</div></div>'
    )


def _short(row: OutboxRow) -> str:
    text = " ".join((row.subject or row.body).split())
    return text if len(text) <= 140 else f"{text[:139]}…"


def show_story(step_id: int) -> None:
    """Everything about one message: words, each decision of the gate, each try."""
    story = outbox_views.step_story(ui.engine(), ui.require_actor(), step_id)
    row = story.row
    ui.show(message_marks(row))
    if row.body:
        ui.section("The words", "as they went or will go; rendered once")
        ui.show(said(row.subject, row.body))
    elif story.template is not None:
        made = sequence_edit.preview_words(ui.engine(), ui.require_actor(), story.template, row.lead_id)
        ui.section("The words", "as they would read now; made when it goes")
        ui.show(said(made.subject, made.body or made.problem))
    ui.section("Decisions of the gate", words.count(len(story.decisions), "decision"))
    ui.show(_decisions(story) or '<p class="jc-sub">Not looked at yet.</p>')
    ui.section("Tries", words.count(row.attempts, "request"))
    ui.show(_tries(story) or '<p class="jc-sub">Nothing was sent to GoHighLevel yet.</p>')


def said(subject: str, body: str) -> str:
    """A message's words as they stand."""
    head = f"<b>{marks.text(subject)}</b>" if subject else ""
    return f'<div class="jc-said">{head}{marks.text(body)}</div>'


def _decisions(story: outbox_views.StepStory) -> str:
    lines = []
    for line in reversed(story.decisions):
        until = f" Until {ui.local_time(line.until)}." if line.until else ""
        head = f"{line.decision.capitalize()}: {reason(line.reason)}" if line.reason else line.decision.capitalize()
        lines.append(
            f'<li class="jc-did"><b>{marks.text(head)}</b><span class="jc-when">{marks.text(ui.local_time(line.at))}</span>'
            f'<p>{marks.text(line.detail + until)}</p><span class="jc-sub">rules {marks.text(line.rule_version)}, '
            f"facts {marks.text(line.facts_hash[:12])}</span></li>"
        )
    return f'<ul class="jc-time">{"".join(lines)}</ul>' if lines else ""


def _tries(story: outbox_views.StepStory) -> str:
    said = {"call": "Request", "answer": "Answer", "found": "Found in GoHighLevel’s list", "missed": "Not in GoHighLevel’s list"}
    lines = [
        f'<li class="jc-did"><b>{marks.text(said.get(one.event, one.event))} {marks.text(one.state)}</b>'
        f'<span class="jc-when">{marks.text(ui.local_time(one.at))}</span><p>{marks.text(one.message)}</p></li>'
        for one in story.tries
    ]
    return f'<ul class="jc-time">{"".join(lines)}</ul>' if lines else ""


def offer_acts(row: OutboxRow, *, key: str) -> None:
    """Leave one out, or try one again."""
    if row.state == "pending" and not row.is_held_out:
        args = (follow_up.skip_step, row.step_id)
        st.button(
            "Skip", key=f"{key}-skip-{row.step_id}", icon=":material/skip_next:", on_click=ui.act, args=args,
            kwargs={"told": "Left out; the next step has its turn"},
        )  # fmt: skip
    if row.state in _AGAIN:
        args = (follow_up.replay_step, row.step_id)
        st.button(
            "Try again", key=f"{key}-again-{row.step_id}", icon=":material/replay:", on_click=ui.act, args=args,
            kwargs={"told": "It goes through the gate again"},
        )  # fmt: skip
