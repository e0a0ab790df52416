"""The processes' logs: one form, begun by the entry points. No personal data and no secrets go in; messages speak of numbers and states.

What slips in all the same (a library's complaint, an error's text) is masked here: e-mail addresses, phone numbers, tokens and keys.
Of an unforeseen error only its kind and place are written, since its text may hold what somebody typed.
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

from engine.errors import JorgeError
from engine.settings import Settings

request_id: ContextVar[str] = ContextVar("request_id", default="")

_CHATTY = (
    "alembic",
    "apscheduler",
    "httpx",
    "httpcore",
    "numba",
    "watchdog",
)  # libraries that tell every step at the level of news
_MASKS = (
    (re.compile(r"\bjk_[A-Za-z0-9_-]{8,}"), "‹key›"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){0,2}"), "‹token›"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 ‹token›"),
    (re.compile(r"\b(sk-ant|pit|xox[bap])-[A-Za-z0-9_-]{8,}"), "‹key›"),
    (re.compile(r"://[^/\s:@]+:[^/\s@]+@"), "://‹password›@"),
    (re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+"), "‹e-mail›"),
    (
        re.compile(
            r"\+\d[\d .()-]{7,18}\d|(?<![\w.:/-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])|(?<![\w.:-])1?[2-9]\d{9}(?![\w.:-])"
        ),
        "‹phone›",
    ),
)


def redacted(text: str) -> str:
    """A text without addresses, numbers of telephones, and keys."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def begin_logging(settings: Settings) -> None:
    """Log to stderr at the configured level: a line of JSON each in production, a readable line elsewhere."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.env == "production" else ReadableLines())
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class ReadableLines(logging.Formatter):
    """One line for people, masked."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the request it belongs to."""
        number = request_id.get()
        return redacted(super().format(record)) + (f" [{number}]" if number else "")

    def formatException(self, ei: object) -> str:  # noqa: N802 (the library's name)
        """Where it went wrong, without what was in it."""
        return _told(ei)


class JsonLines(logging.Formatter):
    """One JSON object a line, masked."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, program part, message, request, and for an error its kind and place."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "name": record.name,
            "message": redacted(record.getMessage()),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        if record.exc_info:
            line["error"] = redacted(_told(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _told(raised: object) -> str:
    """An error's kind and the places it came through. Only our own errors' sentences are known to hold nobody's data."""
    error = raised[1] if isinstance(raised, tuple) else None
    parts: list[str] = []
    while isinstance(error, BaseException):
        said = f": {error.message}" if isinstance(error, JorgeError) else ""
        parts.append("".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__ + said)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\ncaused by\n".join(parts)
