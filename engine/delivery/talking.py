"""Dialogues over the ledger: opened by hand or by rule, moved on by what was read in a message, handed from one to another.

Whatever they say is a draft. What a lead wrote changes his dialogue, his facts and his drafts, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.conversation.dialogue import (
    DialogueState,
    Move,
    Next,
    advance,
    begin,
    is_hot,
    is_refusal,
    may_hand_off,
    sureness,
    told_already,
)
from engine.conversation.dialogue_state import as_data, from_data
from engine.conversation.script import LONGEST, Script, Tone, scripts
from engine.delivery import answers, draft_check, fixed_answers
from engine.delivery.facts import agent_name
from engine.delivery.office import settings_at
from engine.errors import BadInput, Conflict
from engine.records import Lead
from engine.records.conversation import Draft, DraftState, Intent, KeptReading, MessageReading, Temperature
from engine.records.follow_up import OptOutKind
from engine.sequences.message import STOP_TEXT, clean_name
from engine.store import call_tasks, dialogues, drafts, readings
from engine.store.dialogues import KeptDialogue
from engine.store.ledger import Txn
from engine.store.preferences import get_setting

SETTING = "dialogues"
_RECENT = 3  # messages that speak for a hand-off
_ROLES = {"lead": "buyer", "seller": "seller"}  # what a dialogue is in the table of hand-offs
_SCRIPTS = {"buyer": "lead", "seller": "seller"}
_MAY_GO_ON = (OptOutKind.NONE, OptOutKind.OPT_IN, OptOutKind.HELP)
_AWAY = {Intent.REFUSAL, Intent.WRONG_PERSON}


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueSettings:
    """What the owner chose: how plainly dialogues speak, whether rules open them, and which may answer without a person."""

    tone: Tone = Tone.DIRECT
    starts_by_rule: bool = True
    autopilot: tuple[str, ...] = ()  # scripts by name
    hot_since: datetime | None = None  # leads of the hot band that came since then get a first text proposed; None: nobody


def dialogue_settings(connection: Connection, at: datetime) -> DialogueSettings:
    """What holds at that moment; drafts wait for a person unless the owner said otherwise."""
    told: Mapping[str, Any] = get_setting(connection, SETTING, at) or {}
    return DialogueSettings(
        tone=Tone(told.get("tone", Tone.DIRECT)),
        starts_by_rule=bool(told.get("starts_by_rule", True)),
        autopilot=tuple(told.get("autopilot", ())),
        hot_since=datetime.fromisoformat(told["hot_since"]) if told.get("hot_since") else None,
    )


def open_dialogue(txn: Txn, lead: Lead, script_name: str, *, how: str, because: str, message: KeptReading | None = None) -> int:
    """Open a dialogue and propose its first text; answers its number. Raises `BadInput` or `Conflict` naming what stands against it."""
    script = scripts().get(script_name)
    if script is None:
        raise BadInput(f"There is no dialogue called “{script_name}”", field="script")
    if not lead.phone:
        raise BadInput("Dialogues are held by text, and there is no phone number", field="phone")
    if dialogues.open_of(txn.connection, lead.lead_id) is not None:
        raise Conflict("A dialogue with him is open already")
    chosen = dialogue_settings(txn.connection, txn.at)
    if message is None or message.reading is None:
        state = DialogueState(script=script.name, tone=chosen.tone)
    else:
        reading = message.reading
        state = told_already(script, tone=chosen.tone, reading=reading, text=message.text, message_id=message.message_id)
    is_automatic = script.name in chosen.autopilot and not answers.was_disclosed(txn.connection, lead.lead_id)
    move = begin(
        script,
        tone=chosen.tone,
        names=names_of(txn, lead),
        state=state,
        is_automatic=is_automatic,
        is_greeting=is_automatic or message is None or how != "hand_off",
        ending=_stop_words(txn, lead),
    )
    number = dialogues.add(
        txn, lead.lead_id, script=script.name, how=how, state=as_data(move.state), n_questions=len(script.questions)
    )
    _carry_out(txn, lead, dialogues.load(txn.connection, number), script, replace(move, reason=because or move.reason), message)
    txn.audit("open_dialogue", "leads", lead.lead_id, {"script": script.name, "how": how})
    return number


def stop_dialogue(txn: Txn, lead: Lead, why: str, *, outcome: str = "stopped") -> bool:
    """End a lead's dialogue in silence; false when none is open."""
    dialogue = dialogues.open_of(txn.connection, lead.lead_id)
    if dialogue is None:
        return False
    answers.withdraw(txn, lead.lead_id, why)
    ended = replace(from_data(dialogue.state), is_over=True, asked="")
    dialogues.change(txn, dialogue, state=as_data(ended), is_over=True, outcome=outcome, reason=why)
    return True


