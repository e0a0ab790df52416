"""A forecast as scripts read it: the outside interface's JSON, and the same as a few lines of text."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.commission.backtest import Backtest, Band, Health
from engine.commission.bridge import Bridge
from engine.commission.forecast import PeriodRange, Range, Simulation

_UNITS = (("weeks", "week"), ("months", "month"), ("quarters", "quarter"))


def forecast_data(simulation: Simulation, judged: Backtest, *, facts: str = "live") -> dict[str, Any]:
    """The distribution by week, month and quarter, the goal, what rests on assumed rates, and whether past forecasts held. Cents.

    The first week, month and quarter hold what has closed in them so far. `facts`: live, frozen that night, or reconstructed since.
    """
    book = simulation.book
    year_gci, year_net = simulation.year()
    return {
        "as_of": book.as_of.isoformat(),
        "facts": facts,
        "seed": simulation.seed,
        "simulations": simulation.n,
        "open_deals": len(book.deals),
        **{unit: [_period(name, one) for one in simulation.ranges(unit)] for unit, name in _UNITS},
        "next_90_days": dict(zip(("gci", "net"), map(range_data, simulation.window(90)), strict=True)),
        "year": {"year": book.as_of.year, "gci": range_data(year_gci), "net": range_data(year_net)},
        "goal": {"amount_cents": book.goal_cents, "probability": simulation.goal_chance},
        "assumed_share": simulation.assumed_share,
        "caps": [
            {
                "agent": cap.agent,
                "used_cents": cap.used_cents,
                "cap_cents": cap.cap_cents,
                "probability": cap.chance,
                "p10_on": _day(cap.p10_on),
                "p50_on": _day(cap.p50_on),
                "p90_on": _day(cap.p90_on),
            }
            for cap in simulation.caps()
        ],
        "backtest": backtest_data(judged),
    }


def range_data(found: Range) -> dict[str, int]:
    """P10, P50, P90 and the mean."""
    return {"p10": found.p10, "p50": found.p50, "p90": found.p90, "mean": found.mean}


def backtest_data(judged: Backtest) -> dict[str, Any]:
    """Each horizon's coverage and bias; the top-level figures are those of weeks, None while there are too few."""
    weeks = judged.bands[0]
    return {
        "bands": [_band(band) for band in judged.bands],
        "coverage": weeks.coverage,
        "expected_coverage": weeks.expected,
        "bias": weeks.bias,
        "weeks": judged.n_weeks,
        "state": judged.health.value,
        "alarm": judged.health is Health.ALARM,
        "sentence": judged.sentence,
    }


def bridge_data(found: Bridge, facts: str) -> dict[str, Any]:
    """What moved the year's expected GCI between two days; the bars add up to the cent."""
    return {
        "since": found.before_on.isoformat(),
        "facts": facts,
        "before_cents": found.before_cents,
        "after_cents": found.after_cents,
        "bars": [
            {
                "move": bar.move.value,
                "cents": bar.cents,
                "deals": [{"deal": part.deal_id, "cents": part.cents, "why": part.note} for part in bar.parts],
            }
            for bar in found.bars
        ],
    }


def forecast_text(data: Mapping[str, Any]) -> str:
    """The forecast for a person at a terminal: months, the year, the goal, and how far it can be trusted."""
    lines = [f"Forecast as of {data['as_of']} ({data['facts']} facts): {data['open_deals']} open deals, seed {data['seed']}"]
    lines.append(f"{'month':<10}{'GCI P10':>14}{'P50':>14}{'P90':>14}{'net P50':>16}")
    lines += [_line(one["month"], one) for one in data["months"]]
    lines.append(_line(str(data["year"]["year"]), data["year"]))
    goal, share = data["goal"], data["assumed_share"]
    if goal["amount_cents"] is None:
        lines.append("No goal is set.")
    else:
        lines.append(
            f"Goal {_dollars(goal['amount_cents'])}: reached in {goal['probability']:.0%} of {data['simulations']:,} simulations"
        )
    if share is not None:
        lines.append(f"{share:.0%} of the expected GCI rests on the assumed default rate")
    lines.append(f"Back-test: {data['backtest']['sentence']}")
    return "\n".join(lines)


def _period(name: str, one: PeriodRange) -> dict[str, Any]:
    return {
        name: one.period.name,
        "begins_on": one.period.begins_on.isoformat(),
        "ends_on": one.period.ends_on.isoformat(),
        "gci": range_data(one.gci),
        "net": range_data(one.net),
        "closed": {"gci": one.closed_gci_cents, "net": one.closed_net_cents},
        "running": {"gci": range_data(one.gci_running), "net": range_data(one.net_running)},
    }


def _band(band: Band) -> dict[str, Any]:
    names: Sequence[str] = ("days", "coverage", "expected", "low", "high", "bias", "said_cents", "came_cents", "sentence")
    found = {name: getattr(band, name) for name in names}
    return found | {"windows": band.n, "inside": band.n_inside, "state": band.health.value, "alarm": band.health is Health.ALARM}


def _day(day: object) -> str | None:
    return None if day is None else str(day)


def _line(name: str, one: Mapping[str, Any]) -> str:
    amounts = [_dollars(one["gci"][quantile]) for quantile in ("p10", "p50", "p90")]
    return f"{name:<10}{amounts[0]:>14}{amounts[1]:>14}{amounts[2]:>14}{_dollars(one['net']['p50']):>16}"


def _dollars(cents: int) -> str:
    return f"{'−' if cents < 0 else ''}${abs(cents) / 100:,.0f}"
