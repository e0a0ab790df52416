from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset







T = TypeVar("T", bound="NewEnrolment")



@_attrs_define
class NewEnrolment:
    """ Whom to put on the sequence.

        Attributes:
            lead_id (int):
     """

    lead_id: int





    def to_dict(self) -> dict[str, Any]:
        lead_id = self.lead_id


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "lead_id": lead_id,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        lead_id = d.pop("lead_id")

        new_enrolment = cls(
            lead_id=lead_id,
        )

        return new_enrolment

