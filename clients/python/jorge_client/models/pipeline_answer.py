from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.accuracy_answer import AccuracyAnswer
  from ..models.likely_lead import LikelyLead
  from ..models.source_answer import SourceAnswer
  from ..models.stage_answer import StageAnswer
  from ..models.week_answer import WeekAnswer





T = TypeVar("T", bound="PipelineAnswer")



@_attrs_define
class PipelineAnswer:
    """ Jorge's commission pipeline in one answer.

        Attributes:
            as_of (datetime.datetime):
            n_open (int):
            total_cents (int | None): GCI of the open deals, before splits and fees
            weighted_cents (int | None):
            predicted_cents (int | None):
            assumed_share (float | None): Of the total, how much rests on the default rate
            by_stage (list[StageAnswer]):
            weekly_projection (list[WeekAnswer]):
            high_probability_leads (list[LikelyLead]):
            top_sources (list[SourceAnswer]):
            predicted_vs_actual (AccuracyAnswer): Of ended deals that were scored before: what was expected of them, and
                what they paid.
     """

    as_of: datetime.datetime
    n_open: int
    total_cents: int | None
    weighted_cents: int | None
    predicted_cents: int | None
    assumed_share: float | None
    by_stage: list[StageAnswer]
    weekly_projection: list[WeekAnswer]
    high_probability_leads: list[LikelyLead]
    top_sources: list[SourceAnswer]
    predicted_vs_actual: AccuracyAnswer
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.accuracy_answer import AccuracyAnswer # noqa: PLC0415
        from ..models.likely_lead import LikelyLead # noqa: PLC0415
        from ..models.source_answer import SourceAnswer # noqa: PLC0415
        from ..models.stage_answer import StageAnswer # noqa: PLC0415
        from ..models.week_answer import WeekAnswer # noqa: PLC0415
        as_of = self.as_of.isoformat()

        n_open = self.n_open

        total_cents: int | None
        total_cents = self.total_cents

        weighted_cents: int | None
        weighted_cents = self.weighted_cents

        predicted_cents: int | None
        predicted_cents = self.predicted_cents

        assumed_share: float | None
        assumed_share = self.assumed_share

        by_stage = []
        for by_stage_item_data in self.by_stage:
            by_stage_item = by_stage_item_data.to_dict()
            by_stage.append(by_stage_item)



        weekly_projection = []
        for weekly_projection_item_data in self.weekly_projection:
            weekly_projection_item = weekly_projection_item_data.to_dict()
            weekly_projection.append(weekly_projection_item)



        high_probability_leads = []
        for high_probability_leads_item_data in self.high_probability_leads:
            high_probability_leads_item = high_probability_leads_item_data.to_dict()
            high_probability_leads.append(high_probability_leads_item)



        top_sources = []
        for top_sources_item_data in self.top_sources:
            top_sources_item = top_sources_item_data.to_dict()
            top_sources.append(top_sources_item)



        predicted_vs_actual = self.predicted_vs_actual.to_dict()


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "as_of": as_of,
            "n_open": n_open,
            "total_cents": total_cents,
            "weighted_cents": weighted_cents,
            "predicted_cents": predicted_cents,
            "assumed_share": assumed_share,
            "by_stage": by_stage,
            "weekly_projection": weekly_projection,
            "high_probability_leads": high_probability_leads,
            "top_sources": top_sources,
            "predicted_vs_actual": predicted_vs_actual,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.accuracy_answer import AccuracyAnswer # noqa: PLC0415
        from ..models.likely_lead import LikelyLead # noqa: PLC0415
        from ..models.source_answer import SourceAnswer # noqa: PLC0415
        from ..models.stage_answer import StageAnswer # noqa: PLC0415
        from ..models.week_answer import WeekAnswer # noqa: PLC0415
        d = dict(src_dict)
        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))




        n_open = d.pop("n_open")

        def _parse_total_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        total_cents = _parse_total_cents(d.pop("total_cents"))


        def _parse_weighted_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        weighted_cents = _parse_weighted_cents(d.pop("weighted_cents"))


        def _parse_predicted_cents(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        predicted_cents = _parse_predicted_cents(d.pop("predicted_cents"))


        def _parse_assumed_share(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        assumed_share = _parse_assumed_share(d.pop("assumed_share"))


        by_stage = []
        _by_stage = d.pop("by_stage")
        for by_stage_item_data in (_by_stage):
            by_stage_item = StageAnswer.from_dict(by_stage_item_data)



            by_stage.append(by_stage_item)


        weekly_projection = []
        _weekly_projection = d.pop("weekly_projection")
        for weekly_projection_item_data in (_weekly_projection):
            weekly_projection_item = WeekAnswer.from_dict(weekly_projection_item_data)



            weekly_projection.append(weekly_projection_item)


        high_probability_leads = []
        _high_probability_leads = d.pop("high_probability_leads")
        for high_probability_leads_item_data in (_high_probability_leads):
            high_probability_leads_item = LikelyLead.from_dict(high_probability_leads_item_data)



            high_probability_leads.append(high_probability_leads_item)


        top_sources = []
        _top_sources = d.pop("top_sources")
        for top_sources_item_data in (_top_sources):
            top_sources_item = SourceAnswer.from_dict(top_sources_item_data)



            top_sources.append(top_sources_item)


        predicted_vs_actual = AccuracyAnswer.from_dict(d.pop("predicted_vs_actual"))




        pipeline_answer = cls(
            as_of=as_of,
            n_open=n_open,
            total_cents=total_cents,
            weighted_cents=weighted_cents,
            predicted_cents=predicted_cents,
            assumed_share=assumed_share,
            by_stage=by_stage,
            weekly_projection=weekly_projection,
            high_probability_leads=high_probability_leads,
            top_sources=top_sources,
            predicted_vs_actual=predicted_vs_actual,
        )


        pipeline_answer.additional_properties = d
        return pipeline_answer

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
