from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.band import Band
from typing import cast






T = TypeVar("T", bound="LikelyLead")



@_attrs_define
class LikelyLead:
    """ One of the leads most likely to close.

        Attributes:
            lead_id (int):
            name (str):
            band (Band | None):
            score (int | None):
            probability (float | None):
            stage (None | str):
            expected_cents (int | None):
     """

    lead_id: int
    name: str
    band: Band | None
    score: int | None
    probability: float | None
    stage: None | str
    expected_cents: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        lead_id = self.lead_id

        name = self.name

        band: None | str
        if isinstance(self.band, Band):
            band = self.band.value
        else:
            band = self.band

        score: int | None
        score = self.score

        probability: float | None
        probability = self.probability

        stage: None | str
        stage = self.stage

        expected_cents: int | None
        expected_cents = self.expected_cents


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "lead_id": lead_id,
            "name": name,
            "band": band,
            "score": score,
            "probability": probability,
            "stage": stage,
            "expected_cents": expected_cents,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        lead_id = d.pop("lead_id")

        name = d.pop("name")

        def _parse_band(data: object) -> Band | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                band_type_0 = Band(data)



                return band_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Band | None, data)

        band = _parse_band(d.pop("band"))


        def _parse_score(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        score = _parse_score(d.pop("score"))


        def _parse_probability(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        probability = _parse_probability(d.pop("probability"))


        def _parse_stage(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        stage = _parse_stage(d.pop("stage"))


        def _parse_expected_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        expected_cents = _parse_expected_cents(d.pop("expected_cents"))


        likely_lead = cls(
            lead_id=lead_id,
            name=name,
            band=band,
            score=score,
            probability=probability,
            stage=stage,
            expected_cents=expected_cents,
        )


        likely_lead.additional_properties = d
        return likely_lead

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
