"""Questions about the pipeline in plain words, answered from the other views with the rows shown. It reads as the person who asks.

Claude only chooses which view is read and with which filters; the person's scope is the view's own. It is shown rows without names.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.access import Actor, scope_of
from engine.conversation import assistant
from engine.conversation.assistant import Asked, LeadsAsked, PipelineAsked
from engine.conversation.claude import Answer
from engine.conversation.minimising import minimised
from engine.conversation.outbound import faults_of
from engine.errors import BadInput, ClaudeUnavailable
from engine.runtime import Engine
from engine.views.inbox import InboxRow, inbox
from engine.views.pipeline import pipeline
from engine.views.response import response_times

EXAMPLES = (
    "Which of my leads went cold this week?",
    "Which hot leads are waiting for an answer?",
    "Who has been quiet for 14 days?",
    "What stands in the pipeline?",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What one view answered: its question in words, its rows as shown, and the leads in them in the same order (none: 0)."""

    asked: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lead_ids: tuple[int, ...]
    n_total: int
    data: tuple[Mapping[str, Any], ...]  # the same without names, as Claude sees it


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantAnswer:
    """The answer and the rows it rests on. `by`: claude, rules, or nobody, then `problem` says why."""

    text: str
    tables: tuple[Rows, ...]
    by: str
    problem: str = ""


def is_assistant_on(engine: Engine, actor: Actor) -> bool:
    """Whether Claude may be asked; else only the common questions are answered."""
    del actor
    return engine.claude.is_on


def ask_assistant(engine: Engine, actor: Actor, *, question: str) -> AssistantAnswer:
    """Answer a question within what this person may see; without Claude, the few common ones."""
    text = question.strip()
    if not text:
        raise BadInput("Ask something", field="question")
    if len(text) > assistant.LONGEST_QUESTION:
        raise BadInput(f"The question is longer than {assistant.LONGEST_QUESTION} characters", field="question")
    if not engine.claude.is_on:
        return _by_rules(engine, actor, text, "")
    try:
        return _by_claude(engine, actor, text)
    except ClaudeUnavailable as error:
        return _by_rules(engine, actor, text, error.message)


def _by_rules(engine: Engine, actor: Actor, text: str, problem: str) -> AssistantAnswer:
    asked = assistant.usual_question(text)
    if asked is None:
        return AssistantAnswer(text="", tables=(), by="nobody", problem=problem)
    table = read(engine, actor, asked)
    return AssistantAnswer(text=f"{table.asked}: {table.n_total:,}.", tables=(table,), by="rules", problem=problem)


def _by_claude(engine: Engine, actor: Actor, text: str) -> AssistantAnswer:
    messages: list[dict[str, Any]] = [{"role": "user", "content": minimised(text)}]
    tables: list[Rows] = []
    for _ in range(assistant.MOST_TURNS):
        _, answer = engine.claude.ask("assistant", assistant.question(messages), at=engine.clock.now(), actor_id=actor.user_id)
        if answer.stop_reason != "tool_use":
            return _told(answer, tables, minimised(text))
        messages.append({"role": "assistant", "content": list(answer.content)})
        results = [
            _used(engine, actor, use.name, use.input, tables) | {"tool_use_id": use.tool_use_id} for use in answer.tool_uses[:4]
        ]
        messages.append({"role": "user", "content": results})
    return AssistantAnswer(text="", tables=tuple(tables), by="claude", problem="Claude found no end; the rows it read are below")


def _used(engine: Engine, actor: Actor, name: str, given: Mapping[str, Any], tables: list[Rows]) -> dict[str, Any]:
    """Read what was asked for; a tool or a parameter that doesn't exist is answered with that and reads nothing."""
    try:
        table = read(engine, actor, assistant.asked_of(name, dict(given)))
    except BadInput as error:
        return {"type": "tool_result", "content": error.message, "is_error": True}
    tables.append(table)
    told = {"asked": table.asked, "n_total": table.n_total, "rows": table.data}
    return {"type": "tool_result", "content": json.dumps(told, default=str)}


