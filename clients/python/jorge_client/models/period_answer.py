from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.spread_answer import SpreadAnswer





T = TypeVar("T", bound="PeriodAnswer")



@_attrs_define
class PeriodAnswer:
    """ A week, month or quarter. GCI before splits and fees, net what is left to the office.

        Attributes:
            begins_on (datetime.date):
            ends_on (datetime.date):
            gci (SpreadAnswer): What a stretch of time pays, in cents: one time in ten less than P10, as often less as more
                than P50, one in ten more than P90.
            net (SpreadAnswer): What a stretch of time pays, in cents: one time in ten less than P10, as often less as more
                than P50, one in ten more than P90.
     """

    begins_on: datetime.date
    ends_on: datetime.date
    gci: SpreadAnswer
    net: SpreadAnswer
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.spread_answer import SpreadAnswer # noqa: PLC0415
        begins_on = self.begins_on.isoformat()

        ends_on = self.ends_on.isoformat()

        gci = self.gci.to_dict()

        net = self.net.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "begins_on": begins_on,
            "ends_on": ends_on,
            "gci": gci,
            "net": net,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.spread_answer import SpreadAnswer # noqa: PLC0415
        d = dict(src_dict)
        begins_on = datetime.date.fromisoformat(d.pop("begins_on"))




        ends_on = datetime.date.fromisoformat(d.pop("ends_on"))




        gci = SpreadAnswer.from_dict(d.pop("gci"))




        net = SpreadAnswer.from_dict(d.pop("net"))




        period_answer = cls(
            begins_on=begins_on,
            ends_on=ends_on,
            gci=gci,
            net=net,
        )


        period_answer.additional_properties = d
        return period_answer

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
