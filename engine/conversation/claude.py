"""Claude through the official client: one question, one answer with its usage, or `ClaudeUnavailable` in words. Knows no lead."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.clock import stopwatch
from engine.errors import ClaudeUnavailable
from engine.records.escalation import Usage

if TYPE_CHECKING:
    from anthropic.types import Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. `system` is the same for every question of its kind, so that it is cached; `schema` closes the answer's shape."""

    system: str
    messages: Sequence[Mapping[str, Any]]
    max_tokens: int
    schema: Mapping[str, Any] | None = None
    tools: Sequence[Mapping[str, Any]] = ()

    @property
    def n_chars(self) -> int:
        """How long all of it is."""
        return len(self.system) + len(repr(self.messages)) + len(repr(self.schema)) + len(repr(self.tools))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """One tool that the answer asks for."""

    tool_use_id: str
    name: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `stop_reason` is the API's own word; only `end_turn` and `tool_use` are whole answers."""

    text: str
    tool_uses: tuple[ToolUse, ...]
    content: tuple[Mapping[str, Any], ...]  # as it goes back with the next turn
    stop_reason: str
    model: str
    usage: Usage
    latency_ms: int


class Claude:
    """The client, opened once. Retries after 408, 409, 429 and 5xx are its own, with the waits the API asks for."""

    def __init__(self, *, api_key: str, base_url: str, model: str, timeout_s: float, retries: int, effort: str = "") -> None:
        import anthropic  # when the first question is asked: loading it takes a start half a second

        self.model, self._effort = model, effort
        self._api = anthropic.Anthropic(api_key=api_key, base_url=base_url, timeout=timeout_s, max_retries=retries)

    def ask(self, question: Question) -> Answer:
        """Ask, and wait for the whole answer; raises `ClaudeUnavailable` with the reason."""
        import anthropic

        began = stopwatch()
        try:
            message = self._api.messages.create(**self._request(question))
        except anthropic.APITimeoutError as error:
            raise ClaudeUnavailable("Claude did not answer in time") from error
        except anthropic.APIConnectionError as error:
            raise ClaudeUnavailable("Claude can't be reached") from error
        except anthropic.AuthenticationError as error:
            raise ClaudeUnavailable("The key of Claude's API isn't accepted") from error
        except anthropic.RateLimitError as error:
            raise ClaudeUnavailable("Claude's API asks to wait (429)") from error
        except anthropic.APIStatusError as error:
            raise ClaudeUnavailable(f"Claude's API answered with {error.status_code}") from error
        except (anthropic.AnthropicError, ValueError, TypeError) as error:  # an answer that is none: no JSON, or another shape
            log.warning("an answer of Claude's API could not be read: %s", type(error).__name__)
            raise ClaudeUnavailable("Claude's API gave an answer that can't be read") from error
        return _answer(message, round((stopwatch() - began) * 1_000))

    def close(self) -> None:
        """Give back its connections."""
        self._api.close()

    def _request(self, question: Question) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "model": self.model,
            "max_tokens": question.max_tokens,
            "system": [{"type": "text", "text": question.system, "cache_control": {"type": "ephemeral"}}],
            "messages": list(question.messages),
        }
        output: dict[str, Any] = {"effort": self._effort} if self._effort else {}
        if question.schema is not None:
            output["format"] = {"type": "json_schema", "schema": dict(question.schema)}
        return asked | ({"output_config": output} if output else {}) | ({"tools": list(question.tools)} if question.tools else {})


def _answer(message: "Message", latency_ms: int) -> Answer:
    """The parts that count; anything that isn't a message of the API is refused here."""
    try:
        usage = message.usage
        uses = [block for block in message.content if block.type == "tool_use"]
        return Answer(
            text="".join(block.text for block in message.content if block.type == "text"),
            tool_uses=tuple(ToolUse(tool_use_id=use.id, name=use.name, input=_mapping(use.input)) for use in uses),
            content=tuple(block.model_dump(mode="json", exclude_none=True) for block in message.content),
            stop_reason=str(message.stop_reason or ""),
            model=str(message.model),
            usage=Usage(
                n_input=int(usage.input_tokens),
                n_output=int(usage.output_tokens),
                n_cache_read=int(usage.cache_read_input_tokens or 0),
                n_cache_write=int(usage.cache_creation_input_tokens or 0),
            ),
            latency_ms=latency_ms,
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise ClaudeUnavailable("Claude's API gave an answer that can't be read") from error


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
