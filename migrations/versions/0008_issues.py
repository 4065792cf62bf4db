"""Issues: each as it is now, its append-only events, and the timers of its escalation."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issue_head",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site"),
    )
    op.create_table(
        "issue",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("safety", sa.Boolean(), nullable=False),
        sa.Column("reporter", sa.String(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.CheckConstraint("severity between 1 and 4", name="severity_known"),
        sa.CheckConstraint(
            "status in ('new', 'triaged', 'in_progress', 'fixed', 'verified', 'closed', 'duplicate', 'known', "
            "'training', 'not_an_issue')",
            name="status_known",
        ),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("issue_by_number", "issue", ["site", "number"], unique=True)
    op.create_index("issue_by_last_sequence", "issue", ["site", "last_sequence"])
    op.create_index("issue_by_status", "issue", ["site", "status"])
    op.create_table(
        "issue_event",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("issue", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("issue_event_by_issue", "issue_event", ["site", "issue", "sequence"], unique=True)
    op.create_table(
        "issue_timer",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("issue", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("site", "issue", "step"),
    )
    op.create_index("issue_timer_by_due_at", "issue_timer", ["site", "due_at"])


def downgrade() -> None:
    for table in ("issue_timer", "issue_event", "issue", "issue_head"):
        op.drop_table(table)
