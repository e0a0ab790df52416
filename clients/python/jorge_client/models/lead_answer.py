from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.score_summary import ScoreSummary





T = TypeVar("T", bound="LeadAnswer")



@_attrs_define
class LeadAnswer:
    """ A lead as the office knows him. What isn't known is null.

        Attributes:
            lead_id (int):
            external_id (None | str):
            name (str):
            phone (None | str):
            email (None | str):
            source (None | str):
            created_at (datetime.datetime | None):
            assigned_to (int | None):
            budget_low_cents (int | None):
            budget_high_cents (int | None):
            timeline_days (int | None):
            financing (None | str):
            property_type (None | str):
            beds (float | None):
            baths (float | None):
            location (str):
            city (str):
            zip_code (str):
            tags (list[str]):
            notes (str):
            is_do_not_contact (bool):
            n_interactions (int):
            score (None | ScoreSummary):
     """

    lead_id: int
    external_id: None | str
    name: str
    phone: None | str
    email: None | str
    source: None | str
    created_at: datetime.datetime | None
    assigned_to: int | None
    budget_low_cents: int | None
    budget_high_cents: int | None
    timeline_days: int | None
    financing: None | str
    property_type: None | str
    beds: float | None
    baths: float | None
    location: str
    city: str
    zip_code: str
    tags: list[str]
    notes: str
    is_do_not_contact: bool
    n_interactions: int
    score: None | ScoreSummary
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.score_summary import ScoreSummary # noqa: PLC0415
        lead_id = self.lead_id

        external_id: None | str
        external_id = self.external_id

        name = self.name

        phone: None | str
        phone = self.phone

        email: None | str
        email = self.email

        source: None | str
        source = self.source

        created_at: None | str
        if isinstance(self.created_at, datetime.datetime):
            created_at = self.created_at.isoformat()
        else:
            created_at = self.created_at

        assigned_to: int | None
        assigned_to = self.assigned_to

        budget_low_cents: int | None
        budget_low_cents = self.budget_low_cents

        budget_high_cents: int | None
        budget_high_cents = self.budget_high_cents

        timeline_days: int | None
        timeline_days = self.timeline_days

        financing: None | str
        financing = self.financing

        property_type: None | str
        property_type = self.property_type

        beds: float | None
        beds = self.beds

        baths: float | None
        baths = self.baths

        location = self.location

        city = self.city

        zip_code = self.zip_code

        tags = self.tags



        notes = self.notes

        is_do_not_contact = self.is_do_not_contact

        n_interactions = self.n_interactions

        score: dict[str, Any] | None
        if isinstance(self.score, ScoreSummary):
            score = self.score.to_dict()
        else:
            score = self.score


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "lead_id": lead_id,
            "external_id": external_id,
            "name": name,
            "phone": phone,
            "email": email,
            "source": source,
            "created_at": created_at,
            "assigned_to": assigned_to,
            "budget_low_cents": budget_low_cents,
            "budget_high_cents": budget_high_cents,
            "timeline_days": timeline_days,
            "financing": financing,
            "property_type": property_type,
            "beds": beds,
            "baths": baths,
            "location": location,
            "city": city,
            "zip_code": zip_code,
            "tags": tags,
            "notes": notes,
            "is_do_not_contact": is_do_not_contact,
            "n_interactions": n_interactions,
            "score": score,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.score_summary import ScoreSummary # noqa: PLC0415
        d = dict(src_dict)
        lead_id = d.pop("lead_id")

        def _parse_external_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        external_id = _parse_external_id(d.pop("external_id"))


        name = d.pop("name")

        def _parse_phone(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        phone = _parse_phone(d.pop("phone"))


        def _parse_email(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        email = _parse_email(d.pop("email"))


        def _parse_source(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        source = _parse_source(d.pop("source"))


        def _parse_created_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_at_type_0 = datetime.datetime.fromisoformat(data)



                return created_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        created_at = _parse_created_at(d.pop("created_at"))


        def _parse_assigned_to(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        assigned_to = _parse_assigned_to(d.pop("assigned_to"))


        def _parse_budget_low_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        budget_low_cents = _parse_budget_low_cents(d.pop("budget_low_cents"))


        def _parse_budget_high_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        budget_high_cents = _parse_budget_high_cents(d.pop("budget_high_cents"))


        def _parse_timeline_days(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        timeline_days = _parse_timeline_days(d.pop("timeline_days"))


        def _parse_financing(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        financing = _parse_financing(d.pop("financing"))


        def _parse_property_type(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        property_type = _parse_property_type(d.pop("property_type"))


        def _parse_beds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        beds = _parse_beds(d.pop("beds"))


        def _parse_baths(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        baths = _parse_baths(d.pop("baths"))


        location = d.pop("location")

        city = d.pop("city")

        zip_code = d.pop("zip_code")

        tags = cast(list[str], d.pop("tags"))


        notes = d.pop("notes")

        is_do_not_contact = d.pop("is_do_not_contact")

        n_interactions = d.pop("n_interactions")

        def _parse_score(data: object) -> None | ScoreSummary:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                score_type_0 = ScoreSummary.from_dict(data)



                return score_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ScoreSummary, data)

        score = _parse_score(d.pop("score"))


        lead_answer = cls(
            lead_id=lead_id,
            external_id=external_id,
            name=name,
            phone=phone,
            email=email,
            source=source,
            created_at=created_at,
            assigned_to=assigned_to,
            budget_low_cents=budget_low_cents,
            budget_high_cents=budget_high_cents,
            timeline_days=timeline_days,
            financing=financing,
            property_type=property_type,
            beds=beds,
            baths=baths,
            location=location,
            city=city,
            zip_code=zip_code,
            tags=tags,
            notes=notes,
            is_do_not_contact=is_do_not_contact,
            n_interactions=n_interactions,
            score=score,
        )


        lead_answer.additional_properties = d
        return lead_answer

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
