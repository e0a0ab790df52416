"""The bodies of scoring: what is sent of a lead, what is answered of his score."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from engine.api.shapes import Answer, ErrorDetail, Number, Shape, ShortText, Text, Yes

_DEEPEST = 16  # lists in lists: what is kept beside a lead is written out again, and read by people

EXAMPLE: dict[str, Any] = {
    "lead_id": "lead_12345",
    "lead_data": {
        "name": "Sarah Johnson",
        "budget_range": "500k-750k",
        "location_preference": "Rancho Cucamonga",
        "interaction_history": [
            {
                "at": "2026-03-01T10:00:00Z",
                "channel": "sms",
                "direction": "inbound",
                "body": "We are pre-approved and need to move by June. Is the house on Etiwanda still available?",
            }
        ],
    },
}


class Event(BaseModel):
    """One message, call or visit, as the other system lists it."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    at: Text | None = Field(
        None, description="When, in ISO 8601; without one the lead's own time", examples=["2026-03-01T10:00:00Z"]
    )
    channel: Text | None = Field(None, description="sms, email, call, web, appointment or note", examples=["sms"])
    direction: Text | None = Field(None, description="inbound: the lead turned to us; outbound: we to him", examples=["inbound"])
    body: Text | None = Field(None, examples=["Is it still available?"])


class LeadData(BaseModel):
    """What is known of a lead. Everything is optional; what isn't known is left out, and other members are kept beside him."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False, hide_input_in_errors=True)

    name: Text | None = Field(None, examples=["Sarah Johnson"])
    phone: Text | None = Field(None, examples=["(909) 555-0123"])
    email: Text | None = Field(None, examples=["sarah@example.com"])
    source: Text | None = Field(None, examples=["Zillow"])
    created_at: Text | None = Field(None, description="When he became a lead", examples=["2026-02-27T18:30:00Z"])
    budget_range: Text | Number | list[Number] | None = Field(None, examples=["500k-750k"])
    location_preference: Text | None = Field(None, examples=["Rancho Cucamonga"])
    timeline: Text | None = Field(None, examples=["3-6 months"])
    financing: Text | None = Field(None, examples=["pre-approved"])
    property_type: Text | None = Field(None, examples=["single family"])
    beds: Text | Number | None = Field(None, examples=[3])
    baths: Text | Number | None = Field(None, examples=[2])
    message: Text | None = Field(None, description="What he wrote into a form")
    notes: Text | None = None
    tags: list[Text] | Text | None = None
    interaction_history: list[Event] | None = Field(None, max_length=1_000)

    @model_validator(mode="before")
    @classmethod
    def _is_flat_enough(cls, said: Any) -> Any:
        level = [said]
        for _ in range(_DEEPEST):
            level = [
                part
                for whole in level
                if isinstance(whole, (dict, list))
                for part in (whole.values() if isinstance(whole, dict) else whole)
            ]
        if level:
            raise ValueError(f"is nested more than {_DEEPEST} deep")
        return said


class ScoreRequest(Shape):
    """A lead as another system knows him, by that system's id."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    lead_id: ShortText = Field(examples=["lead_12345"])
    lead_data: LeadData


class BatchRequest(Shape):
    """Up to a hundred leads."""

    leads: list[ScoreRequest] = Field(min_length=1, max_length=100)


class ReasonAnswer(Answer):
    """One thing that moved the probability. `effect` is in probability points before calibration; above 0 it speaks for him."""

    feature: str
    value: str
    effect: float
    text: str


class CommissionAnswer(Answer):
    """What the deal would pay, in US dollars."""

    estimated_sale_price: float
    price_interval: list[float] = Field(description="80 % interval", min_length=2, max_length=2)
    commission_rate: float = Field(examples=[0.06])
    rate_source: str = Field(description="agreement, manual or default; the default is assumed", examples=["default"])
    estimated_commission: float = Field(description="Price times rate, before splits and fees")
    expected_commission: float = Field(description="The estimated commission times the probability")
    tracking_id: str = Field(description="Names this very score", examples=["trk_12_mj2x8qk0a1"])


class GroundAnswer(Answer):
    """One thing a second reading rests on, with the words of the case it is read from."""

    says: str
    quote: str


class EscalationAnswer(Answer):
    """Why Claude or a person looks at this lead, how far that is, and what came of it. It changes none of the model's numbers."""

    reason: str = Field(examples=["Confidence 0.62 is under 0.85"])
    to: str = Field(description="claude or person", examples=["claude"])
    status: str = Field(description="queued, asking, read, person (waits for one) or judged", examples=["read"])
    band: str | None = Field(None, description="The second reader's band: a person's if there is one, else Claude's")
    by: str | None = Field(None, description="Who read it: the name of Claude's model, or person")
    rationale: list[GroundAnswer] = Field(default_factory=list)
    missing_facts: list[str] = Field(default_factory=list, description="What is worth asking next", examples=[["timeline"]])
    next_action: str | None = Field(None, examples=["ask_missing"])


class ScoreAnswer(Answer):
    """What the model says of a lead, why, and what it would pay."""

    lead_id: str
    ml_score: int = Field(description="0 to 100: a fixed scale of the probability", examples=[87])
    ml_confidence: float = Field(description="Calibrated chance that the classification is right", examples=[0.91])
    classification: str = Field(examples=["hot"])
    probability: float = Field(description="Calibrated chance that he closes within twelve months")
    probability_interval: list[float] = Field(min_length=2, max_length=2)
    reasons: list[ReasonAnswer]
    jorge_commission: CommissionAnswer | None = Field(description="Null without an estimate, or for roles that see no money")
    escalation: EscalationAnswer | None = Field(description="Null when nobody needs to look")
    model_version: str
    cache_hit: bool = Field(description="Nothing was new since a score of the last five minutes")
    processing_time_ms: float
    scored_at: str
    lead_ref: int = Field(description="The lead's number here: /v1/leads/{lead_ref}")
    has_enough_evidence: bool = Field(description="Whether it rests on enough similar leads")


class BatchResult(Answer):
    """What became of one lead of a batch: his score, or why there is none."""

    lead_id: str
    result: ScoreAnswer | None = None
    error: ErrorDetail | None = None


class BatchAnswer(Answer):
    """One result a lead, in the order asked."""

    results: list[BatchResult]
    n_scored: int
    n_failed: int
    processing_time_ms: float


class ModelAnswer(Answer):
    """The model that scores, and how it did on leads it had not seen."""

    version: str
    is_synthetic: bool = Field(description="Trained on made-up leads")
    in_place_since: str
    metrics: dict[str, Any]
    bands: dict[str, float] = Field(description="Probability from which a lead is hot, or warm")
    calibration: list[dict[str, Any]] = Field(description="What was said against what came, by probability")
    challengers: list[dict[str, Any]]
    n_scored_by_band: dict[str, int]
    n_own_outcomes: StrictInt = Field(description="Closed and lost deals of the office itself")


__all__ = ["EXAMPLE", "BatchAnswer", "BatchRequest", "ModelAnswer", "ScoreAnswer", "ScoreRequest", "Yes"]
