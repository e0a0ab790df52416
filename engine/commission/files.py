"""Plans and deals as JSON files: read with every mistake named by its field, written as they are read."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError, field_validator, model_validator

from engine.commission.states import side_problem
from engine.errors import BadInput
from engine.records.deal import (
    AgentTerms,
    Agreement,
    Basis,
    CapCount,
    DealSide,
    DealTerms,
    FeePer,
    Party,
    Payer,
    Plan,
    PlanStep,
    RateSource,
    ReferralBasis,
    ReferralTerms,
    RuleKind,
    Share,
    Tier,
)
from engine.records.lead import Source

_MOST_CENTS = 10**12  # ten billion dollars: times a millionth it still fits 64 bits, so arrays reckon the same
_P = TypeVar("_P", bound=BaseModel)
Cents = Annotated[StrictInt, Field(ge=0, le=_MOST_CENTS)]
Rate = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
Name = Annotated[str, Field(max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _TierPart(_Part):
    from_cents: Cents
    rate: Rate


class _StepPart(_Part):
    kind: RuleKind
    rule: Annotated[str, Field(min_length=1, max_length=80)]
    to: Party
    basis: Basis = Basis.REMAINDER
    rate: Rate = 0.0
    rate_by_source: dict[Source, Rate] = {}
    tiers: list[_TierPart] = []
    flat_cents: Cents | None = None
    rate_if_less: Rate | None = None
    per: FeePer = FeePer.TRANSACTION
    cap_cents: Cents | None = None
    cap_counts: CapCount = CapCount.COMPANY_DOLLAR
    reduced_after_cents: Cents | None = None
    reduced_flat_cents: Cents = 0

    @field_validator("to")
    @classmethod
    def _receives(cls, value: Party) -> Party:
        if value in (Party.GCI, Party.AGENT):
            raise ValueError("must be referral, franchise, brokerage, lead_broker or other")
        return value

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "_StepPart":
        is_fee = self.kind in (RuleKind.FEE, RuleKind.POST_CAP_FEE)
        if self.kind is RuleKind.POST_CAP_FEE and self.flat_cents is None:
            raise ValueError("flat_cents is missing: a post-cap fee is a flat amount")
        if self.tiers and self.kind is not RuleKind.BROKER_SPLIT:
            raise ValueError("tiers are for a broker_split")
        if self.flat_cents is not None and not is_fee and self.kind is not RuleKind.FRANCHISE:
            raise ValueError(f"flat_cents is for fees; a {self.kind.value} takes a rate")
        if self.kind is RuleKind.TEAM_SPLIT and self.to is not Party.LEAD_BROKER:
            raise ValueError("to must be lead_broker for a team_split")
        if sorted(tier.from_cents for tier in self.tiers) != [tier.from_cents for tier in self.tiers]:
            raise ValueError("tiers must rise")
        return self

    def record(self) -> PlanStep:
        given = self.model_dump(exclude={"tiers", "rate_by_source"})
        tiers = tuple(Tier(from_cents=tier.from_cents, rate=tier.rate) for tier in self.tiers)
        return PlanStep(**given, tiers=tiers, rate_by_source=tuple(self.rate_by_source.items()))


class _PlanPart(_Part):
    name: Annotated[str, Field(min_length=1, max_length=120)]
    steps: Annotated[list[_StepPart], Field(max_length=40)]
    effective_on: date | None = None
    lead_broker: Name = ""
    lead_broker_owns_brokerage: bool = False
    source: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _names_each_rule_once(self) -> "_PlanPart":
        rules = [step.rule for step in self.steps]
        twice = next((rule for rule in rules if rules.count(rule) > 1), None)
        if twice or "cap" in rules:
            raise ValueError(f"steps: each rule needs a name of its own, but '{twice or 'cap'}' is taken")
        for kind in (RuleKind.BROKER_SPLIT, RuleKind.TEAM_SPLIT, RuleKind.REFERRAL, RuleKind.REFERRAL_AFTER_SPLIT):
            if sum(step.kind is kind for step in self.steps) > 1:
                raise ValueError(f"steps: only one {kind.value} may stand in a plan")
        return self


class _SharePart(_Part):
    agent: Annotated[str, Field(min_length=1, max_length=120)]
    share: Rate = 1.0
    name: Name = ""
    cap_cents: Cents | None = None


class _ReferralPart(_Part):
    to: Annotated[str, Field(min_length=1, max_length=200)]
    rate: Rate = 0.0
    flat_cents: Cents | None = None
    basis: ReferralBasis = ReferralBasis.GCI


class _AgreementPart(_Part):
    side: DealSide
    state: Name = ""
    signed_on: date
    expires_on: date
    rate: Rate | None = None
    flat_cents: Cents | None = None
    is_exclusive: bool = True
    is_showing_only: bool = False
    is_entity: bool = False


class _DealPart(_Part):
    deal: Annotated[str, Field(min_length=1, max_length=200)]
    side: DealSide
    state: Name = ""
    price_cents: Cents | None = None
    list_price_cents: Cents | None = None
    contract_price_cents: Cents | None = None
    sold_price_cents: Cents | None = None
    rate: Rate | None = None
    buyer_rate: Rate = 0.0
    flat_cents: Cents | None = None
    rate_source: RateSource | None = None
    bonus_cents: Cents = 0
    concession_cents: Cents = 0
    payers: dict[Payer, Rate] = {}
    agreement: _AgreementPart | None = None
    source: Source | None = None
    referral: _ReferralPart | None = None
    agents: list[_SharePart] = []
    contract_on: date | None = None
    expected_close_on: date | None = None
    closed_on: date | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "_DealPart":
        prices = (self.price_cents, self.list_price_cents, self.contract_price_cents, self.sold_price_cents)
        if self.flat_cents is None and all(price is None for price in prices):
            raise ValueError("price_cents is missing (or contract_price_cents, sold_price_cents, flat_cents)")
        _check_shares([(part.agent, part.share) for part in self.agents])
        problem = side_problem(self.side, self.state, self.closed_on or self.expected_close_on or date.max)
        if problem:
            raise ValueError(f"side: {problem}")
        return self

    def record(self, number: int, default_rate: float) -> DealTerms:
        source = self.rate_source or (RateSource.DEFAULT if self.rate is None and self.flat_cents is None else RateSource.MANUAL)
        agreement = Agreement(**self.agreement.model_dump()) if self.agreement else None
        referral = ReferralTerms(**self.referral.model_dump()) if self.referral else None
        left_out = {"deal", "price_cents", "rate", "rate_source", "payers", "agreement", "referral", "agents"}
        return DealTerms(
            **self.model_dump(exclude=left_out),
            deal_id=number,
            name=self.deal,
            estimated_price_cents=self.price_cents,
            rate=default_rate if self.rate is None else self.rate,
            rate_source=source,
            payers=tuple(self.payers.items()),
            agreement=agreement,
            referral=referral,
            shares=tuple(
                Share(agent=part.agent, rate=part.share, name=part.name, cap_cents=part.cap_cents) for part in self.agents
            ),
        )


class _AgentPart(_Part):
    agent: Annotated[str, Field(min_length=1, max_length=120)]
    anniversary_on: date | None = None
    cap_cents: Cents | None = None
    opening_used_cents: Cents = 0
    opening_on: date | None = None


class _DealsPart(_Part):
    deals: list[_DealPart]
    agents: list[_AgentPart] = []


def plan_from(data: object) -> Plan:
    """A plan out of a file's data; raises `BadInput` naming the field that is wrong."""
    part = _checked(_PlanPart, data, "plan")
    return Plan(**part.model_dump(exclude={"steps"}), steps=tuple(step.record() for step in part.steps))