def take_in(txn: Txn, lead: Lead, message: KeptReading, reading: MessageReading, kind: OptOutKind | None) -> None:
    """What a message that was just read does to a lead's dialogue. Who asked for silence, or could not be read, gets none of ours."""
    message = replace(message, reading=reading)
    dialogue = dialogues.open_of(txn.connection, lead.lead_id)
    if kind not in _MAY_GO_ON or lead.is_do_not_contact or _refuses(dialogue, reading, message.text):
        why = "could not be read" if kind is None else "does not want this; nothing more is said"
        stop_dialogue(txn, lead, why, outcome="person")
        return
    if missing_names(txn, lead):
        return  # nothing can be said before the office has set who writes; a person sees the message all the same
    fixed = fixed_answers.answer_to(message.text, kind, names_of(txn, lead))
    if fixed is not None:
        _propose(txn, lead, fixed.words, purpose=fixed.purpose, why=fixed.why, message=message)
        return
    if _hands_off(txn, lead, dialogue, message):
        return
    if dialogue is not None:
        _go_on(txn, lead, dialogue, message, reading)


def speaks_as_seller(txn: Txn, lead_id: int) -> bool:
    """Whether the dialogue he is in is the seller's."""
    dialogue = dialogues.open_of(txn.connection, lead_id)
    return dialogue is not None and dialogue.script == "seller"


def _go_on(txn: Txn, lead: Lead, dialogue: KeptDialogue, message: KeptReading, reading: MessageReading) -> None:
    script, state = scripts()[dialogue.script], from_data(dialogue.state)
    asking = drafts.load(txn.connection, dialogue.asked_draft_id) if dialogue.asked_draft_id else None
    was_asked = asking is not None and asking.state is DraftState.SENT
    question = script.question(state.asked)
    tells = any(fact.kind is question.fact for fact in reading.facts)
    if asking is not None and not was_asked and not tells:
        # He wrote before the question reached him, so his words are no answer to it: the same text is proposed again.
        waiting = replace(state, seen=(*state.seen, message.message_id))
        move = Move(next=Next.ASK, text=asking.body, reason="he wrote before the question went out", state=waiting)
    else:
        move = advance(script, state, reading, message.text, message_id=message.message_id, names=names_of(txn, lead))
    _carry_out(txn, lead, dialogue, script, move, message, reading)


def _carry_out(
    txn: Txn,
    lead: Lead,
    dialogue: KeptDialogue,
    script: Script,
    move: Move,
    message: KeptReading | None,
    reading: MessageReading | None = None,
) -> None:
    """Keep where the dialogue stands now, propose what it says next, and tell the office of a lead who is qualified."""
    hot = is_hot(script, move.state)
    draft_id = None
    if move.text:
        body = move.text if message is None or _has_stop(move.text) else _with_stop(txn, lead, move.text)
        purpose = move.next.value + (f": {move.state.asked}" if move.state.asked else "")
        draft_id = _propose(
            txn, lead, body, purpose=purpose, why=move.reason, message=message, dialogue=dialogue, is_clear=_is_plain(reading)
        )
    values: dict[str, Any] = {"state": as_data(move.state), "reason": move.reason, "is_hot": hot, "is_over": move.state.is_over}
    values |= {"n_answered": len(move.state.answers), "outcome": move.next.value if move.state.is_over else ""}
    if move.next in (Next.ASK, Next.REPAIR) and draft_id is not None:
        values["asked_draft_id"] = draft_id
    dialogues.change(txn, dialogue, **values)
    if move.state.is_over and move.next is not Next.TAKE_AWAY:
        _tell_office(txn, lead, script, move, is_hot_lead=hot)


def _tell_office(txn: Txn, lead: Lead, script: Script, move: Move, *, is_hot_lead: bool) -> None:
    """A call for a person: a qualified lead with his answers, or one whom the dialogue could not understand."""
    said = [f"{answer.key.capitalize()}: {answer.text}" for answer in move.state.answers]
    n_of = f"{len(move.state.answers)}/{len(script.questions)}"
    if move.next is Next.DONE:
        title = f"Qualified: {'hot' if is_hot_lead else 'not hot'} ({n_of}), call {lead.name}"
    elif move.reason.startswith("does not want"):
        return
    else:
        title = f"{lead.name}: the dialogue {move.reason}; answer yourself"
    call_tasks.add(txn, lead.lead_id, step_id=None, title=title, script="\n".join(said), due_at=txn.at)


def _hands_off(txn: Txn, lead: Lead, dialogue: KeptDialogue | None, message: KeptReading) -> bool:
    """Pass a lead to the dialogue his words speak for, within the limits; says whether it happened. Every attempt is kept."""
    if not dialogue_settings(txn.connection, txn.at).starts_by_rule:
        return False
    source = _ROLES[dialogue.script] if dialogue else "lead"
    recent = _recent(txn, lead.lead_id)
    history = tuple((one.source, one.target, one.at) for one in dialogues.hand_offs_of(txn.connection, lead.lead_id) if one.is_done)
    for target in ("seller", "buyer"):
        sure = sureness(target, recent)
        if target == source or sure < 0.5:
            continue
        against = may_hand_off(history, source=source, target=target, confidence=sure, at=txn.at)
        against = against or _against_opening(txn, lead)
        told = against or f"spoke like a {target}"
        dialogues.add_hand_off(txn, lead.lead_id, source=source, target=target, confidence=sure, is_done=not against, reason=told)
        if not against:
            stop_dialogue(txn, lead, f"handed to the {target} dialogue", outcome="handed_off")
            how = "hand_off" if dialogue else "rule"
            open_dialogue(txn, lead, _SCRIPTS[target], how=how, because=told, message=message)
            return True
    return False


