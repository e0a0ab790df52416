"""Deals as the office settles them: terms, agreements, commission plans as data, and statements. Plain, frozen records.

Money is integer cents, rates are fractions (0.03) exact to a millionth, days are dates of the office, times are aware UTC.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from engine.records.lead import Source, Stage


class DealSide(StrEnum):
    """Whom the office stands for in a deal."""

    LISTING = "listing"
    BUYER = "buyer"
    BOTH = "both"  # only where the state's profile permits it


class RateSource(StrEnum):
    """Where a deal's commission rate is from. The configured default is always shown as assumed."""

    AGREEMENT = "agreement"  # a signed agreement with the client
    LISTING_AGREEMENT = "listing_agreement"
    MANUAL = "manual"  # somebody typed it in
    DEFAULT = "default"


class Payer(StrEnum):
    """Who pays a side's commission."""

    LISTING_BROKER = "listing_broker"
    SELLER = "seller"  # as a concession
    BUYER = "buyer"


class ReferralBasis(StrEnum):
    """What a referral fee is a share of. The two can differ by half, so each referral says which."""

    GCI = "gci"
    AFTER_SPLIT = "after_split"


class RuleKind(StrEnum):
    """What a step of a plan does."""

    REFERRAL = "referral"  # off the top: the deal's own terms, else the step's rate (a portal's fee)
    REFERRAL_AFTER_SPLIT = "referral_after_split"  # of what each agent has at this step
    FRANCHISE = "franchise"
    TEAM_SPLIT = "team_split"  # the agent's part to the lead broker
    BROKER_SPLIT = "broker_split"  # to the brokerage, until the cap
    POST_CAP_FEE = "post_cap_fee"  # only for an agent who had reached the cap before this deal
    FEE = "fee"


class Basis(StrEnum):
    """What a step's rate is taken of."""

    GCI = "gci"  # the agent's part of the side's GCI
    ADJUSTED_GCI = "adjusted_gci"  # the same after referrals off the top
    REMAINDER = "remainder"  # what the steps before have left


class CapCount(StrEnum):
    """What fills a cap: what was paid to the brokerage, or the gross commission itself."""

    COMPANY_DOLLAR = "company_dollar"
    GROSS = "gross"


class Party(StrEnum):
    """To whom a line of a statement goes. Agents are told apart by the line's `agent`."""

    GCI = "gci"  # a line that makes up the GCI
    REFERRAL = "referral"
    FRANCHISE = "franchise"
    BROKERAGE = "brokerage"
    LEAD_BROKER = "lead_broker"
    AGENT = "agent"
    OTHER = "other"


