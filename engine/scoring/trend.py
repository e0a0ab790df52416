"""What moved a lead's score since it last stood elsewhere: the difference of two stored scores' effects, feature by feature."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from engine.records import Score
from engine.scoring.features import FEATURES
from engine.scoring.frame import Vocabulary
from engine.scoring.kernels import Floats
from engine.scoring.own_words import Speaker
from engine.scoring.scorer import unpacked
from engine.scoring.wording import HISTORY_COLUMN, missing_text, value_words

N_MOVES = 3
_LEAST = 0.5  # points: what would be shown as 0 is not said


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that moved the score: the lead's value now, in words, and by how many points of the 0 to 100 scale."""

    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Trend:
    """From the earlier score to the newest. `moves` and `rest` add up to `change`; without moves, `why_not` says why."""

    since: datetime
    change: int
    moves: tuple[Move, ...]
    rest: float
    why_not: str = ""


def what_moved(history: Sequence[Score], vocabulary: Vocabulary, speaker: Speaker | None = None) -> Trend | None:
    """What moved the newest score (the last) since the latest one that differed; None when there is nothing earlier.

    `speaker` has the words of the team's own model, if that one scores. Effects add up to the model's own probability before
    calibration. The change in points is shared out in their proportion. Only what has itself changed is said; what merely weighs
    differently beside it is in the rest.
    """
    if len(history) < 2:
        return None
    now = history[-1]
    before = next((score for score in reversed(history[:-1]) if score.score != now.score), history[0])
    change = now.score - before.score
    if before.model_version != now.model_version:
        return Trend(before.scored_at, change, (), 0.0, f"another model scores since: {now.model_version}")
    if not (before.effects and now.effects):
        return Trend(before.scored_at, change, (), 0.0, "the earlier score was kept without its parts")
    moved = unpacked(now.effects) - unpacked(before.effects)
    total = float(moved.sum())
    if change == 0 or total * change <= 0:
        return Trend(before.scored_at, change, (), float(change))
    has_changed = np.frombuffer(before.inputs, "<u4") != np.frombuffer(now.inputs, "<u4")
    points, values = np.where(has_changed, moved * (change / total), 0.0), unpacked(now.inputs)
    if speaker is not None and len(values) == len(speaker.features):
        moves = _strongest(_said_by(speaker, points, values))
    elif len(values) == len(FEATURES):
        moves = _strongest(_said(points, values, vocabulary))
    else:
        return Trend(before.scored_at, change, (), float(change), f"{now.model_version} is no longer in place")
    return Trend(before.scored_at, change, moves, change - sum(move.points for move in moves))


def _said_by(speaker: Speaker, points: Floats, values: Floats) -> dict[str, float]:
    """What each column of the team's own model did."""
    row, moved = values.tolist(), speaker.by_column(points[None, :])[0].tolist()
    return {speaker.say(place, row)[1]: points for place, points in enumerate(moved) if points}


def _said(points: Floats, values: Floats, vocabulary: Vocabulary) -> dict[str, float]:
    """What each feature did; those that say the same thing count together."""
    said: dict[str, float] = {}
    for place in np.argsort(-np.abs(points), kind="stable").tolist():
        if FEATURES[place].is_said:
            text = _text(place, values, vocabulary)
            said[text] = said.get(text, 0.0) + float(points[place])
    return said


def _strongest(said: dict[str, float]) -> tuple[Move, ...]:
    strongest = sorted(said.items(), key=lambda move: -abs(move[1]))[:N_MOVES]
    return tuple(Move(text, moved) for text, moved in strongest if abs(moved) >= _LEAST)


def _text(place: int, values: Floats, vocabulary: Vocabulary) -> str:
    value = float(values[place])
    if np.isnan(value):
        return missing_text(place, has_history=not np.isnan(values[HISTORY_COLUMN]))
    return value_words(place, value, vocabulary)[1]
