"""From typed columns to the models' matrix: one recipe a feature, fitted on training rows, the same for one row and a million."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import log
from typing import Literal, cast

import numpy as np
import polars as pl

from engine.scoring.columns import Column, Numbers
from engine.scoring.source_rates import RATE_OF

How = Literal[
    "value", "missing", "filled", "level", "other", "frequency", "length", "words", "age_days", "month", "weekday", "hour",
    "published", "kind", "agent",
]  # fmt: skip
SHRUNK: tuple[How, ...] = ("published", "kind", "agent")  # what only the candidate for small histories reads; always the last ones

_MAX_LEVELS = 60
_MIN_ROWS_OF_A_LEVEL = 10
_MIN_SHARE_OF_A_FLAG = 0.005
_MIN_ROWS_OF_AN_AGENT = 3


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the matrix: which column it comes from, and how."""

    column: str
    how: How
    level: str = ""

    @property
    def name(self) -> str:
        """The feature in words."""
        return (
            f"{self.column} = {self.level}"
            if self.how in {"level", "agent", "kind"}
            else self.column
            if self.how == "value"
            else f"{self.column}: {self.how}"
        )


@dataclass(frozen=True, slots=True)
class Encoder:
    """The recipe of every feature, and how often each level was seen (for levels too rare to stand alone).

    `meanings` says of a column of sources which of our sources each of its levels is.
    """

    features: tuple[Feature, ...]
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    meanings: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def n_shared(self) -> int:
        """How many features all candidates read."""
        return sum(feature.how not in SHRUNK for feature in self.features)

    def apply(self, columns: Mapping[str, Column], row_days: Numbers | None) -> Numbers:
        """The matrix of these rows: one row each, one column a feature, NaN where nothing is known."""
        n_rows = len(next(iter(columns.values())).levels) if columns else 0
        matrix = np.empty((n_rows, len(self.features)))
        for place, feature in enumerate(self.features):
            matrix[:, place] = self._values(feature, columns[feature.column], row_days)
        return matrix

    def as_dict(self) -> dict[str, object]:
        """The recipe as plain data, for the model's file."""
        return {"features": [asdict(feature) for feature in self.features], "counts": self.counts, "meanings": self.meanings}

    def _values(self, feature: Feature, column: Column, row_days: Numbers | None) -> Numbers:
        if feature.how in {"value", "age_days", "month", "weekday", "hour"}:
            return _of_numbers(feature.how, column.numbers, row_days)
        if feature.how in {"missing", "filled"}:
            is_so: Numbers = (column.is_missing == (feature.how == "missing")).astype(np.float64)
            return is_so
        if feature.how in {"published", "kind"}:
            return _of_sources(feature, column.levels, self.meanings[feature.column])
        counts = self.counts.get(feature.column, {})
        return _of_levels(feature, column.levels, counts)


def fit_encoder(columns: Sequence[Column], *, filled_only: frozenset[str], has_row_days: bool, time: str | None) -> Encoder:
    """Decide from training rows which features each column gives. No outcome is looked at."""
    features: list[Feature] = []
    counts: dict[str, dict[str, int]] = {}
    for column in columns:
        if column.name in filled_only:
            features.append(Feature(column.name, "filled"))
        elif column.type.kind == "category":
            counts[column.name] = _count(column.levels)
            features.extend(_category_features(column, counts[column.name]))
        else:
            features.extend(_other_features(column, has_row_days=has_row_days, is_time=column.name == time))
    return Encoder(tuple(features), counts)


def with_shrunk(
    encoder: Encoder, columns: Mapping[str, Column], *, sources: Mapping[str, Mapping[str, str]], agent: str | None
) -> Encoder:
    """The recipe with what the candidate for small histories reads beside the rest: the published rate of each row's source,
    which source it is, and whose lead it is. `sources` says of a column of sources what each level means."""
    more: list[Feature] = []
    for name, meanings in sources.items():
        more.append(Feature(name, "published"))
        more += [Feature(name, "kind", meaning) for meaning in sorted(set(meanings.values()))]
    if agent is not None:
        counts = _count(columns[agent].levels)
        often = [level for level, count in counts.items() if count >= _MIN_ROWS_OF_AN_AGENT]
        more += [Feature(agent, "agent", level) for level in often[:_MAX_LEVELS]]
    return Encoder((*encoder.features, *more), encoder.counts, {name: dict(meanings) for name, meanings in sources.items()})


