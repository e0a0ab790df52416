"""A stand-in for GoHighLevel on this machine: stateful, as strict as the contract, with faults by script and a clock of its own.

Tests and the demo use it. Everything in it is made up; nothing in it ever reaches a telephone or a mailbox.
"""

import json
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx

from engine.ghl import double_deals as deals
from engine.ghl import double_people as people
from engine.ghl import double_talk as talk
from engine.ghl.double_exchange import Ask, Refusal, Reply
from engine.ghl.double_faults import Script, perform
from engine.ghl.double_state import CLIENT_ID, CLIENT_SECRET, COMPANY, LOCATION, PRIVATE_TOKEN, State

Handler = Callable[[State, Ask], Reply]
_ID = r"([^/]+)"
_ROUTES: tuple[tuple[str, re.Pattern[str], Handler], ...] = tuple(
    (method, re.compile(f"^{path}$"), handler)
    for method, path, handler in (
        ("POST", "/contacts/search", people.search),
        ("GET", "/contacts/search/duplicate", people.duplicate),
        ("POST", "/contacts/upsert", people.upsert),
        ("POST", "/contacts/", people.create),
        ("GET", f"/contacts/{_ID}", people.get),
        ("PUT", f"/contacts/{_ID}", people.update),
        ("DELETE", f"/contacts/{_ID}", people.delete),
        ("POST", f"/contacts/{_ID}/tags", people.add_tags),
        ("DELETE", f"/contacts/{_ID}/tags", people.remove_tags),
        ("GET", f"/contacts/{_ID}/tasks", people.tasks),
        ("POST", f"/contacts/{_ID}/tasks", people.create_task),
        ("PUT", f"/contacts/{_ID}/tasks/{_ID}/completed", people.complete_task),
        ("GET", f"/contacts/{_ID}/notes", people.notes),
        ("POST", f"/contacts/{_ID}/notes", people.create_note),
        ("POST", "/conversations/messages", talk.send),
        ("GET", "/conversations/messages/export", talk.export),
        ("GET", f"/conversations/messages/email/{_ID}", talk.email),
        ("GET", f"/conversations/messages/{_ID}", talk.message),
        ("POST", "/opportunities/search", deals.search),
        ("GET", "/opportunities/pipelines", deals.pipelines),
        ("POST", "/opportunities/", deals.create),
        ("GET", f"/opportunities/{_ID}", deals.get),
        ("PUT", f"/opportunities/{_ID}", deals.update),
        ("GET", "/users/search", people.users),
        ("GET", f"/locations/{_ID}", people.location),
        ("GET", f"/locations/{_ID}/customFields", people.custom_fields),
        ("POST", f"/locations/{_ID}/customFields", people.create_custom_field),
    )
)
_TOKEN_LIVES = timedelta(seconds=86_399)
_SAME_PAIR = timedelta(seconds=30)  # the same refresh within this time gets the same pair again