def _told(answer: Answer, tables: list[Rows], question: str) -> AssistantAnswer:
    """Claude's words, if nothing is wrong with them; the rows stand by themselves."""
    sources = json.dumps([[table.asked, table.n_total, len(table.rows), *table.data] for table in tables], default=str)
    if answer.stop_reason != "end_turn":
        return AssistantAnswer(text="", tables=tuple(tables), by="claude", problem="Claude’s answer was declined or cut off")
    faults = faults_of(answer.text, sources=f"{sources} {question}", longest=assistant.LONGEST_ANSWER)
    if faults:
        why = f"Claude’s words were held back ({faults[0].fault.value.replace('_', ' ')})"
        return AssistantAnswer(
            text="", tables=tuple(tables), by="claude", problem=f"{why}; the rows it read are below" if tables else why
        )
    return AssistantAnswer(text=answer.text.strip(), tables=tuple(tables), by="claude")


def read(engine: Engine, actor: Actor, asked: Asked) -> Rows:
    """One view with checked filters, as this person."""
    if isinstance(asked, LeadsAsked):
        page = inbox(engine, actor, **asked.model_dump())
        data = tuple(_lead_data(row) for row in page.rows)
        rows = tuple(_lead_row(row) for row in page.rows)
        ids = tuple(row.lead_id for row in page.rows)
        heads = ("Lead", "Band", "Score", "With", "Why here")
        return Rows(asked=_in_words(asked), heads=heads, rows=rows, lead_ids=ids, n_total=page.n_total, data=data)
    if isinstance(asked, PipelineAsked):
        return _stages(engine, actor)
    found = response_times(engine, actor, days=asked.days)
    figures = tuple({"n_leads": one.n_leads, "n_waiting": one.n_waiting, "median_minutes": one.median_minutes} for one in found)
    lines = tuple((one.name, f"{one.n_leads:,}", f"{one.n_waiting:,}", _minutes(one.median_minutes)) for one in found)
    columns = ("Agent", "Leads", "Waiting", "Median answer")
    told = f"Response times of the last {asked.days} days"
    return Rows(asked=told, heads=columns, rows=lines, lead_ids=(0,) * len(lines), n_total=len(lines), data=figures)


def _stages(engine: Engine, actor: Actor) -> Rows:
    stages = [one for one in pipeline(engine, actor).stages if one.n_deals]
    sees_money = scope_of(actor).sees_money
    heads = ("Stage", "Deals", *(("Gross", "Weighted") if sees_money else ()))
    rows = tuple(
        (one.label, f"{one.n_deals:,}", *((_dollars(one.gross_cents), _dollars(one.weighted_cents)) if sees_money else ()))
        for one in stages
    )
    data = tuple(dict(zip(heads, row, strict=True)) for row in rows)
    n = sum(one.n_deals for one in stages)
    return Rows(asked="Deals by stage", heads=heads, rows=rows, lead_ids=(0,) * len(rows), n_total=n, data=data)


def _lead_row(row: InboxRow) -> tuple[str, ...]:
    score = "–" if row.score is None else str(row.score)
    return row.name, row.band.value if row.band else "not scored", score, row.assigned_name or "nobody", row.why


def _lead_data(row: InboxRow) -> dict[str, Any]:
    """Without names and without anything that a lead wrote."""
    return {
        "lead": row.lead_id,
        "band": row.band,
        "score": row.score,
        "score_change": row.score_change,
        "source": row.source,
        "stage": row.stage,
        "is_taken": row.assigned_to is not None,
        "why": row.why,
    }


def _in_words(asked: LeadsAsked) -> str:
    parts = [
        {"mine": "Your", "unassigned": "Unassigned", "all": "All"}[asked.whose],
        asked.band or "",
        "leads",
        {"up": "whose score rose in a week", "down": "whose score fell in a week"}.get(asked.moved or "", ""),
        "waiting for an answer" if asked.only_waiting else "",
        f"without activity for {asked.quiet_days} days" if asked.quiet_days else "",
    ]
    return " ".join(part for part in parts if part)


def _minutes(value: float | None) -> str:
    return "no data" if value is None else f"{value:.0f} min"


def _dollars(cents: int | None) -> str:
    return "–" if cents is None else f"${round(cents / 100):,}"