def encoder_from(data: Mapping[str, object]) -> Encoder:
    """The recipe that `as_dict` wrote."""
    rows = cast("list[dict[str, str]]", data["features"])
    features = tuple(Feature(row["column"], cast("How", row["how"]), row["level"]) for row in rows)
    counts, meanings = (
        cast("dict[str, dict[str, int]]", data["counts"]),
        cast("dict[str, dict[str, str]]", data.get("meanings", {})),
    )
    return Encoder(features, counts, meanings)


def _count(levels: pl.Series) -> dict[str, int]:
    counted = levels.drop_nulls().value_counts()
    pairs = sorted(counted.rows(), key=lambda pair: (-pair[1], pair[0]))
    return {str(level): int(count) for level, count in pairs}


def _category_features(column: Column, counts: Mapping[str, int]) -> list[Feature]:
    n_rows = len(column.levels)
    common = [level for level, count in counts.items() if count >= _MIN_ROWS_OF_A_LEVEL][:_MAX_LEVELS]
    has_missing = column.levels.null_count() >= _MIN_SHARE_OF_A_FLAG * n_rows
    is_flag = len(common) == 2 and len(counts) == 2 and not has_missing
    features = [Feature(column.name, "level", level) for level in (common[1:] if is_flag else common)]
    n_rare = sum(count for level, count in counts.items() if level not in set(common))
    if n_rare >= _MIN_ROWS_OF_A_LEVEL:
        features.append(Feature(column.name, "other"))
    if has_missing and len(common) >= 1:
        features.append(Feature(column.name, "missing"))
    if len(counts) > _MAX_LEVELS // 2:
        features.append(Feature(column.name, "frequency"))
    return features


def _other_features(column: Column, *, has_row_days: bool, is_time: bool) -> list[Feature]:
    hows: list[How] = []
    if column.type.kind == "date":
        # The row's own time only tells the weekday and the hour: the date itself would be a model of the past.
        hows = ["weekday", "hour"] if is_time else ["age_days" if has_row_days else "value", "month", "weekday"]
    elif column.type.kind == "text":
        hows = ["length", "words"]
    elif column.type.kind == "number" and not is_time:
        hows = ["value"]
    missing_rate = float(column.is_missing.mean()) if len(column.levels) else 0.0
    if not is_time and hows and _MIN_SHARE_OF_A_FLAG <= missing_rate <= 1 - _MIN_SHARE_OF_A_FLAG:
        hows.append("missing")
    return [Feature(column.name, how) for how in hows]


def _of_numbers(how: How, numbers: Numbers, row_days: Numbers | None) -> Numbers:
    if how == "value":
        return numbers
    if how == "age_days":
        return numbers if row_days is None else row_days - numbers
    if how == "hour":
        return np.floor((numbers % 1.0) * 24)
    if how == "weekday":
        return np.asarray((np.floor(numbers) + 3) % 7)  # 1970-01-01 was a Thursday; Monday is 0
    months = np.full(len(numbers), np.nan)
    known = ~np.isnan(numbers)
    months[known] = numbers[known].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    return months


def _of_sources(feature: Feature, levels: pl.Series, meanings: Mapping[str, str]) -> Numbers:
    """Which source it is, or how often leads of it close as published (log odds; NaN where nobody knows the source)."""
    meant = levels.replace_strict(list(meanings), list(meanings.values()), default=None, return_dtype=pl.String)
    if feature.how == "kind":
        return (meant == feature.level).fill_null(value=False).cast(pl.Float64).to_numpy()
    odds = {name: log(rate / (1.0 - rate)) for name, rate in RATE_OF.items()}
    said = meant.replace_strict(list(odds), list(odds.values()), default=None, return_dtype=pl.Float64)
    return said.fill_null(float("nan")).to_numpy()


def _of_levels(feature: Feature, levels: pl.Series, counts: Mapping[str, int]) -> Numbers:
    if feature.how == "length":
        return levels.str.len_chars().cast(pl.Float64).fill_null(0.0).to_numpy()
    if feature.how == "words":
        return levels.str.count_matches(r"\S+").cast(pl.Float64).fill_null(0.0).to_numpy()
    if feature.how in {"level", "agent"}:
        return (levels == feature.level).fill_null(value=False).cast(pl.Float64).to_numpy()
    if feature.how == "frequency":
        seen = levels.replace_strict(list(counts), list(counts.values()), default=0, return_dtype=pl.Float64)
        return seen.set(levels.is_null(), float("nan")).log1p().to_numpy().astype(np.float64)
    common = [level for level, count in counts.items() if count >= _MIN_ROWS_OF_A_LEVEL][:_MAX_LEVELS]
    return (~levels.is_in(common)).fill_null(value=False).cast(pl.Float64).to_numpy()
