"""The words for what can go wrong. Each class's docstring is the sentence a person reads.

JorgeError
├── BadInput            what came in can't be used
│   └── UnreadableFile  a file that can't be read as a table of leads
├── NotFound            it isn't there, or not for this person
├── NotAllowed          this person may not do that
├── SignInRefused       wrong name or password, or locked for a while
├── Conflict            somebody else was first
├── ConfigurationError  a setting is missing or wrong
├── ModelUnusable       a model file that is damaged, foreign or too old
├── StoreUnavailable    a store can't be opened or written
├── ClaudeUnavailable   Claude was not asked, or gave no answer that can be used
└── ProviderError       an outside service (GoHighLevel) did not do what was asked
    ├── ProviderUnavailable   it was surely not reached
    ├── ProviderThrottled     it asks to wait; nothing was done
    ├── ProviderUnauthorised  the token or its scope: a person must mend it
    ├── ProviderRefused       it says no, and will again
    └── ProviderUnclear       it may or may not have done it
"""


class JorgeError(Exception):
    """Something went wrong in the command center."""

    code = "error"

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.field = field

    @property
    def message(self) -> str:
        """The sentence a person reads."""
        return str(self)


class BadInput(JorgeError):
    """What was sent can't be used."""

    code = "bad_input"


class UnreadableFile(BadInput):
    """This file can't be read as a table of leads."""

    code = "unreadable_file"


class NotFound(JorgeError):
    """There is nothing here under that name."""

    code = "not_found"


class NotAllowed(JorgeError):
    """Your role doesn't allow that."""

    code = "not_allowed"


class SignInRefused(JorgeError):
    """The name or the password isn't right."""

    code = "sign_in_refused"


class Conflict(JorgeError):
    """Somebody else changed this first."""

    code = "conflict"


class ConfigurationError(JorgeError):
    """A setting is missing or wrong."""

    code = "configuration"


class ModelUnusable(JorgeError):
    """The model's files can't be used."""

    code = "model_unusable"


class StoreUnavailable(JorgeError):
    """A store can't be opened or written."""

    code = "store_unavailable"


class ClaudeUnavailable(JorgeError):
    """Claude can't be asked right now."""

    code = "claude_unavailable"


class ClaudeBusy(ClaudeUnavailable):
    """Claude was asked as often as is allowed within a minute."""


class ClaudeOverBudget(ClaudeUnavailable):
    """What Claude may cost today is spent."""


class ProviderError(JorgeError):
    """GoHighLevel did not do what was asked."""

    code = "provider"

    def __init__(self, message: str = "", *, status: int = 0, trace_id: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.status = status  # of its answer; 0 without one
        self.trace_id = trace_id  # what its support asks for
        self.retry_after_seconds = retry_after_seconds


class ProviderUnavailable(ProviderError):
    """GoHighLevel can't be reached. Nothing was done there."""


class ProviderThrottled(ProviderError):
    """GoHighLevel asks to wait. Nothing was done there."""


class ProviderUnauthorised(ProviderError):
    """GoHighLevel doesn't accept the token, or the token may not do this."""


class ProviderRefused(ProviderError):
    """GoHighLevel refuses this, and would again."""


class ProviderUnclear(ProviderError):
    """GoHighLevel did not say whether it did what was asked."""
