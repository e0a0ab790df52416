"""What can go wrong between the office and GoHighLevel, by name: each fault says whether the thing was done, and what comes back."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from engine.ghl.double_exchange import Ask, Reply
from engine.ghl.double_state import State

SENDS = "POST /conversations/messages"
_HTML = b"<!doctype html><title>Gateway</title><h1>Something went wrong</h1>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault for the next `times` requests that match; `seconds` is what it needs: a wait, a lag, a trickle."""

    name: str
    match: str = SENDS
    times: int = 1
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class _Kind:
    is_done: bool
    reply: Callable[[Reply, Fault], Reply]


def _answer(status: int, message: str, **headers: str) -> Callable[[Reply, Fault], Reply]:
    return lambda _reply, _fault: Reply(status, {"statusCode": status, "message": message, "traceId": "double"}, headers)


def _manner(manner: str) -> Callable[[Reply, Fault], Reply]:
    return lambda reply, _fault: replace(reply, manner=manner)


def _raw(raw: bytes, content_type: str) -> Callable[[Reply, Fault], Reply]:
    return lambda _reply, _fault: Reply(200, None, {"content-type": content_type}, raw)


def _throttled(_reply: Reply, fault: Fault) -> Reply:
    return Reply(429, {"statusCode": 429, "message": "Too Many Requests"}, {"retry-after": f"{fault.seconds:g}"})


def _for_another(reply: Reply, _fault: Fault) -> Reply:
    return replace(reply, status=201, data={**(reply.data or {}), "contactId": "CONsomebodyelse00001"})


def _said_failed(reply: Reply, _fault: Fault) -> Reply:
    return replace(reply, data={**(reply.data or {}), "status": "failed"})


def _same(reply: Reply, _fault: Fault) -> Reply:
    return reply


FAULTS: dict[str, _Kind] = {
    "429": _Kind(False, _throttled),
    "500": _Kind(False, _answer(500, "Internal Server Error")),
    "500_sent": _Kind(True, _answer(500, "Internal Server Error")),
    "502_lagged": _Kind(True, _answer(502, "Bad Gateway")),
    "400": _Kind(False, _answer(400, "Invalid phone number")),
    "401": _Kind(False, _answer(401, "Invalid JWT")),
    "401_scope": _Kind(False, _answer(401, "The token is not authorized for this scope.")),
    "402": _Kind(False, _answer(402, "Insufficient credits")),
    "403": _Kind(False, _answer(403, "The token does not have access to this location.")),
    "422": _Kind(False, _answer(422, "property x should not exist")),
    "day_limit": _Kind(False, _answer(400, "You have exceeded your SMS sending limit")),
    "timeout": _Kind(False, _manner("hang")),
    "timeout_sent": _Kind(True, _manner("hang")),
    "reset": _Kind(False, _manner("reset")),
    "reset_sent": _Kind(True, _manner("reset")),
    "html": _Kind(False, _raw(_HTML, "text/html")),
    "html_sent": _Kind(True, _raw(_HTML, "text/html")),
    "empty": _Kind(False, _raw(b"", "application/json")),
    "empty_sent": _Kind(True, _raw(b"", "application/json")),
    "drip_sent": _Kind(True, _manner("drip")),
    "wrong_contact": _Kind(True, _for_another),
    "failed": _Kind(True, _said_failed),
    "later_failed": _Kind(True, _same),
    "redirect": _Kind(False, _answer(302, "Found", location="http://169.254.169.254/latest/meta-data/")),
}
_UNDELIVERED = frozenset({"failed", "later_failed"})  # taken, but it never reaches the person


@dataclass
class Script:
    """The faults to come: first those written down, then by chance."""

    faults: list[Fault] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    chaos_rate: float = 0.0
    chaos_names: Sequence[str] = ()
    chaos_match: str = SENDS
    chaos_seconds: float = 1.0

    def chosen(self, ask: Ask) -> Fault | None:
        """The fault that this request meets, if any."""
        asked = f"{ask.method} {ask.path}"
        for place, fault in enumerate(self.faults):
            if asked.startswith(fault.match):
                self.faults[place] = replace(fault, times=fault.times - 1)
                self.faults = [one for one in self.faults if one.times != 0]
                return fault
        if self.chaos_rate and asked.startswith(self.chaos_match) and self.chance.random() < self.chaos_rate:
            return Fault(name=self.chance.choice(list(self.chaos_names)), seconds=self.chaos_seconds)
        return None


def perform(fault: Fault, state: State, do: Callable[[], Reply]) -> Reply:
    """Meet the fault: do the thing or not, and answer as it says."""
    kind = FAULTS[fault.name]
    if not kind.is_done:
        return kind.reply(Reply(200, {}), fault)
    lag = state.list_lag_seconds
    state.is_swallowing = fault.name in _UNDELIVERED
    state.list_lag_seconds = max(lag, fault.seconds) if fault.name == "502_lagged" else lag
    try:
        reply = do()
    finally:
        state.list_lag_seconds, state.is_swallowing = lag, False
    if fault.name in _UNDELIVERED and isinstance(reply.data, dict) and "messageId" in reply.data:
        state.fail_later(reply.data["messageId"], 0.0 if fault.name == "failed" else fault.seconds)
    return kind.reply(reply, fault)
