"""What came of a call, in one tap: the words, the entry in the timeline, and what the lead's sequence does then."""

from dataclasses import dataclass

from engine.records import Channel
from engine.records.inbox import FollowUp, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """One outcome as the office knows it."""

    label: str
    channel: Channel
    entry: str  # what the timeline says
    follow_up: FollowUp
    is_reached: bool  # a person was spoken to


# Somebody who was spoken to gets no automatic message on top of the conversation; an appointment ends the chase; a wrong number must
# not be texted again (it is somebody else's). Nobody reached: the sequence goes on.
OUTCOMES: dict[Outcome, OutcomeRule] = {
    Outcome.NO_ANSWER: OutcomeRule(
        label="No answer", channel=Channel.CALL, entry="No answer", follow_up=FollowUp.GOES_ON, is_reached=False
    ),
    Outcome.VOICEMAIL: OutcomeRule(
        label="Left a voicemail", channel=Channel.CALL, entry="Left a voicemail", follow_up=FollowUp.GOES_ON, is_reached=False
    ),
    Outcome.SPOKE: OutcomeRule(label="Spoke", channel=Channel.CALL, entry="Spoke", follow_up=FollowUp.PAUSES, is_reached=True),
    Outcome.APPOINTMENT: OutcomeRule(
        label="Appointment", channel=Channel.APPOINTMENT, entry="Appointment made", follow_up=FollowUp.STOPS, is_reached=True
    ),
    Outcome.BAD_NUMBER: OutcomeRule(
        label="Bad number",
        channel=Channel.CALL,
        entry="Bad number",
        follow_up=FollowUp.STOPS_BY_PHONE,
        is_reached=False,
    ),
}
REACHED = tuple(outcome.value for outcome, rule in OUTCOMES.items() if rule.is_reached)
