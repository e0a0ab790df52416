"""Who is enrolled by himself, what pauses or stops him, and who is left alone to learn what the sequence does."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from engine.sequences.cadence import EnrolmentRule, Sequence


class Happening(StrEnum):
    """What happens to a lead under way."""

    INBOUND_MESSAGE = "inbound_message"
    APPOINTMENT = "appointment"
    STAGE = "stage"  # he moved to a stage in which a person has taken over
    DO_NOT_DISTURB = "do_not_disturb"  # set in the other system
    BOUNCE = "bounce"
    OPT_OUT = "opt_out"
    MANUAL_CONTACT = "manual_contact"  # a person wrote or called


class Effect(StrEnum):
    """What a happening does to an enrolment."""

    PAUSE = "pause"  # until a person resumes
    STOP = "stop"  # for good; a person may enrol him anew
    NONE = "none"


TAKEN_OVER = ("appointment", "active", "offer", "under_contract", "closed", "lost")
EFFECTS = {
    Happening.INBOUND_MESSAGE: Effect.PAUSE,
    Happening.APPOINTMENT: Effect.STOP,
    Happening.STAGE: Effect.STOP,
    Happening.DO_NOT_DISTURB: Effect.STOP,
    Happening.BOUNCE: Effect.PAUSE,  # the address may be mended
    Happening.OPT_OUT: Effect.STOP,
    Happening.MANUAL_CONTACT: Effect.PAUSE,  # somebody is talking with him
}


def effect_of(happening: Happening, *, stage: str = "") -> Effect:
    """What this does to an enrolment under way; a stage stops it only where a person has taken over."""
    if happening is Happening.STAGE and stage not in TAKEN_OVER:
        return Effect.NONE
    return EFFECTS[happening]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the enrolment rule may look at: never the score itself, nor who the lead is."""

    lead_id: int
    band: str = ""
    source: str = ""
    stage: str = ""


def is_enrolled(sequence: Sequence, candidate: Candidate) -> bool:
    """Does the sequence take this lead by itself? The mandatory one asks for no band: the score only orders a person's work."""
    rule = sequence.rule
    if not rule.is_on or (candidate.stage in TAKEN_OVER and candidate.stage not in rule.stages):
        return False
    return _matches(rule, candidate, asks_band=not sequence.is_mandatory)


def _matches(rule: EnrolmentRule, candidate: Candidate, *, asks_band: bool) -> bool:
    asked = [(rule.sources, candidate.source), (rule.stages, candidate.stage)]
    asked += [(rule.bands, candidate.band)] if asks_band else []
    return all(not wanted or value in wanted for wanted, value in asked)


def is_held_out(sequence: Sequence, lead_id: int) -> bool:
    """Is this lead in the sequence's hold-out? Drawn once and for all from sequence and lead, in the stated share."""
    digest = hashlib.sha256(f"holdout:{sequence.key}:{lead_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < sequence.holdout_share * 2**64
