"""Scores keep what the model saw and what each of it did, so that what moved a lead can be told from what is stored."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the two columns; scores from before stay without."""
    op.add_column("scores", sa.Column("inputs", sa.LargeBinary(), nullable=True))
    op.add_column("scores", sa.Column("effects", sa.LargeBinary(), nullable=True))
