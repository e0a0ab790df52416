"""One call to GoHighLevel: token, budget, time-outs, and what its answer means. Every outside failure is translated here, once.

Nothing is retried on its own account and no redirect is followed: whoever calls decides what a failure is worth.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from engine.clock import Clock, stopwatch
from engine.errors import (
    ProviderError,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnauthorised,
    ProviderUnavailable,
    ProviderUnclear,
)
from engine.ghl.address import LIVE_URL, checked_address
from engine.ghl.limiter import Budget, BudgetStore, Urgency, grant, learn
from engine.ghl.oauth import Tokens

log = logging.getLogger(__name__)

_TIMEOUT = httpx.Timeout(connect=5.0, read=20.0, write=10.0, pool=5.0)
# Kept connections are dropped soon: one that the other side closed meanwhile ends a send in "unknown".
_LIMITS = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=4.0)
_LONGEST_ANSWER = 20_000_000  # bytes; a page of 500 messages stays below 2 MB
_PERSONAL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+|\+?\d[\d\s().-]{6,}\d")
_NOT_THE_TOKEN = ("scope", "not yet supported")  # 401s that no new token mends (CONTRACT §1.6)


class Wire:
    """The line to one location. Threads may share it."""

    def __init__(
        self,
        tokens: Tokens,
        budget: BudgetStore,
        clock: Clock,
        *,
        base_url: str = LIVE_URL,
        urgency: Urgency = Urgency.SEND,
        transport: httpx.BaseTransport | None = None,
        timeout: httpx.Timeout = _TIMEOUT,
        longest_body_seconds: float = 30.0,
        patience_seconds: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._tokens, self._budget, self._clock, self._urgency = tokens, budget, clock, urgency
        self._longest_body_s, self._patience_s, self._sleep = longest_body_seconds, patience_seconds, sleep
        # trust_env off: a proxy named in the environment would see every message
        self._http = httpx.Client(
            base_url=checked_address(base_url),
            transport=transport,
            timeout=timeout,
            limits=_LIMITS,
            follow_redirects=False,
            trust_env=False,
            headers={"Version": "v3", "Accept": "application/json"},
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """Ask for something. `None` in the query is left out."""
        return self.call("GET", path, query=query)

    def call(
        self, method: str, path: str, *, query: Mapping[str, object] | None = None, body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """One request, one answer as data; raises a `ProviderError` that says what is known of the outcome."""
        token = self._tokens.token()
        try:
            return self._once(method, path, query, body, token)
        except ProviderUnauthorised as error:
            # Refused at the door, so asking again with a new token can't do anything twice.
            if error.status != 401 or any(word in error.message.lower() for word in _NOT_THE_TOKEN):
                raise
            fresh = self._tokens.renewed(token)
            if fresh is None:
                raise
            return self._once(method, path, query, body, fresh)

    def _once(
        self, method: str, path: str, query: Mapping[str, object] | None, body: Mapping[str, object] | None, token: str
    ) -> dict[str, Any]:
        self._wait_for_budget()
        began = stopwatch()
        answer = self._exchange(method, path, query, body, token)
        if seen := _limits_in(answer.headers):
            self._budget.change(self._clock.now(), lambda budget, at: (learn(budget, at, seen, answer.status_code == 429), None))
        data, trace_id = _data_of(answer), ""
        if isinstance(data, dict):
            trace_id = str(data.get("traceId") or "")
        log.info(
            "GoHighLevel %s %s: %d in %.0f ms, trace %s",
            method,
            plain_path(path),
            answer.status_code,
            (stopwatch() - began) * 1000,
            trace_id or "-",
        )
        return _understood(answer, data, trace_id, is_reading=method == "GET")

    def _wait_for_budget(self) -> None:
        def asked(budget: Budget, at: datetime) -> tuple[Budget, float]:
            return grant(budget, at, self._urgency)

        slept_s = 0.0
        while (wait_s := self._budget.change(self._clock.now(), asked)) > 0:
            nap_s = wait_s / self._clock.speed
            if slept_s + nap_s > self._patience_s:
                words = "the office's own share of GoHighLevel's rate limit is used up"
                raise ProviderThrottled(words, retry_after_seconds=wait_s)
            self._sleep(nap_s)
            slept_s += nap_s

    def _exchange(
        self, method: str, path: str, query: Mapping[str, object] | None, body: Mapping[str, object] | None, token: str
    ) -> "_Answer":
        asked = {name: _as_query(value) for name, value in (query or {}).items() if value is not None}
        with _translated():
            request = self._http.build_request(
                method, path, params=asked or None, json=body, headers={"Authorization": f"Bearer {token}"}
            )
            answer = self._http.send(request, stream=True)
            try:
                return _Answer(answer.status_code, answer.headers, _content_of(answer, self._longest_body_s))
            finally:
                answer.close()


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer that came in whole."""

    status_code: int
    headers: httpx.Headers
    content: bytes