def deals_from(data: object, *, default_rate: float) -> tuple[list[DealTerms], list[AgentTerms]]:
    """Deals (a list, or `{"deals": […], "agents": […]}`) with what caps need of their agents; raises `BadInput` naming the field."""
    part = _checked(_DealsPart, {"deals": data} if isinstance(data, list) else data, "deals")
    deals = [deal.record(number, default_rate) for number, deal in enumerate(part.deals, 1)]
    return deals, [AgentTerms(**agent.model_dump()) for agent in part.agents]


def plan_data(plan: Plan) -> dict[str, Any]:
    """A plan as a file has it; what stands at its default is left out. `plan_from` reads the same plan back."""
    steps = []
    for step in plan.steps:
        shown: dict[str, Any] = {name: getattr(step, name) for name in PlanStep.__dataclass_fields__}
        shown["rate_by_source"] = dict(step.rate_by_source)
        shown["tiers"] = [{"from_cents": tier.from_cents, "rate": tier.rate} for tier in step.tiers]
        steps.append(_StepPart.model_validate(shown).model_dump(mode="json", exclude_defaults=True))
    whole: dict[str, Any] = {"name": plan.name, "steps": steps, "effective_on": plan.effective_on, "lead_broker": plan.lead_broker}
    whole |= {"lead_broker_owns_brokerage": plan.lead_broker_owns_brokerage, "source": plan.source, "note": plan.note}
    kept: dict[str, Any] = _PlanPart.model_validate(whole).model_dump(mode="json", exclude_defaults=True)
    return kept


def read_json(text: str, what: str) -> object:
    """Parse a file's text; raises `BadInput` in words."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadInput(f"{what} is not JSON: {error}") from None


def check_shares(shares: Sequence[Share]) -> None:
    """Raises `BadInput` unless the agents differ and their shares make a whole."""
    try:
        _check_shares([(share.agent, share.rate) for share in shares])
    except ValueError as error:
        raise BadInput(str(error), field="agents") from None


def _check_shares(shares: Sequence[tuple[str, float]]) -> None:
    if not shares:
        return
    if len({agent for agent, _ in shares}) < len(shares):
        raise ValueError("agents: an agent stands there twice")
    total = sum(rate for _, rate in shares)
    if abs(total - 1) > 0.0005 or any(rate <= 0 for _, rate in shares):
        raise ValueError(f"agents: the shares add up to {total:.4%}, not 100%")


def _checked(part: type[_P], data: object, what: str) -> _P:
    if not isinstance(data, Mapping):
        raise BadInput(f"{what}: must be an object with named fields", field=what)
    try:
        return part.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        first = found[0]
        place = ".".join(str(name) for name in first["loc"]) or what
        reason = str(first["msg"]).removeprefix("Value error, ")
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise BadInput(f"{place}: {reason}{more}", field=place) from None
