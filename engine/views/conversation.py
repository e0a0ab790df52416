"""Conversations to look at: drafts that wait for a person, and one lead's messages, facts, dialogue and hand-offs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.access import Actor, scope_of
from engine.conversation.script import LONGEST, scripts
from engine.delivery.talking import DialogueSettings, dialogue_settings
from engine.errors import NotFound
from engine.records.conversation import DraftState, FactKind, HandOff, KeptFact, KeptReading, Qualification
from engine.runtime import Engine
from engine.store import dialogues, drafts, leads, readings
from engine.store.dialogues import KeptDialogue
from engine.store.drafts import DraftRow

__all__ = [
    "ConversationPart",
    "DialogueSettings",
    "DraftRow",
    "DraftsPage",
    "KeptDialogue",
    "conversation_of",
    "drafts_page",
    "qualified",
]

_FOLDERS = {
    "waiting": (DraftState.PROPOSED.value,),
    "leaving": (DraftState.APPROVED.value, DraftState.EDITED.value),
    "sent": (DraftState.SENT.value,),
    "rejected": (DraftState.REJECTED.value,),
}
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftsPage:
    """One folder of drafts, how many each has, and what the owner chose."""

    folder: str
    rows: Sequence[DraftRow]
    counts: Mapping[str, int]
    settings: DialogueSettings
    script_labels: Mapping[str, str]
    longest: int  # characters of a text


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationPart:
    """A lead's conversation: messages newest first, facts with their quotes, the open question, what waits to be said."""

    messages: Sequence[KeptReading]
    facts: Sequence[KeptFact]
    dialogue: KeptDialogue | None  # the newest one
    open_question: str
    answers: Sequence[tuple[str, str]]  # what was asked for, in his words
    drafts: Sequence[DraftRow]
    hand_offs: Sequence[HandOff]
    script_labels: Mapping[str, str]


def drafts_page(engine: Engine, actor: Actor, folder: str = "waiting") -> DraftsPage:
    """A folder of drafts: waiting (oldest first), leaving, sent, rejected; a person sees those of his own leads and of free ones."""
    if folder not in _FOLDERS:
        raise NotFound(f"Drafts have no folder “{folder}”")
    scope, at = scope_of(actor), engine.clock.now()
    with engine.ledger.read() as connection:
        is_queue = folder == "waiting"
        rows = drafts.rows(connection, _FOLDERS[folder], agents=scope.agents, newest_first=not is_queue, limit=_MOST)
        by_state = drafts.counts(connection, agents=scope.agents)
        settings = dialogue_settings(connection, at)
    counts = {name: sum(by_state.get(state, 0) for state in states) for name, states in _FOLDERS.items()}
    labels = {name: script.label for name, script in scripts().items()}
    return DraftsPage(folder=folder, rows=rows, counts=counts, settings=settings, script_labels=labels, longest=LONGEST)


def conversation_of(engine: Engine, actor: Actor, lead_id: int) -> ConversationPart:
    """A lead's conversation; raises `NotFound`, also for another agent's."""
    scope = scope_of(actor)
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, [lead_id], only_visible=True)
        if not found or not scope.covers(found[0].assigned_to):
            raise NotFound("There is no such lead, or he is another agent's")
        messages = readings.of_lead(connection, lead_id, limit=20)
        facts = readings.facts_of(connection, lead_id)
        talks = dialogues.of_lead(connection, lead_id)
        states = (*_FOLDERS["waiting"], *_FOLDERS["leaving"])
        waiting = drafts.rows(connection, states, agents=scope.agents, newest_first=False, limit=10, lead_id=lead_id)
        hand_offs = dialogues.hand_offs_of(connection, lead_id)
    dialogue = talks[0] if talks else None
    return ConversationPart(
        messages=messages,
        facts=facts,
        dialogue=dialogue,
        open_question=_open_question(dialogue),
        answers=_answers(dialogue),
        drafts=waiting,
        hand_offs=hand_offs,
        script_labels={name: script.label for name, script in scripts().items()},
    )


def qualified(engine: Engine, actor: Actor, lead_ids: Sequence[int]) -> Mapping[int, Qualification]:
    """How far each of these leads is qualified by his newest dialogue; only leads this person may see."""
    scope = scope_of(actor)
    with engine.ledger.read() as connection:
        mine = [
            lead.lead_id for lead in leads.load_leads(connection, lead_ids, only_visible=True) if scope.covers(lead.assigned_to)
        ]
        return dialogues.qualifications(connection, mine)


def fact_label(kind: FactKind) -> str:
    """A kind of fact as a person reads it."""
    return "Timeline" if kind is FactKind.TIMELINE_DAYS else kind.value.replace("_", " ").capitalize()


def fact_words(kind: FactKind, value: str) -> str:
    """A fact's value as a person reads it: amounts in dollars, times in days."""
    if kind in (FactKind.BUDGET, FactKind.ASKING_PRICE) and "-" in value:
        low, _, high = value.partition("-")
        ends = [f"${int(cents) // 100:,}" for cents in dict.fromkeys(part for part in (low, high) if part)]
        only = "from " if low and not high else "up to " if high and not low else ""
        return only + "–".join(ends)
    if kind is FactKind.TIMELINE_DAYS and value.isdigit():
        return "now" if value == "0" else f"within {int(value):,} days"
    return value.replace("_", " ")


def _open_question(dialogue: KeptDialogue | None) -> str:
    if dialogue is None or dialogue.is_over or not dialogue.state.get("asked"):
        return ""
    script = scripts()[dialogue.script]
    tone = dialogue.state["tone"]
    return next((words for name, words in script.question(dialogue.state["asked"]).asks.items() if name == tone), "")


def _answers(dialogue: KeptDialogue | None) -> list[tuple[str, str]]:
    if dialogue is None:
        return []
    return [(answer["key"].replace("_", " ").capitalize(), answer["text"]) for answer in dialogue.state["answers"]]
