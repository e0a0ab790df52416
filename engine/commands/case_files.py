"""The case files of leads as they stand now: facts, the model's inputs in words, reasons, conversation, without personal data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from engine.conversation.case_file import case_file, evidence_hash
from engine.records import Score
from engine.runtime import Engine
from engine.scoring.features import FEATURES
from engine.scoring.frame import Vocabulary
from engine.scoring.scorer import unpacked
from engine.scoring.wording import HISTORY_COLUMN, missing_text, value_words
from engine.store import leads, people, scores


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCase:
    """One lead's case, the score it is about, and the name of what is known of him."""

    score: Score
    evidence_hash: str
    case: dict[str, Any]


def cases_of(engine: Engine, lead_ids: Sequence[int], at: datetime) -> list[LeadCase]:
    """The cases of these leads; those without a score are left out."""
    with engine.ledger.read() as connection:
        found = leads.load_leads(connection, lead_ids, only_visible=True)
        current = scores.current(connection, lead_ids)
        names = [part for name in people.names(connection).values() for part in (name, *name.split())]
    vocabulary = engine.scorer.bundle.vocabulary
    return [
        LeadCase(
            score=score,
            evidence_hash=evidence_hash(lead),
            case=case_file(lead, score, _features(score, vocabulary), names=names, at=at),
        )
        for lead in found
        if (score := current.get(lead.lead_id))
    ]


def _features(score: Score, vocabulary: Vocabulary) -> list[dict[str, str]]:
    """What the model saw, each feature with its value in words; of a team's own model, whose columns may hold anything, none."""
    values = unpacked(score.inputs)
    if len(values) != len(FEATURES):
        return []
    has_history = not np.isnan(values[HISTORY_COLUMN])
    return [
        {"label": feature.label, "value": _words(place, float(values[place]), vocabulary, has_history=has_history)}
        for place, feature in enumerate(FEATURES)
        if feature.is_said
    ]


def _words(place: int, value: float, vocabulary: Vocabulary, *, has_history: bool) -> str:
    if np.isnan(value):
        return missing_text(place, has_history=has_history)
    return value_words(place, value, vocabulary)[0]
