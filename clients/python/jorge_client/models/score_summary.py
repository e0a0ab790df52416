from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.band import Band
from typing import cast
import datetime






T = TypeVar("T", bound="ScoreSummary")



@_attrs_define
class ScoreSummary:
    """ The current score. Money in cents, null for roles that see none.

        Attributes:
            score (int):
            probability (float):
            band (Band): What to do with a lead now.
            confidence (float):
            reasons_for (list[str]):
            reasons_against (list[str]):
            price_p50_cents (int | None):
            expected_commission_cents (int | None):
            model_version (str):
            scored_at (datetime.datetime):
     """

    score: int
    probability: float
    band: Band
    confidence: float
    reasons_for: list[str]
    reasons_against: list[str]
    price_p50_cents: int | None
    expected_commission_cents: int | None
    model_version: str
    scored_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        score = self.score

        probability = self.probability

        band = self.band.value

        confidence = self.confidence

        reasons_for = self.reasons_for



        reasons_against = self.reasons_against



        price_p50_cents: int | None
        price_p50_cents = self.price_p50_cents

        expected_commission_cents: int | None
        expected_commission_cents = self.expected_commission_cents

        model_version = self.model_version

        scored_at = self.scored_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "score": score,
            "probability": probability,
            "band": band,
            "confidence": confidence,
            "reasons_for": reasons_for,
            "reasons_against": reasons_against,
            "price_p50_cents": price_p50_cents,
            "expected_commission_cents": expected_commission_cents,
            "model_version": model_version,
            "scored_at": scored_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        score = d.pop("score")

        probability = d.pop("probability")

        band = Band(d.pop("band"))




        confidence = d.pop("confidence")

        reasons_for = cast(list[str], d.pop("reasons_for"))


        reasons_against = cast(list[str], d.pop("reasons_against"))


        def _parse_price_p50_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        price_p50_cents = _parse_price_p50_cents(d.pop("price_p50_cents"))


        def _parse_expected_commission_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        expected_commission_cents = _parse_expected_commission_cents(d.pop("expected_commission_cents"))


        model_version = d.pop("model_version")

        scored_at = datetime.datetime.fromisoformat(d.pop("scored_at"))




        score_summary = cls(
            score=score,
            probability=probability,
            band=band,
            confidence=confidence,
            reasons_for=reasons_for,
            reasons_against=reasons_against,
            price_p50_cents=price_p50_cents,
            expected_commission_cents=expected_commission_cents,
            model_version=model_version,
            scored_at=scored_at,
        )


        score_summary.additional_properties = d
        return score_summary

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
