"""Where single requests to score meet: all that wait are worked off together, in one transaction.

A commit costs a write to the disk, whatever it holds. So while one commit runs, the next requests gather, and nobody is answered
before what he asked for is durable.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from anyio import to_thread
from starlette.exceptions import HTTPException

from engine.access import Actor
from engine.commands import Taken, take_leads
from engine.errors import JorgeError
from engine.runtime import Engine, get_engine

log = logging.getLogger(__name__)

AT_ONCE = 64
MOST_WAITING = 1_024
Outcome = Taken | JorgeError


@dataclass(slots=True)
class _Ask:
    actor: Actor
    payload: Mapping[str, object]
    answer: "asyncio.Future[Outcome]"


class Desk:
    """Gathers requests of one event loop."""

    def __init__(self, engine: Callable[[], Engine] = get_engine) -> None:
        self._engine = engine
        self._waiting: list[_Ask] = []
        self._worker: asyncio.Task[None] | None = None

    async def score(self, actor: Actor, payload: Mapping[str, object]) -> Taken:
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
            outcomes: list[Outcome] = await to_thread.run_sync(
                lambda: score_now(self._engine(), asks[0].actor, [ask.payload for ask in asks])
            )
        except JorgeError as error:
            outcomes = [error] * len(asks)
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
    return take_leads(engine, actor, payloads, source="api", restates=True)


def _answer(ask: _Ask, outcome: Outcome | Exception) -> None:
    if ask.answer.done():  # whoever asked went away; what he asked for is kept all the same
        return
    if isinstance(outcome, Exception) and not isinstance(outcome, JorgeError):
        ask.answer.set_exception(outcome)
    else:
        ask.answer.set_result(outcome)
