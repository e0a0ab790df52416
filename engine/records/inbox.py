"""The inbox as plain, frozen records: what came of a call, who gets which leads by rule, and what can be taken back."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.records.lead import Band, Source


class Outcome(StrEnum):
    """What came of a call or a meeting."""

    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    SPOKE = "spoke"
    APPOINTMENT = "appointment"
    BAD_NUMBER = "bad_number"


class FollowUp(StrEnum):
    """What an outcome means for the lead's sequence."""

    GOES_ON = "goes_on"
    PAUSES = "pauses"
    STOPS = "stops"
    STOPS_BY_PHONE = "stops_by_phone"  # e-mails may go on


class SpeedState(StrEnum):
    """Where a lead's five-minute clock stands."""

    IN_WINDOW = "in_window"
    NEAR = "near"
    BREACHED = "breached"
    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    OFF = "off"  # nobody is owed an answer


class Step(StrEnum):
    """What to do about a lead next."""

    CALL = "call"
    TEXT = "text"
    EMAIL = "email"
    CONFIRM = "confirm"  # an appointment
    WAIT = "wait"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The next best action, the one sentence that says why, and about how many minutes it takes."""

    step: Step
    why: str
    n_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing done in the queue: what to tell, how many leads it touched, and until when it can be undone."""

    action_id: int
    told: str
    n_leads: int
    undo_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's band for a lead beside the model's, until it expires."""

    override_id: int = 0
    lead_id: int
    band: Band
    reason: str
    set_by: int
    set_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    model_band: Band
    model_probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A list of filters under a name."""

    view_id: int
    name: str
    owner_id: int
    query: str
    is_shared: bool
    is_pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingShare:
    """One person's place in a rule. With weight 2 he gets twice as many leads as with weight 1."""

    user_id: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Which leads go to whom, in turn. What a rule doesn't name, it doesn't ask for."""

    name: str
    shares: tuple[RoutingShare, ...]
    sources: tuple[Source, ...] = ()
    cities: tuple[str, ...] = ()
    zip_prefixes: tuple[str, ...] = ()
    price_from_cents: int | None = None
    price_below_cents: int | None = None
    is_on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPlan:
    """The office's routing: rules in their order, how many open leads each may hold, and when an untouched lead is taken back."""

    is_on: bool = False
    rules: tuple[RoutingRule, ...] = ()
    capacity: dict[int, int] = field(default_factory=dict)  # user id → most open leads; none named: no limit
    take_back_minutes: int | None = None
    most_hops: int = 2  # then the lead is left for anybody to claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days on which somebody gets no leads."""

    absence_id: int = 0
    user_id: int
    from_at: datetime
    until_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingStep:
    """One rule (or one person of it), and why it took the lead or was skipped."""

    rule: str
    has_matched: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """One hop of a lead: on what occasion, from whom, to whom, by which rule, and every step on the way."""

    lead_id: int
    at: datetime
    occasion: str  # new, idle, by_hand
    taken_from: int | None
    given_to: int | None
    rule: str
    steps: tuple[RoutingStep, ...]
