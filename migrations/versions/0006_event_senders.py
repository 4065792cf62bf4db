"""Who sent an exam event: the application, and the facility, that a message names."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exam_event", sa.Column("sender", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("exam_event", "sender")
