from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast






T = TypeVar("T", bound="WhoAnswer")



@_attrs_define
class WhoAnswer:
    """ Whom a key or token stands for.

        Attributes:
            user_id (int):
            username (str):
            name (str):
            role (str):
            scopes (list[str]):
     """

    user_id: int
    username: str
    name: str
    role: str
    scopes: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        user_id = self.user_id

        username = self.username

        name = self.name

        role = self.role

        scopes = self.scopes




        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "user_id": user_id,
            "username": username,
            "name": name,
            "role": role,
            "scopes": scopes,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        user_id = d.pop("user_id")

        username = d.pop("username")

        name = d.pop("name")

        role = d.pop("role")

        scopes = cast(list[str], d.pop("scopes"))


        who_answer = cls(
            user_id=user_id,
            username=username,
            name=name,
            role=role,
            scopes=scopes,
        )


        who_answer.additional_properties = d
        return who_answer

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
