"""Deals, plans, agreements and spend."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "commission_plans",
        sa.Column("plan_id", number, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_commission_plans")),
    )
    op.create_table(
        "spend",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("cost_cents", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "month", name=op.f("pk_spend")),
    )
    op.create_table(
        "stage_changes",
        sa.Column("stage_change_id", number, autoincrement=False, nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("stage_from", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stage_change_id", name=op.f("pk_stage_changes")),
    )
    op.create_index(op.f("ix_stage_changes_opportunity_id_at"), "stage_changes", ["opportunity_id", "at"], unique=False)
    op.create_table(
        "agent_terms",
        sa.Column("user_id", number, autoincrement=False, nullable=False),
        sa.Column("anniversary_on", sa.Date(), nullable=True),
        sa.Column("cap_cents", sa.BigInteger(), nullable=True),
        sa.Column("opening_used_cents", sa.BigInteger(), nullable=False),
        sa.Column("opening_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_agent_terms_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_agent_terms")),
    )
    op.create_table(
        "agreements",
        sa.Column("agreement_id", number, autoincrement=False, nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=True),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.Column("flat_cents", sa.BigInteger(), nullable=True),
        sa.Column("is_exclusive", sa.Boolean(), nullable=False),
        sa.Column("is_showing_only", sa.Boolean(), nullable=False),
        sa.Column("is_entity", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.lead_id"], name=op.f("fk_agreements_lead_id")),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_agreements")),
    )
    op.create_index(op.f("ix_agreements_lead_id"), "agreements", ["lead_id"], unique=False)
    op.create_index(op.f("ix_agreements_opportunity_id"), "agreements", ["opportunity_id"], unique=False)
    op.create_table(
        "deal_agents",
        sa.Column("opportunity_id", number, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("share_rate", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunities.opportunity_id"], name=op.f("fk_deal_agents_opportunity_id")),
        sa.PrimaryKeyConstraint("opportunity_id", "position", name=op.f("pk_deal_agents")),
    )
    op.create_index(op.f("ix_deal_agents_user_id"), "deal_agents", ["user_id"], unique=False)
    op.create_table(
        "deal_terms",
        sa.Column("opportunity_id", number, autoincrement=False, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("list_price_cents", sa.BigInteger(), nullable=True),
        sa.Column("contract_price_cents", sa.BigInteger(), nullable=True),
        sa.Column("sold_price_cents", sa.BigInteger(), nullable=True),
        sa.Column("buyer_rate", sa.Float(), nullable=False),
        sa.Column("flat_cents", sa.BigInteger(), nullable=True),
        sa.Column("bonus_cents", sa.BigInteger(), nullable=False),
        sa.Column("concession_cents", sa.BigInteger(), nullable=False),
        sa.Column("payers", sa.JSON(), nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("referral_to", sa.Text(), nullable=False),
        sa.Column("referral_rate", sa.Float(), nullable=False),
        sa.Column("referral_flat_cents", sa.BigInteger(), nullable=True),
        sa.Column("referral_basis", sa.Text(), nullable=False),
        sa.Column("contract_on", sa.Date(), nullable=True),
        sa.Column("predicted_close_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunities.opportunity_id"], name=op.f("fk_deal_terms_opportunity_id")),
        sa.PrimaryKeyConstraint("opportunity_id", name=op.f("pk_deal_terms")),
    )
    op.create_table(
        "statement_entries",
        sa.Column("entry_id", number, autoincrement=False, nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("gci_cents", sa.BigInteger(), nullable=False),
        sa.Column("agent_net_cents", sa.BigInteger(), nullable=False),
        sa.Column("brokerage_cents", sa.BigInteger(), nullable=False),
        sa.Column("lead_broker_net_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.opportunity_id"], name=op.f("fk_statement_entries_opportunity_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_statement_entries")),
        sa.UniqueConstraint("reverses", name=op.f("uq_statement_entries_reverses")),
    )
    op.create_index(op.f("ix_statement_entries_opportunity_id"), "statement_entries", ["opportunity_id"], unique=False)
