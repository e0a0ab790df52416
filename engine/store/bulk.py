"""Many rows at once, column by column: the statement is written down once and handed to the driver with plain values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect

_N_KEPT = 10_000


def insert_columns(
    connection: Connection,
    table: Table,
    columns: Mapping[str, Sequence[Any]],
    *,
    as_stored: Iterable[str] = (),
    leaves_known: bool = False,
) -> None:
    """Add rows that come as columns of the same length; does nothing for none.

    `as_stored` names columns whose values already are what the store keeps (JSON as text). With `leaves_known` rows whose key is
    taken are passed over. SQLAlchemy's own way costs several times as much a row: it puts the parameters of each together anew.
    """
    if not next(iter(columns.values()), ()):
        return
    converters = _converters(connection.dialect, table)
    stored = [
        values if name in as_stored or name not in converters else _converted(values, converters[name])
        for name, values in columns.items()
    ]
    statement = _statement(connection.dialect.name, table, tuple(columns), leaves_known)
    connection.exec_driver_sql(statement, list(zip(*stored, strict=True)))


def _converted(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """The values as the driver takes them; most of a column's values are alike, so what was converted is kept a while."""
    known: dict[Any, Any] = {}
    converted = []
    for value in values:
        try:
            if value not in known:
                if len(known) == _N_KEPT:
                    known.clear()
                known[value] = convert(value)
            converted.append(known[value])
        except TypeError:  # a mapping can't be looked up
            converted.append(convert(value))
    return converted


@cache
def _statement(dialect: str, table: Table, names: tuple[str, ...], leaves_known: bool) -> str:
    marks = ", ".join(["%s" if dialect == "postgresql" else "?"] * len(names))
    columns = ", ".join(f'"{name}"' for name in names)
    ending = " ON CONFLICT DO NOTHING" if leaves_known else ""
    return f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks}){ending}'  # noqa: S608 (names of the schema itself)


@cache
def _converters(dialect: Dialect, table: Table) -> dict[str, Callable[[Any], Any]]:
    """How each column's values become the driver's; those that go as they are are left out."""
    found = {column.name: column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.c}
    return {name: convert for name, convert in found.items() if convert is not None}
