"""Decisions, the acts on the go-live beside its declaration, and the ids under which acts came from outside."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("golive", sa.Column("act", sa.String(), nullable=False, server_default="declare"))
    op.add_column("golive", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("golive", sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "decision",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("decision_by_at", "decision", ["site", "at"])
    op.create_table(
        "act",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )


def downgrade() -> None:
    op.drop_table("act")
    op.drop_table("decision")
    for column in ("planned_at", "reason", "act"):
        op.drop_column("golive", column)
