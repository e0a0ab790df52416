from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="SourceAnswer")



@_attrs_define
class SourceAnswer:
    """ What one source brought; null is a source that nobody said.

        Attributes:
            source (None | str):
            n_leads (int):
            n_hot (int):
            expected_cents (int | None):
     """

    source: None | str
    n_leads: int
    n_hot: int
    expected_cents: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        source: None | str
        source = self.source

        n_leads = self.n_leads

        n_hot = self.n_hot

        expected_cents: int | None
        expected_cents = self.expected_cents


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "source": source,
            "n_leads": n_leads,
            "n_hot": n_hot,
            "expected_cents": expected_cents,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        def _parse_source(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source = _parse_source(d.pop("source"))


        n_leads = d.pop("n_leads")

        n_hot = d.pop("n_hot")

        def _parse_expected_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        expected_cents = _parse_expected_cents(d.pop("expected_cents"))


        source_answer = cls(
            source=source,
            n_leads=n_leads,
            n_hot=n_hot,
            expected_cents=expected_cents,
        )


        source_answer.additional_properties = d
        return source_answer

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
