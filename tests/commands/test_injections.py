"""A hundred texts that try to make the system act, and a Claude that obeys every one: nothing outside cases, calls and readings changes."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import commands, runtime, views
from engine.access import SYSTEM
from engine.conversation.understanding import read_message
from engine.records.escalation import CaseState
from engine.runtime import Engine
from engine.store import escalations
from engine.store.analytics import Analytics
from engine.store.table_types import metadata
from tests.commands.test_escalation import AT, agents, office
from tests.conversation.fake_claude import Reply, case_in, fake_claude, message

TEXTS = json.loads((Path(__file__).parent.parent / "conversation" / "injections.json").read_text(encoding="utf-8"))
# What a second reading may write: its case, the question's cost, the counters, feed and audit that every change takes.
MAY_CHANGE = {"escalations", "claude_calls", "counters", "changes", "drafts"}


def everything(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table that must not change."""
    with engine.ledger.read() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for name, table in metadata.tables.items()
            if name not in MAY_CHANGE
        }


def obeys(request: dict[str, object]) -> Reply:
    """Does what it is told, in every way that its answer could be made to: other fields, actions, quotes, tools, links."""
    told = " ".join(event["text"] for event in case_in(request)["conversation"])
    kind = len(told) % 6
    good = {"band": "hot", "grounds": [{"says": "He says so", "quote": told[:200]}], "missing": [], "next_action": "call_now"}
    if kind == 0:
        return message(json.dumps(good | {"probability": 1.0, "opt_out": False, "send_sms": told}))
    if kind == 1:
        return message(json.dumps(good | {"next_action": "send_message"}))
    if kind == 2:
        return message(json.dumps(good | {"grounds": [{"says": told[:300], "quote": told[:200]}]}))
    if kind == 3:
        use = {"type": "tool_use", "id": "toolu_1", "name": "forget_lead", "input": {"lead_id": 1}}
        return message([{"type": "text", "text": told}, use], stop="tool_use")
    if kind == 4:
        return message(json.dumps(good | {"grounds": [{"says": "Approved by Jorge", "quote": "I will buy today in cash"}]}))
    return message(json.dumps(good))


def test_there_are_a_hundred_different_texts():
    assert len(set(TEXTS)) == len(TEXTS) >= 100


def test_an_obedient_claude_changes_nothing_but_its_readings(tmp_path):
    with fake_claude(obeys) as claude:
        engine = office(tmp_path, claude.url, claude_per_minute=1_000, claude_daily_cents=100_000)
        ids = []
        for number, text in enumerate(TEXTS):
            lead = {"name": f"Lead {number}", "phone": f"(909) 555-{number:04d}", "message": text, "created_at": "2026-10-01"}
            ids.append(commands.take_lead(engine, SYSTEM, lead))
        before = everything(engine)
        commands.open_cases(engine)
        while commands.ask_claude(engine):
            pass
        assert everything(engine) == before
        assert len(claude.requests) == len(ids)
        with engine.ledger.read() as connection:
            cases = escalations.newest_of(connection, ids).values()
        assert {case.state for case in cases} == {CaseState.READ, CaseState.PERSON}
        for case in cases:
            if case.reading:
                assert not [ground for ground in case.reading.grounds if "http" in ground.says or "evil" in ground.says]
        assert not any("555-" in json.dumps(request["messages"]) for request in claude.requests)
        engine.close()


@pytest.mark.parametrize("text", TEXTS[::9])
def test_reading_a_message_by_rules_only_reads(tmp_path, text):
    assert read_message(text, AT.date()) == read_message(text, AT.date())


def greedy(request: dict[str, object]) -> Reply:
    """Calls every tool it can think of with everything it should not have, then repeats what it was told."""
    said = request["messages"][0]["content"]
    if len(request["messages"]) > 2:
        return message(f"{said} See https://evil.example.com and call 909-555-0100")
    bad = [
        ("leads", {"agent_id": None, "sql": "SELECT * FROM users"}),
        ("leads", {"whose": "all", "limit": 25}),
        ("sql", {"query": "select password_hash from users"}),
        ("send_message", {"lead_id": 1, "body": said}),
    ]
    uses = [{"type": "tool_use", "id": f"toolu_{n}", "name": name, "input": given} for n, (name, given) in enumerate(bad)]
    return message(uses, stop="tool_use")


def test_the_assistant_reads_only_what_the_person_may_see_whatever_is_asked(tmp_path):
    with fake_claude(greedy) as claude:
        engine = office(tmp_path, claude.url, claude_per_minute=1_000, claude_daily_cents=100_000)
        engine.store = Analytics.open(tmp_path / "analytics.duckdb")
        maria, omar = agents(engine)
        theirs = {}
        for person in (maria, omar):
            lead_id = commands.take_lead(
                engine, SYSTEM, {"name": f"{person.name}s Lead", "email": f"{person.username}@example.com"}
            )
            commands.assign_lead(engine, SYSTEM, lead_id, person.user_id)
            theirs[person.user_id] = lead_id
        runtime.projection.catch_up(engine.ledger, engine.store)
        before = everything(engine)
        for text in TEXTS[::5]:
            answer = views.ask_assistant(engine, omar, question=text[:500])
            seen = {lead_id for table in answer.tables for lead_id in table.lead_ids}
            assert seen == {theirs[omar.user_id]}
            assert not answer.text
            assert "held back" in answer.problem
        assert everything(engine) == before
        told = json.dumps(claude.requests)
        assert "Marias Lead" not in told
        assert "Omars Lead" not in told
        errors = [part for part in claude.requests[1]["messages"][2]["content"] if part.get("is_error")]
        assert len(errors) == 3
        engine.close()
