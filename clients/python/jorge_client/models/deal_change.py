from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.stage import Stage
from ..types import UNSET, Unset
from typing import cast
import datetime






T = TypeVar("T", bound="DealChange")



@_attrs_define
class DealChange:
    """ Only what is named is changed. Once a deal's statement stands, its terms do too.

        Attributes:
            stage (None | Stage | Unset):
            name (None | str | Unset):
            price_cents (int | None | Unset):
            rate (float | None | Unset): A fraction: 0.03 is 3 %
            closes_on (datetime.date | None | Unset): When it is expected to close
     """

    stage: None | Stage | Unset = UNSET
    name: None | str | Unset = UNSET
    price_cents: int | None | Unset = UNSET
    rate: float | None | Unset = UNSET
    closes_on: datetime.date | None | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        stage: None | str | Unset
        if isinstance(self.stage, Unset):
            stage = UNSET
        elif isinstance(self.stage, Stage):
            stage = self.stage.value
        else:
            stage = self.stage

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        price_cents: int | None | Unset
        if isinstance(self.price_cents, Unset):
            price_cents = UNSET
        else:
            price_cents = self.price_cents

        rate: float | None | Unset
        if isinstance(self.rate, Unset):
            rate = UNSET
        else:
            rate = self.rate

        closes_on: None | str | Unset
        if isinstance(self.closes_on, Unset):
            closes_on = UNSET
        elif isinstance(self.closes_on, datetime.date):
            closes_on = self.closes_on.isoformat()
        else:
            closes_on = self.closes_on


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if stage is not UNSET:
            field_dict["stage"] = stage
        if name is not UNSET:
            field_dict["name"] = name
        if price_cents is not UNSET:
            field_dict["price_cents"] = price_cents
        if rate is not UNSET:
            field_dict["rate"] = rate
        if closes_on is not UNSET:
            field_dict["closes_on"] = closes_on

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        def _parse_stage(data: object) -> None | Stage | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                stage_type_0 = Stage(data)



                return stage_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Stage | Unset, data)

        stage = _parse_stage(d.pop("stage", UNSET))


        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))


        def _parse_price_cents(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        price_cents = _parse_price_cents(d.pop("price_cents", UNSET))


        def _parse_rate(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rate = _parse_rate(d.pop("rate", UNSET))


        def _parse_closes_on(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                closes_on_type_0 = datetime.date.fromisoformat(data)



                return closes_on_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        closes_on = _parse_closes_on(d.pop("closes_on", UNSET))


        deal_change = cls(
            stage=stage,
            name=name,
            price_cents=price_cents,
            rate=rate,
            closes_on=closes_on,
        )

        return deal_change

