"""Frozen forecasts: what was known and what was said, night by night. What each means stands in docs/glossary.md."""

from sqlalchemy import JSON, BigInteger, Column, Date, Float, ForeignKey, Integer, LargeBinary, Table

from engine.store.table_types import UtcTime, metadata

# One row a night, never changed. `facts` is the book it rests on, compressed JSON: any forecast of that day can be made again from it.
forecasts = Table(
    "forecasts",
    metadata,
    Column("as_of", Date, primary_key=True),  # the office's day that begins
    Column("frozen_at", UtcTime, nullable=False),
    Column("rules", Integer, nullable=False),  # the version of the rules it was made by
    Column("seed", BigInteger, nullable=False),
    Column("n_simulations", Integer, nullable=False),
    Column("n_deals", Integer, nullable=False),
    Column("summary", JSON, nullable=False),  # as `forecast --json` prints it
    Column("facts", LargeBinary, nullable=False),
)

# What each night said of the days after it, in the form in which it is judged later: the amount of the deals known that night.
forecast_windows = Table(
    "forecast_windows",
    metadata,
    Column("as_of", Date, ForeignKey("forecasts.as_of"), primary_key=True),
    Column("days", Integer, primary_key=True, autoincrement=False),  # the window: as_of and the days after it, so many together
    Column("gci_p10_cents", BigInteger, nullable=False),
    Column("gci_p50_cents", BigInteger, nullable=False),
    Column("gci_p90_cents", BigInteger, nullable=False),
    Column("gci_mean_cents", BigInteger, nullable=False),
    Column("gci_spread_cents", BigInteger, nullable=False),  # the standard deviation
    Column("inside_rate", Float, nullable=False),  # the share of simulations between P10 and P90, both included
)
