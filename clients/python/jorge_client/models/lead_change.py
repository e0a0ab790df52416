from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast






T = TypeVar("T", bound="LeadChange")



@_attrs_define
class LeadChange:
    """ Only what is named is changed; null clears it.

        Attributes:
            name (None | str | Unset):
            first_name (None | str | Unset):
            last_name (None | str | Unset):
            phone (None | str | Unset):
            email (None | str | Unset):
            source (None | str | Unset): As the other system says it
            budget (float | int | None | str | Unset):
            timeline (None | str | Unset):
            financing (None | str | Unset):
            property_type (None | str | Unset):
            beds (float | int | None | str | Unset):
            baths (float | int | None | str | Unset):
            location (None | str | Unset):
            tags (list[str] | None | Unset):
            notes (None | str | Unset):
            do_not_contact (bool | None | Unset):
            assigned_to (int | None | Unset): A person's number; null gives the lead back to all
     """

    name: None | str | Unset = UNSET
    first_name: None | str | Unset = UNSET
    last_name: None | str | Unset = UNSET
    phone: None | str | Unset = UNSET
    email: None | str | Unset = UNSET
    source: None | str | Unset = UNSET
    budget: float | int | None | str | Unset = UNSET
    timeline: None | str | Unset = UNSET
    financing: None | str | Unset = UNSET
    property_type: None | str | Unset = UNSET
    beds: float | int | None | str | Unset = UNSET
    baths: float | int | None | str | Unset = UNSET
    location: None | str | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    notes: None | str | Unset = UNSET
    do_not_contact: bool | None | Unset = UNSET
    assigned_to: int | None | Unset = UNSET





    def to_dict(self) -> dict[str, Any]:
        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        first_name: None | str | Unset
        if isinstance(self.first_name, Unset):
            first_name = UNSET
        else:
            first_name = self.first_name

        last_name: None | str | Unset
        if isinstance(self.last_name, Unset):
            last_name = UNSET
        else:
            last_name = self.last_name

        phone: None | str | Unset
        if isinstance(self.phone, Unset):
            phone = UNSET
        else:
            phone = self.phone

        email: None | str | Unset
        if isinstance(self.email, Unset):
            email = UNSET
        else:
            email = self.email

        source: None | str | Unset
        if isinstance(self.source, Unset):
            source = UNSET
        else:
            source = self.source

        budget: float | int | None | str | Unset
        if isinstance(self.budget, Unset):
            budget = UNSET
        else:
            budget = self.budget

        timeline: None | str | Unset
        if isinstance(self.timeline, Unset):
            timeline = UNSET
        else:
            timeline = self.timeline

        financing: None | str | Unset
        if isinstance(self.financing, Unset):
            financing = UNSET
        else:
            financing = self.financing

        property_type: None | str | Unset
        if isinstance(self.property_type, Unset):
            property_type = UNSET
        else:
            property_type = self.property_type

        beds: float | int | None | str | Unset
        if isinstance(self.beds, Unset):
            beds = UNSET
        else:
            beds = self.beds

        baths: float | int | None | str | Unset
        if isinstance(self.baths, Unset):
            baths = UNSET
        else:
            baths = self.baths

        location: None | str | Unset
        if isinstance(self.location, Unset):
            location = UNSET
        else:
            location = self.location

        tags: list[str] | None | Unset
        if isinstance(self.tags, Unset):
            tags = UNSET
        elif isinstance(self.tags, list):
            tags = self.tags


        else:
            tags = self.tags

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        do_not_contact: bool | None | Unset
        if isinstance(self.do_not_contact, Unset):
            do_not_contact = UNSET
        else:
            do_not_contact = self.do_not_contact

        assigned_to: int | None | Unset
        if isinstance(self.assigned_to, Unset):
            assigned_to = UNSET
        else:
            assigned_to = self.assigned_to


        field_dict: dict[str, Any] = {}

        field_dict.update({
        })
        if name is not UNSET:
            field_dict["name"] = name
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if phone is not UNSET:
            field_dict["phone"] = phone
        if email is not UNSET:
            field_dict["email"] = email
        if source is not UNSET:
            field_dict["source"] = source
        if budget is not UNSET:
            field_dict["budget"] = budget
        if timeline is not UNSET:
            field_dict["timeline"] = timeline
        if financing is not UNSET:
            field_dict["financing"] = financing
        if property_type is not UNSET:
            field_dict["property_type"] = property_type
        if beds is not UNSET:
            field_dict["beds"] = beds
        if baths is not UNSET:
            field_dict["baths"] = baths
        if location is not UNSET:
            field_dict["location"] = location
        if tags is not UNSET:
            field_dict["tags"] = tags
        if notes is not UNSET:
            field_dict["notes"] = notes
        if do_not_contact is not UNSET:
            field_dict["do_not_contact"] = do_not_contact
        if assigned_to is not UNSET:
            field_dict["assigned_to"] = assigned_to

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))


        def _parse_first_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        first_name = _parse_first_name(d.pop("first_name", UNSET))


        def _parse_last_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        last_name = _parse_last_name(d.pop("last_name", UNSET))


        def _parse_phone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        phone = _parse_phone(d.pop("phone", UNSET))


        def _parse_email(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        email = _parse_email(d.pop("email", UNSET))


        def _parse_source(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        source = _parse_source(d.pop("source", UNSET))


        def _parse_budget(data: object) -> float | int | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | int | None | str | Unset, data)

        budget = _parse_budget(d.pop("budget", UNSET))


        def _parse_timeline(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        timeline = _parse_timeline(d.pop("timeline", UNSET))


        def _parse_financing(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        financing = _parse_financing(d.pop("financing", UNSET))


        def _parse_property_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        property_type = _parse_property_type(d.pop("property_type", UNSET))


        def _parse_beds(data: object) -> float | int | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | int | None | str | Unset, data)

        beds = _parse_beds(d.pop("beds", UNSET))


        def _parse_baths(data: object) -> float | int | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | int | None | str | Unset, data)

        baths = _parse_baths(d.pop("baths", UNSET))


        def _parse_location(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        location = _parse_location(d.pop("location", UNSET))


        def _parse_tags(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                tags_type_0 = cast(list[str], data)

                return tags_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        tags = _parse_tags(d.pop("tags", UNSET))


        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))


        def _parse_do_not_contact(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        do_not_contact = _parse_do_not_contact(d.pop("do_not_contact", UNSET))


        def _parse_assigned_to(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        assigned_to = _parse_assigned_to(d.pop("assigned_to", UNSET))


        lead_change = cls(
            name=name,
            first_name=first_name,
            last_name=last_name,
            phone=phone,
            email=email,
            source=source,
            budget=budget,
            timeline=timeline,
            financing=financing,
            property_type=property_type,
            beds=beds,
            baths=baths,
            location=location,
            tags=tags,
            notes=notes,
            do_not_contact=do_not_contact,
            assigned_to=assigned_to,
        )

        return lead_change

