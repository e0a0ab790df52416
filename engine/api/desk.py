"""Where single requests to score meet: all that wait are worked off together, in one transaction.

A commit costs a write to the disk, whatever it holds. So while one commit runs, the next requests gather, and nobody is answered
before what he asked for is durable.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from starlette.exceptions import HTTPException

from engine import views
from engine.access import Actor
from engine.commands import Taken, take_leads
from engine.errors import JorgeError
from engine.runtime import Engine, get_engine

log = logging.getLogger(__name__)

AT_ONCE = 64
MOST_WAITING = 1_024


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one lead, and who else looks at him."""

    taken: Taken
    note: views.EscalationNote | None


Outcome = Told | JorgeError


@dataclass(slots=True)
class _Ask:
    actor: Actor
    payload: Mapping[str, object]
    answer: "asyncio.Future[Outcome]"


class Desk:
    """Gathers requests of one event loop."""

    def __init__(self, engine: Callable[[], Engine] = get_engine) -> None:
        self._engine = engine
        # A thread of its own: handing work to one of the many that others share takes three times as long.
        self._clerk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._waiting: list[_Ask] = []
        self._worker: asyncio.Task[None] | None = None

    async def score(self, actor: Actor, payload: Mapping[str, object]) -> Told:
        """Take one lead in and score him; returns once that is durable. Raises what the command refuses with."""
        if len(self._waiting) >= MOST_WAITING:
            raise HTTPException(503, "More is being asked than can be scored at once. Please come back in a second")
        ask = _Ask(actor, payload, asyncio.get_running_loop().create_future())
        self._waiting.append(ask)
        if self._worker is None or self._worker.done() or self._worker.get_loop() is not asyncio.get_running_loop():
            self._worker = asyncio.create_task(self._work())
        outcome = await ask.answer
        if isinstance(outcome, JorgeError):
            raise outcome
        return outcome

    async def _work(self) -> None:
        while self._waiting:
            asks, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            asks.sort(key=lambda ask: ask.actor.user_id)
            for _, own in groupby(asks, key=lambda ask: ask.actor):
                await self._take(list(own))

    async def _take(self, asks: Sequence[_Ask]) -> None:
        try:
            outcomes = await asyncio.get_running_loop().run_in_executor(
                self._clerk, score_now, self._engine(), asks[0].actor, [ask.payload for ask in asks]
            )
        except JorgeError as error:
            outcomes = [error for _ in asks]
        except Exception as error:  # noqa: BLE001 (handed on to whoever asked)
            if len(asks) > 1:  # one of them broke it: the others are asked again, each by itself
                for ask in asks:
                    await self._take([ask])
                return
            _answer(asks[0], error)
            return
        for ask, outcome in zip(asks, outcomes, strict=True):
            _answer(ask, outcome)


def score_now(engine: Engine, actor: Actor, payloads: Sequence[Mapping[str, object]]) -> list[Outcome]:
    """Take leads in on behalf of another program; what it says of a lead replaces what was known."""
    found = take_leads(engine, actor, payloads, source="api", restates=True)
    taken = [one for one in found if not isinstance(one, JorgeError)]
    just_made = {one.score.lead_id for one in taken if not one.is_cached}
    notes = views.escalation_notes(engine, [one.score for one in taken], just_made=just_made)
    return [one if isinstance(one, JorgeError) else Told(one, notes.get(one.score.lead_id)) for one in found]


def _answer(ask: _Ask, outcome: Outcome | Exception) -> None:
    if ask.answer.done():  # whoever asked went away; what he asked for is kept all the same
        return
    if isinstance(outcome, Exception) and not isinstance(outcome, JorgeError):
        ask.answer.set_exception(outcome)
    else:
        ask.answer.set_result(outcome)
