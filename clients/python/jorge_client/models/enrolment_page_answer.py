from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.enrolment_answer import EnrolmentAnswer





T = TypeVar("T", bound="EnrolmentPageAnswer")



@_attrs_define
class EnrolmentPageAnswer:
    """ A page of enrolments. Ask for the next one with `?after=`; null at the end.

        Attributes:
            enrolments (list[EnrolmentAnswer]):
            after (int | None):
     """

    enrolments: list[EnrolmentAnswer]
    after: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.enrolment_answer import EnrolmentAnswer # noqa: PLC0415
        enrolments = []
        for enrolments_item_data in self.enrolments:
            enrolments_item = enrolments_item_data.to_dict()
            enrolments.append(enrolments_item)



        after: int | None
        after = self.after


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "enrolments": enrolments,
            "after": after,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.enrolment_answer import EnrolmentAnswer # noqa: PLC0415
        d = dict(src_dict)
        enrolments = []
        _enrolments = d.pop("enrolments")
        for enrolments_item_data in (_enrolments):
            enrolments_item = EnrolmentAnswer.from_dict(enrolments_item_data)



            enrolments.append(enrolments_item)


        def _parse_after(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        after = _parse_after(d.pop("after"))


        enrolment_page_answer = cls(
            enrolments=enrolments,
            after=after,
        )


        enrolment_page_answer.additional_properties = d
        return enrolment_page_answer

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
