from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.sequence_answer import SequenceAnswer





T = TypeVar("T", bound="SequenceListAnswer")



@_attrs_define
class SequenceListAnswer:
    """ All of them, by name.

        Attributes:
            sequences (list[SequenceAnswer]):
     """

    sequences: list[SequenceAnswer]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.sequence_answer import SequenceAnswer # noqa: PLC0415
        sequences = []
        for sequences_item_data in self.sequences:
            sequences_item = sequences_item_data.to_dict()
            sequences.append(sequences_item)




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "sequences": sequences,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sequence_answer import SequenceAnswer # noqa: PLC0415
        d = dict(src_dict)
        sequences = []
        _sequences = d.pop("sequences")
        for sequences_item_data in (_sequences):
            sequences_item = SequenceAnswer.from_dict(sequences_item_data)



            sequences.append(sequences_item)


        sequence_list_answer = cls(
            sequences=sequences,
        )


        sequence_list_answer.additional_properties = d
        return sequence_list_answer

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
