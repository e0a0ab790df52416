"""The synthetic conversation of one lead: what we sent, what came back, when, and how likely that was for each intent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from scipy.special import ndtr

from engine.records import Channel, Direction, Interaction
from engine.scoring import world
from engine.scoring.kernels import Floats

_CADENCE_DAYS = (3.0, 7.0, 14.0, 30.0)
_CHANNELS = (Channel.SMS, Channel.SMS, Channel.EMAIL, Channel.CALL)
_TEXTS = ("Just looking for now.", "Thanks for the details.", "I would like to move soon.", "I need to move right away.")
_TALK_DAYS = 60.0  # we keep touching this long after the first reply
_URGENCY_STEPS = np.cumsum(world.P_URGENCY, axis=1)
_LOG_URGENCY = np.log(world.P_URGENCY)
_LOG_QUESTION = np.log(np.stack([1.0 - world.P_QUESTION, world.P_QUESTION]))
_LOG_WORD, _LOG_STOP = np.log(1.0 - 1.0 / world.MEAN_WORDS), np.log(1.0 / world.MEAN_WORDS)
_MICROSECOND_DAYS = 1.0 / 86_400_000_000.0

Draw = Callable[[], float]


@dataclass(slots=True)
class Conversation:
    """One lead's history up to its age (in days), built event by event."""

    born: datetime
    intent: int
    random: Draw
    events: list[Interaction] = field(default_factory=list)
    loglik: Floats = field(default_factory=lambda: np.zeros(world.N_INTENT))

    def send(self, day: float, *, is_automated: bool = False) -> None:
        """We write or call."""
        channel = _CHANNELS[int(self.random() * 4)]
        self._add(Interaction(at=self._time(day), channel=channel, direction=Direction.OUTBOUND, is_automated=is_automated))

    def hear(self, day: float) -> None:
        """The lead writes or calls; what he says depends on his intent."""
        mood = int(np.searchsorted(_URGENCY_STEPS[self.intent], self.random()).clip(max=3))
        n_words = 1 + int(np.log(1.0 - self.random()) / _LOG_WORD[self.intent])
        is_question = int(self.random() < world.P_QUESTION[self.intent])
        self.loglik += _LOG_URGENCY[:, mood] + (n_words - 1) * _LOG_WORD + _LOG_STOP + _LOG_QUESTION[is_question]
        self._add(
            Interaction(
                at=self._time(day),
                channel=_CHANNELS[int(self.random() * 4)],
                direction=Direction.INBOUND,
                body=_TEXTS[mood] + (" Is it still available?" if is_question else ""),
                n_words=n_words,
                n_questions=is_question,
                urgency=float(world.URGENCIES[mood]),
            )
        )

    def touch(self, day: float, age: float, deviate: float) -> None:
        """We write; the lead answers in time, or not (yet)."""
        self.send(day)
        open_for = min((age - day) * 1440.0, world.ANSWER_WINDOW_MINUTES)
        wait = float(np.exp(world.ANSWER_LOG_MINUTES[self.intent] + world.ANSWER_SPREAD * deviate))
        if self.random() < world.P_ANSWER[self.intent] and wait <= open_for:
            distance = (np.log(wait) - world.ANSWER_LOG_MINUTES) / world.ANSWER_SPREAD
            self.loglik += np.log(world.P_ANSWER) - 0.5 * distance**2
            self.hear(day + wait / 1440.0)
        else:
            late = (np.log(max(open_for, 1e-9)) - world.ANSWER_LOG_MINUTES) / world.ANSWER_SPREAD
            self.loglik += np.log1p(-world.P_ANSWER * ndtr(late))

    def meet(self, day: float, *, kept: bool) -> None:
        """An appointment, kept or not."""
        self._add(Interaction(at=self._time(day), channel=Channel.APPOINTMENT, direction=Direction.OUTBOUND, was_kept=kept))

    def _time(self, day: float) -> datetime:
        return self.born + timedelta(days=day)

    def _add(self, event: Interaction) -> None:
        self.events.append(event)


def converse(
    *,
    born: datetime,
    age: float,
    intent: int,
    response: float,
    reply: float,
    appointment: float,
    kept: bool,
    rng: np.random.Generator,
) -> tuple[tuple[Interaction, ...], Floats]:
    """The history up to `age`, in order, and its log likelihood for each intent (beyond the times of reply and appointment)."""
    talk = Conversation(born, intent, rng.random)
    if response <= age:
        talk.send(response)
        for day in _CADENCE_DAYS:
            if response < day < min(reply, age):
                talk.send(day, is_automated=True)
    if reply <= age:
        talk.hear(reply)
        day = reply + rng.uniform(2.0, 9.0)
        while day < min(age - _MICROSECOND_DAYS, reply + _TALK_DAYS):
            talk.touch(day, age, rng.standard_normal())
            day += rng.uniform(2.0, 9.0)
    if appointment <= age:
        talk.meet(appointment, kept=kept)
    ordered = sorted(talk.events, key=lambda event: event.at)
    return tuple(_numbered(event, seq) for seq, event in enumerate(ordered)), talk.loglik


def _numbered(event: Interaction, seq: int) -> Interaction:
    return Interaction(
        at=event.at,
        channel=event.channel,
        direction=event.direction,
        body=event.body,
        seq=seq,
        is_automated=event.is_automated,
        was_kept=event.was_kept,
        n_words=event.n_words,
        n_questions=event.n_questions,
        urgency=event.urgency,
    )
