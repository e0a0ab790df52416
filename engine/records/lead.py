"""Leads, their interactions, scores and deals as plain, frozen records. Money is integer cents, times are aware UTC."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Source(StrEnum):
    """Where a lead came from."""

    PORTAL = "portal"
    PAID_SOCIAL = "paid_social"
    PPC = "ppc"
    OWN_SITE = "own_site"
    OPEN_HOUSE = "open_house"
    SPHERE = "sphere"
    EXPIRED_FSBO = "expired_fsbo"
    SIGN_CALL = "sign_call"
    OTHER = "other"


class Financing(StrEnum):
    """How a lead says he will pay."""

    CASH = "cash"
    PRE_APPROVED = "pre_approved"
    IN_PROGRESS = "in_progress"
    NEEDS = "needs"


class PropertyType(StrEnum):
    """What kind of property a lead wants or sells."""

    SINGLE_FAMILY = "single_family"
    CONDO = "condo"
    TOWNHOUSE = "townhouse"
    MULTI_FAMILY = "multi_family"
    MANUFACTURED = "manufactured"
    LAND = "land"
    OTHER = "other"


class Channel(StrEnum):
    """How two people were in touch."""

    SMS = "sms"
    EMAIL = "email"
    CALL = "call"
    WEB = "web"
    APPOINTMENT = "appointment"
    NOTE = "note"


class Direction(StrEnum):
    """Who turned to whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Band(StrEnum):
    """What to do with a lead now."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class Stage(StrEnum):
    """Where an opportunity stands. The words, order and win rates shown are data (`stages` in the ledger)."""

    NEW = "new"
    CONTACTED = "contacted"
    APPOINTMENT = "appointment"
    ACTIVE = "active"
    OFFER = "offer"
    UNDER_CONTRACT = "under_contract"
    CLOSED = "closed"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One message, call, visit or note. `seq` orders events of the same instant; text signals are taken once, at intake."""

    at: datetime
    channel: Channel
    direction: Direction
    body: str = ""
    seq: int = 0
    is_automated: bool = False
    was_kept: bool | None = None  # appointments: did they come
    n_words: int = 0
    n_questions: int = 0
    urgency: float = 0.0  # -1 "just looking" … +1 "must move now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What a file or another system says of a lead's deal."""

    stage: Stage
    price_cents: int | None = None
    closes_on: date | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A person who may buy or sell, as the office knows him. What isn't known is None; `lead_id` is 0 until the ledger names it."""

    lead_id: int = 0
    external_id: str | None = None  # the other system's name for him
    first_name: str = ""
    last_name: str = ""
    phone: str | None = None  # E.164
    email: str | None = None  # normalised
    other_phones: tuple[str, ...] = ()
    other_emails: tuple[str, ...] = ()
    source: Source | None = None
    source_text: str = ""
    created_at: datetime | None = None  # when he became a lead
    assigned_to: int | None = None  # user id
    assigned_text: str = ""  # the agent's name as the file says it
    budget_low_cents: int | None = None
    budget_high_cents: int | None = None
    timeline_days: int | None = None
    financing: Financing | None = None
    has_proof_of_funds: bool | None = None
    sells_first: bool | None = None
    property_type: PropertyType | None = None
    beds: float | None = None
    baths: float | None = None
    n_criteria: int | None = None  # how many wishes he has named
    location_text: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    location_specificity: int = 0  # 0 nothing, 1 metro or state, 2 city, 3 ZIP or street
    in_service_area: bool | None = None
    listing_price_cents: int | None = None  # of the property he asked about
    is_repeat_contact: bool | None = None
    n_transactions: int | None = None
    tags: tuple[str, ...] = ()
    notes: str = ""
    is_do_not_contact: bool = False  # the file says: don't call, don't text
    extra: dict[str, str] = field(default_factory=dict)  # columns nobody mapped: kept, not used
    interactions: tuple[Interaction, ...] = ()
    deal: Deal | None = None

    @property
    def name(self) -> str:
        """The name as shown."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.email or self.phone or "Unnamed lead"

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """What he is recognised by, as (kind, value), the strongest first: phones, e-mails, or without any the other system's id.

        Two systems may both call somebody "1042", so that id alone never joins people who can be told apart.
        """
        phones = [("phone", value) for value in (self.phone, *self.other_phones) if value]
        emails = [("email", value) for value in (self.email, *self.other_emails) if value]
        external = [("external", self.external_id)] if self.external_id else []
        return tuple(dict.fromkeys(phones + emails or external))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """A lead's deal in the pipeline. `opportunity_id` is 0 until the ledger names it."""

    opportunity_id: int = 0
    lead_id: int
    name: str = ""
    stage: Stage
    price_cents: int | None = None
    price_source: str = ""  # stated, listing, estimate; empty without a price
    commission_rate: float
    rate_source: str  # agreement, manual, default
    gci_cents: int | None = None
    opened_at: datetime
    stage_since: datetime
    closes_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The market a team works: setting data, with where each figure is from."""

    name: str
    state: str
    time_zone: str
    median_price_cents: int
    median_price_source: str
    service_zips: tuple[str, ...]  # prefixes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that moved a lead's probability. `effect` is in the model's own unit (probability points before calibration)."""

    feature: str
    value: str
    effect: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEstimate:
    """What the deal would be about: the middle and an 80 % interval."""

    low_cents: int
    p50_cents: int
    high_cents: int
    basis: str  # what it rests on, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionEstimate:
    """What the deal would pay, and what that is worth given the odds."""

    price_cents: int
    rate: float
    rate_source: str  # 'agreement' or 'default'; the default is always shown as assumed
    gci_cents: int
    expected_cents: int

    @property
    def is_assumed(self) -> bool:
        """Whether the rate is the configured default rather than a signed one."""
        return self.rate_source == "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the model says of a lead at a moment, with its reasons and what it rests on."""

    lead_id: int
    probability: float  # calibrated P(closes within the horizon)
    probability_low: float
    probability_high: float
    score: int  # 0 to 100, a published monotone scale of the probability
    band: Band
    confidence: float  # calibrated P(the band is right)
    has_enough_evidence: bool
    n_similar: int
    n_similar_closed: int
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]
    price: PriceEstimate | None
    model_version: str
    inputs_hash: str
    scored_at: datetime
    commission: CommissionEstimate | None = None
    # What the model saw and what each of it did, in the order of the model's features: little-endian 32-bit numbers, NaN is missing.
    # The inputs are exactly what the forest reads; the effects are in the reasons' unit. Empty on scores kept before they were.
    inputs: bytes = field(default=b"", repr=False)
    effects: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A row that was not taken, and why. `line` counts lines of the file from 1."""

    line: int
    column: str
    reason: str
    value: str = ""
