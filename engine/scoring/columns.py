"""Columns of a team's own history: text read as numbers, dates, categories or free text. Which may be used is screening's matter."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from engine.errors import BadInput

Kind = Literal["number", "date", "category", "text", "empty"]
Numbers = NDArray[np.float64]

MISSING = frozenset(
    [
        "",
        "select",
        "select one",
        "please select",
        "choose",
        "na",
        "n/a",
        "#n/a",
        "nan",
        "nil",
        "null",
        "none",
        "unknown",
        "undefined",
        "missing",
        "not specified",
        "not provided",
        "-",
        "--",
        "?",
        ".",
    ]
)
_YES = frozenset(
    [
        "yes",
        "y",
        "true",
        "t",
        "1",
        "won",
        "win",
        "converted",
        "closed",
        "closed won",
        "sold",
        "success",
        "positive",
        "bought",
        "buyer",
        "subscribed",
    ]
)
_NO = frozenset(
    [
        "no",
        "n",
        "false",
        "f",
        "0",
        "lost",
        "loss",
        "not converted",
        "open",
        "closed lost",
        "unsold",
        "failure",
        "negative",
        "not bought",
        "not won",
        "not sold",
        "not subscribed",
    ]
)
_DATE_FORMATS = tuple(
    day + time
    for day in ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y/%m/%d", "%m/%d/%y", "%d/%m/%y",
                "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%Y%m%d")
    for time in ("", " %H:%M", " %H:%M:%S", " %H:%M:%S%.f", "T%H:%M:%S", "T%H:%M:%S%.f", " %I:%M %p", " %I:%M:%S %p")
)  # fmt: skip
_LOOKS_LIKE_A_DATE = (
    r"^\d{1,4}[-/. ]([A-Za-z]{3,9}|\d{1,2})[-/.,]? ?\d{2,4}([T ].*)?$"
    r"|^[A-Z][a-z]{2,8} \d{1,2}, ?\d{4}|^(19|20)\d{6}$"
)
_ZONE = r"(?i)(:\d{2}(?:\.\d+)?)\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})$"
_NOISE = r"[\s$€£%']"
_MAX_LEVEL_CHARS = 120


@dataclass(frozen=True, slots=True)
class ColumnType:
    """How a column's cells are to be read; kept with the model, so that new rows are read the same way."""

    name: str
    kind: Kind
    date_format: str = ""
    has_decimal_comma: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column as read: `numbers` (a date's are days since 1970; NaN is missing) or `levels` (None is missing)."""

    type: ColumnType
    numbers: Numbers
    levels: pl.Series

    @property
    def name(self) -> str:
        """The column's header."""
        return self.type.name

    @property
    def is_missing(self) -> NDArray[np.bool_]:
        """Which rows say nothing."""
        return np.isnan(self.numbers) if self.type.kind in {"number", "date"} else self.levels.is_null().to_numpy()

    def take(self, rows: NDArray[np.int64]) -> "Column":
        """The same column, of these rows only."""
        return replace(self, numbers=self.numbers[rows] if len(self.numbers) else self.numbers, levels=self.levels.gather(rows))


def text_frame(columns: Mapping[str, Sequence[str | None]] | pl.DataFrame) -> pl.DataFrame:
    """Any table as a frame of text, so that typing is ours alone; headers without a name get one."""
    frame = columns if isinstance(columns, pl.DataFrame) else pl.DataFrame(dict(columns), strict=False)
    frame = frame.with_columns(pl.all().cast(pl.String))
    return frame.rename({name: f"column {place}" for place, name in enumerate(frame.columns, start=1) if not name.strip()})


def type_column(cells: pl.Series) -> ColumnType:
    """What kind of column this is, from its cells alone (never from the outcome)."""
    values = _present(cells).drop_nulls()
    if values.is_empty():
        return ColumnType(cells.name, "empty")
    date_format = _date_format(values)
    if date_format:
        return ColumnType(cells.name, "date", date_format=date_format)
    comma = _uses_decimal_comma(values)
    has_codes = values.str.contains(r"^0\d{3,}$").mean() or 0.0
    if _as_numbers(values, comma).is_not_null().mean() >= 0.95 and float(cast("float", has_codes)) < 0.01:  # type: ignore[operator]
        return ColumnType(cells.name, "number", has_decimal_comma=comma)
    n_words = float(cast("float", values.str.count_matches(r"\S+").mean()))
    is_prose = n_words >= 4 and values.n_unique() > 0.3 * len(values)
    return ColumnType(cells.name, "text" if is_prose else "category")


def read_column(cells: pl.Series, type_: ColumnType) -> Column:
    """Read a column the way its type says; a cell that doesn't fit is missing."""
    values = _present(cells)
    numbers: Numbers = np.empty(0)
    if type_.kind == "number":
        numbers = _as_numbers(values, type_.has_decimal_comma).to_numpy().astype(np.float64)
    elif type_.kind == "date":
        numbers = _as_days(values, type_.date_format)
    else:
        values = values.str.slice(0, _MAX_LEVEL_CHARS) if type_.kind == "category" else values
    return Column(type_, numbers, values)


def read_outcome(cells: pl.Series, positive: str | None) -> NDArray[np.float64]:
    """The outcome as 1 and 0 (NaN: not known). What counts as 1 must be said, unless the values say it themselves."""
    values = cells.str.strip_chars().str.to_lowercase()
    values = values.set(values == "", None)
    known = sorted(values.drop_nulls().unique().to_list())
    wanted = positive.strip().lower() if positive is not None else _positive_of(known, cells.name)
    if wanted not in known:
        raise BadInput(f"no row's '{cells.name}' is '{positive}'; it has: {', '.join(known[:8])}", field=cells.name)
    outcome = (values == wanted).cast(pl.Float64)
    # A column that is filled for winners only ("won_date"-like) means "no" where it is empty.
    return (outcome.fill_null(0.0) if known == [wanted] else outcome).to_numpy().astype(np.float64)


def read_time(cells: pl.Series) -> Numbers:
    """When each row came about, as a number to sort by: a date or a running number."""
    type_ = type_column(cells)
    if type_.kind not in {"number", "date"}:
        raise BadInput(
            f"'{cells.name}' holds neither dates nor running numbers, so rows can't be put in order of time", field=cells.name
        )
    return read_column(cells, type_).numbers


def type_from(data: Mapping[str, object]) -> ColumnType:
    """The type that `type_as_dict` wrote."""
    return ColumnType(str(data["name"]), cast("Kind", data["kind"]), str(data["date_format"]), bool(data["has_decimal_comma"]))


def type_as_dict(type_: ColumnType) -> dict[str, object]:
    """A column's type as plain data, for the model's file."""
    return asdict(type_)


def _positive_of(known: list[str], name: str) -> str:
    yes = [value for value in known if value in _YES or value in {"1.0"}]
    rest = [value for value in known if value not in yes]
    if len(yes) == 1 and (len(known) <= 2 or all(value in _NO for value in rest)):
        return yes[0]
    if len(known) == 1:
        raise BadInput(f"every row's '{name}' is '{known[0]}': there is nothing to learn", field=name)
    raise BadInput(f"say which value of '{name}' is the good outcome (--positive): {', '.join(known[:8])}", field=name)


def _present(cells: pl.Series) -> pl.Series:
    values = cells.str.strip_chars()
    return values.set(values.str.to_lowercase().is_in(list(MISSING)).fill_null(value=False), None)


def _uses_decimal_comma(values: pl.Series) -> bool:
    with_comma = values.filter(values.str.contains(r"^-?[\d. ]*,\d+$"))
    if with_comma.is_empty():
        return False
    # A comma before anything but three digits can't be a thousands mark; a point after a comma settles the opposite.
    return bool(with_comma.str.contains(r",(\d{1,2}|\d{4,})$").any()) and not bool(values.str.contains(r",\d{3}\.").any())


def _as_numbers(values: pl.Series, comma: bool) -> pl.Series:
    bare = values.str.replace_all(_NOISE, "").str.replace(r"^\((.+)\)$", "-${1}")
    bare = (
        bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        if comma
        else bare.str.replace_all(",", "", literal=True)
    )
    bare = bare.set(~bare.str.contains(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$").fill_null(value=False), None)
    return bare.cast(pl.Float64, strict=False)


def _date_format(values: pl.Series) -> str:
    distinct = values.unique(maintain_order=True).head(2000)
    if float(cast("float", distinct.str.contains(_LOOKS_LIKE_A_DATE).mean())) < 0.95:
        return ""
    bare = distinct.str.replace(_ZONE, "${1}")
    # Dashes and points are written day first far more often than month first; slashes the American way.
    formats = [form for form in _DATE_FORMATS if _parses(bare.head(50), form)]
    shares = [(float(cast("float", _parsed(bare, form).is_not_null().mean())), form) for form in formats]
    best = max((share for share, _ in shares), default=0.0)
    return next((form for share, form in shares if share == best), "") if best >= 0.95 else ""


def _parses(values: pl.Series, form: str) -> bool:
    return _parsed(values, form).is_not_null().sum() > 0.5 * len(values)


def _parsed(values: pl.Series, form: str) -> pl.Series:
    if "%H" not in form and "%I" not in form:
        days = values.str.to_date(form, strict=False, exact=True)
        plausible = days.dt.year().is_between(1900, 2100).fill_null(value=False)
        return days.cast(pl.Datetime("us")).set(~plausible, None)
    times = values.str.to_datetime(form, strict=False, exact=True, time_unit="us")
    return times.set(~times.dt.year().is_between(1900, 2100).fill_null(value=False), None)


def _as_days(values: pl.Series, form: str) -> Numbers:
    times = _parsed(values.str.replace(_ZONE, "${1}"), form)
    return (times.dt.epoch("us").cast(pl.Float64) / 86_400_000_000).to_numpy().astype(np.float64)
