"""Closed hours: which of them are to be made anew, and when an order reached us, from which one interval begins."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closed_due",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site", "hour"),
    )
    op.create_index("closed_due_by_due_at", "closed_due", ["site", "due_at"], unique=False)
    # filled when the app folds the stored exams anew, as it does after a change of its rules
    op.add_column("exam", sa.Column("order_received_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("exam", "order_received_at")
    op.drop_index("closed_due_by_due_at", "closed_due")
    op.drop_table("closed_due")
