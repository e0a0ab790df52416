from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.score_request import ScoreRequest





T = TypeVar("T", bound="BatchRequest")



@_attrs_define
class BatchRequest:
    """ Up to a hundred leads.

        Attributes:
            leads (list[ScoreRequest]):
     """

    leads: list[ScoreRequest]





    def to_dict(self) -> dict[str, Any]:
        from ..models.score_request import ScoreRequest # noqa: PLC0415
        leads = []
        for leads_item_data in self.leads:
            leads_item = leads_item_data.to_dict()
            leads.append(leads_item)




        field_dict: dict[str, Any] = {}

        field_dict.update({
            "leads": leads,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.score_request import ScoreRequest # noqa: PLC0415
        d = dict(src_dict)
        leads = []
        _leads = d.pop("leads")
        for leads_item_data in (_leads):
            leads_item = ScoreRequest.from_dict(leads_item_data)



            leads.append(leads_item)


        batch_request = cls(
            leads=leads,
        )

        return batch_request

