from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="StageAnswer")



@_attrs_define
class StageAnswer:
    """ One stage. Weighted is gross times the stage's win rate; assumed is the part that rests on the default rate.

        Attributes:
            stage (str):
            label (str):
            win_rate (float):
            is_open (bool):
            n_deals (int):
            gross_cents (int | None):
            weighted_cents (int | None):
            predicted_cents (int | None): Each deal's GCI times its own chance to close, its days in the stage counted
            assumed_cents (int | None):
     """

    stage: str
    label: str
    win_rate: float
    is_open: bool
    n_deals: int
    gross_cents: int | None
    weighted_cents: int | None
    predicted_cents: int | None
    assumed_cents: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        stage = self.stage

        label = self.label

        win_rate = self.win_rate

        is_open = self.is_open

        n_deals = self.n_deals

        gross_cents: int | None
        gross_cents = self.gross_cents

        weighted_cents: int | None
        weighted_cents = self.weighted_cents

        predicted_cents: int | None
        predicted_cents = self.predicted_cents

        assumed_cents: int | None
        assumed_cents = self.assumed_cents


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "stage": stage,
            "label": label,
            "win_rate": win_rate,
            "is_open": is_open,
            "n_deals": n_deals,
            "gross_cents": gross_cents,
            "weighted_cents": weighted_cents,
            "predicted_cents": predicted_cents,
            "assumed_cents": assumed_cents,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        stage = d.pop("stage")

        label = d.pop("label")

        win_rate = d.pop("win_rate")

        is_open = d.pop("is_open")

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


        def _parse_predicted_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        predicted_cents = _parse_predicted_cents(d.pop("predicted_cents"))


        def _parse_assumed_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        assumed_cents = _parse_assumed_cents(d.pop("assumed_cents"))


        stage_answer = cls(
            stage=stage,
            label=label,
            win_rate=win_rate,
            is_open=is_open,
            n_deals=n_deals,
            gross_cents=gross_cents,
            weighted_cents=weighted_cents,
            predicted_cents=predicted_cents,
            assumed_cents=assumed_cents,
        )


        stage_answer.additional_properties = d
        return stage_answer

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
