"""What is chosen for an import, what is remembered of its sender, and who in it is like somebody known."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the three tables."""
    batch = sa.ForeignKeyConstraint
    op.create_table(
        "import_choices",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("date_order", sa.Text(), nullable=False),
        sa.Column("joins", sa.JSON(), nullable=False),
        batch(["batch_id"], ["batches.batch_id"], name=op.f("fk_import_choices_batch_id_batches")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_import_choices")),
    )
    op.create_table(
        "import_senders",
        sa.Column("header_hash", sa.Text(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("date_order", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("n_used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("header_hash", name=op.f("pk_import_senders")),
    )
    op.create_table(
        "import_lookalikes",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        batch(["batch_id"], ["batches.batch_id"], name=op.f("fk_import_lookalikes_batch_id_batches")),
        sa.PrimaryKeyConstraint("batch_id", "line", "lead_id", name=op.f("pk_import_lookalikes")),
    )
