"""Teams: who works together, and who leads them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the teams, and to each account the one it is in."""
    op.create_table(
        "teams",
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["leader_id"], ["users.user_id"], name=op.f("fk_teams_leader_id_users")),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
    )
    op.create_index(op.f("ix_teams_leader_id"), "teams", ["leader_id"])
    op.add_column("users", sa.Column("team_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_users_team_id"), "users", ["team_id"])
