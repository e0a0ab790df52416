from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast

if TYPE_CHECKING:
  from ..models.event import Event





T = TypeVar("T", bound="LeadData")



@_attrs_define
class LeadData:
    """ What is known of a lead. Everything is optional; what isn't known is left out, and other members are kept beside
    him.

        Attributes:
            name (None | str | Unset):
            phone (None | str | Unset):
            email (None | str | Unset):
            source (None | str | Unset):
            created_at (None | str | Unset): When he became a lead
            budget_range (float | int | list[float | int] | None | str | Unset):
            location_preference (None | str | Unset):
            timeline (None | str | Unset):
            financing (None | str | Unset):
            property_type (None | str | Unset):
            beds (float | int | None | str | Unset):
            baths (float | int | None | str | Unset):
            message (None | str | Unset): What he wrote into a form
            notes (None | str | Unset):
            tags (list[str] | None | str | Unset):
            interaction_history (list[Event] | None | Unset):
     """

    name: None | str | Unset = UNSET
    phone: None | str | Unset = UNSET
    email: None | str | Unset = UNSET
    source: None | str | Unset = UNSET
    created_at: None | str | Unset = UNSET
    budget_range: float | int | list[float | int] | None | str | Unset = UNSET
    location_preference: None | str | Unset = UNSET
    timeline: None | str | Unset = UNSET
    financing: None | str | Unset = UNSET
    property_type: None | str | Unset = UNSET
    beds: float | int | None | str | Unset = UNSET
    baths: float | int | None | str | Unset = UNSET
    message: None | str | Unset = UNSET
    notes: None | str | Unset = UNSET
    tags: list[str] | None | str | Unset = UNSET
    interaction_history: list[Event] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.event import Event # noqa: PLC0415
        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

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

        created_at: None | str | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        else:
            created_at = self.created_at

        budget_range: float | int | list[float | int] | None | str | Unset
        if isinstance(self.budget_range, Unset):
            budget_range = UNSET
        elif isinstance(self.budget_range, list):
            budget_range = []
            for budget_range_type_3_item_data in self.budget_range:
                budget_range_type_3_item: float | int
                budget_range_type_3_item = budget_range_type_3_item_data
                budget_range.append(budget_range_type_3_item)


        else:
            budget_range = self.budget_range

        location_preference: None | str | Unset
        if isinstance(self.location_preference, Unset):
            location_preference = UNSET
        else:
            location_preference = self.location_preference

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

        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message

        notes: None | str | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        else:
            notes = self.notes

        tags: list[str] | None | str | Unset
        if isinstance(self.tags, Unset):
            tags = UNSET
        elif isinstance(self.tags, list):
            tags = self.tags


        else:
            tags = self.tags

        interaction_history: list[dict[str, Any]] | None | Unset
        if isinstance(self.interaction_history, Unset):
            interaction_history = UNSET
        elif isinstance(self.interaction_history, list):
            interaction_history = []
            for interaction_history_type_0_item_data in self.interaction_history:
                interaction_history_type_0_item = interaction_history_type_0_item_data.to_dict()
                interaction_history.append(interaction_history_type_0_item)


        else:
            interaction_history = self.interaction_history


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
        })
        if name is not UNSET:
            field_dict["name"] = name
        if phone is not UNSET:
            field_dict["phone"] = phone
        if email is not UNSET:
            field_dict["email"] = email
        if source is not UNSET:
            field_dict["source"] = source
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if budget_range is not UNSET:
            field_dict["budget_range"] = budget_range
        if location_preference is not UNSET:
            field_dict["location_preference"] = location_preference
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
        if message is not UNSET:
            field_dict["message"] = message
        if notes is not UNSET:
            field_dict["notes"] = notes
        if tags is not UNSET:
            field_dict["tags"] = tags
        if interaction_history is not UNSET:
            field_dict["interaction_history"] = interaction_history

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.event import Event # noqa: PLC0415
        d = dict(src_dict)
        def _parse_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        name = _parse_name(d.pop("name", UNSET))


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


        def _parse_created_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        created_at = _parse_created_at(d.pop("created_at", UNSET))


        def _parse_budget_range(data: object) -> float | int | list[float | int] | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                budget_range_type_3 = []
                _budget_range_type_3 = data
                for budget_range_type_3_item_data in (_budget_range_type_3):
                    def _parse_budget_range_type_3_item(data: object) -> float | int:
                        return cast(float | int, data)

                    budget_range_type_3_item = _parse_budget_range_type_3_item(budget_range_type_3_item_data)

                    budget_range_type_3.append(budget_range_type_3_item)

                return budget_range_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(float | int | list[float | int] | None | str | Unset, data)

        budget_range = _parse_budget_range(d.pop("budget_range", UNSET))


        def _parse_location_preference(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        location_preference = _parse_location_preference(d.pop("location_preference", UNSET))


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


        def _parse_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        message = _parse_message(d.pop("message", UNSET))


        def _parse_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        notes = _parse_notes(d.pop("notes", UNSET))


        def _parse_tags(data: object) -> list[str] | None | str | Unset:
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
            return cast(list[str] | None | str | Unset, data)

        tags = _parse_tags(d.pop("tags", UNSET))


        def _parse_interaction_history(data: object) -> list[Event] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                interaction_history_type_0 = []
                _interaction_history_type_0 = data
                for interaction_history_type_0_item_data in (_interaction_history_type_0):
                    interaction_history_type_0_item = Event.from_dict(interaction_history_type_0_item_data)



                    interaction_history_type_0.append(interaction_history_type_0_item)

                return interaction_history_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[Event] | None | Unset, data)

        interaction_history = _parse_interaction_history(d.pop("interaction_history", UNSET))


        lead_data = cls(
            name=name,
            phone=phone,
            email=email,
            source=source,
            created_at=created_at,
            budget_range=budget_range,
            location_preference=location_preference,
            timeline=timeline,
            financing=financing,
            property_type=property_type,
            beds=beds,
            baths=baths,
            message=message,
            notes=notes,
            tags=tags,
            interaction_history=interaction_history,
        )


        lead_data.additional_properties = d
        return lead_data

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
