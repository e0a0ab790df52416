"""Health & audit: is everything alive and in step, the kill switch, and who did what."""

from datetime import timedelta

import streamlit as st

from engine.access import Permission
from engine.commands import follow_up
from engine.views import health as health_views
from engine.views.health import AuditPage, HealthPage, Pulse
from pages import asked, live, marks, tables, ui, words

actor = ui.require_actor()
may_work = actor.may(Permission.WORK_LEADS)
may_change = actor.may(Permission.CHANGE_SETTINGS)
may_audit = actor.may(Permission.MANAGE_PEOPLE)
_NAMES = {
    "sidecar": "Sidecar",
    "deliver": "Sends what is due",
    "reconcile": "Looks up unknown outcomes",
    "sweep": "Frees what hangs",
    "do_not_disturb": "Tells opt-outs to GoHighLevel",
    "sync_in": "Fetches GoHighLevel’s news",
    "ghl_sync": "Last complete fetch",
    "sync_out": "Writes scores to GoHighLevel",
    "enrol": "Enrols by rule",
    "route": "Hands out leads",
    "forget_actions": "Drops old undo notes",
    "retention": "Empties old words",
    "backup": "Copies the ledger",
    "webhooks": "Works off webhooks",
}
_STATES = {"due": "Due now", "waiting": "Planned", "leased": "About to go", "sending": "On their way", "unknown": "Outcome unknown"}


@live.live_part("health", "setting_changed", "step_changed", every=10)
def show_health() -> None:
    """Everything about the machinery, anew every ten seconds."""
    page = health_views.health_page(ui.engine(), actor)
    show_loud(page)
    show_figures(page)
    show_switch(page)
    left, right = st.columns(2, gap="medium")
    with left:
        show_pulses(page)
    with right:
        show_provider(page)
        show_queues(page)
        show_copies(page)


def show_loud(page: HealthPage) -> None:
    """What a person should know first."""
    if page.health.is_dry_run:
        st.warning(
            "**Dry run: nothing is sent.** No GoHighLevel token is set (`JORGE_GHL_TOKEN`). Everything is decided, shown and kept; "
            "messages go once there is one.",
            icon=":material/cloud_off:",
        )
    if page.fields_problem:
        st.warning(marks.plain(page.fields_problem), icon=":material/warning:")
    if not page.health.office.sender.brand:
        st.warning(
            "The office hasn’t said who writes: messages wait until Settings, Who writes, is filled in.", icon=":material/pending:"
        )


def show_figures(page: HealthPage) -> None:
    """Alive, breaker, requests left, sync."""
    sick = [pulse for pulse in page.pulses if pulse.is_late or not pulse.is_ok]
    beats = {pulse.name: pulse for pulse in page.pulses}
    sidecar = beats.get("sidecar")
    alive = "Never seen" if sidecar is None else "Silent" if sidecar.is_late else "Running"
    note = f"last sign {words.ago(sidecar.at, page.health.at)}" if sidecar else "start it with make run"
    breaker = page.health.breaker
    tripped = breaker is not None and breaker.state != "closed"
    synced = words.ago(page.last_sync_at, page.health.at) if page.last_sync_at else "Never"
    left = page.health.requests_left
    ui.show(
        marks.figures(
            [
                marks.figure("Sidecar", alive, note, kind="money" if alive == "Running" else "hot"),
                marks.figure(
                    "Jobs",
                    f"{len(page.pulses) - len(sick)} of {len(page.pulses)} well",
                    "signs of life below",
                    kind="warm" if sick else "plain",
                ),
                marks.figure(
                    "GoHighLevel",
                    "Dry run" if page.health.is_dry_run else "Resting" if tripped else "Connected",
                    breaker.message if tripped and breaker else "",
                    kind="warm" if tripped or page.health.is_dry_run else "money",
                ),
                marks.figure("Last fetch", synced, "of GoHighLevel’s news", is_missing=page.last_sync_at is None),
                marks.figure(
                    "Requests left",
                    "Not asked yet" if left is None else f"{left:.0f}",
                    "in this moment’s budget",
                    is_missing=left is None,
                ),
                marks.figure("Not shown yet", f"{page.n_changes_behind:,}", "changes of the ledger"),
            ]
        )
    )