@dataclass
class Double:
    """GoHighLevel, played. Give it a request, get its answer."""

    state: State = field(default_factory=State)
    script: Script = field(default_factory=Script)
    limit: int = 100
    interval_ms: int = 10_000
    daily_limit: int = 200_000
    log: deque[tuple[str, str, int]] = field(default_factory=lambda: deque(maxlen=1_000))  # method, path, status
    _recent: deque[datetime] = field(default_factory=deque)
    _days: Counter[str] = field(default_factory=Counter)

    def answer(self, ask: Ask) -> Reply:
        """Answer one request, alone with the state."""
        with self.state.lock:
            self.state.begin()
            try:
                self._let_fail()
                reply = self._answer(ask)
            except Refusal as refusal:
                reply = Reply(refusal.status, {"statusCode": refusal.status, "message": refusal.message, "traceId": "double"})
            finally:
                self.state.commit()
            self.log.append((ask.method, ask.path, reply.status))
            return replace(reply, headers={**self._limit_headers(), **reply.headers})

    def _answer(self, ask: Ask) -> Reply:
        fault = self.script.chosen(ask)
        if fault is not None:
            return perform(fault, self.state, lambda: self._handled(ask))
        return self._handled(ask)

    def _handled(self, ask: Ask) -> Reply:
        if ask.headers.get("version") != "v3":
            raise Refusal(400, "version header was not found.")
        if (ask.method, ask.path) == ("POST", "/oauth/token"):
            return token(self.state, ask)
        self._check_token(ask)
        if not self._is_within_limits():
            raise Refusal(429, "Too Many Requests")
        location = ask.body.get("locationId") or ask.query.get("locationId")
        if location not in (None, LOCATION):
            raise Refusal(403, "The token does not have access to this location.")
        for method, pattern, handler in _ROUTES:
            found = pattern.match(ask.path) if method == ask.method else None
            if found:
                reply = handler(self.state, replace(ask, ids=found.groups()))
                is_told = isinstance(reply.data, dict) and "traceId" not in reply.data
                return replace(reply, data={**reply.data, "traceId": self.state.new_id("TRC")}) if is_told else reply
        raise Refusal(404, f"Cannot {ask.method} {ask.path}")

    def _check_token(self, ask: Ask) -> None:
        bearer = ask.headers.get("authorization", "").removeprefix("Bearer ")
        until = self.state.kinds["access"].get(bearer, {}).get("until", "")
        if bearer != PRIVATE_TOKEN and until <= self.state.stamp():
            raise Refusal(401, "Invalid JWT")

    def _is_within_limits(self) -> bool:
        now = self.state.now()
        while self._recent and self._recent[0] <= now - timedelta(milliseconds=self.interval_ms):
            self._recent.popleft()
        if len(self._recent) >= self.limit or self._days[str(now.date())] >= self.daily_limit:
            return False
        self._recent.append(now)
        self._days[str(now.date())] += 1
        return True

    def _limit_headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-limit-daily": str(self.daily_limit),
            "x-ratelimit-daily-remaining": str(max(0, self.daily_limit - self._days[str(self.state.now().date())])),
            "x-ratelimit-interval-milliseconds": str(self.interval_ms),
            "x-ratelimit-max": str(self.limit),
            "x-ratelimit-remaining": str(max(0, self.limit - len(self._recent))),
        }

    def _let_fail(self) -> None:
        for message_id in self.state.due_failures():
            talk.set_status(self.state, message_id, "failed")

    def transport(self) -> httpx.BaseTransport:
        """The double inside this process, for a client's `transport`."""
        return httpx.MockTransport(self._respond)

    def _respond(self, request: httpx.Request) -> httpx.Response:
        reply = self.answer(
            ask_of(request.method, request.url.path, dict(request.url.params), dict(request.headers), request.content)
        )
        if reply.manner == "hang":
            raise httpx.ReadTimeout("the double does not answer", request=request)
        if reply.manner == "reset":
            raise httpx.ReadError("the double broke the connection", request=request)
        headers, raw = encoded(reply)
        if reply.manner == "drip":
            return httpx.Response(reply.status, headers=headers, stream=_Drip(raw))
        return httpx.Response(reply.status, headers=headers, content=raw)


class _Drip(httpx.SyncByteStream):
    """A body that comes byte by byte."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def __iter__(self) -> Iterator[bytes]:
        for byte in self._raw:
            time.sleep(0.01)
            yield bytes([byte])


def ask_of(method: str, path: str, query: dict[str, str], headers: dict[str, str], raw: bytes) -> Ask:
    """A request as the double reads it; a body that is no JSON object is an empty one."""
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        body = {}
    lower = {name.lower(): value for name, value in headers.items()}
    return Ask(method=method, path=path, query=query, headers=lower, body=body if isinstance(body, dict) else {})


def encoded(reply: Reply) -> tuple[dict[str, str], bytes]:
    """An answer's headers and body as bytes."""
    raw = reply.raw if reply.raw is not None else json.dumps(reply.data, ensure_ascii=False).encode()
    return {"content-type": "application/json; charset=utf-8", "content-length": str(len(raw)), **reply.headers}, raw


def token(state: State, ask: Ask) -> Reply:
    """POST /oauth/token: a refresh token buys one pair; within 30 seconds the same one."""
    body = ask.body
    if (body.get("clientId"), body.get("clientSecret")) != (CLIENT_ID, CLIENT_SECRET):
        raise Refusal(401, "Invalid client credentials")
    if body.get("grantType") == "authorization_code":
        return Reply(200, _new_pair(state))
    spent = state.kinds["refresh"].get(str(body.get("refreshToken")))
    if spent is None:
        raise Refusal(400, "Invalid refresh token")
    if spent.get("pair") and datetime.fromisoformat(spent["at"]) + _SAME_PAIR > state.now():
        return Reply(200, spent["pair"])
    if spent.get("pair"):
        raise Refusal(400, "Invalid refresh token")
    pair = _new_pair(state)
    state.keep("refresh", str(body["refreshToken"]), {"at": state.stamp(), "pair": pair})
    return Reply(200, pair)


def _new_pair(state: State) -> dict[str, object]:
    access, refresh = state.new_id("ACC"), state.new_id("REF")
    state.keep("access", access, {"until": state.stamp(state.now() + _TOKEN_LIVES)})
    state.keep("refresh", refresh, {})
    told: dict[str, object] = {"accessToken": access, "refreshToken": refresh, "tokenType": "Bearer", "expiresIn": 86_399}
    return told | {"userType": "Location", "locationId": LOCATION, "companyId": COMPANY, "userId": "USRdouble00000000001"}
