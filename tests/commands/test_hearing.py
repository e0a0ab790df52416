"""Messages the rules recognise nothing in: the real client against a local server, the ledger, a person where Claude is no help.

The server's answers are written by hand in the API's shape; none was recorded from a live account.
"""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import commands, views
from engine.access import SYSTEM
from engine.clock import FixedClock
from engine.commands import conversations, hearing, message_facts, reading
from engine.commands.follow_up import set_sender
from engine.records import Channel
from engine.records.conversation import DraftState, Hearing
from engine.runtime.claude_desk import NO_KEY
from engine.store import dialogues, drafts, readings
from engine.store.escalation_tables import claude_calls
from tests.commands.test_escalation import AT, office
from tests.commands.test_reading import LEAD, MAY_CHANGE, SENDER, difference, everything, moved
from tests.conversation.fake_claude import failure, fake_claude, message, slow

UNCLEAR = "four fifty and not a penny under, the keys are on the hook"
HEARD = {"temperature": "hot", "intents": ["list_home"], "facts": []}
PRICE = {"kind": "asking_price", "value": "450000-", "quote": "four fifty and not a penny under"}
TEXTS = json.loads((Path(__file__).parent.parent / "conversation" / "injections.json").read_text(encoding="utf-8"))


def heard(**more):
    return message(json.dumps(HEARD | more))


def lead_of(engine):
    set_sender(engine, SYSTEM, SENDER)
    return commands.take_lead(engine, SYSTEM, LEAD)


def writes(engine, lead_id, text):
    engine.clock = FixedClock(engine.clock.now() + timedelta(minutes=1))
    commands.log_inbound(engine, SYSTEM, lead_id, Channel.SMS, text)
    reading.read_messages(engine)


def newest(engine, lead_id):
    with engine.ledger.read() as connection:
        return readings.of_lead(connection, lead_id, limit=1)[0]


def facts(engine, lead_id):
    with engine.ledger.read() as connection:
        return readings.facts_of(connection, lead_id)


def calls(engine):
    with engine.ledger.read() as connection:
        return [dict(row) for row in connection.execute(select(claude_calls)).mappings()]


def test_what_claude_hears_becomes_facts_with_his_words_and_the_dialogues_next_draft(tmp_path):
    with fake_claude(heard(facts=[PRICE])) as claude:
        engine = office(tmp_path, claude.url)
        lead_id = lead_of(engine)
        writes(engine, lead_id, UNCLEAR)
        assert newest(engine, lead_id).hearing is Hearing.QUEUED
        assert views.escalation_record(engine, SYSTEM).heard == {Hearing.QUEUED: 1}
        assert hearing.hear_out(engine)
        assert views.escalation_record(engine, SYSTEM).heard == {Hearing.HEARD: 1}
        kept = newest(engine, lead_id)
        assert (kept.hearing, kept.reading.reader, kept.reading.temperature) == (Hearing.HEARD, "claude", "hot")
        [fact] = facts(engine, lead_id)
        assert (fact.reader, fact.fact.value, fact.fact.quote) == ("claude", "45000000-", PRICE["quote"])
        assert UNCLEAR[fact.fact.start :].startswith(fact.fact.quote)
        with engine.ledger.read() as connection:
            [draft] = drafts.of_lead(connection, lead_id)
        assert (draft.state, draft.composer, draft.is_autopilot) == (DraftState.PROPOSED, "template", False)
        assert calls(engine)[0]["purpose"] == "message"
        assert not hearing.hear_out(engine)
        engine.close()


def test_what_claude_is_shown_names_nobody_and_carries_the_open_question(tmp_path):
    with fake_claude(heard()) as claude:
        engine = office(tmp_path, claude.url)
        lead_id = lead_of(engine)
        conversations.start_dialogue(engine, SYSTEM, lead_id, "seller")
        writes(engine, lead_id, "Ann here, ring Bob under 909-555-7777, the oven hums softly")
        hearing.hear_out(engine)
        told = claude.requests[0]["messages"][0]["content"]
        assert "Ann" not in told
        assert "7777" not in told
        assert "why are you thinking of selling" in told
        engine.close()


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (failure(429, "rate_limit_error", **{"retry-after": "0"}), "429"),
        (failure(529, "overloaded_error", **{"retry-after": "0"}), "529"),
        (message("", stop="refusal"), "declined"),
        (message(json.dumps(HEARD)[:20], stop="max_tokens"), "cut off"),
        (message("no JSON at all"), "shape"),
        (heard(opt_out=False), "shape"),
        (heard(send="Hello to all"), "shape"),
        (heard(intents=["approve"]), "shape"),
        (heard(facts=[PRICE | {"quote": "I want five hundred"}]), "quoted"),
        (heard(facts=[PRICE | {"value": "9999999999-"}]), "rest"),
        (heard(facts=[PRICE | {"kind": "place", "value": "Malibu"}]), "rest"),
        (heard(intents=[]), "either"),
    ],
)
def test_no_usable_answer_leaves_the_message_to_a_person_and_the_rules_reading_as_it_was(tmp_path, reply, why):
    with fake_claude(reply) as claude:
        engine = office(tmp_path, claude.url)
        lead_id = lead_of(engine)
        writes(engine, lead_id, UNCLEAR)
        before = newest(engine, lead_id).reading
        hearing.hear_out(engine)
        kept = newest(engine, lead_id)
        assert (kept.hearing, kept.reading) == (Hearing.PERSON, before)
        assert why in kept.why_person
        assert facts(engine, lead_id) == []
        engine.close()


