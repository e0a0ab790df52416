"""Exact undo of imports: what an import did to known leads, undos and what they left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the three tables; imports from before can't be taken back where they changed leads that were there already."""
    batch = sa.ForeignKeyConstraint
    op.create_table(
        "import_actions",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("action_id", sa.BigInteger(), nullable=False),
        batch(["batch_id"], ["batches.batch_id"], name=op.f("fk_import_actions_batch_id_batches")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_import_actions")),
    )
    op.create_table(
        "import_undos",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("n_removed", sa.Integer(), nullable=False),
        sa.Column("n_restored", sa.Integer(), nullable=False),
        batch(["batch_id"], ["batches.batch_id"], name=op.f("fk_import_undos_batch_id_batches")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_import_undos")),
    )
    op.create_table(
        "import_keepings",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        batch(["batch_id"], ["batches.batch_id"], name=op.f("fk_import_keepings_batch_id_batches")),
        sa.PrimaryKeyConstraint("batch_id", "lead_id", name=op.f("pk_import_keepings")),
    )
