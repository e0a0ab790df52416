"""The live stream for other programs: each change of the office as an event, to whoever may hear it, by his key's rights at that moment.

One follower reads the change feed and makes each event once; every connection has its own queue, so that a slow one harms nobody.
"""

import asyncio
import logging
from collections import deque
from weakref import WeakKeyDictionary

from anyio import CancelScope, create_task_group, fail_after, to_thread
from cachetools import TTLCache
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from engine.access import scope_of
from engine.api.bearer import allow, recognise
from engine.api.cookies import is_foreign
from engine.api.shapes import LARGEST_NUMBER
from engine.commands.sessions import forget_known
from engine.commands.tokens import Caller, actor_from_bearer, known_caller
from engine.errors import JorgeError, NotAllowed, SignInRefused
from engine.records.key import KeyScope
from engine.runtime import Engine, get_engine
from engine.runtime.follower import Follower
from engine.views.stream import Heard, Told, events_after, follow_events, newest_seq

log = logging.getLogger(__name__)
router = APIRouter()

HEARTBEAT_S, SIGN_IN_WITHIN_S, SEND_WITHIN_S = 15.0, 10.0, 10.0
WAITING = 1_000  # events a program may lag behind before it is dropped; it comes back with `since`
MOST = 1_000  # connections
_MOST_UNKNOWN = 100  # connections that have not said yet who they are
_MOST_REFUSALS = 20  # a minute and address
BAD_MESSAGE, POLICY, TOO_SLOW, SIGNED_OUT, NOT_ALLOWED = 1003, 1008, 1013, 4401, 4403


class Hello(BaseModel):
    """The first message of a program that sent no header: its key or token, and from where on it wants to hear."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    token: str = Field(max_length=4_096)
    since: StrictInt | None = Field(None, ge=0, le=LARGEST_NUMBER)


@router.websocket("/v1/ml/ws/live-scores")
async def stream_live_scores(socket: WebSocket) -> None:
    """Events from now on, or first what was missed after change `since`."""
    engine = get_engine()
    hub = await _hub(engine)
    since = socket.query_params.get("since", "")
    address = socket.client.host if socket.client else "unknown"
    if _is_of_another_site(socket, engine) or (since and not (since.isascii() and since.isdigit() and len(since) <= 15)):
        await socket.close(POLICY)
    elif hub.n_open >= MOST or hub.refusals.get(address, 0) >= _MOST_REFUSALS:
        await socket.close(TOO_SLOW)
    else:
        hub.n_open += 1
        try:
            await _serve(hub, socket, int(since) if since else None, address)
        finally:
            hub.n_open -= 1


async def _serve(hub: "Hub", socket: WebSocket, since: int | None, address: str) -> None:
    try:
        caller, token, since = await _signed_in(hub, socket, since)
    except SignInRefused:
        hub.refusals[address] = hub.refusals.get(address, 0) + 1
        await socket.close(SIGNED_OUT, "signed out")
    except NotAllowed:
        await socket.close(NOT_ALLOWED, "this key may not be used for events")
    except ValidationError:
        await socket.close(BAD_MESSAGE, 'the first message must be {"token": "…"}')
    except WebSocketDisconnect:
        log.info("a program went away before it said who it is")
    else:
        await Listener(hub, socket, caller, token).serve(since)


async def _signed_in(hub: "Hub", socket: WebSocket, since: int | None) -> tuple[Caller, str, int | None]:
    """Who listens: by the header, else by his first message, which must come within ten seconds."""
    known = await recognise(socket)
    if isinstance(known, JorgeError):
        raise known
    if known is not None:
        allow(known, KeyScope.EVENTS)
        await socket.accept()
        return known, socket.headers["authorization"].partition(" ")[2].strip(), since
    if hub.n_unknown >= _MOST_UNKNOWN:
        raise SignInRefused
    hub.n_unknown += 1
    try:
        await socket.accept()
        with fail_after(SIGN_IN_WITHIN_S):
            hello = Hello.model_validate_json(await _first_message(socket))
    except TimeoutError:
        raise SignInRefused from None
    finally:
        hub.n_unknown -= 1
    caller = await to_thread.run_sync(actor_from_bearer, hub.engine, hello.token)
    return allow(caller, KeyScope.EVENTS), hello.token, since if hello.since is None else hello.since


async def _first_message(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    return message.get("text") or ""


def _is_of_another_site(socket: WebSocket, engine: Engine) -> bool:
    """Whether a page of a site opened this that isn't ours and that JORGE_CORS_ORIGINS doesn't name."""
    allowed = {origin.strip() for origin in engine.settings.cors_origins.split(",") if origin.strip()}
    return is_foreign(socket) and socket.headers.get("origin") not in allowed


class Hub:
    """Everybody who listens to one engine's events, on one event loop."""

    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
        self.engine, self.loop = engine, loop
        self.listeners: set[Listener] = set()
        self.n_open = self.n_unknown = 0
        self.refusals: TTLCache[str, int] = TTLCache(10_000, 60)
        self.seq = 0  # the last change that was told to everybody
        self._beginning = asyncio.Lock()
        self._follower: Follower | None = None

    async def begin(self) -> "Hub":
        """Follow the feed from the first time on; whoever comes meanwhile waits for that."""
        async with self._beginning:
            if self._follower is None:
                self._follower = await to_thread.run_sync(self._follow)
        return self

    def _follow(self) -> Follower:
        return follow_events(self.engine, "stream", self._take, is_wanted=lambda: bool(self.listeners))

    def _take(self, heard: Heard) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._tell, heard)

    def _tell(self, heard: Heard) -> None:
        if heard.is_about_rights:  # another process may have closed an account or taken a key back
            forget_known()
        for listener in self.listeners:
            listener.hear(heard)
        self.seq = max(self.seq, heard.seq)


