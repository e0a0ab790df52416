from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="ReasonAnswer")



@_attrs_define
class ReasonAnswer:
    """ One thing that moved the probability. `effect` is in probability points before calibration; above 0 it speaks for
    him.

        Attributes:
            feature (str):
            value (str):
            effect (float):
            text (str):
     """

    feature: str
    value: str
    effect: float
    text: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        feature = self.feature

        value = self.value

        effect = self.effect

        text = self.text


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "feature": feature,
            "value": value,
            "effect": effect,
            "text": text,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        feature = d.pop("feature")

        value = d.pop("value")

        effect = d.pop("effect")

        text = d.pop("text")

        reason_answer = cls(
            feature=feature,
            value=value,
            effect=effect,
            text=text,
        )


        reason_answer.additional_properties = d
        return reason_answer

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
