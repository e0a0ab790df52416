"""Frozen forecasts and what they are judged by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "forecasts",
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("n_simulations", sa.Integer(), nullable=False),
        sa.Column("n_deals", sa.Integer(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("as_of", name="pk_forecasts"),
    )
    op.create_table(
        "forecast_windows",
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gci_p10_cents", sa.BigInteger(), nullable=False),
        sa.Column("gci_p50_cents", sa.BigInteger(), nullable=False),
        sa.Column("gci_p90_cents", sa.BigInteger(), nullable=False),
        sa.Column("gci_mean_cents", sa.BigInteger(), nullable=False),
        sa.Column("gci_spread_cents", sa.BigInteger(), nullable=False),
        sa.Column("inside_rate", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["as_of"], ["forecasts.as_of"], name="fk_forecast_windows_as_of_forecasts"),
        sa.PrimaryKeyConstraint("as_of", "days", name="pk_forecast_windows"),
    )