_hubs: "WeakKeyDictionary[object, Hub]" = WeakKeyDictionary()  # by ledger


async def _hub(engine: Engine) -> Hub:
    """The engine's hub on this event loop, made when the first program comes."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(engine.ledger)
    if hub is None or hub.loop is not loop:
        hub = _hubs[engine.ledger] = Hub(engine, loop)
    return await hub.begin()


class Listener:
    """One program on the stream."""

    def __init__(self, hub: Hub, socket: WebSocket, caller: Caller, token: str) -> None:
        self._hub, self._socket, self._caller, self._token = hub, socket, caller, token
        self._waiting: deque[Told] = deque()
        self._news = asyncio.Event()
        self._is_behind = self._has_gap = False
        self._seq = 0  # the last change this program was told of, or that was none for it

    async def serve(self, since: int | None) -> None:
        """Tell until one of both goes."""
        async with create_task_group() as both:
            both.start_soon(self._read, both.cancel_scope)
            try:
                await self._write(since)
            except (WebSocketDisconnect, TimeoutError):
                log.info("a program went away from the stream or took nothing for %.0f s", SEND_WITHIN_S)
            finally:
                self._hub.listeners.discard(self)
            both.cancel_scope.cancel()

    def hear(self, heard: Heard) -> None:
        """On the loop: note what there is to tell. Nothing waits here for anybody."""
        if heard.told is None:
            self._has_gap = True
        elif len(self._waiting) + len(heard.told) > WAITING:
            self._is_behind = True
        else:
            self._waiting.extend(heard.told)
        if heard.told or heard.told is None or heard.is_about_rights:
            self._news.set()

    async def _read(self, both: CancelScope) -> None:
        """Wait for the program to go; what it says is of no interest."""
        while (await self._socket.receive())["type"] != "websocket.disconnect":
            pass
        both.cancel()

    async def _write(self, since: int | None) -> None:
        await self._begin(since)
        while not self._is_behind:
            if self._has_gap:
                await self._catch_up()
            if not await self._may_listen():
                return
            if self._waiting:
                await self._tell(self._waiting.popleft())
            elif not await self._has_news():
                await self._say("heartbeat")
        await self._close(TOO_SLOW, "too slow")

    async def _begin(self, since: int | None) -> None:
        """Join those who are told, without a gap and without a double between what was missed and what comes."""
        newest = await to_thread.run_sync(newest_seq, self._hub.engine)
        if since is not None and since <= newest:
            self._seq = since
            await self._say("connected")
            while not await self._tell_missed():
                pass
            self._hub.listeners.add(self)
            await self._catch_up()
            return
        self._hub.listeners.add(self)
        self._seq = max(newest, self._hub.seq)
        await self._say("connected")
        if since is not None:  # a number of another ledger, or of one that was set back: what was read before may not hold
            await self._say("resync")

    async def _catch_up(self) -> None:
        """Tell from the ledger what was told to others up to now; later events wait in the queue."""
        self._has_gap, until = False, self._hub.seq
        while self._seq < until:
            await self._tell_missed()

    async def _tell_missed(self) -> bool:
        missed = await to_thread.run_sync(events_after, self._hub.engine, self._seq)
        for told in missed.told:
            if not await self._may_listen():
                raise WebSocketDisconnect(SIGNED_OUT)
            await self._tell(told)
        self._seq = max(self._seq, missed.seq)
        return missed.is_all

    async def _tell(self, told: Told) -> None:
        if told.seq <= self._seq:
            return
        scope = scope_of(self._caller.actor)
        if told.is_for(scope):
            await self._send(told.text(sees_money=scope.sees_money))
        self._seq = told.seq

    async def _has_news(self) -> bool:
        self._news.clear()
        try:
            with fail_after(HEARTBEAT_S):
                await self._news.wait()
        except TimeoutError:
            if not (self._waiting or self._has_gap):
                self._seq = max(self._seq, self._hub.seq)
            return False
        return True

    async def _may_listen(self) -> bool:
        """Whether the key is still good; closes the connection when it isn't. Asks the ledger at most every two seconds."""
        try:
            known = known_caller(self._hub.engine, self._token)
            if known is None:
                known = await to_thread.run_sync(actor_from_bearer, self._hub.engine, self._token)
            self._caller = allow(known, KeyScope.EVENTS)
        except NotAllowed:
            await self._close(NOT_ALLOWED, "this key may not be used for events any more")
            return False
        except SignInRefused:
            await self._close(SIGNED_OUT, "signed out")
            return False
        return True

    async def _say(self, event_type: str) -> None:
        at = self._hub.engine.clock.now().isoformat()
        await self._send(f'{{"event_type":"{event_type}","seq":{self._seq},"at":"{at}"}}')

    async def _send(self, text: str) -> None:
        with fail_after(SEND_WITHIN_S):
            await self._socket.send_text(text)

    async def _close(self, code: int, reason: str) -> None:
        with fail_after(SEND_WITHIN_S):
            await self._socket.close(code, reason)


def listening(engine: Engine) -> int:
    """How many programs listen now."""
    hub = _hubs.get(engine.ledger)
    return len(hub.listeners) if hub else 0
