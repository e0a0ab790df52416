"""The event stream of open pages: tells them that something changed, never what; they read it themselves, by their own rights."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from engine.api.cookies import is_foreign, token_of
from engine.api.gate import SIGNED_OUT
from engine.commands.sessions import actor_of_session, forget_known, known_session
from engine.errors import StoreUnavailable
from engine.runtime import Bus, Engine, Event, get_engine

log = logging.getLogger(__name__)
router = APIRouter()

HEARTBEAT = timedelta(seconds=15)
_SEND_WITHIN = 10.0
_WAITING = 256  # events a page may lag behind before it is dropped; it comes back with `since`
_REPLAYED = 1_000
_TOO_SLOW, _POLICY = 1013, 1008


@router.websocket("/live")
async def stream_events(socket: WebSocket, since: int | None = None) -> None:
    """`{"event_type", "seq", "at", "kind", "ref"}` per change; first what was missed since `since`."""
    engine = get_engine()
    token = token_of(socket, engine.settings)
    if is_foreign(socket) or await asyncio.to_thread(actor_of_session, engine, token) is None:
        await socket.close(_POLICY)
        return
    await socket.accept()
    page = _Page(socket, engine, token)
    reader, writer = asyncio.create_task(page.read()), asyncio.create_task(page.write(since))
    try:
        ended, _ = await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        ended.pop().result()
    except (WebSocketDisconnect, TimeoutError):
        log.info("an open page went away or took nothing for %.0f s", _SEND_WITHIN)
    finally:
        page.leave()
        for task in (reader, writer):
            task.cancel()
        await asyncio.gather(reader, writer, return_exceptions=True)


class _Page:
    """One open page on the stream."""

    def __init__(self, socket: WebSocket, engine: Engine, token: str | None) -> None:
        self._socket, self._engine, self._token = socket, engine, token
        self._events: asyncio.Queue[Event] = asyncio.Queue(_WAITING)
        self._is_behind = False
        self.leave: Callable[[], None] = _bus(engine).subscribe(asyncio.get_running_loop(), self._take)

    async def read(self) -> None:
        """Wait for the page to go; what it says is of no interest."""
        while (await self._socket.receive())["type"] != "websocket.disconnect":
            pass

    async def write(self, since: int | None) -> None:
        """Send what was missed, then what happens, until the session ends or the page is too slow."""
        seq = await self._replay(since)
        while not self._is_behind:
            if not await self._is_signed_in():
                await self._socket.close(SIGNED_OUT, "signed out")
                return
            event = await self._next(seq)
            if event.get("kind") == "users":  # another process may have closed this very account
                forget_known()
            if event["event_type"] == "heartbeat" or _seq(event) > seq:
                seq = _seq(event)
                await self._send(event)
        await self._socket.close(_TOO_SLOW, "too slow")

    async def _replay(self, since: int | None) -> int:
        bus = _bus(self._engine)
        last_seq: int = bus.last_seq
        await self._send({"event_type": "connected", "seq": last_seq, "at": self._engine.clock.now().isoformat()})
        if since is None:
            return last_seq
        missed = await asyncio.to_thread(bus.events_since, since, _REPLAYED)
        if len(missed) == _REPLAYED:  # away for so long that reading everything again is cheaper
            await self._send({"event_type": "resync", "seq": last_seq, "at": self._engine.clock.now().isoformat()})
            return last_seq
        for event in missed:
            await self._send(event)
        return _seq(missed[-1]) if missed else since

    async def _next(self, seq: int) -> Event:
        try:
            return await asyncio.wait_for(self._events.get(), HEARTBEAT.total_seconds())
        except TimeoutError:
            return {"event_type": "heartbeat", "seq": seq, "at": self._engine.clock.now().isoformat()}

    async def _send(self, event: Event) -> None:
        await asyncio.wait_for(self._socket.send_json(event), _SEND_WITHIN)

    async def _is_signed_in(self) -> bool:
        if known_session(self._engine, self._token):
            return True
        return await asyncio.to_thread(actor_of_session, self._engine, self._token, is_use=False) is not None

    def _take(self, event: Event) -> None:
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self._is_behind = True


def _seq(event: Event) -> int:
    return int(str(event["seq"]))


def _bus(engine: Engine) -> Bus:
    if engine.bus is None:
        raise StoreUnavailable("Events are told by the web process only")
    return engine.bus