def show_switch(page: HealthPage) -> None:
    """Stop every message at once; let them go again."""
    office = page.health.office
    with st.container(border=True, key="panel-kill"):
        ui.section("Kill switch", "stops every automatic message at once; one sequence alone is held on its own page")
        if office.is_kill_switch_on:
            st.error(f"**Nothing is sent.** {marks.plain(office.kill_switch_why)}", icon=":material/front_hand:")
            if may_change:
                with st.container(horizontal=True, vertical_alignment="bottom", key="kill-off"):
                    st.text_input("Why may they go again", key="kill_why_off", max_chars=300)
                    st.button(
                        "Let messages go again",
                        key="kill_go",
                        icon=":material/play_arrow:",
                        on_click=_switch,
                        args=(False, "kill_why_off"),
                    )
            else:
                ui.show('<p class="jc-sub">Only who may change settings lets messages go again.</p>')
        elif may_work:
            with st.container(horizontal=True, vertical_alignment="bottom", key="kill-on"):
                st.text_input("Why", key="kill_why_on", max_chars=300, placeholder="Wrong price in the day-3 text")
                st.button(
                    "Stop every message",
                    key="kill_stop",
                    icon=":material/front_hand:",
                    type="primary",
                    on_click=_switch,
                    args=(True, "kill_why_on"),
                )
        else:
            ui.show('<p class="jc-sub">Messages may go.</p>')


def _switch(is_on: bool, key: str) -> None:
    why = str(st.session_state.get(key) or "").strip()
    if not why:
        st.toast("Say why: it stays in the audit", icon=":material/error:")
        return
    ui.act(
        follow_up.set_kill_switch, is_on=is_on, why=why, told="Nothing is sent from now on" if is_on else "Messages may go again"
    )


def show_pulses(page: HealthPage) -> None:
    """Signs of life."""
    with st.container(border=True, key="panel-pulses"):
        ui.section("Signs of life")
        if not page.pulses:
            ui.show('<p class="jc-sub">The sidecar was never started. <code>make run</code> starts it beside the web process.</p>')
            return
        ui.show(tables.table("Signs of life", ("Job", "State", "Last seen"), [_pulse(one, page) for one in page.pulses]))


def _pulse(pulse: Pulse, page: HealthPage) -> tuple[str, str, str]:
    state = (
        marks.chip("late", "hot")
        if pulse.is_late
        else marks.chip("well", "money")
        if pulse.is_ok
        else marks.chip("trouble", "warm")
    )
    message = f'<span class="jc-sub">{marks.text(pulse.message)}</span>' if pulse.message else ""
    seen = words.ago(pulse.at, page.health.at)
    return (
        marks.text(_NAMES.get(pulse.name, words.said(pulse.name))) + message,
        state,
        f'<span title="{marks.text(ui.local_time(pulse.at))}">{seen}</span>',
    )


def show_provider(page: HealthPage) -> None:
    """GoHighLevel: where, how far apart, what it told us that waits."""
    apart, health = page.drift, page.health
    with st.container(border=True, key="panel-ghl"):
        ui.section("GoHighLevel", "dry run" if health.is_dry_run else page.base_url)
        whole = ui.local_time(apart.passed_at) if apart.passed_at else "none yet"
        there = "not counted yet" if apart.n_there is None else f"{apart.n_there:,}"
        missing = "" if apart.n_missing is None else f"{apart.n_missing:,}"
        owed = f"{health.n_dnd_owed:,}" + (
            f", the oldest since {ui.local_time(health.dnd_owed_since)}" if health.dnd_owed_since else ""
        )
        today = "" if health.requests_left_today is None else f"{health.requests_left_today:,.0f}"
        waiting = page.webhooks.get("waiting", 0)
        hooks = f"{waiting:,} waiting" + (f" since {ui.local_time(page.oldest_webhook_at)}" if page.oldest_webhook_at else "")
        rows = [
            ("Location", f"…{page.location}" if page.location else "none set"),
            ("Contacts there", there),
            ("Linked to leads here", f"{apart.n_linked:,}"),
            ("There and not here (drift)", missing),
            ("Last whole count", whole),
            ("Opt-outs it hasn’t confirmed", owed),
            ("Requests left today", today),
            ("Webhooks", f"{hooks}, {page.webhooks.get('done', 0):,} done, {page.webhooks.get('failed', 0):,} failed"),
        ]
        ui.show(marks.facts(rows))
        if page.webhooks.get("failed"):
            st.warning(f"{words.count(page.webhooks['failed'], 'webhook')} could not be worked off.", icon=":material/warning:")
        if may_change:
            st.page_link("webhooks.py", label="Webhooks", icon=":material/webhook:")


