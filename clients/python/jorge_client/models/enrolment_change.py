from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.enrolment_change_state import EnrolmentChangeState






T = TypeVar("T", bound="EnrolmentChange")



@_attrs_define
class EnrolmentChange:
    """ `paused` and `active` hold for everything that would be sent to the lead by itself; `stopped` ends this enrolment.

        Attributes:
            state (EnrolmentChangeState):
     """

    state: EnrolmentChangeState





    def to_dict(self) -> dict[str, Any]:
        state = self.state.value


        field_dict: dict[str, Any] = {}

        field_dict.update({
            "state": state,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        state = EnrolmentChangeState(d.pop("state"))




        enrolment_change = cls(
            state=state,
        )

        return enrolment_change

