"""Expected closing days: each time one was moved."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "closing_day_changes",
        sa.Column("closing_day_change_id", number, autoincrement=False, nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("closes_from", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("closing_day_change_id", name=op.f("pk_closing_day_changes")),
    )
    op.create_index(op.f("ix_closing_day_changes_opportunity_id"), "closing_day_changes", ["opportunity_id"], unique=False)
