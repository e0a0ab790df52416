from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.sequence_answer_n_by_state import SequenceAnswerNByState





T = TypeVar("T", bound="SequenceAnswer")



@_attrs_define
class SequenceAnswer:
    """ A sequence, and how many leads stand where on it, in the whole office.

        Attributes:
            sequence_id (int):
            name (str):
            is_active (bool): Whether it sends; if not, everything of it is held
            version (int):
            n_by_state (SequenceAnswerNByState):
            n_on_older_version (int):
            hold_out_rate (float): The share of leads drawn to be left alone
            created_at (datetime.datetime):
     """

    sequence_id: int
    name: str
    is_active: bool
    version: int
    n_by_state: SequenceAnswerNByState
    n_on_older_version: int
    hold_out_rate: float
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.sequence_answer_n_by_state import SequenceAnswerNByState # noqa: PLC0415
        sequence_id = self.sequence_id

        name = self.name

        is_active = self.is_active

        version = self.version

        n_by_state = self.n_by_state.to_dict()

        n_on_older_version = self.n_on_older_version

        hold_out_rate = self.hold_out_rate

        created_at = self.created_at.isoformat()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "sequence_id": sequence_id,
            "name": name,
            "is_active": is_active,
            "version": version,
            "n_by_state": n_by_state,
            "n_on_older_version": n_on_older_version,
            "hold_out_rate": hold_out_rate,
            "created_at": created_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sequence_answer_n_by_state import SequenceAnswerNByState # noqa: PLC0415
        d = dict(src_dict)
        sequence_id = d.pop("sequence_id")

        name = d.pop("name")

        is_active = d.pop("is_active")

        version = d.pop("version")

        n_by_state = SequenceAnswerNByState.from_dict(d.pop("n_by_state"))




        n_on_older_version = d.pop("n_on_older_version")

        hold_out_rate = d.pop("hold_out_rate")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        sequence_answer = cls(
            sequence_id=sequence_id,
            name=name,
            is_active=is_active,
            version=version,
            n_by_state=n_by_state,
            n_on_older_version=n_on_older_version,
            hold_out_rate=hold_out_rate,
            created_at=created_at,
        )


        sequence_answer.additional_properties = d
        return sequence_answer

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
