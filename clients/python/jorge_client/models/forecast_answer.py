from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, BinaryIO, TextIO, TYPE_CHECKING, Generator

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

from ..types import UNSET, Unset
from typing import cast
import datetime

if TYPE_CHECKING:
  from ..models.forecast_answer_backtest import ForecastAnswerBacktest
  from ..models.forecast_answer_bridge_type_0 import ForecastAnswerBridgeType0
  from ..models.goal_answer import GoalAnswer
  from ..models.period_answer import PeriodAnswer





T = TypeVar("T", bound="ForecastAnswer")



@_attrs_define
class ForecastAnswer:
    """ What the open deals and what follows them will pay: simulated through the office's own splits and caps.

        Attributes:
            as_of (datetime.date):
            seed (int):
            simulations (int):
            weeks (list[PeriodAnswer]):
            months (list[PeriodAnswer]):
            quarters (list[PeriodAnswer]):
            goal (GoalAnswer): The year's goal and the chance to reach it; null without one.
            assumed_share (float | None): How much of it rests on the default rate
            backtest (ForecastAnswerBacktest): How often past forecasts held what came
            bridge (ForecastAnswerBridgeType0 | None | Unset): What moved it since a day; the bars add up to the cent
     """

    as_of: datetime.date
    seed: int
    simulations: int
    weeks: list[PeriodAnswer]
    months: list[PeriodAnswer]
    quarters: list[PeriodAnswer]
    goal: GoalAnswer
    assumed_share: float | None
    backtest: ForecastAnswerBacktest
    bridge: ForecastAnswerBridgeType0 | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)





    def to_dict(self) -> dict[str, Any]:
        from ..models.forecast_answer_backtest import ForecastAnswerBacktest # noqa: PLC0415
        from ..models.forecast_answer_bridge_type_0 import ForecastAnswerBridgeType0 # noqa: PLC0415
        from ..models.goal_answer import GoalAnswer # noqa: PLC0415
        from ..models.period_answer import PeriodAnswer # noqa: PLC0415
        as_of = self.as_of.isoformat()

        seed = self.seed

        simulations = self.simulations

        weeks = []
        for weeks_item_data in self.weeks:
            weeks_item = weeks_item_data.to_dict()
            weeks.append(weeks_item)



        months = []
        for months_item_data in self.months:
            months_item = months_item_data.to_dict()
            months.append(months_item)



        quarters = []
        for quarters_item_data in self.quarters:
            quarters_item = quarters_item_data.to_dict()
            quarters.append(quarters_item)



        goal = self.goal.to_dict()

        assumed_share: float | None
        assumed_share = self.assumed_share

        backtest = self.backtest.to_dict()

        bridge: dict[str, Any] | None | Unset
        if isinstance(self.bridge, Unset):
            bridge = UNSET
        elif isinstance(self.bridge, ForecastAnswerBridgeType0):
            bridge = self.bridge.to_dict()
        else:
            bridge = self.bridge


        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({
            "as_of": as_of,
            "seed": seed,
            "simulations": simulations,
            "weeks": weeks,
            "months": months,
            "quarters": quarters,
            "goal": goal,
            "assumed_share": assumed_share,
            "backtest": backtest,
        })
        if bridge is not UNSET:
            field_dict["bridge"] = bridge

        return field_dict



    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.forecast_answer_backtest import ForecastAnswerBacktest # noqa: PLC0415
        from ..models.forecast_answer_bridge_type_0 import ForecastAnswerBridgeType0 # noqa: PLC0415
        from ..models.goal_answer import GoalAnswer # noqa: PLC0415
        from ..models.period_answer import PeriodAnswer # noqa: PLC0415
        d = dict(src_dict)
        as_of = datetime.date.fromisoformat(d.pop("as_of"))




        seed = d.pop("seed")

        simulations = d.pop("simulations")

        weeks = []
        _weeks = d.pop("weeks")
        for weeks_item_data in (_weeks):
            weeks_item = PeriodAnswer.from_dict(weeks_item_data)



            weeks.append(weeks_item)


        months = []
        _months = d.pop("months")
        for months_item_data in (_months):
            months_item = PeriodAnswer.from_dict(months_item_data)



            months.append(months_item)


        quarters = []
        _quarters = d.pop("quarters")
        for quarters_item_data in (_quarters):
            quarters_item = PeriodAnswer.from_dict(quarters_item_data)



            quarters.append(quarters_item)


        goal = GoalAnswer.from_dict(d.pop("goal"))




        def _parse_assumed_share(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        assumed_share = _parse_assumed_share(d.pop("assumed_share"))


        backtest = ForecastAnswerBacktest.from_dict(d.pop("backtest"))




        def _parse_bridge(data: object) -> ForecastAnswerBridgeType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                bridge_type_0 = ForecastAnswerBridgeType0.from_dict(data)



                return bridge_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ForecastAnswerBridgeType0 | None | Unset, data)

        bridge = _parse_bridge(d.pop("bridge", UNSET))


        forecast_answer = cls(
            as_of=as_of,
            seed=seed,
            simulations=simulations,
            weeks=weeks,
            months=months,
            quarters=quarters,
            goal=goal,
            assumed_share=assumed_share,
            backtest=backtest,
            bridge=bridge,
        )


        forecast_answer.additional_properties = d
        return forecast_answer

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
