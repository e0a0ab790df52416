"""The editor of a sequence: its steps, words, rule and hold-out, with preview, what is wrong, and what saving would change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from engine.commands import follow_up
from engine.records import Band, Source, Stage
from engine.records.follow_up import StepKind
from engine.views import sequence_edit
from engine.views.sequence_edit import EnrolmentRule, Plan, SequenceStep, Template
from engine.views.sequences import SequenceSheet
from pages import marks, ui, words

KINDS = {StepKind.SMS: "Text", StepKind.CALL_TASK: "Call by a person", StepKind.EMAIL: "E-mail"}
_HOURS = list(range(0, 24 * 60 + 1, 30))
_NEW = {"kind": StepKind.SMS, "opens": 600, "closes": 1080, "late": 48, "gap": 24, "subject": "", "body": "", "key": ""}
PLACEHOLDERS = "{{greeting}} {{first_name}} {{full_name}} {{area}} {{in_area}} {{agent_name}} {{brand}} {{agent_phone}} {{reasons}}"


def show_editor(sheet: SequenceSheet) -> None:
    """Every step with its words beside their preview, then rule and hold-out, then saving."""
    sequence = sheet.card.sequence
    prefix = f"plan-{sequence.sequence_id}-{sequence.version}"
    rows: list[dict[str, Any]] = st.session_state.setdefault(prefix, [_row(sheet.plan, step) for step in sheet.plan.sequence.steps])
    samples = {0: "An example person", **sequence_edit.sample_leads(ui.engine(), ui.require_actor())}
    sample = st.selectbox(
        "Try the words on", list(samples), format_func=lambda one: marks.plain(samples[one]), key=f"{prefix}-sample"
    )
    for place, row in enumerate(rows):
        show_step(prefix, rows, place, row, sample or None)
    st.button("Add a step", key=f"{prefix}-add", icon=":material/add:", on_click=_add, args=(rows,))
    facts = ask_rule(prefix, sheet.plan)
    plan = build(sheet.plan, rows, prefix, facts)
    show_saving(prefix, sheet, plan)


def _row(plan: Plan, step: SequenceStep) -> dict[str, Any]:
    made = plan.template(step.number)
    return {
        "uid": f"s{step.number}",
        "kind": step.kind,
        "day": step.day,
        "opens": step.opens_minute,
        "closes": step.closes_minute,
        "late": int(step.max_late_hours),
        "gap": int(step.min_gap_hours),
        "subject": made.subject,
        "body": made.body,
        "key": step.template,
    }


def _add(rows: list[dict[str, Any]]) -> None:
    number = max((int(row["uid"][1:]) for row in rows), default=0) + 1
    rows.append({**_NEW, "uid": f"s{number}", "day": max((row["day"] for row in rows), default=0) + 7})


def show_step(prefix: str, rows: list[dict[str, Any]], place: int, row: dict[str, Any], sample: int | None) -> None:
    """One step: when, what, which words; and how they read."""
    key = f"{prefix}-{row['uid']}"
    with st.container(border=True, key=f"panel-{key}"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"when-{key}"):
            ui.show(f'<b class="jc-step">{place + 1}</b>')
            row["day"] = int(st.number_input("Day", 0, 365, row["day"], key=f"{key}-day", width=110))
            row["kind"] = st.selectbox(
                "What", list(KINDS), list(KINDS).index(row["kind"]), format_func=KINDS.get, key=f"{key}-kind", width=170
            )
            row["opens"] = st.selectbox("From", _HOURS[:-1], _at(row["opens"]), format_func=_clock, key=f"{key}-opens", width=120)
            row["closes"] = st.selectbox("Until", _HOURS, _at(row["closes"]), format_func=_clock, key=f"{key}-closes", width=120)
            row["late"] = int(st.number_input("May be late, hours", 1, 336, row["late"], key=f"{key}-late", width=150))
            row["gap"] = int(st.number_input("Gap before, hours", 1, 720, row["gap"], key=f"{key}-gap", width=150))
            st.button(
                "Remove", key=f"{key}-remove", icon=":material/delete:", disabled=len(rows) == 1, on_click=rows.remove, args=(row,)
            )
        left, right = st.columns(2, gap="medium")
        with left:
            if row["kind"] is not StepKind.SMS:
                label = "Subject" if row["kind"] is StepKind.EMAIL else "Title of the call"
                row["subject"] = st.text_input(label, row["subject"], max_chars=200, key=f"{key}-subject")
            label = "Script" if row["kind"] is StepKind.CALL_TASK else "Words"
            height = 130 if row["kind"] is StepKind.SMS else 260
            row["body"] = st.text_area(
                label,
                row["body"],
                max_chars=8_000,
                height=height,
                key=f"{key}-body",
                help=f"Placeholders: {marks.plain(PLACEHOLDERS)}",
            )
        with right:
            show_words(row, sample)


def _at(minute: int) -> int:
    return min(range(len(_HOURS)), key=lambda place: abs(_HOURS[place] - minute))


def show_words(row: Mapping[str, Any], sample: int | None) -> None:
    """How the step reads for the sample, its length, and what the gate would say."""
    made = sequence_edit.preview_words(ui.engine(), ui.require_actor(), _template(row, row["key"] or "new"), sample)
    if made.problem:
        ui.show(f'<p class="jc-sub">{marks.text(made.problem)}</p>')
        return
    length = ""
    if row["kind"] is StepKind.SMS:
        length = marks.chip(
            f"{words.count(made.n_segments, 'segment')}, {len(made.body)} letters", "warm" if made.n_segments > 2 else "money"
        )
    example = (
        marks.chip("example office", "assumed", "The office hasn’t said who writes: see Settings") if made.is_example_sender else ""
    )
    verdict = marks.chip("would pass the content check", "money") if not made.findings else ""
    findings = "".join(f'<li class="jc-minus">{marks.text(one)}</li>' for one in made.findings)
    subject = f"<b>{marks.text(made.subject)}</b>" if made.subject else ""
    ui.show(
        f'<div class="jc-tags">{length}{verdict}{example}</div><ul class="jc-points">{findings}</ul>'
        f'<div class="jc-said">{subject}{marks.text(made.body)}</div>'
    )


def _template(row: Mapping[str, Any], key: str, version: int = 1) -> Template:
    subject = "" if row["kind"] is StepKind.SMS else row["subject"]
    return Template(key=key, kind=row["kind"], subject=subject, body=row["body"], version=version)


def ask_rule(prefix: str, plan: Plan) -> dict[str, Any]:
    """Name, who is enrolled by himself, and how many are left alone to learn what it does."""
    sequence, rule = plan.sequence, plan.sequence.rule
    with st.container(border=True, key=f"panel-{prefix}-rule"):
        ui.section("Who gets it", "only leads that came in since it was made, with a consent on file")
        name = st.text_input("Name", sequence.name, max_chars=80, key=f"{prefix}-name")
        is_on = st.toggle("Enrol new leads by themselves", rule.is_on, key=f"{prefix}-on")
        with st.grid(3, min_column_width=200):
            bands = st.multiselect(
                "Bands (none: any)", [one.value for one in Band], list(rule.bands), format_func=words.said, key=f"{prefix}-bands",
                disabled=sequence.is_mandatory, help="The mandatory follow-up is for every band" if sequence.is_mandatory else None,
            )  # fmt: skip
            sources = st.multiselect(
                "Sources (none: any)",
                [one.value for one in Source],
                list(rule.sources),
                format_func=words.said,
                key=f"{prefix}-sources",
            )
            stages = st.multiselect(
                "Deal stands at (none: any)",
                [one.value for one in Stage],
                list(rule.stages),
                format_func=words.said,
                key=f"{prefix}-stages",
            )
        percent = st.slider(
            "Left alone on purpose, % of leads (to learn what the sequence does)",
            0,
            20,
            round(100 * sequence.holdout_share),
            key=f"{prefix}-held",
        )
        sundays = st.toggle("Nothing on Sundays", sequence.skips_sundays, key=f"{prefix}-sundays")
        holidays = st.toggle("Nothing on federal holidays", sequence.skips_holidays, key=f"{prefix}-holidays")
    made = EnrolmentRule(bands=tuple(bands), sources=tuple(sources), stages=tuple(stages), is_on=is_on)
    return {
        "name": name.strip(),
        "rule": made,
        "holdout_share": percent / 100,
        "skips_sundays": sundays,
        "skips_holidays": holidays,
    }


def build(plan: Plan, rows: list[dict[str, Any]], prefix: str, facts: Mapping[str, Any]) -> Plan:
    """The plan as it stands in the editor: steps in the order of their days, words under the key they had."""
    made, templates = [], {}
    for number, row in enumerate(sorted(rows, key=lambda one: one["day"]), 1):
        old = plan.templates.get((row["key"], "en"))
        key = row["key"] if old is not None and old.kind is row["kind"] else f"{row['kind'].value}-{row['uid']}"
        fresh = _template(row, key)
        kept = old is not None and replace(fresh, version=old.version) == old
        templates[key, "en"] = old if old is not None and kept else replace(fresh, version=old.version + 1 if old else 1)
        templates |= {named: one for named, one in plan.templates.items() if named[0] == key and named[1] != "en"}
        step = SequenceStep(
            number=number, day=row["day"], kind=row["kind"], template=key, opens_minute=row["opens"], closes_minute=row["closes"],
            max_late_hours=float(row["late"]), min_gap_hours=float(row["gap"]),
        )  # fmt: skip
        made.append(step)
    return Plan(sequence=replace(plan.sequence, steps=tuple(made), **facts), templates=templates)


def show_saving(prefix: str, sheet: SequenceSheet, plan: Plan) -> None:
    """What is wrong, what would change, and saving it as the next version."""
    problems = sequence_edit.plan_problems(ui.engine(), ui.require_actor(), plan)
    changes = sequence_edit.changed(sheet.plan, plan)
    if plan.sequence.name != sheet.plan.sequence.name:
        changes = (*changes, f"Name: {sheet.plan.sequence.name} → {plan.sequence.name}.")
    with st.container(border=True, key=f"panel-{prefix}-save"):
        ui.section("Save", f"as version {sheet.card.sequence.version + 1}; those under way keep theirs until you move them")
        if problems:
            st.error("\n".join(f"- {marks.plain(one)}" for one in problems), icon=":material/error:")
        ui.show(
            f'<ul class="jc-points">{"".join(f"<li>{marks.text(one)}</li>" for one in changes)}</ul>'
            if changes
            else '<p class="jc-sub">Nothing is changed.</p>'
        )
        st.text_input("Why (kept with the version)", key=f"{prefix}-why", max_chars=200, placeholder="Shorter first text")
        args = (prefix, sheet.card.sequence.sequence_id, plan)
        st.button("Save", key=f"{prefix}-save", type="primary", disabled=bool(problems) or not changes, on_click=_save, args=args)
        st.button("Start over", key=f"{prefix}-over", type="tertiary", disabled=not changes, on_click=forget, args=(prefix,))


def _save(prefix: str, sequence_id: int, plan: Plan) -> None:
    note = str(st.session_state.get(f"{prefix}-why") or "").strip() or "edited"

    def done(version: int) -> None:
        forget(prefix)
        st.toast(f"Version {version} is saved; new enrolments get it", icon=":material/check_circle:")

    ui.act(follow_up.edit_sequence, sequence_id, plan, note=note, then=done)


def forget(prefix: str) -> None:
    """Drop what stands in the editor."""
    for key in [one for one in st.session_state if str(one).startswith(prefix)]:
        st.session_state.pop(key, None)


def _clock(minute: int) -> str:
    if minute in (0, 24 * 60):
        return "midnight"
    return f"{minute // 60 % 12 or 12}:{minute % 60:02d} {'AM' if minute < 720 else 'PM'}"
