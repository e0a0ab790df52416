from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.enrolment_state import EnrolmentState
from typing import cast
import datetime






T = TypeVar("T", bound="EnrolmentAnswer")



@_attrs_define
class EnrolmentAnswer:
    """ A lead on one version of a sequence.

        Attributes:
            enrolment_id (int):
            sequence_id (int):
            version (int):
            lead_id (int):
            state (EnrolmentState): Where a lead stands on a sequence.
            how (str): How he came on it
            started_at (datetime.datetime):
            paused_at (datetime.datetime | None):
            ended_at (datetime.datetime | None):
            end_reason (str):
     """

    enrolment_id: int
    sequence_id: int
    version: int
    lead_id: int
    state: EnrolmentState
    how: str
    started_at: datetime.datetime
    paused_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    end_reason: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        enrolment_id = self.enrolment_id

        sequence_id = self.sequence_id

        version = self.version

        lead_id = self.lead_id

        state = self.state.value

        how = self.how

        started_at = self.started_at.isoformat()

        paused_at: None | str
        if isinstance(self.paused_at, datetime.datetime):
            paused_at = self.paused_at.isoformat()
        else:
            paused_at = self.paused_at

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        end_reason = self.end_reason


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "enrolment_id": enrolment_id,
            "sequence_id": sequence_id,
            "version": version,
            "lead_id": lead_id,
            "state": state,
            "how": how,
            "started_at": started_at,
            "paused_at": paused_at,
            "ended_at": ended_at,
            "end_reason": end_reason,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        enrolment_id = d.pop("enrolment_id")

        sequence_id = d.pop("sequence_id")

        version = d.pop("version")

        lead_id = d.pop("lead_id")

        state = EnrolmentState(d.pop("state"))




        how = d.pop("how")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))




        def _parse_paused_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                paused_at_type_0 = datetime.datetime.fromisoformat(data)



                return paused_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        paused_at = _parse_paused_at(d.pop("paused_at"))


        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)



                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))


        end_reason = d.pop("end_reason")

        enrolment_answer = cls(
            enrolment_id=enrolment_id,
            sequence_id=sequence_id,
            version=version,
            lead_id=lead_id,
            state=state,
            how=how,
            started_at=started_at,
            paused_at=paused_at,
            ended_at=ended_at,
            end_reason=end_reason,
        )


        enrolment_answer.additional_properties = d
        return enrolment_answer

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
