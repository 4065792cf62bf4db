"""Tablets: what each told last of what it holds; and the photos of issues."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tablet",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("oldest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.CheckConstraint("(held is null or held >= 0)", name="not_negative"),
        sa.PrimaryKeyConstraint("site", "device"),
    )
    op.create_table(
        "photo",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("issue", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(size_bytes is null or size_bytes >= 0)", name="not_negative"),
        sa.PrimaryKeyConstraint("site", "issue", "sha256"),
    )
    op.create_index("photo_by_received_at", "photo", ["site", "received_at"])


def downgrade() -> None:
    op.drop_table("photo")
    op.drop_table("tablet")
