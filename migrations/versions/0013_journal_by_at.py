"""The journal found by its moments: each issue asks for the changes of the hour before it."""

from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("journal_by_at", "journal", ["site", "at", "act"])


def downgrade() -> None:
    op.drop_index("journal_by_at", "journal")
