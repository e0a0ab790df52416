from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="CommissionAnswer")



@_attrs_define
class CommissionAnswer:
    """ What the deal would pay, in US dollars.

        Attributes:
            estimated_sale_price (float):
            price_interval (list[float]): 80 % interval
            commission_rate (float):
            rate_source (str): agreement, manual or default; the default is assumed
            estimated_commission (float): Price times rate, before splits and fees
            expected_commission (float): The estimated commission times the probability
            tracking_id (str): Names this very score
     """

    estimated_sale_price: float
    price_interval: list[float]
    commission_rate: float
    rate_source: str
    estimated_commission: float
    expected_commission: float
    tracking_id: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        estimated_sale_price = self.estimated_sale_price

        price_interval = self.price_interval



        commission_rate = self.commission_rate

        rate_source = self.rate_source

        estimated_commission = self.estimated_commission

        expected_commission = self.expected_commission

        tracking_id = self.tracking_id


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "estimated_sale_price": estimated_sale_price,
            "price_interval": price_interval,
            "commission_rate": commission_rate,
            "rate_source": rate_source,
            "estimated_commission": estimated_commission,
            "expected_commission": expected_commission,
            "tracking_id": tracking_id,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        estimated_sale_price = d.pop("estimated_sale_price")

        price_interval = cast(list[float], d.pop("price_interval"))


        commission_rate = d.pop("commission_rate")

        rate_source = d.pop("rate_source")

        estimated_commission = d.pop("estimated_commission")

        expected_commission = d.pop("expected_commission")

        tracking_id = d.pop("tracking_id")

        commission_answer = cls(
            estimated_sale_price=estimated_sale_price,
            price_interval=price_interval,
            commission_rate=commission_rate,
            rate_source=rate_source,
            estimated_commission=estimated_commission,
            expected_commission=expected_commission,
            tracking_id=tracking_id,
        )


        commission_answer.additional_properties = d
        return commission_answer

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
