"""Where everybody who asks Claude comes by: is there a key, a price, money left today, room this minute? Each question is written down.

A question is in the ledger before it leaves, with what it could cost at most; killed in between, that stays counted.
"""

import threading
from datetime import datetime, timedelta
from typing import Any

from engine.conversation.claude import Answer, Claude, Question
from engine.conversation.claude_prices import cost_micros, most_micros, price_of, price_on, shipped_prices
from engine.errors import ClaudeBusy, ClaudeOverBudget, ClaudeUnavailable
from engine.records.escalation import TokenPrice
from engine.settings import Settings
from engine.store import claude_calls
from engine.store import preferences as kept
from engine.store.ledger import Ledger

PRICES = "claude_prices"  # the setting with the owner's own prices: a list of rows like the shipped ones
NO_KEY = "No key for Claude is set"
_MICROS_A_CENT = 10_000
_FREE = ("asks to wait", "can't be reached", "isn't accepted", "answered with 4")  # of the API's ways to say that it did nothing


class ClaudeDesk:
    """One a process. Safe to use from several threads."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings, self._ledger = settings, ledger
        self._claude: Claude | None = None
        self._opening = threading.Lock()

    @property
    def is_on(self) -> bool:
        """Whether a key is set."""
        return bool(self._settings.anthropic_api_key.get_secret_value())

    @property
    def model(self) -> str:
        """Which model is asked."""
        return self._settings.claude_model

    @property
    def daily_cents(self) -> int:
        """What a day may cost."""
        return self._settings.claude_daily_cents

    @property
    def patience(self) -> timedelta:
        """After how long a question that has not come back is given up: every try, and the waits between them."""
        tries = self._settings.claude_retries + 1
        return timedelta(seconds=tries * self._settings.claude_timeout_s + 60 * tries)

    def price(self, at: datetime) -> TokenPrice | None:
        """What the model costs that day: the owner's own figure, else the shipped one; None when nobody has written one down."""
        with self._ledger.read() as connection:
            own: Any = kept.get_setting(connection, PRICES, at)
        return price_on([price_of(row) for row in own or ()], self.model, at.date()) or price_on(
            shipped_prices(), self.model, at.date()
        )

    def spent_micros(self, at: datetime) -> int:
        """What today (UTC) has cost so far, in millionths of a dollar."""
        with self._ledger.read() as connection:
            return claude_calls.spent_micros(connection, _midnight(at))

    def ask(
        self, purpose: str, question: Question, *, at: datetime, actor_id: int = 0, escalation_id: int | None = None
    ) -> tuple[int, Answer]:
        """Ask and wait; answers the question's number and the answer. Raises `ClaudeUnavailable`, `ClaudeBusy` or `ClaudeOverBudget`."""
        price = self._checked_price(at)
        most = most_micros(price, question.n_chars, question.max_tokens)
        with self._ledger.write(at=at, actor_id=actor_id) as txn:
            if claude_calls.n_since(txn.connection, at - timedelta(minutes=1)) >= self._settings.claude_per_minute:
                raise ClaudeBusy
            if claude_calls.spent_micros(txn.connection, _midnight(at)) + most > self.daily_cents * _MICROS_A_CENT:
                raise ClaudeOverBudget
            call_id = claude_calls.reserve(
                txn, purpose=purpose, escalation_id=escalation_id, model=self.model, reserved_micros=most
            )
        try:
            answer = self._opened().ask(question)
        except ClaudeUnavailable as error:
            with self._ledger.write(at=at, actor_id=actor_id) as txn:
                claude_calls.fail(txn, call_id, error.message, was_free=any(sign in error.message for sign in _FREE))
            raise
        cost = cost_micros(price, answer.usage)
        with self._ledger.write(at=at, actor_id=actor_id) as txn:
            claude_calls.settle(
                txn, call_id, usage=answer.usage, model=answer.model, cost_micros=cost, latency_ms=answer.latency_ms
            )
        return call_id, answer

    def refuse(self, call_id: int, problem: str, at: datetime) -> None:
        """Note that an answer could not be used, and why."""
        with self._ledger.write(at=at) as txn:
            claude_calls.refuse(txn, call_id, problem)

    def close(self) -> None:
        """Give back the client's connections."""
        if self._claude is not None:
            self._claude.close()

    def _checked_price(self, at: datetime) -> TokenPrice:
        if not self.is_on:
            raise ClaudeUnavailable(NO_KEY)
        price = self.price(at)
        if price is None:
            raise ClaudeUnavailable(f"Nobody has written down what {self.model} costs, so no budget could be kept")
        return price

    def _opened(self) -> Claude:
        with self._opening:
            if self._claude is None:
                given = self._settings
                self._claude = Claude(
                    api_key=given.anthropic_api_key.get_secret_value(),
                    base_url=given.anthropic_base_url,
                    model=given.claude_model,
                    timeout_s=given.claude_timeout_s,
                    retries=given.claude_retries,
                    effort=given.claude_effort,
                )
            return self._claude


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
