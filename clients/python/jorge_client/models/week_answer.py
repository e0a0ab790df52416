from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="WeekAnswer")



@_attrs_define
class WeekAnswer:
    """ GCI of the week beginning that Monday as the forecast draws it, closings included; and the open deals that name a
    day in it.

        Attributes:
            week (datetime.date):
            p10_cents (int | None): One time in ten less than this
            p50_cents (int | None):
            p90_cents (int | None): One time in ten more than this
            expected_cents (int | None): The mean: each open deal's GCI times its chance to close in this week
            n_deals (int): Open deals that name a closing day in this week; overdue ones stand in the present week
            gross_cents (int | None):
            weighted_cents (int | None):
     """

    week: datetime.date
    p10_cents: int | None
    p50_cents: int | None
    p90_cents: int | None
    expected_cents: int | None
    n_deals: int
    gross_cents: int | None
    weighted_cents: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        week = self.week.isoformat()

        p10_cents: int | None
        p10_cents = self.p10_cents

        p50_cents: int | None
        p50_cents = self.p50_cents

        p90_cents: int | None
        p90_cents = self.p90_cents

        expected_cents: int | None
        expected_cents = self.expected_cents

        n_deals = self.n_deals

        gross_cents: int | None
        gross_cents = self.gross_cents

        weighted_cents: int | None
        weighted_cents = self.weighted_cents


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "week": week,
            "p10_cents": p10_cents,
            "p50_cents": p50_cents,
            "p90_cents": p90_cents,
            "expected_cents": expected_cents,
            "n_deals": n_deals,
            "gross_cents": gross_cents,
            "weighted_cents": weighted_cents,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        week = datetime.date.fromisoformat(d.pop("week"))




        def _parse_p10_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        p10_cents = _parse_p10_cents(d.pop("p10_cents"))


        def _parse_p50_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        p50_cents = _parse_p50_cents(d.pop("p50_cents"))


        def _parse_p90_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        p90_cents = _parse_p90_cents(d.pop("p90_cents"))


        def _parse_expected_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        expected_cents = _parse_expected_cents(d.pop("expected_cents"))


        n_deals = d.pop("n_deals")

        def _parse_gross_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        gross_cents = _parse_gross_cents(d.pop("gross_cents"))


        def _parse_weighted_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        weighted_cents = _parse_weighted_cents(d.pop("weighted_cents"))


        week_answer = cls(
            week=week,
            p10_cents=p10_cents,
            p50_cents=p50_cents,
            p90_cents=p90_cents,
            expected_cents=expected_cents,
            n_deals=n_deals,
            gross_cents=gross_cents,
            weighted_cents=weighted_cents,
        )


        week_answer.additional_properties = d
        return week_answer

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
