"""The bodies of leads and deals."""

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict, Field, StrictInt

from engine.api.shapes import LARGEST_NUMBER, Answer, Number, Shape, ShortText, Text, Yes
from engine.records import Band, Opportunity, Stage
from engine.views import LeadRecord

LEAD_EXAMPLE: dict[str, Any] = {
    "name": "Ana Rivera",
    "phone": "(909) 555-0123",
    "email": "ana@example.com",
    "source": "Zillow",
    "budget": "500k-750k",
    "location": "Upland",
    "timeline": "3-6 months",
}


class LeadFacts(Shape):
    """What is known of a lead. Money, dates and words are read as people write them."""

    name: ShortText | None = None
    first_name: ShortText | None = None
    last_name: ShortText | None = None
    phone: ShortText | None = None
    email: ShortText | None = None
    source: ShortText | None = Field(None, description="As the other system says it")
    budget: ShortText | Number | None = Field(None, examples=["500k-750k"])
    timeline: ShortText | None = Field(None, examples=["3-6 months"])
    financing: ShortText | None = Field(None, examples=["pre-approved"])
    property_type: ShortText | None = Field(None, examples=["single family"])
    beds: ShortText | Number | None = None
    baths: ShortText | Number | None = None
    location: ShortText | None = Field(None, examples=["Upland, CA 91786"])
    tags: list[ShortText] | None = Field(None, max_length=50)
    notes: Text | None = None
    do_not_contact: Yes | None = None


class NewLead(LeadFacts):
    """A new lead; somebody with the same phone or e-mail is completed instead."""

    model_config = ConfigDict(json_schema_extra={"examples": [LEAD_EXAMPLE]})

    external_id: ShortText | None = Field(None, description="The other system's id")
    created_at: ShortText | None = Field(None, description="When he became a lead; now, if left out")
    message: Text | None = Field(None, description="What he wrote")


class LeadChange(LeadFacts):
    """Only what is named is changed; null clears it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"budget": "600k-800k", "financing": "cash"}]})

    assigned_to: StrictInt | None = Field(
        None, ge=1, le=LARGEST_NUMBER, description="A person's number; null gives the lead back to all"
    )


class ScoreSummary(Answer):
    """The current score. Money in cents, null for roles that see none."""

    score: int
    probability: float
    band: Band
    confidence: float
    reasons_for: list[str]
    reasons_against: list[str]
    price_p50_cents: int | None
    expected_commission_cents: int | None
    model_version: str
    scored_at: datetime


class LeadAnswer(Answer):
    """A lead as the office knows him. What isn't known is null."""

    lead_id: int
    external_id: str | None
    name: str
    phone: str | None
    email: str | None
    source: str | None
    created_at: datetime | None
    assigned_to: int | None
    budget_low_cents: int | None
    budget_high_cents: int | None
    timeline_days: int | None
    financing: str | None
    property_type: str | None
    beds: float | None
    baths: float | None
    location: str
    city: str
    zip_code: str
    tags: list[str]
    notes: str
    is_do_not_contact: bool
    n_interactions: int
    score: ScoreSummary | None


class LeadPageAnswer(Answer):
    """A page of leads. Ask for the next one with `?after=`; null at the end."""

    leads: list[LeadAnswer]
    after: int | None


class NewDeal(Shape):
    """A deal for a lead. Without a price the model's estimate stands in and is marked as one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lead_id": 12, "stage": "appointment", "price_cents": 61_250_000}]})

    lead_id: StrictInt = Field(ge=1, le=LARGEST_NUMBER)
    stage: Stage = Stage.CONTACTED
    price_cents: StrictInt | None = Field(None, ge=100_000, le=100_000_000_000)


class DealChange(Shape):
    """Only what is named is changed. Once a deal's statement stands, its terms do too."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"stage": "under_contract", "closes_on": "2026-06-30"}]})

    stage: Stage | None = None
    name: ShortText | None = None
    price_cents: StrictInt | None = Field(None, ge=100_000, le=100_000_000_000)
    rate: float | None = Field(None, ge=0, le=1, strict=True, description="A fraction: 0.03 is 3 %")
    closes_on: date | None = Field(None, description="When it is expected to close")


class DealAnswer(Answer):
    """A deal in the pipeline. Money in cents, null for roles that see none."""

    opportunity_id: int
    lead_id: int
    name: str
    stage: Stage
    price_cents: int | None
    price_source: str
    commission_rate: float
    rate_source: str
    gci_cents: int | None
    opened_at: datetime
    stage_since: datetime
    closes_on: date | None
    closed_on: date | None


class DealPageAnswer(Answer):
    """A page of deals. Ask for the next one with `?after=`; null at the end."""

    opportunities: list[DealAnswer]
    after: int | None


def lead_answer(record: LeadRecord) -> LeadAnswer:
    """A lead in the API's shape."""
    lead, score = record.lead, record.score
    plain = {name: getattr(lead, name) for name in LeadAnswer.model_fields if hasattr(lead, name)}
    words = {"source": lead.source_text or (lead.source.value if lead.source else None), "location": lead.location_text}
    return LeadAnswer(
        **plain | words,
        n_interactions=len(lead.interactions),
        score=None
        if score is None
        else ScoreSummary(
            score=score.score,
            probability=score.probability,
            band=score.band,
            confidence=score.confidence,
            reasons_for=[one.text for one in score.reasons_for],
            reasons_against=[one.text for one in score.reasons_against],
            price_p50_cents=score.price.p50_cents if score.price else None,
            expected_commission_cents=score.commission.expected_cents if score.commission else None,
            model_version=score.model_version,
            scored_at=score.scored_at,
        ),
    )


def deal_answer(deal: Opportunity) -> DealAnswer:
    """A deal in the API's shape."""
    return DealAnswer.model_validate(deal)
