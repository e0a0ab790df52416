"""Messages read and their facts, dialogues, drafts and hand-offs."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "message_readings",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("temperature", sa.Text(), nullable=False),
        sa.Column("intents", sa.JSON(), nullable=False),
        sa.Column("opt_out", sa.Text(), nullable=False),
        sa.Column("is_clear", sa.Boolean(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.lead_id"], name=op.f("fk_message_readings_lead_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["interactions.interaction_id"], name=op.f("fk_message_readings_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_readings")),
    )
    op.create_index(op.f("ix_message_readings_lead_id"), "message_readings", ["lead_id"])
    op.create_index(op.f("ix_message_readings_read_at"), "message_readings", ["read_at"])
    op.create_table(
        "message_facts",
        sa.Column("fact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_applied", sa.Boolean(), nullable=False),
        sa.Column("why_not", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("corrected_value", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.lead_id"], name=op.f("fk_message_facts_lead_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["interactions.interaction_id"], name=op.f("fk_message_facts_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_message_facts")),
    )
    op.create_index(op.f("ix_message_facts_lead_id"), "message_facts", ["lead_id"])
    op.create_index(op.f("ix_message_facts_message_id"), "message_facts", ["message_id"])
    op.create_table(
        "dialogues",
        sa.Column("dialogue_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("asked_draft_id", sa.BigInteger(), nullable=True),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("n_answered", sa.Integer(), nullable=False),
        sa.Column("n_questions", sa.Integer(), nullable=False),
        sa.Column("is_hot", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.lead_id"], name=op.f("fk_dialogues_lead_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_dialogues")),
    )
    op.create_index(op.f("ix_dialogues_lead_id"), "dialogues", ["lead_id"])
    op.create_index(
        "uq_dialogues_open",
        "dialogues",
        ["lead_id"],
        unique=True,
        sqlite_where=sa.text("NOT is_over"),
        postgresql_where=sa.text("NOT is_over"),
    )
    op.create_table(
        "drafts",
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("dialogue_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("composer", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("is_autopilot", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_why", sa.Text(), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.lead_id"], name=op.f("fk_drafts_lead_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_lead_id"), "drafts", ["lead_id"])
    op.create_index(op.f("ix_drafts_state"), "drafts", ["state"])
    op.create_index(op.f("ix_drafts_step_id"), "drafts", ["step_id"])
    op.create_table(
        "hand_offs",
        sa.Column("hand_off_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.lead_id"], name=op.f("fk_hand_offs_lead_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hand_off_id", name=op.f("pk_hand_offs")),
    )
    op.create_index(op.f("ix_hand_offs_lead_id"), "hand_offs", ["lead_id"])