def test_a_late_answer_or_a_spent_budget_leaves_it_to_a_person(tmp_path):
    with fake_claude(slow(0.5)) as claude:
        engine = office(tmp_path, claude.url, claude_timeout_s=0.1)
        lead_id = lead_of(engine)
        writes(engine, lead_id, UNCLEAR)
        hearing.hear_out(engine)
        assert "in time" in newest(engine, lead_id).why_person
        engine.close()
    engine = office(tmp_path, claude.url, claude_daily_cents=0)
    writes(engine, lead_id, UNCLEAR)
    hearing.hear_out(engine)
    assert newest(engine, lead_id).why_person == hearing.OVER_BUDGET
    engine.close()


def test_a_question_cut_off_by_a_kill_goes_to_a_person_and_is_not_asked_twice(tmp_path):
    with fake_claude(heard()) as claude:
        engine = office(tmp_path, claude.url)
        lead_id = lead_of(engine)
        writes(engine, lead_id, UNCLEAR)
        with engine.ledger.write(at=engine.clock.now()) as txn:
            readings.lease(txn, txn.at + engine.claude.patience)
        assert not hearing.hear_out(engine)
        engine.clock = FixedClock(AT + timedelta(hours=1))
        hearing.hear_out(engine)
        assert newest(engine, lead_id).why_person == hearing.KILLED
        assert claude.requests == []
        engine.close()


def test_without_a_key_a_person_has_it_and_what_is_clear_or_refuses_is_nobodys_question(tmp_path):
    engine = office(tmp_path)
    lead_id = lead_of(engine)
    writes(engine, lead_id, UNCLEAR)
    assert (newest(engine, lead_id).hearing, newest(engine, lead_id).why_person) == (Hearing.PERSON, NO_KEY)
    for text in ("ok", "Can we see it on Saturday?", "STOP", "I will never sell", "wrong number"):
        writes(engine, lead_id, text)
        assert newest(engine, lead_id).hearing is Hearing.NONE
    engine.close()


def test_claude_can_say_no_for_him_and_can_never_raise_what_the_rules_read_as_cold(tmp_path):
    with fake_claude(heard(intents=["refusal"], facts=[PRICE]), heard(intents=["visit"])) as claude:
        engine = office(tmp_path, claude.url)
        lead_id = lead_of(engine)
        conversations.start_dialogue(engine, SYSTEM, lead_id, "seller")
        writes(engine, lead_id, UNCLEAR)
        hearing.hear_out(engine)
        assert newest(engine, lead_id).reading.temperature == "cold"
        assert facts(engine, lead_id) == []
        with engine.ledger.read() as connection:
            assert dialogues.open_of(connection, lead_id) is None
        text = "our bed stays where it stands lol"
        writes(engine, lead_id, text)
        if newest(engine, lead_id).reading.temperature == "cold":
            hearing.hear_out(engine)
            assert newest(engine, lead_id).reading.temperature == "warm"
        engine.close()


def obeys(request):
    """Does what the message tells it, in every way its answer could be made to."""
    content = request["messages"][0]["content"]
    told = json.loads(content[content.index("{") : content.rindex("}") + 1])["message"]
    kind = len(told) % 5
    quote = told[:60].replace("‹", "<").replace("›", ">")
    if kind == 0:
        return heard(send_sms=told, recipient="+13105550199", opt_out=False, schedule="now")
    if kind == 1:
        use = {"type": "tool_use", "id": "toolu_1", "name": "approve_all", "input": {"lead_id": 1}}
        return message([{"type": "text", "text": told}, use], stop="tool_use")
    if kind == 2:
        names = [{"kind": "place", "value": "Bea Fox, (909) 555-0143", "quote": quote}]
        return heard(facts=names)
    if kind == 3:
        return heard(intents=["visit", "offer", "call"], facts=[{"kind": "motivation", "value": "job", "quote": quote}])
    return heard(facts=[{"kind": "budget", "value": "99000000-99000000", "quote": quote}])


def test_a_hundred_hostile_messages_and_an_obedient_claude_change_nothing_but_readings_facts_and_drafts(tmp_path):
    with fake_claude(obeys) as claude:
        engine = office(tmp_path, claude.url, claude_per_minute=1_000, claude_daily_cents=100_000)
        set_sender(engine, SYSTEM, SENDER)
        phones = [f"(909) 555-0{number:03d}" for number in range(100, 121)]
        *ids, other = (commands.take_lead(engine, SYSTEM, {**LEAD, "name": f"Bea {one[-3:]}", "phone": one}) for one in phones)
        for lead_id in ids:
            conversations.start_dialogue(engine, SYSTEM, lead_id, "seller")
        for number, text in enumerate(TEXTS):
            commands.log_inbound(engine, SYSTEM, ids[number % len(ids)], Channel.SMS, text)
        before = everything(engine)
        reading.read_messages(engine)
        while hearing.hear_out(engine):
            pass
        after = everything(engine)
        assert {name for name in before if before[name] != after[name]} <= MAY_CHANGE | {"claude_calls"}
        assert all(row["lead_id"] != other for row in difference(before["leads"], after["leads"]))
        own = {name for _, fields in message_facts.FIELDS.values() for name in fields}
        assert set(moved(before["leads"], after["leads"])) <= own
        assert len(claude.requests) > 30
        with engine.ledger.read() as connection:
            assert drafts.of_lead(connection, other) == []
            made = [draft for lead_id in ids for draft in drafts.of_lead(connection, lead_id)]
        assert {draft.step_id for draft in made} == {None}
        assert not [draft for draft in made if re.search(r"http|555-|0199|Bea", draft.body.replace("Hi Bea", ""))]
        engine.close()
