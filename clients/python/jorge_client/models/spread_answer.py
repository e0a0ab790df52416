from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="SpreadAnswer")



@_attrs_define
class SpreadAnswer:
    """ What a stretch of time pays, in cents: one time in ten less than P10, as often less as more than P50, one in ten
    more than P90.

        Attributes:
            p10 (int):
            p50 (int):
            p90 (int):
            mean (int):
     """

    p10: int
    p50: int
    p90: int
    mean: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        p10 = self.p10

        p50 = self.p50

        p90 = self.p90

        mean = self.mean


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "p10": p10,
            "p50": p50,
            "p90": p90,
            "mean": mean,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        p10 = d.pop("p10")

        p50 = d.pop("p50")

        p90 = d.pop("p90")

        mean = d.pop("mean")

        spread_answer = cls(
            p10=p10,
            p50=p50,
            p90=p90,
            mean=mean,
        )


        spread_answer.additional_properties = d
        return spread_answer

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
