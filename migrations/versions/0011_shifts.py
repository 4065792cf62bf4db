"""The shift: duties, hand-overs, announcements, and questions to the floor with their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("duty_by_over_at", "duty", ["site", "over_at"])
    op.create_table(
        "handover",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("handover_by_at", "handover", ["site", "at"])
    op.create_table(
        "announcement",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("announcement_by_over_at", "announcement", ["site", "over_at"])
    op.create_table(
        "question",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("question_by_at", "question", ["site", "at"])
    op.create_table(
        "question_answer",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint("answer in ('working', 'slow', 'stopped')", name="answer_known"),
        sa.PrimaryKeyConstraint("site", "uuid"),
    )
    op.create_index("question_answer_by_at", "question_answer", ["site", "at"])
    op.create_index("question_answer_by_question", "question_answer", ["site", "question"])


def downgrade() -> None:
    for table in ("question_answer", "question", "announcement", "handover", "duty"):
        op.drop_table(table)
