from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.lead_data import LeadData





T = TypeVar("T", bound="ScoreRequest")



@_attrs_define
class ScoreRequest:
    """ A lead as another system knows him, by that system's id.

        Attributes:
            lead_id (str):
            lead_data (LeadData): What is known of a lead. Everything is optional; what isn't known is left out, and other
                members are kept beside him.
     """

    lead_id: str
    lead_data: LeadData





    def to_dict(self) -> dict[str, Any]:
        from ..models.lead_data import LeadData # noqa: PLC0415
        lead_id = self.lead_id

        lead_data = self.lead_data.to_dict()


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "lead_id": lead_id,
            "lead_data": lead_data,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.lead_data import LeadData # noqa: PLC0415
        d = dict(src_dict)
        lead_id = d.pop("lead_id")

        lead_data = LeadData.from_dict(d.pop("lead_data"))




        score_request = cls(
            lead_id=lead_id,
            lead_data=lead_data,
        )

        return score_request

