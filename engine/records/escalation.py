"""A lead the model is unsure of: his case, what Claude read in it, what a person said. Plain, frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.records.lead import Band


class CaseState(StrEnum):
    """Where a case stands."""

    QUEUED = "queued"  # waits for Claude
    ASKING = "asking"  # Claude is being asked
    READ = "read"  # Claude has answered
    PERSON = "person"  # waits for a person: no key, no budget, no usable answer
    JUDGED = "judged"  # a person has given his band
    OUTDATED = "outdated"  # more is known of the lead by now, or the model is sure again


class NextAction(StrEnum):
    """What may be done with a lead after a second reading. A closed list: nothing here sends, books or changes anything."""

    CALL_NOW = "call_now"
    ASK_MISSING = "ask_missing"
    BOOK_VISIT = "book_visit"
    KEEP_IN_TOUCH = "keep_in_touch"
    LET_REST = "let_rest"
    ASK_A_PERSON = "ask_a_person"


class MissingFact(StrEnum):
    """What isn't known of a lead and may be asked."""

    BUDGET = "budget"
    TIMELINE = "timeline"
    FINANCING = "financing"
    AREA = "area"
    PROPERTY = "property"
    MOTIVATION = "motivation"
    CONDITION = "condition"
    ASKING_PRICE = "asking_price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One thing a second reading rests on, with the words of the case it is read from."""

    says: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondReading:
    """What Claude made of a case: beside the model's numbers, never in place of them."""

    band: Band
    grounds: tuple[Ground, ...]
    missing: tuple[MissingFact, ...]
    next_action: NextAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One case: a lead as he was known when the model was unsure. There is one for each lead and each state of what is known."""

    escalation_id: int
    lead_id: int
    evidence_hash: str
    opened_at: datetime
    scored_at: datetime
    model_version: str
    model_band: Band
    probability: float
    confidence: float
    state: CaseState
    why_person: str  # why it waits for a person, as a sentence; empty when Claude has it
    case: Mapping[str, Any]  # the case file, personal data replaced
    n_attempts: int
    reading: SecondReading | None
    read_at: datetime | None
    read_by: str  # the model that answered
    person_band: Band | None
    person_reason: str
    judged_by: int | None
    judged_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an answer took, in tokens, as the answer itself says."""

    n_input: int = 0
    n_output: int = 0
    n_cache_read: int = 0
    n_cache_write: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrice:
    """What a model costs, in US cents a million tokens, from a day on, and where that is from."""

    model: str
    valid_from: str  # a date
    input_cents: int
    output_cents: int
    cache_write_cents: int
    cache_read_cents: int
    source: str
