"""Messages the rules could not make out: who hears them out, and who found a fact; the words that told a temperature."""

import sqlalchemy as sa
from alembic import op

from engine.store.table_types import UtcTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the columns; what was read before was read by the rules alone."""
    op.add_column("message_readings", sa.Column("because", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("message_readings", sa.Column("hearing", sa.Text(), server_default="", nullable=False))
    op.add_column("message_readings", sa.Column("why_person", sa.Text(), server_default="", nullable=False))
    op.add_column("message_readings", sa.Column("lease_until", UtcTime(), nullable=True))
    op.create_index(op.f("ix_message_readings_hearing"), "message_readings", ["hearing"])
    op.add_column("message_facts", sa.Column("reader", sa.Text(), server_default="rules", nullable=False))
