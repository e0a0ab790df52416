"""Follow-up as plain, frozen records: steps and what became of them, what is sent, what the provider answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StepKind(StrEnum):
    """What a step of a sequence does."""

    SMS = "sms"
    EMAIL = "email"
    CALL_TASK = "call_task"  # a person calls; never an automated voice


class StepState(StrEnum):
    """Where a step stands. `leased` has sent nothing yet; `sending` may have; `unknown` must be reconciled before anything else."""

    PENDING = "pending"
    LEASED = "leased"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    DEAD = "dead"


class Decision(StrEnum):
    """What the gate says of a message."""

    SEND = "send"
    HOLD = "hold"  # not now; ask again at `until`
    BLOCK = "block"  # never as it stands


class GateReason(StrEnum):
    """Why the gate does not let a message go."""

    KILL_SWITCH = "kill_switch"
    OPTED_OUT = "opted_out"
    PAUSED_REPLY = "paused_reply"
    NO_CONSENT = "no_consent"
    CONSENT_SCOPE = "consent_scope"
    DNC_INTERNAL = "dnc_internal"
    DNC_NATIONAL = "dnc_national"
    DNC_STALE = "dnc_stale"
    QUIET_HOURS = "quiet_hours"
    NO_TIME_ZONE = "no_time_zone"
    FREQUENCY_CAP = "frequency_cap"
    CONTENT = "content"
    AI_DISCLOSURE = "ai_disclosure"
    EMAIL_NO_ADDRESS = "email_no_address"
    EMAIL_NO_UNSUBSCRIBE = "email_no_unsubscribe"
    STALE_STEP = "stale_step"
    UNKNOWN_OUTCOME = "unknown_outcome"
    DUPLICATE = "duplicate"
    NO_RECIPIENT = "no_recipient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate decided, why, until when, and under which version of the rules."""

    decision: Decision
    reason: GateReason | None = None
    until: datetime | None = None  # of a hold
    detail: str = ""  # one sentence for the Outbox page
    rule_version: str


class OptOutKind(StrEnum):
    """What an inbound text asks for. Anything but `none` keeps automation off."""

    OPT_OUT = "opt_out"
    PAUSE = "pause"
    HELP = "help"
    OPT_IN = "opt_in"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One consent as it was given: to what, through which words, where the proof is. Never edited, only added."""

    lead_id: int
    address: str  # E.164 or normalised e-mail
    channels: tuple[StepKind, ...]
    purpose: str  # marketing, transactional
    disclosure: str  # the words agreed to
    method: str  # web form, csv, verbal, reply
    evidence: str  # where the proof is
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """One revocation. It outlives its lead: kept by address, and by a salted hash once the lead is forgotten."""

    address: str
    channels: tuple[StepKind, ...]
    source: str  # sms, email, ghl_dnd, person, wrong_number, unsubscribe
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message or task on its way to the provider. `body` is rendered once and never again."""

    kind: StepKind
    contact_id: str  # the provider's id of the person
    to_address: str = ""
    from_address: str = ""
    subject: str = ""
    body: str = ""
    html: str = ""
    due_at: datetime | None = None  # of a task
    assigned_to: str = ""  # the provider's user id, of a task
    headers: tuple[tuple[str, str], ...] = ()


class SendState(StrEnum):
    """What is known of a send after one call."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # permanent: this message to this person will never go
    THROTTLED = "throttled"  # not sent; ask again after `retry_after_seconds`
    NOT_SENT = "not_sent"  # surely not sent (refused connection, no DNS, breaker open): an outage, burns no attempt
    UNAUTHORISED = "unauthorised"  # the token or its scope: nothing is sent until a person mends it
    UNKNOWN = "unknown"  # may have been sent


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What one call to the provider told."""

    state: SendState
    provider_id: str = ""
    message: str = ""  # the provider's words, personal data removed
    retry_after_seconds: float | None = None
    trace_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMessage:
    """A message as the provider lists it."""

    message_id: str
    contact_id: str
    kind: StepKind
    is_inbound: bool
    body: str
    status: str
    source: str  # api, app, workflow, …
    added_at: datetime
