from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..models.step_kind import StepKind






T = TypeVar("T", bound="StepAnswer")



@_attrs_define
class StepAnswer:
    """ A step of the newest version, and what became of it there.

        Attributes:
            number (int):
            day (int): Of the lead's own days after he was enrolled
            kind (StepKind): What a step of a sequence does.
            subject (str):
            body (str): With placeholders in double braces
            n_planned (int):
            n_sent (int):
            n_delivered (int):
            n_failed (int):
            n_replied (int):
            n_opted_out (int):
            n_appointments (int):
     """

    number: int
    day: int
    kind: StepKind
    subject: str
    body: str
    n_planned: int
    n_sent: int
    n_delivered: int
    n_failed: int
    n_replied: int
    n_opted_out: int
    n_appointments: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        number = self.number

        day = self.day

        kind = self.kind.value

        subject = self.subject

        body = self.body

        n_planned = self.n_planned

        n_sent = self.n_sent

        n_delivered = self.n_delivered

        n_failed = self.n_failed

        n_replied = self.n_replied

        n_opted_out = self.n_opted_out

        n_appointments = self.n_appointments


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "number": number,
            "day": day,
            "kind": kind,
            "subject": subject,
            "body": body,
            "n_planned": n_planned,
            "n_sent": n_sent,
            "n_delivered": n_delivered,
            "n_failed": n_failed,
            "n_replied": n_replied,
            "n_opted_out": n_opted_out,
            "n_appointments": n_appointments,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        number = d.pop("number")

        day = d.pop("day")

        kind = StepKind(d.pop("kind"))




        subject = d.pop("subject")

        body = d.pop("body")

        n_planned = d.pop("n_planned")

        n_sent = d.pop("n_sent")

        n_delivered = d.pop("n_delivered")

        n_failed = d.pop("n_failed")

        n_replied = d.pop("n_replied")

        n_opted_out = d.pop("n_opted_out")

        n_appointments = d.pop("n_appointments")

        step_answer = cls(
            number=number,
            day=day,
            kind=kind,
            subject=subject,
            body=body,
            n_planned=n_planned,
            n_sent=n_sent,
            n_delivered=n_delivered,
            n_failed=n_failed,
            n_replied=n_replied,
            n_opted_out=n_opted_out,
            n_appointments=n_appointments,
        )


        step_answer.additional_properties = d
        return step_answer

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