def plain_path(path: str) -> str:
    """A path without the ids in it, for logs."""
    return re.sub(r"/(?=[^/]*\d)[\w-]{6,}", "/…", path)


def without_personal_data(text: str) -> str:
    """The provider's words without telephone numbers and e-mail addresses, cut to a sentence's length."""
    return _PERSONAL.sub("…", " ".join(text.split()))[:200]


class _translated:  # noqa: N801  reads as the word it is
    """httpx's failures as what they tell of the outcome (CONTRACT §2)."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)):
            raise ProviderUnavailable("GoHighLevel can't be reached") from error
        if isinstance(error, httpx.TimeoutException):
            raise ProviderUnclear("GoHighLevel did not answer in time") from error
        if isinstance(error, httpx.HTTPError):
            raise ProviderUnclear("the connection to GoHighLevel broke before it answered") from error


def _content_of(answer: httpx.Response, longest_s: float) -> bytes:
    """The body, but not for ever: a trickle that keeps every single read in time still ends."""
    began, parts, size = stopwatch(), [], 0
    for part in answer.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > _LONGEST_ANSWER:
            raise ProviderUnclear("GoHighLevel's answer is too long", status=answer.status_code)
        if stopwatch() - began > longest_s:
            raise ProviderUnclear("GoHighLevel's answer did not end in time", status=answer.status_code)
    return b"".join(parts)


def _as_query(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _data_of(answer: _Answer) -> Any:
    try:
        return json.loads(answer.content) if answer.content else None
    except ValueError:
        return None


def _limits_in(headers: httpx.Headers) -> dict[str, float]:
    """The rate-limit headers that are there and are numbers."""
    names = {
        "daily_limit": "x-ratelimit-limit-daily",
        "daily_left": "x-ratelimit-daily-remaining",
        "interval_ms": "x-ratelimit-interval-milliseconds",
        "limit": "x-ratelimit-max",
        "left": "x-ratelimit-remaining",
        "retry_after": "retry-after",
    }
    found = {}
    for name, header in names.items():
        try:
            found[name] = float(headers[header])
        except (KeyError, ValueError):
            continue
    return {name: value for name, value in found.items() if 0 <= value < 1e9}


def _understood(answer: _Answer, data: Any, trace_id: str, *, is_reading: bool) -> dict[str, Any]:
    """The data of a success; else the error that says what may have happened."""
    status = answer.status_code
    if 200 <= status < 300:
        if isinstance(data, dict):
            return data
        raise ProviderUnclear("GoHighLevel's answer can't be read", status=status, trace_id=trace_id)
    words = _words_of(data) or f"GoHighLevel answered {status}"
    kind: type[ProviderError] = _KINDS.get(status, ProviderRefused if 400 <= status < 500 else ProviderUnclear)
    if kind is ProviderUnclear and is_reading and status >= 500:
        kind = ProviderUnavailable  # nothing changes by reading
    wait_s = _limits_in(answer.headers).get("retry_after")
    if status == 429 and wait_s is None:
        wait_s = _limits_in(answer.headers).get("interval_ms", 10_000.0) / 1000
    raise kind(words, status=status, trace_id=trace_id, retry_after_seconds=wait_s)


# 402 is "no credits left" and 403 "not your location": like a wrong token, a person must mend them. 408 may have been done.
_KINDS: dict[int, type[ProviderError]] = {
    401: ProviderUnauthorised,
    402: ProviderUnauthorised,
    403: ProviderUnauthorised,
    408: ProviderUnclear,
    429: ProviderThrottled,
}


def _words_of(data: Any) -> str:
    """The message of an error body in any of its forms."""
    if not isinstance(data, dict):
        return ""
    inner = data.get("error")
    message = data.get("message") or (inner.get("message") if isinstance(inner, dict) else inner) or data.get("msg") or ""
    text = "; ".join(map(str, message)) if isinstance(message, list) else str(message)
    return without_personal_data(text)