def _against_opening(txn: Txn, lead: Lead) -> str:
    if not lead.phone:
        return "there is no phone number"
    done = next(
        (one for one in dialogues.of_lead(txn.connection, lead.lead_id) if one.is_over and one.n_answered == one.n_questions), None
    )
    if done is not None:
        return "he has answered every question already"
    return ""


def _recent(txn: Txn, lead_id: int) -> tuple[MessageReading, ...]:
    """A lead's last readings with their facts."""
    kept = [one for one in readings.of_lead(txn.connection, lead_id, limit=_RECENT) if one.reading is not None]
    facts = readings.facts_of(txn.connection, lead_id)
    return tuple(
        replace(one.reading, facts=tuple(fact.fact for fact in facts if fact.message_id == one.message_id))
        for one in kept
        if one.reading is not None
    )


def _propose(
    txn: Txn,
    lead: Lead,
    body: str,
    *,
    purpose: str,
    why: str,
    message: KeptReading | None,
    dialogue: KeptDialogue | None = None,
    is_clear: bool = False,
) -> int:
    """Keep a draft; where the owner chose autopilot and the message was plain, it is let go at once, through the same gate."""
    chosen = dialogue_settings(txn.connection, txn.at)
    is_autopilot = dialogue is not None and dialogue.script in chosen.autopilot and (message is None or is_clear)
    draft = Draft(
        lead_id=lead.lead_id,
        body=body,
        composer="template",
        purpose=purpose,
        made_at=txn.at,
        why=why,
        dialogue_id=dialogue.dialogue_id if dialogue else None,
        message_id=message.message_id if message else None,
        is_autopilot=is_autopilot,
    )
    number = drafts.propose(txn, draft)
    if is_autopilot:
        _let_go_by_itself(txn, replace(draft, draft_id=number), lead)
    return number


def _let_go_by_itself(txn: Txn, draft: Draft, lead: Lead) -> None:
    owner = replace_actor(txn)
    try:
        answers.let_go(owner, draft, lead, words=draft.body, why="autopilot")
    except (BadInput, Conflict) as error:
        drafts.move(txn, draft, DraftState.PROPOSED, is_autopilot=False, why=f"{draft.why}; not by itself: {error.message}")


def replace_actor(txn: Txn) -> Txn:
    """The same transaction acting for nobody: what autopilot lets go no person has approved."""
    return replace(txn, actor_id=0)


def _is_plain(reading: MessageReading | None) -> bool:
    """Whether the rules understood a message and it speaks for going on: only then may autopilot answer it."""
    if reading is None:
        return True
    doubtful = {Intent.STALL, Intent.OBJECTION, Intent.CONFUSED, Intent.ARE_YOU_A_BOT, *_AWAY}
    return (
        reading.is_clear
        and reading.reader == "rules"
        and reading.temperature is not Temperature.COLD
        and not doubtful & set(reading.intents)
    )


def _refuses(dialogue: KeptDialogue | None, reading: MessageReading, text: str) -> bool:
    if dialogue is not None:
        return is_refusal(scripts()[dialogue.script], from_data(dialogue.state), reading, text)
    return reading.temperature is Temperature.COLD and bool(_AWAY & set(reading.intents))


def missing_names(txn: Txn, lead: Lead) -> list[str]:
    """What the office hasn't set yet of who writes."""
    sender = settings_at(txn.connection, txn.at).sender
    told = (("brand", sender.brand), ("agent name", agent_name(txn.connection, lead, sender)))
    return [word for word, value in told if not value]


def names_of(txn: Txn, lead: Lead) -> dict[str, str]:
    """The names that fixed texts may hold; raises `BadInput` while the office hasn't set them."""
    if missing := missing_names(txn, lead):
        raise BadInput("The office's follow-up settings lack: " + ", ".join(missing), field=missing[0])
    sender = settings_at(txn.connection, txn.at).sender
    agent = agent_name(txn.connection, lead, sender)
    return {"first_name": clean_name(lead.first_name), "agent": agent, "brand": sender.brand}


def _stop_words(txn: Txn, lead: Lead) -> str:
    is_first, offered_at = draft_check.said_before(txn.connection, lead, txn.at)
    every_days = settings_at(txn.connection, txn.at).rules.stop_text_days
    return f" {STOP_TEXT['en']}" if draft_check.needs_stop(is_first, offered_at, txn.at, every_days) else ""


def _with_stop(txn: Txn, lead: Lead, body: str) -> str:
    ended = body + _stop_words(txn, lead)
    return ended if len(ended) <= LONGEST else body


def _has_stop(body: str) -> bool:
    return STOP_TEXT["en"] in body
