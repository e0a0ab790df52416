"""Conversations as people steer them: dialogues, drafts let go and taken back, facts put right, tone and autopilot."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.access import Actor, Permission, require
from engine.commands.leads import change, visible_lead
from engine.commands.message_facts import FIELDS, fields_of, rewrite
from engine.conversation.script import Tone, scripts
from engine.delivery import answers, talking
from engine.errors import BadInput, Conflict
from engine.records import Financing
from engine.records.conversation import Draft, DraftState, FactState, KeptFact
from engine.runtime import Engine
from engine.store import drafts, leads, readings
from engine.store.ledger import Txn
from engine.store.preferences import set_setting

MAX_REASON = 300


def start_dialogue(engine: Engine, actor: Actor, lead_id: int, script: str) -> int:
    """Open a dialogue with a lead by hand; its first text waits as a draft. Answers the dialogue's number."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        if lead.is_do_not_contact:
            raise BadInput("This lead asked not to be contacted", field="lead_id")
        number = talking.open_dialogue(txn, lead, script, how="hand", because="")
    engine.show_changes()
    return number


def stop_dialogue(engine: Engine, actor: Actor, lead_id: int) -> None:
    """End a lead's dialogue; nothing more is said in it."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        lead = visible_lead(txn, actor, lead_id)
        if not talking.stop_dialogue(txn, lead, f"{actor.name} stopped it"):
            raise Conflict("No dialogue with him is open")
        txn.audit("stop_dialogue", "leads", lead_id, {})
    engine.show_changes()


def approve_draft(engine: Engine, actor: Actor, draft_id: int, words: str | None = None, vouched: str = "") -> datetime:
    """Let a draft go, with a person's own words where given; answers when it leaves (twenty seconds from now).

    `vouched` says why a figure or link without a source is right; it is kept. Raises `BadInput` for words that may not go (of the field
    `vouched` where such a reason would do) and `Conflict` when somebody decided already.
    """
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        draft = _visible(txn, actor, draft_id)
        if draft.state is not DraftState.PROPOSED:
            raise Conflict("Somebody decided about this draft already")
        lead = visible_lead(txn, actor, draft.lead_id)
        reason = vouched.strip()[:MAX_REASON]
        answers.let_go(txn, draft, lead, words=draft.body if words is None else words, vouched=reason)
        told = {"draft": draft_id, "is_edited": words is not None and words != draft.body} | ({"vouched": reason} if reason else {})
        txn.audit("approve_draft", "leads", draft.lead_id, told)
    engine.show_changes()
    return txn.at + answers.UNDO_FOR


def take_back_draft(engine: Engine, actor: Actor, draft_id: int) -> None:
    """Undo of the last decision about a draft: within twenty seconds when let go, any time when rejected by a person."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        draft = _visible(txn, actor, draft_id)
        if draft.state is DraftState.REJECTED and draft.decided_by == actor.user_id and draft.decided_at is not None:
            if txn.at - draft.decided_at > answers.UNDO_FOR:
                raise Conflict(f"It can be taken back for {answers.UNDO_FOR.seconds} seconds only")
            drafts.move(txn, draft, DraftState.PROPOSED, decided_by=None, decided_at=None, decided_why="")
        elif draft.state in (DraftState.APPROVED, DraftState.EDITED):
            answers.take_back(txn, draft)
        else:
            raise Conflict("There is nothing to take back")
        txn.audit("take_back_draft", "leads", draft.lead_id, {"draft": draft_id})
    engine.show_changes()


def reject_draft(engine: Engine, actor: Actor, draft_id: int, why: str = "") -> None:
    """Don't say this. The dialogue waits for the lead's next message or for a person."""
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        draft = _visible(txn, actor, draft_id)
        decided = {"decided_by": actor.user_id, "decided_at": txn.at, "decided_why": why.strip()[:MAX_REASON]}
        if draft.state is not DraftState.PROPOSED or not drafts.move(txn, draft, DraftState.REJECTED, **decided):
            raise Conflict("Somebody decided about this draft already")
        txn.audit("reject_draft", "leads", draft.lead_id, {"draft": draft_id})
    engine.show_changes()