def show_queues(page: HealthPage) -> None:
    """What waits, and how old the oldest is."""
    with st.container(border=True, key="panel-queues"):
        ui.section("What waits")
        rows = [(_STATES.get(name, words.said(name)), _aged(n, since, page)) for name, (n, since) in page.health.queue.items()]
        rows += [("Imports", _aged(queue.n, queue.since, page)) for name, queue in page.queues.items() if name == "imports"]
        ui.show(marks.facts(rows))
        st.page_link("outbox.py", label="Outbox", icon=":material/outbox:")


def _aged(n: int, since: object, page: HealthPage) -> str:
    old = page.health.at - since if since is not None else timedelta(0)  # type: ignore[operator]
    return f"{n:,}" + (f", the oldest for {words.wait(old)}" if n and old > timedelta(minutes=1) else "")


def show_copies(page: HealthPage) -> None:
    """Copies of the ledger."""
    with st.container(border=True, key="panel-copies"):
        ui.section("Backups", "every night, kept for 35 days")
        if not page.backups:
            ui.show('<p class="jc-sub">None yet. <code>python -m engine backup DIR</code> makes one now.</p>')
        for copy in page.backups[:5]:
            size = f"{copy.n_bytes / 1e6:,.1f} MB"
            ui.show(f'<div class="jc-row-line"><span>{marks.text(copy.name)}</span><span class="jc-sub">{size}</span></div>')


@live.live_part("audit", every=None)
def show_audit() -> None:
    """Who did what, filtered, with export."""
    chosen = {"action": asked.word("action"), "who": asked.number("who"), "lead_id": asked.number("of")}
    place = asked.number("page") or 1
    page: AuditPage = health_views.audit_page(ui.engine(), actor, **chosen, limit=ui.PAGE_ROWS, offset=(place - 1) * ui.PAGE_ROWS)  # type: ignore[arg-type]
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        actions = {"": "Everything", **{one: words.said(one) for one in page.actions}}
        action = chosen["action"] if chosen["action"] in actions else ""
        st.selectbox("What", list(actions), format_func=actions.get, width=240, **asked.widget("action", action))
        people = {"": "Everybody", **{str(number): name for number, name in page.names.items()}}
        who = "" if chosen["who"] is None else str(chosen["who"])
        st.selectbox(
            "Who",
            list(people),
            format_func=lambda one: marks.plain(people[one]),
            width=200,
            **asked.widget("who", who if who in people else ""),
        )
        st.text_input("Lead number", width=120, **asked.widget("of", "" if chosen["lead_id"] is None else str(chosen["lead_id"])))
        engine = ui.engine()
        st.download_button(
            "CSV",
            lambda: health_views.audit_csv(engine, actor, **chosen),
            "audit.csv",
            "text/csv",
            key="audit_csv",
            icon=":material/download:",
            on_click="ignore",
        )  # type: ignore[arg-type]
    rows = [_audited(line, page) for line in page.rows]
    ui.show(
        tables.table("Audit", ("When", "Who", "What", "Of", "Detail"), rows)
        if rows
        else '<p class="jc-sub">Nothing passes these filters.</p>'
    )
    asked.offer_pages(page.n_total, ui.PAGE_ROWS)


def _audited(line: health_views.AuditLine, page: AuditPage) -> tuple[str, ...]:
    detail = ", ".join(
        f"{words.said(str(name)).lower()}: {value}" for name, value in line.detail.items() if value not in (None, "", [], {})
    )
    of = (
        f'<a href="/lead?lead={line.ref}" target="_self">lead {line.ref}</a>'
        if line.kind == "leads"
        else marks.text(f"{words.said(line.kind).lower()} {line.ref or ''}")
    )
    return (
        marks.text(ui.local_time(line.at)), marks.text(page.names.get(line.actor_id, f"account {line.actor_id}")),
        marks.text(words.said(line.action)), of, f'<span class="jc-sub">{marks.text(detail[:300])}</span>',
    )  # fmt: skip


ui.title("Health & audit", "Is everything alive and in step, what keeps messages back, and who did what")
show_health()
if may_audit:
    ui.section("Audit", "every change, the newest first")
    show_audit()
