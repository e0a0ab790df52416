from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field
import json
from .. import types

from ..types import UNSET, Unset

from ..models.body_import_file_purpose import BodyImportFilePurpose
from ..types import UNSET, Unset






T = TypeVar("T", bound="BodyImportFile")



@_attrs_define
class BodyImportFile:
    """ 
        Attributes:
            file (str): A table of leads: CSV, or an Excel workbook
            purpose (BodyImportFilePurpose | Unset):  Default: BodyImportFilePurpose.LEDGER.
            check_first (bool | Unset): Only check; a person agrees on the Import page Default: False.
            sheet (str | Unset): Of a workbook; by default the first sheet that looks like a table Default: ''.
     """

    file: str
    purpose: BodyImportFilePurpose | Unset = BodyImportFilePurpose.LEDGER
    check_first: bool | Unset = False
    sheet: str | Unset = ''
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        file = self.file

        purpose: str | Unset = UNSET
        if not isinstance(self.purpose, Unset):
            purpose = self.purpose.value


        check_first = self.check_first

        sheet = self.sheet


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "file": file,
        })
        if purpose is not UNSET:
            field_dict["purpose"] = purpose
        if check_first is not UNSET:
            field_dict["check_first"] = check_first
        if sheet is not UNSET:
            field_dict["sheet"] = sheet

        return field_dict


    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("file", (None, str(self.file).encode(), "text/plain")))



        if not isinstance(self.purpose, Unset):
            files.append(("purpose",  (None, str(self.purpose.value).encode(), "text/plain")))



        if not isinstance(self.check_first, Unset):
            files.append(("check_first", (None, str(self.check_first).encode(), "text/plain")))



        if not isinstance(self.sheet, Unset):
            files.append(("sheet", (None, str(self.sheet).encode(), "text/plain")))




        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, (None, str(prop).encode(), "text/plain")))



        return files


    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = d.pop("file")

        _purpose = d.pop("purpose", UNSET)
        purpose: BodyImportFilePurpose | Unset
        if isinstance(_purpose,  Unset):
            purpose = UNSET
        else:
            purpose = BodyImportFilePurpose(_purpose)




        check_first = d.pop("check_first", UNSET)

        sheet = d.pop("sheet", UNSET)

        body_import_file = cls(
            file=file,
            purpose=purpose,
            check_first=check_first,
            sheet=sheet,
        )


        body_import_file.additional_properties = d
        return body_import_file

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
