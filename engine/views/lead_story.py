"""A lead's story: every message, call, stage, score, snooze, assignment and hop in one line of time, and who was right about him."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.records import Interaction, Lead, Opportunity, Score, Stage
from engine.records.inbox import Override, Routing
from engine.store.happenings import StoryLine
from engine.triage.judging import who_was_right

_MOVED_BY = 5  # points; smaller moves of the score would drown the rest
_WORDS = {
    "claim_lead": "took the lead",
    "snooze_lead": "put the lead to sleep",
    "wake_lead": "brought the lead back",
    "tag_lead": "tagged",
    "untag_lead": "took a tag off",
    "set_band": "set the band by hand",
    "clear_band": "went back to the model's band",
    "open_deal": "opened a deal",
    "move_stage": "moved the deal",
    "add_lead": "added the lead",
    "complete_lead": "completed the lead",
    "change_lead": "changed the lead",
    "undo": "took something back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """One line: what happened when, by whom. `message` is set for what was said; `kind` names the sign beside it."""

    at: datetime
    kind: str  # message, stage, score, snooze, owner, tag, band, lead
    what: str
    who: str = ""
    detail: str = ""
    message: Interaction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedOverride:
    """A person's band beside the model's, and who was right: person, model, both, or open."""

    override: Override
    who: str
    holds: bool
    verdict: str


def story(
    lead: Lead, history: Sequence[Score], lines: Sequence[StoryLine], hops: Sequence[Routing], names: Mapping[int, str]
) -> tuple[StoryEntry, ...]:
    """Everything that happened to the lead, the newest first."""
    entries = [StoryEntry(at=event.at, kind="message", what="", message=event) for event in lead.interactions]
    entries += _scores(history)
    entries += [entry for line in lines for entry in _done(line, names)]
    entries += [_hop(hop, names) for hop in hops]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True))


def judged(
    overrides: Sequence[Override], deals: Sequence[Opportunity], names: Mapping[int, str], now: datetime
) -> tuple[JudgedOverride, ...]:
    """Persons' bands with what came of the lead since: a deal closed, all of them lost, or nothing yet."""
    return tuple(
        JudgedOverride(
            override=one,
            who=names.get(one.set_by, "Somebody"),
            holds=one.ended_at is None and one.expires_at > now,
            verdict=who_was_right(one.band, one.model_band, _outcome(deals, one.set_at)),
        )
        for one in overrides
    )


def _outcome(deals: Sequence[Opportunity], since: datetime) -> bool | None:
    ended = [deal for deal in deals if deal.stage in (Stage.CLOSED, Stage.LOST) and deal.stage_since >= since]
    if any(deal.stage is Stage.CLOSED for deal in ended):
        return True
    return False if ended and len(ended) == len(deals) else None


def _scores(history: Sequence[Score]) -> Iterator[StoryEntry]:
    """The first score, and each that moved far or into another band."""
    told: Score | None = None
    for score in history:
        if told is None:
            yield StoryEntry(at=score.scored_at, kind="score", what=f"First scored: {score.score}, {score.band.value}")
            told = score
        elif score.band is not told.band or abs(score.score - told.score) >= _MOVED_BY:
            yield StoryEntry(
                at=score.scored_at,
                kind="score",
                what=f"Score {'up' if score.score > told.score else 'down'} from {told.score} to {score.score}",
                detail=f"{told.band.value} → {score.band.value}" if score.band is not told.band else "",
            )
            told = score


def _done(line: StoryLine, names: Mapping[int, str]) -> Iterator[StoryEntry]:
    who, facts = names.get(line.actor_id, "Command center"), line.detail
    if line.action == "assign_lead":
        given = names.get(facts.get("to") or 0, "nobody")
        yield StoryEntry(at=line.at, kind="owner", what=f"handed the lead to {given}", who=who)
    elif line.action in _WORDS:
        yield StoryEntry(at=line.at, kind=_kind(line.action), what=_WORDS[line.action], who=who, detail=_detail(line.action, facts))


def _kind(action: str) -> str:
    kinds = {"claim_lead": "owner", "snooze_lead": "snooze", "wake_lead": "snooze", "open_deal": "stage", "move_stage": "stage"}
    return kinds.get(action, "band" if action.endswith("_band") else "tag" if action.endswith("tag_lead") else "lead")


def _detail(action: str, facts: Mapping[str, Any]) -> str:
    if action in ("move_stage", "open_deal"):
        return f"to {str(facts.get('to') or facts.get('stage') or '').replace('_', ' ')}"
    return str(facts.get("tag") or facts.get("band") or "")


def _hop(hop: Routing, names: Mapping[int, str]) -> StoryEntry:
    given = f"went to {names.get(hop.given_to, 'somebody')}" if hop.given_to is not None else "was left for anybody to claim"
    taken = f"taken back from {names.get(hop.taken_from, 'somebody')}, " if hop.taken_from is not None else ""
    return StoryEntry(at=hop.at, kind="owner", what=f"Routing: {taken}{given}", detail=hop.rule and f"by “{hop.rule}”")
