"""A whole file of leads, row by row: payloads by the mapping, readings in the file's own column names, and the file's fingerprint."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from engine.intake.dates import DateOrder, guess_date_order, is_ambiguous
from engine.intake.fields import FAMILIES, SPECS, field_named
from engine.intake.lines import Row
from engine.intake.normalise import Problem, Reading, lead_from
from engine.intake.table import TableFile
from engine.records import Market

_DATE_FIELDS = ("created_at", "deal_closes_on", "consent_on")


@dataclass(frozen=True, slots=True)
class RowReading:
    """One row of a file: the line where it starts, its cells as they came, and what became of it."""

    line: int
    cells: tuple[str, ...]
    reading: Reading


def payload_of(row: Row | Sequence[str], columns: Sequence[str], mapping: Mapping[str, str | None]) -> dict[str, object]:
    """A row's cells by field. What no field takes is kept under its column's name in `extra`."""
    return _payload(row.cells if isinstance(row, Row) else row, columns, [mapping.get(column) for column in columns])


def payload_of_record(record: Mapping[str, object]) -> dict[str, object]:
    """A JSON object's members by field: names of FIELDS as they are, others (`budget_range`) as a column of that name would be."""
    payload: dict[str, object] = {str(key): value for key, value in record.items() if key in SPECS}
    extra: dict[str, object] = {}
    for key, value in record.items():
        if key in SPECS or value is None:
            continue
        if key == "extra" and isinstance(value, Mapping):
            extra.update({str(name): part for name, part in value.items()})
            continue
        named = field_named(str(key))
        seat = next((name for name in _seats(named[0]) if name not in payload), None) if named else None
        if seat:
            payload[seat] = value
        else:
            extra[str(key)] = value
    return {**payload, "extra": extra} if extra else payload


def fingerprint(path: Path, mapping: Mapping[str, str | None]) -> str:
    """SHA-256 of a file's content and of the mapping it is read with: equal means that reading it again changes nothing."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(json.dumps(sorted(mapping.items()), ensure_ascii=False).encode())
    return digest.hexdigest()


def date_order_of(table: TableFile, mapping: Mapping[str, str | None]) -> DateOrder | None:
    """Whether the file writes days or months first; None when it has such dates and nothing in any row decides."""
    for field in _DATE_FIELDS:
        places = [place for place, column in enumerate(table.columns) if mapping.get(column) == field]
        if not places:
            continue
        order = guess_date_order(row.cells[places[0]] for row in table.sample)
        if order is None and any(is_ambiguous(row.cells[places[0]]) for row in table.sample):
            order = guess_date_order(row.cells[places[0]] for row in table.rows())
        if order:
            return order
    return None


def has_ambiguous_dates(table: TableFile, mapping: Mapping[str, str | None]) -> bool:
    """Whether the file has dates that read differently day first and month first, and none that decides."""
    places = [place for place, column in enumerate(table.columns) if mapping.get(column) in _DATE_FIELDS]
    is_open = any(is_ambiguous(row.cells[place]) for place in places for row in table.sample)
    return is_open and date_order_of(table, mapping) is None


def read_leads(
    table: TableFile, mapping: Mapping[str, str | None], market: Market, at: datetime, date_order: DateOrder | None = None
) -> Iterator[RowReading]:
    """Every row of a file with its reading, in order; one reading a row, whatever it holds."""
    reader = RowReader(table, mapping, market=market, at=at, date_order=date_order)
    return map(reader.read, table.rows())


class RowReader:
    """Reads rows of one file, each by itself: the same cells always come to the same reading."""

    def __init__(
        self,
        table: TableFile,
        mapping: Mapping[str, str | None],
        *,
        market: Market,
        at: datetime,
        date_order: DateOrder | None = None,
    ) -> None:
        self._columns, self._n_columns = table.columns, table.n_columns
        self._market, self._at = market, at
        self._order = date_order or date_order_of(table, mapping)
        self._fields = [mapping.get(column) for column in table.columns]
        self._column_of = {field: column for column, field in mapping.items() if field}

    def read(self, row: Row) -> RowReading:
        """A row with what becomes of it."""
        payload = _payload(row.cells, self._columns, self._fields)
        reading = lead_from(payload, market=self._market, at=self._at, date_order=self._order)
        reading = _in_columns(reading, self._column_of, len(row.cells) - self._n_columns)
        if row.slip:
            reading = replace(reading, warnings=(*reading.warnings, Problem("", f"mended: {row.slip}")))
        return RowReading(row.line, row.cells, reading)


def _seats(field: str) -> Iterable[str]:
    return (field, *(f"{field}_{n}" for n in range(2, FAMILIES.get(field, 1) + 1)))


def _payload(cells: Sequence[str], columns: Sequence[str], fields: Sequence[str | None]) -> dict[str, object]:
    payload: dict[str, object] = {}
    extra: dict[str, str] = {}
    for column, field, cell in zip(columns, fields, cells, strict=False):
        if not cell:
            continue
        if field:
            payload[field] = cell
        else:
            extra[column] = cell
    for n, cell in enumerate(cells[len(columns) :], start=1):
        if cell:
            extra[f"extra_{n}"] = cell
    if extra:
        payload["extra"] = extra
    return payload


def _in_columns(reading: Reading, column_of: Mapping[str, str], n_more: int) -> Reading:
    """The reading with problems named by the file's columns, and a warning for cells beyond the header."""
    if not reading.problems and not reading.warnings and n_more <= 0:
        return reading
    more = (
        (Problem("", f"the row has {n_more} more cell{'s' if n_more > 1 else ''} than the header; kept beside the lead"),)
        if n_more > 0
        else ()
    )
    return replace(reading, problems=_named(reading.problems, column_of), warnings=_named(reading.warnings, column_of) + more)


def _named(problems: tuple[Problem, ...], column_of: Mapping[str, str]) -> tuple[Problem, ...]:
    return tuple(replace(problem, column=column_of.get(problem.column, problem.column)) for problem in problems)
