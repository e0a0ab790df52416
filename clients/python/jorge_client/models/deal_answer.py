from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.stage import Stage
from typing import cast
import datetime






T = TypeVar("T", bound="DealAnswer")



@_attrs_define
class DealAnswer:
    """ A deal in the pipeline. Money in cents, null for roles that see none.

        Attributes:
            opportunity_id (int):
            lead_id (int):
            name (str):
            stage (Stage): Where an opportunity stands. The words, order and win rates shown are data (`stages` in the
                ledger).
            price_cents (int | None):
            price_source (str):
            commission_rate (float):
            rate_source (str):
            gci_cents (int | None):
            opened_at (datetime.datetime):
            stage_since (datetime.datetime):
            closes_on (datetime.date | None):
            closed_on (datetime.date | None):
     """

    opportunity_id: int
    lead_id: int
    name: str
    stage: Stage
    price_cents: int | None
    price_source: str
    commission_rate: float
    rate_source: str
    gci_cents: int | None
    opened_at: datetime.datetime
    stage_since: datetime.datetime
    closes_on: datetime.date | None
    closed_on: datetime.date | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        opportunity_id = self.opportunity_id

        lead_id = self.lead_id

        name = self.name

        stage = self.stage.value

        price_cents: int | None
        price_cents = self.price_cents

        price_source = self.price_source

        commission_rate = self.commission_rate

        rate_source = self.rate_source

        gci_cents: int | None
        gci_cents = self.gci_cents

        opened_at = self.opened_at.isoformat()

        stage_since = self.stage_since.isoformat()

        closes_on: None | str
        if isinstance(self.closes_on, datetime.date):
            closes_on = self.closes_on.isoformat()
        else:
            closes_on = self.closes_on

        closed_on: None | str
        if isinstance(self.closed_on, datetime.date):
            closed_on = self.closed_on.isoformat()
        else:
            closed_on = self.closed_on


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "opportunity_id": opportunity_id,
            "lead_id": lead_id,
            "name": name,
            "stage": stage,
            "price_cents": price_cents,
            "price_source": price_source,
            "commission_rate": commission_rate,
            "rate_source": rate_source,
            "gci_cents": gci_cents,
            "opened_at": opened_at,
            "stage_since": stage_since,
            "closes_on": closes_on,
            "closed_on": closed_on,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        opportunity_id = d.pop("opportunity_id")

        lead_id = d.pop("lead_id")

        name = d.pop("name")

        stage = Stage(d.pop("stage"))




        def _parse_price_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        price_cents = _parse_price_cents(d.pop("price_cents"))


        price_source = d.pop("price_source")

        commission_rate = d.pop("commission_rate")

        rate_source = d.pop("rate_source")

        def _parse_gci_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        gci_cents = _parse_gci_cents(d.pop("gci_cents"))


        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))




        stage_since = datetime.datetime.fromisoformat(d.pop("stage_since"))




        def _parse_closes_on(data: object) -> datetime.date | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                closes_on_type_0 = datetime.date.fromisoformat(data)



                return closes_on_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None, data)

        closes_on = _parse_closes_on(d.pop("closes_on"))


        def _parse_closed_on(data: object) -> datetime.date | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                closed_on_type_0 = datetime.date.fromisoformat(data)



                return closed_on_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None, data)

        closed_on = _parse_closed_on(d.pop("closed_on"))


        deal_answer = cls(
            opportunity_id=opportunity_id,
            lead_id=lead_id,
            name=name,
            stage=stage,
            price_cents=price_cents,
            price_source=price_source,
            commission_rate=commission_rate,
            rate_source=rate_source,
            gci_cents=gci_cents,
            opened_at=opened_at,
            stage_since=stage_since,
            closes_on=closes_on,
            closed_on=closed_on,
        )


        deal_answer.additional_properties = d
        return deal_answer

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
