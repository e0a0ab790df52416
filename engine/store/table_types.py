"""What every table of the ledger is made of: times as whole microseconds, row numbers, and the one list of all tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.types import TypeDecorator

from engine.clock import from_micros, to_micros


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole microseconds since 1970: exact, ordered and alike on every store."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        """To the store."""
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        """From the store."""
        return None if value is None else from_micros(value)


# The number of a row. SQLite keeps a table in the order of its INTEGER key, without a second index.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)
