"""What a message says and what is answered, as plain, frozen records."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Temperature(StrEnum):
    """How near to acting the writer of one message is. Not the lead's band: the model gives that, from everything known."""

    HOT = "hot"  # wants to act: see, offer, list, sign, be called now
    WARM = "warm"  # in conversation: asks, answers, keeps the door open
    COLD = "cold"  # refuses, or puts it off without a date


class Intent(StrEnum):
    """What the writer of a message is after."""

    VISIT = "visit"
    OFFER = "offer"
    LIST_HOME = "list_home"
    CALL = "call"
    ASK_PRICE = "ask_price"
    ASK_HOME = "ask_home"
    LOOKING = "looking"
    OBJECTION = "objection"
    STALL = "stall"
    REFUSAL = "refusal"
    WRONG_PERSON = "wrong_person"
    ARE_YOU_A_BOT = "are_you_a_bot"
    CONFUSED = "confused"


class FactKind(StrEnum):
    """What a message can tell of a lead. The same things that a form or a file tells."""

    BUDGET = "budget"
    TIMELINE_DAYS = "timeline_days"
    FINANCING = "financing"
    PLACE = "place"
    ASKING_PRICE = "asking_price"
    MOTIVATION = "motivation"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a message told: `quote` are the writer's own words, `start` where they stand in the message."""

    kind: FactKind
    value: (
        str  # days, a financing's name, a place, a word for the condition; amounts as "low-high" in cents, either end may be empty
    )
    quote: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReading:
    """What one inbound message was understood to say, and by whom: the rules, or Claude."""

    temperature: Temperature
    intents: tuple[Intent, ...]
    facts: tuple[Fact, ...]
    is_clear: bool  # whether anything was recognised at all; what is not clear goes to a person (or Claude, where allowed)
    reader: str = "rules"
    because: tuple[str, ...] = ()  # the words that told its temperature


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message proposed to a person: nothing of it is sent before he (or the owner's autopilot, through the same gate) lets it go."""

    draft_id: int = 0
    lead_id: int
    body: str
    composer: str  # template, llm
    purpose: str  # the dialogue's question, a hand-off, a canned answer
    made_at: datetime
    state: "DraftState" = field(default_factory=lambda: DraftState.PROPOSED)
    words: str = ""  # as let go; empty until then
    why: str = ""  # why this is proposed
    dialogue_id: int | None = None
    message_id: int | None = None  # what it answers
    is_autopilot: bool = False
    decided_by: int | None = None  # 0: the owner's autopilot
    decided_at: datetime | None = None
    decided_why: str = ""
    step_id: int | None = None  # the message in the outbox


class DraftState(StrEnum):
    """Where a draft stands. `edited` was let go with a person's own words; both wait their twenty seconds before they leave."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    SENT = "sent"


class Hearing(StrEnum):
    """Where a message stands in which the rules recognised nothing. `none` is any other message."""

    NONE = ""
    QUEUED = "queued"
    ASKING = "asking"
    HEARD = "heard"
    PERSON = "person"


class FactState(StrEnum):
    """What a person made of a fact that a message told."""

    STANDS = "stands"
    CORRECTED = "corrected"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFact:
    """A fact with its message, and what became of it: a field of the lead, or why not; corrected or rejected by whom."""

    fact_id: int
    lead_id: int
    message_id: int
    fact: Fact
    said_at: datetime
    state: FactState
    is_applied: bool
    why_not: str
    corrected_value: str
    decided_by: int | None
    decided_at: datetime | None
    reader: str = "rules"  # who found it: the rules, or Claude


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReading:
    """A message with what was read in it; `reading` is None while it waits to be read."""

    message_id: int
    lead_id: int
    at: datetime
    text: str
    reading: MessageReading | None
    opt_out: str  # an OptOutKind's word
    hearing: Hearing = Hearing.NONE
    why_person: str = ""  # why no one but a person can say what it means


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """How far a lead is qualified by a dialogue: shown beside the model's numbers, which it never changes."""

    lead_id: int
    dialogue_id: int
    script: str
    n_answered: int
    n_questions: int
    is_hot: bool
    is_over: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """A lead passed from one dialogue to another, or why he was not."""

    source: str
    target: str
    confidence: float
    at: datetime
    is_done: bool
    reason: str
