from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.ground_answer import GroundAnswer





T = TypeVar("T", bound="EscalationAnswer")



@_attrs_define
class EscalationAnswer:
    """ Why Claude or a person looks at this lead, how far that is, and what came of it. It changes none of the model's
    numbers.

        Attributes:
            reason (str):
            to (str): claude or person
            status (str): queued, asking, read, person (waits for one) or judged
            band (None | str | Unset): The second reader's band: a person's if there is one, else Claude's
            by (None | str | Unset): Who read it: the name of Claude's model, or person
            rationale (list[GroundAnswer] | Unset):
            missing_facts (list[str] | Unset): What is worth asking next
            next_action (None | str | Unset):
     """

    reason: str
    to: str
    status: str
    band: None | str | Unset = UNSET
    by: None | str | Unset = UNSET
    rationale: list[GroundAnswer] | Unset = UNSET
    missing_facts: list[str] | Unset = UNSET
    next_action: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.ground_answer import GroundAnswer # noqa: PLC0415
        reason = self.reason

        to = self.to

        status = self.status

        band: None | str | Unset
        if isinstance(self.band, Unset):
            band = UNSET
        else:
            band = self.band

        by: None | str | Unset
        if isinstance(self.by, Unset):
            by = UNSET
        else:
            by = self.by

        rationale: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.rationale, Unset):
            rationale = []
            for rationale_item_data in self.rationale:
                rationale_item = rationale_item_data.to_dict()
                rationale.append(rationale_item)



        missing_facts: list[str] | Unset = UNSET
        if not isinstance(self.missing_facts, Unset):
            missing_facts = self.missing_facts



        next_action: None | str | Unset
        if isinstance(self.next_action, Unset):
            next_action = UNSET
        else:
            next_action = self.next_action


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "reason": reason,
            "to": to,
            "status": status,
        })
        if band is not UNSET:
            field_dict["band"] = band
        if by is not UNSET:
            field_dict["by"] = by
        if rationale is not UNSET:
            field_dict["rationale"] = rationale
        if missing_facts is not UNSET:
            field_dict["missing_facts"] = missing_facts
        if next_action is not UNSET:
            field_dict["next_action"] = next_action

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ground_answer import GroundAnswer # noqa: PLC0415
        d = dict(src_dict)
        reason = d.pop("reason")

        to = d.pop("to")

        status = d.pop("status")

        def _parse_band(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        band = _parse_band(d.pop("band", UNSET))


        def _parse_by(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        by = _parse_by(d.pop("by", UNSET))


        _rationale = d.pop("rationale", UNSET)
        rationale: list[GroundAnswer] | Unset = UNSET
        if _rationale is not UNSET:
            rationale = []
            for rationale_item_data in _rationale:
                rationale_item = GroundAnswer.from_dict(rationale_item_data)



                rationale.append(rationale_item)


        missing_facts = cast(list[str], d.pop("missing_facts", UNSET))


        def _parse_next_action(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        next_action = _parse_next_action(d.pop("next_action", UNSET))


        escalation_answer = cls(
            reason=reason,
            to=to,
            status=status,
            band=band,
            by=by,
            rationale=rationale,
            missing_facts=missing_facts,
            next_action=next_action,
        )


        escalation_answer.additional_properties = d
        return escalation_answer

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
