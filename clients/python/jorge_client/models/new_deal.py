from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.stage import Stage
from ..types import UNSET, Unset
from typing import cast






T = TypeVar("T", bound="NewDeal")



@_attrs_define
class NewDeal:
    """ A deal for a lead. Without a price the model's estimate stands in and is marked as one.

        Attributes:
            lead_id (int):
            stage (Stage | Unset): Where an opportunity stands. The words, order and win rates shown are data (`stages` in
                the ledger).
            price_cents (int | None | Unset):
     """

    lead_id: int
    stage: Stage | Unset = UNSET
    price_cents: int | None | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        lead_id = self.lead_id

        stage: str | Unset = UNSET
        if not isinstance(self.stage, Unset):
            stage = self.stage.value


        price_cents: int | None | Unset
        if isinstance(self.price_cents, Unset):
            price_cents = UNSET
        else:
            price_cents = self.price_cents


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "lead_id": lead_id,
        })
        if stage is not UNSET:
            field_dict["stage"] = stage
        if price_cents is not UNSET:
            field_dict["price_cents"] = price_cents

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        lead_id = d.pop("lead_id")

        _stage = d.pop("stage", UNSET)
        stage: Stage | Unset
        if isinstance(_stage,  Unset):
            stage = UNSET
        else:
            stage = Stage(_stage)




        def _parse_price_cents(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        price_cents = _parse_price_cents(d.pop("price_cents", UNSET))


        new_deal = cls(
            lead_id=lead_id,
            stage=stage,
            price_cents=price_cents,
        )

        return new_deal