class FeePer(StrEnum):
    """Whether several agents of one deal share a fee or each pay it."""

    TRANSACTION = "transaction"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A step of a graduated split: the brokerage's rate from this much on the cap's meter, looked up before the deal."""

    from_cents: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step of a plan. Its place in the plan is its place in the waterfall; what a kind doesn't use stays at its default."""

    kind: RuleKind
    rule: str  # its name on statements, unique in the plan; also the meter of its own annual cap
    to: Party
    basis: Basis = Basis.REMAINDER
    rate: float = 0.0  # what `to` receives of the basis
    rate_by_source: tuple[tuple[Source, float], ...] = ()  # instead of `rate`, by where the lead came from
    tiers: tuple[Tier, ...] = ()  # broker split: instead of `rate`
    flat_cents: int | None = None  # fees: instead of a rate
    rate_if_less: float | None = None  # fees: this share of the basis where that is less than the flat amount
    per: FeePer = FeePer.TRANSACTION
    cap_cents: int | None = None  # at most this much a cap year and agent
    cap_counts: CapCount = CapCount.COMPANY_DOLLAR  # broker split only
    reduced_after_cents: int | None = None  # post-cap fee: once so much of it was paid in the cap year …
    reduced_flat_cents: int = 0  # … it is this


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a commission is shared out, step by step, from a day on. `plan_id` is 0 until the ledger names it."""

    plan_id: int = 0
    name: str
    steps: tuple[PlanStep, ...]
    effective_on: date | None = None  # None: since ever
    lead_broker: str = ""  # the agent whose own deals pay no team split; "" when nobody's are
    lead_broker_owns_brokerage: bool = False
    source: str = ""  # where the figures are published
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One agent's part of a deal. `agent` is what caps are kept by: the user's number as text, or a name in a file."""

    agent: str
    rate: float = 1.0
    name: str = ""
    cap_cents: int | None = None  # this agent's own cap where it isn't the plan's


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralTerms:
    """What was agreed with the broker who sent the client. Paid broker to broker."""

    to: str
    rate: float = 0.0
    flat_cents: int | None = None  # instead of a rate
    basis: ReferralBasis = ReferralBasis.GCI


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A signed agreement with a client: what may be received, until when. Recorded once; a renewal is another one."""

    agreement_id: int = 0
    lead_id: int = 0
    opportunity_id: int | None = None
    side: DealSide
    state: str  # two letters: whose rules it is under
    signed_on: date
    expires_on: date
    rate: float | None = None  # of the price; the most that may be received from all payers together
    flat_cents: int | None = None  # instead of a rate
    is_exclusive: bool = True
    is_showing_only: bool = False
    is_entity: bool = False  # the client is a company, trust or partnership
    ended_on: date | None = None  # given up before it expired
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealTerms:
    """All that decides what a deal pays and when. `deal_id` is its opportunity's number, 0 in files."""

    deal_id: int = 0
    name: str = ""
    side: DealSide = DealSide.BUYER
    state: str = ""  # two letters, of the property
    stage: Stage = Stage.UNDER_CONTRACT
    list_price_cents: int | None = None
    contract_price_cents: int | None = None
    sold_price_cents: int | None = None
    estimated_price_cents: int | None = None  # stated by the client, asked for, or the model's
    rate: float = 0.0  # of the price; of the listing side when both
    buyer_rate: float = 0.0  # of the buyer's side, only when both
    flat_cents: int | None = None  # instead of a rate
    rate_source: RateSource = RateSource.DEFAULT
    bonus_cents: int = 0
    concession_cents: int = 0  # what the agent gave up for his client
    payers: tuple[tuple[Payer, float], ...] = ()
    agreement: Agreement | None = None
    source: Source | None = None
    referral: ReferralTerms | None = None
    shares: tuple[Share, ...] = ()
    opened_at: datetime | None = None
    contract_on: date | None = None
    expected_close_on: date | None = None
    predicted_close_on: date | None = None
    closed_on: date | None = None

    @property
    def price_cents(self) -> int | None:
        """The price that counts: sold, else contract, else what is expected, else the list price."""
        prices = (self.sold_price_cents, self.contract_price_cents, self.estimated_price_cents, self.list_price_cents)
        return next((price for price in prices if price is not None), None)

    @property
    def counts_on(self) -> date | None:
        """The day that decides which plan and which cap year it falls into."""
        return self.closed_on or self.expected_close_on or self.predicted_close_on

    @property
    def is_assumed(self) -> bool:
        """Whether the rate is the configured default rather than anybody's word."""
        return self.rate_source is RateSource.DEFAULT and self.flat_cents is None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTerms:
    """What caps need to know of an agent: when his cap year begins, his own cap, and what he had paid before this ledger."""

    agent: str
    anniversary_on: date | None = None  # any year's; None: January 1
    cap_cents: int | None = None
    opening_used_cents: int = 0  # on the cap's meter, in the cap year of `opening_on`
    opening_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a statement: which rule, of what, at which rate or flat amount, how much, to whom."""

    rule: str
    basis_cents: int
    rate: float | None = None
    flat_cents: int | None = None
    amount_cents: int
    to: Party
    agent: str = ""  # whose money it was taken from, or (for `to` agent) who receives it
    note: str = ""  # why the amount isn't rate times basis


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPay:
    """What one agent receives of a deal, before and after the waterfall."""

    agent: str
    name: str
    gross_cents: int
    net_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapState:
    """How far an agent's cap is after a deal. `left_cents` is None without a cap."""

    agent: str
    used_cents: int
    left_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a deal pays, to the cent. `gci_lines` add up to the side's GCI, and so do `lines`, whatever the input."""

    deal_id: int
    deal: str
    plan_id: int
    plan: str
    gci_lines: tuple[Line, ...]
    side_gci_cents: int
    adjusted_gci_cents: int  # GCI less referral fees
    lines: tuple[Line, ...]
    pays: tuple[AgentPay, ...]
    agent_net_cents: int  # of all agents together
    brokerage_cents: int
    lead_broker_net_cents: int  # from team splits; his own deals are in `pays`
    referral_cents: int
    franchise_cents: int
    other_cents: int
    caps: tuple[CapState, ...]
    used: tuple[tuple[str, str, int], ...] = field(default=())  # (agent, meter, cents) that this deal adds
    is_reversal: bool = False

    def net_of(self, agent: str) -> int:
        """What this agent receives as an agent of the deal."""
        return sum(pay.net_cents for pay in self.pays if pay.agent == agent)
