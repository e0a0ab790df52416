from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from typing import cast

if TYPE_CHECKING:
  from ..models.model_answer_bands import ModelAnswerBands
  from ..models.model_answer_calibration_item import ModelAnswerCalibrationItem
  from ..models.model_answer_challengers_item import ModelAnswerChallengersItem
  from ..models.model_answer_metrics import ModelAnswerMetrics
  from ..models.model_answer_n_scored_by_band import ModelAnswerNScoredByBand





T = TypeVar("T", bound="ModelAnswer")



@_attrs_define
class ModelAnswer:
    """ The model that scores, and how it did on leads it had not seen.

        Attributes:
            version (str):
            is_synthetic (bool): Trained on made-up leads
            in_place_since (str):
            metrics (ModelAnswerMetrics):
            bands (ModelAnswerBands): Probability from which a lead is hot, or warm
            calibration (list[ModelAnswerCalibrationItem]): What was said against what came, by probability
            challengers (list[ModelAnswerChallengersItem]):
            n_scored_by_band (ModelAnswerNScoredByBand):
            n_own_outcomes (int): Closed and lost deals of the office itself
     """

    version: str
    is_synthetic: bool
    in_place_since: str
    metrics: ModelAnswerMetrics
    bands: ModelAnswerBands
    calibration: list[ModelAnswerCalibrationItem]
    challengers: list[ModelAnswerChallengersItem]
    n_scored_by_band: ModelAnswerNScoredByBand
    n_own_outcomes: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.model_answer_bands import ModelAnswerBands # noqa: PLC0415
        from ..models.model_answer_calibration_item import ModelAnswerCalibrationItem # noqa: PLC0415
        from ..models.model_answer_challengers_item import ModelAnswerChallengersItem # noqa: PLC0415
        from ..models.model_answer_metrics import ModelAnswerMetrics # noqa: PLC0415
        from ..models.model_answer_n_scored_by_band import ModelAnswerNScoredByBand # noqa: PLC0415
        version = self.version

        is_synthetic = self.is_synthetic

        in_place_since = self.in_place_since

        metrics = self.metrics.to_dict()

        bands = self.bands.to_dict()

        calibration = []
        for calibration_item_data in self.calibration:
            calibration_item = calibration_item_data.to_dict()
            calibration.append(calibration_item)



        challengers = []
        for challengers_item_data in self.challengers:
            challengers_item = challengers_item_data.to_dict()
            challengers.append(challengers_item)



        n_scored_by_band = self.n_scored_by_band.to_dict()

        n_own_outcomes = self.n_own_outcomes


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "version": version,
            "is_synthetic": is_synthetic,
            "in_place_since": in_place_since,
            "metrics": metrics,
            "bands": bands,
            "calibration": calibration,
            "challengers": challengers,
            "n_scored_by_band": n_scored_by_band,
            "n_own_outcomes": n_own_outcomes,
        })

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.model_answer_bands import ModelAnswerBands # noqa: PLC0415
        from ..models.model_answer_calibration_item import ModelAnswerCalibrationItem # noqa: PLC0415
        from ..models.model_answer_challengers_item import ModelAnswerChallengersItem # noqa: PLC0415
        from ..models.model_answer_metrics import ModelAnswerMetrics # noqa: PLC0415
        from ..models.model_answer_n_scored_by_band import ModelAnswerNScoredByBand # noqa: PLC0415
        d = dict(src_dict)
        version = d.pop("version")

        is_synthetic = d.pop("is_synthetic")

        in_place_since = d.pop("in_place_since")

        metrics = ModelAnswerMetrics.from_dict(d.pop("metrics"))




        bands = ModelAnswerBands.from_dict(d.pop("bands"))




        calibration = []
        _calibration = d.pop("calibration")
        for calibration_item_data in (_calibration):
            calibration_item = ModelAnswerCalibrationItem.from_dict(calibration_item_data)



            calibration.append(calibration_item)


        challengers = []
        _challengers = d.pop("challengers")
        for challengers_item_data in (_challengers):
            challengers_item = ModelAnswerChallengersItem.from_dict(challengers_item_data)



            challengers.append(challengers_item)


        n_scored_by_band = ModelAnswerNScoredByBand.from_dict(d.pop("n_scored_by_band"))




        n_own_outcomes = d.pop("n_own_outcomes")

        model_answer = cls(
            version=version,
            is_synthetic=is_synthetic,
            in_place_since=in_place_since,
            metrics=metrics,
            bands=bands,
            calibration=calibration,
            challengers=challengers,
            n_scored_by_band=n_scored_by_band,
            n_own_outcomes=n_own_outcomes,
        )


        model_answer.additional_properties = d
        return model_answer

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
