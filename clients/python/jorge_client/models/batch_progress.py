from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime






T = TypeVar("T", bound="BatchProgress")



@_attrs_define
class BatchProgress:
    """ An import: how far it is, and what its rows became. The four parts add up to `n_rows` once that is known.

        Attributes:
            batch_id (int):
            file_name (str):
            purpose (str): ledger: taken in; score: only scored
            state (str): queued, checking, checked, agreed, importing, done, failed, cancelled, undoing or undone
            n_rows (int | None):
            n_done (int):
            n_created (int):
            n_updated (int):
            n_unchanged (int):
            n_rejected (int):
            message (str): Why it failed, if it did
            created_at (datetime.datetime):
            finished_at (datetime.datetime | None):
     """

    batch_id: int
    file_name: str
    purpose: str
    state: str
    n_rows: int | None
    n_done: int
    n_created: int
    n_updated: int
    n_unchanged: int
    n_rejected: int
    message: str
    created_at: datetime.datetime
    finished_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        batch_id = self.batch_id

        file_name = self.file_name

        purpose = self.purpose

        state = self.state

        n_rows: int | None
        n_rows = self.n_rows

        n_done = self.n_done

        n_created = self.n_created

        n_updated = self.n_updated

        n_unchanged = self.n_unchanged

        n_rejected = self.n_rejected

        message = self.message

        created_at = self.created_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "batch_id": batch_id,
            "file_name": file_name,
            "purpose": purpose,
            "state": state,
            "n_rows": n_rows,
            "n_done": n_done,
            "n_created": n_created,
            "n_updated": n_updated,
            "n_unchanged": n_unchanged,
            "n_rejected": n_rejected,
            "message": message,
            "created_at": created_at,
            "finished_at": finished_at,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        batch_id = d.pop("batch_id")

        file_name = d.pop("file_name")

        purpose = d.pop("purpose")

        state = d.pop("state")

        def _parse_n_rows(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        n_rows = _parse_n_rows(d.pop("n_rows"))


        n_done = d.pop("n_done")

        n_created = d.pop("n_created")

        n_updated = d.pop("n_updated")

        n_unchanged = d.pop("n_unchanged")

        n_rejected = d.pop("n_rejected")

        message = d.pop("message")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))




        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)



                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))


        batch_progress = cls(
            batch_id=batch_id,
            file_name=file_name,
            purpose=purpose,
            state=state,
            n_rows=n_rows,
            n_done=n_done,
            n_created=n_created,
            n_updated=n_updated,
            n_unchanged=n_unchanged,
            n_rejected=n_rejected,
            message=message,
            created_at=created_at,
            finished_at=finished_at,
        )


        batch_progress.additional_properties = d
        return batch_progress

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
