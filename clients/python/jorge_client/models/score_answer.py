from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.commission_answer import CommissionAnswer
  from ..models.escalation_answer import EscalationAnswer
  from ..models.reason_answer import ReasonAnswer





T = TypeVar("T", bound="ScoreAnswer")



@_attrs_define
class ScoreAnswer:
    """ What the model says of a lead, why, and what it would pay.

        Attributes:
            lead_id (str):
            ml_score (int): 0 to 100: a fixed scale of the probability
            ml_confidence (float): Calibrated chance that the classification is right
            classification (str):
            probability (float): Calibrated chance that he closes within twelve months
            probability_interval (list[float]):
            reasons (list[ReasonAnswer]):
            jorge_commission (CommissionAnswer | None): Null without an estimate, or for roles that see no money
            escalation (EscalationAnswer | None): Null when nobody needs to look
            model_version (str):
            cache_hit (bool): Nothing was new since a score of the last five minutes
            processing_time_ms (float):
            scored_at (str):
            lead_ref (int): The lead's number here: /v1/leads/{lead_ref}
            has_enough_evidence (bool): Whether it rests on enough similar leads
     """

    lead_id: str
    ml_score: int
    ml_confidence: float
    classification: str
    probability: float
    probability_interval: list[float]
    reasons: list[ReasonAnswer]
    jorge_commission: CommissionAnswer | None
    escalation: EscalationAnswer | None
    model_version: str
    cache_hit: bool
    processing_time_ms: float
    scored_at: str
    lead_ref: int
    has_enough_evidence: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.commission_answer import CommissionAnswer # noqa: PLC0415
        from ..models.escalation_answer import EscalationAnswer # noqa: PLC0415
        from ..models.reason_answer import ReasonAnswer # noqa: PLC0415
        lead_id = self.lead_id

        ml_score = self.ml_score

        ml_confidence = self.ml_confidence

        classification = self.classification

        probability = self.probability

        probability_interval = self.probability_interval



        reasons = []
        for reasons_item_data in self.reasons:
            reasons_item = reasons_item_data.to_dict()
            reasons.append(reasons_item)



        jorge_commission: dict[str, Any] | None
        if isinstance(self.jorge_commission, CommissionAnswer):
            jorge_commission = self.jorge_commission.to_dict()
        else:
            jorge_commission = self.jorge_commission

        escalation: dict[str, Any] | None
        if isinstance(self.escalation, EscalationAnswer):
            escalation = self.escalation.to_dict()
        else:
            escalation = self.escalation

        model_version = self.model_version

        cache_hit = self.cache_hit

        processing_time_ms = self.processing_time_ms

        scored_at = self.scored_at

        lead_ref = self.lead_ref

        has_enough_evidence = self.has_enough_evidence


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "lead_id": lead_id,
            "ml_score": ml_score,
            "ml_confidence": ml_confidence,
            "classification": classification,
            "probability": probability,
            "probability_interval": probability_interval,
            "reasons": reasons,
            "jorge_commission": jorge_commission,
            "escalation": escalation,
            "model_version": model_version,
            "cache_hit": cache_hit,
            "processing_time_ms": processing_time_ms,
            "scored_at": scored_at,
            "lead_ref": lead_ref,
            "has_enough_evidence": has_enough_evidence,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.commission_answer import CommissionAnswer # noqa: PLC0415
        from ..models.escalation_answer import EscalationAnswer # noqa: PLC0415
        from ..models.reason_answer import ReasonAnswer # noqa: PLC0415
        d = dict(src_dict)
        lead_id = d.pop("lead_id")

        ml_score = d.pop("ml_score")

        ml_confidence = d.pop("ml_confidence")

        classification = d.pop("classification")

        probability = d.pop("probability")

        probability_interval = cast(list[float], d.pop("probability_interval"))


        reasons = []
        _reasons = d.pop("reasons")
        for reasons_item_data in (_reasons):
            reasons_item = ReasonAnswer.from_dict(reasons_item_data)



            reasons.append(reasons_item)


        def _parse_jorge_commission(data: object) -> CommissionAnswer | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                jorge_commission_type_0 = CommissionAnswer.from_dict(data)



                return jorge_commission_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CommissionAnswer | None, data)

        jorge_commission = _parse_jorge_commission(d.pop("jorge_commission"))


        def _parse_escalation(data: object) -> EscalationAnswer | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                escalation_type_0 = EscalationAnswer.from_dict(data)



                return escalation_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(EscalationAnswer | None, data)

        escalation = _parse_escalation(d.pop("escalation"))


        model_version = d.pop("model_version")

        cache_hit = d.pop("cache_hit")

        processing_time_ms = d.pop("processing_time_ms")

        scored_at = d.pop("scored_at")

        lead_ref = d.pop("lead_ref")

        has_enough_evidence = d.pop("has_enough_evidence")

        score_answer = cls(
            lead_id=lead_id,
            ml_score=ml_score,
            ml_confidence=ml_confidence,
            classification=classification,
            probability=probability,
            probability_interval=probability_interval,
            reasons=reasons,
            jorge_commission=jorge_commission,
            escalation=escalation,
            model_version=model_version,
            cache_hit=cache_hit,
            processing_time_ms=processing_time_ms,
            scored_at=scored_at,
            lead_ref=lead_ref,
            has_enough_evidence=has_enough_evidence,
        )


        score_answer.additional_properties = d
        return score_answer

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
