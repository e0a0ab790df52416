from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="AccuracyAnswer")



@_attrs_define
class AccuracyAnswer:
    """ Of ended deals that were scored before: what was expected of them, and what they paid.

        Attributes:
            n_deals (int):
            expected_cents (int | None):
            paid_cents (int | None):
     """

    n_deals: int
    expected_cents: int | None
    paid_cents: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        n_deals = self.n_deals

        expected_cents: int | None
        expected_cents = self.expected_cents

        paid_cents: int | None
        paid_cents = self.paid_cents


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "n_deals": n_deals,
            "expected_cents": expected_cents,
            "paid_cents": paid_cents,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        n_deals = d.pop("n_deals")

        def _parse_expected_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        expected_cents = _parse_expected_cents(d.pop("expected_cents"))


        def _parse_paid_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        paid_cents = _parse_paid_cents(d.pop("paid_cents"))


        accuracy_answer = cls(
            n_deals=n_deals,
            expected_cents=expected_cents,
            paid_cents=paid_cents,
        )


        accuracy_answer.additional_properties = d
        return accuracy_answer

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
