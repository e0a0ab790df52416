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
            n_closed (int):
            closed_cents (int | None):
            n_pending (int):
            pending_cents (int | None):
            pending_low_cents (int | None): What will come of the pending: 9 times in 10 more than this, if the odds hold
            pending_high_cents (int | None): 9 times in 10 less than this
            spend_cents (int | None): Null: no spend known
            returned (float | None): Return on spend: closed GCI for each dollar spent; null without spend
     """

    source: None | str
    n_leads: int
    n_hot: int
    expected_cents: int | None
    n_closed: int
    closed_cents: int | None
    n_pending: int
    pending_cents: int | None
    pending_low_cents: int | None
    pending_high_cents: int | None
    spend_cents: int | None
    returned: float | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        source: None | str
        source = self.source

        n_leads = self.n_leads

        n_hot = self.n_hot

        expected_cents: int | None
        expected_cents = self.expected_cents

        n_closed = self.n_closed

        closed_cents: int | None
        closed_cents = self.closed_cents

        n_pending = self.n_pending

        pending_cents: int | None
        pending_cents = self.pending_cents

        pending_low_cents: int | None
        pending_low_cents = self.pending_low_cents

        pending_high_cents: int | None
        pending_high_cents = self.pending_high_cents

        spend_cents: int | None
        spend_cents = self.spend_cents

        returned: float | None
        returned = self.returned


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "source": source,
            "n_leads": n_leads,
            "n_hot": n_hot,
            "expected_cents": expected_cents,
            "n_closed": n_closed,
            "closed_cents": closed_cents,
            "n_pending": n_pending,
            "pending_cents": pending_cents,
            "pending_low_cents": pending_low_cents,
            "pending_high_cents": pending_high_cents,
            "spend_cents": spend_cents,
            "returned": returned,
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


        n_closed = d.pop("n_closed")

        def _parse_closed_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        closed_cents = _parse_closed_cents(d.pop("closed_cents"))


        n_pending = d.pop("n_pending")

        def _parse_pending_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        pending_cents = _parse_pending_cents(d.pop("pending_cents"))


        def _parse_pending_low_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        pending_low_cents = _parse_pending_low_cents(d.pop("pending_low_cents"))


        def _parse_pending_high_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        pending_high_cents = _parse_pending_high_cents(d.pop("pending_high_cents"))


        def _parse_spend_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        spend_cents = _parse_spend_cents(d.pop("spend_cents"))


        def _parse_returned(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        returned = _parse_returned(d.pop("returned"))


        source_answer = cls(
            source=source,
            n_leads=n_leads,
            n_hot=n_hot,
            expected_cents=expected_cents,
            n_closed=n_closed,
            closed_cents=closed_cents,
            n_pending=n_pending,
            pending_cents=pending_cents,
            pending_low_cents=pending_low_cents,
            pending_high_cents=pending_high_cents,
            spend_cents=spend_cents,
            returned=returned,
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