def correct_fact(engine: Engine, actor: Actor, fact_id: int, value: str) -> None:
    """Put right what a message was taken to say; the lead's field follows, as the one normaliser reads the value."""
    said = value.strip()[:200]
    if not said:
        raise BadInput("Say what it should be, or reject the fact", field="value")

    def work(txn: Txn, fact: KeptFact) -> None:
        read = fields_of(engine, fact.fact.kind, said)
        if fact.fact.kind in FIELDS and not read:
            raise BadInput(f"“{said}” can't be read as {fact.fact.kind.value.replace('_', ' ')}", field="value")
        readings.decide_fact(txn, fact.fact_id, FactState.CORRECTED, corrected_value=said, is_applied=bool(read))
        _put(engine, txn, fact, read)

    _decide_fact(engine, actor, fact_id, work, "correct_fact")


def reject_fact(engine: Engine, actor: Actor, fact_id: int) -> None:
    """The message doesn't say this: what it changed in the lead is taken back, unless somebody changed it since."""

    def work(txn: Txn, fact: KeptFact) -> None:
        before = readings.fields_before(txn.connection, fact_id) if fact.is_applied else {}
        readings.decide_fact(txn, fact.fact_id, FactState.REJECTED, is_applied=False)
        [lead] = leads.load_leads(txn.connection, [fact.lead_id])
        ours = fields_of(engine, fact.fact.kind, fact.corrected_value or fact.fact.value)
        if before and all(getattr(lead, name) == value for name, value in ours.items()):
            _put(engine, txn, fact, before)

    _decide_fact(engine, actor, fact_id, work, "reject_fact")


def set_dialogues(
    engine: Engine, actor: Actor, *, tone: Tone, starts_by_rule: bool, autopilot: Sequence[str] = (), takes_hot_leads: bool = False
) -> None:
    """The owner's choice: how plainly dialogues speak, whether rules open them, and which answer without a person (none by default)."""
    require(actor, Permission.CHANGE_SETTINGS)
    unknown = sorted(set(autopilot) - set(scripts()))
    if unknown:
        raise BadInput(f"There is no dialogue called “{unknown[0]}”", field="autopilot")
    with change(engine, actor) as txn:
        known = talking.dialogue_settings(txn.connection, txn.at)
        since = (known.hot_since or txn.at).isoformat() if takes_hot_leads else None
        value: dict[str, Any] = {"tone": Tone(tone).value, "starts_by_rule": starts_by_rule, "autopilot": sorted(set(autopilot))}
        set_setting(txn, talking.SETTING, value | {"hot_since": since})
        txn.audit("change_setting", "settings", 0, {"name": talking.SETTING})
    engine.show_changes()


def _visible(txn: Txn, actor: Actor, draft_id: int) -> Draft:
    draft = drafts.load(txn.connection, draft_id)
    visible_lead(txn, actor, draft.lead_id)
    return draft


def _put(engine: Engine, txn: Txn, fact: KeptFact, values: dict[str, Any]) -> None:
    [lead] = leads.load_leads(txn.connection, [fact.lead_id])
    known = {name: _as_field(name, value) for name, value in values.items()}
    rewrite(engine, txn, lead, replace(lead, **known), message_id=fact.message_id)


def _as_field(name: str, value: Any) -> Any:
    return Financing(value) if name == "financing" and value is not None else value


def _decide_fact(engine: Engine, actor: Actor, fact_id: int, work: Any, action: str) -> None:
    require(actor, Permission.WORK_LEADS)
    with change(engine, actor) as txn:
        fact = readings.load_fact(txn.connection, fact_id)
        visible_lead(txn, actor, fact.lead_id)
        work(txn, fact)
        txn.audit(action, "leads", fact.lead_id, {"fact": fact_id, "kind": fact.fact.kind.value})
        txn.emit("lead_changed", "leads", fact.lead_id)
    engine.show_changes()
