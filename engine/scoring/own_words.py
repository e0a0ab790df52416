"""Reasons of a team's own model in words: what a column says of a row, and how far it moved it. Columns of a history may be anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.records import Reason
from engine.scoring import denylist
from engine.scoring.columns import ColumnType, Numbers
from engine.scoring.encoding import Encoder, Feature
from engine.scoring.explain import MIN_EFFECT, MIN_SHARE, N_REASONS
from engine.scoring.wording import span

_ByHow = Mapping[str, tuple[Feature, float]]

_MOST_CHARS = 60
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says what the columns of one model say of a row. Knows the matrix alone, so that a kept score can be told later."""

    names: tuple[str, ...]  # of the columns, in order
    places: tuple[tuple[int, ...], ...]  # which features of the matrix are each column's
    features: tuple[Feature, ...]
    types: dict[str, ColumnType]

    def by_column(self, effects: Numbers) -> Numbers:
        """Rows x columns: what all features of a column did together."""
        return np.column_stack([effects[:, list(places)].sum(axis=1) for places in self.places])

    def say(self, column: int, row: Sequence[float]) -> tuple[str, str, bool]:
        """The column's value, the sentence about it, and whether it says anything at all (not that it is empty)."""
        name = self.names[column]
        mine = [(self.features[place], row[place]) for place in self.places[column]]
        value = _value(mine)
        if value is None:
            return "not known", f"{name} is not filled in", False
        return value, (value if value.startswith(name) else f"{name}: {value}"), True

    def reasons(self, row: Sequence[float], effects: Sequence[float]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
        """What spoke most for and against, in probability before calibration; what moved hardly anything is not said."""
        least = max(MIN_EFFECT, MIN_SHARE * sum(abs(one) for one in effects))
        order = sorted(range(len(effects)), key=lambda place: (-abs(effects[place]), place))
        sides: tuple[list[Reason], list[Reason]] = ([], [])
        for place in order:
            effect, side = effects[place], sides[0 if effects[place] > 0 else 1]
            if abs(effect) < least or len(side) == N_REASONS or not self._may_say(place):
                continue
            value, text, is_known = self.say(place, row)
            if effect < 0 or is_known:  # that something is not known is no reason for
                side.append(Reason(feature=self.names[place], value=value, effect=effect, text=text))
        return tuple(sides[0]), tuple(sides[1])

    def _may_say(self, column: int) -> bool:
        """Screening keeps such columns out; should one have been let in, it is at least never given as a reason."""
        return denylist.protected_trait(self.names[column]) is None


def speaker_of(encoder: Encoder, types: Sequence[ColumnType]) -> Speaker:
    """The words of a model with this recipe."""
    names = tuple(dict.fromkeys(feature.column for feature in encoder.features))
    places = tuple(tuple(place for place, one in enumerate(encoder.features) if one.column == name) for name in names)
    return Speaker(names, places, encoder.features, {type_.name: type_ for type_ in types})


def _value(mine: Sequence[tuple[Feature, float]]) -> str | None:
    """What these features of one column say together; None where it is empty."""
    by_how: _ByHow = {feature.how: (feature, value) for feature, value in mine if feature.how not in {"level", "kind", "agent"}}
    if "filled" in by_how:
        return f"{by_how['filled'][0].column} is filled in" if by_how["filled"][1] == 1.0 else None
    if by_how.get("missing", (None, 0.0))[1] == 1.0:
        return None
    level = next((one.level for one, value in mine if one.how in {"level", "agent"} and value == 1.0), None)
    kind = next((one.level.replace("_", " ") for one, value in mine if one.how == "kind" and value == 1.0), None)
    if level is not None or kind is not None:
        return (level or kind or "")[:_MOST_CHARS]
    if any(one.how == "level" for one, _ in mine):
        return _of_a_category(mine, by_how)
    return _of_numbers(by_how)


def _of_a_category(mine: Sequence[tuple[Feature, float]], by_how: _ByHow) -> str | None:
    """None of the levels with a feature of their own: a rare one, or the commoner of two, which needs none."""
    if by_how.get("other", (None, 0.0))[1] == 1.0:
        return "one of the rarer ones"
    levels = [one.level for one, _ in mine if one.how == "level"]
    return f"not {levels[0][:_MOST_CHARS]}" if len(levels) == 1 else "none of the usual ones" if "missing" in by_how else None


def _of_numbers(by_how: _ByHow) -> str | None:
    said = []
    for how, (_, value) in by_how.items():
        if np.isnan(value):
            continue
        if how == "value":
            said.append(f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.4g}")
        elif how == "age_days":
            said.append(f"{span(abs(value) * 1440.0)} {'before' if value >= 0 else 'after'}")
        elif how == "month":
            said.append(f"in {_MONTHS[int(value) - 1]}")
        elif how == "weekday":
            said.append(f"on a {_DAYS[int(value)]}")
        elif how == "hour":
            said.append(f"about {int(value)} o’clock")
        elif how == "words":
            said.append(f"{value:.0f} word{'' if value == 1 else 's'}")
        elif how == "published":
            said.append(f"closes {100 / (1 + np.exp(-value)):.2g} % of the time, as published")
    return ", ".join(said) or None
